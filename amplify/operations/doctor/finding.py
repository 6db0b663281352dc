"""Check results of the doctor, and the target that is checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from amplify.context.app_context import AppContext
from amplify.model.workspace import Workspace


class Verdict(StrEnum):
    """Outcome of a check: ok, warning or failure."""

    FINE = "fine"
    LOOK = "look"
    """Nothing is broken, but somebody should know."""
    MEND = "mend"
    """It keeps posts from going out, or is not safe."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Result of one check."""

    about: str
    """`python`, `disk`, `press_union/x` …"""
    verdict: Verdict
    says: str
    mend: str | None = None
    """What to do."""


@dataclass(frozen=True, slots=True)
class CheckTarget:
    """What is checked. What cannot be opened is None, and reported by the check that tried."""

    root: Path
    url: str
    """The ledger's address. It may hold a password: never shown."""
    app: AppContext | None
    workspace: Workspace | None

    @property
    def sqlite(self) -> Path | None:
        """The ledger's file, where it is SQLite."""
        return Path(self.url.removeprefix("sqlite:///")) if self.url.startswith("sqlite:") else None


Examine = Callable[[CheckTarget], Iterator[CheckResult]]


def check_ok(about: str, says: str) -> CheckResult:
    return CheckResult(about, Verdict.FINE, says)


def check_warn(about: str, says: str, mend: str) -> CheckResult:
    return CheckResult(about, Verdict.LOOK, says, mend)


def check_fail(about: str, says: str, how: str) -> CheckResult:
    return CheckResult(about, Verdict.MEND, says, how)
