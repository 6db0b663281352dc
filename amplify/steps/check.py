"""check: every problem of the files, and of everything that would be published in the horizon."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from amplify.model.dialect import Dialect
from amplify.model.problem import Problem
from amplify.rules.horizon import horizon
from amplify.steps.plan import plan
from amplify.workspace.load import load


def check(
    root: Path,
    now: datetime,
    dialects: Mapping[str, Dialect],
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Problem, ...]:
    """All problems, by place. Needs no ledger, no accounts and no network."""
    loaded = load(root, frozenset(dialects))
    problems = set(loaded.problems)
    if loaded.workspace is not None:
        planned = plan(loaded.workspace, now, horizon(loaded.workspace, now), dialects, progress)
        problems.update(finding.problem for finding in planned.findings)
    return tuple(sorted(problems))
