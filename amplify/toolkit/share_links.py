"""Share links: addresses that open a service with the text filled in, as each documents them; a platform's stand in its
profile.

They hold letters of every script as they are: browsers encode them, and the page is a third of the size.
Facebook and LinkedIn forbid to fill in words for somebody, so texts are copied there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from amplify.model.platform_profile import PlatformProfile
from amplify.model.video import VideoLimits
from amplify.rules.text import memoize
from amplify.rules.text.entities import plain_entities
from amplify.toolkit.toolkit_model import ShareLink

_KEPT: Final = re.compile(r"[^A-Za-z0-9\-._~!*'():/@,;?=$\u00a1-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd]")
"""What has to be encoded: everything else may stand in a query as it is (WHATWG URL)."""


@memoize.memoized
def percent_encode(text: str) -> str:
    """Percent-encode for a query: ASCII signs that mean something there, blanks and rare characters."""
    return _KEPT.sub(lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), text)


def _telegram(text: str, subject: str) -> str:
    """Telegram's link: it wants an address and sets the text below it; without any, the text stands in its place."""
    link = next((one for one in plain_entities(text) if one.kind == "link"), None)
    if link is None:
        return f"https://t.me/share/url?url={percent_encode(text)}"
    before, behind = text[: link.start], text[link.end :]
    # Blanks around it go with it; punctuation stays with the sentence.
    rest = f"{before.rstrip()}{behind}" if behind[:1].strip() else f"{before.rstrip()}\n{behind.lstrip()}".strip()
    return f"https://t.me/share/url?url={percent_encode(link.value)}&text={percent_encode(rest)}"


_MAKERS: Final[Mapping[str, tuple[str, Callable[[str, str], str]]]] = {
    "threads": ("Threads", lambda text, subject: f"https://www.threads.com/intent/post?text={percent_encode(text)}"),
    "telegram": ("Telegram", _telegram),
    "whatsapp": ("WhatsApp", lambda text, subject: f"https://wa.me/?text={percent_encode(text)}"),
    "email": ("", lambda text, subject: f"mailto:?subject={percent_encode(subject)}&body={percent_encode(text)}"),
}

THREADS_MOST: Final = 500
"""Characters that Threads takes."""
ANYWHERE: Final = "anywhere"
"""Messengers, networks that only copying leads to, e-mail: partners stand there by their names."""
ANYWHERE_WAYS: Final = tuple(_MAKERS)
"""Ways of a text that is meant for no platform of its own."""

ANYWHERE_PROFILE: Final = PlatformProfile(
    name=ANYWHERE,
    title="",
    text_max=5000,  # more than any text of ours has
    measure=len,
    unit="characters",
    entities=plain_entities,
    secrets=(),
    picture_bytes=16_777_216,
    moving=VideoLimits(gif_bytes=16_777_216, video_bytes=103_809_024),
    alt_max=1500,
)
"""What such a text may be: as long as anybody likes, and with whatever links anywhere."""


def share_links(profile: PlatformProfile, text: str, subject: str) -> tuple[ShareLink, ...]:
    """Links to share a text for a platform (or `anywhere`). `subject`: of an e-mail."""
    if profile.share_url:
        return (ShareLink(profile.name, profile.title, f"{profile.share_url}{percent_encode(text)}"),)
    if profile.share_path:
        return (ShareLink(profile.name, profile.title, "", profile.share_path),)
    if profile.name != ANYWHERE:
        return ()
    fitting = (one for one in ANYWHERE_WAYS if one != "threads" or len(text) <= THREADS_MOST)
    return tuple(_way(one, text, subject) for one in fitting)


def _way(id: str, text: str, subject: str) -> ShareLink:
    title, make = _MAKERS[id]
    return ShareLink(id, title, make(text, subject))
