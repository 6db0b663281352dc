"""Names the format of a file by its beginning, whatever it is called, and says how to make one of it that is published.

Only what people put beside their pictures is known here: what telephones, cameras, drawing programs and browsers save.
"""

from __future__ import annotations

from typing import Final

ENOUGH: Final = 1024
"""Bytes from the beginning by which every format is known."""

_PICTURE: Final = "export it as JPEG or PNG"
_FILM: Final = "save it as an MP4 with H.264 and AAC"
_DRAWN: Final = "export it as PNG, as large as it is to be seen"
_WAYS: Final = {
    "HEIC": "export it as JPEG (an iPhone saves JPEG itself with Settings, Camera, Formats, *Most Compatible*)",
    "AVIF": _PICTURE,
    "TIFF": f"{_PICTURE} (a raw photograph is a TIFF, too)",
    "SVG": _DRAWN,
    "PDF": _DRAWN,
    "PostScript": _DRAWN,
    "web page": "it was saved instead of the picture: fetch the picture itself",
    "Git LFS pointer": "the picture itself is still on the server: run `git lfs pull`",
    "ZIP": "take the pictures out of it",
    "MP4": "let its name end in .mp4",
    "QuickTime": "let its name end in .mov",
    "WebM": _FILM,
    "AVI": _FILM,
    "Windows Media": _FILM,
    "MPEG": _FILM,
    "Flash video": _FILM,
    "Ogg": _FILM,
}
_ENDINGS: Final = {"PNG": ".png", "JPEG": ".jpg", "GIF": ".gif", "WEBP": ".webp", "AVIF": ".avif"}
_STARTS: Final = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"BM", "BMP"),
    (b"\0\0\1\0", "icon"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cJXL ", "JPEG XL"),
    (b"\0\0\0\x0cjP  ", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"8BPS", "Photoshop file"),
    (b"gimp xcf", "GIMP file"),
    (b"%PDF", "PDF"),
    (b"%!PS", "PostScript"),
    (b"\xc5\xd0\xd3\xc6", "PostScript"),
    (b"PK\x03\x04", "ZIP"),
    (b"version https://git-lfs", "Git LFS pointer"),
    (b"\x1a\x45\xdf\xa3", "WebM"),
    (b"\x30\x26\xb2\x75", "Windows Media"),
    (b"\0\0\1\xba", "MPEG"),
    (b"\0\0\1\xb3", "MPEG"),
    (b"FLV\1", "Flash video"),
    (b"OggS", "Ogg"),
)
_RIFF: Final = {b"WEBP": "WEBP", b"AVI ": "AVI"}
_AVIF: Final = frozenset((b"avif", b"avis"))
_HEIC: Final = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"mif2", b"miaf"))
_OLD_QUICKTIME: Final = (b"moov", b"mdat", b"wide", b"free", b"skip")


def name_format(beginning: bytes) -> str | None:
    """The format's usual name; None for what nobody can tell."""
    start = beginning[:ENOUGH]
    if start[4:8] == b"ftyp":
        return _by_brands(start)
    if start[:4] == b"RIFF":
        return _RIFF.get(start[8:12])
    if start[4:8] in _OLD_QUICKTIME:
        return "QuickTime"
    known = next((name for begins, name in _STARTS if start.startswith(begins)), None)
    return known or _by_markup(start)


def way_out(name: str | None) -> str:
    """What to do with a file of this format that cannot be published as it is."""
    if name in _ENDINGS:
        return f"let its name end in {_ENDINGS[name]}"
    return _PICTURE if name is None else _WAYS.get(name, _PICTURE)


def with_article(name: str) -> str:
    """“a PNG”, “an AVIF”."""
    return f"an {name}" if name[:1] in "AEIO" or name[:3] == "MP4" or name in ("icon", "MPEG", "SVG") else f"a {name}"


def _by_brands(start: bytes) -> str:
    """ISO base media file: whose rules it follows stands in its first box, one brand after the other."""
    end = int.from_bytes(start[:4], "big")
    brands = {start[8:12]} | {start[at : at + 4] for at in range(16, min(end, len(start)) - 3, 4)}
    if brands & _AVIF:
        return "AVIF"
    if brands & _HEIC:
        return "HEIC"
    return "QuickTime" if start[8:12] == b"qt  " else "MP4"


def _by_markup(start: bytes) -> str | None:
    encoding = "utf-16" if start[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    text = start.decode(encoding, "ignore").lstrip("\ufeff \t\r\n").lower()
    if not text.startswith("<"):
        return None
    if "<svg" in text or "svg:svg" in text:
        return "SVG"
    return "web page" if "<!doctype html" in text or "<html" in text or "<head" in text else None
