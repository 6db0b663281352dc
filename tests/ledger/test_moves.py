"""The state graph: what does not stand in it cannot be made, and what is made is written down."""

from __future__ import annotations

import itertools

import pytest

from amplify.ledger.rows.transitions import Transition, transition_row
from amplify.model.clock import Timestamp
from amplify.model.delivery import MOVES, DeliveryState
from ledger import rows
from ledger.databases import WoundLedger
from ledger.rows import NOW, planned, put, queue, state, take_one

PAIRS = list(itertools.product(DeliveryState, DeliveryState))


@pytest.mark.parametrize(
    ("before", "after"), [pair for pair in PAIRS if pair[1] not in MOVES[pair[0]]], ids=lambda state: state.value
)
def test_a_move_outside_the_graph_cannot_be_made(before: DeliveryState, after: DeliveryState, tmp_path: object) -> None:
    with pytest.raises(ValueError, match=f"no delivery goes from {before} to {after}"):
        transition_row(None, Transition("any", before, after), Timestamp(NOW, NOW), "test")  # type: ignore[arg-type]  # never asked


def test_every_move_of_the_graph_is_guarded_and_logged(ledger: WoundLedger) -> None:
    allowed = [(before, after) for before, after in PAIRS if after in MOVES[before]]
    assert len(allowed) >= 20
    for number, (before, after) in enumerate(allowed):
        one = planned(f"n{number}")
        queue(ledger, one)
        put(ledger, one, state=before.value)
        with ledger.write() as connection:
            assert transition_row(connection, Transition(one.id, before, after, "because"), Timestamp(NOW, NOW), "test")
            assert before is after or not transition_row(
                connection, Transition(one.id, before, after), Timestamp(NOW, NOW), "test"
            )
        assert state(ledger, one) is after
        assert rows.moves(ledger, one) == [(None, "waiting"), (before.value, after.value)]
        assert rows.row(ledger, one)["why"] == "because"


def test_every_state_can_be_reached_and_ended() -> None:
    reachable, waiting = {DeliveryState.WAITING}, [DeliveryState.WAITING]
    while waiting:
        for after in MOVES[waiting.pop()] - reachable:
            reachable.add(after)
            waiting.append(after)
    assert reachable == set(DeliveryState)
    assert MOVES.keys() == set(DeliveryState)


def test_the_owner_fences(ledger: WoundLedger) -> None:
    queue(ledger, planned())
    claimed = take_one(ledger)
    with ledger.write() as connection:
        for wrong in ("somebody else", "", f"{claimed.owner}x"):
            assert not transition_row(
                connection,
                Transition(claimed.id, DeliveryState.CLAIMED, DeliveryState.SENDING),
                Timestamp(NOW, NOW),
                "test",
                fence=wrong,
            )
    assert state(ledger, claimed) is DeliveryState.CLAIMED
    with ledger.write() as connection:
        right = claimed.owner
        assert transition_row(
            connection,
            Transition(claimed.id, DeliveryState.CLAIMED, DeliveryState.SENDING),
            Timestamp(NOW, NOW),
            "test",
            fence=right,
        )


def test_a_move_gives_up_owner_and_lease(ledger: WoundLedger) -> None:
    queue(ledger, planned())
    claimed = take_one(ledger)
    assert rows.row(ledger, claimed)["owner"] == claimed.owner
    with ledger.write() as connection:
        transition_row(
            connection,
            Transition(claimed.id, DeliveryState.CLAIMED, DeliveryState.WAITING),
            Timestamp(NOW, NOW),
            "test",
        )
    row = rows.row(ledger, claimed)
    assert (row["owner"], row["lease_until"]) == (None, None)
