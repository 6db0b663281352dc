"""How far a picture is scaled down for the limits of a platform."""

from __future__ import annotations


def shrink_factor(size: tuple[int, int], pixels: int | None, side: int | None) -> float:
    """By which width and height are multiplied, so that neither their product nor the longer one is too large."""
    factor = 1.0
    if pixels is not None and size[0] * size[1] > pixels:
        factor = (pixels / (size[0] * size[1])) ** 0.5
    if side is not None and max(size) > side:
        factor = min(factor, side / max(size))
    return factor


def scaled_size(size: tuple[int, int], factor: float) -> tuple[int, int]:
    """Width and height of the picture scaled down."""
    return max(1, int(size[0] * factor)), max(1, int(size[1] * factor))
