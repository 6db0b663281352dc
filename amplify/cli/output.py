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

from amplify.model.problem import Problem, Severity

if TYPE_CHECKING:
    from rich.console import Console

    from amplify.model.plan import PlanChange

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
    from rich.console import Console

    return Console(highlight=False)


@cache
def error_console() -> Console:
    """The console on standard error."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)


def print_error(sentence: str) -> None:
    """Print one sentence on standard error that says what to do."""
    from rich.text import Text

    error_console().print(Text("amplify: ", style="bold red") + Text(sentence))


def print_json(data: Any) -> None:
    """Print JSON on standard output, for programs."""
    json.dump(data, sys.stdout, ensure_ascii=False, indent=2, default=str)
    sys.stdout.write("\n")


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
