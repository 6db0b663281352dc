"""A delivery (job): one post for one account at one due time. Its states and the allowed transitions."""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import Final


class DeliveryState(StrEnum):
    """The state of a delivery. A hold is not a state: the row waits, with a reason."""

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


MOVES: Final[dict[DeliveryState, frozenset[DeliveryState]]] = {
    DeliveryState.WAITING: frozenset(
        {
            DeliveryState.CLAIMED,
            DeliveryState.UNSURE,
            DeliveryState.MISSED,
            DeliveryState.CANCELLED,
            DeliveryState.CUT,
            DeliveryState.REMOVING,
        }
    ),
    DeliveryState.CLAIMED: frozenset(
        {
            *(DeliveryState.SENDING, DeliveryState.WAITING, DeliveryState.CANCELLED, DeliveryState.UNSURE),
            *(DeliveryState.REFUSED, DeliveryState.CUT, DeliveryState.REMOVING),
        }
    ),
    DeliveryState.SENDING: frozenset(
        {
            DeliveryState.SENT,
            DeliveryState.WAITING,
            DeliveryState.REFUSED,
            DeliveryState.UNSURE,
            DeliveryState.CUT,
            DeliveryState.REMOVING,
        }
    ),
    DeliveryState.UNSURE: frozenset(
        {
            DeliveryState.SENT,
            DeliveryState.WAITING,
            DeliveryState.MISSED,
            DeliveryState.REFUSED,
            DeliveryState.CUT,
            DeliveryState.REMOVING,
        }
    ),
    DeliveryState.CANCELLED: frozenset({DeliveryState.WAITING}),
    DeliveryState.MISSED: frozenset(),
    DeliveryState.REFUSED: frozenset(),
    DeliveryState.SENT: frozenset({DeliveryState.REMOVING, DeliveryState.GONE}),
    DeliveryState.CUT: frozenset({DeliveryState.REMOVING, DeliveryState.GONE}),
    DeliveryState.REMOVING: frozenset({DeliveryState.REMOVED}),
    DeliveryState.REMOVED: frozenset({DeliveryState.REMOVING}),
    DeliveryState.GONE: frozenset({DeliveryState.REMOVING}),
}
"""The whole graph as data: a move that does not stand here cannot be made."""

UNTOUCHABLE: Final = frozenset(DeliveryState) - {DeliveryState.WAITING, DeliveryState.CLAIMED, DeliveryState.CANCELLED}
"""States whose rows `queue` never changes."""


def delivery_id(workspace: str, entry: str, post: str, account: str, occurrence: str) -> str:
    """The id of a delivery, 32 hex digits: made from what it is, never from its text or hour.

    `occurrence` is the nominal date (`2027-05-21`) of a series, year or month, or `once`.
    """
    name = "\x1f".join((workspace, entry, post, account, occurrence))
    return hashlib.sha256(name.encode()).hexdigest()[:32]
