"""What an MP4 file says of its pictures and its sound before they begin: colours, field order, channels.

Pictures are H.264 (ITU-T H.264, 7.3.2.1; its settings lie in `avcC`, ISO/IEC 14496-15); sound is described in `esds`
(ISO/IEC 14496-1 and -3). What is missing or strange is taken for the usual: it is the decoder's to refuse it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_LONG_PROFILES: Final = frozenset((44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 144, 244))
"""Profiles that say how fine their colours are; the others have four to one, in eight bits."""
USUAL_SAMPLINGS, USUAL_DEPTH = ("4:2:0", "4:0:0"), 8
_SAMPLING: Final = ("4:0:0", "4:2:0", "4:2:2", "4:4:4")
_SOUNDS: Final = {0x69: ".mp3", 0x6B: ".mp3", 0xA5: "ac-3", 0xA6: "ec-3", 0xA9: "dtsc", 0xAD: "Opus", 0xDD: "vorb"}
"""Sounds other than AAC that hide behind its four letters, by the four letters of their own."""
_HIGH_EFFICIENCY: Final = (5, 29)
_ESCAPED_TYPE, _ESCAPED_RATE = 31, 15


@dataclass(frozen=True, slots=True)
class FilmColours:
    """How fine the colours of the pictures are, and how they are shown."""

    sampling: str = "4:2:0"
    """Of chroma; `4:0:0` is grey."""
    depth: int = 8
    """Bits of a sample."""
    interlaced: bool = False
    square: bool = True
    """Whether a pixel is as wide as it is high."""

    @property
    def usual(self) -> bool:
        """Whether every player shows them. Grey is shown as if it had colours."""
        return self.sampling in USUAL_SAMPLINGS and self.depth == USUAL_DEPTH


USUAL_COLOURS: Final = FilmColours()


@dataclass(frozen=True, slots=True)
class FilmSound:
    """What the four letters `mp4a` stand for."""

    codec: str = "mp4a"
    """`mp4a` for AAC, else the sound's own four letters."""
    plain: bool = True
    """AAC of low complexity, with one channel or two."""


class _Bits:
    """Reads numbers of any number of bits. Behind the end there are zeros."""

    def __init__(self, data: bytes) -> None:
        self._number, self._left = int.from_bytes(data, "big"), len(data) * 8

    def take(self, count: int) -> int:
        self._left -= count
        shifted = self._number >> self._left if self._left >= 0 else 0
        return shifted & ((1 << count) - 1)

    def golomb(self) -> int:
        """An unsigned Exp-Golomb number (H.264, 9.1)."""
        zeros = 0
        while zeros < 32 and self._left > 0 and not self.take(1):
            zeros += 1
        return (1 << zeros) - 1 + self.take(zeros)


def read_colours(entry: bytes) -> FilmColours:
    """From the beginning of the description of a track of pictures."""
    sampling, depth = _fineness(_body(entry, b"avcC"))
    fields, spacing = _body(entry, b"fiel"), _body(entry, b"pasp")
    return FilmColours(sampling, depth, fields[:1] == b"\2", len(spacing) < 8 or spacing[:4] == spacing[4:8])


def _fineness(settings: bytes) -> tuple[str, int]:
    """Sampling and depth, from the first set of parameters."""
    length = int.from_bytes(settings[6:8], "big")
    parameters = settings[8 : 8 + length].replace(b"\0\0\3", b"\0\0")
    if len(parameters) < 5 or not settings[5] & 31 or parameters[1] not in _LONG_PROFILES:
        return "4:2:0", 8
    bits = _Bits(parameters[4:64])
    bits.golomb()  # its number
    sampling = bits.golomb()
    if sampling == len(_SAMPLING) - 1:
        bits.take(1)
    depth = 8 + max(bits.golomb(), bits.golomb())
    return (_SAMPLING[sampling], depth) if sampling < len(_SAMPLING) else ("4:2:0", 8)


def read_sound(entry: bytes) -> FilmSound:
    """From the beginning of the description of a track of sound whose four letters are `mp4a`."""
    rest = _body(entry, b"esds")[4:]
    tag, rest = _descriptor(rest)
    if tag != 3 or len(rest) < 3:
        return FilmSound()
    flags, at = rest[2], 3
    at += 2 * bool(flags & 0x80)
    if flags & 0x40:
        at += 1 + int.from_bytes(rest[at : at + 1], "big")
    at += 2 * bool(flags & 0x20)
    tag, rest = _descriptor(rest[at:])
    if tag != 4 or not rest:
        return FilmSound()
    if rest[0] in _SOUNDS:
        return FilmSound(_SOUNDS[rest[0]])
    tag, rest = _descriptor(rest[13:])
    return FilmSound(plain=tag != 5 or _is_plain(_Bits(rest[:16])))


def _is_plain(bits: _Bits) -> bool:
    kind = bits.take(5)
    if kind == _ESCAPED_TYPE:
        kind = 32 + bits.take(6)
    if bits.take(4) == _ESCAPED_RATE:
        bits.take(24)
    return kind not in _HIGH_EFFICIENCY and bits.take(4) <= 2


def _body(entry: bytes, name: bytes) -> bytes:
    """What is in a box of this name, which QuickTime puts at other places than MP4."""
    at = entry.find(name)
    if at < 4:
        return b""
    return entry[at + 4 : at - 4 + int.from_bytes(entry[at - 4 : at], "big")]


def _descriptor(data: bytes) -> tuple[int, bytes]:
    """A descriptor's tag, and what follows its length."""
    at = 1
    while at < len(data) and at < 5 and data[at] & 0x80:
        at += 1
    return (data[0] if data else 0), data[at + 1 :]
