"""Layout: the box of a layer in pixels on one size of the banner, and what differs there."""

from __future__ import annotations

from amplify.banner.text_fit import Rect
from amplify.model.banner import Layer, Placement, Size, Template

_NOTHING = Placement()


def place_layer(template: Template, layer: Layer, size: Size) -> tuple[Placement, Rect]:
    """The layer's box in pixels on this size, and what differs there."""
    place = _NOTHING
    for name in size.like:
        if name in layer.on:
            place = place.model_copy(update=layer.on[name].model_dump(exclude_unset=True))
    return place, _rect(template, place.box or layer.box, size, layer.bleed)


def _rect(template: Template, box: tuple[float, ...], size: Size, bleed: bool) -> Rect:
    left, top, right, bottom = 0.0, 0.0, float(size.width), float(size.height)
    if not bleed:
        margin = template.margin * size.shorter / 100
        inset = size.inset
        left, top = margin + inset[0], max(margin, inset[1])
        right, bottom = size.width - margin - inset[2], size.height - max(margin, inset[3])
    x, y = left + (right - left) * box[0] / 100, top + (bottom - top) * box[1] / 100
    wide, tall = (right - left) * box[2] / 100, (bottom - top) * box[3] / 100
    return Rect(round(x), round(y), round(x + wide), round(y + tall))
