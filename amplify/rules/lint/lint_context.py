"""What lint rules may look at: the workspace, the platforms' profiles, server limits, earlier posts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from amplify.model.campaign import Campaign
from amplify.model.fact import Fact
from amplify.model.message import Attachment, Message
from amplify.model.plan import Planned, PriorPost, Queued
from amplify.model.platform_profile import PlatformProfile
from amplify.model.post import BannerItem, Post, Variant
from amplify.model.problem import SourceLocation
from amplify.model.server_info import NOTHING_KNOWN, ServerInfo
from amplify.model.workspace import Workspace
from amplify.rules.plan.fact_conflicts import comparable_facts
from amplify.rules.plan.post_media import media_of
from amplify.rules.plan.subjects import templated_people
from amplify.rules.text.similarity import comparable_text


@dataclass(frozen=True, slots=True)
class LintContext:
    """The workspace, the platforms' profiles, what servers reported, and the posts that the ledger holds."""

    workspace: Workspace
    profiles: Mapping[str, PlatformProfile]
    said: Sequence[PriorPost] = ()
    """Deliveries of the ledger: those that are out, and those that wait and are not among those planned."""
    known: ServerInfo = NOTHING_KNOWN
    queued: Queued = field(default_factory=dict)
    """Deliveries that wait in the ledger."""
    stale: dict[tuple[str, date], str | None] = field(default_factory=dict)
    """Banners that were rendered by hand and the day they are due → why they would come out otherwise, if they would.
    """
    _profiles: dict[str, PlatformProfile] = field(default_factory=dict)
    _consenting: dict[str, frozenset[str]] = field(default_factory=dict)
    _words: dict[str, str] = field(default_factory=dict)
    _facts: dict[str, Sequence[Fact]] = field(default_factory=dict)

    def profile(self, delivery: Planned) -> PlatformProfile:
        """The platform's profile, with the limits of the account's own server where these are known."""
        found = self._profiles.get(delivery.account)
        if found is None:
            found = self._profiles[delivery.account] = self.known.on(
                self.profiles[delivery.platform], delivery.account, self.workspace.accounts
            )
        return found

    def words(self, message: Message, content_hash: str | None = None) -> str:
        """A message's text in normal form for comparison, cached by the message's hash where that is known."""
        if content_hash is None:
            return comparable_text(message)
        found = self._words.get(content_hash)
        if found is None:
            found = self._words[content_hash] = comparable_text(message)
        return found

    def as_queued(self, delivery: Planned) -> bool:
        """Whether it waits in the ledger just as it is planned: of two that clash, the other one is to be mended."""
        return self.queued.get(delivery.id) == (delivery.content_hash, delivery.due)

    def consenting(self, platform: str) -> frozenset[str]:
        """Handles of the partners that agreed to be mentioned, in lower case."""
        found = self._consenting.get(platform)
        if found is None:
            found = self._consenting[platform] = frozenset(
                partner.handles[platform].casefold()
                for partner in self.workspace.partners.values()
                if partner.mention_consent and platform in partner.handles
            )
        return found

    def facts_beside(self, fact: Fact) -> Sequence[Fact]:
        """The facts with which a fact has to be compared."""
        if not self._facts:
            self._facts.update(comparable_facts(self.workspace.facts.values()))
        return self._facts[fact.id]

    def templated(self, delivery: Planned) -> frozenset[str]:
        """Persons whom the delivery's text uses as `{{ person.NAME }}`: these need no listing."""
        variant = self.variant(delivery)
        parts = variant.parts_on(delivery.platform) if variant is not None else ()
        return frozenset(name for part in parts for name in templated_people(part.template))

    def post(self, delivery: Planned) -> Post:
        return self.workspace.posts[delivery.post]

    def campaign(self, delivery: Planned) -> Campaign:
        return self.workspace.campaigns[delivery.campaign]

    def variant(self, delivery: Planned) -> Variant | None:
        """The variant of the post that is published; None for boosts."""
        return next((v for v in self.post(delivery).variants if v.name == delivery.variant), None)

    def picture_place(self, delivery: Planned, picture: Attachment) -> SourceLocation:
        """Where a picture is described: the note beside it; of a banner, where its post asks for it."""
        if picture.banner is None:
            return self.workspace.pictures[picture.file].note.place
        variant, post = self.variant(delivery), self.post(delivery)
        items = media_of(post, variant, self.workspace.settings.fallback) if variant is not None else ()
        for one in items:
            if isinstance(one, BannerItem) and one.banner == picture.banner.template:
                return one.place
        return post.place

    def place(self, delivery: Planned, part: int = 0) -> SourceLocation:
        """Source location of the text of this part."""
        variant = self.variant(delivery)
        if variant is None:
            return self.post(delivery).place
        parts = variant.parts_on(delivery.platform)
        return parts[min(part, len(parts) - 1)].place
