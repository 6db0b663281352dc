"""Sentences that deny something ("still to come", "recorded for now"), and whether what exists stands near them.

Near is the sentence itself and those beside it in its paragraph, list item or row of a table; below a heading that
denies, its whole section; below a paragraph that denies, the table or list that it introduces.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from handbook import prose

_PHRASES: Final = (
    r"(?:still|yet) to come",
    r"for \w+ to come",
    r"only recorded",
    r"recorded (?:only|for now|so far)",
    r"recorded(?=:)",
    r"(?:is|are) (?:just |merely )?recorded(?=[.;,)]|$)",
    r"for now",
    r"for the time being",
    r"at present",
    r"not yet",
    r"not (?:\w+ ){1,4}yet",
    r"not (?:built|implemented|supported|available|enforced)",
    r"(?:nothing|nobody|none|no \w+) (?:[\w`]+ ){0,5}yet",
    r"yet to be \w+",
    r"will (?:be (?:built|added|asked|enforced|supported|possible)|come later|follow later|ask)",
    r"(?:in|with|for) (?:a|the|some) (?:later|future|coming|next) (?:version|release)",
    r"coming soon",
    r"planned for later",
)
DENIAL: Final = re.compile(rf"(?<![\w-])(?:{'|'.join(_PHRASES)})(?![\w-])", re.IGNORECASE)

_HEADING: Final = re.compile(r"^(#{1,6}) (.+)$")
_ITEM: Final = re.compile(r"^\s*(?:[-*]|\d+\.) ")
_SENTENCE: Final = re.compile(r"(?<=[.:;!?])[*_]*\s+")
_SPAN: Final = re.compile(r"`([^`]+)`")
_WORD: Final = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Block:
    """A heading, paragraph, list item or row of a table, on one line."""

    kind: str
    text: str
    depth: int = 0
    """Of a heading: its number of `#`."""


@dataclass(frozen=True)
class Existing:
    """What can be typed or written, and what there is a page about."""

    words: Container[str]
    """Stems of commands, keys and subjects of pages, as a sentence has them: `approv`."""
    typed: Container[str]
    """Commands, options and keys, as they are typed: `approve`, `--with-embargoed`, `for_states`."""


def stem(word: str) -> str:
    """A word without its ending: approve, approvals, approved → approv; stop, stopped → stop."""
    plain = re.sub(r"(?:als?|ed|ing|es|e|s)$", "", word.casefold())
    plain = re.sub(r"(?:al|e)$", "", plain)
    return re.sub(r"([bdgmnprt])\1$", r"\1", plain)


def blocks(text: str) -> Iterator[Block]:
    """A page of Markdown without its fenced parts, piece by piece."""
    kind, lines = "", list[str]()
    for line in [*prose(text).split("\n"), ""]:
        heading, row, item = _HEADING.match(line), line.startswith("|"), _ITEM.match(line)
        if not (line.strip() and lines and not (heading or row or item)):
            if lines:
                yield Block(kind, " ".join(" ".join(lines).split()))
            kind, lines = "", []
        if heading:
            yield Block("heading", heading[2], len(heading[1]))
        elif row:
            yield Block("row", line)
        elif line.strip():
            kind = kind or ("item" if item else "paragraph")
            lines.append(line)


def denied(text: str, existing: Existing) -> list[str]:
    """Each passage that denies something near what exists, with the names that it stands near."""
    page = list(blocks(text))
    found = []
    for number in range(len(page)):
        for near in _near(page, number):
            names = sorted(_named(near, existing))
            if names:
                found.append(f"{near} [{', '.join(names)}]")
    return found


def _near(page: list[Block], number: int) -> Iterator[str]:
    """What a denial in this block speaks of; nothing where it denies nothing."""
    block = page[number]
    if not DENIAL.search(block.text):
        return
    if block.kind == "row":
        yield block.text
        return
    sentences = _SENTENCE.split(block.text)
    for place, sentence in enumerate(sentences):
        if DENIAL.search(sentence):
            yield " ".join(sentences[max(0, place - 1) : place + 2])
    if block.kind == "heading":
        for below in page[number + 1 :]:
            if below.kind == "heading" and below.depth <= block.depth:
                return
            yield f"{block.text} … {below.text}"
    elif block.kind == "paragraph" and (block.text.endswith(":") or len(sentences) <= 2):
        for below in page[number + 1 :]:
            if below.kind not in ("row", "item"):
                return
            yield f"{block.text} … {below.text}"


def _named(passage: str, existing: Existing) -> Iterator[str]:
    passage = DENIAL.sub(" … ", passage)
    for span in _SPAN.findall(passage):
        for word in re.findall(r"--[\w-]+|\w+", span):
            if word in existing.typed:
                yield word
    plain = _WORD.findall(re.sub(r"\([^)\s]*\)", " ", _SPAN.sub(" … ", passage)))
    joined = [f"{one}{other}" for one, other in pairwise(plain)]  # take down
    for word in (*plain, *joined):
        if len(word) >= 4 and stem(word) in existing.words:
            yield word
