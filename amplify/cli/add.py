"""`amplify add`: adds one entry to the queue."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    posts: Annotated[list[str], typer.Argument(metavar="POST...", help="Ids of the posts, in order.")],
    when: Annotated[
        str,
        typer.Option(
            "--when",
            help="2027-05-21T10:00+02:00 · 2027-05-21T09:30 (in each account's zone) · "
            "2027-05-18T09:00..2027-05-18T17:00 · 'daily from 2027-05-18 at 09:30' · 'every year 05-21 at 10:00' · "
            "'every year OCCASION at 10:00' · 'every month 31 at 10:00' · 'moment 2027-05-21T10:00+02:00'",
        ),
    ],
    partner: Annotated[
        list[str] | None, typer.Option("--partner", help="Who says it; again for several. Without it: all.")
    ] = None,
    platform: Annotated[
        list[str] | None,
        typer.Option("--platform", help="Where; again for several. Without it: wherever they have accounts."),
    ] = None,
    id: Annotated[str | None, typer.Option("--id", help="The entry's id; without it, made of post and day.")] = None,
    lateness: Annotated[
        str | None, typer.Option("--lateness", help="How late it may still go out: 30m, 2h, 1d.")
    ] = None,
    note: Annotated[str | None, typer.Option("--note", help="For colleagues; never published.")] = None,
    workspace: Annotated[
        Path | None,
        typer.Option("--workspace", "-w", help="The workspace's folder; without it, the one you stand in."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Add an entry to config/queue.yaml. Comments, order and quoting of the file stay as they are."""
    from amplify.cli import output
    from amplify.cli.open_context import read_only_clock
    from amplify.cli.output import print_json, show_problems
    from amplify.platforms import registry
    from amplify.workspace.draft_entry import DraftOptions, propose_entry
    from amplify.workspace.load import parse_files
    from amplify.workspace.locate import find_root
    from amplify.workspace.yaml_edit import append_entries

    root = find_root(workspace)
    options = DraftOptions(partner or [], platform or [], id, lateness, note)
    files, now = parse_files(root, frozenset(registry.names())), read_only_clock().now()
    entry, warnings = propose_entry(files, posts, when, options, now)
    show_problems(warnings, to_stderr=True)
    (name,) = append_entries(root, [entry])
    if as_json:
        print_json({**entry, "id": name})
    else:
        output.console().print(
            f"Added `{name}` to config/queue.yaml. `amplify plan` shows what follows from it.",
            markup=False,
            soft_wrap=True,
        )
