"""Rules about what a text says and how long it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from amplify.model.plan import Planned
from amplify.model.problem import Problem, Severity
from amplify.rules.lint.context import Context

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


def too_long(context: Context, delivery: Planned) -> Iterator[Problem]:
    """TXT-LONG: over the platform's length (docs/platforms.md)."""
    dialect = context.dialects[delivery.platform]
    warning = delivery.message.content_warning or ""
    for number, part in enumerate(delivery.message.parts):
        place = context.place(delivery, number)
        length = dialect.measure(part.text) + (dialect.measure(warning) if warning else 0)
        if length > dialect.text_max:
            yield Problem(
                place,
                "TXT-LONG",
                f"variant `{delivery.variant}` is {length} {dialect.unit} on {dialect.title}, which takes "
                f"{dialect.text_max}: cut {length - dialect.text_max}, or write a text `## on {dialect.name}`",
            )
        size = len(part.text.encode("utf-8", "surrogatepass"))
        if dialect.bytes_max is not None and size > dialect.bytes_max:
            yield Problem(
                place, "TXT-LONG", f"{size} bytes on {dialect.title}, which takes {dialect.bytes_max}: shorten the text"
            )


def _hosts(delivery: Planned) -> Iterator[tuple[int, str]]:
    for number, part in enumerate(delivery.message.parts):
        urls = [entity.value for entity in part.entities if entity.kind == "link"]
        if part.card is not None:
            urls.append(part.card.url)
        for url in urls:
            yield number, _host(url if "://" in url else f"https://{url}")


def _host(address: str) -> str:
    try:
        host = urlsplit(address).hostname
    except ValueError:
        host = None
    if host is None or "\\" in address:  # browsers read `\` as `/`, and so find another host
        return f"{address} (no valid address)"
    return host.lower()


def link_not_allowed(context: Context, delivery: Planned) -> Iterator[Problem]:
    """LINK-DOMAIN: a link outside the campaign's list (docs/care.md)."""
    allowed = context.campaign(delivery).links
    for number, host in _hosts(delivery):
        if not any(host == domain or host.endswith(f".{domain}") for domain in allowed):
            yield Problem(
                context.place(delivery, number),
                "LINK-DOMAIN",
                f"{host} is not among the campaign's link domains: add it to `links:` or take the link out",
            )


def shortener(context: Context, delivery: Planned) -> Iterator[Problem]:
    """M-SHORT: a link shortener hides where a reader is sent."""
    for number, host in _hosts(delivery):
        if host.removeprefix("www.") in SHORTENERS:
            yield Problem(context.place(delivery, number), "M-SHORT", f"{host} hides the address: give the full link")


def mention_without_consent(context: Context, delivery: Planned) -> Iterator[Problem]:
    """X-MENTION, B-OPTIN: automated mentions only of partners who agreed (X automation rules; Bluesky bots page)."""
    consenting = {
        partner.handles[delivery.platform].casefold()
        for partner in context.workspace.partners.values()
        if partner.mention_consent and delivery.platform in partner.handles
    }
    code = "B-OPTIN" if delivery.platform == "bluesky" else "X-MENTION"
    for number, part in enumerate(delivery.message.parts):
        for entity in part.entities:
            if entity.kind == "mention" and entity.value.casefold() not in consenting:
                yield Problem(
                    context.place(delivery, number),
                    code,
                    f"@{entity.value} has not agreed to be mentioned: set `mention_consent` in the handle book "
                    "once they have, or write the plain name",
                )


def retired_hashtag(context: Context, delivery: Planned) -> Iterator[Problem]:
    """TAG-RETIRED: a hashtag the campaign no longer uses."""
    retired = {h.tag.casefold() for h in context.campaign(delivery).hashtags if h.retired}
    for tag in delivery.hashtags:
        if tag.casefold() in retired:
            yield Problem(context.place(delivery), "TAG-RETIRED", f"#{tag} is retired: use another hashtag")


def hashtag_case(context: Context, delivery: Planned) -> Iterator[Problem]:
    """TAG-CASE: screen readers read `#FreeAnnaNow` as words, and `#freeannanow` as noise."""
    for tag in delivery.hashtags:
        if len(tag) > 12 and tag.islower():
            yield Problem(
                context.place(delivery),
                "TAG-CASE",
                f"#{tag}: begin each word with a capital so that screen readers can read it",
                Severity.WARNING,
            )


_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile(r"[A-Za-z]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")


def mixed_scripts(context: Context, delivery: Planned) -> Iterator[Problem]:
    """TXT-MIXED: a Latin letter that looks like a Cyrillic one breaks search, hashtags and stops."""
    for number, part in enumerate(delivery.message.parts):
        for word in _WORD.findall(part.text):
            if _LATIN.search(word) and _CYRILLIC.search(word):
                yield Problem(
                    context.place(delivery, number),
                    "TXT-MIXED",
                    f"“{word}” mixes Latin and Cyrillic letters: type it again in one script",
                    Severity.WARNING,
                )
