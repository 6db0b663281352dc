"""`amplify plan`: the deliveries to come: what, by whom, where and when, and what `queue` would change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from amplify.cli import output
from amplify.cli.open_context import AsJson, Workspace, open_context, read_only_clock
from amplify.cli.options import check_day
from amplify.cli.output import clock_time, print_json, progress_bar, show_problems

if TYPE_CHECKING:
    from rich.table import Table

    from amplify.ledger.rows.plan_changes import PlanDiff
    from amplify.model.message import Message
    from amplify.model.plan import Plan, PlanChange, Planned
    from amplify.model.platform_profile import PlatformProfile
    from amplify.model.workspace import Workspace as Words
    from amplify.planning.eligibility import EligibilityChecker

_SIGNS = {"+": "green", "~": "yellow", "-": "red", "^": "cyan", "!": "magenta", "=": "red"}


def command(
    workspace: Workspace = None,
    start: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], callback=check_day, help="As of this day (UTC); without it, now."),
    ] = None,
    days: Annotated[int | None, typer.Option(min=1, max=400, help="How far ahead; without it, the horizon.")] = None,
    everyone: Annotated[bool, typer.Option("--everyone", help="All partners, not only us.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Only what `queue` would change.")] = False,
    as_json: AsJson = False,
) -> int:
    """List the deliveries to come and the difference from the ledger. Changes nothing."""
    from amplify.ledger.holds.spending import list_budgets
    from amplify.ledger.queries.queued_messages import messages_of
    from amplify.ledger.rows.plan_changes import compare_plan
    from amplify.planning.eligibility import EligibilityChecker
    from amplify.planning.paint_ahead import with_paint_faults
    from amplify.planning.plan import plan_deliveries
    from amplify.rules.plan.budget import planned_budgets as months_of
    from amplify.rules.plan.cost import to_micros, total_costs
    from amplify.rules.plan.horizon import plan_end

    app = open_context(workspace, read_only_clock())
    words, now = app.workspace(), start.replace(tzinfo=UTC) if start else app.clock.now()
    end = now + timedelta(days=days) if days is not None else plan_end(words, now)
    with progress_bar("planning", quiet=as_json) as told:
        said = app.recent_posts(words, now, end)
        plan = plan_deliveries(words, now, end, app.profiles, told, app.server_info(), said)
        planned = with_paint_faults(plan, words)
    with app.ledger.read() as connection:
        compared = compare_plan(connection, planned)
        changes = compared.changes
        spent = {one.platform: one.by_what for one in list_budgets(connection, now)}
        before = messages_of(connection, [change.id for change in changes if change.sign == "~"])
    limits = {name: to_micros(money) for name, money in words.settings.budget.items()}
    months = months_of(planned.ours, app.profiles, limits, spent, now)
    alone = not everyone and bool(planned.ours)
    shown, readings = planned.ours if alone else planned.deliveries, len(words.settings.readings)
    untold = _untold(EligibilityChecker(words, app.clock.now(), app.ledger), planned)
    lines = _changed_lines(planned, before, untold)
    if as_json:
        costs = total_costs(shown, readings, app.profiles).as_json()
        print_json(
            {
                **_as_json(planned, changes, alone, untold, lines),
                "unsent": [change.as_json() for change in compared.unsent],
                "cost": {**costs, "budget": [one.as_json() for one in months]},
            }
        )
    else:
        _show(planned, compared, alone, diff, days, untold, lines)
        if not diff:
            _show_fallbacks(words, shown)
            _show_cost(shown, readings, app.profiles)
            for one in months:
                output.console().print(f"budget: {one.sentence}", style="yellow" if one.short else None)
    problems = sorted({*planned.problems, *(finding.problem for finding in planned.findings)})
    if problems and not as_json:
        show_problems(problems)
    return 1 if any(problem.severity == "error" for problem in problems) else 0


def _untold(care: EligibilityChecker, planned: Plan) -> dict[str, str]:
    """Delivery → the key of WITHHELD for which its words are not printed: a plan is passed on, to other programs, to
    the log of a pull request."""
    from amplify.pages.withheld_reasons import UNTOLD

    barred = care.bars([care.to_show(one) for one in planned.deliveries])
    found = {one.id: bar.reason for one, bar in zip(planned.deliveries, barred, strict=True) if bar is not None}
    return {id: reason for id, reason in found.items() if reason in UNTOLD}


def _changed_lines(
    planned: Plan, before: Mapping[str, tuple[Message, datetime]], untold: Mapping[str, str]
) -> dict[str, list[str]]:
    """Queued delivery → what differs in it now, as lines of a diff; of what may be told."""
    from amplify.rules.plan.message_diff import diff_messages

    now = {one.id: one for one in planned.ours if one.id not in untold}
    return {
        id: diff_messages(message, found.message, due, found.due)
        for id, (message, due) in before.items()
        if (found := now.get(id.partition(".")[0])) is not None
    }


def _show(
    planned: Plan,
    compared: PlanDiff,
    alone: bool,
    diff: bool,
    days: int | None,
    untold: Mapping[str, str],
    lines: Mapping[str, list[str]],
) -> None:
    from rich.text import Text

    out, changes = output.console(), compared.changes
    shown = planned.ours if alone else planned.deliveries
    if not diff:
        if shown:
            signs = {change.id.partition(".")[0]: change for change in (*compared.unsent, *changes)}
            _show_deliveries(shown, signs, untold)
        left = [item for item in planned.left_out if item.ours or not alone]
        for item in left:
            what = f" {item.post} on {item.account} ({item.entry}): {item.why}"
            out.print(Text.assemble(("left out:", "dim"), what))
        until = f"{planned.start:%Y-%m-%d} to {planned.end:%Y-%m-%d}"
        out.print(
            f"{len(shown)} deliveries, {until}; times on each account's clock, with its distance from UTC"
            if shown
            else f"nothing is due, {until}: try `--from` or more `--days`"
        )
    if diff and not changes:
        out.print("the ledger says the same: `amplify queue` would change nothing")
    output.show_unsent(compared.unsent)
    if changes:
        _show_changes(changes, diff, days is not None, lines)


def _show_fallbacks(words: Words, shown: tuple[Planned, ...]) -> None:
    """Print who publishes in a language that is none of its own, by the workspace's `fallback:`."""
    from rich.text import Text

    other = {
        (delivery.post, delivery.account, delivery.lang): words.partners[delivery.partner].languages
        for delivery in shown
        if delivery.message.parts and delivery.lang not in words.partners[delivery.partner].languages
    }
    for (post, account, lang), languages in other.items():
        told = f" {post} on {account} in {lang}; it speaks {', '.join(languages)}"
        output.console().print(Text.assemble(("by fallback:", "dim"), told))


def _show_cost(shown: tuple[Planned, ...], readings: int, profiles: Mapping[str, PlatformProfile]) -> None:
    """Print the cost on platforms that ask for money, in a line; nothing where nothing costs."""
    from amplify.rules.plan.cost import format_dollars, total_costs

    costs = total_costs(shown, readings, profiles)
    if costs.total:
        months = ", ".join(f"{month} {format_dollars(cost)}" for month, cost in costs.by_month.items())
        day, dearest = max(costs.by_day.items(), key=lambda item: (item[1], item[0]))
        output.console().print(
            f"about {format_dollars(costs.total)} on {costs.paid}, at the prices of {costs.prices_of}, "
            f"readings counted ({months}; the dearest day is {day}, {format_dollars(dearest)}); "
            f"taking it all down again: {format_dollars(costs.removal)}"
        )


def _show_changes(changes: list[PlanChange], whole: bool, part: bool, lines: Mapping[str, list[str]]) -> None:
    from rich.text import Text

    out = output.console()
    if whole:
        for change in changes:
            what = f" {change.due:%Y-%m-%d %H:%M} UTC  {change.account}  {change.post}  "
            out.print(Text.assemble((change.sign, _SIGNS[change.sign]), what, (change.why, "dim")))
            for line in lines.get(change.id, ()):
                out.print(Text(f"    {line}", style="red" if line.startswith("-") else "green"))
    words = {"+": "new", "~": "changed", "-": "cancelled", "^": "revived", "!": "already out with other words"}
    counts = {sign: sum(change.sign == sign for change in changes) for sign in words}
    said = ", ".join(f"{count} {words[sign]}" for sign, count in counts.items() if count)
    out.print(f"not yet in the ledger: {said}" if part else f"`amplify queue` would write: {said}")


def _show_deliveries(shown: tuple[Planned, ...], changes: dict[str, PlanChange], untold: Mapping[str, str]) -> None:
    """Print a table a day, on each account's own clock."""
    from itertools import groupby

    out = output.console()
    for day, those in groupby(shown, key=lambda d: d.due.astimezone(ZoneInfo(d.zone)).date()):
        out.print(f"\n{day:%A} {day.day} {day:%B %Y}", style="bold")
        out.print(_table(list(those), changes, untold))
    out.print()


def _table(shown: list[Planned], changes: dict[str, PlanChange], untold: Mapping[str, str]) -> Table:
    from rich.table import Table
    from rich.text import Text

    from amplify.pages.withheld_reasons import WITHHELD
    from amplify.planning.paint_ahead import banners_of

    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 1, 0, 0), expand=True)
    for width in (1, 9, 23, 24):
        table.add_column(no_wrap=True, overflow="ellipsis", width=width)
    table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
    for delivery in shown:
        change = changes.get(delivery.id)
        sign = Text(change.sign, style=_SIGNS[change.sign]) if change else Text("")
        words = " ".join(delivery.message.parts[0].text.split()) if delivery.message.parts else "↻ boost"
        banners = "".join(f"▣ {one.banner.template} " for one in banners_of(delivery.message) if one.banner is not None)
        said = Text(banners, "magenta").append(words, "dim")
        if delivery.id in untold:
            said = Text(WITHHELD[untold[delivery.id]], "yellow")
        table.add_row(sign, clock_time(delivery.due, delivery.zone), delivery.account, delivery.post, said)
    return table


def _as_json(
    planned: Plan,
    changes: list[PlanChange],
    alone: bool,
    untold: Mapping[str, str],
    lines: Mapping[str, list[str]],
) -> dict[str, Any]:
    return {
        "start": planned.start.isoformat(),
        "end": planned.end.isoformat(),
        "deliveries": [
            {
                "id": delivery.id,
                "entry": delivery.entry,
                "post": delivery.post,
                "variant": delivery.variant,
                "account": delivery.account,
                "ours": delivery.ours,
                "occurrence": delivery.occurrence,
                "due": delivery.due.isoformat(),
                "late": delivery.late.isoformat(),
                "zone": delivery.zone,
                "lang": delivery.lang,
                "kind": delivery.kind,
                "content_hash": delivery.content_hash,
                "subjects": list(delivery.subjects),
                "message": delivery.message.as_json() if delivery.id not in untold else None,
                "embargoed": untold.get(delivery.id) == "embargo",
                "withheld": untold.get(delivery.id),
            }
            for delivery in (planned.ours if alone else planned.deliveries)
        ],
        "left_out": [
            {"entry": item.entry, "post": item.post, "account": item.account, "why": item.why, "ours": item.ours}
            for item in planned.left_out
        ],
        "problems": [
            *(problem.as_json() for problem in planned.problems),
            *(finding.problem.as_json() for finding in planned.findings),
        ],
        "changes": [one.as_json() | {"lines": lines.get(one.id, [])} for one in changes],
    }
