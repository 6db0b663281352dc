"""Checks videos and remuxes them without metadata that tells of the camera, the place and the person behind it.

A telephone writes where it was into the file (`©xyz`), and some write a whole track of positions. The pictures and
the sound are taken over as they are, nothing is computed anew, and everything else stays behind. `ffmpeg` does it where
it is installed, else PyAV (`pip install 'amplify[video]'`); what comes out is read again by a reader of our own.
"""

from __future__ import annotations

import json
import mmap
import os
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from amplify.model.errors import TryLater
from amplify.rules.file_formats import mp4

NO_TOOL: Final = "videos cannot be cleaned on this machine: install ffmpeg, or run `pip install 'amplify[video]'`"
_SECONDS: Final = 300
"""Longest a tool may work on one video."""
_CODEC, _SOUND, _COLOURS = "h264", "aac", ("yuv420p", "yuvj420p")
_NAMED: Final = {"avc1": _CODEC, "avc3": _CODEC, "mp4a": _SOUND}
_NO_NOTES: Final = "filter_units=remove_types=6"
"""H.264 carries notes of any content between its pictures (SEI): none of them is needed to show it."""


class BadVideo(ValueError):
    """The file is not a video we can send; `str()` is the sentence."""


@dataclass(frozen=True, slots=True)
class VideoStreams:
    """The streams of a video as a decoder finds them."""

    codec: str
    colours: str
    sound: str | None


def video_tool() -> str | None:
    """The tool on this machine for cleaning videos: `ffmpeg`, `PyAV`, or None."""
    if shutil.which("ffmpeg"):
        return "ffmpeg"
    return "PyAV" if find_spec("av") is not None else None


def clean_video(source: Path, target: Path) -> None:
    """Remux the video `source` to `target` as an MP4 without leftover metadata.

    Raises BadVideo; TryLater where this machine has nothing to do it with.
    """
    with_ = video_tool()
    if with_ is None:
        raise TryLater(NO_TOOL)
    film = _headers(source)
    seen = probe_video(source)
    if seen is None:
        fine = film.colours
        colours = _COLOURS[0] if fine.usual else f"{fine.sampling}, {fine.depth} bits"
        seen = VideoStreams(_NAMED.get(film.video, film.video), colours, _NAMED.get(film.sound or "", film.sound))
    if seen.codec != _CODEC or seen.colours not in _COLOURS or seen.sound not in (None, _SOUND):
        sound = f" with {seen.sound.upper()}" if seen.sound else ""
        raise BadVideo(
            f"this video is {seen.codec.upper()} ({seen.colours}){sound}: save it as H.264 (yuv420p) with AAC, "
            "which all platforms take"
        )
    try:
        (_by_ffmpeg if with_ == "ffmpeg" else _by_pyav)(source, target)
        _blank(target)
        found = video_leftovers(target)
        if found:  # a tool that writes more than it should
            raise BadVideo(f"this video cannot be cleaned: there is {', '.join(found)} in it")
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def video_leftovers(path: Path) -> tuple[str, ...]:
    """Names of everything the file holds besides pictures and sound."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        return tuple(dict.fromkeys(mp4.video_metadata(mapped)))


def _blank(path: Path) -> None:
    """Overwrite the labels that tools leave with free boxes, so that nothing has to be moved."""
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0) as mapped:
        for start, end in list(mp4.find_labels(mapped)):
            mapped[start:end] = b"free" + bytes(end - start - 4)


def _headers(path: Path) -> mp4.VideoInfo:
    """What the video's headers state: decoders forgive what is cut off, and show less of it. Raises BadVideo."""
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            return mp4.read_video(mapped)
    except (mp4.BrokenVideo, ValueError):
        raise BadVideo(_UNREADABLE) from None


def probe_video(path: Path) -> VideoStreams | None:
    """Probe the codecs, by `ffprobe` where it is installed, else by PyAV; None where there is only `ffmpeg`. Raises
    BadVideo.
    """
    if shutil.which("ffprobe"):
        return _looked_by_ffprobe(path)
    if find_spec("av") is not None:
        return _looked_by_pyav(path)
    return None


def _looked_by_ffprobe(path: Path) -> VideoStreams:
    told = run_tool(
        ["ffprobe", "-v", "error", "-of", "json", "-show_entries", "stream=codec_type,codec_name,pix_fmt", _safe(path)]
    )
    streams: list[dict[str, Any]] = json.loads(told or "{}").get("streams", [])
    film = next((one for one in streams if one.get("codec_type") == "video"), None)
    sound = next((one for one in streams if one.get("codec_type") == "audio"), None)
    if film is None:
        raise BadVideo(_UNREADABLE)
    return VideoStreams(
        str(film.get("codec_name")), str(film.get("pix_fmt")), str(sound["codec_name"]) if sound else None
    )


def _looked_by_pyav(path: Path) -> VideoStreams:
    import av

    try:
        with av.open(str(path), format="mov") as film:
            if not film.streams.video:
                raise BadVideo(_UNREADABLE)
            seen, heard = film.streams.video[0].codec_context, film.streams.audio
            return VideoStreams(seen.name, seen.pix_fmt or "?", heard[0].codec_context.name if heard else None)
    except (av.FFmpegError, OSError, ValueError):
        raise BadVideo(_UNREADABLE) from None


def _by_ffmpeg(source: Path, target: Path) -> None:
    quiet = ["ffmpeg", "-nostdin", "-v", "error", "-xerror", "-y", "-protocol_whitelist", "file"]
    streams = ["-f", "mov", "-i", _safe(source), "-map", "0:v:0", "-map", "0:a:0?", "-c", "copy"]
    without = ["-map_metadata", "-1", "-map_chapters", "-1", "-bsf:v", _NO_NOTES]
    same = ["-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact"]
    run_tool([*quiet, *streams, *without, *same, "-movflags", "+faststart", "-f", "mp4", _safe(target)])


def _by_pyav(source: Path, target: Path) -> None:
    import av
    from av.bitstream import BitStreamFilterContext

    how = {"movflags": "+faststart", "fflags": "+bitexact"}
    try:
        with av.open(str(source), format="mov") as film, av.open(str(target), "w", format="mp4", options=how) as out:
            kept = [film.streams.video[0], *film.streams.audio[:1]]
            made = {one.index: out.add_stream_from_template(one) for one in kept}
            for stream in made.values():
                stream.metadata.clear()
            silencing = BitStreamFilterContext(_NO_NOTES, kept[0])
            for packet in film.demux(kept):
                if packet.dts is None:  # the demuxer's own end
                    continue
                passed = silencing.filter(packet) if packet.stream.index == kept[0].index else [packet]
                for one in passed:
                    one.stream = made[packet.stream.index]
                    out.mux(one)
    except (av.FFmpegError, OSError, ValueError):
        raise BadVideo(_UNREADABLE) from None


def run_tool(command: list[str]) -> str:
    """Run a tool on a video; its output. No shell, no environment but the path, a timeout. Raises BadVideo."""
    program = shutil.which(command[0]) or command[0]
    try:
        done = subprocess.run(  # noqa: S603  (our own arguments; names of files cannot be taken for options)
            [program, *command[1:]],
            capture_output=True,
            timeout=_SECONDS,
            stdin=subprocess.DEVNULL,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise BadVideo(f"this video keeps {command[0]} busy for more than {_SECONDS // 60} minutes") from None
    if done.returncode:
        raise BadVideo(_UNREADABLE)
    return done.stdout.decode("utf-8", "replace")


def _safe(path: Path) -> str:
    return f"file:{path.absolute()}"


_UNREADABLE: Final = "this is not a video that can be read: it is damaged or cut off; save it anew"
