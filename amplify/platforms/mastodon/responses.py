"""Reads a Mastodon server's answers: limits, receipts, whether idempotency keys are honoured."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from amplify.model.platform import Engagement, Json, Receipt

REBLOG: Final = "reblog:"
"""`Receipt.extra` of a boost begins so; the id of what was boosted follows."""


def largest_count(said: object) -> int | None:
    """A limit as a server states it; None where it is no number above zero."""
    return said if isinstance(said, int) and not isinstance(said, bool) and said > 0 else None


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


_MASTODON: Final = re.compile(r"v?([2-9]|\d{2,9})\.\d{1,9}\.\d{1,9}(?:[-+.]?[\w.+-]{0,200})?")
"""`4.5.0`, `4.3.0+glitch`, `4.4.0-rc.1`: Mastodon and its forks count from 2 on and add no further words.
GoToSocial counts from 0, Takahe writes `takahe/0.11.0`, Pleroma and others `2.7.2 (compatible; Pleroma 2.5.0)`."""


def keeps_keys(instance: Json) -> bool:
    """Whether the server surely honours idempotency keys: Mastodon does since 2.0. Unknown software is not trusted.

    `instance`: its description, from `/api/v2/instance` or the older `/api/v1/instance`.
    """
    return _MASTODON.fullmatch(str(instance.get("version") or "").strip()) is not None
