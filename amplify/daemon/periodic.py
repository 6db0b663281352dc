"""The daemon's clock: what is to be done again and again, at the right moments. It owns no jobs of ours; the ledger is
the only queue."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from types import TracebackType
from typing import Final, Self

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

_LOOK: Final = 1.0
"""Seconds (real time) between two looks at the machine's own clock."""
_STEP: Final = timedelta(seconds=1)
"""A clock that was put back by more than this keeps nobody waiting."""

Errand = Callable[[], None]


class PeriodicTasks:
    """Runs each errand again and again while it is open, each at most once at a time. Late or missed ones run once.

    Errands raise nothing: whoever writes one says what went wrong.
    """

    def __init__(self, errands: Mapping[str, tuple[Errand, timedelta]], clock: Callable[[], datetime] | None = None):
        """`errands`: name → what to do, and how often (real time). `clock`: the machine's own, for tests."""
        # Its log would tell of every skipped tick.
        log = logging.getLogger("apscheduler")
        log.addHandler(logging.NullHandler())
        log.propagate = False
        self._clock = clock or (lambda: datetime.now(UTC))
        self._ended = Event()
        self._watch = Thread(target=self._watch_clock, name="clock-watch", daemon=True)
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(max(1, len(errands)))},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        now = datetime.now(UTC)
        for name, (errand, every) in errands.items():
            self._scheduler.add_job(errand, "interval", seconds=every.total_seconds(), next_run_time=now, id=name)

    def __enter__(self) -> Self:
        self._scheduler.start()
        self._watch.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """The errands in hand are finished."""
        self._ended.set()
        self._scheduler.shutdown(wait=True)

    def all_now(self) -> None:
        """Run every errand now, and then as often as before."""
        now = datetime.now(UTC)
        for job in self._scheduler.get_jobs():
            job.modify(next_run_time=now)

    def _watch_clock(self) -> None:
        """A scheduler knows its next time by the wall: put back by an hour, it would sleep for an hour."""
        wall, steady = self._clock(), time.monotonic()
        while not self._ended.wait(_LOOK):
            now, ticked = self._clock(), time.monotonic()
            if now - wall < timedelta(seconds=ticked - steady) - _STEP:
                self.all_now()
            wall, steady = now, ticked
