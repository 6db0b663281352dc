"""The daemon's clock: passes at the right moments. It owns no jobs of ours; the ledger is the only queue."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Final

from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

LOOK: Final = timedelta(seconds=1)
"""How often files are looked at: a stop written into them works within this time."""


class Ticker:
    """Runs `tick` every `every`, and a slower `sweep`, until it is stopped. Late or missed ticks run once."""

    def __init__(
        self,
        tick: Callable[[], None],
        sweep: Callable[[], None],
        every: timedelta = LOOK,
        sweep_every: timedelta = timedelta(minutes=1),
    ) -> None:
        # Its log would tell of every skipped tick, and show tracebacks: what fails is raised by `run` instead.
        log = logging.getLogger("apscheduler")
        log.addHandler(logging.NullHandler())
        log.propagate = False
        self.failed: BaseException | None = None
        self._ended = Event()
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(2)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        now = datetime.now(UTC)
        self._scheduler.add_job(tick, "interval", seconds=every.total_seconds(), next_run_time=now, id="tick")
        self._scheduler.add_job(sweep, "interval", seconds=sweep_every.total_seconds(), next_run_time=now, id="sweep")
        self._scheduler.add_listener(self._fail, EVENT_JOB_ERROR)

    def run(self, stop: Event) -> None:
        """Tick until `stop` is set or a tick fails; the tick in hand is finished. Raises what the tick raised."""
        self._scheduler.start()
        while not stop.is_set() and not self._ended.is_set():
            stop.wait(0.2)
        self._scheduler.shutdown(wait=True)
        if self.failed is not None:
            raise self.failed

    def _fail(self, event: JobExecutionEvent) -> None:
        self.failed = event.exception
        self._ended.set()
