"""`amplify import`: adds the rows of a spreadsheet to the queue."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Columns: id posts when partners platforms …")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be added.")] = False,
    workspace: Annotated[
        Path | None,
        typer.Option("--workspace", "-w", help="The workspace's folder; without it, the one you stand in."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Add the rows of a spreadsheet (CSV in UTF-8, .xlsx, .ods) to config/queue.yaml: all of them, or none if
    one has a problem.

    Columns: id, posts, when, partners, platforms, lateness, note; `posts` and `when` must be there. `when` is written
    as in `amplify add --when`. Several posts, partners or platforms in one cell: separated by `|` or spaces.
    """
    from amplify.cli import output
    from amplify.cli.open_context import read_only_clock
    from amplify.cli.output import print_json, show_problems
    from amplify.platforms import registry
    from amplify.workspace.csv_import import read_sheet
    from amplify.workspace.load import parse_files
    from amplify.workspace.locate import find_root
    from amplify.workspace.yaml_edit import append_entries

    root = find_root(workspace)
    sheet = read_sheet(parse_files(root, frozenset(registry.names())), file, read_only_clock().now())
    names: tuple[str, ...] = ()
    if sheet.good and not dry_run:
        names = append_entries(root, sheet.entries)
    if as_json:
        print_json(
            {
                "added": list(names),
                "entries": list(sheet.entries) if sheet.good else [],
                "problems": [problem.as_json() for problem in sheet.problems],
            }
        )
    else:
        show_problems(sheet.problems, to_stderr=True)
        count = f"{len(sheet.entries)} {'entry' if len(sheet.entries) == 1 else 'entries'}"
        if not sheet.good:
            output.console().print("Nothing was added: mend the rows above and import again.")
        elif dry_run:
            output.console().print(f"{count} would be added to config/queue.yaml.", markup=False, soft_wrap=True)
        else:
            output.console().print(
                f"Added {count} to config/queue.yaml: {', '.join(names)}.", markup=False, soft_wrap=True
            )
    if not sheet.good:
        raise typer.Exit(1)
