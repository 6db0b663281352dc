"""What the stage accepted, read from the file that it writes before it answers."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

Said = tuple[str, str, str, str]
"""Platform, handle, text, and the id of what it boosts: once each, or something was repeated."""


class Journal:
    """The stage's journal, read as it grows."""

    def __init__(self, stage: Path) -> None:
        self._path = stage / "journal.jsonl"
        self._read = 0
        self._rest = b""
        self._posts: dict[tuple[str, str], Said] = {}
        self.keys: dict[Said, str] = {}
        """The key that each carried, on the platforms that know keys."""

    def accepted(self) -> int:
        """How many posts and boosts stand there by now."""
        with self._path.open("rb") as file:
            file.seek(self._read)
            new = file.read()
        self._read += len(new)
        *lines, self._rest = (self._rest + new).split(b"\n")
        for line in lines:
            if not line.startswith(b'{"event":"post"'):
                assert b'"event":"delete"' not in line[:20], line
                continue
            post = json.loads(line)
            said = (post["platform"], post["handle"], post["text"], post["boost_of"] or "")
            # Bluesky takes a record that is put again under its own key for the same one.
            self._posts[post["platform"], post["id"]] = said
            key = {"mastodon": post["key"], "bluesky": post["id"].rpartition("/")[2]}.get(post["platform"])
            if key:
                self.keys[said] = key
        return len(self._posts)

    def said(self) -> Counter[Said]:
        """How often each was said."""
        self.accepted()
        return Counter(self._posts.values())
