"""What a rule may look at beside the delivery."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from amplify.model.campaign import Campaign
from amplify.model.dialect import Dialect
from amplify.model.plan import Planned
from amplify.model.post import Post, Variant
from amplify.model.problem import Place
from amplify.model.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Context:
    """The workspace and the platforms' dialects."""

    workspace: Workspace
    dialects: Mapping[str, Dialect]

    def post(self, delivery: Planned) -> Post:
        return self.workspace.posts[delivery.post]

    def campaign(self, delivery: Planned) -> Campaign:
        return self.workspace.campaigns[delivery.campaign]

    def variant(self, delivery: Planned) -> Variant | None:
        """None for boosts."""
        return next((v for v in self.post(delivery).variants if v.name == delivery.variant), None)

    def place(self, delivery: Planned, part: int = 0) -> Place:
        """Where the text of this part stands."""
        variant = self.variant(delivery)
        if variant is None:
            return self.post(delivery).place
        parts = variant.parts_on(delivery.platform)
        return parts[min(part, len(parts) - 1)].place
