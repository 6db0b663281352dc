"""A stop that came with a person's state lets pass what was written for that state, and nothing else."""

from __future__ import annotations

from sqlalchemy import select

from amplify.ledger.database import Ledger
from amplify.ledger.holds.gates import put_gates
from amplify.ledger.holds.stops import StopRequest, write_stop
from amplify.ledger.tables import DELIVERY
from amplify.model.clock import Timestamp
from amplify.model.gate import Gate
from ledger import rows
from ledger.rows import NOW


def stopped(ledger: Ledger, state: str | None) -> set[str]:
    """What goes out of a memorial, an ordinary post, and one that names her only in words."""

    rows.queue(
        ledger,
        rows.planned("memorial", "a/x", subjects=("person:anna@died",)),
        rows.planned("ordinary", "b/x", subjects=("person:anna",)),
        rows.planned("unlisted", "c/x", texts=["Free Anna Petrova"]),
        rows.planned("other", "d/x"),
    )
    with ledger.write() as connection:
        put_gates(connection, [Gate("person", "anna@died"), Gate("person", "anna")])
        real = ledger.real_now(connection)
        write_stop(
            connection,
            StopRequest("person", "anna", "set to died", "vera", ("Anna Petrova",), state),
            Timestamp(NOW, real),
        )
    return {one.post for one in rows.take(ledger)}


def test_what_was_written_for_the_state_waits_for_its_approvals_only(ledger: Ledger) -> None:

    assert stopped(ledger, "died") == {"other"}
    with ledger.read() as connection:
        whys = {post: why or "" for post, why in connection.execute(select(DELIVERY.c.post, DELIVERY.c.why))}
    assert "two people must approve it" in whys["memorial"]
    assert "stopped by vera" in whys["ordinary"]
    assert "stopped by vera" in whys["unlisted"]


def test_a_stop_that_somebody_asked_for_holds_everything(ledger: Ledger) -> None:

    assert stopped(ledger, None) == {"other"}
    with ledger.read() as connection:
        found = {post: why or "" for post, why in connection.execute(select(DELIVERY.c.post, DELIVERY.c.why))}
    assert "stopped by vera" in found["memorial"]


def test_another_state_is_another_matter(ledger: Ledger) -> None:

    assert stopped(ledger, "release_confirmed") == {"other"}
    with ledger.read() as connection:
        found = {post: why or "" for post, why in connection.execute(select(DELIVERY.c.post, DELIVERY.c.why))}
    assert "stopped by vera" in found["memorial"]
