"""Output of commands: tables for people, JSON for programs, progress bars."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from amplify.cli.output_streams import use_utf8
from amplify.model.problem import Problem, Severity
from amplify.rules.text.terminal_text import document_text, escape_json, visible_controls

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from amplify.model.plan import PlanChange
    from amplify.planning.paint_ahead import BannerView

STATE_STYLES = {
    "waiting": "cyan",
    "claimed": "cyan",
    "sending": "cyan",
    "sent": "green",
    "unsure": "bold yellow",
    "refused": "red",
    "missed": "red",
    "cut": "red",
    "cancelled": "dim",
    "removing": "yellow",
    "removed": "dim",
    "gone": "yellow",
}
"""One colour a state, everywhere."""


@cache
def console() -> Console:
    """The console on standard output."""
    return _console(stderr=False)


@cache
def error_console() -> Console:
    """The console on standard error."""
    return _console(stderr=True)


def _console(stderr: bool) -> Console:
    """A console on which data never commands the terminal: whatever is printed passes here, and only our own styles
    become escape sequences. Markup is off, since `[link=…]` in a name would be one."""
    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.segment import Segment

    class SafeConsole(Console):
        def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
            for one in super().render(renderable, options):
                yield one if one.control else Segment(visible_controls(one.text), one.style)

    return SafeConsole(stderr=stderr, highlight=False, markup=False, emoji=False)


def print_error(sentence: str) -> None:
    """Print one sentence on standard error that says what to do."""
    from rich.text import Text

    error_console().print(Text("amplify: ", style="bold red") + Text(sentence))


def print_json(data: Any) -> None:
    """Print JSON on standard output, for programs."""
    use_utf8()
    sys.stdout.write(escape_json(json.dumps(data, ensure_ascii=False, indent=2, default=str)) + "\n")


def print_document(text: str, to_post: bool = False) -> None:
    """Print a whole document on standard output: Markdown, CSV. `to_post`: of texts that are to be posted, which keep
    the marks of direction that they need, unless a terminal shows them."""
    if not sys.stdout.isatty():
        use_utf8()
    sys.stdout.write(document_text(text) if to_post and not sys.stdout.isatty() else visible_controls(text))


def ask_yes_no(question: str) -> bool:
    """Ask on standard error, so that standard output stays what programs read; no is the answer of who says nothing."""
    import typer

    return typer.confirm(visible_controls(question), default=False, err=True)


def show_problems(problems: Iterable[Problem], to_stderr: bool = False) -> None:
    """Print every problem with its source location, code and sentence, one below the other."""
    from rich.padding import Padding
    from rich.text import Text

    out = error_console() if to_stderr else console()
    for problem in problems:
        style = "red" if problem.severity is Severity.ERROR else "yellow"
        line = Text(str(problem.place), style="bold")
        line.append(f"  {problem.severity.value} ", style=style)
        line.append(problem.code, style=style)
        out.print(line)
        out.print(Padding(Text(problem.message), (0, 0, 0, 4)))


def show_unsent(unsent: Iterable[PlanChange]) -> None:
    """Print what is planned and will not go out, and why; what was sent as it stands in the files needs no word."""
    from rich.text import Text

    for one in unsent:
        if one.asks:
            line = Text("=", style="red").append(f" {one.due:%Y-%m-%d %H:%M} UTC  {one.account}  {one.post}  ")
            console().print(line.append(f"will not go out: {one.why}", style="dim"), soft_wrap=True)


def banner_lines_of(banner: BannerView) -> Iterator[Text]:
    """A banner in words: its recipe, its alt text, and where its painted picture lies."""
    from rich.text import Text

    for line in banner.lines:
        yield Text(line, style="magenta")
    yield Text(f"  alt text: {banner.picture.alt}", style="dim")
    if banner.problem is not None:
        yield Text(f"  cannot be painted: {banner.problem}", style="bold red")
    elif banner.file is not None:
        yield Text(f"  painted: {banner.file}", style="dim")
    else:
        yield Text("  not painted yet: `amplify preview` with the post's name paints it", style="dim")


def ask_line(question: str) -> str:
    """Ask for one line on standard error; empty where nothing is said, or somebody breaks off."""
    import click
    import typer

    try:
        return str(typer.prompt(visible_controls(question), default="", show_default=False, err=True)).strip()
    except (click.Abort, KeyboardInterrupt, EOFError):
        return ""


def local_time(instant: datetime, zone: str) -> str:
    """A wall-clock time, always with its zone: `Fri 21 May 10:00 Europe/Vilnius`."""
    wall = instant.astimezone(ZoneInfo(zone))
    return f"{wall:%a} {wall.day} {wall:%b %Y %H:%M} {zone}"


def paused_sentence(account: str, why: str) -> str:
    """The sentence about a paused account; most reasons name it already, wherever they do."""
    return f"paused: {why}" if account in why else f"{account} is paused: {why}"


def plural(number: int, noun: str, many: str | None = None) -> str:
    """A number with its noun: `1 error`, `2 errors`; `many`: the plural where it is another."""
    return f"{number} {noun}" if number == 1 else f"{number} {many or f'{noun}s'}"


def clock_time(instant: datetime, zone: str) -> str:
    """A wall-clock time with its offset from UTC: `10:00 +03`."""
    wall = instant.astimezone(ZoneInfo(zone))
    offset = f"{wall:%z}"
    return f"{wall:%H:%M} {offset[:3]}{'' if offset.endswith('00') else ':' + offset[3:]}"


@contextmanager
def progress_bar(what: str, quiet: bool = False) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error, from the first call with (done, total) on. `quiet`: none."""
    if quiet or not error_console().is_terminal:
        yield lambda done, total: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=error_console(),
        transient=True,
    ) as bars:
        task = bars.add_task(what, total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total)
