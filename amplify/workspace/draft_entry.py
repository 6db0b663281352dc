"""A queue entry before it is added: parsed and checked against the workspace as if it stood in the file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from amplify.model.base import parse_duration
from amplify.model.errors import WrongUse
from amplify.model.problem import Problem, Severity, SourceLocation
from amplify.model.queue_entry import QueueEntry
from amplify.model.settings import Settings
from amplify.rules.plan.past_entries import is_over
from amplify.workspace.checks.references import QUEUE_CHECKS
from amplify.workspace.parse_when import parse_when
from amplify.workspace.parsed import Parsed, ParsedWorkspace
from amplify.workspace.partial import read_partly
from amplify.workspace.validate import SourceNode, read_word
from amplify.workspace.yaml_reader import Loc, YamlDocument


class DraftEntry(YamlDocument):
    """A proposed entry that is in no YAML file: from a command line, or from the cells of a spreadsheet."""

    def __init__(self, plain: dict[str, Any], row: SourceLocation, cells: Mapping[str, int] | None = None) -> None:
        super().__init__(row.path, "", row.line, plain, (row.line, row.column))
        self._row, self._cells = row, cells or {}

    def place(self, loc: Loc) -> SourceLocation:
        return replace(self._row, column=self._cells.get(str(loc[0]), 0) if loc else self._row.column)

    def key_place(self, loc: Loc) -> SourceLocation:
        return self.place(loc)


@dataclass(frozen=True, slots=True)
class DraftResult:
    """The entry and its problems."""

    entry: QueueEntry | None
    problems: tuple[Problem, ...]

    @property
    def good(self) -> bool:
        """Whether it may be added: warnings do not stop it."""
        return self.entry is not None and all(p.severity is Severity.WARNING for p in self.problems)


@dataclass(frozen=True, slots=True)
class DraftOptions:
    """What may be said of an entry beside its posts and its time."""

    partners: list[str] = field(default_factory=list)
    platforms: list[str] = field(default_factory=list)
    id: str | None = None
    lateness: str | None = None
    note: str | None = None


PENDING = "pending"
"""Stands for the id of an entry that gets one when it is added."""


_USUAL: Final = parse_duration(Settings.model_fields["lateness"].default)


def validate_draft(findings: ParsedWorkspace, proposal: DraftEntry, now: datetime | None = None) -> DraftResult:
    """All problems of a proposed entry, also that it is in the queue already, or past at `now`."""
    plain = {"id": PENDING, **proposal.plain}
    spot = SourceNode(proposal)
    good, problems = read_word(QueueEntry, spot, plain)
    word = good or read_partly(QueueEntry, plain)
    if word is None:
        return DraftResult(None, problems)
    alone = replace(findings, queue=[Parsed(word, spot, good is not None)])
    found = [*problems, *(problem for check in QUEUE_CHECKS for problem in check(alone))]
    if "id" in proposal.plain and word.id in findings.known("queue"):
        found.append(Problem(spot.place("id"), "ID-DUPLICATE", f"the queue has an entry `{word.id}` already"))
    same = next((other.word for other in findings.queue if say_the_same(other.word, word)), None)
    if same is not None:
        found.append(
            Problem(spot.place("posts"), "ID-DUPLICATE", f"this is in the queue already, as `{same.id}` ({same.place})")
        )
    lateness = findings.settings.word.lateness if findings.settings is not None else _USUAL
    if good is not None and now is not None and is_over(good, lateness, now):
        found.append(Problem(spot.place("when"), "QUEUE-PAST", "this time is past: give one to come"))
    return DraftResult(good, tuple(dict.fromkeys(found)))


def say_the_same(one: QueueEntry, other: QueueEntry) -> bool:
    """Whether two entries mean the same posts at the same time from the same accounts."""
    return (one.posts, one.when, one.partners, one.platforms) == (
        other.posts,
        other.when,
        other.partners,
        other.platforms,
    )


def propose_entry(
    findings: ParsedWorkspace,
    posts: Iterable[str],
    when: str,
    options: DraftOptions | None = None,
    now: datetime | None = None,
) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    """The entry described by a command line, ready to be added, and warnings. Raises WrongUse with everything that is
    wrong.
    """
    plain = entry_of(posts=list(posts), when=parse_when(when), **asdict(options or DraftOptions()))
    judged = validate_draft(findings, DraftEntry(plain, SourceLocation("the command line")), now)
    if not judged.good:
        raise WrongUse("; ".join(p.message for p in judged.problems if p.severity is Severity.ERROR))
    return plain, judged.problems


def entry_of(**said: Any) -> dict[str, Any]:
    """An entry as plain values for the file: only the keys that were given, in the order in which people read them."""
    partners = said.get("partners")
    if partners in ([], ["all"]):
        said["partners"] = None
    order = ("id", "posts", "when", "partners", "platforms", "lateness", "note")
    return {key: said[key] for key in order if said.get(key) not in (None, [], "")}
