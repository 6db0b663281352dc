"""GIF files: frame count, size, and leftover metadata, read block by block (CompuServe, GIF89a)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

STARTS: Final = (b"GIF87a", b"GIF89a")
_LOOP: Final = b"NETSCAPE2.0"
_LEAST: Final = 0.02
"""Seconds: what asks for less is shown at a tenth of a second by every browser."""
_USUAL: Final = 0.1
_KNOWN: Final = {0xFE: "comment", 0x01: "text"}


class BrokenGif(ValueError):
    """The file ends before it should, or is no GIF."""


@dataclass(frozen=True, slots=True)
class GifInfo:
    """What the blocks of a GIF file state: size, frames, duration."""

    width: int
    height: int
    frames: int
    seconds: float
    """Length of one round."""


@dataclass(frozen=True, slots=True)
class _Block:
    kind: int
    """0x2C a frame, 0x21 an extension, 0x3B the end."""
    label: int
    body: bytes
    """The pieces of an extension put together; nothing for a frame."""
    end: int


def read_gif(data: bytes) -> GifInfo:
    """Count frames without unpacking them. Raises BrokenGif."""
    frames, seconds, delay = 0, 0.0, _USUAL
    for block in _blocks(data):
        if block.kind == 0x2C:
            frames += 1
            seconds += delay
            delay = _USUAL
        elif block.label == 0xF9 and len(block.body) >= 3:
            said = int.from_bytes(block.body[1:3], "little") / 100
            delay = said if said >= _LEAST else _USUAL
    width, height = (int.from_bytes(data[at : at + 2], "little") for at in (6, 8))
    return GifInfo(width, height, frames, seconds)


def gif_metadata(data: bytes) -> Iterator[str]:
    """Names of everything in the file besides frames, their times and their repetition."""
    try:
        for block in _blocks(data):
            if block.kind == 0x21 and block.label != 0xF9:
                if block.label == 0xFF and block.body.startswith(_LOOP) and len(block.body) == len(_LOOP) + 3:
                    continue
                name = block.body[:11].decode("latin-1").strip()
                known = "XMP" if name.startswith("XMP") else "ICC" if name.startswith("ICC") else f"block {name}"
                yield _KNOWN.get(block.label, known if block.label == 0xFF else f"block {block.label:02X}")
            elif block.kind == 0x3B and block.end < len(data):
                yield "bytes behind the end"
    except BrokenGif:
        yield "no end"


def _blocks(data: bytes) -> Iterator[_Block]:
    if data[:6] not in STARTS or len(data) < 13:
        raise BrokenGif("this is no GIF")
    at = 13 + _table(data[10])
    while at < len(data):
        kind = data[at]
        if kind == 0x3B:
            yield _Block(kind, 0, b"", at + 1)
            return
        if kind == 0x2C and at + 10 < len(data):
            _, at = _pieces(data, at + 11 + _table(data[at + 9]), keep=False)
            yield _Block(kind, 0, b"", at)
        elif kind == 0x21 and at + 2 < len(data):
            label = data[at + 1]
            body, at = _pieces(data, at + 2, keep=True)
            yield _Block(kind, label, body, at)
        else:
            break
    raise BrokenGif("this GIF ends too early")


def _table(packed: int) -> int:
    """The size of a colour table, in bytes."""
    return 3 << ((packed & 7) + 1) if packed & 0x80 else 0


def _pieces(data: bytes, at: int, *, keep: bool) -> tuple[bytes, int]:
    kept: list[bytes] = []
    while True:
        if at >= len(data):
            raise BrokenGif("this GIF ends too early")
        length = data[at]
        if keep:
            kept.append(data[at + 1 : at + 1 + length])
        at += 1 + length
        if not length:
            return b"".join(kept), at
