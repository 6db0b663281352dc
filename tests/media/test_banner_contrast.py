"""Contrast: measured on the pixels themselves, by the numbers of WCAG, and never less than 4.5:1."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from amplify.banner import text_contrast
from amplify.banner.cannot_paint import BannerFault
from amplify.banner.text_contrast import make_legible, worst_contrast
from amplify.banner.text_fit import Rect, Style, fit_text
from amplify.model.banner import Template
from amplify.rules.plan.contrast import LEAST, contrast_ratio, parse_rgb, relative_luminance
from amplify.rules.plan.themes import THEMES
from media.easel import painted, photograph, template, text

PHOTO = {"picture": {"file": "noise.jpg"}, "bleed": True}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("#000000", "#ffffff", 21.0), ("#777777", "#ffffff", 4.48), ("#767676", "#ffffff", 4.54)],
)  # fmt: skip
def test_ratios_are_those_of_wcag(one: str, other: str, expected: float) -> None:
    assert contrast_ratio(relative_luminance(parse_rgb(one)), relative_luminance(parse_rgb(other))) == pytest.approx(
        expected, abs=0.01
    )


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("letters", ["ink", "accent", "muted"])
def test_the_letters_of_every_theme_stand_out_on_its_grounds(theme: str, letters: str) -> None:
    for ground in ("ground", "deep"):
        light = [relative_luminance(parse_rgb(THEMES[theme][name])) for name in (letters, ground)]
        assert contrast_ratio(*light) >= LEAST, f"{theme}: {letters} on {ground}"


def _with_noise(**fields: object) -> Template:
    return template(PHOTO, text("Read me", (10, 30, 80, 40), largest=16, colour="#ffffff", **fields))


def _paint(one: Template) -> Image.Image:
    from workshop import Workshop

    from amplify.banner.paint import paint_banner
    from amplify.model.banner import SIZES
    from media.easel import worded

    shop = Workshop().picture("noise.jpg")
    return paint_banner(worded(one, shop=shop), SIZES["post"], lambda file: photograph((1200, 675)))


def test_a_veil_is_laid_on_a_restless_picture_and_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """The background is looked at a moment before the letters are drawn, by other arithmetic than the program's."""
    behind: list[tuple[np.ndarray, object]] = []
    real = text_contrast.make_legible

    def seen(canvas: Image.Image, fitted, *rest) -> None:  # type: ignore[no-untyped-def]
        real(canvas, fitted, *rest)
        behind.append((np.asarray(canvas).astype(float) / 255, fitted))

    monkeypatch.setattr("amplify.banner.paint.make_legible", seen)
    _paint(_with_noise())
    (pixels, fitted), *_ = behind
    linear = np.where(pixels <= 0.04045, pixels / 12.92, ((pixels + 0.055) / 1.055) ** 2.4)
    light = linear @ np.array([0.2126, 0.7152, 0.0722])
    for line in fitted.lines:  # type: ignore[attr-defined]
        box = light[line.ink.top : line.ink.bottom, line.ink.left : line.ink.right]
        assert (1.05 / (box + 0.05)).min() >= 4.5
    assert light.max() > 0.9, "the veil covers everything"


def test_without_a_veil_the_banner_is_refused_with_its_ratio() -> None:
    with pytest.raises(BannerFault, match=r"“Read me” stands at \d\.\d:1 .*4\.5:1 is the least"):
        _paint(_with_noise(scrim="never"))


def test_letters_that_no_veil_can_help_are_refused() -> None:
    """Mid-grey is too close to both of a theme's ends."""
    colours = {"ground": "#6a6a6a", "deep": "#606060", "ink": "#8a8a8a"}
    with pytest.raises(BannerFault, match="cannot be made to stand at"):
        painted(template(text("Grey", largest=12, colour="#777777"), colours=colours))


def test_calm_ground_is_left_as_it_is() -> None:
    canvas = Image.new("RGB", (600, 300), (10, 20, 30))
    fitted = fit_text("Calm", Rect(50, 50, 550, 250), Style("sans", "bold", 80, 20))
    assert worst_contrast(canvas, fitted, (255, 255, 255)) > 15
    make_legible(canvas, fitted, (255, 255, 255), (0, 0, 0), (255, 255, 255), True, 10)
    assert canvas.getcolors() == [(180_000, (10, 20, 30))]
