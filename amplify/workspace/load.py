"""Loads a workspace from its folder, or reports all of its problems."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from amplify.model.problem import Problem, Severity
from amplify.model.workspace import Workspace
from amplify.workspace.checks.dates import check_future_days
from amplify.workspace.checks.references import check_references
from amplify.workspace.parsed import ParsedWorkspace
from amplify.workspace.read_config import read_config
from amplify.workspace.read_posts import read_media, read_posts


@dataclass(frozen=True, slots=True)
class Loaded:
    """The result of loading a folder: the workspace, or its problems."""

    workspace: Workspace | None
    """None exactly when there is a problem of severity `error`."""
    problems: tuple[Problem, ...]
    """All of them, sorted by place: errors and warnings."""


def load_workspace(root: Path, platforms: frozenset[str], now: datetime | None = None) -> Loaded:
    """Read the workspace at `root`. `platforms`: the names that posts, partners and entries may use. `now` (UTC): days
    on which something is said to have been done are problems where they lie in the future.

    Never raises for anything that stands in the files.
    """
    findings = parse_files(root, platforms)
    later = check_future_days(findings, now) if now is not None else ()
    problems = tuple(sorted({*findings.problems, *check_references(findings), *later}))
    if findings.settings is None or any(p.severity is Severity.ERROR for p in problems):
        return Loaded(None, problems)
    return Loaded(
        Workspace(
            root=root,
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
            local=findings.local,
        ),
        problems,
    )


def parse_files(root: Path, platforms: frozenset[str]) -> ParsedWorkspace:
    """Parse all files, without comparing them with each other."""
    findings = ParsedWorkspace(root, platforms)
    read_config(findings)
    read_media(findings)
    read_posts(findings)
    return findings
