"""MP4 and QuickTime files: size, length, codecs and leftover metadata, read box by box (ISO/IEC 14496-12 and -14).

The reader is given a buffer (a mapped file will do) and touches only the headers: a video's frames are not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from amplify.rules.file_formats.codec_settings import USUAL_COLOURS, FilmColours, FilmSound, read_colours, read_sound

_FOLDERS: Final = frozenset(("moov", "trak", "mdia", "minf", "dinf", "stbl", "edts"))
"""Boxes that hold nothing but boxes."""
_HEADS: Final = ("ftyp", "mdat", "mvhd", "tkhd", "mdhd", "hdlr", "vmhd", "smhd", "dref", "elst", "stsd")
_TABLES: Final = ("stts", "stss", "ctts", "cslg", "stsc", "stsz", "stco", "co64", "sgpd", "sbgp")
_NEEDED: Final = _FOLDERS | frozenset((*_HEADS, *_TABLES))
_IN_SAMPLE: Final = frozenset(("avcC", "esds", "pasp", "colr", "btrt", "fiel", "chrm"))
"""What may stand in the description of a track's samples."""
_KNOWN: Final = {
    "udta": "user data (places, devices)",
    "meta": "metadata",
    "uuid": "private data",
    "XMP_": "XMP",
    "tref": "a track about another",
    "gmhd": "a track of measurements",
}
_HANDLERS: Final = {"vide": "video", "soun": "sound"}
_TIMED: Final = ("mvhd", "tkhd", "mdhd")
_NAMES: Final = (b"VideoHandler", b"SoundHandler", b"")
_DEEP: Final = 12
_DESCRIBED: Final = 4096
"""Bytes that the description of a track's samples needs at most."""


class Buffer(Protocol):
    """Bytes, or a file mapped into memory."""

    def __len__(self) -> int: ...

    def __getitem__(self, at: slice, /) -> bytes: ...


class BrokenVideo(ValueError):
    """The file is cut off, or no video; `str()` is the sentence."""


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """What the headers of a video file state."""

    width: int
    height: int
    """As shown: turned where the file says so."""
    seconds: float
    video: str
    """Four letters of the codec: `avc1` is H.264."""
    sound: str | None
    """`mp4a` is AAC; None: silent."""
    colours: FilmColours = USUAL_COLOURS
    plain_sound: bool = True
    """AAC of low complexity, with one channel or two."""
    rate: float = 0.0
    """Pictures a second, on average."""


@dataclass(frozen=True, slots=True)
class _Box:
    name: str
    start: int
    """Of what is in it."""
    end: int


def read_video(data: Buffer) -> VideoInfo:
    """Size, length and codecs, from the headers alone. Raises BrokenVideo."""
    boxes = list(_boxes(data, 0, len(data)))
    moov = next((box for box in boxes if box.name == "moov"), None)
    if moov is None or not any(box.name == "mdat" for box in boxes):
        raise BrokenVideo("this video is cut off: save it anew")
    if any(box.name == "moof" for box in boxes):
        raise BrokenVideo("this video is in fragments, as for streaming: save it as an ordinary MP4")
    seconds, film, heard = 0.0, None, None
    for trak in (box for box in _boxes(data, moov.start, moov.end) if box.name == "trak"):
        handler = _handler(data, trak)
        if handler == "vide" and film is None:
            film = trak
            seconds = max(seconds, _seconds(data, trak))
        elif handler == "soun" and heard is None:
            heard = trak
            seconds = max(seconds, _seconds(data, trak))
    if film is None:
        raise BrokenVideo("there are no pictures in this video")
    codec, entry = _codec(data, film), _sample_entry(data, film)
    colours = read_colours(entry) if codec in ("avc1", "avc3") else USUAL_COLOURS
    sound = FilmSound(_codec(data, heard) if heard else "")
    if heard and sound.codec == "mp4a":
        sound = read_sound(_sample_entry(data, heard))
    lasts = _seconds(data, film)
    rate = _pictures(data, film) / lasts if lasts else 0.0
    codec_of_sound = sound.codec if heard else None
    return VideoInfo(*_shown(data, film), seconds, codec, codec_of_sound, colours, sound.plain, rate)


def video_metadata(data: Buffer) -> Iterator[str]:
    """Names of everything in the file besides pictures and sound: titles, times, positions, tracks of measurements."""
    try:
        for box in _boxes(data, 0, len(data)):
            yield from _in_box(data, box, 0)
    except BrokenVideo:
        yield "no end"


def find_labels(data: Buffer) -> Iterator[tuple[int, int]]:
    """Byte ranges of labels that a video does not need (programs write their own names there), from name to end."""
    for box in _boxes(data, 0, len(data)):
        yield from _labels(data, box)


def _labels(data: Buffer, box: _Box) -> Iterator[tuple[int, int]]:
    if box.name in ("udta", "meta"):
        yield box.start - 4, box.end
    elif box.name in _FOLDERS:
        for inner in _boxes(data, box.start, box.end):
            yield from _labels(data, inner)


def _in_box(data: Buffer, box: _Box, depth: int) -> Iterator[str]:
    if box.name in ("free", "skip", "wide"):
        if any(data[box.start : box.end]):
            yield "hidden bytes"
        return
    if box.name not in _NEEDED or depth > _DEEP:
        yield _KNOWN.get(box.name, f"box {box.name}")
        return
    if box.name == "trak" and _handler(data, box) not in _HANDLERS:
        yield f"a track of its own kind ({_handler(data, box)})"
    if box.name in _TIMED and any(_times(data, box)):
        yield "time"
    if box.name == "hdlr" and data[box.start + 24 : box.end].rstrip(b"\0") not in _NAMES:
        yield "name"
    if box.name == "stsd":
        yield from _in_samples(data, box)
    if box.name in _FOLDERS:
        for inner in _boxes(data, box.start, box.end):
            yield from _in_box(data, inner, depth + 1)


def _in_samples(data: Buffer, box: _Box) -> Iterator[str]:
    for entry in _boxes(data, box.start + 8, box.end):
        if entry.name not in ("avc1", "mp4a"):
            yield f"samples {entry.name}"
            continue
        skipped = 78 if entry.name == "avc1" else 28
        # The name of the program that packed the pictures: a length, and 31 letters.
        if entry.name == "avc1" and any(data[entry.start + 42 : entry.start + 74]):
            yield "name"
        for inner in _boxes(data, entry.start + skipped, entry.end):
            if inner.name not in _IN_SAMPLE:
                yield f"box {inner.name}"


def _boxes(data: Buffer, start: int, end: int) -> Iterator[_Box]:
    at = start
    while at + 8 <= end:
        size, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8].decode("latin-1")
        head = 8
        if size == 1:
            size, head = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        elif size == 0:
            size = end - at
        if size < head or at + size > end:
            raise BrokenVideo("this video is cut off: save it anew")
        yield _Box(name, at + head, at + size)
        at += size
    # QuickTime ends a list with four bytes of nothing.
    if at < end and any(data[at:end]):
        raise BrokenVideo("this video is cut off: save it anew")


def _inside(data: Buffer, box: _Box, *path: str) -> _Box | None:
    for name in path:
        found = next((one for one in _boxes(data, box.start, box.end) if one.name == name), None)
        if found is None:
            return None
        box = found
    return box


def _handler(data: Buffer, trak: _Box) -> str:
    box = _inside(data, trak, "mdia", "hdlr")
    return data[box.start + 8 : box.start + 12].decode("latin-1") if box else ""


def _codec(data: Buffer, trak: _Box) -> str:
    box = _inside(data, trak, "mdia", "minf", "stbl", "stsd")
    return data[box.start + 12 : box.start + 16].decode("latin-1") if box else ""


def _sample_entry(data: Buffer, trak: _Box) -> bytes:
    """The beginning of the description of a track's samples."""
    box = _inside(data, trak, "mdia", "minf", "stbl", "stsd")
    return data[box.start + 8 : min(box.end, box.start + _DESCRIBED)] if box else b""


def _pictures(data: Buffer, trak: _Box) -> int:
    box = _inside(data, trak, "mdia", "minf", "stbl", "stsz")
    return int.from_bytes(data[box.start + 8 : box.start + 12], "big") if box else 0


def _seconds(data: Buffer, trak: _Box) -> float:
    box = _inside(data, trak, "mdia", "mdhd")
    if box is None:
        return 0.0
    wide = data[box.start : box.start + 1] == b"\1"
    at = box.start + (20 if wide else 12)
    scale = int.from_bytes(data[at : at + 4], "big")
    length = int.from_bytes(data[at + 4 : at + (12 if wide else 8)], "big")
    return length / scale if scale else 0.0


def _shown(data: Buffer, trak: _Box) -> tuple[int, int]:
    box = _inside(data, trak, "tkhd")
    if box is None:
        return 0, 0
    # A matrix, then width and height, in 16.16.
    numbers = [int.from_bytes(data[at : at + 4], "big") for at in range(box.end - 44, box.end, 4)]
    width, height = numbers[-2] >> 16, numbers[-1] >> 16
    return (height, width) if numbers[0] == 0 and numbers[1] else (width, height)


def _times(data: Buffer, box: _Box) -> tuple[int, int]:
    """When the video was made and changed, in seconds since 1904."""
    size = 8 if data[box.start : box.start + 1] == b"\1" else 4
    at = box.start + 4
    made, changed = data[at : at + size], data[at + size : at + 2 * size]
    return int.from_bytes(made, "big"), int.from_bytes(changed, "big")
