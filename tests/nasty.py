"""Files that nobody should publish as they are, made here: pictures and videos with everything a camera writes."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms, PngImagePlugin

SECRET = b"where-it-was-taken"
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><secret>' + SECRET + b"</secret></x:xmpmeta>"


def saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def noise(width: int, height: int) -> Image.Image:
    """What no format can make small."""
    return Image.frombytes("RGB", (width, height), random.Random(7).randbytes(width * height * 3))


def meadow(width: int, height: int) -> Image.Image:
    """Something like a photograph: soft, with edges, and never the same colour twice in a row."""
    ground = Image.linear_gradient("L").resize((width, height))
    sky = Image.radial_gradient("L").resize((width, height))
    grain = Image.effect_noise((width, height), 12)
    picture = Image.merge("RGB", (ground, sky, grain))
    picture.paste((200, 40, 40), (width // 4, height // 4, width // 2, height // 2))
    return picture


def halves() -> Image.Image:
    """Red on the left, blue on the right: 64 × 32."""
    picture = Image.new("RGB", (64, 32), "blue")
    picture.paste("red", (0, 0, 32, 32))
    return picture


def exif(orientation: int = 1) -> Image.Exif:
    """What a camera writes: words, a place, and a small picture."""
    known = Image.Exif()
    known[0x010E] = SECRET.decode()  # ImageDescription
    known[0x9286] = SECRET  # UserComment
    known[0x0112] = orientation
    gps = known.get_ifd(0x8825)
    gps[1], gps[2], gps[29] = "N", (54.0, 41.0, 20.0), SECRET.decode()  # GPSDateStamp
    return known


def archive() -> bytes:
    """A zip, as some hide one behind a picture."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as held:
        held.writestr("names.txt", SECRET)
    return out.getvalue()


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def jpeg_with_everything() -> bytes:
    """EXIF with GPS, comment, XMP, a profile, IPTC, a thumbnail, private segments, and a zip behind the end."""
    whole = saved(halves(), "JPEG", exif=exif(), comment=SECRET, xmp=XMP, icc_profile=b"icc" + SECRET, dpi=(300, 300))
    thumbnail = saved(halves(), "JPEG")
    more = segment(0xED, b"Photoshop 3.0\08BIM\x04\x04\0\0\0\0\0\x14\x1c\x02\x78\0\x12" + SECRET)
    more += segment(0xE0, b"JFXX\0\x10" + thumbnail) + segment(0xEC, b"Ducky" + SECRET)
    return whole[:2] + more + whole[2:] + archive()


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_with_everything() -> bytes:
    """Texts of all three kinds, EXIF, XMP, a time, a profile, a private chunk, and bytes behind the end."""
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", SECRET.decode())
    texts.add_itxt("XML:com.adobe.xmp", XMP.decode())
    texts.add_text("Zipped", SECRET.decode(), zip=True)
    whole = saved(halves(), "PNG", pnginfo=texts, exif=exif(), icc_profile=b"icc" + SECRET)
    more = chunk(b"tIME", b"\x07\xea\1\1\0\0\0") + chunk(b"prIV", SECRET)
    return whole[:33] + more + whole[33:] + archive()


def webp_with_everything() -> bytes:
    return saved(halves(), "WEBP", exif=exif(), xmp=XMP, icc_profile=b"icc" + SECRET, quality=95)


def gif_with_everything() -> bytes:
    return saved(halves(), "GIF", comment=SECRET) + archive()


def moving_gif(frames: int = 4, size: tuple[int, int] = (40, 30), **options: Any) -> bytes:
    """A square that walks."""
    steps = []
    for number in range(frames):
        step = Image.new("RGB", size, "white")
        at = number * 3 % (size[0] // 2)
        step.paste((200, 30 * number % 255, 60), (at, 4, at + 8, 14))
        steps.append(step)
    times = [100 + 10 * number for number in range(frames)]
    return saved(steps[0], "GIF", save_all=True, append_images=steps[1:], duration=times, loop=0, **options)


def moving(kind: str) -> bytes:
    frames = [Image.new("RGB", (20, 10), shade) for shade in ("red", "green", "blue")]
    return saved(frames[0], kind, save_all=True, append_images=frames[1:])


def png_that_says_it_is(width: int, height: int) -> bytes:
    """A header of any size, and no pixels to speak of."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def bomb(side: int) -> bytes:
    """A whole PNG of one colour: a thousandth of what it unpacks to."""
    packing = zlib.compressobj(9)
    row = b"\0" * (1 + side // 8)
    pixels = b"".join(packing.compress(row) for _ in range(side)) + packing.flush()
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def text_bomb() -> bytes:
    """A small picture with a text that unpacks to a hundred megabytes."""
    whole = saved(halves(), "PNG")
    return whole[:33] + chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"a" * 100_000_000)) + whole[33:]


def swapped_profile() -> bytes:
    """An RGB profile that calls red what others call green: whoever leaves it out shows wrong colours."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = struct.unpack(">I", profile[128:132])[0]
    place = {bytes(profile[at : at + 4]): at for at in range(132, 132 + 12 * count, 12)}
    red, green = place[b"rXYZ"], place[b"gXYZ"]
    profile[red + 4 : red + 12], profile[green + 4 : green + 12] = (
        profile[green + 4 : green + 12],
        profile[red + 4 : red + 12],
    )
    return bytes(profile)


def make_film(
    path: Path,
    *,
    seconds: float = 1.0,
    size: tuple[int, int] = (160, 120),
    sound: bool = True,
    codec: str = "libx264",
    colours: str = "yuv420p",
) -> None:
    """A QuickTime film as a telephone writes it: with the place, a title and a time."""
    import av
    import numpy as np

    how = {"movflags": "use_metadata_tags"}
    with av.open(str(path), "w", format="mov", options=how) as out:
        out.metadata["title"] = SECRET.decode()
        out.metadata["location"] = "+53.9000+027.5667/"
        out.metadata["com.apple.quicktime.location.ISO6709"] = "+53.9000+027.5667/"
        out.metadata["creation_time"] = "2026-01-01T00:00:00Z"
        film: Any = out.add_stream(codec, rate=10)
        film.width, film.height, film.pix_fmt = *size, colours
        heard: Any = out.add_stream("aac", rate=44_100) if sound else None
        for number in range(int(10 * seconds)):
            shade = np.full((size[1], size[0], 3), number * 20 % 255, dtype=np.uint8)
            for packet in film.encode(av.VideoFrame.from_ndarray(shade, format="rgb24")):
                out.mux(packet)
        for packet in film.encode(None):
            out.mux(packet)
        if heard is not None:
            for number in range(int(43 * seconds)):
                silence = av.AudioFrame.from_ndarray(np.zeros((1, 1024), dtype=np.float32), "fltp", "mono")
                silence.rate, silence.pts = 44_100, number * 1024
                for packet in heard.encode(silence):
                    out.mux(packet)
            for packet in heard.encode(None):
                out.mux(packet)
