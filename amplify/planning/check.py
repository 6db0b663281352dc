"""Check of a workspace: all problems of the files, and of everything that would be published in the horizon."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from amplify.model.plan import LintFinding, Plan, PriorPosts
from amplify.model.platform_profile import PlatformProfile
from amplify.model.problem import Problem, Severity
from amplify.model.server_info import NOTHING_KNOWN, ServerInfo
from amplify.model.workspace import Workspace
from amplify.planning.paint_ahead import with_paint_faults
from amplify.planning.plan import plan_deliveries
from amplify.rules.lint.duplicates import look_back
from amplify.rules.plan.horizon import plan_end
from amplify.rules.plan.past_entries import past_entries, past_problems
from amplify.workspace.load import load_workspace
from amplify.workspace.local_paths import tracked_problems

if TYPE_CHECKING:
    from amplify.ledger.database import Ledger


@dataclass(frozen=True, slots=True)
class CheckReport:
    """Result of `check`."""

    problems: tuple[Problem, ...]
    """All that count, by location, with the severities that the workspace has decided on."""
    changed: tuple[LintFinding, ...]
    """Findings whose severity the workspace changed, with its reason: those it turned off too."""

    @property
    def silenced(self) -> tuple[LintFinding, ...]:
        """Findings of rules that are turned off: none of `problems`."""
        return tuple(one for one in self.changed if one.change is not None and one.change.severity == "off")


def check_workspace(
    root: Path,
    now: datetime,
    profiles: Mapping[str, PlatformProfile],
    progress: Callable[[int, int], None] | None = None,
    known: ServerInfo = NOTHING_KNOWN,
    ledger: Ledger | None = None,
    shared: bool = False,
) -> CheckReport:
    """Find all problems. Needs no ledger, no accounts and no network.

    `known`: cached server info. `ledger`: where there is one, recent posts count too. `shared`: the folder
    holds only what is shared, so nothing that is local.
    """
    loaded = load_workspace(root, frozenset(profiles), now)
    problems = {*loaded.problems, *tracked_problems(root, shared)}
    workspace = loaded.usable
    if workspace is None:
        return CheckReport(tuple(sorted(problems)), ())
    end = plan_end(workspace, now)
    said = _said(ledger, workspace, now, end) if ledger is not None else ()
    planned = with_paint_faults(plan_deliveries(workspace, now, end, profiles, progress, known, said), workspace)
    problems.update(finding.problem for finding in planned.findings)
    problems.update(_unsent(ledger, workspace, planned, now))
    changed = (*(finding for finding in planned.findings if finding.change is not None), *planned.silenced)
    return CheckReport(tuple(sorted(problems)), changed)


def _unsent(ledger: Ledger | None, workspace: Workspace, planned: Plan, now: datetime) -> Iterator[Problem]:
    """What the files ask for and the ledger will not send: its time is past, or it was sent, refused or missed."""
    past = past_entries(workspace, now)
    if ledger is None:
        yield from past_problems(past)
        return
    from amplify.ledger.queries.recent_posts import queued_entries
    from amplify.ledger.rows.plan_changes import compare_plan

    with ledger.read() as connection:
        known = queued_entries(connection, {entry.id for entry in past})
        compared = compare_plan(connection, planned)
    yield from past_problems(entry for entry in past if entry.id not in known)
    entries = {one.id: one.entry for one in planned.ours}
    faulty = {one.id for one in planned.faulty}
    for change in (*compared.unsent, *(one for one in compared.changes if one.sign == "!")):
        base = change.id.partition(".")[0]
        if base in entries and base not in faulty and (change.asks or change.sign == "!"):
            sentence = f"{change.post} does not go out on {change.account}: {change.why}"
            yield Problem(workspace.queue[entries[base]].place, "QUEUE-DONE", sentence, Severity.WARNING)


def _said(ledger: Ledger, workspace: Workspace, now: datetime, end: datetime) -> PriorPosts:
    from amplify.ledger.queries.recent_posts import find_prior_posts

    with ledger.read() as connection:
        return find_prior_posts(connection, now - look_back(workspace), end)
