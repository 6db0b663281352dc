"""Holds for errors of files: what waits is held while its files have errors, and nothing else is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from amplify.ledger.database import Ledger, get_meta, set_meta
from amplify.ledger.holds.gates import GATES, recheck_held
from amplify.ledger.rows.due_delivery import DueDelivery, Hold
from amplify.model import cause
from amplify.model.problem import Problem

KEY: Final = "file errors"
"""Key in `meta` of the errors, as the last `queue` found them; empty while there are none."""
SHOWN: Final = 20
"""Most problems that are kept for `status`."""


@dataclass(frozen=True, slots=True)
class FileErrors:
    """Errors of files, and what waits for them."""

    problems: tuple[str, ...] = ()
    """The first of them, each with its place."""
    count: int = 0
    held: int = 0
    """Queued deliveries that are held."""
    unwritten: int = 0
    """Deliveries that are not written down."""

    @property
    def sentence(self) -> str:
        """What is held, and what to do; empty where nothing is."""
        if not self.count:
            return ""
        errors = "an error" if self.count == 1 else f"{self.count} errors"
        return (
            f"{errors} in the files: {self.held} queued deliveries are held, {self.unwritten} are not written down, "
            "everything else goes on; `amplify check` tells what to mend"
        )

    @property
    def lines(self) -> tuple[str, ...]:
        """The problems that are kept, each in a line, and how many there are beside them."""
        more = self.count - len(self.problems)
        return (*self.problems, *([f"and {more} more"] if more else []))

    def as_json(self) -> dict[str, Any]:
        return {
            "errors": self.count,
            "problems": list(self.problems),
            "held": self.held,
            "unwritten": self.unwritten,
        }


NO_ERRORS: Final = FileErrors()


def write_file_errors(
    ledger: Ledger, connection: Connection, problems: Sequence[Problem], held: Mapping[str, Problem], unwritten: int
) -> None:
    """Replace what is known of the files' errors. `held`: rows → why. Where it changed, they are looked at again."""
    value = ""
    if problems:
        value = json.dumps(
            {
                "problems": [f"{one.place}  {one.code}: {one.message}" for one in problems[:SHOWN]],
                "count": len(problems),
                "unwritten": unwritten,
                "held": {id: [one.code, f"{one.place}: {one.message}"] for id, one in sorted(held.items())},
            },
            ensure_ascii=False,
        )
    if value != (get_meta(connection, KEY) or ""):
        ledger.lock(connection, GATES)  # whoever begins a request has seen the errors as they were, or waits
        set_meta(connection, KEY, value)
        recheck_held(connection)


def read_file_errors(connection: Connection) -> FileErrors:
    """Read what is known of the files' errors."""
    known = _known(connection)
    if not known:
        return NO_ERRORS
    return FileErrors(tuple(known["problems"]), known["count"], len(known["held"]), known["unwritten"])


def find_faulty(connection: Connection, candidates: Sequence[DueDelivery], now: datetime) -> Mapping[str, Hold]:
    """Hold deliveries whose files have errors."""
    held = _known(connection).get("held", {})
    return {
        one.id: Hold(f"its files have an error: {held[one.id][1]}", cause=cause.error(held[one.id][0]))
        for one in candidates
        if one.id in held
    }


def _known(connection: Connection) -> dict[str, Any]:
    value = get_meta(connection, KEY)
    known: dict[str, Any] = json.loads(value) if value else {}
    return known
