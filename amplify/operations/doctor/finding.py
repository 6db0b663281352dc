"""What an examination finds, and who is examined."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from amplify.context.app_context import AppContext
from amplify.model.workspace import Workspace


class Verdict(StrEnum):
    """How it is."""

    FINE = "fine"
    LOOK = "look"
    """Nothing is broken, and somebody should know."""
    MEND = "mend"
    """It keeps posts from going out, or is not safe."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One answer."""

    about: str
    """`python`, `disk`, `press_union/x` …"""
    verdict: Verdict
    says: str
    mend: str | None = None
    """What to do."""


@dataclass(frozen=True, slots=True)
class CheckTarget:
    """What there is to examine: what cannot be opened is None, and said by whoever tried."""

    root: Path
    url: str
    """The ledger's address. It may hold a password: never shown."""
    app: AppContext | None
    workspace: Workspace | None

    @property
    def sqlite(self) -> Path | None:
        """The ledger's file, where it is one."""
        return Path(self.url.removeprefix("sqlite:///")) if self.url.startswith("sqlite:") else None


Examine = Callable[[CheckTarget], Iterator[CheckResult]]


def check_ok(about: str, says: str) -> CheckResult:
    return CheckResult(about, Verdict.FINE, says)


def check_warn(about: str, says: str, mend: str) -> CheckResult:
    return CheckResult(about, Verdict.LOOK, says, mend)


def check_fail(about: str, says: str, how: str) -> CheckResult:
    return CheckResult(about, Verdict.MEND, says, how)
