"""`amplify publish`: publishes everything due, in one pass, for cron."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from amplify.cli.logs import LogForm, start_log
from amplify.cli.open_context import AsJson, Workspace, open_context
from amplify.cli.signals import stop_on_signal

if TYPE_CHECKING:
    from amplify.context.app_context import AppContext
    from amplify.engine.publish import PassResult
    from amplify.ledger.holds.file_errors import FileErrors
    from amplify.ledger.rows.claimed_delivery import ClaimedDelivery

Workers = Annotated[int, typer.Option(min=1, max=256, help="How many deliveries may be on their way at once.")]


def command(workspace: Workspace = None, workers: Workers = 8, as_json: AsJson = False, log: LogForm = None) -> int:
    """Publish everything that is due now, once, and exit. Safe to run as often as you like, and at once."""
    from amplify.engine.publish import run_pass

    start_log(log)
    app = open_context(workspace, publishes=True)
    try:
        with stop_on_signal() as stop:
            done = run_pass(app, workers=workers, on_outcome=None if as_json else print_outcome, stop=stop)
            print_pass(done, as_json)
            if stop.is_set():
                raise KeyboardInterrupt
            _tell_people(app)
    finally:
        app.close()
    return exit_code(done)


def _tell_people(app: AppContext) -> None:
    """Tell people what needs them, once everything is sent. Where nobody wants to know it, nothing is loaded."""
    from amplify.workspace.read_notify import read_notify

    if read_notify(app.root) is not None:
        from amplify.notices.send_notices import tell_people

        tell_people(app, publishes=True)


def exit_code(done: PassResult) -> int:
    """1 while files have errors, 3 where something needs a person."""
    if done.errors.count:
        return 1
    return 3 if done.needs_person else 0


def print_outcome(claimed: ClaimedDelivery, outcome: str) -> None:
    """Print one line for a delivery."""
    from rich.text import Text

    from amplify.cli import output

    style = {"sent": "green", "refused": "red", "logged_out": "red"}.get(outcome, "yellow")
    output.console().print(Text.assemble((outcome, style), f"  {claimed.account}  {claimed.post}"))


def print_pass(done: PassResult, as_json: bool) -> None:
    """Print what a pass did; nothing at all where it did nothing, so that cron sends no mail."""
    if as_json:
        from amplify.cli.output import print_json

        print_json(
            {
                "changes": len(done.changes),
                "outcomes": dict(done.outcomes),
                "reaped": done.reaped,
                "unsure": done.unsure,
                "paused": done.paused,
                "errors": done.errors.as_json(),
                "older": done.older,
                "failing": [one.as_json() for one in done.failing],
            }
        )
        return
    print_file_errors(done.errors)
    if done.older:
        from amplify.cli.output import print_error

        print_error(done.older)
    if done.paused or done.unsure or done.failing:
        from amplify.cli.output import paused_sentence, print_error

        for account, why in done.paused.items():
            print_error(paused_sentence(account, why))
        for one in done.failing:
            print_error(one.sentence)
        if done.unsure:
            print_error(f"{done.unsure} deliveries are unsure: see `amplify status`")


def print_file_errors(errors: FileErrors) -> None:
    """Print which files have errors, and what is held for them."""
    if errors.count:
        from amplify.cli.output import print_error

        for line in errors.lines:
            print_error(line)
        print_error(errors.sentence)
