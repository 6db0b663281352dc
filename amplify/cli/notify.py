"""`amplify notify`: tells people by e-mail and webhook what needs them, and shows how that goes."""

from __future__ import annotations

from typing import Annotated

import typer

from amplify.cli import output
from amplify.cli.open_context import AsJson, Workspace, open_context
from amplify.cli.output import print_error, print_json
from amplify.model.errors import WrongUse


def command(
    test: Annotated[bool, typer.Option("--test", help="Send everybody a test, and say whether it was taken.")] = False,
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> int:
    """Tell the people under `notify:` in config/accounts.yaml what is new and needs them, and show what waits.

    `publish` and `run` do this by themselves. With a cron line of its own on another machine it also tells when
    nothing publishes any more.
    """
    from amplify.notices.not_told import NotTold
    from amplify.notices.send_notices import recipient_name, tell_people, tell_test
    from amplify.workspace.locate import find_root
    from amplify.workspace.read_notify import read_notify

    root = find_root(workspace)
    settings = read_notify(root)
    if settings is None or not settings.recipients:
        raise WrongUse("nobody is told of anything: docs/notices.md says what to write under `notify:`")
    if test:
        said: dict[str, str | None] = {}
        for recipient in settings.recipients:
            try:
                tell_test(recipient)
                said[recipient_name(recipient)] = None
            except NotTold as error:
                said[recipient_name(recipient)] = str(error)
        if as_json:
            print_json({"test": [{"recipient": name, "failed": why} for name, why in said.items()]})
        else:
            for name, why in said.items():
                if why is None:
                    output.console().print(f"{name}: taken", highlight=False)
                else:
                    print_error(f"{name}: {why}")
        return 3 if any(said.values()) else 0
    app = open_context(workspace)
    try:
        told = tell_people(app)
    finally:
        app.close()
    if as_json:
        print_json(
            {
                "recipients": [
                    {
                        "recipient": one.name,
                        "told": one.told,
                        "waiting": one.status.waiting,
                        "next": one.status.next_at,
                        "failed": one.status.why,
                    }
                    for one in told
                ]
            }
        )
    else:
        for one in told:
            waits = ""
            if one.status.waiting and one.status.next_at is not None:
                waits = f", {one.status.waiting} wait until {one.status.next_at:%Y-%m-%d %H:%M} UTC"
            output.console().print(f"{one.name}: told of {one.told}{waits}", highlight=False)
            if one.status.why:
                print_error(f"{one.name}: {one.status.why}; it is tried again")
    return 3 if any(one.status.why for one in told) else 0
