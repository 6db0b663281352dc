"""Two claims of one delivery in one group commit: only the one that holds the row may begin."""

from __future__ import annotations

from amplify.ledger.rows.begin_mark import BeginRequest, Begun, NotBegun, PreparedUploads, begin_requests, save_uploads
from ledger import rows
from ledger.databases import WoundLedger
from ledger.rows import LEASE, NOW, planned, queue, take_one


def test_an_edited_delivery_begins_once(ledger: WoundLedger) -> None:
    queue(ledger, planned())
    old = take_one(ledger)
    queue(ledger, planned(texts=("other words",)))
    new = take_one(ledger)
    assert (old.id, old.owner != new.owner) == (new.id, True)
    with ledger.write() as connection:
        assert save_uploads(ledger, connection, [PreparedUploads(old, {}), PreparedUploads(new, {})], LEASE) == [
            False,
            True,
        ]
        first, second = begin_requests(
            ledger, connection, [BeginRequest(old, 0, {}, True), BeginRequest(new, 0, {}, True)], NOW, LEASE
        )
    assert isinstance(first, NotBegun)
    assert first.lost
    assert isinstance(second, Begun)
    assert [one["owner"] for one in rows.attempts(ledger, new)] == [new.owner]
