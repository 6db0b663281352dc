"""Confines errors to what they are about: one bad post silences one post, and the others go on."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any, Final

from amplify.model.banner import Template
from amplify.model.problem import Problem, Severity
from amplify.model.queue_entry import QueueEntry
from amplify.rules.plan.banner_text import picture_slots
from amplify.workspace.checks.references import check_references
from amplify.workspace.file_types import ACTIONS, BANNERS, CAMPAIGNS, FACTS, QUEUE
from amplify.workspace.files import read_head
from amplify.workspace.parsed import Parsed, ParsedWorkspace, ids_in_bytes
from amplify.workspace.partial import NOT_READ
from amplify.workspace.picture_names import name_key

_ALL: Final = "*"


@dataclass
class ConfinedFaults:
    """What has errors, and is left out of the workspace; each with the first of its problems."""

    posts: dict[str, Problem] = field(default_factory=dict)
    entries: dict[str, Problem] = field(default_factory=dict)
    unnamed: Problem | None = None
    """A post's file of which not even the id can be read."""
    entry_words: list[QueueEntry] = field(default_factory=list)
    """Entries with errors, as far as they could be read."""


def confine_errors(
    findings: ParsedWorkspace, errors: Iterable[Problem]
) -> tuple[ParsedWorkspace, ConfinedFaults] | None:
    """Leave out what has errors, and then what depends on it; None where an error concerns everybody.

    Posts, queue entries, pictures, banner templates, calls, campaigns and facts can be left out. Everything waits for
    people (their names are looked for in all texts), partners (they share the variants), accounts and settings. A
    wrong fact takes all facts with it: it may be the one that replaces another.
    """
    return _Confining(findings).run([one for one in errors if one.severity is Severity.ERROR])


class _Confining:
    def __init__(self, findings: ParsedWorkspace) -> None:
        self.all, self.faults = findings, ConfinedFaults()
        self.left_out: dict[str, set[str]] = {}
        """Shelf → ids (pictures: files) that are left out."""
        self.root: Problem | None = None
        """The first error of something that posts use: the reason for what is left out with it."""

    def run(self, errors: list[Problem]) -> tuple[ParsedWorkspace, ConfinedFaults] | None:
        first = True
        while errors:
            before = sum(map(len, self.left_out.values()))
            for problem in sorted(errors, key=lambda one: (not one.place.path.startswith("posts/"), one)):
                if not self._leave_out(problem, problem if first or self.root is None else self.root):
                    return None
            self._pictures()
            if not first and sum(map(len, self.left_out.values())) == before:
                return None  # what is left out does not help
            rest = self._rest()
            errors = [one for one in check_references(rest) if one.severity is Severity.ERROR]
            first = False
        return self._rest(), self.faults

    def _leave_out(self, problem: Problem, why: Problem) -> bool:
        path = problem.place.path
        if path.startswith("posts/"):
            self._post(path, why)
            return True
        if path.startswith("media/"):
            return self._medium(path, why)
        if path == QUEUE.path:
            # Where a post does not tell its id, it may be the one that is missing: then only that one is left out.
            return (problem.code == "REF-POST" and self.faults.unnamed is not None) or self._entry(problem, why)
        self.root = self.root or problem
        if path == FACTS.path:
            return self._add("facts", _ALL)
        if path == ACTIONS.path:
            found = _entry_at(self.all.actions, problem)
            return self._add("actions", _ALL if found is None else found.word.id)
        if path.startswith(f"{CAMPAIGNS}/"):
            return self._add("campaigns", *(one.word.id for one in self.all.campaigns if one.word.place.path == path))
        return False

    def _add(self, shelf: str, *ids: str) -> bool:
        self.left_out.setdefault(shelf, set()).update(ids)
        return True

    def _post(self, path: str, why: Problem) -> None:
        if path in self.left_out.get("posts", ()):
            return
        ids = [one.word.id for one in self.all.posts if one.word.place.path == path and one.word.id != NOT_READ]
        if not ids:
            good = {one.word.id for one in self.all.posts}
            ids = [one for one in ids_in_bytes(read_head(self.all.root, path)) if one not in good]
        if not ids:
            self.faults.unnamed = self.faults.unnamed or why
            asked = {name for entry in self.all.queue for name in entry.word.posts}
            ids = sorted(asked - self.all.known("posts") - {NOT_READ})
        self._add("posts", *ids, path)
        for one in ids:
            self.faults.posts.setdefault(one, why)

    def _medium(self, path: str, why: Problem) -> bool:
        templates = [path] if path.startswith(f"{BANNERS}/") else []  # posts that show it go with it, read or not
        stem = name_key(str(PurePosixPath(path).with_suffix("")))
        files = [
            one for one in self.all.picture_files if name_key(str(PurePosixPath("media", one).with_suffix(""))) == stem
        ]
        self.root = self.root or why
        return self._add("banners", *templates) and self._add("pictures", *files)

    def _entry(self, problem: Problem, why: Problem) -> bool:
        found = _entry_at(self.all.queue, problem)
        if found is not None and found.word.id in self.left_out.get("queue", ()):
            return True
        if found is None or found.word.id == NOT_READ or not _says_who(found):
            return False
        self.faults.entries.setdefault(found.word.id, why)
        if found.word.id not in self.left_out.get("queue", ()):
            self.faults.entry_words += [one.word for one in self.all.queue if one.word.id == found.word.id]
        return self._add("queue", found.word.id)

    def _pictures(self) -> None:
        """Posts, calls and banner templates with a picture that is left out."""
        gone = self.left_out.get("pictures", set())
        for found in self.all.posts if gone else ():
            if gone.intersection(found.word.media_files) and self.root is not None:
                self._post(found.word.place.path, self.root)
        self._add("actions", *(one.word.id for one in self.all.actions if one.word.picture in gone))
        self._add("banners", *(one.word.id for one in self.all.banners if not gone.isdisjoint(_painted_from(one.word))))

    def _rest(self) -> ParsedWorkspace:
        """The workspace without what is left out. Entries still know the posts that are."""
        unread = dict(self.all.unreadable_ids)
        kept: dict[str, Any] = {}
        for shelf in ("actions", "facts", "campaigns", "banners", "queue", "posts"):
            out = self.left_out.get(shelf, set())
            found: list[Parsed[Any]] = getattr(self.all, shelf)
            kept[shelf] = [one for one in found if not out & {_ALL, one.word.id, one.word.place.path}]
            if out and shelf != "posts":
                unread[shelf] = set()
        unread["posts"] = unread.get("posts", set()) | self.left_out.get("posts", set())
        gone = self.left_out.get("pictures", set())
        pictures = {file: one for file, one in self.all.pictures.items() if file not in gone}
        return replace(self.all, **kept, pictures=pictures, unreadable_ids=unread, problems=[])


def _painted_from(template: Template) -> set[str]:
    return {file for layer in template.layers for file, _ in picture_slots(layer, None)}


def _entry_at(found: list[Parsed[Any]], problem: Problem) -> Parsed[Any] | None:
    """The entry of a list in which the problem stands."""
    at = problem.place.line, problem.place.column  # entries are in the file's order
    index = bisect_right(found, at, key=lambda one: (one.word.place.line, one.word.place.column))
    return found[index - 1] if index else None


def _says_who(entry: Parsed[QueueEntry]) -> bool:
    """Whether an entry with errors still says which posts it gives to whom: others share their variants with it."""
    plain: Mapping[str, Any] = entry.spot.plain
    wanted = {"posts": list(entry.word.posts), "partners": entry.word.partners, "platforms": entry.word.platforms}
    return all(_plain(plain.get(key, _UNSAID.get(key))) == _plain(value) for key, value in wanted.items())


_UNSAID: Final = {"partners": "all"}


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
