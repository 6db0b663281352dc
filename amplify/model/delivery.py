"""A delivery: one post for one account at one due time. Its states, and which move leads where."""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import Final


class State(StrEnum):
    """Where a delivery stands. A hold is not a state: the row waits, with a reason."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    UNSURE = "unsure"
    REFUSED = "refused"
    MISSED = "missed"
    CANCELLED = "cancelled"
    CUT = "cut"
    REMOVING = "removing"
    REMOVED = "removed"
    GONE = "gone"


MOVES: Final[dict[State, frozenset[State]]] = {
    State.WAITING: frozenset({State.CLAIMED, State.UNSURE, State.MISSED, State.CANCELLED, State.CUT, State.REMOVING}),
    State.CLAIMED: frozenset(
        {
            *(State.SENDING, State.WAITING, State.CANCELLED, State.UNSURE),
            *(State.REFUSED, State.CUT, State.REMOVING),
        }
    ),
    State.SENDING: frozenset({State.SENT, State.WAITING, State.REFUSED, State.UNSURE, State.CUT, State.REMOVING}),
    State.UNSURE: frozenset({State.SENT, State.WAITING, State.MISSED, State.REFUSED, State.CUT, State.REMOVING}),
    State.CANCELLED: frozenset({State.WAITING}),
    State.MISSED: frozenset(),
    State.REFUSED: frozenset(),
    State.SENT: frozenset({State.REMOVING, State.GONE}),
    State.CUT: frozenset({State.REMOVING, State.GONE}),
    State.REMOVING: frozenset({State.REMOVED}),
    State.REMOVED: frozenset({State.REMOVING}),
    State.GONE: frozenset({State.REMOVING}),
}
"""The whole graph as data: a move that does not stand here cannot be made."""

UNTOUCHABLE: Final = frozenset(State) - {State.WAITING, State.CLAIMED, State.CANCELLED}
"""States whose rows `queue` never changes."""


def delivery_id(workspace: str, entry: str, post: str, account: str, occurrence: str) -> str:
    """Who a delivery is: never its text or hour. 32 hex digits.

    `occurrence` is the nominal date (`2027-05-21`) of a series, year or month, or `once`.
    """
    name = "\x1f".join((workspace, entry, post, account, occurrence))
    return hashlib.sha256(name.encode()).hexdigest()[:32]
