"""JPEG files: leftover metadata and scan count, read segment by segment (ITU-T T.81, annex B; JFIF 1.02)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

START: Final = b"\xff\xd8"
_EOI, _SOS, _APP0 = 0xD9, 0xDA, 0xE0
_NEEDED: Final = frozenset((0xDB, 0xC0, 0xC1, 0xC2, 0xC4, 0xDD, _SOS))
"""Tables, frames, restart interval, scans: without them there are no pixels."""
MOST_SCANS: Final = 100
"""Cameras and editors write ten or so."""
_MOST_STEPS: Final = 800_000_000
_PLAIN_JFIF: Final = 14
"""Bytes of a JFIF segment without a thumbnail."""
_KNOWN: Final = (
    (0xE1, b"Exif\0", "EXIF"),
    (0xE1, b"http://ns.adobe.com/xap/", "XMP"),
    (0xE1, b"http://ns.adobe.com/xmp/", "XMP"),
    (0xE2, b"ICC_PROFILE\0", "colour profile"),
    (0xE2, b"MPF\0", "second picture"),
    (0xED, b"Photoshop 3.0\0", "IPTC"),
    (0xEE, b"Adobe", "Adobe"),
    (0xE0, b"JFXX\0", "thumbnail"),
    (0xEB, b"JP", "JUMBF"),
)


def jpeg_metadata(data: bytes) -> Iterator[str]:
    """Names of everything in the file besides tables and scans."""
    at = 2
    while True:
        if at + 2 > len(data):
            yield "no end"
            return
        if data[at] != 0xFF:
            yield "bytes between segments"
            return
        marker = data[at + 1]
        if marker == _EOI:
            if at + 2 < len(data):
                yield "bytes behind the end"
            return
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        body = data[at + 4 : at + 2 + length]
        if length < 2 or len(body) != length - 2:
            yield "no end"
            return
        yield from _in_segment(marker, body)
        at += 2 + length
        if marker == _SOS:
            at = _behind_scan(data, at)


def takes_too_long(data: bytes, pixels: int) -> bool:
    """Whether decoding would take minutes: it goes through all pixels once a scan."""
    scans = count_scans(data)
    return scans > MOST_SCANS or scans * pixels > _MOST_STEPS


def count_scans(data: bytes) -> int:
    """Number of scans: a progressive file with thousands of them costs hours to decode."""
    return data.count(b"\xff\xda")


def _in_segment(marker: int, body: bytes) -> Iterator[str]:
    if marker in _NEEDED:
        return
    if marker == _APP0 and body.startswith(b"JFIF\0"):
        if len(body) != _PLAIN_JFIF or body[12:14] != b"\0\0":
            yield "thumbnail"
        return
    if marker == 0xFE:
        yield "comment"
        return
    named = (name for at, start, name in _KNOWN if marker == at and body.startswith(start))
    yield next(named, f"segment FF{marker:02X}")


def _behind_scan(data: bytes, at: int) -> int:
    """Where the next segment begins: entropy-coded data writes FF as FF00, and restarts as FFD0 to FFD7."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            return len(data)
        if data[at + 1] != 0 and not 0xD0 <= data[at + 1] <= 0xD7:
            return at
        at += 2
