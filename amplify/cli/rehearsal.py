"""Rehearsals on the local stage: shared by `rehearse` and `demo`."""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from amplify.cli import output
from amplify.cli.open_context import ledger_if_any
from amplify.cli.output import STATE_STYLES, error_console
from amplify.context.app_context import AppContext
from amplify.context.timings import Timings
from amplify.ledger.database import LEDGER_FILE, Ledger, get_meta, set_meta
from amplify.ledger.queries.outcomes import count_deliveries_due_before, count_outcomes, count_readings
from amplify.model.account import Account
from amplify.model.clock import ManualClock
from amplify.model.errors import WrongUse
from amplify.operations.rehearse import (
    RehearsalScript,
    RehearsalTick,
    ScriptedEvent,
    copy_holds,
    is_over,
    rehearse_campaign,
)
from amplify.stage.process import Stage, StageControl
from amplify.workspace.fingerprint import FOLDERS

if TYPE_CHECKING:
    from amplify.ledger.rows.claimed_delivery import ClaimedDelivery
    from amplify.model.workspace import Workspace

_EMBARGOED: Final = "rehearsal-embargoed"
"""Key in a rehearsal's `meta`: the posts that it does not play."""

TIMINGS = Timings(
    timeout=timedelta(seconds=5),
    lease=timedelta(seconds=8),
    backoff=timedelta(seconds=1),
    pause=timedelta(seconds=1),
)
"""The stage is near and answers at once: a rehearsal need not wait as the world does."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What is rehearsed, and where it is kept."""

    root: Path
    """The workspace."""
    folder: Path
    """Ledger, stage, report and timelines: apart from everything real."""
    start: datetime
    end: datetime
    cast: frozenset[str] | None = None
    """Partners to play; None: those of `accounts.yaml`, or everybody where there is none."""
    workers: int = 4
    source: Path | None = None
    """What `root` is a copy of, made with each new rehearsal: for one in which people change the files."""
    real: Path | None = None
    """The workspace whose stops and states of people hold here too."""
    embargoed: frozenset[str] = frozenset()
    """Posts that are not played: nobody may know of them yet."""


@contextmanager
def open_rehearsal(rehearsal: Rehearsal) -> Iterator[tuple[AppContext, ManualClock, Stage]]:
    """The application context of a rehearsal with its stage running. An interrupted one goes on; one that has ended,
    or that did not know what is stopped by now, starts anew.
    """
    before = os.umask(0o077)  # what is rehearsed may be under embargo: nobody else reads along
    try:
        with _open_rehearsal(rehearsal) as opened:
            yield opened
    finally:
        os.umask(before)


@contextmanager
def _open_rehearsal(rehearsal: Rehearsal) -> Iterator[tuple[AppContext, ManualClock, Stage]]:
    ledger = _open_ledger(rehearsal)
    if rehearsal.source is not None:
        copy_workspace(rehearsal.source, rehearsal.root)
    with Stage(rehearsal.folder / "stage", rate_factor=1000) as stage:
        clock = ManualClock(rehearsal.start)
        app = AppContext(
            rehearsal.root,
            ledger,
            clock,
            TIMINGS,
            server=stage.url,
            home=rehearsal.folder,
            account_override=lambda workspace: _cast(_sealed(workspace, rehearsal.embargoed), rehearsal.cast),
        )
        app.secrets = _open_accounts(app, stage.control)
        try:
            yield app, clock, stage
        finally:
            app.close()


def _open_ledger(rehearsal: Rehearsal) -> Ledger:
    """The rehearsal's own ledger, which knows what really is stopped; emptied where it played what it must not now."""
    file = rehearsal.folder / LEDGER_FILE
    if file.exists():
        ledger = Ledger.open(f"sqlite:///{file}")
        with ledger.read() as connection:
            same = get_meta(connection, _EMBARGOED) == " ".join(sorted(rehearsal.embargoed))
        over = is_over(AppContext(rehearsal.root, ledger), rehearsal.end)
        if same and not over and not _copy_real_holds(rehearsal, ledger):
            error_console().print("going on with the rehearsal that was broken off")
            return ledger
        ledger.close()
        shutil.rmtree(rehearsal.folder)
    for folder in (rehearsal.folder.parent, rehearsal.folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    ledger = Ledger.open(f"sqlite:///{file}")
    with ledger.write() as connection:
        set_meta(connection, _EMBARGOED, " ".join(sorted(rehearsal.embargoed)))
    _copy_real_holds(rehearsal, ledger)
    return ledger


def _copy_real_holds(rehearsal: Rehearsal, ledger: Ledger) -> bool:
    if rehearsal.real is None:
        return False
    with ledger_if_any(rehearsal.real, must_open=True) as real:
        return real is not None and copy_holds(real, ledger)


def copy_workspace(source: Path, copy: Path) -> None:
    """Copy all of a workspace's files, unless that was done already."""
    if not copy.exists():
        half = copy.with_name(f"{copy.name}.half")
        for name in FOLDERS:
            if (source / name).exists():
                shutil.copytree(source / name, half / name, dirs_exist_ok=True)
        half.rename(copy)


def play_rehearsal(
    rehearsal: Rehearsal, app: AppContext, clock: ManualClock, stage: Stage, happenings: Sequence[ScriptedEvent] = ()
) -> None:
    """Run the rehearsal with progress bars: one for campaign time, one for what went out."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    total = max(1.0, (rehearsal.end + timedelta(days=1) - rehearsal.start).total_seconds())
    readings, outcomes = Counter[str](), Counter[str]()
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[said]}"),
        TimeElapsedColumn(),
        console=error_console(),
    ) as bars:
        days = bars.add_task("campaign time", total=total, said=f"{rehearsal.start:%a %d %b %H:%M}")
        out = bars.add_task("out", total=None, said="")

        def told(claimed: ClaimedDelivery, outcome: str) -> None:
            outcomes[claimed.platform if outcome == "sent" else outcome] += 1
            said = "  ".join(f"{what} {count}" for what, count in sorted(outcomes.items()))
            bars.update(out, completed=outcomes.total(), said=said)

        def lapse(now: RehearsalTick) -> None:
            readings["all"] += now.readings
            bars.update(
                days,
                completed=(now.now - rehearsal.start).total_seconds(),
                said=f"{now.now:%a %d %b %H:%M}  {readings['all']} readings",
            )
            bars.update(out, total=_planned(app, rehearsal.end))

        rehearse_campaign(
            app,
            clock,
            RehearsalScript(rehearsal.start, rehearsal.end, happenings),
            workers=rehearsal.workers,
            stage_time=stage.control.clock,
            told=told,
            lapse=lapse,
        )
        bars.update(days, completed=total)


def _planned(app: AppContext, end: datetime) -> int:
    """The number of deliveries in the ledger that are due before `end`."""
    with app.ledger.read() as connection:
        return count_deliveries_due_before(connection, end)


def outcome_table(app: AppContext, end: datetime) -> Any:
    """A table of account × outcome of its deliveries due before `end`."""
    from rich.table import Table

    with app.ledger.read() as connection:
        counts, readings = count_outcomes(connection, end), count_readings(connection)
    present = [state for state in STATE_STYLES if any(its == state for _, its in counts)]
    table = Table(box=None, pad_edge=False, header_style="bold", show_footer=True)
    table.add_column("account", footer="together")
    for state in present:
        together = sum(count for (_, its), count in counts.items() if its == state)
        table.add_column(state, justify="right", style=STATE_STYLES[state], footer=str(together))
    table.add_column("readings", justify="right", footer=str(sum(readings.values())))
    for account in sorted({account for account, _ in counts}):
        cells = [str(counts.get((account, state), "")) for state in present]
        table.add_row(account, *cells, str(readings.get(account, 0)))
    return table


def show_outcome(rehearsal: Rehearsal, app: AppContext, stage: Stage) -> Mapping[str, Path]:
    """Write report and timelines, print the table and the paths."""
    from amplify.cli.report import collect_report
    from amplify.report.report_html import write_report

    timelines = stage.control.render(rehearsal.folder / "timelines")
    files = write_report(collect_report(app, rehearsal.start, rehearsal.end), rehearsal.folder / "report")
    report = next(path for path in files if path.suffix == ".html")
    output.console().print(outcome_table(app, rehearsal.end))
    output.console().print()
    paths = {"timelines": timelines, "report": report}
    for name, path in paths.items():
        output.console().print(f"{name:10} {path}", soft_wrap=True)
    return paths


def look_around(stage: Stage) -> None:
    """Keep the stage running until Ctrl-C."""
    output.console().print(f"the stage is open at {stage.url} until you press Ctrl-C")
    with contextlib.suppress(KeyboardInterrupt):
        threading.Event().wait()


def posts_not_played(root: Path, start: datetime, end: datetime, now: datetime) -> frozenset[str]:
    """Posts that nobody may know of at `now`, the present, whatever time is played. An embargo that ends in an invented
    span from `start` to `end` ends there: without one, both are the same instant."""
    from amplify.context.app_context import UnreadableFiles
    from amplify.planning.embargo import embargoed_posts
    from amplify.platforms import registry
    from amplify.workspace.load import load_workspace

    loaded = load_workspace(root, frozenset(registry.names()))
    if loaded.workspace is None:
        raise UnreadableFiles(loaded.problems)
    posts = {
        id: replace(post, front=post.front.model_copy(update={"embargo_until": None}))
        if post.front.embargo_until is not None and start <= post.front.embargo_until < end
        else post
        for id, post in loaded.workspace.posts.items()
    }
    found = embargoed_posts(replace(loaded.workspace, posts=posts), now)
    if found:
        error_console().print(f"{output.plural(len(found), 'post')} under embargo not played")
    return found


def _sealed(workspace: Workspace, embargoed: frozenset[str]) -> Workspace:
    """The workspace in which these posts are played by nobody, and under embargo for ever."""
    ever = {"status": "draft", "embargo_until": datetime(9999, 1, 1, tzinfo=UTC)}
    posts = {
        id: replace(post, front=post.front.model_copy(update=ever)) if id in embargoed else post
        for id, post in workspace.posts.items()
    }
    return replace(workspace, posts=posts)


def _cast(workspace: Workspace, partners: frozenset[str] | None) -> Workspace:
    """The workspace with accounts for these partners: rehearsals need nobody's credentials."""
    if partners is None and workspace.accounts:
        return workspace
    unknown = (partners or frozenset()) - workspace.partners.keys()
    if unknown:
        raise WrongUse(f"the handle book knows no {', '.join(sorted(unknown))}: see config/partners.yaml")
    accounts = dict(workspace.accounts) if partners is None else {}
    for partner in workspace.partners.values():
        if partner.publishes and (partners is None or partner.id in partners):
            for platform in partner.handles:
                known = workspace.accounts.get(f"{partner.id}/{platform}")
                account = known or Account(partner=partner.id, platform=platform, credential="stage")
                accounts[account.id] = account
    return replace(workspace, accounts=accounts)


def _open_accounts(app: AppContext, control: StageControl) -> Any:
    """Open every account of the workspace on the stage, and set where its credentials come from."""
    workspace = app.workspace()
    secrets: dict[str, Mapping[str, str]] = {}
    for partner in workspace.partners.values():  # all of them, so that mentions and profiles lead somewhere
        for platform, handle in partner.handles.items():
            name = next(iter(partner.name.values()))
            secrets[f"{partner.id}/{platform}"] = control.account(platform, handle, name, partner.languages)
    for post in workspace.posts.values():
        for url in (post.front.boost.urls if post.front.boost else {}).values():
            control.outside(url)
    return lambda account: secrets[account.id]
