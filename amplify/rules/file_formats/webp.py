"""WebP files: animation, compression and leftover metadata, read chunk by chunk (RFC 9649)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

_NEEDED: Final = frozenset((b"VP8 ", b"VP8L", b"VP8X", b"ALPH"))
_KNOWN: Final = {
    b"EXIF": "EXIF",
    b"XMP ": "XMP",
    b"ICCP": "colour profile",
    b"ANIM": "animation",
    b"ANMF": "animation",
}
_ALPHA: Final = 0x10
"""The only flag of `VP8X` that a still picture without profile and metadata may have."""


def is_webp(data: bytes) -> bool:
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


def is_animated(data: bytes) -> bool:
    """Whether the header says that it is an animation."""
    return data[12:16] == b"VP8X" and bool(data[20:21]) and bool(data[20] & 0x02)


def is_lossless(data: bytes) -> bool:
    """Whether the pixels are stored losslessly."""
    return any(name == b"VP8L" for name, _ in _chunks(data))


def webp_metadata(data: bytes) -> Iterator[str]:
    """Names of everything in the file besides pixels and transparency."""
    whole = 8 + int.from_bytes(data[4:8], "little")
    if whole != len(data):
        yield "bytes behind the end" if whole < len(data) else "no end"
    end = 12
    for name, body in _chunks(data):
        end += 8 + len(body) + len(body) % 2
        if name not in _NEEDED:
            yield _KNOWN.get(name, f"chunk {name.decode('latin-1')}")
        elif name == b"VP8X" and (len(body) != 10 or body[0] & ~_ALPHA or any(body[1:4])):
            yield "a header that promises more"
    if end != min(whole, len(data)):
        yield "a damaged chunk"


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at, end = 12, min(len(data), 8 + int.from_bytes(data[4:8], "little"))
    while at + 8 <= end:
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        yield data[at : at + 4], data[at + 8 : min(end, at + 8 + length)]
        at += 8 + length + length % 2
