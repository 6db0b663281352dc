"""A campaign's colour scheme: its colour made lighter or darker until texts in it can be read (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from amplify.rules.plan.contrast import contrast_ratio, parse_rgb, relative_luminance

LEAST: Final = 4.6
"""The contrast asked for: a little more than 4.5, since colours are rounded."""
LIGHT, LIGHT_SOFT = "#ffffff", "#f6f4ef"
DARK, DARK_SOFT = "#14161a", "#1d2026"
"""The grounds of the page, by light and by dark."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """The colours of the page in light mode, or in dark mode."""

    mark: str
    """For words and lines."""
    fill: str
    """For buttons and the band on top."""
    on_fill: str
    """For words on it."""


def colour_schemes(colour: str) -> tuple[Scheme, Scheme]:
    """The schemes for light mode and for dark mode."""
    return (
        Scheme(readable_colour(colour, LIGHT_SOFT), readable_colour(colour, "#ffffff"), "#ffffff"),
        Scheme(readable_colour(colour, DARK_SOFT), readable_colour(colour, "#ffffff"), "#ffffff"),
    )


def readable_colour(colour: str, ground: str) -> str:
    """`colour`, or the nearest to it with enough contrast on `ground`."""
    behind = relative_luminance(parse_rgb(ground))
    toward = 0 if behind > 0.18 else 255
    for step in range(100):
        red, green, blue = (round(one + (toward - one) * step / 100) for one in parse_rgb(colour))
        if contrast_ratio(relative_luminance((red, green, blue)), behind) >= LEAST:
            return f"#{red:02x}{green:02x}{blue:02x}"
    return f"#{toward:02x}{toward:02x}{toward:02x}"
