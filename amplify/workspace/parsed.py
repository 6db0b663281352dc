"""The parsed workspace: everything that was read, good or not, with source locations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

from amplify.model.account import Account
from amplify.model.action import Action
from amplify.model.banner import Template
from amplify.model.campaign import Campaign
from amplify.model.fact import Fact
from amplify.model.local_settings import LocalSettings
from amplify.model.partner import Partner
from amplify.model.person import Person
from amplify.model.picture import Picture
from amplify.model.post import Post
from amplify.model.problem import Problem
from amplify.model.queue_entry import QueueEntry
from amplify.model.settings import Settings
from amplify.workspace.partial import NOT_READ
from amplify.workspace.validate import SourceNode

N = TypeVar("N")
_ID_IN_BYTES = re.compile(rb"(?m)(?:^|[\s{,])id\s*:\s*[\"']?([a-z0-9][a-z0-9_-]{0,63})")


@dataclass(frozen=True, slots=True)
class Parsed(Generic[N]):
    """A parsed model, and its source location."""

    word: N
    spot: SourceNode
    whole: bool = True
    """False where some keys could not be read: it is still compared, but nothing is compared with it."""
    heads: Mapping[str, SourceNode] = field(default_factory=dict)
    """Of a post: the heads of its variants, by their names."""


@dataclass(slots=True)
class ParsedWorkspace:
    """One reading of a workspace. Lists keep the order of the files, and entries whose ids clash."""

    root: Path
    platforms: frozenset[str]
    settings: Parsed[Settings] | None = None
    campaigns: list[Parsed[Campaign]] = field(default_factory=list)
    people: list[Parsed[Person]] = field(default_factory=list)
    facts: list[Parsed[Fact]] = field(default_factory=list)
    actions: list[Parsed[Action]] = field(default_factory=list)
    partners: list[Parsed[Partner]] = field(default_factory=list)
    queue: list[Parsed[QueueEntry]] = field(default_factory=list)
    accounts: list[Parsed[Account]] = field(default_factory=list)
    posts: list[Parsed[Post]] = field(default_factory=list)
    banners: list[Parsed[Template]] = field(default_factory=list)
    pictures: dict[str, Picture] = field(default_factory=dict)
    picture_files: set[str] = field(default_factory=set)
    """Every picture there is, also those that cannot be used; paths under `media/`."""
    other_media: set[str] = field(default_factory=set)
    """Every other file under `media/`, by the same paths."""
    us: Parsed[str] | None = None
    local: LocalSettings = field(default_factory=LocalSettings)
    unreadable_ids: dict[str, set[str]] = field(default_factory=dict)
    """Shelf → ids of entries that could not be read: a reference to one of them is no second mistake."""
    problems: list[Problem] = field(default_factory=list)
    _known: dict[str, tuple[tuple[int, int], frozenset[str]]] = field(default_factory=dict, init=False)

    def only(self, posts: list[Parsed[Post]]) -> ParsedWorkspace:
        """The same with these posts only; the others are still known by their ids."""
        others = {one.word.id for one in self.posts} - {one.word.id for one in posts}
        heard = {**self.unreadable_ids, "posts": self.unreadable_ids.get("posts", set()) | others}
        return replace(self, posts=posts, unreadable_ids=heard, problems=[])

    def note_ids(self, shelf: str, ids: Iterable[str]) -> None:
        """Record ids of entries that exist but cannot be parsed."""
        self.unreadable_ids.setdefault(shelf, set()).update(ids)

    def hear_bytes(self, shelf: str, data: bytes) -> None:
        """Record whatever looks like an id in a file that cannot be parsed."""
        self.note_ids(shelf, ids_in_bytes(data))

    def known(self, shelf: str) -> frozenset[str]:
        """All ids of a collection (`posts`, `partners` …), readable or not."""
        found: list[Parsed[Any]] = getattr(self, shelf)
        heard = self.unreadable_ids.get(shelf, set())
        size = (len(found), len(heard))
        if shelf not in self._known or self._known[shelf][0] != size:  # reading only ever adds
            self._known[shelf] = (size, frozenset({item.word.id for item in found} | heard) - {NOT_READ})
        return self._known[shelf][1]


def ids_in_bytes(data: bytes) -> list[str]:
    """Whatever looks like an id in a file that cannot be parsed."""
    return [found.decode() for found in _ID_IN_BYTES.findall(data)]
