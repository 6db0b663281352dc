"""The gates that the files stand for: derived here, copied into the ledger, asked there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from amplify.model.account import Account
from amplify.model.action import Action
from amplify.model.campaign import Campaign
from amplify.model.fact import Fact
from amplify.model.gate import Gate, Pause
from amplify.model.person import Person
from amplify.model.workspace import Workspace


def gates(workspace: Workspace) -> Iterator[Gate]:
    """A gate for everything a delivery can speak of."""
    for person in workspace.people.values():
        yield _person(person)
    for fact in workspace.facts.values():
        yield _fact(fact)
    for action in workspace.actions.values():
        yield _action(action)
    for campaign in workspace.campaigns.values():
        yield _campaign(campaign)
    for partner in workspace.partners.values():
        yield Gate("partner", partner.id)
    for account in workspace.accounts.values():
        yield _account(account)


def _person(person: Person) -> Gate:
    if not person.state.speaks:
        return Gate("person", person.id, closed=f"{person.id} is {person.state.value.replace('_', ' ')}")
    if person.consent.withdrawn is not None:
        return Gate("person", person.id, closed=f"the consent of {person.id} was withdrawn")
    review = person.reviewed + timedelta(days=person.review_days)
    if person.consent.review <= review:
        return Gate(
            "person",
            person.id,
            closes_at=_end_of(person.consent.review),
            after=f"the consent of {person.id} is due for review",
        )
    return Gate("person", person.id, closes_at=_end_of(review), after=f"the state of {person.id} is due for review")


def _fact(fact: Fact) -> Gate:
    return Gate("fact", fact.id, closes_at=_end_of(fact.expires), after=f"the fact {fact.id} has expired")


def _action(action: Action) -> Gate:
    return Gate(
        "action",
        action.id,
        opens_at=_utc(action.opens),
        closes_at=_utc(action.closes),
        after=f"the call {action.id} is closed",
    )


def _campaign(campaign: Campaign) -> Gate:
    if campaign.status != "active":
        return Gate("campaign", campaign.id, closed=f"the campaign {campaign.id} is {campaign.status}")
    return Gate(
        "campaign",
        campaign.id,
        closes_at=_end_of(campaign.ends) if campaign.ends is not None else None,
        after=f"the campaign {campaign.id} has ended" if campaign.ends is not None else None,
        pauses=tuple(
            Pause(quiet.start.astimezone(UTC), quiet.end.astimezone(UTC), f"{quiet.reason} ({quiet.owner})")
            for quiet in campaign.quiet
        ),
    )


def _account(account: Account) -> Gate:
    return Gate("account", account.id)


def _utc(instant: datetime | None) -> datetime | None:
    return instant.astimezone(UTC) if instant is not None else None


def _end_of(day: date) -> datetime:
    """The first instant after `day`, on the world's clock."""
    return datetime.combine(day + timedelta(days=1), time(), UTC)
