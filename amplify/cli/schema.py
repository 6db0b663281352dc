"""`amplify schema`: JSON Schemas of the workspace's files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer


def command(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]",
            help="workspace, campaign, people, facts, actions, partners, queue, accounts, picture, banner or post.",
            show_default=False,
        ),
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="Write config/schema/NAME.json instead of printing.")] = False,
    workspace: Annotated[
        Path | None,
        typer.Option("--workspace", "-w", help="The workspace's folder; without it, the one you stand in."),
    ] = None,
) -> None:
    """Print the JSON Schema of one kind of file, or of all of them; editors complete and check YAML with them."""
    from amplify.cli import output
    from amplify.cli.output import print_json
    from amplify.model.errors import WrongUse
    from amplify.workspace.locate import find_root
    from amplify.workspace.schema import json_schemas, schema_text, write_schemas
    from amplify.workspace.suggest import did_you_mean

    if name is not None and name not in json_schemas():
        raise WrongUse(f"there is no schema `{name}`" + did_you_mean(name, json_schemas()))
    if write:
        root = find_root(workspace)
        changed = write_schemas(root, (name,) if name else ())
        for path in changed:
            output.console().print(f"wrote {path.relative_to(root)}", markup=False, soft_wrap=True)
        if not changed:
            output.console().print("the schemas are current")
    elif name is None:
        print_json(json_schemas())
    else:
        sys.stdout.write(schema_text(name))
