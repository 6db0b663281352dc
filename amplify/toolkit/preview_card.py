"""The picture that stands beside a link to a page: a banner of the campaign, or a plain card with its title."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from amplify.model.banner import SIZES, Template
from amplify.pages.colours import colour_schemes
from amplify.rules.plan.banner_text import WordedTemplate
from amplify.rules.plan.template_context import says_today

if TYPE_CHECKING:
    from amplify.banner_files.render import RenderedBanner

CARD: Final = "card"


def card_rank(made: RenderedBanner) -> tuple[bool, bool, str]:
    """Which banner is the campaign's card rather than another: one that is about nobody in particular, and one that
    will still be true when others show it from their own copies.
    """
    texts = [
        text for layer in made.worded.template.layers if layer.text is not None for text in layer.text.say.values()
    ]
    return any(says_today(text) for text in texts), made.person is not None, made.template


def paint_card(title: str, below: str, lang: str, colour: str) -> bytes | None:
    """A card with a title and a line below it, as JPEG; None where our letters cannot write the title, or it does not
    fit.
    """
    from amplify.banner.cannot_paint import BannerFault
    from amplify.banner.encode import encode_banner
    from amplify.banner.paint import paint_banner

    scheme = colour_schemes(colour)[0]
    worded = WordedTemplate(
        template=Template.model_validate_json(json.dumps(_template(scheme.fill, scheme.on_fill, title, below))),
        lang=lang,
        person=None,
        words=(None, title, below),
        shown=(None, None, None),
        shows=(),
        alt="",
        alts={},
        caption="",
        credit="",
        licence="",
        used=frozenset(),
    )
    size = SIZES[CARD]
    try:
        return encode_banner(paint_banner(worded, size, lambda file: b""), True, size.most_bytes).data
    except BannerFault:
        return None


def _template(ground: str, ink: str, title: str, below: str) -> dict[str, object]:
    said: dict[str, object] = {
        "weight": "bold",
        "colour": ink,
        "largest": 17,
        "smallest": 4,
        "lines": 5,
        "valign": "middle",
    }
    small: dict[str, object] = {
        "weight": "semibold",
        "colour": ink,
        "largest": 5,
        "smallest": 2,
        "lines": 2,
        "valign": "bottom",
    }
    return {
        "id": CARD,
        "campaign": CARD,
        "about": "The picture of a link to the page.",
        "scene": {"en": "Words on one colour."},
        "credit": CARD,
        "licence": CARD,
        "layers": [
            {"shape": {"form": "fill", "colour": ground}, "box": [0, 0, 100, 100], "bleed": True},
            {"text": said | {"say": {"en": title}}, "box": [0, 0, 100, 80]},
            {"text": small | {"say": {"en": below}}, "box": [0, 84, 100, 16]},
        ],
    }
