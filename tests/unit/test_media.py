"""Pictures leave clean: nothing but pixels, upright, in sRGB."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nasty import (
    SECRET,
    XMP,
    bomb,
    exif,
    gif_with_everything,
    halves,
    jpeg_with_everything,
    meadow,
    moving,
    noise,
    png_that_says_it_is,
    png_with_everything,
    saved,
    swapped_profile,
    text_bomb,
    webp_with_everything,
)
from PIL import Image

from amplify.media.fit import SizeLimit, fit_picture
from amplify.media.sanitize import MOST_PIXELS, BadPicture, sanitize_picture
from amplify.rules.file_formats.leftover_metadata import leftover_metadata

ROOM = 5_000_000


def opened(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def shade(data: bytes, at: tuple[int, int]) -> tuple[int, ...]:
    found = opened(data).convert("RGBA").getpixel(at)
    assert isinstance(found, tuple)
    return found


# Clean


@pytest.mark.parametrize(
    ("dirty", "mime", "holds"),
    [
        (
            jpeg_with_everything,
            "image/jpeg",
            {"EXIF", "XMP", "comment", "colour profile", "IPTC", "thumbnail", "bytes behind the end", "segment FFEC"},
        ),
        (
            png_with_everything,
            "image/png",
            {"EXIF", "text", "colour profile", "time", "chunk prIV", "bytes behind the end"},
        ),
        (webp_with_everything, "image/webp", {"EXIF", "XMP", "colour profile", "a header that promises more"}),
        (gif_with_everything, "image/png", {"comment", "bytes behind the end"}),
    ],
)
def test_nothing_but_pixels_leaves(dirty: Any, mime: str, holds: set[str]) -> None:
    data = dirty()
    assert SECRET in data  # otherwise this proves nothing
    assert holds <= set(leftover_metadata(data))  # and neither would a reader that sees nothing
    cleaned, kind = sanitize_picture(data, ROOM)
    assert kind == mime == "image/" + (opened(cleaned).format or "").lower()
    assert leftover_metadata(cleaned) == ()
    for trace in (SECRET, b"Exif", b"xmpmeta", b"ICC_PROFILE", b"iCCP", b"GPS", b"secret", b"PK\3\4", b"8BIM"):
        assert trace not in cleaned
    picture = opened(cleaned)
    assert not picture.getexif()
    assert picture.info.get("jfif_density", (1, 1)) == (1, 1)
    assert picture.size == (64, 32)
    assert sanitize_picture(data, ROOM) == (cleaned, kind)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    ("orientation", "size", "red"),
    [
        (1, (64, 32), (5, 16)),
        (2, (64, 32), (58, 16)),
        (3, (64, 32), (58, 16)),
        (6, (32, 64), (16, 5)),
        (8, (32, 64), (16, 58)),
    ],
)
def test_a_picture_stands_upright(kind: str, orientation: int, size: tuple[int, int], red: tuple[int, int]) -> None:
    cleaned, _ = sanitize_picture(saved(halves(), kind, exif=exif(orientation)), ROOM)
    assert opened(cleaned).size == size
    seen = shade(cleaned, red)
    assert seen[0] > 200
    assert seen[2] < 60


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr", "I;16"])
def test_every_kind_of_pixel_comes_through(mode: str) -> None:
    kind = "JPEG" if mode in ("CMYK", "YCbCr") else "PNG"
    made = Image.new("P", (20, 10)).convert("RGBA") if mode == "PA" else Image.new(mode, (20, 10))
    assert opened(sanitize_picture(saved(made, kind), ROOM)[0]).size == (20, 10)


def test_transparency_stays() -> None:
    clear = Image.new("RGBA", (20, 10), (255, 0, 0, 0))
    cleaned, kind = sanitize_picture(saved(clear, "PNG"), ROOM)
    assert kind == "image/png"
    assert shade(cleaned, (3, 3)) == (255, 0, 0, 0)
    half = Image.new("RGBA", (20, 10), (255, 0, 0, 128))
    assert shade(sanitize_picture(saved(half, "WEBP", lossless=True), ROOM)[0], (3, 3)) == (255, 0, 0, 128)


def test_a_palette_keeps_its_colours_and_loses_those_that_nobody_sees() -> None:
    picture = Image.new("P", (20, 10), 7)
    picture.putpalette([*range(21), 10, 200, 30, *SECRET, *bytes(600)][: 3 * 256])
    picture.paste(3, (0, 0, 5, 5))
    data = saved(picture, "PNG", transparency=3)
    assert SECRET in data
    cleaned, kind = sanitize_picture(data, ROOM)
    assert kind == "image/png"
    assert SECRET not in cleaned
    assert opened(cleaned).mode == "P"
    assert shade(cleaned, (10, 8)) == (10, 200, 30, 255)
    assert shade(cleaned, (1, 1))[3] == 0


def test_half_transparent_palettes_keep_each_entry() -> None:
    picture = Image.new("P", (3, 1))
    picture.putdata([0, 1, 2])
    picture.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255])
    cleaned, _ = sanitize_picture(saved(picture, "PNG", transparency=bytes((0, 128, 255))), ROOM)
    assert [shade(cleaned, (at, 0))[3] for at in range(3)] == [0, 128, 255]
    assert shade(cleaned, (1, 0))[:3] == (0, 255, 0)


# Colours


@pytest.mark.parametrize(("kind", "how"), [("PNG", {}), ("WEBP", {"lossless": True}), ("JPEG", {"quality": 95})])
def test_colours_are_those_of_the_profile(kind: str, how: dict[str, Any]) -> None:
    red = Image.new("RGB", (20, 10), (220, 20, 20))
    plain = shade(sanitize_picture(saved(red, kind, **how), ROOM)[0], (5, 5))
    assert plain[0] > 200 > 60 > plain[1]
    told = shade(sanitize_picture(saved(red, kind, icc_profile=swapped_profile(), **how), ROOM)[0], (5, 5))
    assert told[1] > 200 > 60 > told[0]  # what the file calls red is green


def test_a_profile_that_is_srgb_changes_nothing() -> None:
    from PIL import ImageCms

    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = noise(40, 30)
    cleaned, _ = sanitize_picture(saved(picture, "PNG", icc_profile=srgb), ROOM)
    assert opened(cleaned).tobytes() == picture.tobytes()
    assert b"iCCP" not in cleaned


def test_cmyk_becomes_rgb_whatever_its_profile_says() -> None:
    ink = Image.new("CMYK", (20, 10), (0, 255, 255, 0))
    for profile in (None, b"no profile at all", swapped_profile()):
        cleaned, kind = sanitize_picture(saved(ink, "JPEG", quality=95, icc_profile=profile), ROOM)
        seen = shade(cleaned, (5, 5))
        assert kind == "image/jpeg"
        assert seen[0] > 180 > 100 > seen[2]


def test_sixteen_bits_are_not_cut_off() -> None:
    grey = Image.new("I;16", (20, 10), 0x8000)
    assert shade(sanitize_picture(saved(grey, "PNG"), ROOM)[0], (5, 5)) == (128, 128, 128, 255)


def test_a_gamma_of_its_own_is_put_right() -> None:
    grey = saved(Image.new("RGB", (20, 10), (128, 128, 128)), "PNG")
    from nasty import chunk

    linear = grey[:33] + chunk(b"gAMA", (100_000).to_bytes(4, "big")) + grey[33:]
    usual = grey[:33] + chunk(b"gAMA", (45_455).to_bytes(4, "big")) + grey[33:]
    assert shade(sanitize_picture(usual, ROOM)[0], (5, 5))[0] == 128
    assert 180 < shade(sanitize_picture(linear, ROOM)[0], (5, 5))[0] < 192


@pytest.mark.parametrize(
    ("chunks", "grey"),
    [
        ({b"sRGB": b"\0", b"gAMA": 100_000}, 128),
        ({b"gAMA": 100_000, b"sRGB": b"\0"}, 128),
        ({b"sRGB": b"\1", b"gAMA": 22_000}, 128),
        ({b"sRGB": b"\0"}, 128),
        ({b"gAMA": 100_000}, 187),
    ],
)
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P"])
def test_srgb_is_stronger_than_a_gamma_beside_it(chunks: dict[bytes, bytes | int], grey: int, mode: str) -> None:
    from nasty import chunk

    drawn = Image.new("RGB", (20, 10), (128, 128, 128))
    plain = saved(drawn.quantize() if mode == "P" else drawn.convert(mode), "PNG")
    said = b"".join(
        chunk(name, body if isinstance(body, bytes) else body.to_bytes(4, "big")) for name, body in chunks.items()
    )
    cleaned, _ = sanitize_picture(plain[:33] + said + plain[33:], ROOM)
    assert abs(shade(cleaned, (5, 5))[0] - grey) <= 1


# Several pictures in one file


@pytest.mark.parametrize("still", [False, True])
@pytest.mark.parametrize("orientation", [1, 6])
def test_of_a_jpeg_with_more_pictures_the_first_is_sent(still: bool, orientation: int) -> None:
    first = meadow(200, 100)
    others = [Image.new("L", (50, 25), shade) for shade in (10, 200)]
    data = saved(first, "MPO", save_all=True, append_images=others, exif=exif(orientation), quality=95)
    cleaned, mime = sanitize_picture(data, ROOM, still=still)
    seen = opened(cleaned)
    assert (mime, seen.format, getattr(seen, "n_frames", 1)) == ("image/jpeg", "JPEG", 1)
    assert seen.size == ((200, 100) if orientation == 1 else (100, 200))
    assert leftover_metadata(cleaned) == ()
    assert len(cleaned) < len(data)
    assert len(fit_picture(data, SizeLimit(4_000))[0]) <= 4_000


def test_of_a_jpeg_whose_second_picture_is_cut_off_the_first_is_sent() -> None:
    data = saved(halves(), "MPO", save_all=True, append_images=[Image.new("RGB", (300, 200), "green")])
    cleaned, mime = sanitize_picture(data[:-40], ROOM)
    assert (mime, opened(cleaned).size) == ("image/jpeg", (64, 32))


# AVIF


def test_an_avif_is_sent_as_what_platforms_take() -> None:
    picture = meadow(640, 480)
    cleaned, mime = sanitize_picture(saved(picture, "AVIF", quality=90, exif=exif(6), xmp=XMP), ROOM)
    assert (mime, opened(cleaned).size) == ("image/jpeg", (480, 640))
    assert leftover_metadata(cleaned) == ()
    picture.putalpha(100)
    assert sanitize_picture(saved(picture, "AVIF"), ROOM)[1] == "image/webp"


# Refused, in words


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "not a picture"),
        (b"Hello, I am a text.", "not a picture"),
        (b"<!doctype html><script>alert(1)</script>", "not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "not a picture"),
        (b"\x89PNG\r\n\x1a\n", "not a picture"),
        (saved(noise(60, 60), "JPEG")[:900], "damaged or cut off"),
        (saved(noise(60, 60), "PNG")[:900], "damaged or cut off"),
        (saved(noise(60, 60), "WEBP")[:900], "damaged or cut off"),
        (saved(noise(60, 60), "GIF")[:900], "damaged or cut off"),
        (saved(noise(60, 60), "TIFF"), "not a picture"),
        (saved(noise(60, 60), "BMP"), "not a picture"),
        (png_that_says_it_is(8000, 7501), f"more than {MOST_PIXELS // 1_000_000} megapixels"),
        (png_that_says_it_is(2**31 - 1, 2**31 - 1), "megapixels|not a picture"),
        (png_that_says_it_is(0, 10), "not a picture"),
        (bomb(30_000), "megapixels"),
        (moving("GIF"), "no platform takes a moving picture"),
        (moving("PNG"), "no platform takes a moving picture"),
        (moving("WEBP"), "no platform takes a moving picture"),
        (moving("AVIF"), "no platform takes a moving picture"),
        (saved(noise(60, 60), "AVIF")[:900], "damaged or cut off"),
        (saved(halves(), "JPEG")[:-2] + b"\xff\xda\0\0" * 200, "a hundred times"),
    ],
)
def test_what_is_no_picture_is_refused_in_words(data: bytes, sentence: str) -> None:
    with pytest.raises(BadPicture, match=sentence) as caught:
        sanitize_picture(data, ROOM)
    assert "0x" not in str(caught.value)


def test_a_bomb_within_bounds_is_only_a_large_picture() -> None:
    cleaned, _ = sanitize_picture(bomb(6_000), ROOM, 1_000_000)
    assert opened(cleaned).size == (1000, 1000)


def test_a_bomb_in_a_text_is_left_out_unread() -> None:
    cleaned, _ = sanitize_picture(text_bomb(), ROOM)
    assert opened(cleaned).tobytes() == halves().tobytes()


def test_a_file_is_what_its_bytes_say() -> None:
    """Programs give pictures wrong endings: here nobody looks at a name."""
    assert sanitize_picture(saved(halves(), "JPEG"), ROOM)[1] == "image/jpeg"


WHOLE = [saved(halves(), kind) for kind in ("PNG", "JPEG", "WEBP", "GIF")]
WHOLE += [jpeg_with_everything(), png_with_everything(), webp_with_everything(), gif_with_everything()]
WHOLE += [saved(halves().convert("P"), "PNG"), saved(halves(), "JPEG", progressive=True)]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(WHOLE), st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), min_size=1, max_size=6))
def test_no_broken_picture_raises_anything_else(whole: bytes, changes: list[tuple[int, int]]) -> None:
    data = bytearray(whole)
    for place, byte in changes:
        data[place % len(data)] = byte
    leftover_metadata(bytes(data))
    try:
        cleaned, _ = sanitize_picture(bytes(data), ROOM)
    except BadPicture:
        return
    opened(cleaned)
    assert leftover_metadata(cleaned) == ()


@settings(max_examples=100, deadline=None)
@given(
    st.binary(max_size=400), st.sampled_from([b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a", b"RIFF\x20\0\0\0WEBP"])
)
def test_no_bytes_at_all_break_the_reader(rest: bytes, start: bytes) -> None:
    assert isinstance(leftover_metadata(start + rest), tuple)
    with pytest.raises(BadPicture):
        sanitize_picture(start + rest, ROOM)
