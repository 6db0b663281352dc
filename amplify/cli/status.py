"""`amplify status`: deliveries by state: what is out, what comes next, what is held and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from amplify.cli import output
from amplify.cli.online import limit_lines, limits_as_json
from amplify.cli.open_context import AsJson, Workspace, open_context, read_only_clock
from amplify.cli.output import STATE_STYLES, paused_sentence, print_error, print_json
from amplify.cli.publish import print_file_errors
from amplify.model.errors import WrongUse

if TYPE_CHECKING:
    from amplify.context.app_context import AppContext
    from amplify.ledger.queries.account_status import AccountStatus
    from amplify.ledger.queries.delivery_history import DeliveryHistory
    from amplify.ledger.queries.ledger_status import LedgerStatus


def command(
    delivery: Annotated[
        str | None,
        typer.Argument(metavar="[ID]", help="One delivery's whole story; the beginning of its id is enough."),
    ] = None,
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> int:
    """Show what is out, what comes next, what is held and why, and what a person should look at."""
    from amplify.engine.heartbeat import last_pass
    from amplify.ledger.database import HEAD
    from amplify.ledger.holds.spending import list_budgets
    from amplify.ledger.queries.account_status import list_accounts
    from amplify.ledger.queries.failing import find_failing
    from amplify.ledger.queries.ledger_status import read_status
    from amplify.ledger.queries.metrics import read_metrics
    from amplify.planning.file_versions import machines_apart

    app = open_context(workspace, read_only_clock())
    if delivery is not None:
        return _story(app, delivery, as_json)
    with app.ledger.read() as connection:
        time = app.clock.now()
        now = read_status(connection, time)
        beat = read_metrics(app.ledger, connection, time)
        speaking = list_accounts(app.ledger, connection)
        spent = list_budgets(connection, time)
        failing = find_failing(app.ledger, connection, time)
        apart = machines_apart(connection, app.ledger.real_now(connection))
    known = app.server_info()
    if as_json:
        told = _as_json(now)
        more = {
            "due": beat.due,
            "due_held": beat.held,
            "lag_seconds": beat.lag,
            "unsure": beat.counts["unsure"],
            "accounts": [account.as_json() for account in speaking],
            "failing": [one.as_json() for one in failing],
            "budgets": [budget.as_json() for budget in spent],
            "last_pass": last_pass(app),
            "schema": HEAD,
            "machines_apart": [{"machine": one.machine, "commit": one.commit, "why": one.why} for one in apart],
        }
        print_json(told | more | {"limits": limits_as_json(known)})
    else:
        for machine in apart:
            print_error(f"{machine.machine}: {machine.why or 'its files are not those that were queued last'}")
        _show(now)
        for one in failing:
            print_error(one.sentence)
        _show_openings(speaking)
        for budget in spent:
            output.console().print(budget.sentence, style="dim")
        for line in limit_lines(known):
            output.console().print(line, style="dim")
    wrong = beat.counts["unsure"] or now.paused or now.held or now.errors.count or apart or failing
    return 3 if wrong else 0


def _show_openings(accounts: Iterable[AccountStatus]) -> None:
    for account in accounts:
        if account.next_opening is not None and account.paused is None:
            output.console().print(f"{account.id} may speak again at {account.next_opening:%H:%M:%S} UTC", style="dim")


def _as_json(now: LedgerStatus) -> dict[str, Any]:
    stops = [{"kind": one.kind, "subject": one.subject, "why": one.why, "by": one.by} for one in now.stops]
    return {
        "stops": stops,
        "counts": now.counts,
        "coming": now.coming,
        "look": now.look,
        "paused": now.paused,
        "held": now.held,
        "weaker": now.weaker,
        "file_errors": now.errors.as_json(),
    }


def _story(app: AppContext, delivery: str, as_json: bool) -> int:
    """Print the history of one delivery, or of several whose ids begin alike."""
    from amplify.ledger.queries.delivery_history import delivery_histories
    from amplify.ledger.queries.queued_messages import messages_of
    from amplify.planning.paint_ahead import look_at_banners

    with app.ledger.read() as connection:
        found = delivery_histories(connection, delivery)
        messages = messages_of(connection, [one.delivery["id"] for one in found])
    banners = {id: look_at_banners(app, message, False) for id, (message, _) in messages.items()}
    if not found:
        raise WrongUse(f"no delivery begins with {delivery!r}: `amplify status --json` shows ids")
    if as_json:
        listed = [
            asdict(story) | {"banners": [one.as_json() for one in banners.get(story.delivery["id"], ())]}
            for story in found
        ]
        print_json(listed)
        return 0
    for number, story in enumerate(found):
        if number:
            output.console().print()
        show_story(story)
        for banner in banners.get(story.delivery["id"], ()):
            for line in output.banner_lines_of(banner):
                output.console().print(line)
    return 0


def _show(now: LedgerStatus) -> None:
    from rich.text import Text

    out = output.console()
    if now.held:
        print_error(now.held)
    print_file_errors(now.errors)
    if not now.counts:
        out.print("the ledger is empty: `amplify queue` writes the plan down")
        _stops(now)
        return
    for one in now.weaker:
        line = Text(f"the files protect less: {one}", style="bold yellow").append("  `amplify approve`", "not bold dim")
        out.print(line)
    counts = Text("  ").join(Text(f"{count} {state}", STATE_STYLES[state]) for state, count in now.counts.items())
    out.print(counts + Text("  (times in UTC)", "dim"))
    _stops(now)
    for title, rows in (("next", now.coming), ("to look at", now.look)):
        if rows:
            out.print(f"\n{title}", style="bold")
            for row in rows:
                _line(row)
    for account, why in now.paused.items():
        print_error(paused_sentence(account, why))
    if any(row["state"] == "unsure" for row in now.look):
        out.print("\nunsure: look at the account's own timeline, then `amplify settle ID --sent URL` or `--not-sent`")


def _stops(now: LedgerStatus) -> None:
    from rich.text import Text

    for stop in now.stops:
        output.console().print(
            Text(f"stopped: {stop.name}", style="bold red").append(f"  {stop.why}", style="not bold dim")
        )


def _line(row: Mapping[str, Any]) -> None:
    """A delivery in a line: when, what and where; the reason below it."""
    from rich.padding import Padding
    from rich.text import Text

    line = Text(f"{row['due_at']:%Y-%m-%d %H:%M}  ")
    line.append(f"{row['state']:9}", style=STATE_STYLES[row["state"]])
    line.append(f"  {row['account']:24}  {row['post']}")
    output.console().print(line, no_wrap=True, overflow="ellipsis")
    which = f"{row['id'][:12]}: " if row["state"] == "unsure" else ""
    if row["why"]:
        output.console().print(Padding(Text(f"{which}{row['why']}", style="dim"), (0, 0, 0, 18)))


def show_story(story: DeliveryHistory) -> None:
    """Print a delivery's history: its head, its transitions with reasons, its attempts, and the state of its parts."""
    from rich.text import Text

    out, about = output.console(), story.delivery
    out.print(Text(f"{about['account']}  {about['post']}", style="bold").append(f"  {about['id']}", style="dim"))
    line = Text(f"{about['state']}", style=STATE_STYLES[about["state"]])
    line.append(f"  due {about['due_at']:%Y-%m-%d %H:%M}, late from {about['late_at']:%Y-%m-%d %H:%M} UTC")
    out.print(line)
    _why(about["why"])
    out.print("\nmoves", style="bold")
    for move in story.moves:
        out.print(f"{move['at']:%Y-%m-%d %H:%M:%S}  {move['before'] or '–':>9} → {move['after']:<9}  {move['by']}")
        _why(move["why"])
    if story.attempts:
        out.print("\nattempts", style="bold")
    for attempt in story.attempts:
        _attempt(attempt)
    out.print("\nparts", style="bold")
    for part in story.parts:
        said = part["url"] or part["remote_id"] or "not out"
        gone = f"  taken down {part['removed_at']:%Y-%m-%d %H:%M}" if part["removed_at"] else ""
        out.print(f"{part['number'] + 1}  {said}{gone}", soft_wrap=True)


def _attempt(attempt: Mapping[str, Any]) -> None:
    took = ""
    if attempt["real_ended"] is not None:
        took = f"  {(attempt['real_ended'] - attempt['real_began']).total_seconds():.1f} s"
    outcome = attempt["outcome"] or "never came back"
    output.console().print(f"{attempt['at']:%Y-%m-%d %H:%M:%S}  part {attempt['part'] + 1}  {outcome}{took}")
    _why(attempt["why"])


def _why(why: str | None) -> None:
    if why:
        from rich.padding import Padding
        from rich.text import Text

        output.console().print(Padding(Text(why, style="dim"), (0, 0, 0, 21)))
