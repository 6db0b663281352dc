"""amplify status: how things stand, and why not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from amplify.cli.desk import AsJson, Workspace, looking_clock, open_desk
from amplify.cli.online import limit_lines, limits_as_json
from amplify.cli.output import STATE_STYLES, complain, console, paused, say_json

if TYPE_CHECKING:
    from amplify.ledger.standing import Standing


def command(workspace: Workspace = None, as_json: AsJson = False) -> int:
    """Show what is out, what comes next, what is held and why, and what a person should look at."""
    from amplify.ledger.standing import standing

    desk = open_desk(workspace, looking_clock())
    with desk.ledger.read() as connection:
        now = standing(connection, desk.clock.now())
    known = desk.known()
    unsure = any(row["state"] == "unsure" for row in now.look)
    if as_json:
        told = {"counts": now.counts, "coming": now.coming, "look": now.look, "paused": now.paused, "held": now.held}
        say_json(told | {"limits": limits_as_json(known)})
    else:
        _show(now)
        for line in limit_lines(known):
            console().print(line, style="dim")
    return 3 if unsure or now.paused or now.held else 0


def _show(now: Standing) -> None:
    out = console()
    if not now.counts:
        out.print("the ledger is empty: `amplify queue` writes the plan down")
        if now.held:
            complain(now.held)
        return
    counts = "  ".join(f"[{STATE_STYLES[state]}]{count} {state}[/]" for state, count in now.counts.items())
    out.print(f"{counts}  [dim](times in UTC)[/dim]")
    for title, rows in (("next", now.coming), ("to look at", now.look)):
        if rows:
            out.print(f"\n[bold]{title}[/bold]")
            for row in rows:
                _line(row)
    if now.held:
        complain(now.held)
    for account, why in now.paused.items():
        complain(paused(account, why))
    if any(row["state"] == "unsure" for row in now.look):
        out.print("\nunsure: look at the account's own timeline, then `amplify settle ID --sent URL` or `--not-sent`")


def _line(row: Mapping[str, Any]) -> None:
    """When, what and where; the reason below it."""
    from rich.padding import Padding
    from rich.text import Text

    line = Text(f"{row['due_at']:%Y-%m-%d %H:%M}  ")
    line.append(f"{row['state']:9}", style=STATE_STYLES[row["state"]])
    line.append(f"  {row['account']:24}  {row['post']}")
    console().print(line, no_wrap=True, overflow="ellipsis")
    which = f"{row['id'][:12]}: " if row["state"] == "unsure" else ""
    if row["why"]:
        console().print(Padding(Text(f"{which}{row['why']}", style="dim"), (0, 0, 0, 18)))
