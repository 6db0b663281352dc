"""The pool of threads: order, results, cancelling, more and fewer threads."""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError, wait
from threading import Barrier, Event

import pytest

from amplify.engine.worker_pool import WorkerPool

SECONDS = 30.0


def threads(name: str) -> int:
    return sum(thread.name.startswith(f"{name}-") for thread in threading.enumerate())


def test_what_is_submitted_is_done_in_order_and_its_future_knows_what_came_of_it() -> None:
    done: list[int] = []

    def work(number: int) -> int:
        done.append(number)
        return 10 // number

    with WorkerPool("ordered", 1) as pool:
        futures = [pool.submit(work, number) for number in (3, 2, 0, 1)]
        assert [futures[at].result(SECONDS) for at in (0, 1, 3)] == [3, 5, 10]
        with pytest.raises(ZeroDivisionError):
            futures[2].result(SECONDS)
    assert done == [3, 2, 0, 1]


def test_what_no_thread_has_begun_can_be_cancelled() -> None:
    begun, go = Event(), Event()

    def hold() -> bool:
        begun.set()
        return go.wait(SECONDS)

    with WorkerPool("cancelling", 1) as pool:
        first, second, third = pool.submit(hold), pool.submit(threads, "x"), pool.submit(threads, "x")
        assert begun.wait(SECONDS)
        assert not first.cancel()
        assert second.cancel()
        go.set()
        assert first.result(SECONDS)
        with pytest.raises(CancelledError):
            second.result(SECONDS)
        assert third.result(SECONDS) == 0


def test_it_grows_and_shrinks() -> None:
    with WorkerPool("sized") as pool:
        waiting = pool.submit(int)
        assert threads("sized") == 0
        assert not waiting.done()
        pool.resize(5)
        together = Barrier(5)
        wait([pool.submit(together.wait, SECONDS) for _ in range(5)], SECONDS)
        assert threads("sized") == pool.size == 5
        pool.resize(2)
        both = Barrier(2)
        wait([pool.submit(both.wait, SECONDS) for _ in range(2)], SECONDS)
        assert pool.size == 2
        assert not both.broken
    assert threads("sized") == 0


def test_all_is_done_on_exit_unless_somebody_insists() -> None:
    go, done = Event(), Event()

    def slow() -> None:
        go.wait(SECONDS)
        done.set()

    with pytest.raises(KeyboardInterrupt), WorkerPool("impatient", 1) as pool:  # noqa: PT012 - the point of it
        pool.submit(slow)
        raise KeyboardInterrupt
    assert not done.is_set()
    go.set()
    assert done.wait(SECONDS)
    with WorkerPool("patient", 1) as pool:
        finished = pool.submit(slow)
    assert finished.done()
