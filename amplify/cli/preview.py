"""amplify preview: look before it is said."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from amplify.cli.desk import AsJson, Workspace, looking_clock, open_desk
from amplify.cli.output import console, local, say_json, show_problems
from amplify.model.errors import WrongUse

if TYPE_CHECKING:
    from amplify.steps.preview import Preview


def command(
    posts: Annotated[list[str] | None, typer.Argument(metavar="[POST]...", help="Only these posts or entries.")] = None,
    workspace: Workspace = None,
    start: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="As of this day (UTC); without it, now.")
    ] = None,
    days: Annotated[int | None, typer.Option(min=1, max=400, help="How far ahead; without it, the horizon.")] = None,
    everyone: Annotated[bool, typer.Option("--everyone", help="All partners, not only us.")] = False,
    as_json: AsJson = False,
) -> int:
    """Show each message as it would go out: text, length, pictures, and the exact request. Makes none."""
    from amplify.rules.horizon import horizon
    from amplify.steps.plan import plan
    from amplify.steps.preview import as_if_queued, preview

    desk = open_desk(workspace, looking_clock())
    words = desk.workspace()
    unknown = [name for name in posts or () if name not in words.posts and name not in words.queue]
    if unknown:
        raise WrongUse(f"there is no post or queue entry {', '.join(unknown)}: `amplify plan` lists them")
    now = start.replace(tzinfo=UTC) if start else desk.clock.now()
    end = now + timedelta(days=days) if days else horizon(words, now)
    planned = plan(words, now, end, desk.dialects)
    chosen = tuple(d for d in planned.deliveries if not posts or d.post in posts or d.entry in posts)
    if posts:
        seen = {delivery.post for delivery in chosen}
        unplanned = [name for name in posts if name in words.posts and name not in seen]
        if unplanned:  # a draft, or a post that is not queued: as if it were due now
            planned = plan(as_if_queued(words, unplanned, now), now, end, desk.dialects)
            chosen += tuple(d for d in planned.deliveries if d.entry == "preview")
    if not everyone and planned.ours:
        chosen = tuple(delivery for delivery in chosen if delivery.ours)
    shown = preview(desk, chosen)
    if as_json:
        say_json([one.as_json() for one in shown])
        return 0
    for one in shown:
        _show(one)
    console().print(f"{len(shown)} messages; nothing was sent")
    wanted = {delivery.account for delivery in chosen}
    show_problems(sorted({f.problem for f in planned.findings if wanted.intersection(f.accounts)}))
    return 0


def _show(one: Preview) -> None:
    from rich.padding import Padding
    from rich.text import Text

    out, delivery = console(), one.delivery
    out.print(Text(f"{delivery.account}  {delivery.post}", style="bold"), Text(local(delivery.due, delivery.zone)))
    for why in one.why_not:
        out.print(Text(f"  would be held: {why}", style="yellow"))
    for number, request in enumerate(one.requests):
        if delivery.message.parts:
            _show_part(one, number)
        out.print(Padding(Text(json.dumps(request, ensure_ascii=False, indent=2), style="dim"), (0, 0, 1, 2)))


def _show_part(one: Preview, number: int) -> None:
    from rich.panel import Panel
    from rich.text import Text

    part = one.delivery.message.parts[number]
    styled = Text(part.text)
    for entity in part.entities:
        styled.stylize("blue", entity.start, entity.end)
    length = one.lengths[number]
    style = "red" if length > one.length_max else "green"
    which = f"part {number + 1} of {len(one.requests)} · " if len(one.requests) > 1 else ""
    subtitle = f"{which}[{style}]{length}[/{style}] of {one.length_max} {one.unit}"
    console().print(Panel(styled, subtitle=subtitle, subtitle_align="right", border_style="dim"))
    for picture in part.pictures:
        console().print(Text(f"  picture {picture.file}: {picture.alt}", style="cyan"))
    if part.card is not None:
        console().print(Text(f"  card {part.card.title} · {part.card.url}", style="cyan"))
