"""`amplify preview`: shows each message before it is published."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from amplify.cli import output
from amplify.cli.online import time_ago
from amplify.cli.open_context import AsJson, Workspace, open_context, read_only_clock
from amplify.cli.options import check_day
from amplify.cli.output import local_time, print_json, show_problems
from amplify.model.errors import WrongUse, unwritable_output
from amplify.rules.plan.captions import spoken_text

if TYPE_CHECKING:
    from amplify.context.app_context import AppContext
    from amplify.model.plan import Plan
    from amplify.planning.preview import DeliveryPreview


def command(
    posts: Annotated[list[str] | None, typer.Argument(metavar="[POST]...", help="Only these posts or entries.")] = None,
    workspace: Workspace = None,
    start: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], callback=check_day, help="As of this day (UTC); without it, now."),
    ] = None,
    days: Annotated[int | None, typer.Option(min=1, max=400, help="How far ahead; without it, the horizon.")] = None,
    everyone: Annotated[bool, typer.Option("--everyone", help="All partners, not only us.")] = False,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE.html", help="Draw a page that can be passed on.")
    ] = None,
    with_embargoed: Annotated[
        bool,
        typer.Option(
            "--with-embargoed",
            help="Draw all words, under embargo or held, too: not to be passed on.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Show each message as it would go out: text, length, pictures, and the exact request. Makes none."""
    from amplify.planning.plan import plan_deliveries
    from amplify.planning.preview import as_if_queued, preview_deliveries
    from amplify.rules.plan.horizon import plan_end

    if with_embargoed and out is None:
        raise WrongUse("--with-embargoed goes with --out: the terminal shows everything anyway")
    if out is not None and (out.suffix.lower() not in (".html", ".htm") or out.is_dir()):
        raise WrongUse(f"{out} is no name for a page: let --out end in .html")
    app = open_context(workspace, read_only_clock())
    words = app.whole_workspace()
    unknown = [name for name in posts or () if name not in words.posts and name not in words.queue]
    if unknown:
        raise WrongUse(f"there is no post or queue entry {', '.join(unknown)}: `amplify plan` lists them")
    now = start.replace(tzinfo=UTC) if start else app.clock.now()
    end = now + timedelta(days=days) if days is not None else plan_end(words, now)
    known = app.server_info()
    planned = plan_deliveries(words, now, end, app.profiles, known=known, said=app.recent_posts(words, now, end))
    chosen = tuple(d for d in planned.deliveries if not posts or d.post in posts or d.entry in posts)
    if posts:
        seen = {delivery.post for delivery in chosen}
        unplanned = [name for name in posts if name in words.posts and name not in seen]
        if unplanned:  # a draft, or a post that is not queued: as if it were due now
            planned = plan_deliveries(as_if_queued(words, unplanned, now), now, end, app.profiles, known=known)
            chosen += tuple(d for d in planned.deliveries if d.entry == "preview")
    if not everyone and planned.ours:
        chosen = tuple(delivery for delivery in chosen if delivery.ours)
    shown = preview_deliveries(app, chosen, paint=bool(posts))
    if out is not None:
        return _draw(app, planned, shown, out, with_embargoed, as_json)
    if as_json:
        print_json([one.as_json() for one in shown])
        return 0
    for one in shown:
        _show(one)
    output.console().print(f"{len(shown)} messages; nothing was sent")
    wanted = {delivery.account for delivery in chosen}
    show_problems(sorted({f.problem for f in planned.findings if wanted.intersection(f.accounts)}))
    return 0


def _draw(
    app: AppContext, planned: Plan, shown: list[DeliveryPreview], out: Path, with_embargoed: bool, as_json: bool
) -> int:
    from amplify.planning.page_record import record_preview
    from amplify.preview.preview_html import as_html, page_of
    from amplify.rules.plan.cost import total_costs

    page = page_of(app, planned, shown, with_embargoed)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(as_html(page), encoding="utf-8", newline="")
        drawn = [one.delivery for one in shown if one.delivery.id in page.deliveries]
        record_preview(app, out, {subject for one in drawn for subject in one.subjects})
    except OSError as error:
        raise unwritable_output(out, error) from error
    if as_json:
        kept = [one.delivery for one in shown if one.delivery.id in page.deliveries]
        cost = total_costs(kept, len(app.whole_workspace().settings.readings), app.profiles).as_json()
        told = {"messages": len(kept), "under_embargo": page.left_out, "without_words": page.sealed}
        print_json({"file": str(out), **told, "cost": cost})
        return 0
    output.console().print(str(out), markup=False, soft_wrap=True)
    money = f"{page.cost.paid} would cost {page.cost.total}; " if page.cost.paid else ""
    output.console().print(f"{output.plural(len(page.cards), 'message')}; {money}nothing was sent")
    if page.left_out:
        output.console().print(f"{output.plural(page.left_out, 'message')} left out, under embargo")
    if page.sealed:
        output.console().print(f"{output.plural(page.sealed, 'message')} without words, stopped or held for a person")
    if page.embargoed:
        output.console().print(
            f"{output.plural(page.embargoed, 'message')} under embargo: do not pass this page on", style="yellow"
        )
    return 0


def _show(one: DeliveryPreview) -> None:
    from rich.padding import Padding
    from rich.text import Text

    out, delivery = output.console(), one.delivery
    out.print(Text(f"{delivery.account}  {delivery.post}", style="bold"), Text(local_time(delivery.due, delivery.zone)))
    if one.embargoed:
        out.print(Text("  under embargo: not to be passed on", style="yellow"))
    for why in one.why_not:
        out.print(Text(f"  would be held: {why}", style="yellow"))
    for number, request in enumerate(one.requests):
        if delivery.message.parts:
            _show_part(one, number)
        out.print(Padding(Text(json.dumps(request, ensure_ascii=False, indent=2), style="dim"), (0, 0, 1, 2)))


def _show_part(one: DeliveryPreview, number: int) -> None:
    from rich.panel import Panel
    from rich.text import Text

    part = one.delivery.message.parts[number]
    styled = Text(part.text)
    for entity in part.entities:
        styled.stylize("blue", entity.start, entity.end)
    length = one.lengths[number]
    style = "red" if length > one.length_max else "green"
    which = f"part {number + 1} of {len(one.requests)} · " if len(one.requests) > 1 else ""
    asked = f" (its server said so {time_ago(one.asked)})" if one.asked is not None else ""
    subtitle = Text.assemble(which, (str(length), style), f" of {one.length_max} {one.unit}{asked}")
    output.console().print(Panel(styled, subtitle=subtitle, subtitle_align="right", border_style="dim"))
    for picture in part.pictures:
        if picture.banner is None:
            kind = "video" if picture.film else "picture"
            output.console().print(Text(f"  {kind} {picture.file}: {picture.alt}", style="cyan"))
        for captions in picture.captions:
            output.console().print(Text(f"  captions in {captions.lang}: {spoken_text(captions)}", style="cyan"))
    for banner in one.banners if number == 0 else ():
        for line in output.banner_lines_of(banner):
            output.console().print(Text("  ") + line)
    if part.card is not None:
        output.console().print(Text(f"  card {part.card.title} · {part.card.url}", style="cyan"))
