"""amplify run: the daemon."""

from __future__ import annotations

from threading import Event
from typing import Annotated

import typer

from amplify.cli.desk import Workspace, open_desk
from amplify.cli.output import complain, console, paused, show_problems
from amplify.cli.publish import Workers, show, tell
from amplify.cli.stopping import stopping
from amplify.steps.desk import Desk


def command(
    workspace: Workspace = None,
    workers: Workers = 8,
    drain: Annotated[bool, typer.Option("--drain", help="Stop when nothing is due any more.")] = False,
) -> int:
    """Publish on time and measure, until it is stopped with Ctrl-C or SIGTERM. Several may run at once."""
    from amplify.clock.ticker import Ticker
    from amplify.steps.publish import publish

    desk = open_desk(workspace)
    with stopping() as stop:
        if drain:
            done = publish(desk, workers=workers, told=tell, stop=stop)
            show(done, as_json=False)
            return 3 if done.needs_person else 0
        console().print("running; Ctrl-C stops after the deliveries in hand")
        rounds = Rounds(desk, workers, stop)
        Ticker(rounds.tick, rounds.sweep).run(stop)
    desk.close()
    console().print("stopped")
    return 0


class Rounds:
    """What the daemon does again and again. Bad files hold everything and are told once, until they change."""

    def __init__(self, desk: Desk, workers: int, stop: Event) -> None:
        self.desk, self.workers, self.stop = desk, workers, stop
        # Readings go on beside a pass: clients of their own, for no client serves two threads.
        self.reading_desk = Desk(desk.root, desk.ledger, desk.clock)
        self._said: set[str] = set()

    def tick(self) -> None:
        """One publishing pass."""
        from amplify.model.errors import AmplifyError
        from amplify.steps.publish import publish

        try:
            done = publish(self.desk, workers=self.workers, told=tell, stop=self.stop)
        except AmplifyError as error:
            if str(error) not in self._said:
                show_problems(getattr(error, "problems", ()), to_stderr=True)
            self._say(str(error))
            return
        now = {paused(account, why) for account, why in done.paused.items()}
        self._said &= now
        for sentence in now:
            self._say(sentence)

    def sweep(self) -> None:
        """One measuring sweep."""
        from amplify.model.errors import AmplifyError
        from amplify.steps.measure import measure

        try:
            measured = measure(self.reading_desk)
        except AmplifyError as error:
            self._say(str(error))
            return
        for account, why in measured.failed.items():
            self._say(f"{account} cannot be read: {why}")

    def _say(self, sentence: str) -> None:
        if sentence not in self._said:
            self._said.add(sentence)
            complain(sentence)
