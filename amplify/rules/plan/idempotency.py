"""Idempotency keys that make a retry harmless, fixed for ever when a delivery is created. Pure."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Final

_TID_DIGITS: Final = "234567abcdefghijklmnopqrstuvwxyz"


def idempotency_key(delivery: str, part: int) -> str:
    """The value of Mastodon's `Idempotency-Key` header: different for every part, the same at every retry."""
    return hashlib.sha256(f"amplify\x1f{delivery}\x1f{part}".encode()).hexdigest()[:40]


def record_key(delivery: str, part: int, due: datetime) -> str:
    """A Bluesky record key: a TID (atproto specification, `tid`), 13 characters.

    Its time stamp is the due second; microseconds and clock id come from the delivery, so that two deliveries of
    one account in one second do not meet.
    """
    chance = int.from_bytes(hashlib.sha256(f"tid\x1f{delivery}\x1f{part}".encode()).digest()[:4])
    microseconds = int(due.timestamp()) * 1_000_000 + (chance >> 10) % 1_000_000
    value = (microseconds & ((1 << 53) - 1)) << 10 | chance & 0x3FF
    return "".join(_TID_DIGITS[value >> shift & 31] for shift in range(60, -1, -5))
