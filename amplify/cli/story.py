"""How one delivery came to where it stands, on the screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from amplify.cli.output import STATE_STYLES, console

if TYPE_CHECKING:
    from amplify.ledger.queries.delivery_history import DeliveryHistory


def show_story(story: DeliveryHistory) -> None:
    """Its head, its moves with their reasons, its attempts, and where its parts stand."""
    from rich.text import Text

    out, about = console(), story.delivery
    out.print(Text(f"{about['account']}  {about['post']}", style="bold").append(f"  {about['id']}", style="dim"))
    line = Text(f"{about['state']}", style=STATE_STYLES[about["state"]])
    line.append(f"  due {about['due_at']:%Y-%m-%d %H:%M}, late from {about['late_at']:%Y-%m-%d %H:%M} UTC")
    out.print(line)
    _why(about["why"])
    out.print("\n[bold]moves[/bold]")
    for move in story.moves:
        out.print(f"{move['at']:%Y-%m-%d %H:%M:%S}  {move['before'] or '–':>9} → {move['after']:<9}  {move['by']}")
        _why(move["why"])
    if story.attempts:
        out.print("\n[bold]attempts[/bold]")
    for attempt in story.attempts:
        _attempt(attempt)
    out.print("\n[bold]parts[/bold]")
    for part in story.parts:
        said = part["url"] or part["remote_id"] or "not out"
        gone = f"  taken down {part['removed_at']:%Y-%m-%d %H:%M}" if part["removed_at"] else ""
        out.print(f"{part['number'] + 1}  {said}{gone}", soft_wrap=True)


def _attempt(attempt: Mapping[str, Any]) -> None:
    took = ""
    if attempt["real_ended"] is not None:
        took = f"  {(attempt['real_ended'] - attempt['real_began']).total_seconds():.1f} s"
    outcome = attempt["outcome"] or "never came back"
    console().print(f"{attempt['at']:%Y-%m-%d %H:%M:%S}  part {attempt['part'] + 1}  {outcome}{took}")
    _why(attempt["why"])


def _why(why: str | None) -> None:
    if why:
        from rich.padding import Padding
        from rich.text import Text

        console().print(Padding(Text(why, style="dim"), (0, 0, 0, 21)))
