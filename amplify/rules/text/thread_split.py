"""Splits a text that is too long for one message into a thread. Pure and stable: the same text, the same parts.

- A message ends after a sentence; inside a sentence, between two words, only where the sentence alone is too long;
  inside a word only where the word alone is too long. Never inside an address, a hashtag, a mention or a grapheme:
  one of these that is longer than a message stays whole, and the message is too long (`TXT-LONG`).
- Each message takes as many whole sentences as fit, or as many whole paragraphs where these fill half of it.
- Length is kept for what is added: below the first message (`opening`), below the last one (`closing`), and for the
  number. What is added below the last message never makes a sentence break: it stands alone where it has to.
- Nothing is lost: `"".join(piece.text + piece.after for piece in pieces)` is the text, character by character.

An attempt costs a few measures of texts no longer than a message, so the time grows with the length of the text.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import regex

from amplify.model.message import Entity
from amplify.model.platform_profile import PlatformProfile
from amplify.rules.text.sentence_breaks import TextBreak, find_breaks
from amplify.rules.text.text_length import GRAPHEME

_ADDRESS = regex.compile(r"https?://[^\s<>\"]+", regex.IGNORECASE)
_ISOLATED = regex.compile("\u2068[^\\s\u2068\u2069]*+[ \u200a]?\u2069")  # as `rules.text.bidi` writes it: stays whole


@dataclass(frozen=True, slots=True)
class ThreadPart:
    """One message's share of the text."""

    text: str
    after: str = ""
    """What stood between it and the next piece: blanks, or nothing inside a word."""
    number: str = ""
    """`2/5`, where messages are numbered."""

    @property
    def said(self) -> str:
        """The text with its number below."""
        return append_paragraph(self.text, self.number)


@dataclass(frozen=True, slots=True)
class PartLimit:
    """The length limit of one message."""

    measure: Callable[[str], int]
    entities: Callable[[str], tuple[Entity, ...]]
    text_max: int
    """In the units of `measure`; a server's own limit may be smaller than its platform's."""
    bytes_max: int | None = None

    def fits(self, text: str) -> bool:
        if self.bytes_max is not None and len(text.encode("utf-8", "surrogatepass")) > self.bytes_max:
            return False
        return self.measure(text) <= self.text_max


def part_limit(profile: PlatformProfile, text_max: int | None = None, taken: int = 0) -> PartLimit:
    """The length limit of a message; `taken` units of it are used by something else, such as a content warning."""
    limit = profile.text_max if text_max is None else text_max
    return PartLimit(profile.measure, profile.entities, max(1, limit - taken), profile.bytes_max)


def append_paragraph(text: str, addition: str) -> str:
    """The text with `addition` below it in a paragraph of its own."""
    return f"{text}\n\n{addition}" if text and addition else text or addition


def split_thread(
    texts: Sequence[str], room: PartLimit, opening: str = "", closing: str = "", numbered: bool = False
) -> tuple[ThreadPart, ...]:
    """Split into parts that fit. `texts` are those that begin a message of their own anyway.

    `opening` will stand below the first message and `closing` below the last; neither is in the answer.
    """
    digits = 1 if numbered else 0
    while True:
        count = "9" * digits
        pieces = _divided(texts, room, opening, closing, f"{count}/{count}" if numbered else "")
        if not numbered or len(pieces) == 1:
            return tuple(pieces)
        if len(str(len(pieces))) <= digits:
            total = len(pieces)
            return tuple(ThreadPart(one.text, one.after, f"{i}/{total}") for i, one in enumerate(pieces, start=1))
        digits = len(str(len(pieces)))


def _divided(texts: Sequence[str], room: PartLimit, opening: str, closing: str, number: str) -> list[ThreadPart]:
    if len(texts) == 1 and room.fits(append_paragraph(append_paragraph(texts[0], opening), closing)):
        return [ThreadPart(texts[0])]
    pieces: list[ThreadPart] = []
    for index, text in enumerate(texts):
        if not text.strip():
            pieces.append(ThreadPart("", text))
            continue
        first, last = index == 0, index == len(texts) - 1
        pieces += _Text(text, room, number).pieces(opening if first else "", closing if last else "")
    return pieces


class _Text:
    """One text while it is being split. Positions are code points."""

    def __init__(self, text: str, room: PartLimit, number: str) -> None:
        self.text, self.room, self.number = text, room, number
        self.cuts = list(_cuts(text, room))
        """Every position where nothing whole is cut in two. Between two of them lies at least one unit."""
        self.end = self.cuts[bisect_left(self.cuts, len(text.rstrip()))]
        """Behind it stand only blanks."""
        whole = set(self.cuts)
        self.breaks = [
            one for one in find_breaks(text) if one.start in whole and one.end in whole and one.end < self.end
        ]
        self.sentences = [one for one in self.breaks if one.sentence]
        self.paragraphs = [one for one in self.sentences if one.paragraph]

    def pieces(self, opening: str, closing: str) -> Iterator[ThreadPart]:
        start = 0
        while True:
            if self._rest_fits(start, opening, closing):
                yield ThreadPart(self.text[start : self.end], self.text[self.end :])
                return
            at = self._break(start, opening, closing)
            if at is None:  # only what is added below does not fit any more
                alone = bool(closing) and self.room.fits(append_paragraph(self.number, closing))
                yield ThreadPart(self.text[start : self.end], self.text[self.end :])
                if alone:
                    yield ThreadPart("")
                return
            yield ThreadPart(self.text[start : at.start], self.text[at.start : at.end])
            start, opening = at.end, ""

    def _rest_fits(self, start: int, opening: str, closing: str) -> bool:
        units = bisect_left(self.cuts, self.end) - bisect_left(self.cuts, start)
        return units <= self.room.text_max and self._fits(start, self.end, append_paragraph(opening, closing))

    def _fits(self, start: int, end: int, added: str) -> bool:
        return self.room.fits(append_paragraph(append_paragraph(self.text[start:end], self.number), added))

    def _break(self, start: int, opening: str, closing: str) -> TextBreak | None:
        """Where the message that begins at `start` ends; None where it takes all the rest but `closing`."""
        reach = self._reach(start, opening) or self._reach(start, "")
        if reach is None:  # one address or grapheme is longer than a message: nothing helps
            reach = self.cuts[bisect_right(self.cuts, start)]
        half = start + (reach - start) // 2
        at = _latest(self.paragraphs, half, reach) or _latest(self.sentences, start, reach)
        if at is not None:
            return at
        if reach >= self.end:
            return None
        return _latest(self.breaks, start, reach) or TextBreak(reach, reach, sentence=False)

    def _reach(self, start: int, opening: str) -> int | None:
        """The last position up to which a message that begins at `start` may go."""
        first = bisect_right(self.cuts, start)
        low, high = first, min(first + self.room.text_max, bisect_right(self.cuts, self.end))
        while low < high:  # the first cut that does not fit
            middle = (low + high) // 2
            if self._fits(start, self.cuts[middle], opening):
                low = middle + 1
            else:
                high = middle
        return self.cuts[low - 1] if low > first else None


def _latest(places: Sequence[TextBreak], after: int, until: int) -> TextBreak | None:
    """The last of `places` that begins behind `after` and not behind `until`."""
    index = bisect_right(places, until, key=_start) - 1
    return places[index] if index >= 0 and places[index].start > after else None


def _start(one: TextBreak) -> int:
    return one.start


def _cuts(text: str, room: PartLimit) -> Iterator[int]:
    """Boundaries of graphemes outside addresses, hashtags and mentions, with both ends of the text."""
    whole = sorted(
        [(one.start, one.end) for one in room.entities(text)]
        + [match.span() for pattern in (_ADDRESS, _ISOLATED) for match in pattern.finditer(text)]
    )
    index, inside = 0, 0  # `inside`: up to here something whole goes on
    for match in GRAPHEME.finditer(text):
        position = match.start()
        while index < len(whole) and whole[index][0] < position:
            inside = max(inside, whole[index][1])
            index += 1
        if position >= inside:
            yield position
    yield len(text)
