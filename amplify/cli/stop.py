"""`amplify stop`: stops everything that names a subject, at once."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from amplify.cli.open_context import AsJson, Workspace, open_for_stop
from amplify.cli.options import (
    Account,
    All,
    Campaign,
    Entry,
    Hashtag,
    OfPost,
    Partner,
    Person,
    Platform,
    Words,
    acting_person,
    chosen_words,
)
from amplify.model.errors import AmplifyError, WrongUse

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from amplify.context.app_context import AppContext
    from amplify.decisions.stop import StopResult
    from amplify.ledger.holds.stops import Stop, StopRequest
    from amplify.model.workspace import Workspace as WorkspaceFiles
    from amplify.planning.page_record import BuiltPage
    from amplify.rules.text.name_finder import NameSearch


def command(
    words: Words = None,
    person: Person = None,
    campaign: Campaign = None,
    partner: Partner = None,
    hashtag: Hashtag = None,
    platform: Platform = None,
    account: Account = None,
    entry: Entry = None,
    post: OfPost = None,
    everything: All = False,
    reason: Annotated[
        str | None, typer.Option("--reason", help="Why, in a sentence: kept, and shown. It can be given later.")
    ] = None,
    alias: Annotated[
        list[str] | None,
        typer.Option("--alias", metavar="NAME", help="One more spelling of the person's name. May be repeated."),
    ] = None,
    whole: Annotated[
        bool,
        typer.Option("--whole", help="Look through all deliveries for what is held and out, however long it takes."),
    ] = False,
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> int:
    """Stop whom or what you name, at once: a person, a campaign, a partner, a hashtag, a platform, an account, an
    entry, a post, a call, or everything.

    Nothing that names it is sent any more, thread tails and boosts too, until somebody resumes it. What fits several is
    all stopped. What nobody goes by is held as a spelling, and the exit code is 3. Without a word or an option, list
    what is stopped. It works while files are broken.
    """
    named = {"person": person, "campaign": campaign, "partner": partner, "hashtag": hashtag, "platform": platform}
    asked = chosen_words(words, everything, **named, account=account, entry=entry, post=post)
    if alias and asked is not None and asked[0] not in ("person", None):
        raise WrongUse("`--alias` goes with `--person`")
    app = open_for_stop(workspace)
    if asked is None:
        if reason is not None or alias:
            raise WrongUse("say what to stop: `amplify stop anna`, `--campaign`, `--all` … (`--help`)")
        _list(app, as_json)
        return 0
    found, done = _stop(app, asked, (reason or "", tuple(alias or ())), whole)
    code = _tell(app, found, done, as_json)
    if not reason and not as_json:
        _ask_reason(app, done)
    return code


def _list(app: AppContext, as_json: bool) -> None:
    from amplify.cli.output import print_json
    from amplify.cli.stop_report import list_stops
    from amplify.decisions.stop import stops_in_force

    stops = stops_in_force(app)
    if as_json:
        print_json([_stop_json(one) for one in stops])
    else:
        list_stops(stops)


def _tell(app: AppContext, found: NameSearch, done: StopResult, as_json: bool) -> int:
    """Print what a stop did, once what was on the wire has been followed; the exit code."""
    from amplify.cli.output import print_error, print_json
    from amplify.cli.stop_report import UNSETTLED, print_stop
    from amplify.decisions.stop import follow_requests
    from amplify.planning.page_record import pages_naming, pictures_naming

    pages = list({page.path: page for one in done.stops for page in pages_naming(app, one)}.values())
    pictures = _pictures(app, done, pictures_naming)
    if as_json:
        landed = follow_requests(app, done.reach.sending)
        print_json(_as_json(app, found, done, landed) | _made_json(pages, pictures))
    else:
        landed = print_stop(app, found, done, pages, pictures)
    if not done.seen:
        print_error("the stop holds, and a worker has not answered yet: it may be writing; look at `amplify status`")
    unsettled = any(row["state"] in UNSETTLED for row in landed)
    return 3 if found.missing or unsettled or not done.seen else 0


def _made_json(pages: Sequence[BuiltPage], pictures: Sequence[str]) -> dict[str, Any]:
    """What lies on disk and names it, for programs."""
    built, other = ([one for one in pages if (one.kind == "toolkit") is kind] for kind in (True, False))
    return {
        "toolkit_pages": [page.as_json() for page in built],
        "other_pages": [{"machine": one.machine, "file": one.path, "again": one.again} for one in other],
        "pictures": list(pictures),
    }


def _pictures(app: AppContext, done: StopResult, naming: Callable[[WorkspaceFiles, Stop], list[str]]) -> list[str]:
    """Rendered pictures that name it, where the files can be read: a stop works also where they cannot."""
    try:
        files = app.files()
    except (AmplifyError, OSError):
        return []
    return sorted({file for one in done.stops for file in naming(files, one)})


def _stop(
    app: AppContext, asked: tuple[str | None, str], told: tuple[str, tuple[str, ...]], whole: bool
) -> tuple[NameSearch, StopResult]:
    """Find what is meant, and stop it; words that nothing goes by are held as they are. `told`: reason and aliases."""
    from amplify.cli.stop_report import SPELLED
    from amplify.decisions.find_subject import read_directory
    from amplify.decisions.stop import stop_subjects
    from amplify.ledger.holds.stops import StopRequest
    from amplify.rules.text.name_finder import NamedSubject, NameSearch

    (kind, text), (reason, aliases) = asked, told
    reason = " ".join(reason.split())
    directory = read_directory(app)
    found = directory.find(text, kind) if kind != "all" else NameSearch((NamedSubject("all", ""),))
    requests: list[StopRequest] = []
    who = acting_person()
    for hit in found.hits:
        requests.append(StopRequest(hit.kind, hit.id, reason, who, aliases if hit.kind == "person" else ()))
    for missing in found.missing:
        spellings = (missing, *aliases) if kind in SPELLED else ()
        requests.append(StopRequest(kind or "words", missing, reason, who, spellings))
    return found, stop_subjects(app, requests, directory, whole)


def _ask_reason(app: AppContext, done: StopResult) -> None:
    """Ask why, now that the stop is in force; whoever says nothing can say it later."""
    from amplify.cli import output
    from amplify.decisions.stop import add_reason

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return
    without = [stop for stop in done.stops if not stop.why]
    if not without:
        return
    why = output.ask_line("the stop is in force. Why, in a sentence? (Enter: later)")
    if why:
        add_reason(app, without, why, acting_person())


def _stop_json(one: Stop) -> dict[str, Any]:
    """A stop, for programs."""
    return {
        "kind": one.kind,
        "subject": one.subject,
        "words": list(one.words),
        "reason": one.why,
        "by": one.by,
        "at": one.at.isoformat(),
        "asked_by": one.asked_by,
        "asked_reason": one.asked_why,
    }


def _as_json(app: AppContext, found: NameSearch, done: StopResult, landed: Sequence[dict[str, Any]]) -> dict[str, Any]:
    from amplify.cli.stop_report import read_place, wire_json

    place, workers, ended, _ = read_place(app)
    reach = done.reach
    return {
        "stop": _stop_json(done.stop),
        "stops": [_stop_json(one) for one in done.stops],
        "not_found": list(found.missing),
        "nearest": [{"kind": one.kind, "subject": one.id} for one in found.near],
        "seen_by_all_workers": done.seen,
        "held": reach.held,
        "on_the_wire": wire_json(landed),
        "out": reach.out,
        "complete": reach.whole,
        "ledger": place,
        "workers": [{"name": one.name, "last": one.last.isoformat()} for one in workers],
        "last_pass": ended.isoformat() if ended is not None else None,
    }
