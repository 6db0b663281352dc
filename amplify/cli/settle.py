"""`amplify settle`: records what became of a delivery whose platform cannot tell."""

from __future__ import annotations

from typing import Annotated

import typer

from amplify.cli import output
from amplify.cli.open_context import Workspace, open_context
from amplify.cli.options import acting_person
from amplify.model.errors import WrongUse


def command(
    delivery: Annotated[str, typer.Argument(help="The delivery's id, or its beginning, as `status` shows it.")],
    sent: Annotated[str | None, typer.Option("--sent", metavar="URL", help="It is out, at this address.")] = None,
    not_sent: Annotated[bool, typer.Option("--not-sent", help="It is not out.")] = False,
    workspace: Workspace = None,
) -> int:
    """Settle an unsure delivery after looking at the account's own timeline.

    One that is being taken down is deleted where it is out.
    """
    from amplify.decisions.settle import settle_delivery

    if (sent is None) == (not not_sent):
        raise WrongUse("say one of `--sent URL` and `--not-sent`")
    state = settle_delivery(open_context(workspace, existing=True), delivery, sent, acting_person())
    output.console().print(f"now {state}")
    return 0
