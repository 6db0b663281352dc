"""Placeholders where no face may be shown: a silhouette, an empty chair, an envelope. Drawn here, of nobody and
nowhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from amplify.banner.canvas import disc_mask, draw_gradient, draw_mask, draw_polygon, lay_colour, mix_colours
from amplify.banner.text_fit import Rect
from amplify.rules.plan.contrast import Rgb

if TYPE_CHECKING:
    from PIL.Image import Image


def stand_in(kind: str, width: int, height: int, ground: Rgb, figure: Rgb) -> Image:
    """The placeholder at this size. `kind`: silhouette, chair or envelope."""
    canvas = draw_gradient(
        width, height, mix_colours(ground, (255, 255, 255), 0.10), mix_colours(ground, (0, 0, 0), 0.22), 90
    )
    side = min(width, height)
    glow = round(side * 1.05)
    middle = (width - glow) // 2, round(height * 0.44 - glow / 2)
    lay_colour(canvas, mix_colours(ground, figure, 0.45), _soft(glow), middle, 55)
    {"silhouette": _silhouette, "chair": _chair, "envelope": _envelope}[kind](canvas, side, ground, figure)
    return canvas


def _soft(across: int) -> Image:
    """A round light that fades to its edge."""
    import numpy as np
    from PIL import Image

    line = (np.arange(across, dtype=np.float32) + 0.5) * 2 / across - 1
    distance: Any = np.sqrt(line[None, :] ** 2 + line[:, None] ** 2)
    return Image.fromarray((np.clip(1 - distance, 0, 1) ** 1.5 * 255).astype(np.uint8), "L")


def _silhouette(canvas: Image, side: int, ground: Rgb, figure: Rgb) -> None:
    """Head and shoulders against the light, with a bright rim on one side."""
    width, height = canvas.size
    unit = min(side, height * 0.98)
    centre, base = width / 2, float(height)
    head_wide, head_tall = unit * 0.185, unit * 0.235
    head_top = base - unit * 0.86

    def body(shift: float) -> Image:
        def draw(pen: Any, scale: float) -> None:
            middle = centre + shift
            chin = head_top + head_tall * 2
            pen.ellipse(
                [scale * v for v in (middle - head_wide, head_top, middle + head_wide, chin)],
                fill=255,
            )
            neck = head_wide * 0.56
            draw_polygon(
                pen,
                [
                    (middle - neck, chin - head_tall * 0.5),
                    (middle + neck, chin - head_tall * 0.5),
                    (middle + neck * 1.3, chin + unit * 0.1),
                    (middle - neck * 1.3, chin + unit * 0.1),
                ],
                scale,
            )
            shoulder, top = unit * 0.42, chin + unit * 0.045
            pen.rounded_rectangle(
                [scale * v for v in (middle - shoulder, top, middle + shoulder, base + unit)],
                radius=unit * 0.21 * scale,
                fill=255,
            )
            slope = [
                (middle - neck * 1.05, chin - unit * 0.01),
                (middle + neck * 1.05, chin - unit * 0.01),
                (middle + shoulder * 0.66, top + unit * 0.035),
                (middle - shoulder * 0.66, top + unit * 0.035),
            ]
            draw_polygon(pen, slope, scale)

        return _softened(draw_mask(Rect(0, 0, width, height), draw), unit * 0.022)

    dark = mix_colours(ground, (0, 0, 0), 0.55)
    lay_colour(canvas, mix_colours(figure, (255, 255, 255), 0.35), body(0), (0, 0), 80)
    lay_colour(canvas, mix_colours(dark, figure, 0.10), body(unit * 0.012), (0, 0))


def _softened(mask: Image, reach: float) -> Image:
    """The same outline with every corner rounded off."""
    from PIL import ImageFilter

    blurred = mask.filter(ImageFilter.GaussianBlur(reach))
    steep = max(1.0, reach * 0.9)
    return blurred.point([round(min(255.0, max(0.0, (value - 127.5) * steep + 127.5))) for value in range(256)])


def _chair(canvas: Image, side: int, ground: Rgb, figure: Rgb) -> None:
    """A chair that nobody sits on, from the front and a little to the left, and its shadow."""
    width, height = canvas.size
    unit = side * 0.74
    left, top = width / 2 - unit * 0.385, height * 0.53 - unit * 0.47
    seen = Rect(0, 0, width, height)

    def at(x: float, y: float) -> tuple[float, float]:
        return left + x * unit, top + y * unit

    def flat(*points: tuple[float, float]) -> Image:
        return draw_mask(seen, lambda pen, scale: draw_polygon(pen, [at(*point) for point in points], scale))

    def beam(x1: float, y1: float, x2: float, y2: float, thick: float) -> Image:
        half = thick / 2
        if abs(x2 - x1) > abs(y2 - y1):
            return flat((x1, y1 - half), (x2, y2 - half), (x2, y2 + half), (x1, y1 + half))
        return flat((x1 - half, y1), (x1 + half, y1), (x2 + half, y2), (x2 - half, y2))

    shade = disc_mask(round(unit * 0.95), round(unit * 0.16))
    lay_colour(canvas, (0, 0, 0), shade, (round(left - unit * 0.08), round(top + unit * 0.87)), 34)
    wood, light, dark = figure, mix_colours(figure, (255, 255, 255), 0.28), mix_colours(figure, (0, 0, 0), 0.42)
    for piece, colour in (
        (beam(0.60, 0.55, 0.625, 0.90, 0.042), dark),  # hind legs
        (beam(0.17, 0.55, 0.150, 0.90, 0.042), dark),
        (beam(0.17, 0.76, 0.61, 0.76, 0.026), dark),
        (beam(0.145, 0.00, 0.17, 0.57, 0.050), wood),  # posts of the back
        (beam(0.625, 0.00, 0.60, 0.57, 0.050), wood),
        (beam(0.14, 0.055, 0.63, 0.055, 0.085), light),  # rails of the back
        (beam(0.15, 0.205, 0.62, 0.205, 0.055), wood),
        (beam(0.16, 0.345, 0.61, 0.345, 0.055), wood),
        (beam(0.09, 0.64, 0.075, 0.965, 0.052), wood),  # front legs
        (beam(0.68, 0.64, 0.695, 0.965, 0.052), wood),
        (beam(0.09, 0.83, 0.68, 0.83, 0.030), wood),
        (flat((0.15, 0.525), (0.62, 0.525), (0.72, 0.625), (0.05, 0.625)), light),  # seat
        (flat((0.05, 0.625), (0.72, 0.625), (0.72, 0.668), (0.05, 0.668)), dark),
    ):
        lay_colour(canvas, colour, piece, (0, 0))


def _envelope(canvas: Image, side: int, ground: Rgb, figure: Rgb) -> None:
    """A letter that waits: flap, stamp with a barred window, postmark."""
    width, height = canvas.size
    wide = side * 0.74
    tall = wide * 0.66
    left, top = (width - wide) / 2, (height - tall) / 2
    seen = Rect(0, 0, width, height)

    def at(x: float, y: float) -> tuple[float, float]:
        return left + x * wide, top + y * tall

    def flat(*points: tuple[float, float]) -> Image:
        return draw_mask(seen, lambda pen, scale: draw_polygon(pen, [at(*point) for point in points], scale))

    paper, fold = mix_colours(figure, (255, 255, 255), 0.72), mix_colours(figure, (255, 255, 255), 0.5)
    from PIL import ImageFilter

    shadow = flat((0.02, 0.06), (1.02, 0.06), (1.02, 1.07), (0.02, 1.07))
    lay_colour(canvas, (0, 0, 0), shadow.filter(ImageFilter.GaussianBlur(side * 0.02)), (0, 0), 45)
    lay_colour(canvas, paper, flat((0, 0), (1, 0), (1, 1), (0, 1)), (0, 0))
    lay_colour(canvas, mix_colours(paper, fold, 0.5), flat((0, 1), (0.42, 0.47), (0.58, 0.47), (1, 1)), (0, 0))
    edge = flat((0, 0), (1, 0), (0.5, 0.615))
    lay_colour(
        canvas, mix_colours(figure, (0, 0, 0), 0.25), edge.filter(ImageFilter.GaussianBlur(side * 0.008)), (0, 2), 40
    )
    lay_colour(canvas, fold, flat((0, 0), (1, 0), (0.5, 0.59)), (0, 0))
    stamp = (0.80, 0.63, 0.94, 0.90)
    lay_colour(canvas, (255, 255, 255), flat(*_corners(*stamp)), (0, 0), 92)
    x1, y1, x2, y2 = stamp[0] + 0.014, stamp[1] + 0.022, stamp[2] - 0.014, stamp[3] - 0.022
    lay_colour(canvas, mix_colours(ground, figure, 0.35), flat(*_corners(x1, y1, x2, y2)), (0, 0))
    for number in range(4):
        middle = x1 + (x2 - x1) * (number + 0.5) / 4
        lay_colour(
            canvas, mix_colours(ground, (0, 0, 0), 0.4), flat(*_corners(middle - 0.006, y1, middle + 0.006, y2)), (0, 0)
        )
    for number in range(3):
        y = 0.70 + number * 0.065
        lay_colour(canvas, fold, flat(*_corners(0.08, y, 0.42 - 0.07 * (number == 2), y + 0.016)), (0, 0))


def _corners(x1: float, y1: float, x2: float, y2: float) -> tuple[tuple[float, float], ...]:
    return (x1, y1), (x2, y1), (x2, y2), (x1, y2)
