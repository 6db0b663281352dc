"""The Mastodon profile: limits and customs as data. Imports no library of Mastodon's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from amplify.model.platform_profile import CardLook, HandleSyntax, PlatformProfile, PolicyRules, RepostLink
from amplify.model.problem import Severity
from amplify.model.video import VideoLimits
from amplify.platforms.loopback import is_public
from amplify.platforms.mastodon import rate_limits
from amplify.platforms.mastodon.entities import find_entities
from amplify.platforms.mastodon.server_counting import COUNTINGS
from amplify.platforms.mastodon.text_length import status_length


def is_account_page(host: str, segments: Sequence[str], handle: str) -> bool:
    """Whether an address is the account's page: any page of the handle's own server that has the name in its path."""
    name, _, server = handle.partition("@")
    return bool(server) and host == server and name in segments


def repost_link(address: str) -> RepostLink | None:
    """The reader's own server opens posts of any other there."""
    return RepostLink(path="/authorize_interaction?uri=") if is_public(address) else None


PROFILE: Final = PlatformProfile(
    name="mastodon",
    title="Mastodon",
    also_called=("fediverse", "Мастодон"),
    text_max=500,
    measure=status_length,
    unit="graphemes",
    countings=COUNTINGS,
    entities=find_entities,
    secrets=("access_token",),
    handles=HandleSyntax(  # Mastodon's `Account`
        re.compile(r"[A-Za-z0-9_]+(?:[.-]+[A-Za-z0-9_]+)*@\w+(?:[.-]+\w+)*(?::\d{1,5})?"),
        "a name and a server, such as `press@social.example`",
    ),
    length_key="characters",
    hashtags_max=5,  # its readers follow hashtags
    pictures_max=4,
    picture_bytes=16_777_216,
    picture_pixels=33_177_600,
    moving=VideoLimits(  # Mastodon's `MediaAttachment`
        gif_bytes=16_777_216, video_bytes=103_809_024, video_pixels=8_294_400, video_rate=120.0
    ),
    alt_max=1500,
    content_warning=True,
    unlisted=True,
    batch=20,
    allowances=rate_limits.ALLOWANCES,
    policy=PolicyRules(label="M-BOT", label_severity=Severity.WARNING, each_server=True),
    account_page=is_account_page,
    share_path="/share?text=",
    repost_link=repost_link,
    look=CardLook(link_max=30, draws_card="first", mention_host=False, repost_verb="boosts"),
)
