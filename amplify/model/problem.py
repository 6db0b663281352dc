"""A problem in a user's files, as a value: source location, code, and a sentence that says what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How serious a problem is. Errors stop `queue`; warnings are shown and counted."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class SourceLocation:
    """Source location in a workspace file: `path` from its root; `line`, `column` from 1 (0: the whole file)."""

    path: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}" if self.line else self.path


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake. `code` is stable and documented; `message` says what to do, in a sentence."""

    place: SourceLocation
    code: str
    message: str
    severity: Severity = Severity.ERROR

    def as_json(self) -> dict[str, str | int]:
        return {
            "path": self.place.path,
            "line": self.place.line,
            "column": self.place.column,
            "code": self.code,
            "severity": self.severity.value,
            "message": self.message,
        }
