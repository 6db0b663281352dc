"""Group commits: order, durability, and a bad piece that is nobody else's trouble."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from amplify.ledger.database import Ledger
from amplify.ledger.group_commit import GroupCommitter, Write
from amplify.ledger.holds.gates import GATES
from amplify.ledger.tables import META
from ledger.databases import WoundLedger


def note(key: str) -> Write[str]:
    def work(connection: Connection) -> str:
        connection.execute(insert(META).values(key=key, value=key))
        return key

    return work


def notes(ledger: Ledger) -> set[str]:
    with ledger.read() as connection:
        return set(connection.execute(select(META.c.key)).scalars())


def broken(connection: Connection) -> None:
    connection.execute(insert(META).values(key="left behind by the broken piece", value=""))
    raise LookupError("a bad piece")


class Held:
    """Keeps the committer busy with one piece, so that everything handed in meanwhile comes in one group."""

    def __init__(self, committer: GroupCommitter) -> None:
        self._go, begun = threading.Event(), threading.Event()

        def work(_: Connection) -> None:
            begun.set()
            self._go.wait(30)

        committer.submit(work)
        assert begun.wait(30)

    def release(self) -> None:
        self._go.set()


def test_one_bad_piece_fails_alone(ledger: WoundLedger) -> None:
    with GroupCommitter(ledger) as committer:
        held = Held(committer)
        before, bad, after = committer.submit(note("before")), committer.submit(broken), committer.submit(note("after"))
        held.release()
        assert (before.result(30), after.result(30)) == ("before", "after")
        with pytest.raises(LookupError, match="a bad piece"):
            bad.result(30)
    assert notes(ledger) >= {"before", "after"}
    assert "left behind by the broken piece" not in notes(ledger)


def test_a_piece_that_the_database_refuses_fails_alone(ledger: WoundLedger) -> None:
    with GroupCommitter(ledger) as committer:
        held = Held(committer)
        first, twice, after = (committer.submit(note(key)) for key in ("same", "same", "after"))
        held.release()
        assert first.result(30) == "same"
        assert after.result(30) == "after"
        with pytest.raises(IntegrityError, match=r"(?i)unique"):
            twice.result(30)


def test_order_is_kept(ledger: WoundLedger) -> None:
    done: list[int] = []
    with GroupCommitter(ledger) as committer:
        held = Held(committer)
        futures = [committer.submit(lambda _, number=number: done.append(number)) for number in range(600)]
        held.release()
        futures[-1].result(30)
    assert done == list(range(600))


def test_what_one_group_holds_is_committed_once(ledger: WoundLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    transactions = []
    write = ledger.write

    def counted() -> Any:
        transactions.append(1)
        return write()

    monkeypatch.setattr(ledger, "write", counted)
    with GroupCommitter(ledger) as committer:
        held = Held(committer)
        for number in range(100):
            committer.submit(note(f"n{number}"))
        held.release()
    assert len(transactions) == 2
    assert len(notes(ledger)) >= 100


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_what_asks_no_gate_goes_on_while_somebody_changes_them(ledger: WoundLedger) -> None:
    """Only what looks at gates takes their lock."""
    with ledger.write() as changing:
        ledger.lock(changing, GATES)
        with GroupCommitter(ledger) as committer:
            assert committer.submit(note("receipt")).result(30) == "receipt"
            mark = committer.submit(lambda connection: ledger.lock(connection, GATES, shared=True))
            with pytest.raises(TimeoutError):
                mark.result(0.2)
            changing.commit()
            mark.result(30)


def test_a_done_future_means_a_durable_commit(ledger: WoundLedger, database: str) -> None:
    other = Ledger.open(database)
    with GroupCommitter(ledger) as committer:
        committer.run(note("told"))
        assert "told" in notes(other)
    other.close()


def test_what_is_handed_in_together_is_written_in_one_go(ledger: WoundLedger) -> None:
    """Though the committer is idle, and could begin with the first."""
    groups: list[int] = []

    def act(connection: Connection, items: Sequence[int]) -> list[int]:
        groups.append(len(items))
        return [2 * item for item in items]

    with GroupCommitter(ledger) as committer:
        futures: list[Future[int]] = [Future() for _ in range(100)]
        committer.submit_group(act, enumerate(futures))
        assert [future.result(30) for future in futures] == list(range(0, 200, 2))
    assert groups == [100]


def test_everything_handed_in_is_durable_on_exit(ledger: WoundLedger) -> None:
    futures: list[Future[str]] = []

    def broken_off() -> None:
        with GroupCommitter(ledger) as committer:
            held = Held(committer)
            futures.extend(committer.submit(note(f"n{number}")) for number in range(50))
            held.release()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken_off()
    assert [future.result(0) for future in futures]
    assert notes(ledger) >= {f"n{number}" for number in range(50)}


def test_many_threads_hand_in_at_once(ledger: WoundLedger) -> None:
    with GroupCommitter(ledger) as committer:

        def hand_in(who: int) -> None:
            for number in range(20):
                assert committer.run(note(f"{who}-{number}")) == f"{who}-{number}"

        threads = [threading.Thread(target=hand_in, args=(who,)) for who in range(8)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
    assert len(notes(ledger)) >= 160
