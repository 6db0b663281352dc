"""`amplify run`: the daemon."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from threading import Event, Lock
from typing import TYPE_CHECKING, Annotated

import typer

from amplify.cli import output
from amplify.cli.logs import LogForm, start_log
from amplify.cli.open_context import Workspace, open_context
from amplify.cli.options import HealthAt
from amplify.cli.output import paused_sentence, print_error, show_problems
from amplify.cli.publish import Workers, exit_code, print_outcome, print_pass
from amplify.cli.signals import stop_on_signal
from amplify.context.app_context import AppContext

if TYPE_CHECKING:
    from amplify.ledger.queries.failing import FailingDelivery
    from amplify.ledger.rows.claimed_delivery import ClaimedDelivery
    from amplify.model.errors import AmplifyError


def command(
    workspace: Workspace = None,
    workers: Workers = 8,
    drain: Annotated[bool, typer.Option("--drain", help="Stop when nothing is due any more.")] = False,
    health: HealthAt = None,
    log: LogForm = None,
) -> int:
    """Publish on time and measure, until it is stopped with Ctrl-C or SIGTERM. Several may run at once.

    What is due within seconds is made ready ahead, and goes out at its instant: all of it at once, beside `--workers`.
    """
    start_log(log)
    app = open_context(workspace, publishes=True)
    try:
        with stop_on_signal() as stop:
            if drain:
                return _drained(app, workers, stop)
            _run(app, workers, stop, health)
    finally:
        app.close()
    output.console().print("stopped")
    return 0


def _drained(app: AppContext, workers: int, stop: Event) -> int:
    from amplify.engine.publish import run_pass

    done = run_pass(app, workers=workers, on_outcome=print_outcome, stop=stop)
    print_pass(done, as_json=False)
    return exit_code(done)


def _run(app: AppContext, workers: int, stop: Event, health: str | None) -> None:
    from amplify.daemon.daemon import Daemon

    def another() -> AppContext:
        return AppContext(app.root, app.ledger, app.clock, app.timings, guard=app.guard)

    with ExitStack() as opened:
        shown = None
        if health is not None:
            from amplify.daemon.health import Health, parse_address

            shown = opened.enter_context(Health(app.ledger, app.clock, parse_address(health)))
        output.console().print("running; Ctrl-C stops after the deliveries in hand")
        Daemon(app, another, workers, TerminalReporter(), shown).run(stop)


class TerminalReporter:
    """Prints a daemon's events on the terminal. A trouble is printed once, until it is over."""

    def __init__(self) -> None:
        self._said: set[str] = set()
        self._paused: set[str] = set()
        self._failing: set[str] = set()
        self._lock = Lock()

    def outcome(self, claimed: ClaimedDelivery, outcome: str) -> None:
        """Print one line for a delivery."""
        print_outcome(claimed, outcome)
        if outcome == "sent" and self._said:  # the next trouble is a new one
            with self._lock:
                self._said.clear()

    def trouble(self, error: AmplifyError) -> None:
        """Print a trouble once, with the problems of the files where these are the reason."""
        with self._lock:
            known = str(error) in self._said
            self._said.add(str(error))
        if not known:
            show_problems(getattr(error, "problems", ()), to_stderr=True)
            print_error(str(error))

    def paused(self, accounts: Iterable[tuple[str, str]]) -> None:
        """Print each paused account once, until it could publish again."""
        now = {paused_sentence(account, why) for account, why in accounts}
        new, self._paused = now - self._paused, now
        for sentence in sorted(new):
            print_error(sentence)

    def failing(self, deliveries: Iterable[FailingDelivery]) -> None:
        """Print what its platform does not take just now once, until it is out or its platform says something else."""
        now = {one.sentence for one in deliveries}
        new, self._failing = now - self._failing, now
        for sentence in sorted(new):
            print_error(sentence)

    def broke(self, error: BaseException) -> None:
        """Print an internal error once for each kind, with the path of its crash report."""
        from amplify.cli.crash_report import write_crash_report

        kind = f"{type(error).__module__}.{type(error).__name__}"
        with self._lock:
            known = kind in self._said
            self._said.add(kind)
        if not known:
            where = write_crash_report(error)
            print_error(f"something broke off that amplify did not expect ({kind}); the rest goes on; see {where}")
