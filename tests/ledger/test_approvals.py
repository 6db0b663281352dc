"""The gate of approvals: exactly what was seen, by enough people, and what happened since counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from amplify.ledger.database import Ledger
from amplify.ledger.decision_tables import APPROVAL
from amplify.ledger.holds.approvals import (
    REJECTED,
    approved_and_waiting,
    find_deliveries_to_approve,
    find_unapproved,
    requeue,
    seen_hashes,
    void_approvals,
    write_verdict,
)
from amplify.ledger.holds.stops import candidate_in
from amplify.ledger.rows.claimed_delivery import COLUMNS
from amplify.ledger.rows.due_delivery import DueDelivery
from amplify.ledger.tables import DELIVERY
from amplify.model.clock import Timestamp
from amplify.model.gate import Gate
from amplify.model.message import Attachment, Part
from amplify.model.plan import Planned
from ledger import rows
from ledger.rows import NOW

SOON = NOW + timedelta(hours=1)


def planned(approvals: int = 1, **how: object) -> Planned:
    fields = {"author": "Ida", **how}
    one = rows.planned("hello", "a/x", due=SOON)
    return replace(one, approvals=approvals, approvals_why="it is sensitive: health", **fields)  # type: ignore[arg-type]


def stands(ledger: Ledger, delivery: Planned) -> DueDelivery:
    with ledger.read() as connection:
        return candidate_in(connection.execute(select(*COLUMNS).where(DELIVERY.c.id == delivery.id)).mappings().one())


def say(
    ledger: Ledger, delivery: Planned, by: str, verdict: str = "approved", at: datetime = NOW, why: str = ""
) -> None:
    one = stands(ledger, delivery)
    with ledger.write() as connection:
        real = ledger.real_now(connection)
        write_verdict(connection, one, verdict, by, why, delivery.message.as_json(), Timestamp(at, real))
        requeue(connection, [delivery.id])


def why(ledger: Ledger, delivery: Planned) -> str | None:
    """What bars it; it goes out when nothing does."""
    one = stands(ledger, delivery)
    with ledger.read() as connection:
        bar = find_unapproved(connection, [one], NOW).get(one.id)
    taken = rows.take(ledger, now=SOON)
    assert bool(taken) == (bar is None)
    return bar.why if bar else None


def test_none_is_needed(ledger: Ledger) -> None:
    one = planned(0)
    rows.queue(ledger, one)
    assert why(ledger, one) is None


def test_one(ledger: Ledger) -> None:
    one = planned(1)
    rows.queue(ledger, one)
    assert why(ledger, one) == "one person must approve it (nobody has approved it): run `amplify approve`"
    say(ledger, one, "vera")
    assert why(ledger, one) is None


def test_two_and_nothing_less(ledger: Ledger) -> None:
    one = planned(2)
    rows.queue(ledger, one)
    say(ledger, one, "vera")
    say(ledger, one, "Vera")
    assert why(ledger, one) == "two people must approve it (approved by Vera): run `amplify approve`"
    say(ledger, one, "ida")  # its author
    assert "approved by Vera" in str(why(ledger, one))
    say(ledger, one, "max")
    assert why(ledger, one) is None


def test_the_author_may_be_the_first(ledger: Ledger) -> None:
    one = planned(2)
    rows.queue(ledger, one)
    say(ledger, one, "ida")
    say(ledger, one, "max")
    assert why(ledger, one) is None


picture = Attachment("wall.png", "0" * 64, "image/png", 1, 1, "A wall")


@pytest.mark.parametrize(
    "edit",
    [
        lambda one: replace(one, message=replace(one.message, parts=(Part("Other words"),))),
        lambda one: replace(
            one, message=replace(one.message, parts=(replace(one.message.parts[0], pictures=(picture,)),))
        ),
        lambda one: replace(one, message=replace(one.message, content_warning="Health")),
        lambda one: replace(one, due=one.due + timedelta(minutes=1)),
    ],
)
def test_an_edit_after_the_approval(ledger: Ledger, edit: object) -> None:
    one = planned(1)
    rows.queue(ledger, one)
    say(ledger, one, "vera")
    edited: Planned = edit(one)  # type: ignore[operator]
    edited = replace(edited, content_hash=edited.message.content_hash())
    rows.queue(ledger, edited)
    assert "it was changed since vera saw it" in str(bar_of(ledger, one))
    say(ledger, edited, "vera")
    assert bar_of(ledger, one) is None


def bar_of(ledger: Ledger, delivery: Planned) -> str | None:
    one = stands(ledger, delivery)
    with ledger.read() as connection:
        bar = find_unapproved(connection, [one], NOW).get(one.id)
    return bar.why if bar else None


@pytest.mark.parametrize("later", [timedelta(hours=1), timedelta(days=90), -timedelta(hours=1)])
def test_another_lateness_is_looked_at_again(ledger: Ledger, later: timedelta) -> None:
    """What may still go out in three months is not what was approved for this evening."""
    one = planned(1)
    rows.queue(ledger, one)
    say(ledger, one, "vera")
    rows.queue(ledger, replace(one, late=one.late + later))
    assert "it was changed since vera saw it" in str(bar_of(ledger, one))


class TestBoosts:
    """An approval of a boost is one of what it repeats."""

    def boosted(self, ledger: Ledger, **how: object) -> tuple[Planned, Planned]:
        original = rows.planned("original", "b/x", due=NOW)
        boost = replace(rows.planned("boost", "a/x", due=SOON, boost_of=original), approvals=1)
        rows.queue(ledger, original, boost)
        return original, boost

    def test_an_original_that_was_edited(self, ledger: Ledger) -> None:
        original, boost = self.boosted(ledger)
        say(ledger, boost, "vera")
        assert bar_of(ledger, boost) is None
        message = replace(original.message, parts=(Part("Other words"),))
        rows.queue(ledger, replace(original, message=message, content_hash=message.content_hash()), boost)
        assert "it was changed since vera saw it" in str(bar_of(ledger, boost))

    def test_a_rejected_boost_is_not_made_under_another_name(self, ledger: Ledger) -> None:
        original, boost = self.boosted(ledger)
        say(ledger, boost, "vera", REJECTED, why="not them")
        renamed = replace(
            rows.planned("renamed", "b/x", due=NOW), message=original.message, content_hash=original.content_hash
        )
        again = replace(rows.planned("again", "a/x", due=SOON, boost_of=renamed), approvals=0)
        rows.queue(ledger, renamed, again)
        assert bar_of(ledger, again) == "rejected by vera: not them"


def test_an_edit_of_the_policy_alone(ledger: Ledger) -> None:
    one = planned(0)
    rows.queue(ledger, one)
    (change,) = rows.queue(ledger, replace(one, approvals=1))
    assert change.why == "other approvals"
    assert bar_of(ledger, one) is not None


def test_rejected_until_it_is_edited_or_taken_back(ledger: Ledger) -> None:
    one = planned(1)
    rows.queue(ledger, one)
    say(ledger, one, "vera", REJECTED, why="the name is wrong")
    say(ledger, one, "max")
    assert why(ledger, one) == "rejected by vera: the name is wrong"
    say(ledger, one, "vera")
    assert why(ledger, one) is None


def elsewhere(one: Planned, account: str = "a/x", text: str | None = None, **how: object) -> Planned:
    """The same words by another post and entry, at another time."""
    message = one.message if text is None else replace(one.message, parts=(Part(text),))
    other = rows.planned("renamed", account, due=SOON + timedelta(minutes=5))
    fields = {"approvals": 0, **how}
    return replace(other, message=message, content_hash=message.content_hash(), **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "after",
    [
        lambda one: replace(one, approvals=0),
        lambda one: replace(one, approvals=0, due=one.due + timedelta(minutes=1), late=one.late + timedelta(days=1)),
        lambda one: replace(one, approvals=0, author="Somebody else"),
        lambda one: elsewhere(one),
        lambda one: elsewhere(one, "b/x"),
        lambda one: elsewhere(one, text="hello  from a/x\u200b"),
        lambda one: elsewhere(one, text="hell\u043e from a/x"),
        lambda one: elsewhere(one, approvals=1),
    ],
)
def test_rejected_words_are_held_whatever_the_policy_becomes(ledger: Ledger, after: object) -> None:
    one = planned(1)
    rows.queue(ledger, one)
    say(ledger, one, "vera", REJECTED, why="the name is wrong")
    now: Planned = after(one)  # type: ignore[operator]
    rows.queue(ledger, now)
    assert bar_of(ledger, now) == "rejected by vera: the name is wrong"
    assert rows.take(ledger, now=now.due) == []
    with ledger.read() as connection:
        listed = [row["id"] for row in find_deliveries_to_approve(connection, NOW, 10)]
    assert now.id in listed  # so that it can be taken back
    say(ledger, now, "max")
    assert "rejected by vera" in str(bar_of(ledger, now))
    say(ledger, now, "vera")
    assert bar_of(ledger, now) is None


def test_other_words_go_out(ledger: Ledger) -> None:
    one = planned(1)
    rows.queue(ledger, one)
    say(ledger, one, "vera", REJECTED, why="the name is wrong")
    other = elsewhere(one, text="Hello from a/x")
    rows.queue(ledger, other)
    assert bar_of(ledger, other) is None


def forge(ledger: Ledger, one: Planned, **values: object) -> None:
    """A row that only looks like a verdict."""
    row = stands(ledger, one)
    with ledger.write() as connection:
        seen = seen_hashes(connection, [row])[one.id]
        usual = {"delivery": one.id, "verdict": "approved", "by": "max", "at": NOW, "real_at": NOW, "seen": seen}
        connection.execute(insert(APPROVAL).values(**{**usual, "due_at": one.due, **values}))


class TestForgedVerdicts:
    def test_a_row_alone(self, ledger: Ledger) -> None:
        one = planned(1)
        rows.queue(ledger, one)
        forge(ledger, one)
        assert "nobody has approved it" in str(why(ledger, one))

    @pytest.mark.parametrize(
        "values", [{}, {"by": "vera"}, {"by": "vera", "at": SOON}, {"deed": 99}, {"by": "vera", "seen": "0" * 64}]
    )
    def test_a_row_that_leans_on_somebody_elses_entry(self, ledger: Ledger, values: dict[str, object]) -> None:
        one, other = planned(2), replace(rows.planned("other", "b/x"), approvals=1)
        rows.queue(ledger, one, other)
        say(ledger, one, "ida")
        say(ledger, other, "vera")
        forge(ledger, one, **{"deed": 2, **values})
        assert "two people must approve it (approved by ida)" in str(bar_of(ledger, one))

    def test_another_name_on_a_row(self, ledger: Ledger) -> None:
        one = planned(2)
        rows.queue(ledger, one)
        say(ledger, one, "vera")
        forge(ledger, one, by="vera", deed=1)
        with ledger.write() as connection:
            connection.execute(update(APPROVAL).where(APPROVAL.c.id == 2).values(by="max"))
        assert "approved by vera" in str(why(ledger, one))

    def test_a_rejection_made_an_approval(self, ledger: Ledger) -> None:
        one = planned(1)
        rows.queue(ledger, one)
        say(ledger, one, "vera", REJECTED, why="no")
        with ledger.write() as connection:
            connection.execute(update(APPROVAL).values(verdict="approved"))
        assert why(ledger, one) is not None


def test_rejected_words_that_are_edited_are_looked_at_again(ledger: Ledger) -> None:
    one = planned(1)
    rows.queue(ledger, one)
    say(ledger, one, "vera", REJECTED, why="the name is wrong")
    edited = replace(one.message, parts=(Part("The right name"),))
    rows.queue(ledger, replace(one, message=edited, content_hash=edited.content_hash()))
    assert "it was changed since vera saw it" in str(bar_of(ledger, one))


def test_voided(ledger: Ledger) -> None:
    one, other = planned(1), replace(rows.planned("other", "b/x"), approvals=1)
    rows.queue(ledger, one, other)
    say(ledger, one, "vera")
    say(ledger, other, "vera", REJECTED, why="no")
    with ledger.write() as connection:
        assert approved_and_waiting(connection) == [one.id]
        assert void_approvals(connection, [one.id, other.id], "anna was stopped since", NOW) == [1]
        assert void_approvals(connection, [], "nothing", NOW) == []
    assert "nobody has approved it" in str(bar_of(ledger, one))
    assert bar_of(ledger, other) == "rejected by vera: no"


@pytest.mark.parametrize(
    ("approvals", "opens", "said", "goes"),
    [
        (2, NOW, (("vera", NOW), ("max", NOW)), True),
        (0, NOW, (("vera", NOW), ("max", NOW)), True),
        (2, NOW, (("vera", NOW),), False),
        (2, NOW, (("vera", NOW - timedelta(seconds=1)), ("max", NOW)), False),
        (2, NOW, (), False),
        (2, None, (("vera", NOW), ("max", NOW)), False),
    ],
)
def test_what_is_written_for_a_state_needs_two_after_it_was_set(
    ledger: Ledger, approvals: int, opens: datetime | None, said: tuple[tuple[str, datetime], ...], goes: bool
) -> None:
    one = planned(approvals, subjects=("person:anna@died",))
    rows.queue(ledger, one, open_gates=False)
    rows.gates(ledger, Gate("person", "anna@died", opens_at=opens), Gate("person", "anna", closed="anna is died"))
    for by, at in said:
        say(ledger, one, by, at=at)
    assert (why(ledger, one) is None) == goes
    if goes:  # the state is set anew
        rows.gates(ledger, Gate("person", "anna@died", opens_at=NOW + timedelta(seconds=1)))
        assert "approved before the person's state was set" in str(bar_of(ledger, one))


def test_an_approval_that_goes_at_the_last_moment_bars_the_call(ledger: Ledger) -> None:
    one = planned(1)
    rows.queue(ledger, one)
    say(ledger, one, "vera")
    claimed = rows.take_one(ledger, now=SOON)
    with ledger.write() as connection:
        void_approvals(connection, [one.id], "anna was stopped since", NOW)
    assert "one person must approve it" in rows.barred(ledger, claimed, now=SOON)
