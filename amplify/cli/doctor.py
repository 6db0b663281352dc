"""`amplify doctor`: checks the installation, and says how to mend what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from amplify.cli import output
from amplify.cli.open_context import AsJson, Workspace
from amplify.cli.output import print_json
from amplify.ledger.database import ledger_url
from amplify.workspace.locate import find_root

if TYPE_CHECKING:
    from amplify.operations.doctor.finding import CheckResult

_SIGNS = {"fine": ("ok  ", "green"), "look": ("look", "yellow"), "mend": ("MEND", "bold red")}


def command(
    workspace: Workspace = None,
    online: Annotated[bool, typer.Option("--online", help="Ask every platform who our accounts are, too.")] = False,
    as_json: AsJson = False,
) -> int:
    """Look at the machine, the ledger, the accounts and the clock, and say how to mend what is wrong.

    It changes nothing, and shows names of secrets, never secrets. Exits with 3 where something has to be mended.
    """
    from amplify.operations.doctor.doctor import run_checks

    root = find_root(workspace)
    findings = run_checks(root, ledger_url(root), online)
    bad = sum(finding.verdict == "mend" for finding in findings)
    if as_json:
        print_json(
            [{"about": one.about, "verdict": one.verdict.value, "says": one.says, "mend": one.mend} for one in findings]
        )
    else:
        for finding in findings:
            _show(finding)
        output.console().print(f"\n{output.plural(bad, 'thing')} to mend" if bad else "\nnothing to mend")
    return 3 if bad else 0


def _show(finding: CheckResult) -> None:
    from rich.padding import Padding
    from rich.text import Text

    sign, style = _SIGNS[finding.verdict.value]
    line = Text(f"{sign} ", style=style)
    line.append(f"{finding.about}: ", style="bold")
    line.append(finding.says)
    output.console().print(line)
    if finding.mend is not None:
        output.console().print(Padding(Text(f"→ {finding.mend}", style="dim"), (0, 0, 0, 5)))
