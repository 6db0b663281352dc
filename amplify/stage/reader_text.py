"""Finds what links in a text as a reader sees it, by each platform's own rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import regex

from amplify.rules.text.linked_addresses import find_linked
from amplify.rules.text.url_library import url_tables
from amplify.stage.timeline_items import StagePost

Kind = Literal["text", "link", "tag", "mention"]


@dataclass(frozen=True, slots=True)
class ReaderSpan:
    """A stretch of text. `target`: the address, the tag or the handle."""

    kind: Kind
    text: str
    start: int
    """Code points."""
    target: str = ""

    @property
    def end(self) -> int:
        return self.start + len(self.text)


_X_TAG = regex.compile(
    r"(?<![\p{L}\p{M}\p{Nd}_&])[#＃]([\p{L}\p{M}\p{Nd}_\u200c\u200d·]*[\p{L}\p{M}][\p{L}\p{M}\p{Nd}_\u200c\u200d·]*)"
)
_X_MENTION = regex.compile(r"(?<![A-Za-z0-9_!#$%&*@＠])[@＠]([A-Za-z0-9_]{1,20})(?![A-Za-z0-9_@])")
_M_TAG = regex.compile(r"(?<=^|\s)[#＃]([\w·・]*\p{L}[\w·・]*)")
_M_MENTION = regex.compile(r"(?<![\w/@=])@([A-Za-z0-9_]+(?:[A-Za-z0-9_.-]*[A-Za-z0-9_]+)?(?:@[\w.-]+[\w])?)")


def on_x(text: str) -> list[ReaderSpan]:
    """Links on X: addresses with or without a scheme, hashtags, mentions."""
    found: list[dict[str, Any]] = url_tables().extract_urls_with_indices(text)
    links = [(u["indices"][0], u["indices"][1], "link", u["url"]) for u in found]
    return _split(text, [*links, *_found(_X_TAG, text, "tag"), *_found(_X_MENTION, text, "mention")])


def on_mastodon(text: str) -> list[ReaderSpan]:
    """Links on Mastodon: addresses with a scheme, whatever signs its servers take for a part of them; tags after a
    space; `@user` and `@user@server`."""
    links = [(one.start, one.end, "link", text[one.start : one.end]) for one in find_linked(text)]
    return _split(text, [*links, *_found(_M_TAG, text, "tag"), *_found(_M_MENTION, text, "mention")])


def on_bluesky(post: StagePost) -> list[ReaderSpan]:
    """Links on Bluesky: only what the record's facets name, by UTF-8 bytes; a facet out of range or across a letter
    links nothing.
    """
    packed = post.text.encode()
    marks: list[tuple[int, int, str, str]] = []
    for facet in (post.record or {}).get("facets") or []:
        index, features = facet.get("index", {}), facet.get("features") or [{}]
        kind, target = _feature(features[0])
        try:
            start = len(packed[: index["byteStart"]].decode())
            end = len(packed[: index["byteEnd"]].decode())
        except (KeyError, UnicodeDecodeError):
            continue
        if kind and index["byteEnd"] <= len(packed) and start < end:
            marks.append((start, end, kind, target))
    return _split(post.text, marks)


def _feature(feature: dict[str, str]) -> tuple[str, str]:
    kind = feature.get("$type", "").rpartition("#")[2]
    return {
        "link": ("link", feature.get("uri", "")),
        "tag": ("tag", feature.get("tag", "")),
        "mention": ("mention", feature.get("did", "")),
    }.get(kind, ("", ""))


def reader_spans(post: StagePost) -> list[ReaderSpan]:
    """A post's text in spans, as its platform links it."""
    if post.platform == "bluesky":
        return on_bluesky(post)
    return on_x(post.text) if post.platform == "x" else on_mastodon(post.text)


def _found(pattern: regex.Pattern[str], text: str, kind: str) -> Iterator[tuple[int, int, str, str]]:
    return ((m.start(), m.end(), kind, m[1]) for m in pattern.finditer(text))


def _split(text: str, marks: Iterable[tuple[int, int, str, str]]) -> list[ReaderSpan]:
    """Links first where two overlap; what lies between is plain."""
    taken: list[tuple[int, int, str, str]] = []
    for mark in sorted(marks, key=lambda m: (m[2] != "link", m[0])):
        if all(mark[1] <= other[0] or mark[0] >= other[1] for other in taken):
            taken.append(mark)
    out: list[ReaderSpan] = []
    at = 0
    for start, end, kind, target in sorted(taken):
        if start > at:
            out.append(ReaderSpan("text", text[at:start], at))
        out.append(ReaderSpan(_KINDS[kind], text[start:end], start, target))
        at = end
    if at < len(text):
        out.append(ReaderSpan("text", text[at:], at))
    return out


_KINDS: dict[str, Kind] = {"link": "link", "tag": "tag", "mention": "mention"}


@cache
def full_address(link: str) -> str:
    """A link's full address: X takes bare domains as http."""
    return link if link.startswith(("http://", "https://")) else f"http://{link}"
