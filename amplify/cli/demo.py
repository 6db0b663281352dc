"""`amplify demo`: a week of the sample campaigns, on the local stage. On its Thursday somebody is released."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from amplify.cli import output
from amplify.cli.open_context import Workspace
from amplify.workspace.locate import find_root

if TYPE_CHECKING:
    from amplify.context.app_context import AppContext

START = datetime(2027, 5, 17, tzinfo=UTC)
END = datetime(2027, 5, 24, tzinfo=UTC)
"""The week of the sample's day of solidarity."""
RELEASED: Final = "mira"
RELEASED_AT: Final = datetime(2027, 5, 20, 7, tzinfo=UTC)
"""Thursday morning: half of what speaks of her is out."""
SUPPORTED_AT: Final = datetime(2027, 5, 21, 7, tzinfo=UTC)
"""The morning of the day of solidarity: the toolkit is built as supporters find it then."""
SOURCES: Final = ("https://docketwatch.example/cases/astravan", "https://openline.example/news/mira-is-free")


def command(
    workspace: Workspace = None,
    folder: Annotated[Path, typer.Option("--dir", help="Where the demo is kept.")] = Path("demo"),
    keep: Annotated[bool, typer.Option("--keep", help="Leave the stage open afterwards, to look around.")] = False,
) -> int:
    """Publish a week of the sample campaigns to a local stage, measure it, and report. Sends nothing anywhere.

    In the middle of the week somebody comes free, and nothing more is said about her; everything else goes on.
    """
    from amplify.cli.rehearsal import (
        Rehearsal,
        copy_workspace,
        look_around,
        open_rehearsal,
        play_rehearsal,
        posts_not_played,
        show_outcome,
    )
    from amplify.operations.rehearse import ScriptedEvent

    source = find_root(workspace)
    copy, played = folder.absolute() / "workspace", folder.absolute() / "rehearsal"
    copy_workspace(source, copy)
    hidden = posts_not_played(copy, START, END, datetime.now(UTC))
    rehearsal = Rehearsal(played / "workspace", played, START, END, source=copy, real=source, embargoed=hidden)
    with open_rehearsal(rehearsal) as (app, clock, stage):
        play_rehearsal(rehearsal, app, clock, stage, [ScriptedEvent(RELEASED_AT, lambda: _release(app))])
        show_outcome(rehearsal, app, stage)
        _tell(app)
        clock.set(SUPPORTED_AT)
        _support(app, folder.absolute() / "toolkit")
        if keep:
            look_around(stage)
    output.console().print("open timelines, report and toolkit in a browser", style="dim")
    return 0


def _release(app: AppContext) -> None:
    """Set the person's state when the news comes: `amplify people set mira --state release_confirmed …`."""
    from amplify.decisions.people import PersonEdit, set_person
    from amplify.model.person import PersonState

    person = app.workspace().people.get(RELEASED)
    if person is not None and person.state is not PersonState.RELEASE_CONFIRMED:  # else the demo was broken off here
        set_person(app, RELEASED, "the demo's desk", PersonEdit(PersonState.RELEASE_CONFIRMED, SOURCES))


def _support(app: AppContext, folder: Path) -> None:
    """Render the banners and build the toolkit; whoever must not be spoken of is in none of it."""
    from amplify.cli.output import progress_bar
    from amplify.cli.toolkit import print_toolkit
    from amplify.toolkit.build import build_toolkit

    with progress_bar("banners") as bar:
        built = build_toolkit(app, folder, progress=bar)
    output.console().print(f"\nFor supporters, as of {SUPPORTED_AT:%A}: banners, texts and dates", style="bold")
    print_toolkit(built, short=True)


def _tell(app: AppContext) -> None:
    """Print what the release held, and what was out by then: as `amplify stop` and `amplify takedown` would list it."""
    from rich.text import Text

    from amplify.ledger.holds.stops import in_force
    from amplify.ledger.queries.stop_impact import count_missed_by_stop, measure_impact

    with app.ledger.read() as connection:
        for stop in in_force(connection):
            if stop.subject != RELEASED:
                continue  # one that really holds
            many, out = count_missed_by_stop(connection, stop), len(measure_impact(connection, [stop], None).out)
            when = f"\n{stop.at:%A, %H:%M} UTC: {stop.subject} was released."
            told = (
                " From that moment nothing was "
                f"said about her: {many} posts and boosts were held, and are missed; everything else went on. {out} "
                f"were out already: `amplify takedown --{stop.kind} {stop.subject}` would delete them."
            )
            output.console().print(Text.assemble((when, "bold"), told))
