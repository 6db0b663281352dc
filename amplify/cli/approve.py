"""`amplify approve`: review what waits for approval, one card after another, and say yes or no."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from amplify.cli import output
from amplify.cli.open_context import AsJson, Workspace, open_context
from amplify.cli.options import Yes, acting_person, confirm_action
from amplify.cli.output import local_time, print_error, print_json
from amplify.model.errors import AmplifyError, NeedsPerson, WrongUse
from amplify.rules.plan.captions import spoken_text
from amplify.rules.text.terminal_text import one_line

if TYPE_CHECKING:
    from amplify.context.app_context import AppContext
    from amplify.decisions.accept_changes import ProtectionChange
    from amplify.decisions.approve import Review
    from amplify.model.message import Attachment, Message
    from amplify.planning.paint_ahead import BannerView


_CHANGED = "the files protect less"
_KEYS: Final = Text.assemble(
    *(("a", "bold"), " approve  ", ("r", "bold"), " reject  ", ("s", "bold"), " skip  ", ("q", "bold"), " quit")
)


def command(
    deliveries: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ID]...", help="Approve these without a review; `ID@SEEN` as `--json` shows it is safest."
        ),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Approve everything that waits for it, unread.")] = False,
    reject: Annotated[
        str | None, typer.Option("--reject", metavar="REASON", help="Reject the named deliveries instead.")
    ] = None,
    rejected: Annotated[bool, typer.Option("--rejected", help="Show what was rejected as well.")] = False,
    yes: Yes = False,
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> int:
    """Review what waits for approval, one card after another: a approve, r reject, s skip, q quit.

    An approval counts for exactly what was shown: any later change of text, picture, account or time voids it. First
    come changes of the files that make weaker what protects people (approvals, consent, silence): they count once one
    of you has accepted them.
    """
    from amplify.decisions import approve as step
    from amplify.decisions.accept_changes import list_changes
    from amplify.planning.paint_ahead import look_at_banners

    if reject is not None and not (deliveries and reject.strip()):
        raise WrongUse("`--reject REASON` goes with the ids of deliveries")
    app = open_context(workspace, existing=True)
    if deliveries:
        return _named(app, deliveries, reject.strip() if reject is not None else None)
    waiting, changes = step.to_review(app, rejected=rejected), list_changes(app, rejected)
    if as_json:
        zones = _zones(app)
        listed = [_change_json(one) for one in changes]
        listed += [_json(one, zones(one.row.account), look_at_banners(app, one.message, False)) for one in waiting]
        print_json(listed)
        return 0
    if not waiting and not changes:
        output.console().print("nothing waits for approval")
        return 0
    if everything:
        if changes:
            _list_changes(changes)
            output.console().print("--all leaves these out: look at each, then approve it by its name", style="dim")
        if not confirm_action(f"approve {len(waiting)} deliveries as {acting_person()}, unread?", yes):
            return 3
        return _approve(app, waiting)
    if sys.stdin.isatty() and sys.stdout.isatty():
        return _review(app, waiting, changes)
    _list_changes(changes)
    _list(waiting, _zones(app))
    return 0


def _named(app: AppContext, names: list[str], reject: str | None) -> int:
    """Approve or reject what is named by its id: deliveries, and changes of the files."""
    from amplify.decisions import approve as step
    from amplify.decisions.accept_changes import accept_change, find_changes, list_changes, refuse_change

    changes = list_changes(app, rejected=True)
    named = {name: change for name in names if (change := find_changes(changes, name)) is not None}
    found = step.find_reviews(app, [name for name in names if name not in named])
    if reject is not None:
        for one in found:
            step.reject_review(app, one, acting_person(), reject)
        for change in named.values():
            refuse_change(app, change, acting_person(), reject)
        output.console().print(f"rejected: {len(found) + len(named)}")
        return 0
    for change in named.values():
        if not accept_change(app, change, acting_person()):
            output.console().print(f"{change.id}: a second person has to accept it, too")
    return _approve(app, found, len(named))


def _approve(app: AppContext, found: list[Review], changes: int = 0) -> int:
    """Approve what was found. `changes`: how many changes of the files were accepted before."""
    from amplify.decisions.approve import approve_reviews, to_review

    approve_reviews(app, found, acting_person())
    output.console().print(f"approved: {len(found) + changes}")
    ids = {one.row.id for one in found}
    for one in to_review(app):
        if one.row.id in ids:
            output.console().print(f"  {one.row.post} on {one.row.account}: {one.lacking}")
    return 0


def _review(app: AppContext, waiting: list[Review], changes: Sequence[ProtectionChange] = ()) -> int:
    """Show one card after another, and act on a key each. The number of cards may shrink meanwhile: others review
    too.
    """
    from amplify.decisions.accept_changes import accept_change, find_changes, list_changes, refuse_change
    from amplify.decisions.approve import approve_reviews, reject_review, to_review
    from amplify.planning.paint_ahead import look_at_banners

    out, zones, done = output.console(), _zones(app), {"approved": 0, "rejected": 0, "skipped": 0}
    together = len(changes) + len(waiting)
    for number, change in enumerate(changes, 1):
        shown = find_changes(list_changes(app, rejected=True), change.id)
        if shown is None:
            continue
        out.print(change_card(shown, number, together))
        yes, no = partial(accept_change, app, shown), partial(refuse_change, app, shown)
        if not _decide(done, yes, no):
            return _ended(done)
    for number, one in enumerate(waiting, len(changes) + 1):
        fresh = to_review(app, [one.row.id], rejected=True)
        if not fresh:
            continue
        banners = look_at_banners(app, fresh[0].message)
        out.print(review_card(fresh[0], number, together, zones(one.row.account), banners))
        if not _decide(done, partial(approve_reviews, app, fresh), partial(reject_review, app, fresh[0])):
            return _ended(done)
    return _ended(done)


def _decide(done: dict[str, int], yes: Callable[[str], object], no: Callable[[str, str], object]) -> bool:
    """Ask for a key, and act on it: `yes` with the actor, `no` with the actor and a reason. False: quit."""
    out = output.console()
    while True:
        out.print(_KEYS)
        key = _key()
        try:
            if key == "a":
                yes(acting_person())
                done["approved"] += 1
            elif key == "r":
                why = typer.prompt("why not", default="", show_default=False).strip()
                if not why:
                    out.print("a rejection wants a reason")
                    continue
                no(acting_person(), why)
                done["rejected"] += 1
            elif key in ("s", "\r", "\n", " "):
                done["skipped"] += 1
            elif key in ("q", "\x1b", "\x03", "\x04", ""):
                return False
            else:
                continue
        except NeedsPerson as error:
            print_error(str(error))
            done["skipped"] += 1
        return True


def _key() -> str:
    try:
        return str(typer.getchar()).lower()
    except (KeyboardInterrupt, EOFError):
        return "q"


def _ended(done: Mapping[str, int]) -> int:
    output.console().print(", ".join(f"{many} {what}" for what, many in done.items() if many) or "nothing was decided")
    return 0


def _list(waiting: list[Review], zones: Callable[[str], str]) -> None:
    from rich.padding import Padding
    from rich.text import Text

    for one in waiting:
        line = Text(f"{one.row.id[:12]}  {one.row.account}  {one.row.post}")
        output.console().print(line, no_wrap=True, overflow="ellipsis")
        told = f"{local_time(one.row.due_at, zones(one.row.account))}; {one.lacking}"
        output.console().print(Padding(Text(told, style="dim"), (0, 0, 0, 4)))
        if one.held is not None:
            held = Text(f"held all the same: {one_line(one.held)}", style="bold red")
            output.console().print(Padding(held, (0, 0, 0, 4)))


def _list_changes(changes: list[ProtectionChange]) -> None:
    from rich.padding import Padding

    for one in changes:
        output.console().print(Text(f"{one.id}  {_CHANGED}", style="bold"), no_wrap=True, overflow="ellipsis")
        for line in one.lines:
            style = "red" if line.startswith("-") else "green"
            output.console().print(Padding(Text(line, style=style), (0, 0, 0, 4)))
        if one.rejected_by is not None:
            output.console().print(Padding(Text(f"rejected by {one.rejected_by}", style="dim"), (0, 0, 0, 4)))


def _zones(app: AppContext) -> Callable[[str], str]:
    """Account → its readers' time zone, as far as the files can be read."""
    try:
        workspace = app.workspace()
    except AmplifyError:
        return lambda account: "UTC"

    def zone(account: str) -> str:
        ours, partner = workspace.accounts.get(account), workspace.partners.get(account.partition("/")[0])
        return (ours.zone if ours is not None else None) or (partner.zone if partner is not None else "UTC")

    return zone


def _change_json(one: ProtectionChange) -> dict[str, Any]:
    return {
        "id": one.id,
        "approve": f"{one.id}@{one.seen[:16]}",
        "post": None,
        "account": None,
        "needed": one.needed,
        "why": _CHANGED,
        "approved_by": list(one.accepted_by),
        "rejected": one.rejected_by is not None,
        "changed": list(one.lines),
    }


def _json(one: Review, zone: str, banners: Sequence[BannerView]) -> dict[str, Any]:
    return {
        "id": one.row.id,
        "approve": f"{one.row.id}@{one.seen[:16]}",
        "post": one.row.post,
        "account": one.row.account,
        "entry": one.row.entry,
        "due": one.row.due_at.isoformat(),
        "zone": zone,
        "lang": one.lang,
        "author": one.row.author,
        "needed": one.needed,
        "why": one.why,
        "approved_by": list(one.approved_by),
        "rejected": one.rejected,
        "lacking": one.lacking,
        "held": one.held,
        "changed": list(one.changed),
        "changed_since": one.changed_since,
        "cost": one.row.cost / 1_000_000,
        "message": one.message.as_json(),
        "banners": [banner.as_json() for banner in banners],
    }


_MICROS = 1_000_000


def change_card(one: ProtectionChange, number: int, together: int) -> RenderableType:
    """The card of a change of the files: what is in force, and what they say now."""
    lines = [Text(line, style="red" if line.startswith("-") else "green") for line in one.lines]
    lines += [
        Text(""),
        Text(f"needs {'one approval' if one.needed == 1 else 'two approvals'}: until then the former holds"),
    ]
    if one.accepted_by:
        lines.append(Text(f"approved by {', '.join(one.accepted_by)}", style="green"))
    if one.rejected_by is not None:
        lines.append(Text(f"rejected by {one.rejected_by}", style="bold red"))
    title = f"{number} of {together}  {one.id}  {_CHANGED}"
    return Panel(Group(*lines), title=Text(title), title_align="left", width=80, border_style="yellow")


def review_card(
    one: Review, number: int, together: int, zone: str, banners: Sequence[BannerView] = ()
) -> RenderableType:
    """The card of one delivery. `zone`: the readers' time zone."""
    lines = [Text(local_time(one.row.due_at, zone), style="bold"), Text("")]
    lines += _said(one.message)
    lines += [line for banner in banners for line in output.banner_lines_of(banner)]
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
    if one.held is not None:
        yield Text(f"held all the same: {one_line(one.held)}", style="bold red")
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
            if picture.banner is None:
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
    for captions in picture.captions:
        yield Text(f"  captions in {captions.lang}: {spoken_text(captions)}", style="dim")
