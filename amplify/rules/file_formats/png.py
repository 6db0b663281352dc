"""PNG files: leftover metadata, read chunk by chunk (W3C, Portable Network Graphics, third edition)."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Final

START: Final = b"\x89PNG\r\n\x1a\n"
_NEEDED: Final = frozenset((b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"))
_KNOWN: Final = {
    b"eXIf": "EXIF",
    b"iCCP": "colour profile",
    b"tEXt": "text",
    b"zTXt": "text",
    b"iTXt": "text",
    b"tIME": "time",
    b"acTL": "animation",
    b"fcTL": "animation",
    b"fdAT": "animation",
    b"caBX": "provenance",
}
_TEXTS: Final = (b"tEXt", b"zTXt", b"iTXt")
_CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_PIECE: Final = 1 << 20


def png_metadata(data: bytes) -> Iterator[str]:
    """Names of everything in the file besides header, palette, transparency and pixels."""
    at, pixels, header = len(START), [], b""
    while at + 12 <= len(data):
        length, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        body = data[at + 8 : at + 8 + length]
        check = data[at + 8 + length : at + 12 + length]
        if len(check) < 4 or zlib.crc32(name + body).to_bytes(4, "big") != check:
            yield "a damaged chunk"
            return
        if name not in _NEEDED:
            yield _KNOWN.get(name, f"chunk {name.decode('latin-1')}")
        if name == b"IHDR":
            header = body
        elif name == b"IDAT":
            pixels.append(body)
        at += 12 + length
        if name == b"IEND":
            if length or at < len(data):
                yield "bytes behind the end"
            yield from _behind_pixels(header, pixels)
            return
    yield "no end"


def without_texts(data: bytes) -> bytes:
    """The same PNG without its text chunks, which some programs fill with megabytes, and some with bombs."""
    kept, at = [data[: len(START)]], len(START)
    while at + 12 <= len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        if data[at + 4 : at + 8] not in _TEXTS:
            kept.append(data[at:end])
        at = end
    return b"".join(kept)


def _behind_pixels(header: bytes, pieces: list[bytes]) -> Iterator[str]:
    """Names of whatever follows the pixels in the compressed stream: a decoder reads no further than these."""
    width, height = int.from_bytes(header[:4], "big"), int.from_bytes(header[4:8], "big")
    depth, kind, interlaced = header[8], header[9], header[12]
    if interlaced:
        yield "interlacing"  # we never write it
        return
    due = height * (1 + (width * depth * _CHANNELS.get(kind, 0) + 7) // 8)
    inflating = zlib.decompressobj()
    found = 0
    for piece in pieces:
        rest = piece
        while rest and found <= due:
            found += len(inflating.decompress(rest, _PIECE))
            rest = inflating.unconsumed_tail
    if found != due or inflating.unused_data or not inflating.eof:
        yield "bytes behind the pixels"
