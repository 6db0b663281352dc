"""`amplify text`: measures a text for each platform."""

from __future__ import annotations

import json
import sys
import unicodedata
from typing import TYPE_CHECKING, Annotated

import typer

from amplify.cli import output
from amplify.cli.open_context import AsJson, Workspace, open_context, read_only_clock
from amplify.cli.output import print_json
from amplify.model.errors import WrongUse
from amplify.rules.text.terminal_text import escape_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.text import Text

    from amplify.planning.text import MeasuredMessage

_CONTEXT = 30
"""Code points shown on each side of the place where a text would be cut."""
_BYTES_MOST = 4_000_000
_HIDDEN = ("Cc", "Cf", "Cs")
_JOINER = "\u200d"  # it holds emoji together


def command(
    text: Annotated[str | None, typer.Argument(metavar="[TEXT]", help="The text; without it, standard input.")] = None,
    post: Annotated[str | None, typer.Option("--post", metavar="ID", help="A post, as it would be composed.")] = None,
    batch: Annotated[
        bool, typer.Option("--batch", help="Lines of JSON from standard input, one line of JSON for each.")
    ] = False,
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> int:
    """Show how a text stands on each platform: length, what links, what breaks. Sends nothing."""
    from amplify.planning.text import stand_everywhere, stand_post
    from amplify.platforms import registry

    if sum((text is not None, post is not None, batch)) > 1:
        raise WrongUse("give one of these: a text, --post, or --batch")
    profiles = registry.profiles()
    if batch:
        return _answer_lines()
    if post is not None:
        said = stand_post(open_context(workspace, read_only_clock()), post)
    else:
        said = stand_everywhere(_standard_input() if text is None else text, profiles)
    if as_json:
        print_json([one.as_json() for one in said])
    else:
        _show(said)
    return 0 if all(one.standing.valid for one in said) else 1


def _standard_input() -> str:
    if sys.stdin.isatty():
        raise WrongUse('give a text: `amplify text "…"`, `amplify text --post ID`, or `amplify text < FILE`')
    data = sys.stdin.buffer.read(_BYTES_MOST + 1)
    if len(data) > _BYTES_MOST:
        raise WrongUse(f"more than {_BYTES_MOST:,} bytes came in: is it the right file?")
    try:
        return data.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise WrongUse(f"what came in is not UTF-8 (byte 0x{data[error.start]:02x})") from None


def _answer_lines() -> int:
    from amplify.planning.text import lines_of, measure_batch
    from amplify.platforms import registry

    all_good = True
    out = sys.stdout.buffer
    for answer, good in measure_batch(lines_of(sys.stdin.buffer), registry.profiles()):
        try:
            line = escape_json(json.dumps(answer, ensure_ascii=False)).encode()
        except UnicodeEncodeError:  # an id with half a character in it goes back as it came
            line = json.dumps(answer).encode()
        out.write(line + b"\n")
        out.flush()  # whoever asks line by line gets answers line by line
        all_good = all_good and good
    return 0 if all_good else 1


def _show(said: Sequence[MeasuredMessage]) -> None:
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("")
    table.add_column("length", justify="right", no_wrap=True)
    table.add_column("left", justify="right", no_wrap=True)
    table.add_column("valid", no_wrap=True)
    table.add_column("hashtags, mentions, links", overflow="fold")
    for one in said:
        standing = one.standing
        table.add_row(
            Text(_name(one)),
            f"{standing.length:,} of {standing.profile.text_max:,}",
            Text(f"{standing.left:,}", style="red" if standing.left < 0 else ""),
            Text("yes", style="green") if standing.valid else Text("no", style="red"),
            Text("\n".join(_found(one)) or "–"),
        )
    output.console().print(table)
    for why in dict.fromkeys(why for one in said for why in one.why_not):
        output.console().print(Text(f"may not be said now: {why}", style="yellow"))
    for one in said:
        standing = one.standing
        for sentence, style in [
            *((why, "red") for why in standing.faults),
            *((why, "yellow") for why in standing.notes),
        ]:
            output.console().print(Text(f"{_name(one)}: ", style="bold").append(sentence, style=style))
        if standing.fits < len(standing.text):
            output.console().print(Padding(_cut(one), (0, 0, 0, 4)))
    invalid = sum(not one.standing.valid for one in said)
    if invalid:
        output.console().print(f"{output.plural(invalid, 'message')} would not be taken; nothing is ever cut for you")


def _name(one: MeasuredMessage) -> str:
    name = one.standing.profile.title
    if one.variant:
        name += f" {one.variant}"
    return f"{name} {one.part}/{one.parts}" if one.parts > 1 else name


def _found(one: MeasuredMessage) -> list[str]:
    """The text's hashtags, mentions, cashtags and links, each as it stands there."""
    standing = one.standing
    found = [(entity.kind, standing.text[entity.start : entity.end]) for entity in standing.entities]
    order = ("tag", "mention", "cashtag", "link")
    return [visible_text(words) for kind in order for is_kind, words in found if is_kind == kind]


def _cut(one: MeasuredMessage) -> Text:
    """The end of what fits, and the beginning of what does not."""
    from rich.text import Text

    text, at = one.standing.text, one.standing.fits
    before, after = text[max(0, at - _CONTEXT) : at], text[at : at + _CONTEXT]
    shown = Text("would be cut here: ", style="dim").append(
        ("…" if at > _CONTEXT else "") + visible_text(before), style="none"
    )
    shown.append("│", style="bold red")
    return shown.append(visible_text(after) + ("…" if at + _CONTEXT < len(text) else ""), style="strike")


def visible_text(text: str) -> str:
    """The text in one line without hidden characters: those that a terminal would obey are named instead."""
    return "".join(
        f"⟨U+{ord(letter):04X}⟩"
        if unicodedata.category(letter) in ("Cc", "Cf", "Cs") and letter != "\u200d"
        else letter
        for letter in text.replace("\n", " ⏎ ")
    )
