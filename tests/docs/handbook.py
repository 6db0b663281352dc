"""The README and the pages of `docs/`, cut into what tests look at: fences, links, headings, commands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = (ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md")))
NAMES: Final = [page.name for page in PAGES]

_FENCE = re.compile(r"^(`{3,})(.*)$")
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_FILE = re.compile(r"^<!-- file: (\S+) -->$")


@dataclass(frozen=True)
class Fence:
    """One block of code."""

    line: int
    words: str
    """What stands behind the three backticks: `console runs`."""
    text: str
    file: str | None
    """Where the comment above it says that it is to be saved."""


def page(name: str) -> str:
    return next(path for path in PAGES if path.name == name).read_text("utf-8")


def fences(text: str) -> Iterator[Fence]:
    """Every fenced block, in order."""
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        found = _FENCE.match(lines[number])
        if found is None:
            number += 1
            continue
        end = next(i for i in range(number + 1, len(lines)) if lines[i] == found[1])
        above = _FILE.match(lines[number - 1]) if number else None
        yield Fence(number + 1, found[2], "\n".join(lines[number + 1 : end]) + "\n", above[1] if above else None)
        number = end + 1


def prose(text: str) -> str:
    """The text without its fenced blocks."""
    kept, inside = [], ""
    for line in text.split("\n"):
        found = _FENCE.match(line)
        if inside:
            inside = "" if line == inside else inside
        elif found:
            inside = found[1]
        else:
            kept.append(line)
    return "\n".join(kept)


def links(text: str) -> list[str]:
    return _LINK.findall(re.sub(r"`[^`\n]*`", "", prose(text)))


def anchors(text: str) -> set[str]:
    """What `#…` can lead to, as forges make it of headings."""
    found = set()
    for title in re.findall(r"^#{1,6} (.+)$", prose(text), re.MULTILINE):
        plain = re.sub(r"[^\w\- ]", "", title.strip().lower())
        found.add(plain.replace(" ", "-"))
    return found


def commands(text: str) -> Iterator[tuple[int, str]]:
    """Every line of a `console` block that is typed, with its line number."""
    for fence in fences(text):
        if fence.words.split()[:1] == ["console"]:
            for offset, line in enumerate(fence.text.split("\n"), start=1):
                if line.startswith("$ "):
                    yield fence.line + offset, line[2:]
