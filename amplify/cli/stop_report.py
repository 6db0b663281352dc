"""Prints stops: what they hold, what was on the wire and what came of it, what is out, and where they hold."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rich.padding import Padding
from rich.text import Text

from amplify.cli import output
from amplify.cli.output import print_error
from amplify.decisions.stop import follow_requests
from amplify.engine.heartbeat import last_pass
from amplify.ledger.address import describe_address
from amplify.ledger.queries.workers_seen import WorkerSeen, recent_workers
from amplify.rules.text.terminal_text import one_line

if TYPE_CHECKING:
    from amplify.context.app_context import AppContext
    from amplify.decisions.stop import StopResult
    from amplify.ledger.holds.stops import Stop
    from amplify.planning.page_record import BuiltPage
    from amplify.rules.text.name_finder import NameSearch

SPELLED = (None, "person", "partner", "campaign", "words")
"""Kinds of which a name that nobody has is searched for in texts; None: any kind."""
_SHOWN = 12
_WORKERS = 4
UNSETTLED = ("sending", "unsure")
"""States in which nobody knows yet whether a request has landed."""


def list_stops(stops: Sequence[Stop]) -> None:
    """Print stops in force."""
    out = output.console()
    if not stops:
        out.print("nothing is stopped")
    for one in stops:
        head = Text(one_line(one.name), style="bold red")
        out.print(head + Text(f"  since {one.at:%Y-%m-%d %H:%M} UTC, by {one_line(one.by)}"))
        out.print(Padding(Text(one_line(one.why) or "no reason was given yet"), (0, 0, 0, 4)))
        if one.asked_by is not None:
            asked = one_line(f"{one.asked_by} asks to resume: {one.asked_why}")
            out.print(Padding(Text(asked, style="dim"), (0, 0, 0, 4)))


def print_stop(
    app: AppContext, found: NameSearch, done: StopResult, pages: Sequence[BuiltPage], pictures: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """Print what a stop did, and follow what was on the wire: where that stands."""
    _print_heads(found, done)
    landed = print_reach(app, done)
    _print_pages([one for one in pages if one.kind == "toolkit"])
    _print_files([one for one in pages if one.kind != "toolkit"], pictures)
    _print_place(app)
    return landed


def print_reach(app: AppContext, done: StopResult) -> list[dict[str, Any]]:
    """Print what stops hold, what is on the wire and what comes of it, and what is out; the rows that were followed."""
    out, reach = output.console(), done.reach
    least = "" if reach.whole else "at least "
    out.print(f"held: {least}{_deliveries(len(reach.held))}")
    for row in reach.held[:_SHOWN]:
        _print_row(f"  {row['due_at']:%Y-%m-%d %H:%M} UTC  {row['account']:24}  {one_line(row['post'])}")
    _print_more(len(reach.held))
    landed = print_sending(app, reach.sending)
    arrived = [row for row in landed if row["urls"] and row["id"] not in {one["id"] for one in reach.out}]
    if reach.out or arrived:
        many = len(reach.out) + len(arrived)
        out.print(f"already out, and not taken back by a stop: {least}{_deliveries(many)}")
        for row in [*arrived, *reach.out][:_SHOWN]:
            where = "  ".join(row["urls"]) or f"{row['state']}: look at the account's own timeline"
            _print_row(f"  {row['id'][:12]}  {row['account']}  {one_line(row['post'])}")
            out.print(Text(f"    {where}", style="dim"), soft_wrap=True)
        _print_more(many)
        for stop in done.stops:
            out.print(f'to delete them: `amplify takedown {stop_selection(stop)} --reason "…"`', soft_wrap=True)
    if not reach.whole:
        out.print("there are too many to look through at once: `--whole` looks at all")
    for stop in done.stops:
        if stop.kind == "person" and not stop.words:
            name = one_line(stop.subject)
            print_error(f"no spelling of {name} is known: texts that only type the name are not found; add --alias")
    return landed


def stop_selection(stop: Stop) -> str:
    """How to name to another command what a stop means."""
    if stop.kind == "all":
        return "--all"
    subject = one_line(stop.subject)
    if stop.kind in ("words", "action", "fact"):
        return shlex.quote(f"{stop.kind}:{subject}")
    return f"--{stop.kind} {shlex.quote(subject)}"


def wire_json(landed: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Requests that were on the wire and where they stand, for programs."""
    return [{name: row[name] for name in ("id", "account", "post", "state", "urls")} for row in landed]


def missing_sentence(found: NameSearch) -> str:
    """Who goes by nothing that is known, and whose names are nearest."""
    near = "; ".join(one_line(one.title) for one in found.near) or "nothing has a name like that"
    return f"nobody and nothing goes by {_quoted(found.missing)}; nearest: {near}"


def _print_heads(found: NameSearch, done: StopResult) -> None:
    out = output.console()
    if found.missing and not (done.reach.held or found.hits):
        said = f"NOTHING IS HELD: {missing_sentence(found)}"
        out.print(Text(said, style="bold yellow"), soft_wrap=True)
    for stop in done.stops:
        nobody = stop.subject in found.missing and not done.reach.held
        said = f"whatever comes to be called so is stopped: {stop.name}" if nobody else f"stopped: {stop.name}"
        out.print(Text(one_line(said), style="bold red"))
    if found.missing and (done.reach.held or found.hits):
        held = "" if done.reach.held and not found.hits else "NOTHING IS HELD for what was not found: "
        out.print(Text(f"{held}{missing_sentence(found)}", style="bold yellow"), soft_wrap=True)
    if any(stop.words for stop in done.stops if stop.subject in found.missing):
        out.print(f"texts with {_quoted(found.missing)} in them are held from now on")


def _quoted(words: Sequence[str]) -> str:
    return ", ".join(f"“{one_line(one)}”" for one in words)


def print_sending(app: AppContext, sending: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Print requests that nobody can call back, wait for what comes of them, and print that."""
    out = output.console()
    if not sending:
        return []
    out.print(f"on the wire, and not to be called back: {_deliveries(len(sending))}", style="yellow")
    landed = follow_requests(app, sending)
    for row in landed[:_SHOWN]:
        came = f"out  {'  '.join(row['urls'])}" if row["urls"] else "not out"
        if row["state"] in UNSETTLED:
            came = f"not known yet: look at `amplify status {row['id'][:12]}`"
        _print_row(f"  {row['account']:24}  {one_line(row['post'])}")
        out.print(Text(f"    {came}", style="dim"), soft_wrap=True)
    _print_more(len(landed))
    return landed


def _print_pages(pages: Sequence[BuiltPage]) -> None:
    """Toolkit pages that were built and name it: a stop does not reach what has been handed on."""
    out = output.console()
    if not pages:
        return
    out.print(f"named by {output.plural(len(pages), 'built toolkit page')}, which a stop does not change:")
    for page in pages:
        where = page.path if page.here else f"{page.path} (on {page.machine})"
        out.print(Text(f"  {where}  of {page.updated:%Y-%m-%d %H:%M} UTC"), soft_wrap=True)
    for again in dict.fromkeys(page.again for page in pages):
        out.print(f"build it again: `{again}`", soft_wrap=True)
    out.print("then put the new pages where the old ones stand, and ask whoever has a copy to take the new one")


def _print_files(pages: Sequence[BuiltPage], pictures: Sequence[str]) -> None:
    """Preview pages, rehearsals and rendered pictures that name it and lie on disk."""
    out = output.console()
    if pages or pictures:
        out.print("made before, and naming it; do not pass it on:")
    for page in pages:
        where = page.path if page.here else f"{page.path} (on {page.machine})"
        out.print(Text(f"  {one_line(where)}  (anew: `{one_line(page.again)}`)"), soft_wrap=True)
    for picture in pictures:
        how = "delete it; anew, once it may be shown: `amplify banner render`"
        out.print(Text(f"  media/{one_line(picture)}  ({how})"), soft_wrap=True)


def _print_place(app: AppContext) -> None:
    """Print where a stop holds, and who works there: a stop in another ledger stops nothing."""
    out = output.console()
    place, workers, ended, now = read_place(app)
    out.print(f"it holds in {place}, for every worker that shares it")
    for one in workers[:_WORKERS]:
        out.print(f"  seen at work: {one_line(one.name)}, {_ago(one.last, now)}")
    if ended is not None:
        out.print(f"  the last pass on this machine ended {_ago(ended, now)}")
    if not workers and ended is None:
        said = "no worker was seen here within a day: is this the ledger from which you publish?"
        out.print(f"  {said}", style="yellow")


def read_place(app: AppContext) -> tuple[str, list[WorkerSeen], datetime | None, datetime]:
    """Where the ledger is, who was seen, when this machine's last pass ended, and the real time."""
    with app.ledger.read() as connection:
        return (
            describe_address(app.ledger.engine.url),
            recent_workers(app.ledger, connection),
            last_pass(app),
            app.ledger.real_now(connection),
        )


def _ago(then: datetime, now: datetime) -> str:
    seconds = max(0, int((now - then).total_seconds()))
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= size:
            return f"{output.plural(seconds // size, unit)} ago"
    return f"{output.plural(seconds, 'second')} ago"


def _print_row(line: str) -> None:
    output.console().print(Text(line), no_wrap=True, overflow="ellipsis")


def _deliveries(number: int) -> str:
    return "1 delivery" if number == 1 else f"{number:,} deliveries"


def _print_more(number: int) -> None:
    if number > _SHOWN:
        output.console().print(f"  … and {number - _SHOWN:,} more (`--json` lists them)")
