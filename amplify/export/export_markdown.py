"""Texts for sharing by hand as Markdown: each text in a block of its own, ready to copy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby
from textwrap import wrap

from amplify.export.export_model import Exported, Offer
from amplify.pages import formatting
from amplify.pages.formatting import long_day
from amplify.pages.withheld_reasons import WITHHELD

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~])")


def as_markdown(exported: Exported) -> str:
    """A heading a day, one a post, one a text. Whatever a text holds, it stays inside its block."""
    return "\n".join(_lines(exported)) + "\n"


def withheld_sentence(exported: Exported) -> str:
    """`3 texts are left out: 2 under embargo, 1 held for the sake of a person.`; empty where none is."""
    many = sum(exported.withheld.values())
    if not many:
        return ""
    said = ", ".join(f"{count} {WITHHELD[reason]}" for reason, count in exported.withheld.items())
    return f"{formatting.counted(many, 'text')} {'is' if many == 1 else 'are'} left out: {said}."


def _lines(exported: Exported) -> Iterator[str]:
    period = formatting.days(exported.start.date(), (exported.end - timedelta(microseconds=1)).date())
    yield f"# For sharing by hand: {_plain(exported.name)}".removesuffix(": ")
    yield ""
    yield f"{period} · {formatting.counted(len(exported.offers), 'text')}"
    if exported.offers:
        yield ""
        yield from _wrapped(
            "Copy a text as it stands, with its pictures and their alt texts. Each text is for one account: "
            "platforms take the same words from several accounts for spam. Say it at about the suggested time, "
            "and not after the day it is good until."
        )
    if left := withheld_sentence(exported):
        yield ""
        yield from _wrapped(left)
    for day, of_day in groupby(exported.offers, key=lambda offer: offer.wall.date()):
        yield ""
        yield f"## {long_day(day)}"
        for post, of_post in groupby(of_day, key=lambda offer: offer.post):
            offers = list(of_post)
            yield ""
            yield f"### {post}"
            yield ""
            yield f"Campaign: {_plain(offers[0].campaign)}"
            for offer in offers:
                yield from _offer(offer)


def _offer(offer: Offer) -> Iterator[str]:
    named = "" if offer.variant == "default" else f", {offer.variant}"
    yield ""
    yield f"#### {offer.title}, {offer.lang}{named}"
    yield ""
    yield from _wrapped(f"- {_purpose(offer)}", "  ")
    yield f"- Suggested time: {offer.wall:%H:%M} ({offer.zone})"
    if offer.until is not None:
        yield f"- Good until: {_last(offer.until)}"
    if offer.links:
        yield from _wrapped(f"- Link: {', '.join(f'<{link}>' for link in offer.links)}", "  ")
    if offer.hashtags:
        yield from _wrapped(f"- Hashtags: {' '.join(f'`#{tag}`' for tag in offer.hashtags)}", "  ")
    if offer.content_warning:
        yield f"- Content warning: {_plain(offer.content_warning)}"
    for number, message in enumerate(offer.messages, start=1):
        yield ""
        part = f"Message {number} of {len(offer.messages)}, " if len(offer.messages) > 1 else ""
        yield f"{part}{message.length} of {offer.length_max} {offer.unit}:"
        yield ""
        yield from _block(message.text)
    for number, picture in enumerate(offer.pictures, start=1):
        yield ""
        yield f"{'Video' if picture.film else 'Picture'} {number}: `media/{picture.file}`, with this alt text:"
        yield ""
        yield from _block(picture.alt)
        if picture.captions:
            yield ""
            yield f"Captions: {', '.join(f'`media/{one.file}`' for one in picture.captions)}"


def _purpose(offer: Offer) -> str:
    if offer.purpose == "queued":
        return f"Goes out by itself on {', '.join(offer.accounts)}"
    if offer.purpose == "spare":
        return "For anybody, once: no partner says this one"
    for_whom = f"For {', '.join(offer.accounts)}, which gets no variant"
    if offer.translate_to:
        return f"{for_whom}: there is none in `{offer.translate_to}`. Translate this one"
    if offer.said_by:
        return f"{for_whom}. {', '.join(offer.said_by)} says these very words: change them, or repost that message"
    return for_whom


def _block(text: str) -> Iterator[str]:
    """A fenced block, with a fence longer than any in the text."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    yield f"{fence}text"
    yield from text.split("\n")
    yield fence


def _wrapped(sentence: str, indent: str = "") -> list[str]:
    """The text in lines for a terminal of 80 columns; words and addresses stay whole."""
    return wrap(sentence, 79, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _plain(text: str) -> str:
    """The text in one line without the signs of Markdown."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _last(until: datetime) -> str:
    return f"{formatting.instant(until)} UTC"
