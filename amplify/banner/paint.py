"""Paints a banner: shapes, pictures and bars from the back to the front, then all texts in front of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from amplify.banner.cannot_paint import BannerFault
from amplify.banner.canvas import disc_mask, lay_colour, mix_colours, rounded_mask
from amplify.banner.layout import place_layer
from amplify.banner.placeholders import stand_in
from amplify.banner.prison_bars import draw_bars
from amplify.banner.shapes import draw_shape, parse_count
from amplify.banner.text_blocks import TextBlock, text_blocks
from amplify.banner.text_contrast import make_legible
from amplify.banner.text_fit import Fitted, Rect, fit_text
from amplify.banner.theme import Palette
from amplify.model.banner import Size
from amplify.rules.plan.banner_text import WordedTemplate
from amplify.rules.plan.contrast import Rgb, relative_luminance

if TYPE_CHECKING:
    from PIL.Image import Image


Pictures = Callable[[str], bytes]
"""Path under `media/` → the bytes of that file."""


def paint_banner(worded: WordedTemplate, size: Size, pictures: Pictures) -> Image:
    """Paint the banner in one size. Raises BannerFault with what cannot be painted, and what to do."""
    from PIL import Image

    template, palette = worded.template, Palette(worded.template)
    canvas = Image.new("RGB", (size.width, size.height), palette["ground"])
    for number, layer in enumerate(template.layers):
        place, rect = place_layer(template, layer, size)
        if not place.hidden and rect.width > 0 and rect.height > 0:
            _paint_layer(canvas, rect, worded, number, palette, size, pictures)
    for piece, fitted in lay_out_texts(worded, size):
        _set(canvas, piece, fitted, palette, size)
    return canvas


def lay_out_texts(worded: WordedTemplate, size: Size) -> list[tuple[TextBlock, Fitted]]:
    """Every text of the banner with its place on this size; nothing is painted. Raises BannerFault where one does not
    fit, or has a letter or a font that is not there."""
    placed: list[tuple[TextBlock, Fitted]] = []
    for piece in text_blocks(worded, size):
        fitted = fit_text(piece.text, piece.box, piece.style)
        if fitted.ink.within(size.width, size.height) != fitted.ink:
            raise BannerFault(f"“{_short(piece)}” stands partly outside of the picture: move its box inside")
        for other, there in placed:
            if fitted.ink.meets(there.ink):
                both = f"“{_short(piece)}” and “{_short(other)}”"
                raise BannerFault(f"{both} stand in each other's way: part their boxes")
        placed.append((piece, fitted))
    return placed


def check_paintable(worded: WordedTemplate, size: Size) -> None:
    """Find what can be known of a banner without painting it: its texts fit, its numbers can be counted, its colours
    have names. Raises BannerFault."""
    palette = Palette(worded.template)
    for layer, words in zip(worded.template.layers, worded.words, strict=True):
        if layer.shape is not None and layer.shape.form in ("tally", "dots"):
            parse_count(words)
    for piece, _ in lay_out_texts(worded, size):
        for colour in (piece.colour, piece.plate, piece.strip):
            if colour is not None:
                palette[colour]


def _paint_layer(
    canvas: Image,
    rect: Rect,
    worded: WordedTemplate,
    number: int,
    palette: Palette,
    size: Size,
    pictures: Pictures,
) -> None:
    layer, file = worded.template.layers[number], worded.shown[number]
    if layer.shape is not None:
        draw_shape(canvas, rect, layer.shape, palette, worded.words[number], size.shorter)
    elif layer.bars is not None:
        draw_bars(canvas, rect, layer.bars, palette, size.shorter)
    elif layer.picture is not None and file is not None:
        picture = cut_photo(open_photo(pictures(file), file), rect.width, rect.height, layer.picture.focus)
        if layer.picture.tint:
            picture = tint_photo(picture, palette[layer.picture.tint])
        _hang(canvas, picture, rect, "square", layer.picture.radius * size.shorter / 100, layer.picture.opacity)
    elif layer.portrait is not None:
        slot = layer.portrait
        side = min(rect.width, rect.height)
        if slot.form == "circle":
            left, top = rect.left + (rect.width - side) // 2, rect.top + (rect.height - side) // 2
            rect = Rect(left, top, left + side, top + side)
        if file is not None:
            picture = cut_photo(open_photo(pictures(file), file), rect.width, rect.height, slot.focus)
        elif slot.stand_in != "none":
            picture = stand_in(slot.stand_in, rect.width, rect.height, palette[slot.colour], palette[slot.figure])
        else:
            return
        _hang(canvas, picture, rect, slot.form, 0, 100)
    elif layer.logo is not None and file is not None:
        _logo(canvas, open_photo(pictures(file), file), rect, layer.logo.align)


def _hang(canvas: Image, picture: Image, rect: Rect, form: str, radius: float, opacity: float) -> None:
    """Draw a picture in its frame."""
    from PIL import Image, ImageChops

    if form == "circle":
        mask = disc_mask(rect.width, rect.height)
    elif form == "arch":
        mask = rounded_mask(rect.width, rect.height + rect.width, rect.width / 2).crop((0, 0, rect.width, rect.height))
    elif radius:
        mask = rounded_mask(rect.width, rect.height, radius)
    else:
        mask = Image.new("L", (rect.width, rect.height), 255)
    if picture.mode == "RGBA":
        mask = ImageChops.multiply(mask, picture.getchannel("A"))
    if opacity < 100:
        mask = mask.point([round(value * opacity / 100) for value in range(256)])
    canvas.paste(picture.convert("RGB"), (rect.left, rect.top), mask)


def _logo(canvas: Image, mark: Image, rect: Rect, align: str) -> None:
    from PIL import ImageOps

    mark = ImageOps.contain(mark, (rect.width, rect.height))
    spare = {"left": 0, "centre": (rect.width - mark.width) // 2, "right": rect.width - mark.width}[align]
    at = rect.left + spare, rect.top + (rect.height - mark.height) // 2
    canvas.paste(mark.convert("RGB"), at, mark.getchannel("A") if mark.mode == "RGBA" else None)


def _set(canvas: Image, piece: TextBlock, fitted: Fitted, palette: Palette, size: Size) -> None:
    """Make sure that a text can be read where it stands, and draw it."""
    from PIL import ImageDraw

    pad = max(3, round(fitted.size * 0.34))
    if piece.strip is not None:
        lay_colour(canvas, palette[piece.strip], rounded_mask(*_strip(piece, size)[2:], 0), _strip(piece, size)[:2])
    if piece.plate is not None:
        plate = fitted.ink.grown(pad)
        lay_colour(
            canvas, palette[piece.plate], rounded_mask(plate.width, plate.height, pad * 0.35), (plate.left, plate.top)
        )
    colour = palette[piece.colour]
    tones = sorted((palette["ground"], palette["deep"], palette["ink"]), key=relative_luminance)
    make_legible(canvas, fitted, colour, tones[0], tones[-1], piece.veil, pad)
    pen = ImageDraw.Draw(canvas)
    for line in fitted.lines:
        pen.text((line.x, line.y), line.text, font=fitted.font, fill=colour, anchor="ls")


def _strip(piece: TextBlock, size: Size) -> tuple[int, int, int, int]:
    """The box of a strip from edge to edge: left, top, width, height."""
    return 0, piece.box.top, size.width, piece.box.height


def _short(piece: TextBlock) -> str:
    flat = " ".join(piece.text.split())
    return flat if len(flat) <= 40 else f"{flat[:39]}…"


_KEPT = ("RGB", "RGBA", "L", "YCbCr")
"""Modes that can be made smaller as they are: a photograph of many megapixels becomes RGB once it is small."""


def open_photo(data: bytes, name: str) -> Image:
    """Decode a photograph: upright and in sRGB (a JPEG may still be YCbCr). Raises BannerFault: bombs, mislabelled, cut
    and moving pictures are refused.
    """
    from amplify.media.reencode import BadPicture, reencode_picture

    try:
        picture = reencode_picture(data).picture
    except BadPicture as bad:
        raise BannerFault(str(bad), picture=name) from None
    if picture.mode in _KEPT:
        return picture
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def cut_photo(picture: Image, width: int, height: int, focus: tuple[float, ...]) -> Image:
    """Crop the part around `focus` that fills a box of this size."""
    from PIL import Image

    wide = min(float(picture.width), picture.height * width / height)
    tall = min(float(picture.height), picture.width * height / width)
    left, top = (picture.width - wide) * focus[0] / 100, (picture.height - tall) * focus[1] / 100
    part = left, top, left + wide, top + tall
    return picture.resize((width, height), Image.Resampling.LANCZOS, box=part, reducing_gap=2.0)


def tint_photo(picture: Image, colour: Rgb) -> Image:
    """The picture in shades of one colour, from nearly black to nearly white."""
    from PIL import ImageOps

    dark, bright = mix_colours(colour, (0, 0, 0), 0.78), mix_colours(colour, (255, 255, 255), 0.86)
    return ImageOps.colorize(picture.convert("L"), dark, bright, mid=colour)
