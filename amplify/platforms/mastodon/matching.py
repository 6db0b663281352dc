"""Recognises our own posts on a Mastodon timeline: servers give texts back as HTML of their own making."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any, Final
from urllib.parse import unquote

from amplify.model.platform import PublishRequest
from amplify.platforms.mastodon.entities import find_entities
from amplify.rules.text.near_match import is_near_match
from amplify.rules.text.text_length import normalise_text

_UNSEEN: Final = frozenset({"Cf", "Cc", "Zs", "Zl", "Zp"})
"""Blanks and marks without a shape (direction, joiners): servers drop and add them."""
_VARIANT: Final = re.compile("[\ufe0e\ufe0f]")
"""How an emoji is to be drawn."""


def same_post(call: PublishRequest, remote: Mapping[str, Any]) -> bool:
    """Whether a status is the part we sent: compares text, content warning, and what it answers. A boost of somebody
    else's post is never ours.
    """
    if remote.get("reblog"):
        return False
    answers = remote.get("in_reply_to_id")
    if (str(answers) if answers is not None else None) != (call.parent.id if call.parent else None):
        return False
    if _bare(str(remote.get("spoiler_text") or "")) != _bare(call.message.content_warning or ""):
        return False
    read = _Reading(str(remote.get("content") or ""))
    return _bare(call.part.text) in (_bare(read.shown), _bare(read.addressed))


def may_be(call: PublishRequest, remote: Mapping[str, Any]) -> bool:
    """Whether a status may be the part we sent, after its server has gone over it, or cannot be read."""
    if remote.get("reblog"):
        return False
    if not isinstance(content := remote.get("content"), str):
        return True
    read = _Reading(content)
    return any(is_near_match(call.part.text, one) for one in (read.shown, read.addressed))


def repeats(target: str, remote: Mapping[str, Any]) -> bool:
    """Whether a status is a boost of `target`."""
    boosted = remote.get("reblog")
    return boosted is not None and str(boosted["id"]) == target


class _Reading(HTMLParser):
    """A status's HTML as its reader sees it (`shown`), and with each address in full (`addressed`)."""

    def __init__(self, content: str) -> None:
        super().__init__(convert_charrefs=True)
        self.shown = self.addressed = ""
        self._link: str | None = None
        self.feed(content)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        spoken_of = {"mention", "hashtag", "tag"} & set(f"{told.get('class')} {told.get('rel')}".split())
        if tag == "a" and not spoken_of:
            self._link = told.get("href")
            self.addressed += f" {self._link or ''} "
        elif tag == "img":  # a custom emoji, on servers that paint it themselves
            self.handle_data(told.get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._link = None

    def handle_data(self, data: str) -> None:
        self.shown += data
        if self._link is None:
            self.addressed += data


def _bare(text: str) -> str:
    """The text reduced to what every server keeps: no blanks, mentions without their host, addresses without their
    outer form.
    """
    text = normalise_text(text)
    for one in reversed(find_entities(text)):
        stretch = text[one.start : one.end]
        if one.kind == "mention":
            text = f"{text[: one.start]}@{one.value.partition('@')[0]}{text[one.end :]}"
        elif one.kind == "link":
            text = f"{text[: one.start]}{_plain(stretch)}{text[one.end :]}"
    return "".join(one for one in _VARIANT.sub("", text) if unicodedata.category(one) not in _UNSEEN)


def _plain(url: str) -> str:
    """An address without what servers change: escapes, case of the host, a trailing slash."""
    scheme, _, rest = unquote(url).partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.lower()}{slash}{path}".rstrip("/")
