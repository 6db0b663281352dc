"""The texts of a banner, each with its style: texts, hashtags, credit, a partner's name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from amplify.banner.layout import place_layer
from amplify.banner.text_fit import Rect, Style
from amplify.model.banner import Layer, Placement, Size
from amplify.rules.plan.banner_recipe import font_of
from amplify.rules.plan.banner_text import WordedTemplate


@dataclass(frozen=True, slots=True)
class TextBlock:
    """One text to be set, with its style and box."""

    text: str
    box: Rect
    style: Style
    colour: str
    plate: str | None = None
    """A plate close around the words."""
    strip: str | None = None
    """A strip as large as the box."""
    veil: bool = True


def text_blocks(worded: WordedTemplate, size: Size) -> Iterator[TextBlock]:
    """All texts of the banner on this size, in order."""
    for number, layer in enumerate(worded.template.layers):
        text = worded.words[number]
        place, rect = place_layer(worded.template, layer, size)
        if text is None or place.hidden or layer.shape is not None:
            continue
        yield _piece(layer, place, text, rect, size, worded)


def _piece(layer: Layer, place: Placement, text: str, rect: Rect, size: Size, worded: WordedTemplate) -> TextBlock:
    template = worded.template
    family, weight = font_of(template, layer, worded.lang)

    def pixels(percent: float) -> int:
        return max(8, round(percent * size.shorter / 100))

    if layer.text is not None:
        one = layer.text
        style = Style(
            family=family,
            weight=weight,
            largest=pixels(place.largest or one.largest),
            smallest=min(pixels(one.smallest), pixels(place.largest or one.largest)),
            align=place.align or one.align,
            valign=place.valign or one.valign,
            leading=one.leading,
            lines=place.lines or one.lines,
        )
        return TextBlock(text, rect, style, one.colour, plate=one.plate, veil=one.scrim == "auto")
    if layer.hashtags is not None:
        tags = layer.hashtags
        style = Style(
            family, weight, pixels(place.largest or tags.largest), pixels(2.2), place.align or tags.align,
            place.valign or "middle", lines=2,
        )  # fmt: skip
        box = rect
        if tags.ground:
            inset = round(size.shorter * template.margin / 100) if layer.bleed else round(size.shorter * 0.02)
            box = Rect(rect.left + inset + size.inset[0] * layer.bleed, rect.top, rect.right - inset, rect.bottom)
        return TextBlock(text, box, style, tags.colour, strip=tags.ground)
    if layer.logo is not None:
        logo = layer.logo
        style = Style(
            family, weight, pixels(place.largest or logo.largest), pixels(1.9),
            place.align or logo.align, place.valign or "middle", lines=2,
        )  # fmt: skip
        return TextBlock(text, rect, style, logo.colour)
    assert layer.credit is not None
    credit = layer.credit
    style = Style(
        family, weight, pixels(place.largest or credit.largest), pixels(1.6),
        place.align or credit.align, place.valign or "middle", lines=2,
    )  # fmt: skip
    return TextBlock(text, rect, style, credit.colour)
