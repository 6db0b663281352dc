"""Eligibility: whether something may be said or shown now, and why not. The one answer for every way out.

Whatever leaves the program for readers, partners or a folder asks here, when it is made: previews, exports, banners,
the toolkit, plans, reports. Files and ledger are asked together, and whichever is stricter counts: the files' gates
(`rules.plan.file_gates`), the ledger's copy of them, its stops, the names that it has ever known, and embargoes, which
only the files know.

A claim and a begin mark (`ledger.holds.hold_checks`) ask the same gates and stops, through the same functions
(`Gate.why_not`, `stops.held_by`). They differ in what they must: they ask within the transaction that acts on the
answer, the ledger alone, so that a worker needs no files; and beside these they ask what only concerns sending:
approvals, money, distance.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from amplify.ledger.database import Ledger
from amplify.ledger.holds.gates import read_gates
from amplify.ledger.holds.known_people import KnownNames, KnownPerson, read_known_people
from amplify.ledger.holds.stops import Stop, held_by, in_force
from amplify.ledger.rows.due_delivery import DueDelivery
from amplify.model.cause import is_of_person
from amplify.model.gate import Gate
from amplify.model.message import Message, Part
from amplify.model.plan import Planned
from amplify.model.platform_profile import PlatformProfile
from amplify.model.problem import Severity
from amplify.model.subject import declared_state, kind_and_name, people_in
from amplify.model.workspace import Workspace
from amplify.pages.withheld_reasons import WITHHELD
from amplify.planning.embargo import embargoed_content, embargoed_posts
from amplify.rules.lint.care import HELD_BY_GATES
from amplify.rules.lint.lint import lint_each_alone
from amplify.rules.plan.file_gates import derive_gates
from amplify.rules.plan.person_gates import covers_language
from amplify.rules.plan.subjects import people_in_texts
from amplify.rules.text.aliases import texts_of

UNDER_EMBARGO: Final = "it is under embargo"
_SPOKEN_OF: Final = ("person", "consent", "fact", "action")
_TELLING: Final = 12
"""Letters of a call's title from which it is known again; shorter ones are everybody's words."""


@dataclass(frozen=True, slots=True)
class EligibilityRequest:
    """Something to be said or shown: a text, a picture's caption, a paragraph."""

    campaign: str
    platform: str
    words: tuple[str, ...]
    """Everything that can be read in it, names of files too."""
    subjects: frozenset[str]
    hashtags: tuple[str, ...] = ()
    post: str = ""
    moments: tuple[datetime, ...] = ()
    """When it would be said (UTC); empty: now."""
    message: Message | None = None
    partner: str = ""
    entry: str = ""
    account: str = ""
    """Who would say it by itself; empty: people's hands, which no account's gate and no approval reaches."""
    lang: str = ""
    """Its language, where consent has to cover it; empty: its subjects say so."""


@dataclass(frozen=True, slots=True)
class WithheldItem:
    """The reason why something is withheld."""

    reason: str
    """A key of WITHHELD."""
    why: str
    """The sentence of the gate or the stop: for staff."""
    cause: str | None = None
    """The same as a code (`model.cause`)."""

    @property
    def of_person(self) -> bool:
        """Whether it tells something about a person, which only staff may know."""
        return self.reason in ("person", "consent") or is_of_person(self.cause)


class EligibilityChecker:
    """Answers for one moment: made anew for each command."""

    def __init__(self, workspace: Workspace, now: datetime, ledger: Ledger | None) -> None:
        """`now`: the present, and never the day that somebody looks ahead to. `ledger`: None only where there is none
        yet."""
        self.workspace, self.now, self._ledger = workspace, now, ledger
        self._gates = {(gate.kind, gate.subject): gate for gate in derive_gates(workspace)}
        self.embargoed = embargoed_posts(workspace, now)
        self.early = embargoed_content(workspace, self.embargoed, now)
        self._early_words = tuple(_telling_words(workspace, self.early.calls))
        self._known: Mapping[tuple[str, str], Gate] = {}
        self._stops: Sequence[Stop] = ()
        self._names = KnownNames({})
        if ledger is not None:
            with ledger.read() as connection:
                self._known, self._stops = read_gates(connection), in_force(connection)
                self._names = self._held_names(read_known_people(connection))

    def asked(self, campaign: str, lang: str, texts: Sequence[str], *subjects: str) -> EligibilityRequest:
        """A request for words of a page's own. Whoever the campaign is about is meant by a first name already."""
        named = self._named(campaign, texts)
        return EligibilityRequest(campaign, "", tuple(texts), frozenset({*named, *subjects}), lang=lang)

    def to_send(self, planned: Planned) -> EligibilityRequest:
        """A request for a delivery that its account sends at its due time."""
        return EligibilityRequest(
            planned.campaign,
            planned.platform,
            (),
            frozenset(planned.subjects),
            hashtags=planned.hashtags,
            post=planned.post,
            moments=(planned.due,),
            message=planned.message,
            partner=planned.partner,
            entry=planned.entry,
            account=planned.account,
        )

    def to_show(self, planned: Planned, *beside: str) -> EligibilityRequest:
        """A request for a delivery that people get to see beforehand, with its id, its files, and what stands `beside`
        it."""
        message = planned.message
        words = [*beside, planned.post, *texts_of(message)]
        words += [picture.file for part in message.parts for picture in part.pictures]
        named = self._named(planned.campaign, words)
        one = self.to_send(planned)
        moments = (max(planned.due, self.now),)
        return replace(one, words=tuple(words), subjects=one.subjects | named, moments=moments)

    def to_hand_out(self, planned: Planned, *beside: str, partner: str = "") -> EligibilityRequest:
        """A request for a text that people say by hand; `partner`: who, empty for anybody."""
        return replace(self.to_show(planned, *beside), account="", entry="", partner=partner)

    def sayable(self, campaign: str, lang: str, *texts: str) -> bool:
        """Whether these words may stand on a page."""
        return self.bar(self.asked(campaign, lang, texts)) is None

    def names_nobody_held(self, *texts: str) -> bool:
        """Whether words that belong to no campaign, such as the organisation's name, name nobody who is held."""
        people = frozenset(one for campaign in self.workspace.campaigns for one in self._named(campaign, texts))
        asked = self._with_known_names(EligibilityRequest("", "", texts, people))
        if any(self._reasons(*kind_and_name(one), (self.now,)) for one in asked.subjects):
            return False
        return not self._stopped([asked], [stop for stop in self._stops if stop.names_somebody])

    def closed(self, subjects: Iterable[str]) -> str | None:
        """Why nothing may be said now of one of these people, facts or calls; None where all may be spoken of."""
        asked = (kind_and_name(one) for one in sorted(subjects))
        told = (why for kind, name in asked if kind in _SPOKEN_OF for why in self._reasons(kind, name, (self.now,)))
        return next(told, None)

    def reasons(self, wanted: Sequence[EligibilityRequest]) -> list[tuple[WithheldItem, ...]]:
        """For each request all reasons why it is withheld: embargo, stop, then its gates."""
        wanted = [self._with_known_names(one) for one in wanted] if self._names.forms else wanted
        stopped = self._stopped(wanted, self._stops)
        return [tuple(dict.fromkeys(self._all(one, stopped.get(number)))) for number, one in enumerate(wanted)]

    def bars(self, wanted: Sequence[EligibilityRequest]) -> list[WithheldItem | None]:
        """For each request the first reason in the order of WITHHELD, or None."""
        order = list(WITHHELD)
        return [min(found, key=lambda one: order.index(one.reason), default=None) for found in self.reasons(wanted)]

    def bar(self, wanted: EligibilityRequest) -> WithheldItem | None:
        return self.bars([wanted])[0]

    def faults(self, made: Iterable[Planned], profiles: Mapping[str, PlatformProfile]) -> Iterator[str]:
        """For each text its first lint error; empty where it is in order."""
        for findings in lint_each_alone(self.workspace, made, profiles):
            errors = (one.problem for one in findings if one.problem.severity is Severity.ERROR)
            first = next((one for one in errors if one.code not in HELD_BY_GATES), None)
            yield f"{first.code}: {first.message}" if first is not None else ""

    def _named(self, campaign: str, texts: Iterable[str]) -> frozenset[str]:
        """The people named in these texts, as subjects; those of the campaign by their first names too."""
        return frozenset(f"person:{who}" for who in people_in_texts(texts, campaign, self.workspace))

    def _held_names(self, people: Mapping[str, KnownPerson]) -> KnownNames:
        """Every spelling that the files have ever had for those of whom the ledger says that nothing may be said: also
        when the files no longer have it, or them."""
        held = (one for one in people.values() if self._reasons("person", one.person, (self.now,)))
        return KnownNames({one.person: one.forms for one in held})

    def _with_known_names(self, one: EligibilityRequest) -> EligibilityRequest:
        subjects = self._names.add_to(_candidate(0, one, self.now)).subjects
        return replace(one, subjects=frozenset(subjects))

    def _all(self, one: EligibilityRequest, stopped: Stop | None) -> Iterator[WithheldItem]:
        if one.post in self.embargoed or self._early(one):
            yield WithheldItem("embargo", UNDER_EMBARGO)
        if stopped is not None:
            yield WithheldItem("stop", stopped.sentence, stopped.cause)
        for subject in sorted({*one.subjects, f"campaign:{one.campaign}"}):
            kind, name = kind_and_name(subject)
            if kind == "account" and not one.account:
                continue
            if declared_state(subject) and not one.account:  # two people have to approve it, and hands ask nobody
                why = f"{name.partition('@')[0]}: such a text is approved for one time and place"
                yield WithheldItem("person", why)
            for why in self._reasons(kind, name, one.moments or (self.now,)):
                yield WithheldItem(kind if kind in WITHHELD else "problem", why)
        for person in people_in(sorted(one.subjects)) if one.lang else ():
            if person in self.workspace.people and not covers_language(self.workspace.people[person], one.lang):
                yield WithheldItem("consent", f"the consent of {person} does not cover texts in {one.lang}")

    def _early(self, one: EligibilityRequest) -> bool:
        """Whether it gives what only posts under embargo carry."""
        if not self.early.subjects.isdisjoint(one.subjects):
            return True
        return any(early in text.casefold() for text in one.words for early in self._early_words)

    def _reasons(self, kind: str, name: str, moments: Iterable[datetime]) -> list[str]:
        own, known = self._gates.get((kind, name)), self._known.get((kind, name))
        if own is None and known is None:
            return [f"nothing is known of {kind} {name}"] if kind not in ("partner", "account") else []
        gates = [gate for gate in (own, known) if gate is not None]
        found = (gate.why_not(moment) for moment in moments for gate in gates)
        return list(dict.fromkeys(why for why in found if why is not None))

    def _stopped(self, wanted: Sequence[EligibilityRequest], stops: Sequence[Stop]) -> Mapping[int, Stop]:
        """Number of a request → the first of these stops that holds it."""
        if not stops or not wanted or self._ledger is None:
            return {}
        candidates = [_candidate(number, one, self.now) for number, one in enumerate(wanted)]
        with self._ledger.read() as connection:
            held = held_by(connection, stops, candidates)
        return {int(number): stop for number, stop in held.items()}


def _telling_words(workspace: Workspace, calls: Iterable[str]) -> Iterator[str]:
    """Words by which these calls are known again: addresses, and titles that are nobody else's words."""
    for call in calls:
        action = workspace.actions[call]
        yield from (re.sub(r"^https?://(www\.)?|/$", "", url).casefold() for url in action.url.values())
        yield from (title.casefold() for title in action.title.values() if len(title) >= _TELLING)


def _candidate(number: int, one: EligibilityRequest, now: datetime) -> DueDelivery:
    """The request as stops look at a delivery."""
    message = one.message or Message(one.platform, (), tuple(Part(text) for text in one.words))
    said = message.as_json() | {"beside": list(one.words)}
    return DueDelivery(
        id=str(number),
        base=str(number),
        entry=one.entry,
        post=one.post,
        campaign=one.campaign,
        partner=one.partner,
        platform=one.platform,
        account=one.account,
        subjects=tuple(sorted(one.subjects)),
        hashtags=one.hashtags,
        content_hash="",
        cost=0,
        boost_of=message.boost.delivery if message.boost is not None else None,
        due_at=now,
        late_at=now,
        message_json=json.dumps(said, ensure_ascii=False),
    )
