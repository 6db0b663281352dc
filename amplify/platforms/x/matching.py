"""Recognises our own posts on X's timeline: X gives texts back escaped, with every address behind `t.co`."""

from __future__ import annotations

import html
import re
from typing import Any

from amplify.model.platform import Json, PublishRequest
from amplify.platforms.x.entities import find_entities
from amplify.rules.text.near_match import is_near_match
from amplify.rules.text.text_length import normalise_text


def same_post(call: PublishRequest, remote: Json) -> bool:
    """Whether a post is the part we sent: compares text, with addresses expanded, and what it answers."""
    answers = next(
        (str(one["id"]) for one in remote.get("referenced_tweets") or () if one.get("type") == "replied_to"), None
    )
    if answers != (call.parent.id if call.parent else None):
        return False
    ours, theirs = _levelled(call.part.text), _levelled(_expanded(remote))
    # A reply's text may begin with the name of the account it answers.
    return ours == theirs or (answers is not None and ours == re.sub(r"^(@\w+ )+", "", theirs))


def may_be(call: PublishRequest, remote: Json) -> bool:
    """Whether a post may be the part we sent, after X has gone over it, or cannot be read."""
    if is_boost(remote):
        return False
    return not isinstance(remote.get("text"), str) or is_near_match(call.part.text, _expanded(remote))


def is_boost(remote: Json) -> bool:
    """Whether a post repeats another one."""
    return any(one.get("type") == "retweeted" for one in remote.get("referenced_tweets") or ())


def repeats(target: str, remote: Json) -> bool:
    """Whether a post is a retweet of `target`."""
    return any(
        one.get("type") == "retweeted" and str(one.get("id")) == target for one in remote.get("referenced_tweets") or ()
    )


def _levelled(text: str) -> str:
    """The text without what X may change: blanks, and the outer form of addresses."""
    text = normalise_text(text)
    for one in reversed(find_entities(text)):
        if one.kind == "link":
            text = f"{text[: one.start]}{_plain(one.value)}{text[one.end :]}"
    return " ".join(text.split())


def _expanded(remote: Json) -> str:
    """The text as its author wrote it: addresses in full, none for the pictures."""
    text = html.unescape(str(remote.get("text", "")))
    entities = remote.get("entities")
    urls: list[Any] = (entities.get("urls") if isinstance(entities, dict) else None) or []
    for one in urls:
        short = str(one.get("url", ""))
        full = str(one.get("expanded_url") or short)
        pictures = "media_key" in one or re.search(r"/status/\d+/(photo|video)/\d+$", full)
        if short:
            text = text.replace(short, "" if pictures else full)
    return text


def _plain(url: str) -> str:
    """An address without what X may change: scheme, case of the host, a trailing slash."""
    host, slash, path = re.sub(r"^https?://", "", url, flags=re.IGNORECASE).partition("/")
    return f"⟨{host.lower()}{slash}{path}".rstrip("/") + "⟩"
