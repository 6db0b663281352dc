"""WebVTT files: captions of a video, read cue by cue, and written anew with nothing but times and words.

Strict where platforms differ: no styles, no tags, cues one after the other. Notes, names of cues and their places on
the picture are read over and stay here. Written from the format's description by the W3C.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

FORM: Final = "CAPTION-FORM"
TIME: Final = "CAPTION-TIME"
MARKUP: Final = "CAPTION-MARKUP"
CUES_MOST: Final = 5_000
"""Most cues of a file: four hours of quick speech."""
CUE_MOST: Final = 1_000
"""Most characters of one cue, which would cover the picture."""
_TOLERANCE: Final = 250
"""Milliseconds that a last cue may outlast the video: programs round."""

_TIME: Final = r"(?:(\d{1,4}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
_TIMING: Final = re.compile(rf"{_TIME}[ \t]{{1,64}}-->[ \t]{{1,64}}{_TIME}(?:[ \t].*)?")
_COMMA: Final = re.compile(r"(?<=:\d\d),(?=\d)")
_REFERENCE: Final = re.compile(r"&(#?\w{1,31});")
_NAMED: Final = {"amp": "&", "lt": "<", "gt": ">", "nbsp": "\u00a0", "lrm": "\u200e", "rlm": "\u200f"}
_SEEN: Final = re.compile("[^\\s\u200b-\u200f\u2060]")
_TURNING: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Cue:
    """One piece of speech: from, to (milliseconds), and its words, with line breaks and no markup."""

    start: int
    end: int
    text: str
    line: int
    """Of its times in the file, from 1."""


@dataclass(frozen=True, slots=True)
class CaptionFault:
    """A mistake in a file of captions, and where it stands."""

    line: int
    column: int
    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class ParsedCaptions:
    """The cues of a file, and its mistakes."""

    cues: tuple[Cue, ...]
    faults: tuple[CaptionFault, ...]


def read_captions(text: str, seconds: float) -> ParsedCaptions:
    """Read a file's text (line ends as `\\n`). `seconds`: how long the video lasts."""
    lines = text.split("\n")
    if (wrong := _not_webvtt(lines)) is not None:
        return ParsedCaptions((), (wrong,))
    cues: list[Cue] = []
    faults: list[CaptionFault] = []
    at = next((number for number, line in enumerate(lines) if not line.strip()), len(lines))
    faults += [
        CaptionFault(number, 1, FORM, "an empty line is missing before this caption")
        for number, line in enumerate(lines[:at], start=1)
        if "-->" in line
    ][:1]
    for first, block in _blocks(lines, at):
        if block[0].split()[0] == "NOTE":
            continue
        if block[0].strip() in ("STYLE", "REGION"):
            faults.append(CaptionFault(first, 1, MARKUP, f"`{block[0].strip()}`: {_NO_STYLE}"))
            continue
        found = _read_cue(first, block)
        if isinstance(found, CaptionFault):
            faults.append(found)
        else:
            cues.append(found)
            faults += _wrong_words(found, block[found.line - first + 1 :])
    if not cues and not faults:
        faults.append(CaptionFault(1, 1, FORM, "there are no captions in this file: write some, or delete it"))
    if len(cues) > CUES_MOST:
        where = cues[CUES_MOST].line
        faults.append(CaptionFault(where, 1, FORM, f"{len(cues):,} captions: {CUES_MOST:,} are the most of a file"))
        cues = cues[:CUES_MOST]
    faults += _wrong_times(cues, round(seconds * 1000))
    plain = tuple(Cue(one.start, one.end, _plain(one.text), one.line) for one in cues)
    return ParsedCaptions(plain, tuple(sorted(faults, key=lambda one: (one.line, one.column))))


def write_captions(times: Sequence[tuple[int, int]], words: str) -> str:
    """A WebVTT file of these cues. `words`: what each says, with an empty line between two."""
    blocks = ["WEBVTT"]
    for (start, end), said in zip(times, words.split("\n\n"), strict=True):
        escaped = said.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        blocks.append(f"{_stamp(start)} --> {_stamp(end)}\n{escaped}")
    return "\n\n".join(blocks) + "\n"


def join_cues(cues: Sequence[Cue]) -> tuple[tuple[tuple[int, int], ...], str]:
    """Times and words of cues, as messages keep them."""
    return tuple((one.start, one.end) for one in cues), "\n\n".join(one.text for one in cues)


def _not_webvtt(lines: Sequence[str]) -> CaptionFault | None:
    if re.match(r"WEBVTT(?=[ \t]|$)", lines[0]):
        srt = next((number for number, line in enumerate(lines) if "-->" in line and _COMMA.search(line)), None)
        if srt is None:
            return None
        column = _COMMA.search(lines[srt]).start() + 1  # type: ignore[union-attr]  # it was found just now
        return CaptionFault(
            srt + 1, column, FORM, "times are written with a full stop here (`00:01.500`), not with a comma as in SRT"
        )
    if any("-->" in line and _COMMA.search(line) for line in lines[:20]):
        return CaptionFault(1, 1, FORM, "this is SRT: save it as WebVTT in the program that made it")
    return CaptionFault(1, 1, FORM, "the first line of captions is `WEBVTT`, and an empty line follows it")


def _blocks(lines: Sequence[str], at: int) -> Iterator[tuple[int, list[str]]]:
    """Lines between empty ones, with the number of the first, from 1."""
    block: list[str] = []
    first = 0
    for number, line in enumerate([*lines[at:], ""], start=at + 1):
        if line.strip():
            if not block:
                first = number
            block.append(line)
        elif block:
            yield first, block
            block = []


def _read_cue(first: int, block: Sequence[str]) -> Cue | CaptionFault:
    at = next((number for number, line in enumerate(block[:2]) if "-->" in line), None)
    if at is None:
        return CaptionFault(
            first, 1, FORM, "this belongs to no caption: a time stands before each (`00:01.000 --> 00:03.500`)"
        )
    line = first + at
    found = _TIMING.fullmatch(block[at].lstrip(" \t"))
    if found is None:
        return CaptionFault(line, 1, FORM, "this time cannot be read: write it as `00:01.000 --> 00:03.500`")
    said = block[at + 1 :]
    if not _SEEN.search(_plain("\n".join(said))):
        return CaptionFault(line, 1, FORM, "this caption says nothing: write its words below its time, or delete it")
    run = next((number for number, one in enumerate(said) if "-->" in one), None)
    if run is not None:
        return CaptionFault(line + 1 + run, 1, FORM, "an empty line is missing before this caption")
    text = unicodedata.normalize("NFC", "\n".join(one.strip() for one in said))
    return Cue(_milliseconds(found.groups()[:4]), _milliseconds(found.groups()[4:]), text, line)


def _wrong_words(cue: Cue, lines: Sequence[str]) -> Iterator[CaptionFault]:
    for number, line in enumerate(lines, start=cue.line + 1):
        if (at := line.find("<")) >= 0 or (at := line.find("{\\")) >= 0:
            yield CaptionFault(number, at + 1, MARKUP, f"`{line[at : at + 12]}`: {_NO_TAGS}")
        for one in _REFERENCE.finditer(line):
            if one[1] not in _NAMED:
                yield CaptionFault(number, one.start() + 1, MARKUP, f"`{one[0]}`: write the character itself")
        if (turning := _TURNING.search(line)) is not None:
            sign = f"U+{ord(turning[0]):04X}"
            yield CaptionFault(
                number, turning.start() + 1, MARKUP, f"an invisible character turns the text around ({sign}): delete it"
            )
    if len(cue.text) > CUE_MOST:
        yield CaptionFault(
            cue.line, 1, FORM, f"this caption has {len(cue.text):,} characters, {CUE_MOST:,} at most: divide it"
        )


def _wrong_times(cues: Sequence[Cue], lasts: int) -> Iterator[CaptionFault]:
    before: Cue | None = None
    for cue in cues:
        if cue.end <= cue.start:
            yield CaptionFault(cue.line, 1, TIME, "this caption ends before it begins")
        elif cue.end > lasts + _TOLERANCE:
            yield CaptionFault(
                cue.line, 1, TIME, f"this caption goes on to {_stamp(cue.end)}; the video ends at {_stamp(lasts)}"
            )
        if before is not None and cue.start < before.end:
            yield CaptionFault(
                cue.line,
                1,
                TIME,
                f"this caption begins at {_stamp(cue.start)}, before the one above it ends ({_stamp(before.end)}): "
                "let them follow each other",
            )
        before = cue


def _plain(text: str) -> str:
    return _REFERENCE.sub(lambda one: _NAMED.get(one[1], one[0]), text)


def _milliseconds(said: Sequence[str | None]) -> int:
    hours, minutes, seconds, thousandths = (int(one or 0) for one in said)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths


def _stamp(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest:03d}"


_NO_TAGS: Final = "captions are words alone, without markup: take it out, and write who speaks as `Ina: …`"
_NO_STYLE: Final = "platforms show captions in their own way: take this block out"
