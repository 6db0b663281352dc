"""The daemon: one endless worker, and periodic tasks beside it. Nothing but a signal ends it.

Files that cannot be read, a ledger that went away, a delivery that broke off: each is reported once, and what can go on
goes on. Periodic tasks have contexts of their own, since no client serves two threads.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from threading import Event, Lock, Thread
from types import TracebackType
from typing import TYPE_CHECKING, Final, Protocol, Self

from amplify.context.app_context import AppContext
from amplify.engine.files_sync import files_mark
from amplify.engine.heartbeat import note_pass
from amplify.engine.maintenance import run_maintenance
from amplify.engine.measure import measure_engagement
from amplify.engine.remote_upkeep import RemoteUpkeep
from amplify.engine.worker import Worker
from amplify.ledger.holds.file_errors import NO_ERRORS, FileErrors
from amplify.ledger.listener import Listener
from amplify.ledger.queries.failing import FailingDelivery
from amplify.ledger.rows.claimed_delivery import ClaimedDelivery
from amplify.model.errors import AmplifyError
from amplify.model.event import log_event
from amplify.notices.send_notices import tell_people
from amplify.planning.file_versions import files_note
from amplify.planning.server_lookup import refresh_limits

if TYPE_CHECKING:
    from amplify.daemon.health import Health

_UPKEEP: Final = 1.0
_SWEEP: Final = 60.0
_NOTICES: Final = 20.0
_LOOK: Final = 1.0
"""Seconds until unreadable files are read again, and the first backoff for a ledger that went away."""
_LONGEST: Final = 30.0
"""Longest backoff in seconds: then everything is tried again, though nothing seems to have changed."""


class Reporter(Protocol):
    """Reports outcomes and problems to people."""

    def outcome(self, claimed: ClaimedDelivery, outcome: str) -> None:
        """The outcome of a delivery."""
        ...

    def trouble(self, error: AmplifyError) -> None:
        """Why nothing goes out, or nothing is read; a sentence that says what to do."""
        ...

    def paused(self, accounts: Iterable[tuple[str, str]]) -> None:
        """All accounts that are paused now → what to mend."""
        ...

    def failing(self, deliveries: Iterable[FailingDelivery]) -> None:
        """All that is due now and its platform does not take."""
        ...

    def broke(self, error: BaseException) -> None:
        """An unexpected exception."""
        ...


class Daemon:
    """The process of `amplify run`. Any number may run on one ledger."""

    def __init__(
        self,
        app: AppContext,
        another: Callable[[], AppContext],
        workers: int,
        voice: Reporter,
        health: Health | None = None,
    ) -> None:
        """`another` makes contexts on the same workspace and ledger; `health` is told of each look and each pass."""
        self._app, self._voice, self._workers = app, voice, workers
        self._maintenance_app, self._limits_app, self._reading_app = another(), another(), another()
        self._notices_app = another()
        self._health = health
        self._spoke: set[str] = set()
        self._errors = NO_ERRORS
        self._older = ""
        self._lock = Lock()

    def run(self, stop: Event) -> None:
        """Run until `stop` is set. What is being sent is finished, and what was only prepared is released."""
        began = time.monotonic()
        log_event("daemon_began", workers=self._workers)
        worker = self._worker = Worker(
            self._app,
            self._workers,
            self._heard,
            stop,
            Counter(),
            lambda _, error: self._broke(error),
            forever=True,
        )
        tasks = {
            "upkeep": (self._keep_up, _UPKEEP),
            "limits": (self._refresh_limits, _UPKEEP),
            "sweep": (self._sweep, _SWEEP),
            "notices": (self._tell_people, _NOTICES),
        }
        with (
            _listening(self._app, worker),
            RemoteUpkeep(self._maintenance_app, stop, worker.wake) as self._upkeep,
            PeriodicTasks(tasks),
        ):
            wait = _LOOK
            while not stop.is_set():
                started = time.monotonic()
                mark = ""
                try:
                    mark = files_mark(self._app)
                    worker.run()
                except AmplifyError as error:
                    self._voice.trouble(error)
                    log_event("error", kind=type(error).__name__)
                except Exception as error:  # the rest of the campaign goes on
                    self._broke(error)
                if time.monotonic() - started > _LONGEST:  # it went well for a while
                    wait = _LOOK
                self._rest(stop, wait, mark)
                wait = min(2 * wait, _LONGEST)
        log_event("daemon_ended", seconds=time.monotonic() - began)

    def _rest(self, stop: Event, seconds: float, mark: str) -> None:
        """Wait until it is worth another try: some time has passed, or files have changed."""
        end = time.monotonic() + seconds
        while not stop.wait(min(_LOOK, max(0.0, end - time.monotonic()))):
            if time.monotonic() >= end or self._files_changed(mark):
                return

    def _files_changed(self, mark: str) -> bool:
        try:
            return files_mark(self._app) != mark
        except AmplifyError:  # told already, or by the next try
            return False

    def _heard(self, claimed: ClaimedDelivery, outcome: str) -> None:
        if outcome in ("sent", "refused"):  # its server answers just now
            with self._lock:
                self._spoke.add(claimed.account)
        self._voice.outcome(claimed, outcome)

    def _keep_up(self) -> None:
        """Periodic task: run maintenance, and begin what is to be asked of servers."""
        with self._mishaps():
            if self._health is not None:
                self._health.beat()
            done = run_maintenance(self._maintenance_app)
            self._voice.paused(done.seen.paused.items())
            self._voice.failing(done.seen.failing)
            self._tell_errors(done.seen.errors)
            self._tell_older()
            if done.reaped:
                self._worker.wake()
            self._upkeep.start(done.seen)
            note_pass(self._app)
            if self._health is not None:
                self._health.passes.inc()

    def _refresh_limits(self) -> None:
        """Periodic task: refresh the limits of servers, each once a day."""
        with self._mishaps():
            with self._lock:
                spoke, self._spoke = self._spoke, set()
            if spoke:
                # A new limit makes other pictures: whoever has learned one needs a new client.
                self._worker.refresh_clients(refresh_limits(self._limits_app, spoke))

    def _tell_errors(self, errors: FileErrors) -> None:
        """Tell of files with errors whenever these changed."""
        if errors != self._errors:
            self._errors = errors
            if errors.count:
                self._voice.trouble(AmplifyError("\n".join((*errors.lines, errors.sentence))))

    def _tell_older(self) -> None:
        """Tell whenever this machine's files turn out to be older than what another one queued."""
        with self._maintenance_app.ledger.read() as connection:
            older = files_note(connection, self._maintenance_app.root)
        if older != self._older:
            self._older = older
            if older:
                self._voice.trouble(AmplifyError(older))

    def _sweep(self) -> None:
        """Periodic task: one measuring sweep."""
        with self._mishaps():
            measured = measure_engagement(self._reading_app)
            for account, why in measured.failed.items():
                self._voice.trouble(AmplifyError(f"{account} cannot be read: {why}"))

    @contextmanager
    def _mishaps(self) -> Iterator[None]:
        """Context of a periodic task: report what goes wrong; the task runs again at its next time."""
        try:
            yield
        except AmplifyError as error:
            self._voice.trouble(error)
        except Exception as error:
            self._broke(error)

    def _tell_people(self) -> None:
        """Periodic task: tell people what needs them, by e-mail and webhook."""
        with self._mishaps():
            tell_people(self._notices_app, publishes=True)

    def _broke(self, error: BaseException) -> None:
        log_event("error", kind=type(error).__name__)
        self._voice.broke(error)


@contextmanager
def _listening(app: AppContext, worker: Worker) -> Iterator[None]:
    listener = Listener(app.ledger, worker.wake)
    listener.start()
    try:
        yield
    finally:
        listener.close()


PeriodicTask = Callable[[], None]


class PeriodicTasks:
    """Runs periodic tasks while it is open, each in a thread of its own. Late or missed runs are made up for once.

    By the steady clock: whatever happens to the machine's time of day, nothing is missed and nothing is waited for.
    Tasks raise nothing: each reports what went wrong by itself.
    """

    def __init__(self, tasks: Mapping[str, tuple[PeriodicTask, float]]) -> None:
        """`tasks`: name → task, and seconds from one start to the next."""
        self._ended = Event()
        self._threads = [Thread(target=self._repeat, args=said, name=name, daemon=True) for name, said in tasks.items()]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait for the tasks that are running."""
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _repeat(self, task: PeriodicTask, every: float) -> None:
        due = time.monotonic()
        while not self._ended.wait(due - time.monotonic()):
            task()
            due = max(due + every, time.monotonic())
