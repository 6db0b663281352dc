"""The gate of approvals: exactly what was seen, by enough people, and what happened since counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from amplify.ledger.database import Ledger
from amplify.ledger.holds.approvals import (
    REJECTED,
    approved_and_waiting,
    find_unapproved,
    requeue,
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


def test_another_lateness_is_the_same_to_readers(ledger: Ledger) -> None:
    one = planned(1)
    rows.queue(ledger, one)
    say(ledger, one, "vera")
    rows.queue(ledger, replace(one, late=one.late + timedelta(hours=1)))
    assert bar_of(ledger, one) is None


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
        assert void_approvals(connection, [one.id, other.id], "anna was stopped since", NOW) == 1
        assert void_approvals(connection, [], "nothing", NOW) == 0
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
