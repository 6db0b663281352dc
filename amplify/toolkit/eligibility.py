"""Decides what may stand on a page that is passed on: gates, stops, embargo and rules, asked for everything at once.

Nobody sends what stands there, so it is asked when the page is made, by the files and by the ledger: whichever is
stricter counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from amplify.context.app_context import AppContext
from amplify.ledger.holds.gates import read_gates
from amplify.ledger.holds.stops import held_by, in_force
from amplify.ledger.rows.due_delivery import DueDelivery
from amplify.model.message import Message, Part
from amplify.model.plan import Planned
from amplify.model.platform_profile import PlatformProfile
from amplify.model.problem import Severity
from amplify.model.subject import declared_state, kind_and_name
from amplify.model.workspace import Workspace
from amplify.pages.withheld_reasons import WITHHELD
from amplify.planning.embargo import embargoed_posts
from amplify.rules.lint.care import HELD_BY_GATES
from amplify.rules.lint.lint import lint_deliveries
from amplify.rules.plan.file_gates import derive_gates
from amplify.rules.text.aliases import name_matcher
from amplify.rules.text.first_names import first_name_matcher

UNASKED: Final = frozenset({"account"})
"""Subjects of deliveries that do not matter where people share by hand."""


@dataclass(frozen=True, slots=True)
class EligibilityRequest:
    """Something to be put on a page: a text, a picture's caption, a paragraph."""

    campaign: str
    platform: str
    words: tuple[str, ...]
    """Everything that can be read in it."""
    subjects: frozenset[str]
    hashtags: tuple[str, ...] = ()
    post: str = ""
    moments: tuple[datetime, ...] = ()
    """When it would be said, beside now (UTC)."""
    message: Message | None = None
    partner: str = ""


@dataclass(frozen=True, slots=True)
class WithheldItem:
    """The reason why something is withheld from a page."""

    reason: str
    """A key of WITHHELD."""
    why: str


class EligibilityChecker:
    """Checks eligibility for one build of the site."""

    def __init__(self, app: AppContext, workspace: Workspace, now: datetime) -> None:
        self._workspace, self._now, self._app = workspace, now, app
        self._matcher = name_matcher(workspace.people)
        self._gates = {(gate.kind, gate.subject): gate for gate in derive_gates(workspace)}
        self.embargoed = embargoed_posts(workspace, now)
        with app.ledger.read() as connection:
            self._known = read_gates(connection)
            self._stops = in_force(connection)

    def early_calls(self) -> frozenset[str]:
        """Calls to action that only posts under embargo carry: they would reveal what is coming."""
        carried = {post.id: post.front.cta for post in self._workspace.posts.values() if post.front.cta is not None}
        early = {call for post, call in carried.items() if post in self.embargoed}
        return frozenset(early - {call for post, call in carried.items() if post not in self.embargoed})

    def people_in(self, texts: Iterable[str]) -> frozenset[str]:
        """The people named in a text, as subjects."""
        return frozenset(f"person:{who}" for text in texts for who in self._matcher.names(text))

    def asked(self, campaign: str, lang: str, texts: Sequence[str], *subjects: str) -> EligibilityRequest:
        """A request for words of the page itself. Whoever the campaign is about is meant by a first name already."""
        people = self.people_in(texts) | self._meant(campaign, texts)
        consents = {f"consent:{one.partition(':')[2]}/{lang}" for one in people}
        known = {one for one in consents if kind_and_name(one) in self._gates}
        return EligibilityRequest(campaign, "", tuple(texts), frozenset({*people, *known, *subjects}))

    def _meant(self, campaign: str, texts: Iterable[str]) -> frozenset[str]:
        found = first_name_matcher(self._workspace.people, self._workspace.campaigns[campaign].people)
        return frozenset(f"person:{who}" for text in texts for who in found.names(text))

    def bars(self, wanted: Sequence[EligibilityRequest]) -> list[WithheldItem | None]:
        """For each request the reason why it is withheld, or None."""
        found: list[WithheldItem | None] = [self._shut(one) for one in wanted]
        open_ones = [number for number, barred in enumerate(found) if barred is None]
        for number, why in self._stopped([(number, wanted[number]) for number in open_ones]):
            found[number] = WithheldItem("stop", why)
        return found

    def bar(self, wanted: EligibilityRequest) -> WithheldItem | None:
        return self.bars([wanted])[0]

    def faults(self, made: Planned, profiles: Mapping[str, PlatformProfile]) -> str:
        """Lint errors of a text; empty where it is in order."""
        errors = [
            finding.problem
            for finding in lint_deliveries(self._workspace, (made,), profiles)
            if finding.problem.severity is Severity.ERROR and finding.problem.code not in HELD_BY_GATES
        ]
        return f"{errors[0].code}: {errors[0].message}" if errors else ""

    def _shut(self, one: EligibilityRequest) -> WithheldItem | None:
        if one.post in self.embargoed:
            return WithheldItem("embargo", "")
        found: dict[str, str] = {}
        for subject in sorted({*one.subjects, f"campaign:{one.campaign}"}):
            kind, name = kind_and_name(subject)
            if kind in UNASKED:
                continue
            if declared_state(subject):  # two people have to approve it, and hands ask nobody
                found.setdefault("person", f"{name.partition('@')[0]}: such a text is approved for one time and place")
            for why in self._reasons(kind, name, (self._now, *one.moments)):
                found.setdefault(kind if kind in WITHHELD else "problem", why)
        return next((WithheldItem(reason, found[reason]) for reason in WITHHELD if reason in found), None)

    def _reasons(self, kind: str, name: str, moments: Iterable[datetime]) -> Iterator[str]:
        own, known = self._gates.get((kind, name)), self._known.get((kind, name))
        if own is None and known is None and kind != "partner":
            yield f"nothing is known of {kind} {name}"
        for moment in moments:
            for gate in (own, known):
                why = gate.why_not(moment) if gate is not None else None
                if why is not None:
                    yield why

    def _stopped(self, wanted: Sequence[tuple[int, EligibilityRequest]]) -> Iterator[tuple[int, str]]:
        if not self._stops or not wanted:
            return
        candidates = [_candidate(number, one, self._now) for number, one in wanted]
        with self._app.ledger.read() as connection:
            held = held_by(connection, self._stops, candidates)
        for number, _ in wanted:
            if str(number) in held:
                yield number, held[str(number)].sentence


def _candidate(number: int, one: EligibilityRequest, now: datetime) -> DueDelivery:
    """The request as stops look at a delivery: there is no account, and no entry."""
    message = one.message or Message(one.platform, (), tuple(Part(text) for text in one.words))
    said = message.as_json() | {"beside": list(one.words)}
    return DueDelivery(
        id=str(number),
        base=str(number),
        entry="",
        post=one.post,
        campaign=one.campaign,
        partner=one.partner,
        platform=one.platform,
        account="",
        subjects=tuple(sorted(one.subjects)),
        hashtags=one.hashtags,
        content_hash="",
        cost=0,
        boost_of=None,
        due_at=now,
        late_at=now,
        message_json=json.dumps(said, ensure_ascii=False),
    )
