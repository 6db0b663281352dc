"""Contrast as WCAG 2.2 measures it (1.4.3): relative luminance of sRGB colours, and the ratio of two. Pure."""

from __future__ import annotations

from typing import Final

LEAST: Final = 4.5
"""The least ratio of words to whatever lies behind them."""

Rgb = tuple[int, int, int]

LINEAR: Final = tuple(
    value / 255 / 12.92 if value / 255 <= 0.04045 else ((value / 255 + 0.055) / 1.055) ** 2.4 for value in range(256)
)
"""An 8-bit channel of sRGB → its share of light, 0 to 1."""
WEIGHTS: Final = (0.2126, 0.7152, 0.0722)


def parse_rgb(colour: str) -> Rgb:
    """`#rrggbb` → three channels."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def relative_luminance(colour: Rgb) -> float:
    """Relative luminance, 0 (black) to 1 (white)."""
    return sum(weight * LINEAR[channel] for weight, channel in zip(WEIGHTS, colour, strict=True))


def contrast_ratio(one: float, other: float) -> float:
    """Contrast of two luminances, 1 to 21."""
    lighter, darker = max(one, other), min(one, other)
    return (lighter + 0.05) / (darker + 0.05)
