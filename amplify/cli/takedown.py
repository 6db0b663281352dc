"""`amplify takedown`: deletes posts that are out."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from amplify.cli import output
from amplify.cli.open_context import AsJson, Workspace, open_context
from amplify.cli.options import acting_person
from amplify.cli.output import STATE_STYLES, print_error, print_json, progress_bar
from amplify.model.errors import WrongUse

if TYPE_CHECKING:
    from amplify.decisions.takedown import TakedownResult
    from amplify.ledger.queries.published import PublishedDelivery


def command(
    reason: Annotated[str, typer.Option("--reason", help="Why, in a sentence: it is kept.")],
    person: Annotated[str | None, typer.Option("--person", help="What speaks of this person.")] = None,
    campaign: Annotated[str | None, typer.Option("--campaign", help="What belongs to this campaign.")] = None,
    entry: Annotated[str | None, typer.Option("--entry", help="What this queue entry sent.")] = None,
    post: Annotated[str | None, typer.Option("--post", help="This post, wherever it went.")] = None,
    account: Annotated[str | None, typer.Option("--account", help="From this account: `partner/platform`.")] = None,
    hashtag: Annotated[str | None, typer.Option("--hashtag", help="What carries this hashtag.")] = None,
    delivery: Annotated[
        list[str] | None, typer.Option("--delivery", help="One delivery: its id, or its beginning.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> int:
    """Delete posts that are out, and our own boosts of them, after showing them and asking.

    Several selections narrow each other. What cannot be deleted now is deleted by later passes; `status` shows it.
    With --json and without --yes it only lists.
    """
    from amplify.decisions.takedown import take_down_deliveries, what_is_up
    from amplify.ledger.queries.published import PublishedFilter

    wanted = PublishedFilter(person, campaign, entry, post, account, hashtag, tuple(delivery or ()))
    if wanted == PublishedFilter():
        raise WrongUse("say what to take down: --person, --campaign, --entry, --post, --account, --hashtag, --delivery")
    if not reason.strip():
        raise WrongUse("`--reason` needs a reason: it stands in the history")
    app = open_context(workspace, existing=True)
    found = what_is_up(app, wanted)
    if as_json and not yes:
        print_json([asdict(one) for one in found])
        return 0
    if not found:
        if as_json:
            print_json([])
        else:
            output.console().print("nothing of that is out")
        return 0
    if not as_json:
        _show(found)
    if not yes and not _agreed(len(found)):
        output.console().print("nothing was deleted")
        return 0
    with progress_bar("deleting", quiet=as_json) as bar:
        tried = 0

        def told(_: str) -> None:
            nonlocal tried
            tried += 1
            bar(tried, len(found))

        done = take_down_deliveries(app, [one.id for one in found], reason.strip(), acting_person(), told)
    return _report(done, as_json)


def _agreed(many: int) -> bool:
    if not sys.stdin.isatty():
        raise WrongUse("nobody is there to ask: look at the list, then add `--yes`")
    return output.ask_yes_no(f"Delete {output.plural(many, 'delivery') if many == 1 else f'these {many} deliveries'}?")


def _show(found: Sequence[PublishedDelivery]) -> None:
    """Print a delivery: when, what and where; the addresses below it."""
    from rich.text import Text

    for one in found:
        line = Text(f"{one.sent_at or one.due_at:%Y-%m-%d %H:%M}  ")
        line.append(f"{one.state.value:9}", style=STATE_STYLES[one.state.value])
        line.append(f"  {one.account:24}  {one.post}")
        output.console().print(line, no_wrap=True, overflow="ellipsis")
        for url in one.urls:  # in whole, however long: it is there to be opened
            output.console().print(Text(f"{'':18}{url}", style="dim"), soft_wrap=True)
    output.console().print("(times in UTC)", style="dim")


def _report(done: Sequence[TakedownResult], as_json: bool) -> int:
    left = [one for one in done if one.state.value != "removed"]
    if as_json:
        print_json([asdict(one) for one in done])
    else:
        output.console().print(
            f"{len(done) - len(left)} deleted" + (f", {len(left)} still to be deleted" if left else "")
        )
        for one in left:
            print_error(f"{one.id[:12]}: {one.why}")
    return 3 if left else 0
