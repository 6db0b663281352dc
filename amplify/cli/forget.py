"""`amplify forget`: erases what the ledger holds about a person."""

from __future__ import annotations

from typing import Annotated

import typer

from amplify.cli import output
from amplify.cli.open_context import Workspace, open_context
from amplify.cli.options import Yes, acting_person, confirm_action
from amplify.cli.output import progress_bar


def command(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="The id in config/people.yaml.")],
    alias: Annotated[
        list[str] | None,
        typer.Option("--alias", metavar="NAME", help="One more spelling of the name. May be repeated."),
    ] = None,
    yes: Yes = False,
    workspace: Workspace = None,
) -> int:
    """Erase the texts, reasons and pictures that name a person from the ledger. Counts and times stay.

    What is out stays out (`amplify takedown`), and files, backups and reports are yours to mend.
    """
    from amplify.decisions.forget import find_mentions, forget_person

    app = open_context(workspace)
    with progress_bar("looking") as told:
        found = find_mentions(app, person, alias or (), told)
    out = output.console()
    if not found.words:
        out.print(f"no spelling of {person} is known: only what lists the person is found; add --alias NAME")
    if not found and not found.to_come:
        out.print(f"nothing in the ledger names {person}")
        return 0
    out.print(f"names {person}: {len(found.deliveries):,} settled deliveries, {len(found.deeds)} acts in the history,")
    out.print(f"{len(found.seen) + len(found.stops)} other records, {len(found.pictures)} pictures kept here")
    if found.stopped:
        out.print("a stop is in force: it stays, and so do the names it looks for")
    if not found.to_come and not confirm_action("erase all this? It cannot be brought back.", yes):
        return 3
    with progress_bar("erasing") as told:
        forget_person(app, found, acting_person(), told)
    out.print("erased. Take the person out of your files, backups and reports, too.")
    return 0
