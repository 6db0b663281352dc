"""amplify run: the daemon."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from threading import Event, Lock
from typing import TYPE_CHECKING, Annotated

import typer

from amplify.cli.healthat import HealthAt
from amplify.cli.logs import LogForm, start_log
from amplify.cli.open_context import Workspace, open_desk
from amplify.cli.output import complain, console, paused, show_problems
from amplify.cli.publish import Workers, show, tell
from amplify.cli.signals import stopping
from amplify.context.app_context import Desk

if TYPE_CHECKING:
    from amplify.ledger.rows.claimed_delivery import Claimed
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
    desk = open_desk(workspace)
    try:
        with stopping() as stop:
            if drain:
                return _drained(desk, workers, stop)
            _run(desk, workers, stop, health)
    finally:
        desk.close()
    console().print("stopped")
    return 0


def _drained(desk: Desk, workers: int, stop: Event) -> int:
    from amplify.engine.publish import publish

    done = publish(desk, workers=workers, told=tell, stop=stop)
    show(done, as_json=False)
    return 3 if done.needs_person else 0


def _run(desk: Desk, workers: int, stop: Event, health: str | None) -> None:
    from amplify.daemon.daemon import Daemon

    def another() -> Desk:
        return Desk(desk.root, desk.ledger, desk.clock, desk.timings)

    with ExitStack() as opened:
        beat = None
        if health is not None:
            from amplify.daemon.health import Health, address

            beat = opened.enter_context(Health(desk.ledger, desk.clock, address(health))).beat
        console().print("running; Ctrl-C stops after the deliveries in hand")
        Daemon(desk, another, workers, Aloud(), beat).run(stop)


class Aloud:
    """Tells people on the terminal. What is wrong is told once, until it is well again."""

    def __init__(self) -> None:
        self._said: set[str] = set()
        self._paused: set[str] = set()
        self._lock = Lock()

    def outcome(self, claimed: Claimed, outcome: str) -> None:
        """One line a delivery."""
        tell(claimed, outcome)
        if outcome == "sent" and self._said:  # the next trouble is a new one
            with self._lock:
                self._said.clear()

    def trouble(self, error: AmplifyError) -> None:
        """Once, with the problems of the files where it is they."""
        with self._lock:
            known = str(error) in self._said
            self._said.add(str(error))
        if not known:
            show_problems(getattr(error, "problems", ()), to_stderr=True)
            complain(str(error))

    def paused(self, accounts: Iterable[tuple[str, str]]) -> None:
        """Each once, until it could speak again."""
        now = {paused(account, why) for account, why in accounts}
        new, self._paused = now - self._paused, now
        for sentence in sorted(new):
            complain(sentence)

    def broke(self, error: BaseException) -> None:
        """Where it happened is kept in a file; once for each kind."""
        from amplify.cli.crash_report import keep

        kind = f"{type(error).__module__}.{type(error).__name__}"
        with self._lock:
            known = kind in self._said
            self._said.add(kind)
        if not known:
            complain(f"something broke off that amplify did not expect ({kind}); the rest goes on; see {keep(error)}")
