"""Layers one by one: what each draws, and where."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from workshop import Workshop

from amplify.banner.cannot_paint import BannerFault
from amplify.banner.paint import paint_banner
from amplify.model.banner_size import SIZES
from media.easel import painted, template, text, worded

TAGS = [
    {"tag": "FreeAnna", "why": "Ours.", "lang": "en", "required": True},
    {"tag": "ЗаАнну", "why": "Ours.", "lang": "ru", "required": True},
    {"tag": "Old", "why": "Was ours.", "required": True, "retired": True},
    {"tag": "PressFreedom", "why": "Everybody's."},
]


def pixels(picture: Image.Image) -> np.ndarray:
    return np.asarray(picture).astype(int)


def drawn(*layers: dict[str, object], size: str = "post", shop: Workshop | None = None, **files: bytes) -> np.ndarray:
    one = worded(template(*layers), shop=shop)
    return pixels(paint_banner(one, SIZES[size], lambda file: files[file.replace(".", "_")]))


def test_the_hashtags_are_the_required_ones_in_the_language() -> None:
    shop = Workshop().campaign("free_anna", hashtags=TAGS)
    assert worded(template({"hashtags": {}}), shop=shop).words == ("#FreeAnna",)
    assert worded(template({"hashtags": {}}, languages=["ru"]), lang="ru", shop=shop).words == ("#ЗаАнну",)
    assert worded(template({"hashtags": {}}, languages=["be"]), lang="be", shop=shop).words == (None,)


def test_a_strip_goes_from_edge_to_edge() -> None:
    shop = Workshop().campaign("free_anna", hashtags=TAGS)
    strip = {"hashtags": {"ground": "accent", "colour": "ground"}, "box": [0, 80, 100, 20], "bleed": True}
    row = drawn(strip, shop=shop)[660]
    assert (row == [0xF5, 0xB8, 0x4B]).all(axis=1).all()


def test_without_a_mark_the_partners_name_is_set() -> None:
    shop = Workshop().partner("press_union", name={"en": "Open Line", "ru": "Открытая линия"})
    assert worded(template({"logo": {}}), shop=shop).words == ("Open Line",)
    mark = io.BytesIO()
    Image.new("RGBA", (40, 20), (255, 0, 0, 255)).save(mark, "PNG")
    shop.picture("mark.png")
    seen = drawn({"logo": {"picture": "mark.png"}, "box": [0, 0, 20, 20]}, shop=shop, mark_png=mark.getvalue())
    assert (seen == [255, 0, 0]).all(axis=2).sum() > 5_000


def test_the_credit_names_the_pictures_with_their_licences() -> None:
    shop = Workshop().picture("one.png", credit="Vera Lind", licence="CC BY 4.0")
    one = template({"picture": {"file": "one.png"}}, {"credit": {}}, credit="Desk")
    assert worded(one, shop=shop).words[1] == "Vera Lind, CC BY 4.0 · Desk"


@pytest.mark.parametrize("count", [1, 7, 1040])
def test_there_are_as_many_dots_as_were_counted(count: int) -> None:
    seen = drawn({"shape": {"form": "dots", "colour": "#ffffff", "count": str(count)}})
    light = seen.sum(axis=2) > 450
    columns, rows = light.any(axis=0), light.any(axis=1)
    across, down = ((np.diff(one.astype(int)) == 1).sum() for one in (columns, rows))
    last = np.flatnonzero(rows).max()
    begin = last - np.argmin(rows[last::-1]) + 1
    in_last = (np.diff(light[begin : last + 1].any(axis=0).astype(int)) == 1).sum()
    assert across * (down - 1) + in_last == count


def test_what_cannot_be_counted_is_refused() -> None:
    with pytest.raises(BannerFault, match="“many” is no number to count"):
        drawn({"shape": {"form": "tally", "count": "many"}})
    with pytest.raises(BannerFault, match="999,999 marks are too many"):
        drawn({"shape": {"form": "dots", "count": "999,999"}})


@pytest.mark.parametrize(
    "form", ["circle", "ring", "line", "stripes", "tally", "dots", "window", "rectangle", "gradient"]
)
def test_a_form_that_reaches_over_the_edge_is_cut_there(form: str) -> None:
    shape = {"form": form, "count": "12"} if form in ("tally", "dots") else {"form": form}
    seen = drawn({"shape": shape, "box": [-30, 30, 90, 100], "bleed": True}, size="header")
    assert seen.shape == (500, 1500, 3)
    assert len(np.unique(seen.reshape(-1, 3), axis=0)) > 1


def test_a_picture_keeps_in_sight_what_it_is_about() -> None:
    half = Image.new("RGB", (800, 400), (200, 0, 0))
    half.paste((0, 0, 200), (400, 0, 800, 400))
    out = io.BytesIO()
    half.save(out, "PNG")
    shop = Workshop().picture("half.png")
    for focus, colour in (([0, 50], [200, 0, 0]), ([100, 50], [0, 0, 200])):
        layer = {"picture": {"file": "half.png", "focus": focus}, "bleed": True}
        assert (drawn(layer, size="story", shop=shop, half_png=out.getvalue()) == colour).all()


def test_an_unknown_colour_is_named_with_those_there_are() -> None:
    with pytest.raises(BannerFault, match="no colour is called `pink`; there are: ground, deep"):
        painted(template(text("Hello", colour="pink", largest=9)))
