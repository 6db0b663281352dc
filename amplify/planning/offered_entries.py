"""Offers of queue entries: for a coming day that nobody has queued anything for, the post of the library that fits."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from amplify.model.coming_day import CELEBRATED, ComingDay, ComingDays
from amplify.model.errors import WrongUse
from amplify.model.post import Post
from amplify.planning.eligibility import EligibilityChecker
from amplify.rules.plan.calendar_days import start_of_day
from amplify.rules.plan.day_sources import our_zone
from amplify.rules.plan.subjects import templated_people
from amplify.workspace.draft_entry import propose_entry
from amplify.workspace.parsed import ParsedWorkspace

_USUAL_TIME: Final = time(10)
"""On the clock of each account."""
_SOONEST: Final = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class OfferedEntry:
    """A queue entry that would fit a coming day, ready to be added."""

    post: str
    when: str
    """As `amplify add --when` takes it."""
    entry: Mapping[str, Any]
    """As it would stand in the queue."""

    @property
    def command(self) -> str:
        """The line that adds it."""
        return shlex.join(["amplify", "add", self.post, "--when", self.when])

    def as_json(self) -> dict[str, str]:
        return {"post": self.post, "when": self.when, "command": self.command}


def offer_entries(care: EligibilityChecker, found: ComingDays, files: ParsedWorkspace) -> Mapping[str, OfferedEntry]:
    """Key of a day → the entry offered for it: for each celebrated day without one, the first post that fits, each post
    once."""
    offers: dict[str, OfferedEntry] = {}
    taken: set[str] = set()
    for one in found.days:
        if one.kind not in CELEBRATED or one.queued:
            continue
        when = _time_on(one, care.now, our_zone(care.workspace))
        for post in _fitting(care, one, taken) if when is not None else ():
            try:
                entry, _ = propose_entry(files, [post.id], f"{one.day}T{when:%H:%M}", now=care.now)
            except WrongUse:
                continue
            offers[one.key] = OfferedEntry(post.id, f"{one.day}T{when:%H:%M}", entry)
            taken.add(post.id)
            break
    return offers


def _time_on(one: ComingDay, now: datetime, zone: str) -> time | None:
    """The usual time; of today a full hour that is still to come, None where there is none."""
    soon = (now + _SOONEST).astimezone(ZoneInfo(zone))
    if one.day > soon.date() or soon.time() <= _USUAL_TIME:
        return _USUAL_TIME
    return time(soon.hour + 1) if soon.hour < 23 and one.day == soon.date() else None


def _fitting(care: EligibilityChecker, one: ComingDay, taken: set[str]) -> Iterator[Post]:
    """Posts that fit a day, the best one first."""
    workspace = care.workspace
    queued = {post for entry in workspace.queue.values() for post in entry.posts}
    ranked: list[tuple[tuple[bool, ...], str, Post]] = []
    for post in workspace.posts.values():
        if post.id in taken or not _may_be_said(post, one) or (post.id in queued and post.front.repeat is None):
            continue
        texts = [part.template for variant in post.variants for part in variant.parts]
        exact = one.template is not None and any(one.template.strip("{} ") in text for text in texts)
        if not exact and not _is_about(post, texts, one):
            continue
        rank = (not exact, post.front.kind != "anniversary", post.id in queued)
        ranked.append((rank, post.id, post))
    for _, _, post in sorted(ranked, key=lambda each: each[:2]):
        if _is_eligible(care, post):
            yield post


def _may_be_said(post: Post, one: ComingDay) -> bool:
    front, day = post.front, start_of_day(one.day)
    return (
        front.status == "ready"
        and front.boost is None
        and front.campaign in one.campaigns
        and not front.for_states
        and (front.not_before is None or front.not_before < day)
        and (front.embargo_until is None or front.embargo_until < day)
        and (front.expires_at is None or front.expires_at > day + timedelta(days=1))
    )


def _is_about(post: Post, texts: list[str], one: ComingDay) -> bool:
    kind, _, name = one.subject.partition(":")
    if kind == "person":
        people = {*post.front.people, *(who for text in texts for who in templated_people(text))}
        return people == {name} and post.front.occasion is None
    if kind == "occasion":
        return post.front.occasion == name.partition("/")[2]
    return post.front.occasion is None and post.front.kind == "anniversary"


def _is_eligible(care: EligibilityChecker, post: Post) -> bool:
    """Whether nothing that the post says is held now."""
    texts = [part.template for variant in post.variants for part in variant.parts]
    people = {*post.front.people, *(who for text in texts for who in templated_people(text))}
    asked = care.asked(post.front.campaign, "", [post.id, *texts], *(f"person:{who}" for who in sorted(people)))
    return care.bar(replace(asked, post=post.id)) is None
