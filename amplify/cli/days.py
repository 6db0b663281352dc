"""`amplify days`: what comes: round numbers, anniversaries, occasions, last days; and the entries that would fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from amplify.cli import output
from amplify.cli.open_context import AsJson, Workspace, open_context, read_only_clock
from amplify.cli.options import Campaign, Person, check_day
from amplify.cli.output import print_json, progress_bar
from amplify.model.errors import WrongUse, unwritable_output

if TYPE_CHECKING:
    from amplify.context.app_context import AppContext
    from amplify.model.coming_day import ComingDay, ComingDays
    from amplify.model.plan import Planned
    from amplify.model.workspace import Workspace as Words
    from amplify.planning.eligibility import EligibilityChecker
    from amplify.planning.offered_entries import OfferedEntry

_USUAL_DAYS: Final = 60
_MOST_DAYS: Final = 400


def command(
    until: Annotated[
        datetime | None,
        typer.Option(
            "--until",
            formats=["%Y-%m-%d"],
            callback=check_day,
            help="The last day that is looked at; without it, 60 days from now.",
        ),
    ] = None,
    person: Person = None,
    campaign: Campaign = None,
    ics: Annotated[
        Path | None,
        typer.Option("--ics", metavar="FILE", help="Write a calendar (iCalendar) for staff, for all that is listed."),
    ] = None,
    add: Annotated[
        bool, typer.Option("--add", help="Add the offered entries to the queue; they are approved as any other.")
    ] = False,
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> int:
    """List what comes: round numbers of days in detention, anniversaries, birthdays, occasions, and the last days of
    facts, reviews, calls and campaigns; what is queued for each, and the entry that would fit.

    Nobody who is held, stopped or released is listed.
    """
    from amplify.planning.coming_days import list_coming_days
    from amplify.planning.eligibility import EligibilityChecker

    app = open_context(workspace, read_only_clock())
    try:
        words, now = app.whole_workspace() if ics is not None else app.workspace(), app.clock.now()
        who = _person_named(app, words, person) if person is not None else None
        last = _last_day(words, now, until)
        care = EligibilityChecker(words, now, app.ledger)
        deliveries = _deliveries(app, words, now, last, as_json)
        what = _campaign_named(words, campaign) if campaign is not None else None
        found = list_coming_days(care, last, deliveries, person=who, campaign=what)
        offers = _offers(app, care, found)
        added = _add(app, offers) if add else ()
    finally:
        app.close()
    if ics is not None:
        _write_calendar(ics, found, offers, words.settings.id, now)
    if as_json:
        days = [one.as_json(found.today) | {"offer": _offer_json(offers, one)} for one in found.days]
        told = {"today": found.today.isoformat(), "until": last.isoformat(), "days": days}
        print_json(told | {"withheld": dict(found.withheld), "added": list(added)})
        return 0
    _show(found, offers if not add else {})
    for name in added:
        output.console().print(f"Added `{name}` to config/queue.yaml.", soft_wrap=True)
    if add:
        output.console().print(
            "`amplify plan` shows what follows from it." if added else "Nothing was added: no entry is offered."
        )
    if ics is not None:
        output.console().print(str(ics), soft_wrap=True)
    return 0


def _last_day(words: Words, now: datetime, until: datetime | None) -> date:
    from amplify.rules.plan.calendar_days import readers_day
    from amplify.rules.plan.day_sources import our_zone

    today = readers_day(now, our_zone(words))
    last = until.date() if until is not None else today + timedelta(days=_USUAL_DAYS)
    if last < today:
        raise WrongUse(f"{last} is past: give --until a day to come")
    if (last - today).days > _MOST_DAYS:
        raise WrongUse(f"{last} is more than {_MOST_DAYS} days ahead: give --until an earlier day")
    return last


def _person_named(app: AppContext, words: Words, said: str) -> str:
    """The person meant, as a stop finds them: by id, name or alias. Raises WrongUse for nobody, and for several."""
    from amplify.decisions.find_subject import read_directory

    hits = read_directory(app).find(said, "person", "narrow").hits if said.strip() else ()
    known = [one for one in hits if one.id in words.people]
    if len(known) == 1:
        return known[0].id
    if known:
        raise WrongUse(f"`{said}` may be {' or '.join(one.id for one in known)}: give an id")
    raise WrongUse(f"nobody in config/people.yaml goes by `{said}`: `amplify people` lists everybody")


def _campaign_named(words: Words, said: str) -> str:
    from amplify.workspace.suggest import did_you_mean

    if said not in words.campaigns:
        raise WrongUse(f"no campaign has the id `{said}`{did_you_mean(said, words.campaigns)}")
    return said


def _deliveries(app: AppContext, words: Words, now: datetime, last: date, quiet: bool) -> Sequence[Planned]:
    """Everything planned from the morning of today until the end of the last day, wherever the readers are."""
    from amplify.planning.plan import plan_deliveries
    from amplify.rules.plan.calendar_days import FIRST_ZONE, end_of_day

    start = now - timedelta(days=1)
    with progress_bar("planning", quiet=quiet) as told:
        planned = plan_deliveries(words, start, end_of_day(last) + FIRST_ZONE, app.profiles, told, app.server_info())
    return planned.ours or planned.deliveries


def _offers(app: AppContext, care: EligibilityChecker, found: ComingDays) -> Mapping[str, OfferedEntry]:
    from amplify.planning.offered_entries import offer_entries
    from amplify.workspace.load import parse_files

    return offer_entries(care, found, parse_files(app.root, frozenset(app.profiles)))


def _add(app: AppContext, offers: Mapping[str, OfferedEntry]) -> tuple[str, ...]:
    from amplify.workspace.yaml_edit import append_entries

    return append_entries(app.root, [dict(one.entry) for one in offers.values()]) if offers else ()


def _offer_json(offers: Mapping[str, OfferedEntry], one: ComingDay) -> dict[str, str] | None:
    offer = offers.get(one.key)
    return offer.as_json() if offer is not None else None


def _write_calendar(
    path: Path, found: ComingDays, offers: Mapping[str, OfferedEntry], workspace: str, now: datetime
) -> None:
    from amplify.planning.days_calendar import days_calendar

    if path.is_dir():
        raise WrongUse(f"{path} is a folder: give --ics the name of a file")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(days_calendar(found, offers, workspace, now))
    except OSError as error:
        raise unwritable_output(path, error) from error


def _show(found: ComingDays, offers: Mapping[str, OfferedEntry]) -> None:
    from itertools import groupby

    from rich.text import Text

    out = output.console()
    for day, those in groupby(found.days, key=lambda one: one.day):
        left = (day - found.today).days
        away = "today" if left == 0 else "tomorrow" if left == 1 else f"in {left} days"
        out.print(Text(f"{day:%a} {day.day} {day:%B %Y}", style="bold").append(f"  {away}", style="dim"))
        for one in those:
            _show_day(one, offers.get(one.key))
    span = f"{found.today:%Y-%m-%d} to {found.until:%Y-%m-%d}"
    listed = output.plural(len(found.days), "day") if found.days else "nothing"
    out.print(f"{listed} to know of, {span}", style="dim")
    _show_withheld(found)


def _show_day(one: ComingDay, offer: OfferedEntry | None) -> None:
    from rich.padding import Padding
    from rich.text import Text

    from amplify.model.coming_day import CELEBRATED

    out = output.console()
    line = Text(one.name, style="cyan" if one.kind in CELEBRATED else "yellow").append(f"  {one.what}", style="default")
    out.print(Padding(line, (0, 0, 0, 2)))
    for each in one.queued:
        deliveries = output.plural(each.deliveries, "delivery", "deliveries")
        told = f"held after it: {each.post}, {deliveries}" if one.ends else f"queued: {each.post}, {deliveries}"
        out.print(Padding(Text(f"{told} (entry {each.entry})", style="dim"), (0, 0, 0, 6)))
    if one.queued or one.kind not in CELEBRATED:
        return
    if offer is None:
        out.print(Padding(Text("nothing is queued, and no ready post fits", style="dim"), (0, 0, 0, 6)))
        return
    out.print(Text("      nothing is queued; this would fit:", style="dim"))
    out.print(Text(f"      {offer.command}", style="green"), soft_wrap=True)


def _show_withheld(found: ComingDays) -> None:
    from amplify.pages.withheld_reasons import WITHHELD

    for reason, count in found.withheld.items():
        output.console().print(f"not listed: {count} {WITHHELD[reason]}", style="yellow")
