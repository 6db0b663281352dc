"""Lists coming days: round numbers, anniversaries, birthdays, occasions, and days on which something begins or ends.

People who are held, stopped or released are not celebrated: every day asks `planning.eligibility` before it is listed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from amplify.model.coming_day import CELEBRATED, ComingDay, ComingDays, QueuedPost
from amplify.model.plan import Planned
from amplify.model.subject import person_in
from amplify.model.workspace import Workspace
from amplify.pages.withheld_reasons import WITHHELD
from amplify.planning.eligibility import EligibilityChecker, EligibilityRequest
from amplify.rules.plan.calendar_days import readers_day, start_of_day, utc_day
from amplify.rules.plan.day_sources import find_days, our_zone


def list_coming_days(
    care: EligibilityChecker,
    until: date,
    deliveries: Sequence[Planned],
    *,
    person: str | None = None,
    campaign: str | None = None,
) -> ComingDays:
    """All days that come until `until`, by date, with what is queued for each. `deliveries`: what is planned in that
    time. `person`, `campaign`: only what is about them."""
    workspace = care.workspace
    today = readers_day(care.now, our_zone(workspace))
    found = [
        one
        for one in find_days(workspace, today, until)
        if today <= one.day <= until
        and (person is None or one.subject == f"person:{person}")
        and (campaign is None or campaign in one.campaigns)
    ]
    listed: list[ComingDay] = []
    busy: list[ComingDay] = []
    withheld: Counter[str] = Counter()
    for each, reason in zip(found, _reasons(care, found), strict=True):
        one = replace(each, embargoed=_is_embargoed(care, each, reason))
        if one.embargoed:
            busy.append(one)
        if reason is not None:
            withheld[reason] += 1
        else:
            listed.append(replace(one, queued=_queued(workspace, one, deliveries)))

    def order(one: ComingDay) -> tuple[date, bool, str, str]:
        return (one.day, one.kind not in CELEBRATED, one.subject, one.kind)

    return ComingDays(today, until, tuple(sorted(listed, key=order)), tuple(sorted(busy, key=order)), dict(withheld))


def _reasons(care: EligibilityChecker, days: Sequence[ComingDay]) -> Iterator[str | None]:
    """Why each day is not listed, as a key of WITHHELD; None: it is. What is closed now and open on that day, such as
    a campaign that begins, is listed, and so is what is open now and has to be looked at again before that day."""
    wanted: list[EligibilityRequest] = []
    owners: list[int] = []
    for number, one in enumerate(days):
        for campaign in one.campaigns or tuple(care.workspace.campaigns):
            asked = _request(care, one, campaign)
            opens = timedelta(hours=36 if one.kind == "call_opens" else 12)
            wanted += [asked, replace(asked, moments=(start_of_day(one.day) + opens,))]
            owners += [number, number]
    bars: dict[int, list[str | None]] = {}
    order = list(WITHHELD)
    for number, found in zip(owners, care.reasons(wanted), strict=True):
        own = "embargo" if days[number].kind == "embargo_ends" else None
        reasons = [one.reason for one in found if one.reason != own]
        bars.setdefault(number, []).append(min(reasons, key=order.index, default=None))
    for number in range(len(days)):
        told = bars.get(number, [])
        yield None if None in told else next(iter(told), None)


def _is_embargoed(care: EligibilityChecker, one: ComingDay, reason: str | None) -> bool:
    """Whether a day tells of what is to come: of a post under embargo, or of a campaign that has no other posts yet."""
    if reason is not None:
        return reason == "embargo"
    posts = [post for post in care.workspace.posts.values() if post.front.campaign in one.campaigns]
    said = [post.id in care.embargoed for post in posts if post.front.status == "ready"]
    return one.kind == "embargo_ends" or (bool(said) and all(said))


def _request(care: EligibilityChecker, one: ComingDay, campaign: str) -> EligibilityRequest:
    """The question whether a day may be spoken of; `campaign`: one of those that it belongs to."""
    kind, _, name = one.subject.partition(":")
    if kind == "post":
        people = (f"person:{who}" for who in care.workspace.posts[name].front.people)
        return replace(care.asked(campaign, "", (one.name,), *people), post=name)
    subjects = [one.subject] if kind in ("person", "fact", "action") else []
    return care.asked(campaign, "", (one.name, one.what), *subjects)


def _queued(workspace: Workspace, one: ComingDay, deliveries: Iterable[Planned]) -> tuple[QueuedPost, ...]:
    found: dict[tuple[str, str], list[datetime]] = {}
    for planned in deliveries:
        if _falls_on(planned, one) and _speaks_of(workspace, planned, one):
            found.setdefault((planned.entry, planned.post), []).append(planned.due)
    return tuple(QueuedPost(*names, len(dues), min(dues)) for names, dues in sorted(found.items()))


def _falls_on(planned: Planned, one: ComingDay) -> bool:
    """Whether a delivery is of that day: after a last day, from the end of an embargo on, else on the day itself."""
    if one.ends:
        return utc_day(planned.due) > one.day
    day = readers_day(planned.due, planned.zone)
    return day >= one.day if one.kind == "embargo_ends" else day == one.day


def _speaks_of(workspace: Workspace, planned: Planned, one: ComingDay) -> bool:
    kind, _, name = one.subject.partition(":")
    if kind == "person":
        return any(person_in(subject) == name for subject in planned.subjects)
    if kind == "occasion":
        campaign, _, occasion = name.partition("/")
        return planned.campaign == campaign and workspace.posts[planned.post].front.occasion == occasion
    if kind == "campaign":
        return planned.campaign == name
    if kind == "post":
        return planned.post == name
    return one.subject in planned.subjects
