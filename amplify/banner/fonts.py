"""Fonts: the families installed with the program, the characters they cover, and what Raqm is needed for.

All come from PyPI under free licences: Source Sans and Source Serif (SIL Open Font License; `font-source-sans-pro`,
`font-source-serif-pro`), and DejaVu Sans, which lies in matplotlib's wheel and covers more scripts.
"""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from amplify.banner.cannot_paint import BannerFault

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

_SANS: Final = ("font_source_sans_pro", "files/SourceSansPro-{}.ttf")
_SERIF: Final = ("font_source_serif_pro", "files/SourceSerifPro-{}.ttf")
_DEJAVU: Final = ("matplotlib", "mpl-data/fonts/ttf/DejaVuSans{}.ttf")
_WEIGHTS: Final = {"light": "Light", "regular": "Regular", "semibold": "Semibold", "bold": "Bold", "black": "Black"}
_HEAVY: Final = ("semibold", "bold", "black")
FAMILIES: Final = {"sans": "Source Sans", "serif": "Source Serif", "dejavu": "DejaVu Sans"}
"""Family → its name for people, in the order in which another is proposed."""

_SHAPED: Final = (
    *((0x0590, 0x08FF), (0x0900, 0x0DFF), (0x0E00, 0x0FFF), (0x1000, 0x109F), (0x1780, 0x18AF)),
    *((0xFB1D, 0xFDFF), (0xFE70, 0xFEFF), (0x10800, 0x10FFF), (0x1E800, 0x1EFFF)),
)
"""Scripts that are written from right to left, or whose letters change beside each other: Raqm sets them."""


def file_of(family: str, weight: str) -> Path:
    """The path of a font file. Raises BannerFault where its package is not installed."""
    package, pattern = {"sans": _SANS, "serif": _SERIF, "dejavu": _DEJAVU}[family]
    name = ("-Bold" if weight in _HEAVY else "") if family == "dejavu" else _WEIGHTS[weight]
    spec = find_spec(package)
    found = [Path(place) / pattern.format(name) for place in (spec.submodule_search_locations or ())] if spec else []
    if not found or not found[0].is_file():
        raise BannerFault(
            f"the letters of {FAMILIES[family]} are not installed: install amplify again with all it needs"
        )
    return found[0]


@lru_cache(maxsize=256)
def load_font(family: str, weight: str, size: int) -> FreeTypeFont:
    """The font at `size` pixels."""
    from PIL import ImageFont

    return ImageFont.truetype(str(_file(family, weight)), size)


@cache
def _file(family: str, weight: str) -> Path:
    return file_of(family, weight)


@cache
def font_coverage(family: str, weight: str) -> frozenset[int]:
    """Every code point the font has a glyph for."""
    from fontTools.ttLib import TTFont

    with TTFont(_file(family, weight), lazy=True) as opened:
        return frozenset(opened.getBestCmap())


@lru_cache(maxsize=4096)
def drawable_text(text: str, family: str, weight: str) -> str:
    """The text as it is drawn: NFC, without invisible marks. Raises BannerFault for what the font cannot write."""
    text = "".join(sign for sign in unicodedata.normalize("NFC", text) if not _invisible(sign))
    missing = sorted({sign for sign in text if not sign.isspace() and ord(sign) not in font_coverage(family, weight)})
    if missing:
        shown = ", ".join(f"{sign} (U+{ord(sign):04X})" for sign in missing[:6])
        other = next((name for name in FAMILIES if _writes(text, name, weight)), None)
        hint = f"`font: {other}` has {'it' if len(missing) == 1 else 'them'}" if other else "write it in other words"
        raise BannerFault(f"{FAMILIES[family]} has no letter for {shown}: {hint}")
    if needs_raqm(text) and not has_raqm():
        raise BannerFault(
            "this script needs the Raqm library to be set, and Pillow was built without it: install a Pillow with "
            "Raqm, or leave this language out"
        )
    return text


def _writes(text: str, family: str, weight: str) -> bool:
    return all(sign.isspace() or ord(sign) in font_coverage(family, weight) for sign in text)


def _invisible(sign: str) -> bool:
    return unicodedata.category(sign) == "Cf" and sign not in "\u200c\u200d"


def needs_raqm(text: str) -> bool:
    """Whether a text holds letters that only Raqm lays out correctly."""
    return any(low <= ord(sign) <= high for sign in text if ord(sign) > 0x58F for low, high in _SHAPED)


@cache
def has_raqm() -> bool:
    """Whether Pillow was built with Raqm."""
    from PIL import features

    return bool(features.check("raqm"))
