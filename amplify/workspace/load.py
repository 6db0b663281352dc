"""Loads a workspace from its folder, or reports all of its problems."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from amplify.model.problem import Problem, Severity, first_problems
from amplify.model.workspace import UNNAMED, Workspace
from amplify.rules.plan.statements import under_embargo
from amplify.workspace.checks.dates import check_future_days
from amplify.workspace.checks.references import check_references
from amplify.workspace.checks.statement_names import check_signing_days
from amplify.workspace.confine import ConfinedFaults, confine_errors
from amplify.workspace.parsed import ParsedWorkspace
from amplify.workspace.picture_names import resolve_picture_names
from amplify.workspace.read_config import read_config
from amplify.workspace.read_posts import read_media, read_posts
from amplify.workspace.read_statements import read_statements


@dataclass(frozen=True, slots=True)
class Loaded:
    """The result of loading a folder: the workspace, or its problems."""

    workspace: Workspace | None
    """None exactly when there is a problem of severity `error`."""
    problems: tuple[Problem, ...]
    """All of them, sorted by place: errors and warnings."""
    usable: Workspace | None = None
    """The workspace without what has errors, and without what depends on that; None where an error concerns all."""


def load_workspace(root: Path, platforms: frozenset[str], now: datetime | None = None) -> Loaded:
    """Read the workspace at `root`. `platforms`: the names that posts, partners and entries may use. `now` (UTC): days
    on which something is said to have been done are problems where they lie in the future.

    Never raises for anything that stands in the files.
    """
    findings = parse_files(root, platforms)
    later = (*check_future_days(findings, now), *check_signing_days(findings, now)) if now is not None else ()
    found = {*findings.problems, *check_references(findings), *later}
    errors = tuple(sorted(one for one in found if one.severity is Severity.ERROR))
    problems = tuple(first_problems(found))
    if not errors:
        workspace = _workspace(findings, ConfinedFaults(), ())
        return Loaded(workspace, problems, workspace)
    confined = confine_errors(findings, errors)
    if confined is None:
        return Loaded(None, problems)
    told = tuple(one for one in problems if one.severity is Severity.ERROR)
    return Loaded(None, problems, _workspace(*confined, told))


def _workspace(findings: ParsedWorkspace, faults: ConfinedFaults, errors: tuple[Problem, ...]) -> Workspace | None:
    if findings.settings is None:
        return None
    unnamed = {UNNAMED: faults.unnamed} if faults.unnamed is not None else {}
    workspace = Workspace(
        root=findings.root,
        settings=findings.settings.word,
        campaigns={found.word.id: found.word for found in findings.campaigns},
        people={found.word.id: found.word for found in findings.people},
        facts={found.word.id: found.word for found in findings.facts},
        actions={found.word.id: found.word for found in findings.actions},
        partners={found.word.id: found.word for found in findings.partners},
        posts={found.word.id: found.word for found in findings.posts},
        queue={found.word.id: found.word for found in findings.queue},
        pictures=findings.pictures,
        accounts={found.word.id: found.word for found in findings.accounts},
        us=findings.us.word if findings.us else None,
        banners={found.word.id: found.word for found in findings.banners},
        statements={found.word.id: found.word for found in findings.statements},
        local=findings.local,
        problems=errors,
        faulty_posts={**faults.posts, **unnamed},
        faulty_entries=faults.entries,
        silent_entries=tuple(faults.entry_words),
    )
    return replace(workspace, posts=under_embargo(workspace.posts, workspace)) if workspace.statements else workspace


def parse_files(root: Path, platforms: frozenset[str]) -> ParsedWorkspace:
    """Parse all files, without comparing them with each other."""
    findings = ParsedWorkspace(root, platforms)
    read_config(findings)
    read_media(findings)
    read_posts(findings)
    read_statements(findings)
    resolve_picture_names(findings)
    return findings
