"""amplify check: what is wrong, where, and how to mend it."""

from __future__ import annotations

from typing import Annotated

import typer

from amplify.cli.desk import AsJson, Workspace, looking_clock
from amplify.cli.output import console, counted, progress, say_json, show_problems
from amplify.model.problem import Severity
from amplify.workspace.locate import find_root


def command(
    workspace: Workspace = None,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as errors.")] = False,
    as_json: AsJson = False,
) -> int:
    """Find every problem of the files and of everything due in the horizon. Changes nothing."""
    from amplify.platforms.registry import NAMES, dialect
    from amplify.steps.check import check

    root = find_root(workspace)
    with progress("checking", quiet=as_json) as told:
        problems = check(root, looking_clock().now(), {name: dialect(name) for name in NAMES}, told)
    count = sum(problem.severity is Severity.ERROR for problem in problems)
    warnings = len(problems) - count
    if as_json:
        say_json({"errors": count, "warnings": warnings, "problems": [p.as_json() for p in problems]})
    else:
        show_problems(problems)
        console().print(f"{counted(count, 'error')}, {counted(warnings, 'warning')}" if problems else "no problems")
    return 1 if count or (strict and warnings) else 0
