"""`amplify takedown`: deletes posts that are out."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from amplify.cli import output
from amplify.cli.open_context import AsJson, Workspace, open_context
from amplify.cli.options import Words, acting_person, kind_of_words
from amplify.cli.output import STATE_STYLES, print_error, print_json, progress_bar
from amplify.cli.stop_report import missing_sentence
from amplify.model.errors import WrongUse

if TYPE_CHECKING:
    from amplify.context.app_context import AppContext
    from amplify.decisions.takedown import TakedownResult
    from amplify.ledger.queries.published import PublishedDelivery


def command(
    reason: Annotated[str, typer.Option("--reason", help="Why, in a sentence: it is kept.")],
    words: Words = None,
    person: Annotated[str | None, typer.Option("--person", help="What speaks of this person.")] = None,
    campaign: Annotated[str | None, typer.Option("--campaign", help="What belongs to this campaign.")] = None,
    partner: Annotated[str | None, typer.Option("--partner", help="What this partner said, or what names it.")] = None,
    entry: Annotated[str | None, typer.Option("--entry", help="What this queue entry sent.")] = None,
    post: Annotated[str | None, typer.Option("--post", help="This post, wherever it went.")] = None,
    account: Annotated[str | None, typer.Option("--account", help="From this account: `partner/platform`.")] = None,
    platform: Annotated[str | None, typer.Option("--platform", help="From this platform.")] = None,
    hashtag: Annotated[str | None, typer.Option("--hashtag", help="What carries this hashtag.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Everything that is out.")] = False,
    delivery: Annotated[
        list[str] | None, typer.Option("--delivery", help="One delivery: its id, or its beginning.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> int:
    """Delete posts that are out, and our own boosts of them, after showing them and asking.

    Names are found as `amplify stop` finds them. Several selections narrow each other. What cannot be deleted now is
    deleted by later passes; `status` shows it. With --json and without --yes it only lists.
    """
    named = {"person": person, "campaign": campaign, "partner": partner, "entry": entry, "post": post}
    named |= {"account": account, "platform": platform, "hashtag": hashtag}
    asked: list[tuple[str | None, str]] = [(kind, said.strip()) for kind, said in named.items() if said is not None]
    asked += [("all", "all")] * everything + ([kind_of_words(" ".join(words))] if words else [])
    if not asked and not delivery:
        raise WrongUse("say what to take down: whom or what, --person, --campaign, --entry, --post … (`--help`)")
    if not reason.strip():
        raise WrongUse("`--reason` needs a reason: it stands in the history")
    app = open_context(workspace, existing=True)
    found, unknown = _find(app, asked, delivery)
    if (as_json and not yes) or not found:
        _show_found(found, as_json)
        return 3 if unknown else 0
    if not as_json:
        _show(found)
    if not yes and not _agreed(len(found)):
        output.console().print("nothing was deleted")
        return 0
    return _delete(app, found, reason.strip(), as_json)


def _find(
    app: AppContext, asked: Sequence[tuple[str | None, str]], deliveries: Sequence[str] | None
) -> tuple[Sequence[PublishedDelivery], bool]:
    """What is meant and out, and whether nothing goes by some of the words, which is told."""
    from amplify.decisions.takedown import find_meant, what_is_up
    from amplify.ledger.queries.published import PublishedFilter

    meant, unknown = find_meant(app, asked)
    for search in unknown:
        print_error(missing_sentence(search))
    return what_is_up(app, PublishedFilter(meant, tuple(deliveries or ()))), bool(unknown)


def _show_found(found: Sequence[PublishedDelivery], as_json: bool) -> None:
    if as_json:
        print_json([asdict(one) for one in found])
    else:
        output.console().print("nothing of that is out")


def _delete(app: AppContext, found: Sequence[PublishedDelivery], reason: str, as_json: bool) -> int:
    from amplify.decisions.takedown import take_down_deliveries

    with progress_bar("deleting", quiet=as_json) as bar:
        tried = 0

        def told(_: str) -> None:
            nonlocal tried
            tried += 1
            bar(tried, len(found))

        done = take_down_deliveries(app, [one.id for one in found], reason, acting_person(), told)
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
            print_error(f"{one.id[:12]}, {one.post} of {one.account}: {one.why}")
    return 3 if left else 0
