"""Keys that make a retry harmless."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from workshop import MONDAY, Workshop

from amplify.model.delivery import delivery_id
from amplify.rules.plan.horizon import plan_end
from amplify.rules.plan.idempotency import idempotency_key, record_key

TID = re.compile(r"[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}")  # atproto.com/specs/tid
DIGITS = "234567abcdefghijklmnopqrstuvwxyz"
IDS = [delivery_id("workshop", f"entry{n}", "hello", "press_union/bluesky", "once") for n in range(2000)]


def stamp(key: str) -> datetime:
    """The time that a TID carries."""
    value = 0
    for character in key:
        value = value << 5 | DIGITS.index(character)
    return datetime.fromtimestamp((value >> 10) / 1_000_000, UTC)


@given(st.text(max_size=40), st.integers(0, 50), st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1)))  # noqa: DTZ001
def test_a_record_key_is_a_tid_of_the_due_second(delivery: str, part: int, moment: datetime) -> None:
    due = moment.replace(tzinfo=UTC)
    key = record_key(delivery.encode("ascii", "replace").decode(), part, due)
    assert TID.fullmatch(key)
    assert timedelta(0) <= stamp(key) - due.replace(microsecond=0) < timedelta(seconds=1)


def test_keys_are_fixed_for_ever() -> None:
    assert idempotency_key("d" * 32, 0) == "b73e23c0407096d4045c26591411dd7f94984dbd"
    assert record_key("d" * 32, 0, MONDAY) == "3niouqesvtjlj"


def test_no_two_parts_meet() -> None:
    keys = {record_key(id, part, MONDAY) for id in IDS for part in (0, 1)}
    assert len(keys) == 2 * len(IDS)
    assert len({idempotency_key(id, part) for id in IDS for part in (0, 1)}) == 2 * len(IDS)


def test_later_deliveries_sort_later() -> None:
    """Bluesky lists records by key."""
    keys = [record_key(id, 0, MONDAY + timedelta(seconds=n)) for n, id in enumerate(IDS)]
    assert keys == sorted(keys)


def test_the_horizon_is_the_workspaces() -> None:
    assert plan_end(Workshop().workspace(), MONDAY) == MONDAY + timedelta(days=45)
    assert plan_end(Workshop().settings(horizon_days=3).workspace(), MONDAY) == MONDAY + timedelta(days=3)
