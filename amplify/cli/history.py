"""`amplify history`: the audit log: who did what, when and why, and whether anybody has tampered with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from amplify.cli import output
from amplify.cli.open_context import AsJson, Workspace, open_context
from amplify.cli.output import print_error, print_json

if TYPE_CHECKING:
    from amplify.ledger.database import LedgerRow


def command(
    subject: Annotated[
        str | None, typer.Option("--subject", metavar="KIND:ID", help="Only about this: `person:anna`.")
    ] = None,
    act: Annotated[str | None, typer.Option("--act", help="Only these: `stop`, `approve`, `take down` …")] = None,
    most: Annotated[int, typer.Option("--most", min=1, help="How many, the newest first.")] = 50,
    verify: Annotated[
        bool, typer.Option("--verify", help="Check that nothing was changed, added or taken out.")
    ] = False,
    expect: Annotated[
        str | None,
        typer.Option("--expect", metavar="HEAD", help="With --verify: a head that a backup or a report has printed."),
    ] = None,
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> int:
    """Read what people did: stops, approvals, takedowns, changed states. Exit code 3 where the record was touched."""
    from amplify.ledger.queries.audit_log import list_events
    from amplify.ledger.queries.audit_log import verify_chain as verified
    from amplify.ledger.queries.decision_audit import find_forged_decisions

    app = open_context(workspace)
    with app.ledger.read() as connection:
        if verify or expect is not None:
            found, forged = verified(connection, expect), find_forged_decisions(connection)
            if as_json:
                told = {"deeds": found.deeds, "head": str(found.head or ""), "broken": found.broken, "forged": forged}
                print_json(told)
            elif found.broken is not None:
                print_error(f"the history was touched: {found.broken}")
            else:
                output.console().print(f"{output.plural(found.deeds, 'deed')}, every link holds")
                output.console().print(f"head: {found.head or 'none yet'}", soft_wrap=True)
            for one in [] if as_json else forged:
                print_error(f"a decision was forged: {one}")
            return 3 if found.broken is not None or forged else 0
        rows = list_events(connection, subject=subject, act=act, most=most)
    if as_json:
        print_json([_json(row) for row in rows])
    elif not rows:
        output.console().print("nobody has done anything yet" if subject is act is None else "nothing like that")
    for row in [] if as_json else rows:
        _show(row)
    return 0


def _show(row: LedgerRow) -> None:
    from rich.padding import Padding
    from rich.text import Text

    line = Text(f"{row['number']:>4}  {row['at']:%Y-%m-%d %H:%M}  ", style="dim")
    line.append(f"{row['actor']}: ", style="not dim")
    line.append(row["act"], style="bold not dim")
    line.append(f" {_about(row)}", style="not dim")
    output.console().print(line)
    if row["why"]:
        output.console().print(Padding(Text(row["why"], style="dim"), (0, 0, 0, 24)))


def _about(row: LedgerRow) -> str:
    if row["salt"] is None:
        return "(erased)"
    payload = row["payload"] or {}
    if "post" in payload and "account" in payload:
        return f"{payload['post']} on {payload['account']}"
    return (row["subject"] or "").replace(":", " ").strip()


def _json(row: LedgerRow) -> dict[str, Any]:
    kept = ("number", "act", "actor", "subject", "why", "payload", "digest", "previous")
    return {
        **{name: row[name] for name in kept},
        "at": row["at"].isoformat(),
        "real_at": row["real_at"].isoformat(),
        "erased": row["salt"] is None,
    }
