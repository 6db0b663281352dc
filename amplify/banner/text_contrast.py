"""Makes texts legible: contrast computed on the very pixels behind them, and a veil where it is too low."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from amplify.banner.cannot_paint import BannerFault
from amplify.banner.text_fit import Fitted, Rect
from amplify.rules.plan.contrast import LEAST, LINEAR, WEIGHTS, Rgb, contrast_ratio, relative_luminance

if TYPE_CHECKING:
    from PIL.Image import Image

_VEILS: Final = (0.25, 0.4, 0.55, 0.7, 0.82, 0.92)
"""How dense a veil may be; the first that suffices is laid."""


@cache
def _linear() -> Any:
    import numpy as np

    return np.array(LINEAR, dtype=np.float32)


def _lights(pixels: Any) -> tuple[float, float]:
    """The darkest and the brightest luminance among pixels (height × width × 3)."""
    light = _linear()[pixels[..., 0]] * WEIGHTS[0]
    light += _linear()[pixels[..., 1]] * WEIGHTS[1]
    light += _linear()[pixels[..., 2]] * WEIGHTS[2]
    return float(light.min()), float(light.max())


def _pixels(canvas: Image, rect: Rect) -> Any:
    import numpy as np

    return np.asarray(canvas.crop(rect.within(*canvas.size).box))


def worst_contrast(canvas: Image, fitted: Fitted, colour: Rgb) -> float:
    """The lowest contrast of the letters with any pixel behind their lines."""
    mine = relative_luminance(colour)
    least = 21.0
    for line in fitted.lines:
        darkest, brightest = _lights(_pixels(canvas, line.ink))
        if darkest <= mine <= brightest:
            return 1.0
        least = min(least, contrast_ratio(mine, darkest), contrast_ratio(mine, brightest))
    return least


def make_legible(canvas: Image, fitted: Fitted, colour: Rgb, deep: Rgb, pale: Rgb, veil: bool, pad: int) -> None:
    """Lay a veil below the words where they would stand at less than 4.5:1. Raises BannerFault where none helps.

    `deep`, `pale`: the darkest and the brightest colour of the theme; the veil has the one that helps more.
    """
    found = worst_contrast(canvas, fitted, colour)
    if found >= LEAST:
        return
    said = f"“{' '.join(line.text for line in fitted.lines)[:40]}”"
    if not veil:
        raise BannerFault(
            f"{said} stands at {found:.1f}:1 on what lies behind it, and 4.5:1 is the least: choose another colour or "
            "place, or let `scrim:` be auto"
        )
    mine = relative_luminance(colour)
    ground = max((deep, pale), key=lambda one: contrast_ratio(mine, relative_luminance(one)))
    for dense in _VEILS:
        if _veiled(canvas, fitted, mine, ground, dense) >= LEAST * 1.03:
            _lay_veil(canvas, fitted, ground, dense, pad)
            if worst_contrast(canvas, fitted, colour) >= LEAST:
                return
    raise BannerFault(
        f"{said} cannot be made to stand at 4.5:1 on anything: its colour #{colour[0]:02x}{colour[1]:02x}"
        f"{colour[2]:02x} is too close to the ground's, choose a lighter or darker one"
    )


def _veiled(canvas: Image, fitted: Fitted, mine: float, ground: Rgb, dense: float) -> float:
    import numpy as np

    least = 21.0
    for line in fitted.lines:
        pixels = _pixels(canvas, line.ink).astype(np.float32)
        mixed = (pixels * (1 - dense) + np.array(ground, dtype=np.float32) * dense).round().astype(np.uint8)
        darkest, brightest = _lights(mixed)
        if darkest <= mine <= brightest:
            return 1.0
        least = min(least, contrast_ratio(mine, darkest), contrast_ratio(mine, brightest))
    return least


def _lay_veil(canvas: Image, fitted: Fitted, ground: Rgb, dense: float, pad: int) -> None:
    """Even below the letters, and fading out around them."""
    from PIL import Image, ImageDraw, ImageFilter

    soft = max(4, pad)
    ink = fitted.ink
    outer = ink.grown(soft * 4)
    mask = Image.new("L", (outer.width, outer.height), 0)
    inner = soft * 4 - round(soft * 2.2)
    ImageDraw.Draw(mask).rounded_rectangle(
        (inner, inner, outer.width - inner, outer.height - inner), radius=soft, fill=round(255 * dense)
    )
    mask = mask.filter(ImageFilter.GaussianBlur(soft * 0.75))
    canvas.paste(ground, (outer.left, outer.top), mask)
