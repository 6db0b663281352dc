"""Whether a status on a Mastodon timeline is one we sent: servers give texts back as HTML of their own making."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

from amplify.model.platform import Call
from amplify.rules.entities import mastodon_entities
from amplify.rules.measure import normal


def same_post(call: Call, remote: Mapping[str, Any]) -> bool:
    """Compare text, content warning, and what it answers."""
    answers = remote.get("in_reply_to_id")
    if (str(answers) if answers is not None else None) != (call.parent.id if call.parent else None):
        return False
    if _bare(str(remote.get("spoiler_text") or "")) != _bare(call.message.content_warning or ""):
        return False
    return _bare(_read(str(remote.get("content") or ""))) == _bare(_local(call.part.text))


def _read(content: str) -> str:
    """The text a reader sees: tags gone (addresses are shown in pieces, some hidden), entities resolved."""
    return html.unescape(re.sub(r"<[^>]*>", "", re.sub(r"<br\s*/?>|</p>", "\n", content)))


def _local(text: str) -> str:
    """Mentions as servers show them: without the host."""
    text = normal(text)
    for one in reversed(mastodon_entities(text)):
        if one.kind == "mention":
            text = f"{text[: one.start]}@{one.value.partition('@')[0]}{text[one.end :]}"
    return text


def _bare(text: str) -> str:
    """Without blanks, which no server keeps as they were."""
    return "".join(normal(text).split())
