"""The Bluesky profile: limits and customs as data. Imports no library of Bluesky's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from amplify.model.platform_profile import HandleSyntax, PlatformProfile, PolicyRules
from amplify.model.video import VideoLimits
from amplify.platforms.bluesky import rate_limits
from amplify.platforms.bluesky.entities import HANDLE_MAX, find_entities
from amplify.rules.text.text_length import count_graphemes

CARD_BYTES: Final = 1_000_000
"""Largest picture of a link card."""
VIDEO_BYTES: Final = 52_428_800
"""Largest blob that a usual server takes; the lexicon allows 300 MB."""
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST: Final = "bsky.app"


def is_account_page(host: str, segments: Sequence[str], handle: str) -> bool:
    """Whether an address is the account's page: `bsky.app/profile/handle`, or the domain that the handle is."""
    return host == handle or (host == _HOST and list(segments[:2]) == ["profile", handle])


PROFILE: Final = PlatformProfile(
    name="bluesky",
    title="Bluesky",
    also_called=("bsky", "Блускай"),
    text_max=300,
    measure=count_graphemes,
    unit="graphemes",
    entities=find_entities,
    secrets=("app_password",),
    handles=HandleSyntax(  # atproto specification, `handle`
        re.compile(rf"(?:{_LABEL}\.)+[A-Za-z](?:[A-Za-z0-9-]{{0,61}}[A-Za-z0-9])?"),
        "a domain name, such as `press.example`",
        HANDLE_MAX,
    ),
    length_key="graphemes",
    bytes_max=3000,
    langs_max=3,
    pictures_max=4,
    banner_size="bluesky",
    picture_bytes=2_000_000,
    card_bytes=CARD_BYTES,
    moving=VideoLimits(video_bytes=VIDEO_BYTES, video_seconds=(0.0, 180.0)),
    alt_max=2000,
    card=True,
    batch=25,
    allowances=rate_limits.ALLOWANCES,
    policy=PolicyRules(label="B-BOT", mention="B-OPTIN", boost="B-OPTIN"),
    account_page=is_account_page,
    share_url="https://bsky.app/intent/compose?text=",
)
