"""Draws prison bars: round rods with light on one side, flat rails, and the shadow that they throw. Or bent apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from amplify.banner.text_fit import Rect
from amplify.banner.theme import Palette
from amplify.model.banner import BarsLayer
from amplify.rules.plan.contrast import Rgb

if TYPE_CHECKING:
    from PIL.Image import Image

BARS: Final[dict[str, float]] = {
    "count": 8,
    "width": 3,
    "rails": 2,
    "shadow": 55,
    "shine_at": -0.38,
    "shine_width": 0.24,
    "shine": 0.55,
    "shadow_right": 0.55,
    "shadow_down": 0.35,
    "shadow_blur": 0.32,
    "rail": 1.15,
    "bend": 0.95,
}
"""How bars look, also for whoever draws them elsewhere. `width`: per cent of the picture's shorter side; the light lies
at `shine_at` of half a bar, left of its middle; shadow and rail in widths of a bar; `bend` in gaps between two."""

_SHADE: Final = (8, 10, 14)


def draw_bars(canvas: Image, rect: Rect, words: BarsLayer, palette: Palette, shorter: int) -> None:
    """Draw bars over `rect`, from its top to its bottom."""
    import numpy as np
    from PIL import Image, ImageFilter

    width = max(3.0, words.width * shorter / 100)
    colour = palette[words.colour]
    cover = np.zeros((rect.height, rect.width), dtype=np.float32)
    light = np.zeros_like(cover)
    for top in _rails(rect.height, words.rails, width):
        _rail(cover, light, top, width * BARS["rail"])
    for middle in _middles(rect, words):
        _rod(cover, light, middle, width)
    if words.shadow:
        right, down = round(width * BARS["shadow_right"]), round(width * BARS["shadow_down"])
        moved = np.pad(cover, ((down, 0), (right, 0)), mode="edge")[: rect.height, : rect.width]
        mask = Image.fromarray((np.clip(moved, 0, 1) * 255 * words.shadow / 100).astype(np.uint8), "L")
        canvas.paste(
            _SHADE, (rect.left, rect.top), mask.filter(ImageFilter.GaussianBlur(max(1.0, width * BARS["shadow_blur"])))
        )
    pixels = _lit(colour, light)
    mask = Image.fromarray((np.clip(cover, 0, 1) * 255 * words.opacity / 100).astype(np.uint8), "L")
    canvas.paste(Image.fromarray(pixels, "RGB"), (rect.left, rect.top), mask)


def _middles(rect: Rect, words: BarsLayer) -> list[Any]:
    """The x position of each bar's middle at every height: straight, or bent apart around the centre."""
    import numpy as np

    count = words.count + words.count % 2 if words.open else words.count
    gap = rect.width / count
    down = np.linspace(0, 1, rect.height, dtype=np.float32)
    swell = np.exp(-((np.abs(down - 0.5) / 0.27) ** 2.6))
    middles = []
    for number in range(count):
        straight = (number + 0.5) * gap
        if words.open:
            away = number - (count - 1) / 2  # in gaps from the centre, never 0
            push = gap * BARS["bend"] * (1 if away > 0 else -1) * 0.45 ** (abs(away) - 0.5)
            middles.append(straight + push * swell)
        else:
            middles.append(np.full(rect.height, straight, dtype=np.float32))
    return middles


def _rod(cover: Any, light: Any, middle: Any, width: float) -> None:
    """One round bar: its coverage of each pixel, and the brightness there."""
    import numpy as np

    left = max(0, int(middle.min() - width * 0.8) - 2)
    right = min(cover.shape[1], int(middle.max() + width * 0.8) + 3)
    if right <= left:
        return
    slant = 1 / np.sqrt(1 + np.gradient(middle) ** 2)  # a bent bar is as thick as a straight one
    across = (np.arange(left, right, dtype=np.float32)[None, :] + 0.5 - middle[:, None]) * slant[:, None]
    seen = np.clip(width / 2 - np.abs(across) + 0.5, 0, 1)
    place = np.clip(across / (width / 2), -1, 1)
    round_ = 0.42 + 0.58 * np.sqrt(1 - place * place * 0.96)
    shine = BARS["shine"] * np.exp(-(((place - BARS["shine_at"]) / BARS["shine_width"]) ** 2))
    part = slice(left, right)
    light[:, part] = light[:, part] * (1 - seen) + (round_ * (1 - 0.22 * (place > 0) * place) + shine) * seen
    cover[:, part] = np.maximum(cover[:, part], seen)


def _rails(height: int, count: int, width: float) -> list[float]:
    """The heights of the flat bars across: near both ends, the others between."""
    if count == 0:
        return []
    if count == 1:
        return [height * 0.5]
    return [height * (0.11 + 0.78 * number / (count - 1)) for number in range(count)]


def _rail(cover: Any, light: Any, middle: float, width: float) -> None:
    """A flat bar: an even face with a bright upper and a dark lower edge."""
    import numpy as np

    down = np.arange(cover.shape[0], dtype=np.float32)[:, None] + 0.5 - middle
    seen = np.clip(width / 2 - np.abs(down) + 0.5, 0, 1)
    place = np.clip(down / (width / 2), -1, 1)
    face = 0.78 + 0.35 * np.exp(-(((place + 0.86) / 0.12) ** 2)) - 0.34 * np.exp(-(((place - 0.9) / 0.16) ** 2))
    light[:] = light * (1 - seen) + face * seen
    cover[:] = np.maximum(cover, seen)


def _lit(colour: Rgb, light: Any) -> Any:
    """The colour under this light: below 1 darker, above 1 towards white."""
    import numpy as np

    base = np.array(colour, dtype=np.float32)
    dark = np.clip(light, 0, 1)[..., None]
    bright = np.clip(light - 1, 0, 1)[..., None]
    return np.clip(base * dark + (255 - base) * bright * 0.8, 0, 255).astype(np.uint8)
