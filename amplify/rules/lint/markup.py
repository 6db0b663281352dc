"""Lint rules about what is written for a program, and what readers get: broken hashtags, markup, torn addresses."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

import regex

from amplify.model.plan import LintFinding, Planned
from amplify.model.platform_profile import PlatformProfile
from amplify.model.problem import Problem, Severity, SourceLocation
from amplify.rules.lint.lint_context import LintContext
from amplify.rules.text.link_tails import foreign_sign
from amplify.rules.text.tag_forms import nearest_tag, typed_tags, where_no_tag

_MARKUP: Final = regex.compile(
    r"(?P<entity>&(?:amp|lt|gt|quot|apos|nbsp|shy|hellip|mdash|ndash|laquo|raquo|#\d{1,7}|#[\x78\x58][0-9a-f]{1,6});)"
    r"|(?P<link>\[[^\[\]\n]{1,200}\]\([^\s()]{1,500}\))"
    r"|(?P<bold>(?<![\w*])\*\*(?=\S)[^*\n]{1,200}(?<=\S)\*\*(?![\w*])|(?<![\w/@#])__(?=\S)[^_\n]{1,200}(?<=\S)__(?!\w))"
    r"|(?P<tag></?(?:b|i|em|strong|u|s|a|br|p|ul|ol|li|span|div|h[1-6])(?:\s[^<>\n]{0,200})?/?>)",
    regex.IGNORECASE | regex.ASCII,
)
_INSTEAD: Final = {
    "entity": "type the character itself",
    "link": "write the words, then the address",
    "bold": "take the signs out",
    "tag": "take it out",
}


def unlinked_hashtags(context: LintContext, deliveries: Sequence[Planned]) -> Iterator[LintFinding]:
    """TAG-FORM: a hashtag of a campaign or a post that platforms do not link as it is written."""
    of_campaign, of_post = defaultdict(list), defaultdict(list)
    for one in deliveries:
        of_campaign[one.campaign].append(one)
        of_post[one.post].append(one)
    for campaign in context.workspace.campaigns.values():
        for hashtag in campaign.hashtags:
            if not hashtag.retired:
                there = [context.profiles[name] for name in hashtag.platforms if name in context.profiles]
                profiles = there or list(context.profiles.values())
                yield from _unlinked(hashtag.tag, profiles, campaign.id, campaign.place, of_campaign[campaign.id])
    for post in context.workspace.posts.values():
        for tag in dict.fromkeys((*post.front.hashtags.required, *post.front.hashtags.optional)):
            profiles = list(context.profiles.values())
            yield from _unlinked(tag, profiles, post.front.campaign, post.place, of_post[post.id])


def _unlinked(
    tag: str, profiles: Sequence[PlatformProfile], campaign: str, place: SourceLocation, about: Sequence[Planned]
) -> Iterator[LintFinding]:
    broken = where_no_tag(tag, profiles)
    if broken:
        problem = Problem(place, "TAG-FORM", _sentence(tag, broken, profiles, campaign), Severity.WARNING)
        accounts = sorted({one.account for one in about})
        yield LintFinding(problem, tuple(accounts), deliveries=tuple(sorted(one.id for one in about)))


def broken_hashtag(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """TAG-FORM: a hashtag in a text that links in part, or not at all."""
    profiles = list(context.profiles.values())
    for number, part in enumerate(delivery.message.parts):
        links = [(one.start, one.end) for one in part.entities if one.kind == "link"]
        for at, word in typed_tags(part.text):
            if any(start <= at < end for start, end in links):
                continue
            broken = [one for one in profiles if not _linked_at(part.text, at, word, one)]
            if context.profiles[delivery.platform] in broken:
                yield Problem(
                    context.place(delivery, number),
                    "TAG-FORM",
                    _sentence(word, broken, profiles, delivery.campaign),
                    Severity.WARNING,
                )


def _linked_at(text: str, at: int, word: str, profile: PlatformProfile) -> bool:
    return any(one.kind == "tag" and one.start == at and len(one.value) >= len(word) for one in profile.entities(text))


def _sentence(tag: str, broken: Sequence[PlatformProfile], profiles: Sequence[PlatformProfile], campaign: str) -> str:
    shown = "".join(
        f"⟨U+{ord(letter):04X}⟩" if unicodedata.category(letter) in ("Cf", "Cc") else letter for letter in tag
    )
    where = ", ".join(sorted(profile.title for profile in broken))
    nearest = nearest_tag(tag, profiles, campaign)
    if nearest == unicodedata.normalize("NFC", tag):  # the word is well, and what stands before it is not
        return f"#{shown} is no hashtag on {where} where it stands: put a blank before its sign"
    instead = f"write #{nearest}" if nearest is not None else "a hashtag has letters, digits and `_`, with one letter"
    return f"#{shown} is no hashtag on {where} as it is written: {instead}"


def typed_markup(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """TXT-MARKUP: markup that no platform renders: readers see `**` and `&amp;` as they stand."""
    for number, part in enumerate(delivery.message.parts):
        said: set[str] = set()
        for found in _MARKUP.finditer(part.text):
            kind = str(found.lastgroup)
            if kind not in said:
                said.add(kind)
                yield Problem(
                    context.place(delivery, number),
                    "TXT-MARKUP",
                    f"readers see “{_short(found[0])}” as it stands here: {_INSTEAD[kind]}",
                    Severity.WARNING,
                )


def sign_in_link(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """LINK-TAIL: a sign of the sentence that the platform takes for a part of the address before it."""
    title = context.profile(delivery).title
    for number, part in enumerate(delivery.message.parts):
        for entity in part.entities:
            sign = foreign_sign(entity.value) if entity.kind == "link" else None
            if sign is not None:
                letter = entity.value[sign]
                shown = letter if unicodedata.category(letter)[0] == "P" else f"⟨U+{ord(letter):04X}⟩"
                yield Problem(
                    context.place(delivery, number),
                    "LINK-TAIL",
                    f"on {title}, “{shown}” belongs to the link {_short(entity.value[:sign])} and breaks it: "
                    "put a blank between them, or give the address a line of its own",
                    Severity.WARNING,
                )


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"
