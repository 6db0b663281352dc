"""What a stop searches for beside an id: names in every spelling, handles and addresses as somebody may have typed
them, and what is its own, such as the calls of a campaign. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from amplify.model.action import Action
from amplify.model.campaign import Campaign
from amplify.model.partner import Partner
from amplify.model.person import Person
from amplify.model.queue_entry import QueueEntry
from amplify.rules.text.aliases import NameMatcher, name_forms


def words_to_stop(
    people: Iterable[Person],
    campaigns: Iterable[Campaign],
    partners: Iterable[Partner],
    actions: Iterable[Action],
    entries: Iterable[QueueEntry],
) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Kind and id → what else means it (`ledger.holds.stops.Stop.words`)."""
    calls = list(actions)
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for person in people:
        found["person", person.id] = name_forms(person)
    for campaign in campaigns:
        found["campaign", campaign.id] = _once(_calls(one for one in calls if one.campaign == campaign.id))
    for partner in partners:
        names = NameMatcher({partner.id: partner.name.values()})
        own = _calls(one for one in calls if one.owner == partner.id or names.names(one.owner))
        found["partner", partner.id] = _once([*partner.name.values(), *typed_addresses(partner), *own])
    for call in calls:
        found["action", call.id] = _once(call.url.values())
    for entry in entries:
        found["entry", entry.id] = _once(f"post:{post}" for post in entry.posts)
    return found


def typed_addresses(partner: Partner) -> Iterator[str]:
    """A partner's handles and website, as people type them."""
    yield from (f"@{handle.removeprefix('@')}" for handle in partner.handles.values())
    if partner.website is not None:
        yield partner.website


def _calls(calls: Iterable[Action]) -> Iterator[str]:
    for call in calls:
        yield f"action:{call.id}"
        yield from call.url.values()


def _once(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in words if word))
