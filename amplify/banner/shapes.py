"""Draws shapes: fields of colour, circles, lines, and counters: tally marks and dots."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from amplify.banner.cannot_paint import BannerFault
from amplify.banner.canvas import disc_mask, draw_gradient, draw_mask, draw_polygon, lay_colour, rounded_mask
from amplify.banner.text_fit import Rect
from amplify.banner.theme import Palette
from amplify.model.banner import Shape

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

MOST_MARKS: Final = 20_000
"""More dots than this are no picture any more."""
_DIGITS: Final = re.compile(r"\d+")


def draw_shape(canvas: Image, rect: Rect, words: Shape, palette: Palette, count: str | None, shorter: int) -> None:
    """Draw one shape in `rect`. `shorter`: the picture's shorter side; `count`: what tally marks and dots count."""
    if rect.width < 1 or rect.height < 1:
        return
    colour, at = palette[words.colour], (rect.left, rect.top)
    if words.form == "gradient":
        to = palette[words.to or "deep"]
        field = draw_gradient(rect.width, rect.height, colour, to, words.angle)
        mask = rounded_mask(rect.width, rect.height, 0) if words.opacity < 100 else None
        if mask is None:
            canvas.paste(field, at)
        else:
            canvas.paste(field, at, mask.point([round(value * words.opacity / 100) for value in range(256)]))
        return
    stroke = max(1.0, words.stroke * shorter / 100)
    lay_colour(canvas, colour, _FORMS[words.form](rect, words, stroke, shorter, count), at, words.opacity)


def parse_count(count: str | None) -> int:
    """`1,040` or `over 1 040` → 1040. Raises BannerFault where there is no number, or too large a one."""
    found = "".join(_DIGITS.findall(count or ""))
    if not found:
        raise BannerFault(f"“{count or ''}” is no number to count: let `count:` give one")
    number = int(found[:12])
    if number > MOST_MARKS:
        raise BannerFault(f"{number:,} marks are too many to draw: {MOST_MARKS:,} at most")
    return number


def _fill(rect: Rect, words: Shape, stroke: float, shorter: int, count: str | None) -> Image:
    from PIL import Image as Pillow

    if words.radius:
        return rounded_mask(rect.width, rect.height, words.radius * shorter / 100)
    return Pillow.new("L", (rect.width, rect.height), 255)


def _circle(rect: Rect, words: Shape, stroke: float, shorter: int, count: str | None) -> Image:
    return disc_mask(rect.width, rect.height)


def _ring(rect: Rect, words: Shape, stroke: float, shorter: int, count: str | None) -> Image:
    return disc_mask(rect.width, rect.height, inner=max(0.0, 1 - 2 * stroke / min(rect.width, rect.height)))


def _line(rect: Rect, words: Shape, stroke: float, shorter: int, count: str | None) -> Image:
    """A rule along the longer side, at the top or left edge of its box."""
    from PIL import Image as Pillow
    from PIL import ImageDraw as Drawing

    mask = Pillow.new("L", (rect.width, rect.height), 0)
    thick = max(1, round(stroke))
    end = (rect.width, thick - 1) if rect.width >= rect.height else (thick - 1, rect.height)
    Drawing.Draw(mask).rectangle((0, 0, *end), fill=255)
    return mask


def _stripes(rect: Rect, words: Shape, stroke: float, shorter: int, count: str | None) -> Image:
    """Parallel lines at `angle`, four strokes apart."""
    slope = math.radians(words.angle)
    along, across = (math.cos(slope), math.sin(slope)), (-math.sin(slope), math.cos(slope))
    reach = math.hypot(rect.width, rect.height)
    middle = (rect.width / 2, rect.height / 2)
    step = stroke * 4

    def draw(pen: ImageDraw, scale: float) -> None:
        for number in range(-int(reach / step), int(reach / step) + 1):
            x, y = middle[0] + across[0] * number * step, middle[1] + across[1] * number * step
            ends = [(x + along[0] * reach * side, y + along[1] * reach * side) for side in (-1, 1)]
            half = stroke / 2
            points = [(ends[0][0] - across[0] * half, ends[0][1] - across[1] * half)]
            points += [(ends[1][0] + across[0] * side * half, ends[1][1] + across[1] * side * half) for side in (-1, 1)]
            points.append((ends[0][0] + across[0] * half, ends[0][1] + across[1] * half))
            draw_polygon(pen, points, scale)

    return draw_mask(rect, draw)


def _tally(rect: Rect, words: Shape, stroke: float, shorter: int, count: str | None) -> Image:
    """Days as they are scratched into a wall: four strokes and one across, row by row, as large as all of them fit."""
    number = parse_count(count)
    groups = max(1, math.ceil(number / 5))
    columns = min(
        range(1, groups + 1),
        key=lambda many: (-_group_size(rect, groups, many), many),
    )
    wide = _group_size(rect, groups, columns)
    tall = wide * 1.15
    gap = wide * 0.5
    thick = max(1.0, min(stroke, wide * 0.1))

    def draw(pen: ImageDraw, scale: float) -> None:
        for mark in range(number):
            group, stroke_number = divmod(mark, 5)
            row, column = divmod(group, columns)
            left, top = column * (wide + gap), row * (tall + gap)
            wobble = math.sin(mark * 12.9898) * wide * 0.035
            if stroke_number < 4:
                x = left + wide * (0.1 + 0.8 * stroke_number / 3)
                points = (x - wobble, top + abs(wobble)), (x + wobble, top + tall - abs(wobble) * 0.5)
            else:
                points = (left - wide * 0.06, top + tall * 0.78 + wobble), (left + wide * 1.06, top + tall * 0.2)
            _stroke(pen, points, thick, scale)

    return draw_mask(rect, draw)


def _stroke(
    pen: ImageDraw, points: tuple[tuple[float, float], tuple[float, float]], thick: float, scale: float
) -> None:
    """A line with round ends."""
    scaled = [(x * scale, y * scale) for x, y in points]
    half = thick * scale / 2
    pen.line(scaled, fill=255, width=max(1, round(thick * scale)))
    for x, y in scaled:
        pen.ellipse((x - half, y - half, x + half, y + half), fill=255)


def _group_size(rect: Rect, groups: int, columns: int) -> float:
    """How wide one group of five may be in `columns` columns."""
    rows = math.ceil(groups / columns)
    return min(rect.width / (columns * 1.5 - 0.5 + 0.12), rect.height / (rows * 1.65 - 0.5))


def _dots(rect: Rect, words: Shape, stroke: float, shorter: int, count: str | None) -> Image:
    """One dot for each, in rows that fill the box evenly."""
    number = parse_count(count)
    columns = max(1, round(math.sqrt(max(1, number) * rect.width / rect.height)))
    rows = max(1, math.ceil(number / columns))
    step = min(rect.width / columns, rect.height / rows)
    radius = step * 0.3

    def draw(pen: ImageDraw, scale: float) -> None:
        for mark in range(number):
            row, column = divmod(mark, columns)
            x, y = (column + 0.5) * rect.width / columns * scale, (row + 0.5) * rect.height / rows * scale
            reach = radius * scale
            pen.ellipse((x - reach, y - reach, x + reach, y + reach), fill=255)

    return draw_mask(rect, draw)


def _window(rect: Rect, words: Shape, stroke: float, shorter: int, count: str | None) -> Image:
    """Light that falls through a barred window onto a wall: four leaning panes, soft at their edges."""
    from PIL import ImageFilter

    lean = rect.height * 0.28

    def draw(pen: ImageDraw, scale: float) -> None:
        panes = 4
        gap = rect.width * 0.055
        wide = (rect.width - lean - gap * (panes - 1)) / panes
        for pane in range(panes):
            left = pane * (wide + gap)
            for top, bottom in ((0.04, 0.475), (0.525, 0.96)):
                up, down = rect.height * top, rect.height * bottom
                shift_up, shift_down = lean * (1 - top), lean * (1 - bottom)
                draw_polygon(
                    pen,
                    [
                        (left + shift_up, up),
                        (left + wide + shift_up, up),
                        (left + wide + shift_down, down),
                        (left + shift_down, down),
                    ],
                    scale,
                )

    return draw_mask(rect, draw).filter(ImageFilter.GaussianBlur(max(1.0, shorter * 0.006)))


_FORMS: Final[dict[str, Callable[[Rect, Shape, float, int, str | None], Image]]] = {
    "fill": _fill,
    "rectangle": _fill,
    "circle": _circle,
    "ring": _ring,
    "line": _line,
    "stripes": _stripes,
    "tally": _tally,
    "dots": _dots,
    "window": _window,
}
