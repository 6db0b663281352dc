"""Lint rules about GIFs and videos: number, length, size, codec, shape."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from amplify.model.picture import Picture
from amplify.model.plan import Planned
from amplify.model.platform_profile import PlatformProfile
from amplify.model.problem import Problem, Severity, SourceLocation
from amplify.model.video import Motion
from amplify.rules.file_formats.codec_settings import USUAL_DEPTH, USUAL_SAMPLINGS
from amplify.rules.file_formats.webvtt import write_captions
from amplify.rules.lint.lint_context import LintContext
from amplify.rules.plan.captions import captions_in, spoken_text

_TAKEN: Final = ("avc1", "avc3")
_HEARD: Final = (None, "mp4a")
_ROUNDED: Final = 1.01
"""Telephones keep time roughly: sixty pictures a second are sixty and a little."""
_NAMES: Final = {
    "avc1": "H.264",
    "avc3": "H.264",
    "hvc1": "HEVC (H.265, *high efficiency* on telephones)",
    "hev1": "HEVC (H.265, *high efficiency* on telephones)",
    "dvh1": "Dolby Vision",
    "dvhe": "Dolby Vision",
    "vp08": "VP8",
    "vp09": "VP9",
    "av01": "AV1",
    "mp4v": "MPEG-4 of before H.264",
    "jpeg": "Motion JPEG",
    "apch": "ProRes",
    "apcn": "ProRes",
    "apcs": "ProRes",
    "ap4h": "ProRes",
    "mp4a": "AAC",
    ".mp3": "MP3",
    "ac-3": "AC-3",
    "ec-3": "E-AC-3",
    "samr": "AMR",
    "sawb": "AMR",
    "alac": "Apple Lossless",
    "fLaC": "FLAC",
    "lpcm": "uncompressed sound",
    "sowt": "uncompressed sound",
    "twos": "uncompressed sound",
}
"""Four letters of codecs → what people call them."""


def check_video_alone(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """MOVE-ALONE: a video or a moving GIF beside other pictures.

    X and Mastodon take four pictures, or one GIF, or one video; Bluesky four pictures or one video.
    """
    profile = context.profile(delivery)
    for number, part in enumerate(delivery.message.parts):
        filed = [context.workspace.pictures[one.file] for one in part.pictures if one.banner is None]
        moving = [one.file for one in filed if _moves(profile, one)]
        if moving and len(part.pictures) > 1:
            yield Problem(
                context.place(delivery, number),
                "MOVE-ALONE",
                f"{moving[0]} moves, and {profile.title} shows nothing beside it: leave out the other "
                f"{'pictures' if len(part.pictures) > 2 else 'picture'}",
            )


def gif_still(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """GIF-STILL: a GIF moves, and the platform shows its first picture only."""
    profile = context.profile(delivery)
    for picture, motion in _shown(context, delivery):
        if motion.frames and profile.moving.gif_bytes is None:
            yield Problem(
                picture.note.place,
                "GIF-STILL",
                f"{profile.title} shows {picture.file} without motion: its first picture goes out. "
                "An MP4 video would move",
                Severity.WARNING,
            )


def gif_long(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """GIF-LONG: a GIF has more frames than the platform takes."""
    profile = context.profile(delivery)
    takes = profile.moving
    for picture, motion in _shown(context, delivery):
        if takes.gif_bytes is not None and takes.gif_frames is not None and motion.frames > takes.gif_frames:
            yield Problem(
                picture.note.place,
                "GIF-LONG",
                f"{picture.file} has {motion.frames} frames; {profile.title} takes {takes.gif_frames}: "
                "shorten it, or save it as an MP4 video",
            )


def video_long(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """VIDEO-LONG: a video is shorter or longer than the platform takes."""
    profile = context.profile(delivery)
    least, most = profile.moving.video_seconds
    for picture, motion in _films(context, delivery):
        if not least <= motion.seconds <= most:
            yield Problem(
                picture.note.place,
                "VIDEO-LONG",
                f"{picture.file} lasts {motion.seconds:.1f} seconds; {profile.title} takes {least:g} to {most:g}",
            )


def video_size(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """VIDEO-SIZE: a video has more bytes than the platform takes."""
    profile = context.profile(delivery)
    most = profile.moving.video_bytes
    for picture, _ in _films(context, delivery):
        if picture.size > most:
            yield Problem(
                picture.note.place,
                "VIDEO-SIZE",
                f"{picture.file} has {picture.size / 1_000_000:.1f} MB; {profile.title} takes {most / 1_000_000:.1f}: "
                "save it with less quality, or smaller",
            )


def video_codec(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """VIDEO-CODEC: a video is packed in a way that not all platforms take."""
    profile = context.profile(delivery)
    for picture, motion in _films(context, delivery):
        if motion.video not in _TAKEN or motion.sound not in _HEARD:
            sound = f" with {_NAMES.get(motion.sound, f'`{motion.sound}`')}" if motion.sound else ""
            yield Problem(
                picture.note.place,
                "VIDEO-CODEC",
                f"{picture.file} is packed as {_NAMES.get(motion.video, f'`{motion.video}`')}{sound}: save it as H.264 "
                "with AAC, which all platforms take",
            )
        elif motion.sampling not in USUAL_SAMPLINGS or motion.depth != USUAL_DEPTH:
            yield Problem(
                picture.note.place,
                "VIDEO-CODEC",
                f"{picture.file} has colours of {motion.depth} bits in {motion.sampling}: save it in 8 bits and 4:2:0 "
                "(`yuv420p`, not HDR), which all platforms take",
            )
        elif profile.moving.video_plain and not motion.plain_sound:
            yield Problem(
                picture.note.place,
                "VIDEO-CODEC",
                f"the sound of {picture.file} is HE-AAC, or has more than two channels; {profile.title} takes AAC of "
                "low complexity (AAC-LC), mono or stereo",
            )


def video_shape(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """VIDEO-SHAPE: a video is too narrow or too wide for the platform."""
    profile = context.profile(delivery)
    shape = profile.moving.video_ratio
    for picture, motion in _films(context, delivery):
        if shape is not None and not shape[0] <= picture.width / max(1, picture.height) <= shape[1]:
            yield Problem(
                picture.note.place,
                "VIDEO-SHAPE",
                f"{picture.file} is {picture.width}×{picture.height}: too narrow or too wide for {profile.title}",
            )
        elif (wrong := _unfit(profile, picture, motion)) is not None:
            yield Problem(picture.note.place, "VIDEO-SHAPE", f"{picture.file} {wrong}")


def _unfit(profile: PlatformProfile, picture: Picture, motion: Motion) -> str | None:
    """Why the platform does not take the pictures of a video as they are."""
    takes = profile.moving
    size = f"{picture.width}×{picture.height}"
    if min(picture.width, picture.height) < takes.video_least:
        return f"is {size}; {profile.title} takes {takes.video_least} pixels a side or more"
    if takes.video_pixels is not None and picture.width * picture.height > takes.video_pixels:
        return f"is {size}; {profile.title} takes {takes.video_pixels:,} pixels: save it smaller"
    if takes.video_plain and motion.interlaced:
        return f"is interlaced; {profile.title} takes whole pictures: save it as progressive"
    if takes.video_plain and not motion.square:
        return f"has pixels that are no squares; {profile.title} takes none: save it anew"
    return None


def video_rate(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """VIDEO-RATE: a video has more pictures a second than the platform takes."""
    profile = context.profile(delivery)
    most = profile.moving.video_rate
    for picture, motion in _films(context, delivery):
        if most is not None and motion.rate > most * _ROUNDED:
            yield Problem(
                picture.note.place,
                "VIDEO-RATE",
                f"{picture.file} has {motion.rate:.0f} pictures a second; {profile.title} takes {most:g}: save it with "
                "30, or slowed down",
            )


def video_caption(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """VIDEO-CAPTION: a video has sound, and nothing says in writing what is heard, in the language of the text."""
    profile = context.profile(delivery)
    for part in delivery.message.parts:
        for one in part.pictures:
            motion = context.workspace.pictures[one.file].motion if one.banner is None else None
            if motion is None or motion.sound is None:
                continue
            fallback = context.workspace.settings.fallback
            spoken = captions_in(delivery.lang, one.captions, fallback)
            beside = PurePosixPath(one.file).with_suffix(f".{delivery.lang}.vtt")
            if spoken is None:
                why = f"has sound and no captions in `{delivery.lang}`: write `media/{beside}`"
            elif profile.moving.captions and not profile.moving.takes_captions_in(spoken.lang):
                why = f"has captions in `{spoken.lang}`, a language in which {profile.title} takes none"
            elif not profile.moving.captions and not one.alt.endswith(spoken_text(spoken)):
                why = (
                    f"has sound; {profile.title} shows no captions, and what is said does not fit below the alt text "
                    f"({profile.alt_max:,} characters): shorten the alt text, or let the text tell what is said"
                )
            else:
                continue
            place = context.workspace.pictures[one.file].note.place
            yield Problem(place, "VIDEO-CAPTION", f"{one.file} {why}", Severity.WARNING)


def caption_size(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """CAPTION-SIZE: captions are longer, or in more languages, than the platform takes."""
    profile = context.profile(delivery)
    takes = profile.moving
    for one in (picture for part in delivery.message.parts for picture in part.pictures if takes.captions):
        for captions in one.captions:
            size = len(write_captions(captions.times, captions.words).encode())
            if takes.caption_bytes is not None and size > takes.caption_bytes:
                yield Problem(
                    SourceLocation(f"media/{captions.file}"),
                    "CAPTION-SIZE",
                    f"these captions have {size:,} bytes; {profile.title} takes {takes.caption_bytes:,}: shorten them",
                )
        if takes.captions_max is not None and len(one.captions) > takes.captions_max:
            yield Problem(
                context.workspace.pictures[one.file].note.place,
                "CAPTION-SIZE",
                f"{one.file} has captions in {len(one.captions)} languages; {profile.title} takes {takes.captions_max}",
            )


def _shown(context: LintContext, delivery: Planned) -> Iterator[tuple[Picture, Motion]]:
    """The GIFs and videos in the message."""
    for part in delivery.message.parts:
        for one in part.pictures:
            if one.banner is not None:
                continue
            picture = context.workspace.pictures[one.file]
            if picture.motion is not None:
                yield picture, picture.motion


def _films(context: LintContext, delivery: Planned) -> Iterator[tuple[Picture, Motion]]:
    return (one for one in _shown(context, delivery) if not one[1].frames)


def _moves(profile: PlatformProfile, picture: Picture) -> bool:
    """Whether an attachment moves on the platform. A GIF that is shown still is a picture like others."""
    motion = picture.motion
    return motion is not None and (not motion.frames or profile.moving.gif_bytes is not None)
