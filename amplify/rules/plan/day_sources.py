"""Finds the days that the files know of: of people, campaigns, occasions, facts, calls and embargoes. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from amplify.model.campaign import Campaign
from amplify.model.coming_day import ComingDay, DayKind
from amplify.model.person import Person
from amplify.model.workspace import Workspace
from amplify.rules.plan.calendar_days import readers_day
from amplify.rules.plan.person_gates import last_day
from amplify.rules.plan.round_days import RoundDay, round_days, yearly_day, years_on
from amplify.rules.plan.template import name_in_template, names_in_template
from amplify.rules.text.language import pick_any


def find_days(workspace: Workspace, first: date, last: date) -> Iterator[ComingDay]:
    """Every day from `first` to `last` that the files know of, and some beyond; of everybody, held or not."""
    zone = our_zone(workspace)
    yield from _people(workspace, first, last)
    for campaign in workspace.campaigns.values():
        if campaign.status != "ended":
            yield from _of_campaign(campaign, first, last)
    yield from _facts(workspace)
    yield from _calls(workspace, zone)
    for post in workspace.posts.values():
        front = post.front
        if front.embargo_until is not None and front.status != "retired":
            day = readers_day(front.embargo_until, zone)
            yield ComingDay(day, "embargo_ends", f"post:{post.id}", post.id, "the embargo ends", (front.campaign,))


def _people(workspace: Workspace, first: date, last: date) -> Iterator[ComingDay]:
    for person in workspace.people.values():
        name, campaigns = pick_any(person.name, "en"), _campaigns_of(workspace, person.id)
        subject = f"person:{person.id}"
        for found in round_days(person, first, last):
            kind, what, template = _worded(found, len(person.detentions) > 1)
            named = f"{{{{ {name_in_template('person', person.id)}.{template} }}}}" if template else None
            yield ComingDay(found.day, kind, subject, name, what, campaigns, found.number, named)
        for day, what in _in_court(person):
            yield ComingDay(day, "hearing", subject, name, what, campaigns)
        if person.state.speaks and person.consent.withdrawn is None:
            yield ComingDay(
                last_day(person), "review_due", subject, name, "last day of the review of the state", campaigns
            )
            yield ComingDay(person.consent.review, "consent_due", subject, name, "last day of the consent", campaigns)


def _in_court(person: Person) -> Iterator[tuple[date, str]]:
    """Days in court: the first day of a trial, hearings."""
    days: dict[date, str] = {}
    for stage in person.stages:
        days |= {day: "in court" for day in stage.hearings if day not in days}
        if stage.stage.scheduled:
            days[stage.since] = "the trial begins"
    yield from sorted(days.items())


def _worded(found: RoundDay, again: bool) -> tuple[DayKind, str, str | None]:
    """Kind, words and template name of a round day."""
    number = f"{found.number:,}"
    years = f"{number} year" if found.number == 1 else f"{number} years"
    if found.counted == "days_detained":
        return "round", f"day {number} behind bars" + (", all detentions together" if again else ""), found.counted
    if found.counted == "days_since":
        return "round", f"{number} days since the last arrest", found.counted
    if found.counted == "born":
        return "birthday", f"birthday, {years}", None
    if found.counted == "first_detained":
        return "anniversary", f"{years} since the first arrest", None
    return "anniversary", f"{years} since the {'last ' if again else ''}arrest", found.counted


def _campaigns_of(workspace: Workspace, person: str) -> tuple[str, ...]:
    """Campaigns that are about a person; else those with a post that lists the person."""
    about = tuple(one.id for one in workspace.campaigns.values() if person in one.people)
    listed = (post.front.campaign for post in workspace.posts.values() if person in post.front.people)
    return about or tuple(dict.fromkeys(listed))


def _of_campaign(campaign: Campaign, first: date, last: date) -> Iterator[ComingDay]:
    name, subject, own = pick_any(campaign.name, "en"), f"campaign:{campaign.id}", (campaign.id,)
    if campaign.launched is not None:
        yield ComingDay(campaign.launched, "campaign_begins", subject, name, "the campaign begins", own)
    if campaign.ends is not None:
        yield ComingDay(campaign.ends, "campaign_ends", subject, name, "last day of the campaign", own)
    for year in range(first.year, last.year + 1):
        if campaign.launched is not None:
            day = yearly_day(year, campaign.launched.month, campaign.launched.day)
            if years := years_on(day, campaign.launched):
                said = "1 year" if years == 1 else f"{years} years"
                yield ComingDay(day, "anniversary", subject, name, f"{said} of the campaign", own, years)
        for occasion in campaign.occasions:
            day = yearly_day(year, occasion.month, occasion.day)
            theme = pick_any(occasion.themes.get(year, {}), "en")
            yield ComingDay(
                day,
                "occasion",
                f"occasion:{campaign.id}/{occasion.id}",
                pick_any(occasion.name, "en"),
                f"theme: {theme}" if theme else "occasion",
                own,
            )


def _facts(workspace: Workspace) -> Iterator[ComingDay]:
    replaced = {fact.supersedes for fact in workspace.facts.values()}
    for fact in workspace.facts.values():
        if fact.id not in replaced:
            campaigns = tuple(dict.fromkeys(_campaigns_saying(workspace, fact.id)))
            yield ComingDay(fact.expires, "fact_ends", f"fact:{fact.id}", fact.id, "last day of the fact", campaigns)


def _campaigns_saying(workspace: Workspace, fact: str) -> Iterator[str]:
    for post in workspace.posts.values():
        templates = (
            part.template
            for variant in post.variants
            for parts in (variant.parts, *variant.by_platform.values())
            for part in parts
        )
        if fact in post.front.facts or any(fact in names_in_template(one, "fact") for one in templates):
            yield post.front.campaign


def _calls(workspace: Workspace, zone: str) -> Iterator[ComingDay]:
    for action in workspace.actions.values():
        own, subject = (action.campaign,), f"action:{action.id}"
        if action.opens is not None:
            yield ComingDay(readers_day(action.opens, zone), "call_opens", subject, action.id, "the call opens", own)
        if action.closes is not None:
            yield ComingDay(readers_day(action.closes, zone), "call_closes", subject, action.id, "the call closes", own)


def our_zone(workspace: Workspace) -> str:
    """The zone we live in; UTC where nobody says who we are."""
    us = workspace.partners.get(workspace.us) if workspace.us is not None else None
    return us.zone if us is not None else "UTC"
