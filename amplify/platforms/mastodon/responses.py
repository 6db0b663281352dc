"""Reads a Mastodon server's answers: receipts and readings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from amplify.model.platform import Engagement, Receipt

REBLOG: Final = "reblog:"
"""`Receipt.extra` of a boost begins so; the id of what was boosted follows."""


def receipt_of(status: Mapping[str, Any]) -> Receipt:
    return Receipt(id=str(status["id"]), url=str(status.get("url") or status.get("uri") or ""))


def boost_of(status: Mapping[str, Any], post: str, target: Receipt) -> Receipt:
    """The receipt of a boost: people open what was boosted; a takedown undoes the boost of `post`."""
    url = target.url or str((status.get("reblog") or status).get("url") or "")
    return Receipt(id=str(status["id"]), url=url, extra=f"{REBLOG}{post}")


def reading_of(status: Mapping[str, Any]) -> Engagement:
    return Engagement(
        likes=status.get("favourites_count"),
        reposts=status.get("reblogs_count"),
        replies=status.get("replies_count"),
        quotes=status.get("quotes_count"),
    )
