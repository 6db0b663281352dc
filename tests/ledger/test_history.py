"""History: what people did, chained, and whoever touches it is found."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from amplify.ledger.database import Ledger
from amplify.ledger.decision_tables import DEED
from amplify.ledger.queries.audit_log import (
    Verification,
    chain_tip,
    erase_events,
    list_events,
    record_event,
    verify_chain,
)
from amplify.model.clock import Timestamp
from ledger.rows import NOW
from ledger.together import at_once


def deed(ledger: Ledger, act: str = "stop", subject: str | None = "person:anna", **payload: Any) -> str:
    with ledger.write() as connection:
        why = "а просьбе сям'і"
        return str(
            record_event(connection, act, "vera", subject, why, payload, Timestamp(NOW, ledger.real_now(connection)))
        )


def verified(ledger: Ledger, expect: str | None = None) -> Verification:
    with ledger.read() as connection:
        return verify_chain(connection, expect)


def change(ledger: Ledger, number: int, **values: Any) -> None:
    with ledger.write() as connection:
        connection.execute(update(DEED).where(DEED.c.number == number).values(**values))


def test_nothing_done_is_a_chain_too(ledger: Ledger) -> None:
    found = verified(ledger)
    assert (found.deeds, found.head, found.broken) == (0, None, None)


def test_deeds_are_numbered_chained_and_read_again(ledger: Ledger) -> None:
    noted = [deed(ledger, words=["Ганна", "Ганну"], at=(1, 2)) for _ in range(3)]
    found = verified(ledger)
    assert (found.deeds, str(found.head), found.broken) == (3, noted[-1], None)
    with ledger.read() as connection:
        rows = list_events(connection)
        assert [row["number"] for row in rows] == [3, 2, 1]
        assert rows[0]["payload"] == {"words": ["Ганна", "Ганну"], "at": [1, 2]}
        assert rows[0]["previous"] == rows[1]["digest"]
        assert list_events(connection, subject="person:nobody") == []
        assert len(list_events(connection, act="stop", most=2)) == 2


def test_two_equal_deeds_have_digests_of_their_own(ledger: Ledger) -> None:
    deed(ledger), deed(ledger)
    with ledger.read() as connection:
        first, second = list_events(connection)
    assert first["payload_digest"] != second["payload_digest"]


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"actor": "somebody else"}, "deed 2 was changed: who"),
        ({"act": "resume"}, "deed 2 was changed: who"),
        ({"at": NOW + timedelta(seconds=1)}, "deed 2 was changed: who"),
        ({"real_at": NOW}, "deed 2 was changed: who"),
        ({"why": "another reason"}, "deed 2 was changed: what it says"),
        ({"subject": "person:maria"}, "deed 2 was changed: what it says"),
        ({"payload": {"url": "https://other.example"}}, "deed 2 was changed: what it says"),
        ({"digest": "0" * 64}, "deed 2 was changed: who"),
        ({"previous": "0" * 64}, "deed 2 does not follow deed 1"),
        ({"salt": None}, "it was emptied, and says something again"),
        ({"salt": None, "payload": None, "why": None, "subject": None}, "deed 2 was emptied, and no `forget`"),
    ],
)
def test_a_change_is_found(ledger: Ledger, values: dict[str, Any], says: str) -> None:
    for _ in range(3):
        deed(ledger, url="https://x.example/1")
    change(ledger, 2, **values)
    found = verified(ledger)
    assert says in str(found.broken)


@pytest.mark.parametrize("number", [1, 2])
def test_a_deed_taken_out_is_found(ledger: Ledger, number: int) -> None:
    for _ in range(3):
        deed(ledger)
    with ledger.write() as connection:
        connection.execute(delete(DEED).where(DEED.c.number == number))
    assert verified(ledger).broken == f"deed {number} is missing"


def test_a_forged_row_with_a_right_digest_of_its_own_breaks_the_next_link(ledger: Ledger) -> None:
    for _ in range(2):
        deed(ledger)
    deed(ledger, "resume")
    with ledger.write() as connection:
        third = dict(connection.execute(select(DEED).where(DEED.c.number == 3)).mappings().one())
        connection.execute(delete(DEED).where(DEED.c.number >= 2))
        record_event(connection, "stop", "vera", None, "forged", {}, Timestamp(NOW, ledger.real_now(connection)))
        connection.execute(DEED.insert(), [third])
    assert verified(ledger).broken == "deed 3 does not follow deed 2: one of the two was replaced"


def test_what_is_cut_off_is_found_by_a_noted_head_only(ledger: Ledger) -> None:
    deed(ledger)
    noted = deed(ledger)
    assert verified(ledger, noted).broken is None
    assert verified(ledger, noted.partition(":")[2]).broken is None
    with ledger.write() as connection:
        connection.execute(delete(DEED).where(DEED.c.number == 2))
    assert verified(ledger).broken is None
    assert "cut off or replaced" in str(verified(ledger, noted).broken)


def test_payloads_are_erased_and_the_chain_holds(ledger: Ledger) -> None:
    for _ in range(3):
        deed(ledger, names="Ганна")
    before = verified(ledger).head
    with ledger.write() as connection:
        erase_events(connection, [1, 3])
        record_event(
            connection, "forget", "vera", None, None, {"deeds": [1, 3]}, Timestamp(NOW, ledger.real_now(connection))
        )
    found = verified(ledger, str(before))
    assert (found.deeds, found.broken) == (4, None)
    with ledger.read() as connection:
        rows = list_events(connection)
    assert "Ганна" not in str([dict(row) for row in rows if row["number"] in (1, 3)])
    with ledger.write() as connection:
        erase_events(connection, [4])  # what tells of an erasure stays
    assert verified(ledger).broken is None
    with ledger.read() as connection:
        assert list_events(connection, act="forget")[0]["payload"] == {"deeds": [1, 3]}


def test_several_processes_append_to_one_chain(database: str) -> None:
    at_once(
        4,
        """
        from datetime import UTC, datetime
        from amplify.ledger.queries.audit_log import record_event
        from amplify.ledger.database import Ledger
        from amplify.model.clock import Timestamp
        ledger = Ledger.open(URL)
        ready()
        for number in range(10):
            with ledger.write() as connection:
                now = ledger.real_now(connection)
                stamp = Timestamp(now, now)
                record_event(connection, "settle", f"person {NUMBER}", None, None, {"n": number}, stamp)
        """,
        URL=database,
    )
    ledger = Ledger.open(database)
    found = verified(ledger)
    assert (found.deeds, found.broken) == (40, None)
    with ledger.read() as connection:
        assert chain_tip(connection) == found.head
    ledger.close()
