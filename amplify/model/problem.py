"""A problem in a user's files, as a value: source location, code, and a sentence that says what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


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


PROBLEMS_MOST: Final = 100
"""Most problems of one file that are told, and most of one list that are looked for."""


def more_problems(place: SourceLocation, more: int | None = None) -> Problem:
    """Stands for the problems of a file beyond the first."""
    count = f"{more:,} more problems" if more is not None else "more problems"
    return Problem(place, "FILE-MANY", f"and {count} in this file: mend those above first")


def first_problems(problems: Iterable[Problem]) -> list[Problem]:
    """The problems, of each file only the first, and how many there are beside them."""
    by_file: dict[str, list[Problem]] = {}
    for problem in sorted(problems):
        by_file.setdefault(problem.place.path, []).append(problem)
    told: list[Problem] = []
    for path, found in by_file.items():
        own = [one for one in found if one.code != "FILE-MANY"]
        more = len(own) - PROBLEMS_MOST
        by_weight = sorted(own, key=lambda one: one.severity is not Severity.ERROR)  # errors first, each kind in order
        told += sorted(by_weight[:PROBLEMS_MOST])
        if more > 0 or len(own) < len(found):
            told.append(more_problems(SourceLocation(path), more if more > 0 else None))
    return told


def unexpected_problem(place: SourceLocation, error: Exception) -> Problem:
    """The problem of a file that made the program fail. It names the kind of error only: its words may hold secrets."""
    return Problem(
        place,
        "FILE-UNEXPECTED",
        f"amplify did not expect what stands here ({type(error).__name__}): this is held, and the rest goes on; send "
        "the file to whoever looks after amplify",
    )
