"""Fits a text into its box with the largest letters, and places its lines. Nothing is ever clipped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from amplify.banner.cannot_paint import BannerFault
from amplify.banner.fonts import drawable_text, load_font, needs_raqm
from amplify.banner.line_breaking import break_lines, has_lonely_word

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

_MEASURED_AT: Final = 128
"""Widths are measured once at this size and scaled; the lines that were chosen are measured again as they are."""

_SMALLER: Final = 0.72
"""How much smaller a text may become so that no word is left alone."""


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle in pixels: left, top, right, bottom."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def box(self) -> tuple[int, int, int, int]:
        return self.left, self.top, self.right, self.bottom

    def grown(self, by: int) -> Rect:
        return Rect(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def within(self, width: int, height: int) -> Rect:
        """The part that lies inside a picture of this size."""
        return Rect(max(0, self.left), max(0, self.top), min(width, self.right), min(height, self.bottom))

    def meets(self, other: Rect) -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


@dataclass(frozen=True, slots=True)
class Style:
    """How a text is set."""

    family: str
    weight: str
    largest: int
    """Pixels."""
    smallest: int
    align: str = "left"
    valign: str = "top"
    leading: float = 1.14
    lines: int = 6


@dataclass(frozen=True, slots=True)
class MeasuredLines:
    """Lines of a text in letters of one size, measured but not placed yet."""

    texts: list[str]
    inks: list[tuple[float, float, float, float]]
    """The rectangle that each line's letters cover, from the origin of its baseline."""
    step: int
    """Pixels from one baseline to the next."""

    @property
    def above(self) -> int:
        """Pixels over the first baseline."""
        return round(-self.inks[0][1])

    @property
    def below(self) -> int:
        """Pixels under the last baseline."""
        return max(0, round(self.inks[-1][3]))

    @property
    def span(self) -> int:
        """Pixels from the first baseline to the last."""
        return self.step * (len(self.texts) - 1)

    @property
    def width(self) -> float:
        return max(ink[2] - min(0, ink[0]) for ink in self.inks)

    @property
    def height(self) -> int:
        return self.above + self.span + self.below


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """One line where it is drawn: `x`, `y` are the left end of its baseline."""

    text: str
    x: int
    y: int
    ink: Rect
    """What its letters cover."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A text that fits: its lines with their places."""

    size: int
    """Pixels."""
    font: FreeTypeFont
    lines: tuple[PlacedLine, ...]

    @property
    def ink(self) -> Rect:
        """The rectangle that the letters of all lines cover."""
        inks = [line.ink for line in self.lines]
        return Rect(
            min(ink.left for ink in inks),
            min(ink.top for ink in inks),
            max(ink.right for ink in inks),
            max(ink.bottom for ink in inks),
        )


def fit_text(text: str, box: Rect, style: Style) -> Fitted:
    """Set `text` as large as `box` allows. Raises BannerFault where even the smallest letters do not fit."""
    return _fit_drawable(drawable_text(text, style.family, style.weight), box, style)


@lru_cache(maxsize=4096)
def _fit_drawable(text: str, box: Rect, style: Style) -> Fitted:
    """The same headline stands in the banner of each day."""
    wide = _measure(style.family, style.weight)
    low, high, found = style.smallest, max(style.largest, style.smallest), None
    while low <= high:
        size = (low + high) // 2
        fitted = _try(text, box, style, size, wide)
        if fitted is None:
            high = size - 1
        else:
            found, low = fitted, size + 1
    if found is None:
        raise BannerFault(
            f"“{_short(text)}” does not fit its box ({box.width} × {box.height} pixels) even in the smallest letters "
            f"({style.smallest} pixels): shorten it, or give it more room or lines"
        )
    return _with_company(found, text, box, style, wide)


def _with_company(found: Fitted, text: str, box: Rect, style: Style, wide: Callable[[str], float]) -> Fitted:
    """The same text a little smaller where that leaves no word alone on its last line."""
    if not has_lonely_word([line.text for line in found.lines], wide):
        return found
    for size in range(found.size - 1, max(style.smallest, round(found.size * _SMALLER)) - 1, -1):
        other = _try(text, box, style, size, wide)
        if other is not None and not has_lonely_word([line.text for line in other.lines], wide):
            return other
    return found


def _try(text: str, box: Rect, style: Style, size: int, wide: Callable[[str], float]) -> Fitted | None:
    per = size / _MEASURED_AT
    step = round(size * style.leading)
    most = min(style.lines, 1 + max(0, (box.height - round(size * 0.66)) // step))
    lines = break_lines(text, box.width / per, most, wide)
    if not lines:
        return None
    letters = load_font(style.family, style.weight, size)
    measured = MeasuredLines(lines, [_ink(letters, line) for line in lines], step)
    if measured.width > box.width or measured.height > box.height:
        return None
    return Fitted(size, letters, tuple(_placed(measured, letters, box, style)))


def _ink(letters: FreeTypeFont, line: str) -> tuple[float, float, float, float]:
    """The rectangle that a line's letters cover, from the origin of its baseline.

    Pillow counts the blank that stands before a first letter and behind a last one (much, for a large `1`).
    """
    left, top, right, bottom = letters.getbbox(line, anchor="ls")
    if needs_raqm(line):
        return left, top, right, bottom
    before, _ = _blank(letters, line[0])
    _, behind = _blank(letters, line[-1])
    return max(left, left + before), top, right - behind, bottom


@lru_cache(maxsize=2048)
def _blank(letters: FreeTypeFont, sign: str) -> tuple[int, int]:
    """Pixels that are empty at the left and at the right of one letter as Pillow measures it."""
    left, _, right, _ = letters.getbbox(sign, anchor="ls")
    mask, offset = letters.getmask2(sign, "L", anchor="ls")
    seen = mask.getbbox()
    if seen is None:
        return 0, 0
    return max(0, round(seen[0] + offset[0] - left)), max(0, round(right - seen[2] - offset[0]))


def _placed(lines: MeasuredLines, letters: FreeTypeFont, box: Rect, style: Style) -> list[PlacedLine]:
    """The lines with their places, flush to the letters and not to their invisible boxes: the first line's capitals
    touch the top.
    """
    span = lines.span
    capital = round(-letters.getbbox("Н", anchor="ls")[1])
    if style.valign == "top":
        first = box.top + max(lines.above, capital)
    elif style.valign == "bottom":
        first = box.bottom - span  # on the line: tails hang below it, so that neighbours share one
    else:
        first = box.top + round((box.height + capital - span) / 2)
    first = max(first, box.top + lines.above)
    if style.valign != "bottom":
        first = min(first, box.bottom - span - lines.below)
    placed = []
    for number, (text, ink) in enumerate(zip(lines.texts, lines.inks, strict=True)):
        left, right = round(ink[0]), round(ink[2])
        if style.align == "left":
            x = box.left - left
        elif style.align == "right":
            x = box.right - right
        else:
            x = box.left + round((box.width - (right - left)) / 2) - left
        y = first + lines.step * number
        rect = Rect(x + left, y + round(ink[1]) - 1, x + right + 1, y + round(ink[3]) + 1)
        placed.append(PlacedLine(text, x, y, rect))
    return placed


@lru_cache(maxsize=64)
def _measure(family: str, weight: str) -> Callable[[str], float]:
    letters = load_font(family, weight, _MEASURED_AT)

    @lru_cache(maxsize=20_000)
    def wide(text: str) -> float:
        return float(letters.getlength(text))

    return wide


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 40 else f"{flat[:39]}…"
