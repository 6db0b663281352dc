"""Group commits: order, durability, and a bad piece that is nobody else's trouble."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from amplify.ledger.database import Ledger
from amplify.ledger.group_commit import NOBODY, Answer, Work, Writer, each
from amplify.ledger.holds.gates import GATES
from amplify.ledger.tables import META
from ledger.databases import WoundLedger


def note(key: str) -> Work[str]:
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
    """Keeps the writer busy with one piece, so that everything handed in meanwhile comes in one group."""

    def __init__(self, writer: Writer) -> None:
        self._go, begun = threading.Event(), threading.Event()

        def work(_: Connection) -> None:
            begun.set()
            self._go.wait(30)

        writer.submit(work)
        assert begun.wait(30)

    def release(self) -> None:
        self._go.set()


def test_one_bad_piece_fails_alone(ledger: WoundLedger) -> None:
    with Writer(ledger) as writer:
        held = Held(writer)
        before, bad, after = writer.submit(note("before")), writer.submit(broken), writer.submit(note("after"))
        held.release()
        assert (before.result(30), after.result(30)) == ("before", "after")
        with pytest.raises(LookupError, match="a bad piece"):
            bad.result(30)
    assert notes(ledger) >= {"before", "after"}
    assert "left behind by the broken piece" not in notes(ledger)


def test_a_piece_that_the_database_refuses_fails_alone(ledger: WoundLedger) -> None:
    with Writer(ledger) as writer:
        held = Held(writer)
        first, twice, after = (writer.submit(note(key)) for key in ("same", "same", "after"))
        held.release()
        assert first.result(30) == "same"
        assert after.result(30) == "after"
        with pytest.raises(IntegrityError, match=r"(?i)unique"):
            twice.result(30)


def test_order_is_kept(ledger: WoundLedger) -> None:
    done: list[int] = []
    with Writer(ledger) as writer:
        held = Held(writer)
        futures = [writer.submit(lambda _, number=number: done.append(number)) for number in range(600)]
        held.release()
        futures[-1].result(30)
    assert done == list(range(600))


def test_what_one_group_holds_is_committed_once(ledger: WoundLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    transactions = []
    write = ledger.write

    def counted(**sharing: int) -> Any:
        transactions.append(1)
        return write(**sharing)

    monkeypatch.setattr(ledger, "write", counted)
    with Writer(ledger) as writer:
        held = Held(writer)
        for number in range(100):
            writer.submit(note(f"n{number}"))
        held.release()
    assert len(transactions) == 2
    assert len(notes(ledger)) >= 100


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_what_asks_no_gate_goes_on_while_somebody_changes_them(ledger: WoundLedger) -> None:
    """The writer takes the gates' lock with its first question, and only where it is free."""
    with ledger.write() as changing:
        ledger.lock(changing, GATES)
        with Writer(ledger) as writer:
            assert writer.submit(note("receipt")).result(30) == "receipt"
            mark = writer.submit(lambda connection: ledger.lock(connection, GATES, shared=True))
            with pytest.raises(TimeoutError):
                mark.result(0.2)
            changing.commit()
            mark.result(30)


def test_a_done_future_means_a_durable_commit(ledger: WoundLedger, database: str) -> None:
    other = Ledger.open(database)
    with Writer(ledger) as writer:
        writer.run(note("told"))
        assert "told" in notes(other)
    other.close()


def test_what_is_handed_in_together_is_written_in_one_go(ledger: WoundLedger) -> None:
    """Though the writer is idle, and could begin with the first."""
    groups: list[int] = []

    def act(connection: Connection, items: Sequence[int]) -> list[int]:
        groups.append(len(items))
        return [2 * item for item in items]

    with Writer(ledger) as writer:
        answers: list[Answer[int]] = [Answer() for _ in range(100)]
        writer.ask_all((act, number, answer) for number, answer in enumerate(answers))
        assert [answer.result(30) for answer in answers] == list(range(0, 200, 2))
    assert groups == [100]


def test_what_nobody_waits_for_goes_with_what_comes_next(ledger: WoundLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one transaction: while the second is written, nobody else sees the first."""
    monkeypatch.setattr("amplify.ledger.group_commit._PATIENCE", 30.0)
    with Writer(ledger) as writer:
        writer.ask(each, note("patient"), NOBODY)
        ours, others = writer.run(
            lambda connection: (set(connection.execute(select(META.c.key)).scalars()), notes(ledger))
        )
    assert "patient" in ours - others
    assert "patient" in notes(ledger)


def test_what_nobody_waits_for_is_written_without_company(ledger: WoundLedger) -> None:
    written = threading.Event()

    def work(connection: Connection) -> None:
        note("alone")(connection)
        written.set()

    with Writer(ledger) as writer:
        writer.ask(each, work, NOBODY)
        assert written.wait(30)
    assert "alone" in notes(ledger)


def test_everything_handed_in_is_durable_on_exit(ledger: WoundLedger) -> None:
    futures: list[Answer[str]] = []

    def broken_off() -> None:
        with Writer(ledger) as writer:
            held = Held(writer)
            futures.extend(writer.submit(note(f"n{number}")) for number in range(50))
            held.release()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken_off()
    assert [future.result(0) for future in futures]
    assert notes(ledger) >= {f"n{number}" for number in range(50)}


def test_many_threads_hand_in_at_once(ledger: WoundLedger) -> None:
    with Writer(ledger) as writer:

        def hand_in(who: int) -> None:
            for number in range(20):
                assert writer.run(note(f"{who}-{number}")) == f"{who}-{number}"

        threads = [threading.Thread(target=hand_in, args=(who,)) for who in range(8)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
    assert len(notes(ledger)) >= 160
