"""`amplify people`: lists whose review is due; `amplify people set` records a state and holds posts at once."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from amplify.cli.open_context import AsJson, Workspace, open_context, read_only_clock
from amplify.cli.options import check_day
from amplify.model.errors import WrongUse
from amplify.model.legal_stage import StageKind
from amplify.model.person import PersonState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amplify.context.app_context import AppContext
    from amplify.decisions.people import PersonChange, PersonStatus

_STATES: Final = (
    "How things stand now: detained, convicted, release_reported, release_confirmed, died, transferred, family_hold, "
    "unknown."
)
_STAGES: Final = (
    "What happened before the law: charged, released_pending, on_trial, sentenced, appealed, acquitted, dropped. It "
    "opens and closes nothing."
)


def command(
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[set PERSON]", help="Without it: the list of everybody.")
    ] = None,
    state: Annotated[PersonState | None, typer.Option("--state", metavar="STATE", help=_STATES)] = None,
    stage: Annotated[StageKind | None, typer.Option("--stage", metavar="STAGE", help=_STAGES)] = None,
    since: Annotated[str | None, typer.Option("--since", metavar="DAY", help="Its first day; else today.")] = None,
    article: Annotated[
        list[str] | None, typer.Option("--article", metavar="TEXT", help="What for; again for several charges.")
    ] = None,
    up_to: Annotated[
        str | None, typer.Option("--up-to", metavar="TERM", help="What is threatened: `7 years`, `life`.")
    ] = None,
    sentence: Annotated[
        str | None, typer.Option("--sentence", metavar="TERM", help="What was passed: `3 years 6 months`.")
    ] = None,
    hearing: Annotated[
        list[str] | None, typer.Option("--hearing", metavar="DAY", help="A day in court; again for several.")
    ] = None,
    source: Annotated[
        list[str] | None, typer.Option("--source", metavar="URL", help="Where it was learned; again for several.")
    ] = None,
    reviewed: Annotated[
        str | None, typer.Option("--reviewed", metavar="DAY", help="It was checked on this day, or `today`.")
    ] = None,
    withdrawn: Annotated[
        bool, typer.Option("--consent-withdrawn", help="Consent was taken back: nothing names the person any more.")
    ] = False,
    reason: Annotated[str | None, typer.Option("--reason", help="Why, for the history.")] = None,
    days: Annotated[int, typer.Option("--days", min=0, max=400, help="Due for review within so many days.")] = 14,
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> int:
    """List the people we speak for: their state, and whose review is due. `set PERSON` writes a change into
    config/people.yaml, and holds at once what must not go out any more."""
    said = words or []
    if not said and not (state or stage or source or reviewed or withdrawn or reason):
        return _list(workspace, days, as_json)
    if not said:
        raise WrongUse("say whom: `amplify people set PERSON --state …`")
    if said[0] != "set" or len(said) != 2:
        raise WrongUse("write `amplify people`, or `amplify people set PERSON --state STATE --source URL`")
    told = _stage(stage, since, article or [], up_to, sentence, hearing or [])
    return _set(workspace, said[1], state, told, source or [], reviewed, withdrawn, reason, as_json)


def _list(workspace: Workspace, days: int, as_json: bool) -> int:
    from amplify.cli import output
    from amplify.cli.output import print_json
    from amplify.decisions.people import due_for_review, list_people

    app = open_context(workspace, read_only_clock())
    try:
        everybody = app.workspace().people
        with app.ledger.read() as connection:
            standings = list_people(connection, everybody, app.clock.now())
    finally:
        app.close()
    due = due_for_review(standings, days)
    if as_json:
        print_json({"people": [one.as_json() for one in standings], "due": [one.person.id for one in due]})
        return 0
    for one in standings:
        _line(one, one in due)
    if not standings:
        output.console().print("nobody stands in config/people.yaml yet")
    else:
        within = "today" if days == 0 else f"within {output.plural(days, 'day')}"
        output.console().print(
            f"\n{len(due)} of {len(standings)} due for review {within}", style="bold" if due else "dim"
        )
    if due:
        output.console().print(
            "Ask, then `amplify people set PERSON --reviewed today`; a consent's `review:` is moved in "
            "config/people.yaml.",
            style="dim",
        )
    return 0


def _line(one: PersonStatus, due: bool) -> None:
    from rich.padding import Padding
    from rich.text import Text

    from amplify.cli import output

    person = one.person
    withdrawn = person.consent.withdrawn is not None
    silent = withdrawn or not person.state.speaks or one.days_left < 0
    line = Text(f"{person.id:20} ", style="bold")
    line.append(f"{'consent withdrawn' if withdrawn else person.state.value:18}", style="red" if silent else "green")
    if one.days_left < 0:
        line.append(f"  review overdue by {output.plural(-one.days_left, 'day')}", style="red")
    else:
        line.append(f"  review in {output.plural(one.days_left, 'day')}", style="yellow" if due else "dim")
    output.console().print(line, no_wrap=True, overflow="ellipsis")
    waits = "nothing waits"
    if one.waiting.count and one.waiting.first is not None:
        many = "1 delivery" if one.waiting.count == 1 else f"{one.waiting.count} deliveries"
        waits = f"{many} {'held' if silent else 'to come'}, next {one.waiting.first:%Y-%m-%d %H:%M} UTC"
    until = f"state until {one.state_until}, consent until {one.consent_until}; {waits}"
    output.console().print(Padding(Text(until, "dim"), (0, 0, 0, 4)))


def _stage(
    stage: StageKind | None,
    since: str | None,
    articles: list[str],
    up_to: str | None,
    sentence: str | None,
    hearings: list[str],
) -> dict[str, Any] | None:
    """The stage with the keys of the file; None where none was named."""
    if stage is None:
        if any((since, articles, up_to, sentence, hearings)):
            raise WrongUse("--since, --article, --up-to, --sentence and --hearing belong to a --stage")
        return None
    told: dict[str, Any] = {"stage": stage.value, "since": _any_day("--since", since) if since else None}
    told |= {"charges": [{"article": one} for one in articles], "up_to": up_to, "sentence": sentence}
    told |= {"hearings": [_any_day("--hearing", one) for one in hearings]}
    return {key: value for key, value in told.items() if value}


def _set(
    workspace: Workspace,
    id: str,
    state: PersonState | None,
    stage: dict[str, Any] | None,
    sources: Sequence[str],
    reviewed: str | None,
    withdrawn: bool,
    reason: str | None,
    as_json: bool,
) -> int:
    from amplify.cli.options import acting_person
    from amplify.cli.output import print_json
    from amplify.decisions.people import PersonEdit, set_person

    app = open_context(workspace)
    try:
        today = app.clock.now().astimezone(UTC).date()
        if stage is not None:
            stage = {"stage": stage["stage"], "since": today, **stage}
        edit = PersonEdit(state, sources, _day(reviewed, today), today if withdrawn else None, reason, stage)
        done = set_person(app, id, acting_person(), edit)
        if as_json:
            print_json(_as_json(app, done))
        else:
            _show(app, done)
    finally:
        app.close()
    return 3 if done.elsewhere else 0


def _as_json(app: AppContext, done: PersonChange) -> dict[str, Any]:
    from amplify.cli.stop_report import wire_json
    from amplify.decisions.stop import follow_requests

    reached = done.stopped.reach if done.stopped else None
    return {
        "id": done.person.id,
        "state": done.person.state.value,
        "reviewed": done.person.reviewed.isoformat(),
        "stopped": reached is not None,
        "held": reached.held if reached else [],
        "on_the_wire": wire_json(follow_requests(app, reached.sending)) if reached else [],
        "out": reached.out if reached else [],
        "whole": reached.whole if reached else True,
        "problems": list(done.elsewhere),
    }


def _day(said: str | None, today: date) -> date | None:
    if said is None or said == "today":
        return today if said else None
    day = _any_day("--reviewed", said, ", or `today`")
    if day > today:
        raise WrongUse(f"--reviewed: {day} is still to come")
    return day


def _any_day(option: str, said: str, more: str = "") -> date:
    try:
        day = date.fromisoformat(said)
    except ValueError:
        raise WrongUse(f"{option} takes a day, such as 2027-05-21{more}") from None
    check_day(datetime.combine(day, time()))
    return day


def _show(app: AppContext, done: PersonChange) -> None:
    from amplify.cli import output
    from amplify.cli.output import print_error
    from amplify.cli.stop_report import print_sending

    out, person = output.console(), done.person
    consent = ", consent withdrawn" if person.consent.withdrawn else ""
    out.print(
        f"{person.id}: {person.state.value}{consent}, reviewed {person.reviewed} (config/people.yaml)", soft_wrap=True
    )
    if done.stopped is not None:
        reached = done.stopped.reach
        more = "" if reached.whole else " at least"
        out.print(f"held from now on:{more} {len(reached.held)}; already out:{more} {len(reached.out)}")
        print_sending(app, reached.sending)
        for row in reached.out:
            for url in row["urls"] or ["(address unknown: look at the account's timeline)"]:
                out.print(f"  {row['account']}  {row['post']}  {url}", markup=False, soft_wrap=True)
        if reached.out:
            out.print(f"To delete what is out: `amplify takedown --person {person.id} --reason …`", soft_wrap=True)
        out.print(
            f"A stop holds it. `amplify resume --person {person.id}` lifts it again: two people, with a reason.",
            soft_wrap=True,
        )
        if not done.stopped.seen:
            print_error("a worker did not answer: one request may still be on its way; look again in a minute")
    if done.still_stopped:
        out.print(
            f"A stop still holds everything about {person.id}: `amplify resume --person {person.id}` lifts it, two "
            "people, with a reason.",
            soft_wrap=True,
        )
    if person.detentions[-1].end is None and person.state in (PersonState.RELEASE_CONFIRMED, PersonState.DIED):
        out.print("The last of their `detentions:` has no `end:` yet: days are counted on. Write it.", soft_wrap=True)
    for problem in done.elsewhere:
        print_error(f"{problem} (this holds what it names until it is mended)")
