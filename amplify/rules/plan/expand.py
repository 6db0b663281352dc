"""Expands queue entries into occurrences: who posts what, when: the part of planning that needs no text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from amplify.model.campaign import Occasion
from amplify.model.partner import Partner
from amplify.model.queue_entry import QueueEntry
from amplify.model.workspace import Workspace
from amplify.rules.plan.recurrence import Slot, expand_slots


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One slot of one entry for one account."""

    entry: QueueEntry
    partner: Partner
    platform: str
    zone: str
    slot: Slot

    @property
    def account(self) -> str:
        return f"{self.partner.id}/{self.platform}"


def entry_accounts(workspace: Workspace, entry: QueueEntry) -> Iterator[tuple[Partner, str]]:
    """The accounts an entry names: partners that publish, on the platforms where they have a handle."""
    for partner in workspace.partners.values():
        if not partner.publishes or (entry.partners != "all" and partner.id not in entry.partners):
            continue
        for platform in partner.handles:
            if entry.platforms is None or platform in entry.platforms:
                yield partner, platform


def expand_entry(workspace: Workspace, entry: QueueEntry, start: datetime, end: datetime) -> Iterator[Occurrence]:
    """Everything of `entry` that is due in `start <= due < end` (UTC), for all partners."""
    occasions = _occasions(workspace, entry)
    for partner, platform in entry_accounts(workspace, entry):
        account = f"{partner.id}/{platform}"
        ours = workspace.accounts.get(account)
        zone = (ours.zone if ours is not None else None) or partner.zone
        for slot in expand_slots(entry, account, zone, start, end, occasions):
            yield Occurrence(entry, partner, platform, zone, slot)


def speakers_by_post(workspace: Workspace) -> Mapping[tuple[str, str], dict[str, Partner]]:
    """(post, platform) → every partner that any entry gives this post to: variants are shared out among them."""
    found: dict[tuple[str, str], dict[str, Partner]] = defaultdict(dict)
    for entry in (*workspace.queue.values(), *workspace.silent_entries):
        for partner, platform in entry_accounts(workspace, entry):
            for post in entry.posts:
                found[post, platform][partner.id] = partner
    return found


def _occasions(workspace: Workspace, entry: QueueEntry) -> dict[str, Occasion]:
    return {
        occasion.id: occasion
        for post in entry.posts
        if post in workspace.posts
        for occasion in workspace.campaigns[workspace.posts[post].front.campaign].occasions
    }
