"""Pictures are made to fit with as little loss as that allows."""

from __future__ import annotations

import io

import pytest
from nasty import halves, meadow, noise, saved
from PIL import Image, ImageChops, ImageStat

from amplify.media.fit import JPEG, PNG, WEBP, SizeLimit, fit_picture, fits_limit
from amplify.media.reencode import BadPicture
from amplify.rules.file_formats import webp
from amplify.rules.file_formats.leftover_metadata import leftover_metadata

ROOM = 5_000_000


def opened(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def moved(one: Image.Image, other: Image.Image) -> float:
    """By how many shades of 255 the pictures differ, on average."""
    return sum(ImageStat.Stat(ImageChops.difference(one.convert("RGB"), other.convert("RGB"))).mean) / 3


def test_what_fits_loses_nothing() -> None:
    data = saved(noise(100, 100), "PNG")
    made, mime = fit_picture(data, SizeLimit(ROOM))
    assert mime == PNG
    assert opened(made).tobytes() == noise(100, 100).tobytes()
    exact = saved(noise(100, 100), "WEBP", lossless=True)
    made, mime = fit_picture(exact, SizeLimit(ROOM))
    assert opened(made).tobytes() == noise(100, 100).tobytes()


@pytest.mark.parametrize("sampling", [0, 2])
@pytest.mark.parametrize("quality", [60, 85, 95])
def test_a_jpeg_is_painted_again_with_its_own_tables(quality: int, sampling: int) -> None:
    """So a second generation cannot be told from the first, and is no larger."""
    data = saved(meadow(400, 300), "JPEG", quality=quality, subsampling=sampling)
    made, mime = fit_picture(data, SizeLimit(ROOM))
    assert mime == JPEG
    assert opened(made).quantization == opened(data).quantization  # type: ignore[attr-defined]
    assert moved(opened(data), opened(made)) < 0.7
    assert len(made) <= len(data)
    third, _ = fit_picture(made, SizeLimit(ROOM))
    assert moved(opened(data), opened(third)) < 1


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("most", [300_000, 60_000, 10_000])
def test_a_picture_is_made_to_fit(kind: str, most: int) -> None:
    data = saved(noise(400, 300), kind, **({} if kind == "PNG" else {"quality": 100}))
    made, mime = fit_picture(data, SizeLimit(most))
    assert len(made) <= most
    picture = opened(made)
    assert mime == f"image/{(picture.format or '').lower()}"
    assert abs(picture.width / picture.height - 4 / 3) < 0.05
    assert leftover_metadata(made) == ()


def test_packing_tighter_comes_before_quality() -> None:
    """The same pixels in fewer bytes: as WebP takes them exactly."""
    flat = Image.effect_mandelbrot((500, 400), (-2, -1.2, 1, 1.2), 40).convert("RGB")
    plain, _ = fit_picture(flat, SizeLimit(ROOM))
    made, mime = fit_picture(flat, SizeLimit(int(len(plain) * 0.7)))
    assert mime == WEBP
    assert webp.is_lossless(made)
    assert opened(made).convert("RGB").tobytes() == flat.tobytes()


def test_quality_falls_before_size_does() -> None:
    data = saved(noise(400, 300), "PNG")
    assert len(data) > 300_000
    assert opened(fit_picture(data, SizeLimit(120_000))[0]).size == (400, 300)
    assert opened(fit_picture(data, SizeLimit(10_000))[0]).size < (400, 300)


def test_no_more_quality_is_given_up_than_needed() -> None:
    picture = meadow(600, 400)
    losses = [
        moved(picture, opened(fit_picture(picture, SizeLimit(most, formats=(JPEG,)))[0]))
        for most in (200_000, 60_000, 30_000)
    ]
    assert losses == sorted(losses)
    assert losses[0] < losses[-1]


def test_a_smaller_copy_uses_the_room_it_has() -> None:
    for most in (20_000, 40_000, 80_000):
        assert len(fit_picture(noise(600, 400), SizeLimit(most))[0]) > most * 0.5


def test_only_formats_that_are_allowed() -> None:
    for formats in ((PNG,), (JPEG,), (WEBP,), (JPEG, WEBP)):
        made, mime = fit_picture(noise(120, 90), SizeLimit(9_000, formats=formats))
        assert mime in formats
        assert len(made) <= 9_000


def test_what_can_be_seen_through_stays_so_while_any_format_allows_it() -> None:
    clear = noise(200, 200).convert("RGBA")
    clear.putalpha(Image.linear_gradient("L").resize((200, 200)))
    for formats in ((PNG, JPEG, WEBP), (PNG, JPEG), (WEBP, JPEG)):
        made, mime = fit_picture(clear, SizeLimit(20_000, formats=formats))
        assert mime != JPEG
        assert opened(made).convert("RGBA").getextrema()[3] != (255, 255)
    clear.putalpha(0)
    made, mime = fit_picture(clear, SizeLimit(ROOM, formats=(JPEG,)))
    assert mime == JPEG
    assert moved(opened(made), Image.new("RGB", (200, 200), "white")) < 1


def test_too_many_pixels_are_scaled() -> None:
    made, _ = fit_picture(saved(Image.new("RGB", (400, 300)), "PNG"), SizeLimit(ROOM, 30_000))
    assert opened(made).size == (200, 150)


def test_a_limit_that_nothing_fits_is_said() -> None:
    with pytest.raises(BadPicture, match="cannot be made smaller than 100 bytes"):
        fit_picture(noise(300, 300), SizeLimit(100))


def test_a_picture_of_our_own_goes_without_what_hangs_on_it() -> None:
    drawn = halves()
    drawn.info["comment"] = b"secret"
    drawn.info["dpi"] = (300, 300)
    made, mime = fit_picture(drawn, SizeLimit(ROOM))
    assert (mime, leftover_metadata(made)) == (PNG, ())
    assert b"secret" not in made
    assert fit_picture(drawn, SizeLimit(ROOM))[0] == made


def test_it_knows_what_fits_already() -> None:
    data = saved(halves(), "PNG")
    assert fits_limit(data, SizeLimit(len(data)))
    assert not fits_limit(data, SizeLimit(len(data) - 1))
    assert not fits_limit(data, SizeLimit(ROOM, 64 * 32 - 1))
    assert not fits_limit(data, SizeLimit(ROOM, formats=(JPEG, WEBP)))


# Sides


@pytest.mark.parametrize("size", [(9000, 40), (40, 9000), (8193, 8), (8192, 4)])
def test_panoramas_and_long_screenshots_fit_the_longest_side(size: tuple[int, int]) -> None:
    room = SizeLimit(ROOM, sides=(4, 8192))
    made, _ = fit_picture(saved(Image.new("RGB", size, "teal"), "PNG"), room)
    seen = opened(made).size
    assert max(seen) <= 8192
    assert min(seen) >= 4
    assert max(seen) >= 8191
    assert fits_limit(made, room)


@pytest.mark.parametrize("size", [(3, 300), (300, 3), (9000, 4)])
def test_what_is_too_narrow_is_refused_in_words(size: tuple[int, int]) -> None:
    with pytest.raises(BadPicture, match="too narrow"):
        fit_picture(saved(Image.new("RGB", size, "teal"), "PNG"), SizeLimit(ROOM, sides=(4, 8192)))


def test_a_copy_for_other_sides_has_another_name() -> None:
    assert SizeLimit(ROOM).name != SizeLimit(ROOM, sides=(4, 8192)).name != SizeLimit(ROOM, sides=(1, 8192)).name
    assert not fits_limit(saved(Image.new("RGB", (9000, 40)), "PNG"), SizeLimit(ROOM, sides=(4, 8192)))
