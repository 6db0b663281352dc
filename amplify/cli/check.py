"""`amplify check`: lists problems: what is wrong, where, and how to mend it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from amplify.cli import output
from amplify.cli.open_context import AsJson, Workspace, ledger_if_any, read_only_clock
from amplify.cli.output import print_json, progress_bar, show_problems
from amplify.model.errors import WrongUse
from amplify.model.problem import Problem, Severity
from amplify.workspace.locate import find_root

if TYPE_CHECKING:
    from amplify.planning.check import CheckReport


class CheckFormat(StrEnum):
    """Output format: for whom problems are listed."""

    TEXT = "text"
    GITHUB = "github"
    JSON = "json"


def command(
    workspace: Workspace = None,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as errors.")] = False,
    form: Annotated[
        CheckFormat | None,
        typer.Option("--format", help="For people, as annotations of a pull request, or for programs."),
    ] = None,
    online: Annotated[
        bool, typer.Option("--online", help="Ask the platforms too: who we are, their limits, every partner's handle.")
    ] = False,
    shared: Annotated[
        bool, typer.Option("--shared", help="The folder is what somebody pushes: a local file in it is an error.")
    ] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Also what this workspace's own `rules:` changed or turned off, and why.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Find every problem of the files and of everything due in the horizon. Changes nothing."""
    from amplify.cli.online import ask_platforms, complain_of_silence, known_as_json, remembered_info, show_known
    from amplify.planning.check import check_workspace
    from amplify.platforms import registry

    if as_json and form not in (None, CheckFormat.JSON):
        raise WrongUse("--json and --format contradict each other: give one of them")
    as_json = as_json or form is CheckFormat.JSON
    root = find_root(workspace)
    asked = ask_platforms(root, quiet=as_json) if online else None
    with ledger_if_any(root) as ledger, progress_bar("checking", quiet=as_json) as told:
        known = asked.known if asked is not None else remembered_info(ledger)
        profiles = registry.profiles()
        checked = check_workspace(root, read_only_clock().now(), profiles, told, known, ledger, shared)
    problems = checked.problems
    count = sum(problem.severity is Severity.ERROR for problem in problems)
    warnings = len(problems) - count
    if as_json:
        print_json(
            {
                "errors": count,
                "warnings": warnings,
                "problems": [p.as_json() for p in problems],
                "changed": [finding.as_json() for finding in checked.changed],
                "known": known_as_json(known, asked),
            }
        )
    elif form is CheckFormat.GITHUB:
        folder = folder_in_repository(root)
        for problem in problems:
            output.console().print(format_annotation(problem, folder), markup=False, soft_wrap=True)
        output.console().print(_summed_up(problems, count, warnings, strict))
    else:
        show_problems(problems)
        _show_changed(checked, everything)
        show_known(known, asked)
        output.console().print(_summed_up(problems, count, warnings, strict, asked is not None and bool(asked.failed)))
    if asked is not None and not as_json:
        complain_of_silence(asked)
    if count or (strict and warnings):
        return 1
    return 3 if asked is not None and asked.failed else 0


def _show_changed(checked: CheckReport, everything: bool) -> None:
    """Show the findings that the workspace's own decisions changed: in a line, or each with its reason."""
    from rich.text import Text

    if everything:
        for finding in checked.changed:
            change = finding.change
            assert change is not None  # that is what `changed` holds
            output.console().print(Text(f"{finding.problem.place}  {change.severity} {finding.problem.code}", "dim"))
            output.console().print(Text(f"    {finding.problem.message}\n    {change.reason} ({change.by})", "dim"))
    elif checked.silenced:
        count = output.plural(len(checked.silenced), "finding")
        output.console().print(
            f"{count} of rules that are turned off here: `amplify check --all` shows them", style="dim"
        )


def _summed_up(problems: tuple[Problem, ...], count: int, warnings: int, strict: bool, silent: bool = False) -> str:
    if not problems and silent:
        return "no problems in the files; but not every account could be asked, as said below"
    if not problems:
        return "no problems"
    said = f"{output.plural(count, 'error')}, {output.plural(warnings, 'warning')}"
    return f"{said}; with --strict, warnings count as errors" if strict and warnings and not count else said


def format_annotation(problem: Problem, folder: str = "") -> str:
    """A problem as a one-line CI annotation. `folder` leads from the repository's root to the workspace:
    `campaigns/spring`.
    """
    place = problem.place
    path = f"{folder}/{place.path}" if folder else place.path
    fields = {"file": path}
    if place.line:
        fields |= {"line": str(place.line), "col": str(max(1, place.column))}
    fields["title"] = problem.code
    packed = ",".join(f"{name}={_property(value)}" for name, value in fields.items())
    return f"::{problem.severity.value} {packed}::{_sentence(problem.message)}"


def folder_in_repository(root: Path) -> str:
    """The path of the workspace in its Git repository, the nearest folder above that holds `.git`; empty where they are
    the same.
    """
    root = root.resolve()
    for above in (root, *root.parents):
        if (above / ".git").exists():
            return "" if above == root else root.relative_to(above).as_posix()
    return ""


def _sentence(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _sentence(text).replace(":", "%3A").replace(",", "%2C")
