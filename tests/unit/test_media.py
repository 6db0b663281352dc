"""Pictures leave clean, fit, and as they were when they were queued."""

from __future__ import annotations

import io
import random
import struct
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from amplify.media.clean import MOST_PIXELS, BadPicture, clean

SECRET = b"where-it-was-taken"
ROOM = 5_000_000


def opened(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def noise(width: int, height: int) -> Image.Image:
    """What no format can make small."""
    return Image.frombytes("RGB", (width, height), random.Random(7).randbytes(width * height * 3))


def halves() -> Image.Image:
    """Red on the left, blue on the right: 64 × 32."""
    picture = Image.new("RGB", (64, 32), "blue")
    picture.paste("red", (0, 0, 32, 32))
    return picture


def exif(**tags: int) -> Image.Exif:
    known = Image.Exif()
    known[0x010E] = SECRET.decode()  # ImageDescription
    known[0x9286] = SECRET  # UserComment
    known[0x0112] = tags.get("orientation", 1)
    gps = known.get_ifd(0x8825)
    gps[1], gps[2], gps[29] = "N", (54.0, 41.0, 20.0), SECRET.decode()  # GPSDateStamp
    return known


XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><secret>' + SECRET + b"</secret></x:xmpmeta>"


def jpeg_with_everything() -> bytes:
    return (
        saved(halves(), "JPEG", exif=exif(), comment=SECRET, xmp=XMP, icc_profile=b"icc" + SECRET, dpi=(300, 300))
        + SECRET  # behind the picture's end
    )


def png_with_everything() -> bytes:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", SECRET.decode())
    texts.add_itxt("XML:com.adobe.xmp", XMP.decode())
    texts.add_text("Zipped", SECRET.decode(), zip=True)
    return saved(halves(), "PNG", pnginfo=texts, exif=exif(), icc_profile=b"icc" + SECRET) + SECRET


def webp_with_everything() -> bytes:
    return saved(halves(), "WEBP", exif=exif(), xmp=XMP, icc_profile=b"icc" + SECRET, quality=95)


def chunks(data: bytes) -> list[bytes]:
    """The names of a PNG's chunks."""
    found, at = [], 8
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        found.append(data[at + 4 : at + 8])
        at += 12 + length
    return found


def segments(data: bytes) -> list[int]:
    """The markers of a JPEG before its pixels."""
    found, at = [], 2
    while data[at + 1] != 0xDA:
        found.append(data[at + 1])
        at += 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]
    return found


# Clean


@pytest.mark.parametrize(
    ("dirty", "mime"),
    [(jpeg_with_everything, "image/jpeg"), (png_with_everything, "image/png"), (webp_with_everything, "image/webp")],
)
def test_nothing_but_pixels_leaves(dirty: Any, mime: str) -> None:
    data = dirty()
    assert SECRET in data  # otherwise this proves nothing
    cleaned, kind = clean(data, ROOM)
    assert kind == mime == "image/" + (opened(cleaned).format or "").lower()
    for trace in (SECRET, b"Exif", b"xmpmeta", b"ICC_PROFILE", b"iCCP", b"GPS", b"secret"):
        assert trace not in cleaned
    picture = opened(cleaned)
    assert not picture.getexif()
    drawing = {"jfif", "jfif_version", "jfif_unit", "jfif_density", "loop", "background", "timestamp", "duration"}
    assert set(picture.info) <= drawing
    assert picture.info.get("jfif_density", (1, 1)) == (1, 1)
    assert picture.size == (64, 32)
    assert clean(data, ROOM) == (cleaned, kind)


def test_a_png_has_only_the_chunks_it_needs() -> None:
    cleaned, _ = clean(png_with_everything(), ROOM)
    assert set(chunks(cleaned)) <= {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
    assert cleaned.endswith(b"IEND\xaeB`\x82")


def test_a_jpeg_has_only_the_segments_it_needs() -> None:
    dirty = jpeg_with_everything()
    assert {0xE1, 0xE2, 0xFE} <= set(segments(dirty))  # EXIF and XMP, ICC, comment
    cleaned, _ = clean(dirty, ROOM)
    assert set(segments(cleaned)) <= {0xE0, 0xDB, 0xC0, 0xC2, 0xC4, 0xDD}  # JFIF, tables, frame
    assert cleaned.endswith(b"\xff\xd9")
    assert cleaned.count(b"\xff\xd8") == 1  # no thumbnail


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
    cleaned, _ = clean(saved(halves(), kind, exif=exif(orientation=orientation)), ROOM)
    picture = opened(cleaned).convert("RGB")
    assert picture.size == size
    shade = picture.getpixel(red)
    assert isinstance(shade, tuple)
    assert shade[0] > 200
    assert shade[2] < 60


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "F"])
def test_every_kind_of_pixel_comes_through(mode: str) -> None:
    kind = {"CMYK": "JPEG", "F": "TIFF"}.get(mode, "PNG")
    data = saved(Image.new(mode, (20, 10)), kind)
    if kind == "TIFF":
        with pytest.raises(BadPicture):
            clean(data, ROOM)
    else:
        assert opened(clean(data, ROOM)[0]).size == (20, 10)


def test_transparency_stays() -> None:
    clear = Image.new("RGBA", (20, 10), (255, 0, 0, 0))
    cleaned, kind = clean(saved(clear, "PNG"), ROOM)
    assert kind == "image/png"
    assert opened(cleaned).convert("RGBA").getpixel((3, 3)) == (255, 0, 0, 0)
    palette = Image.new("P", (20, 10), 0)
    cleaned, _ = clean(saved(palette, "PNG", transparency=0), ROOM)
    assert opened(cleaned).convert("RGBA").getpixel((3, 3))[3] == 0  # type: ignore[index]


def test_a_still_gif_leaves_as_png() -> None:
    cleaned, kind = clean(saved(halves(), "GIF", comment=SECRET), ROOM)
    assert (kind, opened(cleaned).format) == ("image/png", "PNG")
    assert SECRET not in cleaned


# Fit


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("most", [300_000, 60_000, 10_000])
def test_a_picture_is_made_to_fit(kind: str, most: int) -> None:
    data = saved(noise(400, 300), kind, **({} if kind == "PNG" else {"quality": 100}))
    cleaned, mime = clean(data, most)
    assert len(cleaned) <= most
    picture = opened(cleaned)
    assert mime == f"image/{(picture.format or '').lower()}"
    assert abs(picture.width / picture.height - 4 / 3) < 0.05


def test_quality_falls_before_size_does() -> None:
    data = saved(noise(400, 300), "PNG")
    assert len(data) > 300_000
    assert opened(clean(data, 120_000)[0]).size == (400, 300)
    assert opened(clean(data, 10_000)[0]).size < (400, 300)


def test_what_fits_keeps_its_format_and_size() -> None:
    data = saved(noise(100, 100), "PNG")
    cleaned, kind = clean(data, ROOM)
    assert kind == "image/png"
    assert opened(cleaned).tobytes() == noise(100, 100).tobytes()


def test_transparent_becomes_white_where_it_must_become_jpeg() -> None:
    clear = noise(200, 200).convert("RGBA")
    clear.putalpha(0)
    cleaned, kind = clean(saved(clear, "PNG"), 3_000)
    assert kind == "image/jpeg"
    assert all(shade > 250 for shade in opened(cleaned).convert("RGB").getpixel((50, 50)))  # type: ignore[union-attr]


def test_too_many_pixels_are_scaled() -> None:
    cleaned, _ = clean(saved(Image.new("RGB", (400, 300)), "PNG"), ROOM, most_pixels=30_000)
    picture = opened(cleaned)
    assert picture.width * picture.height <= 30_000
    assert picture.size == (200, 150)


def test_a_limit_that_nothing_fits_is_said() -> None:
    with pytest.raises(BadPicture, match="cannot be made smaller than 100 bytes"):
        clean(saved(noise(300, 300), "PNG"), 100)


# Refused, in words


def png_that_says_it_is(width: int, height: int) -> bytes:
    """A header of any size, and no pixels to speak of."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def moving(kind: str) -> bytes:
    frames = [Image.new("RGB", (20, 10), shade) for shade in ("red", "green", "blue")]
    return saved(frames[0], kind, save_all=True, append_images=frames[1:])


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "not a picture"),
        (b"Hello, I am a text.", "not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture"),
        (b"\x89PNG\r\n\x1a\n", "not a picture"),
        (saved(noise(60, 60), "JPEG")[:900], "not a picture"),
        (saved(noise(60, 60), "PNG")[:900], "not a picture"),
        (saved(noise(60, 60), "WEBP")[:900], "not a picture"),
        (saved(noise(60, 60), "TIFF"), "not a picture"),
        (saved(noise(60, 60), "BMP"), "not a picture"),
        (png_that_says_it_is(8000, 7501), f"more than {MOST_PIXELS // 1_000_000} megapixels"),
        (png_that_says_it_is(2**31 - 1, 2**31 - 1), "megapixels|not a picture"),
        (png_that_says_it_is(0, 10), "not a picture"),
        (moving("GIF"), "moving pictures"),
        (moving("PNG"), "moving pictures"),
        (moving("WEBP"), "moving pictures"),
    ],
)
def test_what_is_no_picture_is_refused_in_words(data: bytes, sentence: str) -> None:
    with pytest.raises(BadPicture, match=sentence) as caught:
        clean(data, ROOM)
    assert "0x" not in str(caught.value)


WHOLE = [saved(halves(), kind) for kind in ("PNG", "JPEG", "WEBP", "GIF")]
WHOLE += [jpeg_with_everything(), png_with_everything(), webp_with_everything()]


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow on broken EXIF
@settings(max_examples=200, deadline=None)
@given(st.sampled_from(WHOLE), st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), min_size=1, max_size=6))
def test_no_broken_picture_raises_anything_else(whole: bytes, changes: list[tuple[int, int]]) -> None:
    data = bytearray(whole)
    for place, byte in changes:
        data[place % len(data)] = byte
    try:
        cleaned, _ = clean(bytes(data), ROOM)
    except BadPicture:
        return
    opened(cleaned)
