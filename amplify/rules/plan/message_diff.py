"""The difference between the message somebody saw and the message now, as lines of a diff. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from datetime import datetime

from amplify.model.message import Attachment, BannerRecipe, Message


def diff_messages(before: Message, after: Message, due_before: datetime, due_after: datetime) -> list[str]:
    """Lines that begin with `- ` (gone) or `+ ` (new); nothing where a reader would see the same at the same time.

    Instants are UTC.
    """
    lines = list(_differ(_shown(before), _shown(after)))
    if due_before != due_after:
        lines += [f"- due {due_before:%Y-%m-%d %H:%M} UTC", f"+ due {due_after:%Y-%m-%d %H:%M} UTC"]
    if not lines and before != after:
        lines = ["+ something beside the words: languages, links or how it is marked"]
    return lines


def _differ(before: list[str], after: list[str]) -> Iterator[str]:
    for line in difflib.ndiff(before, after):
        if line.startswith(("- ", "+ ")):
            yield line


def _shown(message: Message) -> list[str]:
    """Everything a reader sees of a message, line by line."""
    lines: list[str] = []
    if message.content_warning:
        lines.append(f"warning: {message.content_warning}")
    if message.visibility != "public":
        lines.append(f"visibility: {message.visibility}")
    if message.boost is not None:
        lines.append(f"boost of {message.boost.url or message.boost.delivery}")
    for number, part in enumerate(message.parts):
        if number:
            lines.append(f"--- part {number + 1}")
        lines += part.text.splitlines()
        lines += [one for picture in part.pictures for one in _picture(picture)]
        if part.card is not None:
            lines.append(f"card: {part.card.url} {part.card.title} {part.card.text}".rstrip())
            if part.card.picture is not None:
                lines += _picture(part.card.picture)
    return lines


def _picture(picture: Attachment) -> list[str]:
    if picture.banner is not None:
        return [*banner_lines(picture.banner), f"alt text: {picture.alt}"]
    caption = getattr(picture, "caption", None)
    shown = [f"picture: {picture.file} ({picture.sha256[:12]})", f"alt text: {picture.alt}"]
    return [*shown, f"caption: {caption}"] if caption else shown


def banner_lines(recipe: BannerRecipe) -> list[str]:
    """The recipe of a banner in words: what it is, what it says, what it shows, how it is drawn."""
    whom = f", for {recipe.person}" if recipe.person is not None else ""
    said = (words.replace("\n", " / ") for words in dict.fromkeys(recipe.words) if words)
    shown = dict.fromkeys(one for one in recipe.pictures if one is not None)
    return [
        f"banner: {recipe.template}{whom}, in {recipe.lang}, size {recipe.size}",
        *(f"banner says: {words}" for words in said),
        *(f"banner shows: {file} ({sha256[:12]})" for file, sha256 in shown),
        f"banner is drawn as {recipe.drawing[:12]}, in {', '.join(recipe.fonts) or 'no letters'}",
    ]
