"""check: every problem of the files, and of everything that would be published in the horizon."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from amplify.model.plan import Finding, Said
from amplify.model.platform_profile import Dialect
from amplify.model.problem import Problem
from amplify.model.server_info import NOTHING_KNOWN, Known
from amplify.model.workspace import Workspace
from amplify.planning.plan import plan
from amplify.rules.lint.duplicates import reach
from amplify.rules.plan.horizon import horizon
from amplify.workspace.load import load

if TYPE_CHECKING:
    from amplify.ledger.database import Ledger


@dataclass(frozen=True, slots=True)
class Checked:
    """What `check` found."""

    problems: tuple[Problem, ...]
    """All that count, by place, with the severities that the workspace has decided on."""
    changed: tuple[Finding, ...]
    """Findings whose severity the workspace changed, with its reason: those it turned off too."""

    @property
    def silenced(self) -> tuple[Finding, ...]:
        """Findings of rules that are turned off: none of `problems`."""
        return tuple(one for one in self.changed if one.change is not None and one.change.severity == "off")


def check(
    root: Path,
    now: datetime,
    dialects: Mapping[str, Dialect],
    progress: Callable[[int, int], None] | None = None,
    known: Known = NOTHING_KNOWN,
    ledger: Ledger | None = None,
) -> Checked:
    """All problems. Needs no ledger, no accounts and no network.

    `known`: what servers said before. `ledger`: where there is one, what was said lately counts too.
    """
    loaded = load(root, frozenset(dialects))
    problems = set(loaded.problems)
    if loaded.workspace is None:
        return Checked(tuple(sorted(problems)), ())
    end = horizon(loaded.workspace, now)
    said = _said(ledger, loaded.workspace, now, end) if ledger is not None else ()
    planned = plan(loaded.workspace, now, end, dialects, progress, known, said)
    problems.update(finding.problem for finding in planned.findings)
    changed = (*(finding for finding in planned.findings if finding.change is not None), *planned.silenced)
    return Checked(tuple(sorted(problems)), changed)


def _said(ledger: Ledger, workspace: Workspace, now: datetime, end: datetime) -> tuple[Said, ...]:
    from amplify.ledger.queries.recent_posts import said

    with ledger.read() as connection:
        return tuple(said(connection, now - reach(workspace), end))
