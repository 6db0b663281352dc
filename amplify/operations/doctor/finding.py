"""What an examination finds, and who is examined."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from amplify.context.app_context import Desk
from amplify.model.workspace import Workspace


class Verdict(StrEnum):
    """How it is."""

    FINE = "fine"
    LOOK = "look"
    """Nothing is broken, and somebody should know."""
    MEND = "mend"
    """It keeps posts from going out, or is not safe."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer."""

    about: str
    """`python`, `disk`, `press_union/x` …"""
    verdict: Verdict
    says: str
    mend: str | None = None
    """What to do."""


@dataclass(frozen=True, slots=True)
class Patient:
    """What there is to examine: what cannot be opened is None, and said by whoever tried."""

    root: Path
    url: str
    """The ledger's address. It may hold a password: never shown."""
    desk: Desk | None
    workspace: Workspace | None

    @property
    def sqlite(self) -> Path | None:
        """The ledger's file, where it is one."""
        return Path(self.url.removeprefix("sqlite:///")) if self.url.startswith("sqlite:") else None


Examine = Callable[[Patient], Iterator[Finding]]


def fine(about: str, says: str) -> Finding:
    return Finding(about, Verdict.FINE, says)


def look(about: str, says: str, mend: str) -> Finding:
    return Finding(about, Verdict.LOOK, says, mend)


def mend(about: str, says: str, how: str) -> Finding:
    return Finding(about, Verdict.MEND, says, how)
