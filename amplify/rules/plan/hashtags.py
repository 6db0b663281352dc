"""Chooses the hashtags of a message, and where they stand. Pure; the same post always gets the same ones.

In this order: the post's own required ones, that of its occasion, those of its campaign, the post's own optional ones,
and the optional ones of the campaign in an order that differs from post to post. Required ones always come; optional
ones while the message has fewer than its platform's custom allows, and while they fit.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import Final

import regex

from amplify.model.campaign import BannedTag, Campaign, Hashtag, HashtagCustom
from amplify.model.platform_profile import PlatformProfile
from amplify.model.settings import Settings
from amplify.rules.plan.recurrence import stable_fraction
from amplify.rules.plan.template_context import NO_NAMES, RenderContext
from amplify.rules.text.bidi import tag_line
from amplify.rules.text.tag_forms import links_whole, stands_typed
from amplify.rules.text.thread_split import PartLimit, append_paragraph

_PLACES_TRIED: Final = 8
_JOINS: Final = r"\p{L}\p{M}\p{N}_’'\-\u2010\u2011"
_USUAL: Final = HashtagCustom()


def hashtag_custom(campaign: Campaign, platform: str) -> HashtagCustom:
    """How the campaign uses hashtags on the platform."""
    return campaign.hashtag_customs.get(platform, _USUAL)


def most_hashtags(campaign: Campaign, profile: PlatformProfile) -> int:
    """The most hashtags one message may have on the platform."""
    said = hashtag_custom(campaign, profile.name).most
    return profile.hashtags_max if said is None else said


def banned_tags(settings: Settings, campaign: Campaign, platform: str) -> Mapping[str, BannedTag]:
    """Hashtags that no post of the campaign carries on the platform, by their compared form."""
    return {
        tag_key(one.tag): one
        for one in (*campaign.banned, *settings.banned)
        if not one.platforms or platform in one.platforms
    }


def tag_key(tag: str) -> str:
    """A hashtag in the form in which two are compared."""
    return unicodedata.normalize("NFC", tag).casefold()


def required_tags(setting: RenderContext) -> tuple[str, ...]:
    """Hashtags that the message carries in any case, each once."""
    campaigns = (one.tag for one in _campaigns(setting) if one.required)
    occasion = occasion_tag(setting)
    return _once((*setting.post.front.hashtags.required, *([occasion] if occasion else []), *campaigns))


def optional_tags(setting: RenderContext) -> tuple[str, ...]:
    """Hashtags it may carry, those to be taken first standing first."""
    refused = banned_tags(setting.workspace.settings, setting.campaign, setting.platform)
    offered = [h.tag for h in _campaigns(setting) if h.optional and tag_key(h.tag) not in refused]
    offered.sort(key=lambda tag: stable_fraction("hashtag", setting.post.id, tag_key(tag)))
    return _once((*setting.post.front.hashtags.optional, *offered))


def missing_tags(text: str, setting: RenderContext, room: PartLimit) -> tuple[str, ...]:
    """Required hashtags that are not in `text`."""
    present = _present(text, setting, room)
    return tuple(tag for tag in required_tags(setting) if tag_key(tag) not in present)


def _present(text: str, setting: RenderContext, room: PartLimit) -> set[str]:
    """The hashtags that stand in `text`, compared; also one that its author typed and the platform does not link."""
    if "#" not in text and "＃" not in text:
        return set()
    listed = (*required_tags(setting), *optional_tags(setting))
    typed = {tag_key(tag) for tag in listed if not links_whole(tag, room.entities) and stands_typed(tag, text)}
    return typed | {tag_key(one.value) for one in room.entities(text) if one.kind == "tag"}


def with_hashtags(text: str, rest: str, setting: RenderContext, room: PartLimit) -> str:
    """`text` with its hashtags, and `rest` (what stands below it in the same message) between them.

    With the placement `inline`, a word of `text` that is a hashtag becomes one where it stands; `rest` is never
    changed. Other hashtags stand below everything.
    """
    inline = hashtag_custom(setting.campaign, setting.platform).placement == "inline"
    allowed = most_hashtags(setting.campaign, setting.profiles[setting.platform])
    present = _present(append_paragraph(text, rest), setting, room)
    added: list[str] = []

    def message(said: str, tags: list[str]) -> str:
        return append_paragraph(append_paragraph(said, rest), tag_line(tags, setting.lang))

    def placed(tag: str) -> tuple[str, list[str]]:
        there = _inline(text, tag, room) if inline else None
        return (text, [*added, tag]) if there is None else (there, added)

    for tag in required_tags(setting):
        if tag_key(tag) not in present:
            text, added = placed(tag)
            present.add(tag_key(tag))
    for tag in optional_tags(setting):
        if tag_key(tag) in present or len(present) >= allowed:
            continue
        longer, more = placed(tag)
        if room.fits(message(longer, more)):
            text, added = longer, more
            present.add(tag_key(tag))
    return message(text, added)


def _inline(text: str, tag: str, room: PartLimit) -> str | None:
    """The text with the first plain word `tag` as a hashtag that the platform sees; None where there is none."""
    found = list(islice(_word(tag).finditer(text), _PLACES_TRIED))
    taken = [(one.start, one.end) for one in room.entities(text)] if found else []
    for match in found:
        start, end = match.span()
        if any(start < last and first < end for first, last in taken):
            continue
        longer = f"{text[:start]}#{tag}{text[end:]}"
        if any(
            one.kind == "tag" and one.start == start and tag_key(one.value) == tag_key(tag)
            for one in room.entities(longer)
        ):
            return longer
    return None


@lru_cache(maxsize=1024)
def _word(tag: str) -> regex.Pattern[str]:
    return regex.compile(
        rf"(?<![{_JOINS}#＃@＠$&/.]){regex.escape(tag)}(?![{_JOINS}]|[.:/@][{_JOINS}])", regex.IGNORECASE
    )


def occasion_tag(setting: RenderContext) -> str | None:
    """The hashtag of the post's occasion, as the partner at hand calls the day."""
    occasion = setting.occasion
    if occasion is None:
        return None
    own = occasion.names.get(setting.partner, NO_NAMES)
    return setting.own_or_common(own.hashtag, occasion.hashtag)


def _campaigns(setting: RenderContext) -> Iterator[Hashtag]:
    """The campaign's own hashtags in use for this language and platform."""
    for one in setting.campaign.hashtags:
        here = not one.platforms or setting.platform in one.platforms
        if here and not one.retired and _speaks(one.lang, setting.lang):
            yield one


def _speaks(lang: str | None, text: str) -> bool:
    return lang is None or lang.partition("-")[0] == text.partition("-")[0]


def _once(tags: Iterable[str]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for tag in tags:
        found.setdefault(tag_key(tag), unicodedata.normalize("NFC", tag))
    return tuple(found.values())
