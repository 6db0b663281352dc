"""Derives gates from the workspace's files: they are copied into the ledger and checked there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime

from amplify.model.account import Account
from amplify.model.action import Action
from amplify.model.campaign import Campaign, QuietPeriod
from amplify.model.fact import Fact
from amplify.model.gate import Gate, Pause
from amplify.model.settings import WiderQuiet
from amplify.model.workspace import Workspace
from amplify.rules.plan.calendar_days import end_of_day, start_of_day
from amplify.rules.plan.fact_conflicts import comparable_facts, facts_differ, replaces_fact
from amplify.rules.plan.person_gates import people_gates
from amplify.rules.plan.risk import find_designations
from amplify.rules.plan.statements import statement_gates


def derive_gates(workspace: Workspace) -> Iterator[Gate]:
    """One gate for every subject a delivery can speak of."""
    yield from people_gates(workspace.people.values(), workspace.posts.values())
    beside = comparable_facts(workspace.facts.values())
    for fact in workspace.facts.values():
        yield _fact(fact, beside[fact.id])
    for action in workspace.actions.values():
        yield _action(action)
        yield Gate("risk", f"action/{action.id}", closed=f"the call {action.id} is not given to readers at risk")
    yield from statement_gates(workspace.statements.values())
    for campaign in workspace.campaigns.values():
        yield _campaign(campaign, workspace.settings.quiet)
    for partner in workspace.partners.values():
        yield Gate("partner", partner.id)
        if partner.designated_in:
            yield Gate("risk", f"partner/{partner.id}", closed=f"no account of {partner.id} for readers at risk")
    for one in find_designations(workspace):
        what = f"links to {one.said} are" if one.name.startswith("link/") else f"{one.said} is"
        yield Gate("risk", one.name, closed=f"{what} not given to readers at risk")
    for account in workspace.accounts.values():
        yield _account(account, workspace.settings.quiet)
    for lang in dict.fromkeys(lang for period in workspace.settings.quiet for lang in period.languages):
        yield Gate("quiet", lang, pauses=_pauses(one for one in workspace.settings.quiet if lang in one.languages))


def _fact(fact: Fact, facts: Iterable[Fact]) -> Gate:
    """The gate of a fact: open until it expires or a newer one replaces it; closed while another one counts the same
    and disagrees. `facts`: those that may do so.
    """
    ends, after = end_of_day(fact.expires), f"the fact {fact.id} has expired"
    silent = []
    for other in facts:
        if replaces_fact(other, fact) and (begins := start_of_day(other.as_of)) < ends:
            ends, after = begins, f"the fact {fact.id} was replaced by {other.id}"
        elif facts_differ(fact, other):
            why = f"the facts {min(fact.id, other.id)} and {max(fact.id, other.id)} disagree"
            silent.append(Pause(start_of_day(date(1900, 1, 1)), end_of_day(other.expires), why))
    return Gate("fact", fact.id, closes_at=ends, after=after, pauses=tuple(silent))


def _action(action: Action) -> Gate:
    return Gate(
        "action",
        action.id,
        opens_at=_utc(action.opens),
        closes_at=_utc(action.closes),
        after=f"the call {action.id} is closed",
    )


def _campaign(campaign: Campaign, wider: Iterable[WiderQuiet]) -> Gate:
    if campaign.status != "active":
        return Gate("campaign", campaign.id, closed=f"the campaign {campaign.id} is {campaign.status}")
    return Gate(
        "campaign",
        campaign.id,
        closes_at=end_of_day(campaign.ends) if campaign.ends is not None else None,
        after=f"the campaign {campaign.id} has ended" if campaign.ends is not None else None,
        pauses=_pauses((*campaign.quiet, *(one for one in wider if not one.languages and not one.partners))),
    )


def _account(account: Account, wider: Iterable[WiderQuiet]) -> Gate:
    return Gate("account", account.id, pauses=_pauses(one for one in wider if account.partner in one.partners))


def _pauses(periods: Iterable[QuietPeriod]) -> tuple[Pause, ...]:
    return tuple(
        Pause(one.start.astimezone(UTC), one.end.astimezone(UTC), f"{one.reason} ({one.owner})") for one in periods
    )


def _utc(instant: datetime | None) -> datetime | None:
    return instant.astimezone(UTC) if instant is not None else None
