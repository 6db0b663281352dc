"""`amplify notify`: tells people by e-mail and webhook what needs them, and shows how that goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from amplify.cli import output
from amplify.cli.open_context import AsJson, Workspace, open_context
from amplify.cli.output import print_error, print_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from amplify.model.notice import NotifySettings
    from amplify.notices.send_notices import ToldRecipient


def command(
    test: Annotated[bool, typer.Option("--test", help="Send everybody a test, and say whether it was taken.")] = False,
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> int:
    """Tell the people under `notify:` in config/accounts.yaml what is new and needs them, and show what waits.

    `publish` and `run` do this by themselves. With a cron line of its own on another machine it also tells when
    nothing publishes any more.
    """
    from amplify.workspace.locate import find_root
    from amplify.workspace.read_notify import read_notify

    settings = read_notify(find_root(workspace))
    if settings is None or not settings.recipients:
        if as_json:
            print_json({"recipients": []})
        else:
            output.console().print("nobody is told of anything: docs/notices.md says what to write under `notify:`")
        return 0
    if test:
        return _test(settings, as_json)
    from amplify.notices.send_notices import tell_people

    app = open_context(workspace)
    try:
        told = tell_people(app)
    finally:
        app.close()
    if as_json:
        print_json({"recipients": [one.as_json() for one in told]})
    else:
        _show(told)
    return 3 if any(one.status.why for one in told) else 0


def _test(settings: NotifySettings, as_json: bool) -> int:
    """Send a test to everybody, and say how each went."""
    from amplify.notices.not_told import NotTold
    from amplify.notices.send_notices import recipient_name, tell_test

    failed: list[dict[str, str | None]] = []
    for recipient in settings.recipients:
        name, why = recipient_name(recipient), None
        try:
            tell_test(recipient)
        except NotTold as error:
            why = str(error)
        failed.append({"recipient": name, "failed": why})
        if not as_json and why is None:
            output.console().print(f"{name}: the test was taken", highlight=False)
        elif not as_json:
            print_error(f"{name}: {why}")
    if as_json:
        print_json({"test": failed})
    return 3 if any(one["failed"] for one in failed) else 0


def _show(told: Iterable[ToldRecipient]) -> None:
    for one in told:
        waits = ""
        if one.status.waiting and one.status.next_at is not None:
            waits = f", {one.status.waiting} wait until {one.status.next_at:%Y-%m-%d %H:%M} UTC"
        output.console().print(f"{one.name}: told of {one.told}{waits}", highlight=False)
        if one.status.why:
            print_error(f"{one.name}: {one.status.why}; it is tried again")
