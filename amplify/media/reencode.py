"""Decodes a picture safely, and paints its pixels into a new picture without metadata.

Nothing of the file goes along: no EXIF, no GPS position, no XMP, no profile, no comment. The picture is upright, and
its colours are sRGB, which is what every program shows where there is no profile.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from amplify.rules.file_formats import jpeg, png, webp
from amplify.rules.file_formats.leftover_metadata import kind_of

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_PIXELS: Final = 50_000_000
"""Larger pictures are refused before they are unpacked: a small file can unpack to gigabytes."""
FORMATS: Final = {
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/webp": "WEBP",
    "image/gif": "GIF",
    "image/avif": "AVIF",
}
MOVING: Final = "no platform takes a moving picture in this format: save it as a GIF, or as an MP4 video"

_SRGB_GAMMA: Final = 0.45455


class BadPicture(ValueError):
    """The file is not a picture we can send; `str()` is the sentence."""


@dataclass(frozen=True, slots=True)
class Reencoded:
    """The pixels, and how the file stored them: so that nothing is stored worse than it came."""

    picture: Image
    """Upright, sRGB; mode L, P, RGB, RGBA or (from a JPEG) YCbCr. Its `info` is empty, but for a palette's clear
    entries."""
    mime: str
    """Of the file, or `image/png` for what was drawn."""
    exact: bool = True
    """Whether the file kept every pixel exactly."""
    tables: dict[int, list[int]] | None = None
    """A JPEG's own quantisation: with it, painting again loses next to nothing."""
    sampling: int = 0
    """A JPEG's own chroma sampling, as Pillow numbers it."""

    @property
    def clear(self) -> bool:
        """Whether any pixel is transparent."""
        return self.picture.has_transparency_data


def reencode_picture(data: bytes, *, still: bool = False) -> Reencoded:
    """Decode a file into upright sRGB pixels. `still`: of a moving GIF, take the first frame. Raises BadPicture."""
    from PIL import Image

    mime = kind_of(data)
    if mime is None:
        raise BadPicture("this is not a picture that can be read: use PNG, JPEG, WebP, AVIF or GIF")
    if mime == "image/png":
        data = png.without_texts(data)
    if mime == "image/jpeg" and jpeg.count_scans(data) > jpeg.MOST_SCANS:
        raise BadPicture("this JPEG goes through its picture more than a hundred times: save it anew")
    with decoder_errors(), Image.open(io.BytesIO(data), formats=[FORMATS[mime]]) as source:
        check_pixel_count(source.size)
        # Telephones and cameras hang a second view, or the brightness of each place, behind a JPEG (MPO).
        if getattr(source, "n_frames", 1) > 1 and mime != "image/jpeg" and not (still and mime == "image/gif"):
            raise BadPicture(MOVING)
        if mime == "image/jpeg":
            return _jpeg(source)
        exact = mime != "image/avif" and (mime != "image/webp" or webp.is_lossless(data))
        return Reencoded(_upright(source), mime, exact)


def keep_drawing(picture: Image) -> Reencoded:
    """Wrap a picture that we painted: its pixels are finished and in sRGB."""
    mode = picture.mode if picture.mode in ("L", "RGB", "RGBA") else "RGBA" if picture.has_transparency_data else "RGB"
    return Reencoded(_bare(picture if picture.mode == mode else picture.convert(mode)), "image/png")


@contextmanager
def decoder_errors() -> Iterator[None]:
    """Turn whatever decoders raise for broken bytes into BadPicture, with a sentence."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # our own limits are lower, and broken EXIF is of no interest
            yield
    except BadPicture:
        raise
    except Image.DecompressionBombError:
        raise BadPicture(_TOO_LARGE) from None
    except MemoryError:
        raise BadPicture("this picture needs more memory than there is: scale it down") from None
    except Exception:  # struct.error, SyntaxError, IndexError, zlib.error …
        raise BadPicture("this is not a picture that can be read: it is damaged or cut off; save it anew") from None


def check_pixel_count(size: tuple[int, int]) -> None:
    """Raises BadPicture for more pixels than we decode."""
    if size[0] * size[1] > MOST_PIXELS:
        raise BadPicture(_TOO_LARGE)


_TOO_LARGE: Final = f"this picture has more than {MOST_PIXELS // 1_000_000} megapixels: scale it down"


def _jpeg(source: Any) -> Reencoded:
    """A JPEG keeps its own tables, and where nothing has to be converted its own channels, too."""
    from PIL import JpegImagePlugin

    sampling = JpegImagePlugin.get_sampling(source)
    tables = {number: list(table) for number, table in source.quantization.items()}
    if source.mode == "RGB" and "icc_profile" not in source.info and not _lies(source) and len(tables) <= 2:
        source.draft("YCbCr", source.size)  # as the file has them: colours are not converted there and back
    return Reencoded(_upright(source), "image/jpeg", False, tables, sampling if 0 <= sampling <= 2 else 0)


def _lies(source: Any) -> bool:
    """Whether the camera was held in another position than upright."""
    return bool(source.getexif().get(0x0112, 1) != 1)


def _upright(source: Any) -> Image:
    """Finished pixels: decoded, rotated, in sRGB, eight bits a channel."""
    from PIL import ImageOps

    source.load()
    check_pixel_count(source.size)  # a GIF's frame may be larger than the GIF
    profile, gamma = source.info.get("icc_profile"), _gamma(source)
    turned = ImageOps.exif_transpose(source) if _lies(source) else source
    if turned.mode == "P" and not profile and gamma is None:
        return _palette(turned)
    plain = _eight_bits(turned)
    if profile:
        plain = _from_profile(plain, profile)
    elif plain.mode == "CMYK":
        plain = plain.convert("RGB")
    elif gamma is not None:
        plain = _from_gamma(plain, gamma)
    return _bare(plain)


def _gamma(source: Any) -> float | None:
    """A PNG's gamma, where it says anything: not sRGB's own, and nothing that is stronger (a profile, or the word that
    the picture is in sRGB, which programs write with a gamma beside it for older readers)."""
    gamma: float | None = source.info.get("gamma")
    if (
        gamma is None
        or gamma <= 0
        or "srgb" in source.info
        or "icc_profile" in source.info
        or abs(gamma - _SRGB_GAMMA) <= 0.01
    ):
        return None
    return gamma


def _eight_bits(picture: Image) -> Image:
    if picture.mode.startswith("I"):  # sixteen bits of grey: Pillow's own conversion cuts off what is over 255
        return picture.convert("I").point(lambda shade: shade * (1 / 256)).convert("L")
    if picture.mode in ("L", "RGB", "RGBA", "YCbCr", "CMYK") and "transparency" not in picture.info:
        return picture
    if picture.mode == "1":
        return picture.convert("L")
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def _palette(picture: Image) -> Image:
    """Pixels of an image with a palette; entries that no pixel uses are removed, as they may hold data."""
    from PIL import Image

    used = [index for index, count in enumerate(picture.histogram()[:256]) if count]
    given = picture.convert("RGBA") if picture.has_transparency_data else picture.convert("RGB")
    if len(used) < 1:
        return _bare(given)
    clear = picture.info.get("transparency")
    shades = (picture.getpalette("RGBA") or []) + [0, 0, 0, 255] * 256
    numbers = [0] * 256
    palette: list[int] = []
    alphas = bytearray()
    for place, index in enumerate(used):
        numbers[index] = place
        red, green, blue, alpha = shades[index * 4 : index * 4 + 4]
        if isinstance(clear, bytes):
            alpha = clear[index] if index < len(clear) else 255
        elif clear == index:
            alpha = 0
        palette += (red, green, blue)
        alphas.append(alpha)
    indices = Image.frombytes("L", picture.size, picture.tobytes()).point(numbers)
    out = Image.frombytes("P", picture.size, indices.tobytes())
    out.putpalette(palette)
    if min(alphas) < 255:
        out.info["transparency"] = bytes(alphas)
    return out


def _from_profile(picture: Image, profile: bytes) -> Image:
    """Pixels converted from their colour profile to sRGB. A profile that is not usable is left out."""
    from PIL import ImageCms

    wanted = "RGBA" if picture.mode == "RGBA" else "RGB"
    if picture.mode == "YCbCr":
        picture = picture.convert("RGB")
    try:
        converting = ImageCms.buildTransform(
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            picture.mode,
            wanted,
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
        if picture.mode == wanted and _changes_nothing(converting, wanted):
            return picture
        converted = ImageCms.applyTransform(picture, converting)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return picture.convert("RGB") if picture.mode == "CMYK" else picture
    return converted if converted is not None else picture


def _changes_nothing(converting: Any, mode: str) -> bool:
    """Whether the profile is sRGB itself, by any of its names: no shade moves by more than rounding."""
    from PIL import Image, ImageChops, ImageCms

    steps = (0, 51, 102, 153, 204, 255)
    probe = Image.new("RGB", (36, 6))
    probe.putdata([(red, green, blue) for red in steps for green in steps for blue in steps])
    probe = probe.convert(mode)
    seen = ImageCms.applyTransform(probe, converting)
    if seen is None:
        return False
    moved = ImageChops.difference(probe.convert("RGB"), seen.convert("RGB")).getextrema()
    return all(isinstance(channel, tuple) and channel[1] <= 2 for channel in moved)


def _from_gamma(picture: Image, gamma: float) -> Image:
    """Pixels converted from a PNG's gamma to sRGB's, which is near 1/2.2."""
    power = 1 / (gamma * 2.2)
    curve = [round(255 * (value / 255) ** power) for value in range(256)]
    straight = list(range(256))
    bands = len(picture.getbands())
    return picture.point(curve * min(bands, 3) + straight * (bands == 4))


def _bare(picture: Image) -> Image:
    """The same pixels in a picture that carries nothing else."""
    from PIL import Image

    fresh = Image.new(picture.mode, picture.size)
    fresh.paste(picture)
    return fresh
