"""Drawing primitives: anti-aliased masks, and colour laid through them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from amplify.banner.text_fit import Rect
from amplify.rules.plan.contrast import Rgb

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

FINE: Final = 3
"""Forms are drawn so many times larger, and made smaller: their edges come out smooth."""


def lay_colour(canvas: Image, colour: Rgb, mask: Image, at: tuple[int, int], opacity: float = 100) -> None:
    """Lay `colour` on the canvas through a mask whose corner stands at `at`; parts outside are left out."""
    if opacity < 100:
        share = opacity / 100
        mask = mask.point([round(value * share) for value in range(256)])
    canvas.paste(colour, at, mask)


def draw_mask(rect: Rect, draw: Callable[[ImageDraw, float], None]) -> Image:
    """A mask of the size of `rect`, drawn by `draw(pen, scale)` in pixels times `scale`."""
    from PIL import Image, ImageDraw

    scale = FINE if rect.width * rect.height < 1_500_000 else 2
    mask = Image.new("L", (max(1, rect.width) * scale, max(1, rect.height) * scale), 0)
    draw(ImageDraw.Draw(mask), scale)
    return mask.reduce(scale)


def draw_polygon(pen: ImageDraw, points: Sequence[tuple[float, float]], scale: float, fill: int = 255) -> None:
    """A filled polygon; points in pixels."""
    pen.polygon([(x * scale, y * scale) for x, y in points], fill=fill)


def draw_gradient(width: int, height: int, start: Rgb, end: Rgb, angle: float) -> Image:
    """From one colour to another; `angle` 0 runs to the right, 90 downward."""
    from math import cos, radians, sin

    import numpy as np
    from PIL import Image

    right, down = cos(radians(angle)), sin(radians(angle))
    whole = (abs(right) + abs(down)) / 255
    along = np.linspace(-0.5, 0.5, width, dtype=np.float32)[None, :] * (right / whole) + 128
    across = np.linspace(-0.5, 0.5, height, dtype=np.float32)[:, None] * (down / whole)
    share = Image.fromarray((along + across).astype(np.uint8), "L")
    bands = (
        share.point([round(first + (last - first) * step / 255) for step in range(256)])
        for first, last in zip(start, end, strict=True)
    )
    return Image.merge("RGB", tuple(bands))


def disc_mask(width: int, height: int, inner: float = 0.0) -> Image:
    """The mask of an ellipse that fills its box; `inner` (0 to 1) leaves a hole of that share."""
    import numpy as np
    from PIL import Image

    x = (np.arange(width, dtype=np.float32)[None, :] + 0.5) * 2 / width - 1
    y = (np.arange(height, dtype=np.float32)[:, None] + 0.5) * 2 / height - 1
    distance: Any = np.sqrt(x * x + y * y)
    edge = min(width, height) / 2
    cover = np.clip((1 - distance) * edge + 0.5, 0, 1)
    if inner:
        cover = cover * np.clip((distance - inner) * edge + 0.5, 0, 1)
    return Image.fromarray((cover * 255).astype(np.uint8), "L")


def rounded_mask(width: int, height: int, radius: float) -> Image:
    """The mask of a rectangle with round corners."""
    return draw_mask(
        Rect(0, 0, width, height),
        lambda pen, scale: pen.rounded_rectangle(
            (0, 0, width * scale - 1, height * scale - 1), radius=radius * scale, fill=255
        ),
    )


def mix_colours(one: Rgb, other: Rgb, share: float) -> Rgb:
    """A mix of two colours; `share` 0: one; 1: the other."""
    return (
        round(one[0] + (other[0] - one[0]) * share),
        round(one[1] + (other[1] - one[1]) * share),
        round(one[2] + (other[2] - one[2]) * share),
    )
