"""Whatever people do in the middle of whatever goes out: no post is accepted that a gate barred when its request began.

The gates are judged here anew, from what people did and not from what the ledger thinks: a second opinion.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from ledger import rows
from ledger.databases import WoundLedger
from ledger.rows import NOW
from workshop import Workshop

from amplify.decisions.approve import approve_reviews, reject_review, to_review
from amplify.decisions.resume import resume_subject
from amplify.decisions.stop import stop_subject
from amplify.engine import deliver
from amplify.engine.publish import run_pass
from amplify.ledger.holds.stops import StopRequest
from amplify.ledger.rows import begin_mark
from amplify.ledger.rows.begin_mark import Begun
from amplify.model.errors import NeedsPerson, WrongUse
from amplify.model.gate import Gate, Pause
from amplify.model.plan import Planned
from engine.fake import FakeDesk, World

MINUTE = timedelta(minutes=1)
ACCOUNTS = ("a/x", "b/x", "a/mastodon")
NAMES = {"anna": ("Anna Petrova", "Ганне Пятровай"), "boris": ("Boris Kern", "FreeBorisKern")}
GATES = ("person:anna", "person:boris", "fact:prisoners", "action:petition", "consent:anna", "campaign:free")
MEMORIAL = "person:anna@died"
PEOPLE = ("vera", "max", "nina")
TEXTS = ("Hello", "Free Anna Petrova", "Свабоду Ганне Пятровай", "Look #FreeBorisKern", "A tail")


@dataclass
class Second:
    """The second opinion: what people did, and what follows from it."""

    plans: dict[str, Planned]
    stops: dict[tuple[str, str], str | None] = field(default_factory=dict)
    """What is stopped, and the state of a person that it came with."""
    asked: dict[tuple[str, str], str] = field(default_factory=dict)
    gates: dict[str, Gate] = field(default_factory=dict)
    given: dict[str, list[tuple[str, bool, datetime, str]]] = field(default_factory=dict)
    """Delivery → who, yes or no, when, of which text."""

    def barred(self, one: Planned, now: datetime) -> str | None:
        """Why it must not begin."""
        both = [one]
        if one.message.boost is not None and one.message.boost.delivery in self.plans:
            both.append(self.plans[one.message.boost.delivery])
        for stopped, state in self.stops.items():
            if any(self.means(stopped, state, each) for each in both):
                return f"stopped: {stopped}"
        for subject in one.subjects:
            gate = self.gates.get(subject)
            if gate is None or gate.closed is not None:
                return f"closed: {subject}"
            if (gate.opens_at and now < gate.opens_at) or (gate.closes_at and now >= gate.closes_at):
                return f"not now: {subject}"
            if any(pause.start <= now < pause.end for pause in gate.pauses):
                return f"quiet: {subject}"
        if now >= one.late:
            return "late"
        return self.unapproved(one)

    def means(self, stopped: tuple[str, str], state: str | None, one: Planned) -> bool:
        kind, subject = stopped
        said = " ".join(part.text for part in one.message.parts)
        if kind == "person":
            if state is not None and f"person:{subject}@{state}" in one.subjects:
                return False
            own = any(name.partition("@")[0] == f"person:{subject}" for name in one.subjects)
            return own or any(name in said for name in NAMES[subject])
        if kind == "hashtag":
            return f"#{subject}".casefold() in said.casefold()
        known = {"all": "", "platform": one.platform, "account": one.account, "partner": one.partner,
                 "campaign": one.campaign, "entry": one.entry}  # fmt: skip
        return known[kind] == subject

    def unapproved(self, one: Planned) -> str | None:
        needed = max(one.approvals, 2) if MEMORIAL in one.subjects else one.approvals
        if not needed:
            return None
        mine = [verdict for verdict in self.given.get(one.id, ()) if verdict[3] == one.content_hash]
        if any(not yes for _, yes, _, _ in mine):
            return "rejected"
        since = self.gates[MEMORIAL].opens_at if MEMORIAL in one.subjects else None
        yes = [who for who, _, at, _ in mine if since is None or at >= since]
        counted: list[str] = []
        for who in yes:
            if who not in counted and not (needed == 2 and counted and who == one.author):
                counted.append(who)
        return None if len(counted) >= needed else "unapproved"


class House:
    """A desk, a world, and the second opinion about both."""

    def __init__(self, ledger: WoundLedger, plans: Sequence[Planned]) -> None:
        self.world = World()
        self.app = FakeDesk(ledger, self.world, NOW, Workshop())
        self.second = Second({one.id: one for one in plans})
        self.begun: list[tuple[str, int, str | None]] = []
        """Post, part, and why it should not have begun."""
        subjects = {*GATES, MEMORIAL, *(subject for one in plans for subject in one.subjects)}
        named = ((subject, *subject.split(":")) for subject in sorted(subjects))
        self.second.gates = {subject: Gate(kind, name) for subject, kind, name in named}
        self.second.gates[MEMORIAL] = Gate("person", "anna@died", opens_at=NOW)
        rows.gates(ledger, *self.second.gates.values())
        rows.queue(ledger, *plans, open_gates=False)

    def judge(self, ledger: Any, connection: Any, marks: Any, now: datetime, lease: Any) -> Any:
        """The real `begin`, and what the second opinion says of each that it let through, at that very instant."""
        answers = mark_begin(ledger, connection, marks, now, lease)
        for one, answer in zip(marks, answers, strict=True):
            if isinstance(answer, Begun):
                why = self.second.barred(self.second.plans[one.claimed.id], now)
                self.begun.append((one.claimed.post, one.part, why))
        return answers

    # What people do

    def do(self, deed: tuple[Any, ...]) -> None:
        getattr(self, f"do_{deed[0]}")(*deed[1:])

    def do_stop(self, kind: str, subject: str, state: str | None) -> None:
        key = (kind, subject)
        state = state if kind == "person" else None
        stop_subject(self.app, StopRequest(kind, subject, "a reason", "vera", NAMES.get(subject, ()), state=state))
        known = key in self.second.stops
        self.second.stops[key] = (state if self.second.stops[key] is not None else None) if known else state
        self.second.asked.pop(key, None)

    def do_resume(self, kind: str, subject: str, who: str) -> None:
        key = (kind, subject)
        try:
            lifted = resume_subject(self.app, kind, subject, "a reason", who).lifted
        except (WrongUse, NeedsPerson):
            assert key not in self.second.stops or self.second.asked.get(key) == who
            return
        assert lifted == (kind != "person" or key in self.second.asked)
        if not lifted:
            self.second.asked[key] = who
            return
        for id, plan in self.second.plans.items():  # approvals of what was held are void
            if self.second.means(key, self.second.stops[key], plan):
                self.second.given.pop(id, None)
        del self.second.stops[key]
        self.second.asked.pop(key, None)

    def do_gate(self, subject: str, how: str) -> None:
        now, (kind, name) = self.app.time.now(), subject.split(":")
        made = {
            "closed": Gate(kind, name, closed="closed"),
            "open": Gate(kind, name),
            "later": Gate(kind, name, opens_at=now + 7 * MINUTE),
            "over": Gate(kind, name, closes_at=now),
            "quiet": Gate(kind, name, pauses=(Pause(now - MINUTE, now + 5 * MINUTE, "quiet"),)),
        }
        self.second.gates[subject] = made[how]
        rows.gates(self.app.ledger, *self.second.gates.values())

    def do_approve(self, who: str, yes: bool) -> None:
        for one in to_review(self.app, rejected=True):
            try:
                if yes:
                    approve_reviews(self.app, [one], who)
                else:
                    reject_review(self.app, one, who, "no")
            except NeedsPerson:
                continue
            verdict = (who, yes, self.app.time.now(), one.row.content_hash)
            others = [kept for kept in self.second.given.get(one.row.id, ()) if kept[0] != who]
            self.second.given[one.row.id] = [*others, verdict]

    def do_wait(self, minutes: int) -> None:
        self.app.time.set(self.app.time.now() + minutes * MINUTE)

    def do_nothing(self) -> None:
        pass


mark_begin: Callable[..., Any] = begin_mark.begin_requests

STOPS = st.sampled_from(
    [("person", "anna"), ("person", "boris"), ("hashtag", "freeboriskern"), ("platform", "x"), ("account", "a/x"),
     ("partner", "b"), ("campaign", "free"), ("entry", "n1"), ("all", "")]
)  # fmt: skip
DEEDS = st.one_of(
    st.just(("nothing",)),
    st.builds(lambda key, state: ("stop", *key, state), STOPS, st.sampled_from([None, "died"])),
    st.builds(lambda key, who: ("resume", *key, who), STOPS, st.sampled_from(PEOPLE)),
    st.tuples(st.just("gate"), st.sampled_from(GATES), st.sampled_from(["closed", "open", "later", "over", "quiet"])),
    st.tuples(st.just("approve"), st.sampled_from(PEOPLE), st.sampled_from([True, True, True, False])),
    st.tuples(st.just("wait"), st.integers(1, 15)),
)


@st.composite
def deliveries(draw: st.DrawFn) -> list[Planned]:
    """A few rows: threads, boosts, memorials, posts that need people."""
    found: list[Planned] = []
    for number in range(draw(st.integers(2, 6))):
        account = draw(st.sampled_from(ACCOUNTS))
        due = NOW + draw(st.integers(-3, 12)) * MINUTE
        targets = [one for one in found if one.message.boost is None and one.account != account]
        targets = [one for one in targets if one.platform == account.split("/")[1]]
        spoken = draw(st.lists(st.sampled_from([*GATES, MEMORIAL]), max_size=2))
        subjects = tuple(dict.fromkeys(["campaign:free", *spoken]))
        if targets and draw(st.sampled_from([True, False])):
            made = rows.planned(f"n{number}", account, due=due, boost_of=draw(st.sampled_from(targets)))
        else:
            texts = draw(st.lists(st.sampled_from(TEXTS), min_size=1, max_size=3))
            made = rows.planned(f"n{number}", account, due=due, texts=texts, subjects=subjects, late=20 * MINUTE)
        approvals, author = draw(st.sampled_from([0, 0, 0, 1, 2])), draw(st.sampled_from(PEOPLE))
        found.append(replace(made, approvals=approvals, author=author))
    return found


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(plans=deliveries(), before=st.lists(DEEDS, max_size=4), during=st.lists(DEEDS, max_size=10))
def test_no_accepted_post_violates_a_gate_as_it_stood_when_its_request_began(
    migrated_file: Path, plans: list[Planned], before: list[Any], during: list[Any]
) -> None:
    folder = Path(tempfile.mkdtemp(prefix="gates-"))
    shutil.copy(migrated_file, folder / "ledger.sqlite")
    ledger = WoundLedger.open(f"sqlite:///{folder}/ledger.sqlite")
    assert isinstance(ledger, WoundLedger)
    patch = pytest.MonkeyPatch()
    try:
        house = House(ledger, plans)
        patch.setattr(deliver, "begin_requests", house.judge)
        for deed in before:
            house.do(deed)
        left = list(during)

        def meanwhile(_: str) -> None:  # in the middle of what goes out: between claim, upload, mark, call and receipt
            if left:
                house.do(left.pop(0))

        house.world.meanwhile = meanwhile
        for _ in range(4):
            house.app.as_queued()
            run_pass(house.app, workers=1)
            house.do(left.pop(0) if left else ("wait", 4))
        assert [one for one in house.begun if one[2] is not None] == []
        assert len(house.world.accepted) + len(house.world.boosts) <= len(house.begun)
        event("something began" if house.begun else "nothing began")
    finally:
        patch.undo()
        ledger.close()
        shutil.rmtree(folder)
