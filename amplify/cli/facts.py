"""`amplify facts`: facts and calls to action that go out of date, and the posts that would be held."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from amplify.cli import output
from amplify.cli.open_context import AsJson, Workspace, open_context, read_only_clock
from amplify.cli.output import print_json, progress_bar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amplify.planning.facts import CallStatus, FactReport, FactStatus, HeldPost


def command(
    days: Annotated[int, typer.Option("--days", min=1, max=400, help="How far ahead.")] = 30,
    everything: Annotated[bool, typer.Option("--all", help="Facts and calls that stay good, too.")] = False,
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> int:
    """List facts and calls to action that go out of date, are replaced, or disagree, and the posts they would hold."""
    from amplify.planning.facts import report_facts
    from amplify.planning.plan import plan_deliveries

    app = open_context(workspace, read_only_clock())
    try:
        words, now = app.workspace(), app.clock.now()
        end = now + timedelta(days=days)
        with progress_bar("planning", quiet=as_json) as told:
            planned = plan_deliveries(words, now, end, app.profiles, told, app.server_info())
    finally:
        app.close()
    found = report_facts(words, planned.ours or planned.deliveries, now, end)
    if as_json:
        print_json(
            {
                "facts": [one.as_json() for one in found.facts],
                "calls": [one.as_json() for one in found.calls],
                "stale": [one.fact.id for one in found.stale],
                "closing": [one.action.id for one in found.closing],
                "until": end.isoformat(),
            }
        )
    else:
        _show(found, days, everything)
    return 0


def _show(found: FactReport, days: int, everything: bool) -> None:
    shown = found.facts if everything else found.stale
    calls = found.calls if everything else found.closing
    for one in shown:
        _fact(one)
    for call in calls:
        _call(call)
    if not shown and not calls:
        output.console().print(
            f"all facts and calls stay good for {output.plural(days, 'day')}: `amplify facts --all` lists them"
            if found.facts or found.calls
            else "no facts and no calls to action yet"
        )


def _fact(one: FactStatus) -> None:
    from rich.text import Text

    line = Text(f"{one.fact.id}  ", style="bold")
    if one.days_left < 0:
        line.append(f"expired {output.plural(-one.days_left, 'day')} ago", style="red")
    else:
        left = "today is its last day" if one.days_left == 0 else f"{output.plural(one.days_left, 'day')} left"
        line.append(left, style="yellow" if one.days_left < 30 else "green")
    output.console().print(line)
    _below(f"{one.said}, as of {one.fact.as_of}; until {one.fact.expires}; in {_used(one.used)}")
    if one.replaced_by:
        _below(f"replaced by {', '.join(one.replaced_by)}")
    if one.disagrees_with:
        _below(f"disagrees with {', '.join(one.disagrees_with)}: correct one, or let the newer say `supersedes:`")
    _held(one.held)


def _call(one: CallStatus) -> None:
    from rich.text import Text

    line = Text(f"{one.action.id}  ", style="bold")
    line.append(f"closes {one.closes:%Y-%m-%d %H:%M} UTC" if one.closes else "stays open", style="yellow")
    output.console().print(line)
    _below(f"{one.action.kind}, in {_used(one.used)}")
    _held(one.held)


def _held(held: Sequence[HeldPost]) -> None:
    for one in held:
        _below(f"would hold {one.post}: {_used(one.deliveries)}, first {one.first:%Y-%m-%d %H:%M} UTC ({one.why})")


def _used(count: int) -> str:
    return "1 delivery" if count == 1 else f"{count} deliveries"


def _below(sentence: str) -> None:
    from rich.padding import Padding
    from rich.text import Text

    output.console().print(Padding(Text(sentence, "dim"), (0, 0, 0, 4)))
