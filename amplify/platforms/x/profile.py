"""The X profile: limits, prices, customs as data. Imports no library of X's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from amplify.model.platform_profile import CardLook, HandleSyntax, PlatformProfile, PolicyRules, Prices, RepostLink
from amplify.model.problem import Severity
from amplify.model.video import VideoLimits
from amplify.platforms.x import rate_limits
from amplify.platforms.x.entities import find_entities
from amplify.platforms.x.text_length import fitting_length, refused_character, weighted_length
from amplify.platforms.x.valid import is_address
from amplify.rules.text.text_length import normalise_text
from amplify.rules.text.unsafe_characters import lone_surrogate

_POST: Final = re.compile(r"https://(?:x|twitter)\.com/\w{1,15}/status/(\d{1,20})", re.ASCII)
_HOSTS: Final = frozenset({"x.com", "twitter.com", "mobile.twitter.com"})


def text_faults(text: str) -> Iterator[str]:
    """Characters that X refuses (twitter-text)."""
    refused = refused_character(normalise_text(text))
    if refused is not None:
        yield f"X does not take the character U+{ord(refused):04X}: take it out"
    half = lone_surrogate(text)
    if half is not None:
        yield f"half of a character (U+{ord(half):04X}) stands in it: type it again"


def is_account_page(host: str, segments: Sequence[str], handle: str) -> bool:
    """Whether an address is the account's page: `x.com/handle` and whatever lies below it."""
    return host in _HOSTS and list(segments[:1]) == [handle]


def repost_link(address: str) -> RepostLink | None:
    """X's own page for reposting, by the post's number."""
    found = _POST.fullmatch(address)
    return RepostLink(url=f"https://x.com/intent/retweet?tweet_id={found[1]}") if found is not None else None


PROFILE: Final = PlatformProfile(
    name="x",
    title="X",
    also_called=("Twitter", "Твиттер", "Твітар"),
    text_max=280,
    measure=weighted_length,
    unit="characters",
    entities=find_entities,
    secrets=("api_key", "api_secret", "access_token", "access_secret"),
    handles=HandleSyntax(  # new names have at most 15 characters; older ones have up to 20
        re.compile(r"[A-Za-z0-9_]{1,20}"), "at most 20 letters, digits and `_`, such as `press_union`"
    ),
    length_key="weighted_length",
    fitting=fitting_length,
    text_faults=text_faults,
    blank_is_text=True,
    links_address=is_address,
    cashtags_max=1,  # changelog of its API, 2026
    hashtags_max=2,
    pictures_max=4,
    picture_bytes=5_000_000,
    picture_sides=(4, 8192),  # its answer to an upload: error 324, “dimensions must be >= 4x4 and <= 8192x8192”
    moving=VideoLimits(
        gif_bytes=15_000_000,
        gif_size=(1280, 1080),
        gif_frames=350,
        video_bytes=512_000_000,
        video_seconds=(0.5, 140.0),
        video_ratio=(1 / 3, 3.0),
        # Its documentation, `media/quickstart/best-practices`. Its 1280×1024 is no bar: there it takes 1080p, too.
        video_least=32,
        video_rate=60.0,
        video_plain=True,
        captions=True,  # OpenAPI 2.166, `/2/media/subtitles`
        caption_languages="two letters",
    ),
    alt_max=1000,
    batch=100,
    allowances=rate_limits.ALLOWANCES,
    prices=Prices(  # its documentation, `pricing`
        as_of=date(2026, 8, 22),
        post=Decimal("0.015"),
        post_with_link=Decimal("0.200"),
        alt_text=Decimal("0.005"),
        delete=Decimal("0.010"),
        read=Decimal("0.005"),
        read_own=Decimal("0.001"),
    ),
    policy=PolicyRules(many_mentions=Severity.ERROR),  # its automation rules forbid mentioning many accounts
    account_page=is_account_page,
    share_url="https://x.com/intent/post?text=",
    link_meta=(("twitter:card", "summary_large_image"),),
    repost_link=repost_link,
    look=CardLook(link_max=27, draws_card="last"),
)
