"""Lint rules about a text's content and length."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from amplify.model.plan import Planned
from amplify.model.platform_profile import PlatformProfile
from amplify.model.problem import Problem, Severity
from amplify.rules.lint.lint_context import LintContext
from amplify.rules.text.confusables import mixed_words
from amplify.rules.text.host_names import is_below, url_host
from amplify.rules.text.typed_links import find_typed_links

SHORTENERS: Final = frozenset(
    {
        "bit.ly",
        "t.co",
        "tinyurl.com",
        "goo.gl",
        "ow.ly",
        "is.gd",
        "buff.ly",
        "cutt.ly",
        "rb.gy",
        "clck.ru",
        "t.ly",
        "vk.cc",
    }
)
"""Well-known link shorteners: readers at risk must see where a link goes."""


def too_long(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """TXT-LONG: over the length that the platform, or the account's own server, takes (docs/platforms.md)."""
    profile = context.profile(delivery)
    warning = profile.measure(delivery.message.content_warning) if delivery.message.content_warning else 0
    for number, part in enumerate(delivery.message.parts):
        length = profile.measure(part.text) + warning
        if length > profile.text_max:
            yield Problem(
                context.place(delivery, number),
                "TXT-LONG",
                f"variant `{delivery.variant}` is {length} {profile.unit} on {profile.title}, which takes "
                f"{profile.text_max}: cut {length - profile.text_max}, write a text `## on {profile.name}`, or let "
                f"`thread: auto` divide it; "
                f"it would end at “{_end(part.text, profile.text_max - warning, profile)}”",
            )


def _end(text: str, room: int, profile: PlatformProfile) -> str:
    """The last words of a text that fit into `room`."""
    fits, over = 0, len(text)
    while fits + 1 < over:
        middle = (fits + over) // 2
        fits, over = (middle, over) if profile.measure(text[:middle]) <= room else (fits, middle)
    words = text[max(0, fits - 60) : fits].split()
    return f"… {' '.join(words[-4:])}"[-60:]


def _hosts(delivery: Planned) -> Iterator[tuple[int, str]]:
    """Part and host of every address, also of those that only other servers link, or that readers copy."""
    for number, part in enumerate(delivery.message.parts):
        urls = [entity.value for entity in part.entities if entity.kind == "link"]
        urls += find_typed_links(part.text)
        if part.card is not None:
            urls.append(part.card.url)
        for host in dict.fromkeys(_host(url if ":" in url else f"https://{url}") for url in urls):
            yield number, host


def _host(address: str) -> str:
    scheme, _, rest = address.partition(":")
    if scheme.lower() == "xmpp":  # `xmpp:name@host/resource`
        address = f"xmpp://{rest.removeprefix('//').rpartition('@')[2]}"
    return url_host(address) or f"{address} (no valid address)"


def link_not_allowed(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """LINK-DOMAIN: a link outside the campaign's list (docs/care.md)."""
    allowed = context.campaign(delivery).links
    for number, host in _hosts(delivery):
        if not any(is_below(host, domain) for domain in allowed):
            yield Problem(
                context.place(delivery, number),
                "LINK-DOMAIN",
                f"{host} is not among the campaign's link domains: add it to `links:` or take the link out",
            )


def check_shortener(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """M-SHORT: a link shortener hides where a reader is sent."""
    for number, host in _hosts(delivery):
        if host.removeprefix("www.") in SHORTENERS:
            yield Problem(context.place(delivery, number), "M-SHORT", f"{host} hides the address: give the full link")


def mention_without_consent(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """X-MENTION, B-OPTIN: automated mentions only of partners who agreed (X automation rules; Bluesky bots page)."""
    consenting = context.consenting(delivery.platform)
    code = context.profiles[delivery.platform].policy.mention
    for number, part in enumerate(delivery.message.parts):
        for entity in part.entities:
            if entity.kind == "mention" and entity.value.casefold() not in consenting:
                yield Problem(
                    context.place(delivery, number),
                    code,
                    f"@{entity.value} has not agreed to be mentioned: set `mention_consent` in the handle book "
                    "once they have, or write the plain name",
                )


def mixed_scripts(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """TXT-MIXED: a Latin letter that looks like a Cyrillic one breaks search, hashtags and stops."""
    for number, part in enumerate(delivery.message.parts):
        for word in dict.fromkeys(mixed_words(part.text)):
            yield Problem(
                context.place(delivery, number),
                "TXT-MIXED",
                f"“{word}” mixes letters of two scripts that look alike: type it again in one script",
                Severity.WARNING,
            )


def check_record_size(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """B-SIZE: over a limit of the record, where a platform has such: bytes of the text, languages, pictures.

    Source for Bluesky: the lexicons `app.bsky.feed.post` and `app.bsky.embed.images`. Its 300 graphemes are
    `TXT-LONG`, alt texts have `ALT-LONG`; pictures are repainted to fit their bytes, and a hashtag that is too long is
    no hashtag.
    """
    profile = context.profile(delivery)
    if profile.langs_max is None and profile.bytes_max is None:
        return
    if profile.langs_max is not None and len(delivery.message.langs) > profile.langs_max:
        yield Problem(
            context.place(delivery),
            "B-SIZE",
            f"{len(delivery.message.langs)} languages; {profile.title} takes {profile.langs_max}: name fewer",
        )
    for number, part in enumerate(delivery.message.parts):
        size = len(part.text.encode("utf-8", "surrogatepass"))
        if profile.bytes_max is not None and size > profile.bytes_max:
            yield Problem(
                context.place(delivery, number),
                "B-SIZE",
                f"{size} bytes on {profile.title}, which takes {profile.bytes_max}: shorten the text",
            )
        if len(part.pictures) > profile.pictures_max:
            yield Problem(
                context.place(delivery, number),
                "B-SIZE",
                f"{len(part.pictures)} pictures; {profile.title} takes {profile.pictures_max}: leave some out",
            )
