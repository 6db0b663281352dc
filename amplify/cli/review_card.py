"""One delivery as its reviewers see it: everything that would go out, and what changed since somebody looked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from amplify.cli.output import local_time

if TYPE_CHECKING:
    from amplify.decisions.approve import Review
    from amplify.model.message import Attachment, Message

_MICROS = 1_000_000


def review_card(one: Review, number: int, together: int, zone: str) -> RenderableType:
    """`zone`: where its readers' clocks are."""
    lines = [Text(local_time(one.row.due_at, zone), style="bold"), Text("")]
    lines += _said(one.message)
    if one.row.cost:
        lines.append(Text(f"costs about ${one.row.cost / _MICROS:.3f}", style="dim"))
    lines += [Text(""), *_asked(one)]
    if one.changed:
        lines += [Text(""), Text(f"changed since {one.changed_since} looked:", style="bold yellow")]
        lines += [Text(line, style="red" if line.startswith("-") else "green") for line in one.changed]
    title = f"{number} of {together}  {one.row.account}  {one.row.post} ({one.lang})"
    return Panel(Group(*lines), title=Text(title), title_align="left", width=80, border_style="cyan")


def _asked(one: Review) -> Iterator[Text]:
    why = f": {one.why}" if one.why else ""
    yield Text(f"needs {'one approval' if one.needed == 1 else 'two approvals'}{why}")
    if one.approved_by:
        yield Text(f"approved by {', '.join(one.approved_by)}", style="green")
    if one.row.author:
        yield Text(f"written by {one.row.author}", style="dim")
    if one.rejected and one.lacking:
        yield Text(one.lacking, style="bold red")


def _said(message: Message) -> Iterator[Text]:
    if message.content_warning:
        yield Text(f"behind a warning: {message.content_warning}", style="yellow")
    if message.boost is not None:
        yield Text(f"↻ boost of {message.boost.url or f'delivery {message.boost.delivery}'}")
    for number, part in enumerate(message.parts, 1):
        if len(message.parts) > 1:
            yield Text(f"— part {number} of {len(message.parts)}", style="dim")
        yield Text(part.text)
        for picture in part.pictures:
            yield from _picture(picture)
        for entity in part.entities:
            if entity.kind == "link" and entity.value not in part.text:
                yield Text(f"link: {entity.value}", style="blue")
        if part.card is not None:
            yield Text(f"card: {part.card.title} — {part.card.url}", style="blue")
            if part.card.picture is not None:
                yield from _picture(part.card.picture)


def _picture(picture: Attachment) -> Iterator[Text]:
    yield Text(f"picture: media/{picture.file} ({picture.width} × {picture.height})", style="magenta")
    yield Text(f"  alt text: {picture.alt}", style="dim")
