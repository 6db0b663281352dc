"""A contact sheet: many banners in one picture, each with its name below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from amplify.banner.fonts import load_font

if TYPE_CHECKING:
    from PIL.Image import Image

_TALL: Final = 300
_GAP: Final = 24
_WIDE: Final = 2400
_LABEL: Final = 34


def sheet_thumbnail(picture: Image) -> Image:
    """A banner scaled down for the sheet."""
    from PIL import Image as Pillow

    return picture.resize((round(picture.width * _TALL / picture.height), _TALL), Pillow.Resampling.LANCZOS)


def contact_sheet(pictures: Sequence[tuple[str, Image]]) -> Image:
    """A sheet of all banners (label, thumbnail) in rows."""
    from PIL import Image as Pillow
    from PIL import ImageDraw

    rows: list[list[tuple[str, Image]]] = [[]]
    room = _WIDE - _GAP
    for label, picture in pictures:
        if rows[-1] and room < picture.width + _GAP:
            rows.append([])
            room = _WIDE - _GAP
        rows[-1].append((label, picture))
        room -= picture.width + _GAP
    canvas = Pillow.new("RGB", (_WIDE, _GAP + len(rows) * (_TALL + _LABEL + _GAP)), (236, 236, 233))
    pen = ImageDraw.Draw(canvas)
    for number, row in enumerate(rows):
        x, y = _GAP, _GAP + number * (_TALL + _LABEL + _GAP)
        for label, picture in row:
            canvas.paste(picture, (x, y))
            pen.text(
                (x, y + _TALL + 6), _cut(label, picture.width), font=load_font("sans", "regular", 18), fill=(60, 60, 60)
            )
            x += picture.width + _GAP
    return canvas


def _cut(label: str, width: int) -> str:
    letters = load_font("sans", "regular", 18)
    while label and letters.getlength(label) > width:
        label = label[:-2] + "…" if len(label) > 2 else ""
    return label
