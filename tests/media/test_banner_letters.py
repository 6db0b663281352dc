"""Letters: every family has those of our languages; what is missing is said before anything is drawn."""

from __future__ import annotations

import pytest
from PIL import Image, ImageDraw

from amplify.banner import fonts
from amplify.banner.cannot_paint import BannerFault
from amplify.banner.fonts import FAMILIES, drawable_text, font_coverage, load_font
from media.easel import painted, template, text

OURS = "ўŭłĺźіё" + "ЎŬŁĹŹІЁ" + "абвгдежзійклмнопрстуўфхцчшыьэюя" + "ъщи" + "ćńśźžščłŭĺ" + "«»—–’ʼ“”…№·"
WEIGHTS = ("light", "regular", "semibold", "bold", "black")


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("weight", WEIGHTS)
def test_every_family_has_the_letters_of_belarusian_russian_and_lacinka(family: str, weight: str) -> None:
    assert [sign for sign in OURS if ord(sign) not in font_coverage(family, weight)] == []
    assert drawable_text(OURS, family, weight) == OURS


@pytest.mark.parametrize("family", FAMILIES)
def test_the_letters_are_drawn_and_not_the_box_that_stands_for_a_missing_one(family: str) -> None:
    letters = load_font(family, "bold", 60)

    def drawn(sign: str) -> bytes:
        picture = Image.new("L", (90, 90))
        ImageDraw.Draw(picture).text((10, 70), sign, font=letters, fill=255, anchor="ls")
        return picture.tobytes()

    missing = drawn("\U000f1234")
    shapes = {sign: drawn(sign) for sign in "ўŭłĺźіё"}
    assert missing not in shapes.values()
    assert len(set(shapes.values())) == 7, "two letters look alike"
    assert drawn("ў") != drawn("у"), "the breve is lost"


def test_a_letter_that_is_two_code_points_is_composed_first() -> None:
    assert drawable_text("у\u0306", "sans", "bold") == "ў"


def test_a_missing_letter_is_named_with_the_family_that_has_it() -> None:
    with pytest.raises(BannerFault, match=r"Source Sans has no letter for .*U\+0639.*`font: dejavu` has"):
        painted(template(text("عدل")))
    with pytest.raises(BannerFault, match=r"U\+1F3F3.*write it in other words"):
        painted(template(text("Free 🏳")))


def test_arabic_is_set_by_raqm_and_refused_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    arabic = template(text("عدل للجميع", font="dejavu", weight="bold"))
    assert fonts.has_raqm(), "this Pillow has no Raqm: the test cannot show that it sets Arabic"
    assert len(painted(arabic).getcolors(99_999) or ()) > 2, "nothing was drawn"
    monkeypatch.setattr(fonts, "has_raqm", lambda: False)
    fonts.drawable_text.cache_clear()
    with pytest.raises(BannerFault, match="needs the Raqm library"):
        painted(arabic)
    fonts.drawable_text.cache_clear()


def test_a_language_may_have_a_family_of_its_own() -> None:
    assert painted(template(text("سلام"), fonts={"en": "dejavu"})).size == (1200, 675)
