"""Whom a report must not name, and the deliveries that would tell of them: these are counted, and nothing else.

A report is passed on, and made from the ledger, also while the files cannot be read. So it asks gates and stops as
`planning.eligibility` does, the files' as far as they are there, and looks for held people's names in whatever it would
write.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from amplify.ledger.queries.report_rows import ReportRow, ReportRows
from amplify.model import cause
from amplify.model.subject import kind_and_name, person_in
from amplify.report.report_model import DeliveryLine, Names
from amplify.rules.text.aliases import NameMatcher

UNNAMED: Final = "not named here"
"""What stands where a name would."""
UNTOLD: Final = "not told here, for the sake of a person it names; see `amplify status`"
_OF_PEOPLE: Final = frozenset({"person", "consent", "signatory"})


class HeldNames:
    """The people who must not be named when the report is made, by every spelling that is known."""

    def __init__(self, rows: ReportRows, names: Names, now: datetime) -> None:
        self._rows, self._silent, self._now = rows, names.silent, now
        stopped = {stop.subject: stop.words for stop in rows.stops if stop.names_somebody}
        closed = {person for one in names.silent if (person := person_in(one)) is not None and "@" not in one}
        closed |= {
            gate.subject
            for gate in rows.gates.values()
            if gate.kind == "person" and "@" not in gate.subject and gate.why_not(now) is not None
        }
        spellings = {
            one: (*names.people.get(one, ()), *stopped.get(one, ()), one, one.replace("_", " ").replace("-", " "))
            for one in {*stopped, *closed}
        }
        self._matcher = NameMatcher(spellings) if spellings else None

    def among(self, *texts: str | None) -> bool:
        """Whether one of these texts, ids or hashtags names somebody who is held."""
        find = self._matcher
        return find is not None and any(find.names(each) for text in texts if text for each in (text, f"#{text}"))

    def concern(self, row: ReportRow, campaign: str) -> bool:
        """Whether a delivery tells of somebody who is held: by whom it speaks of, by why it was held, or by what it is
        called. `campaign`: its name."""
        if row.id in self._rows.stopped or cause.is_of_person(row.cause):
            return True
        if any(self._closed(subject) for subject in row.subjects):
            return True
        return self.among(row.post, row.entry, row.variant, row.campaign, campaign, *row.hashtags)

    def _closed(self, subject: str) -> bool:
        kind, name = kind_and_name(subject)
        if kind not in _OF_PEOPLE:
            return False
        if subject in self._silent:
            return True
        gate = self._rows.gates.get((kind, name)) or self._rows.gates.get(("person", person_in(subject) or ""))
        return gate is None or gate.why_not(self._now) is not None


def without_names(line: DeliveryLine) -> DeliveryLine:
    """The line as it is counted: without anything by which somebody could tell which delivery it was."""
    parts = tuple(replace(part, url=None, remote_id=None) for part in line.parts)
    why = UNTOLD if line.why else None
    bare = replace(line, id="", entry="", post="", variant="", campaign="", account="", occurrence="")
    return replace(bare, hashtags=("",) if line.hashtags else (), why=why, parts=parts, named=False)


def told_name(held: HeldNames, key: str, name: str) -> str:
    """A name as a report may show it."""
    return UNNAMED if not key or held.among(key, name) else name


def count_unnamed(lines: Iterable[DeliveryLine]) -> int:
    """How many deliveries are counted without being named."""
    return sum(not line.named for line in lines)
