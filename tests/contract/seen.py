"""A post as the platform itself gives it back, read without the adapter that sent it."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from amplify.model.platform import Json, Receipt


@dataclass(frozen=True)
class Seen:
    """A post as the platform itself gives it back to a reader."""

    text: str
    links: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    alts: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    """What hangs on it: `image`, `gifv`, `video`."""
    langs: tuple[str, ...] = ()
    parent: str | None = None
    root: str | None = None
    card: Mapping[str, Any] | None = None
    content_warning: str = ""
    visibility: str = ""


def read_bluesky(server: str, receipt: Receipt) -> Seen | None:
    repo, collection, key = receipt.id.removeprefix("at://").split("/")
    answer = httpx.get(
        f"{server}/xrpc/com.atproto.repo.getRecord",
        params={"repo": repo, "collection": collection, "rkey": key},
        trust_env=False,
    )
    if answer.status_code == 400:
        return None
    record: Json = answer.raise_for_status().json()["value"]
    raw = record["text"].encode()
    found: dict[str, list[str]] = {"link": [], "tag": [], "mention": []}
    for facet in record.get("facets", []):
        span = raw[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode()
        (feature,) = facet["features"]
        kind = feature["$type"].partition("#")[2]
        found[kind].append({"link": span, "tag": span.lstrip("#"), "mention": span.lstrip("@")}[kind])
        assert feature.get("tag", span.lstrip("#")) == span.lstrip("#")
        assert feature.get("uri", span) == span
    embed = record.get("embed", {})
    reply = record.get("reply", {})
    return Seen(
        text=record["text"],
        links=tuple(found["link"]),
        tags=tuple(found["tag"]),
        mentions=tuple(found["mention"]),
        alts=(embed.get("alt", ""),) if "video" in embed else tuple(one["alt"] for one in embed.get("images", [])),
        kinds=("video",) if "video" in embed else ("image",) * len(embed.get("images", [])),
        langs=tuple(record.get("langs", [])),
        parent=reply.get("parent", {}).get("uri"),
        root=reply.get("root", {}).get("uri"),
        card=embed.get("external"),
    )


def read_mastodon(server: str, token: str, receipt: Receipt) -> Seen | None:
    answer = httpx.get(
        f"{server}/api/v1/statuses/{quote(receipt.id)}", headers={"Authorization": f"Bearer {token}"}, trust_env=False
    )
    if answer.status_code == 404:
        return None
    status: Json = answer.raise_for_status().json()
    plain = html.unescape(re.sub(r"<[^>]*>", "", re.sub(r"<br\s*/?>|</p>", "\n", status["content"])))
    return Seen(
        text=plain.strip(),
        links=tuple(re.findall(r'href="(https?://example\.org[^"]*)"', html.unescape(status["content"]))),
        tags=tuple(one["name"] for one in status["tags"]),
        mentions=tuple(one["acct"] for one in status["mentions"]),
        alts=tuple(one["description"] or "" for one in status["media_attachments"]),
        kinds=tuple(one["type"] for one in status["media_attachments"]),
        langs=(status["language"],) if status["language"] else (),
        parent=status["in_reply_to_id"],
        content_warning=status["spoiler_text"],
        visibility=status["visibility"],
    )
