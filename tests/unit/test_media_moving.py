"""A GIF leaves frame by frame: as it moved, and with nothing else in it."""

from __future__ import annotations

import io

import pytest
from nasty import SECRET, XMP, archive, moving_gif, noise, saved
from PIL import Image, ImageSequence

from amplify.media.gif_frames import is_moving_gif, reencode_gif
from amplify.media.reencode import BadPicture
from amplify.rules.file_formats import gif
from amplify.rules.file_formats.leftover_metadata import leftover_metadata

ROOM = 15_000_000


def frames(data: bytes) -> list[tuple[bytes, int]]:
    """What is seen, and for how long."""
    with Image.open(io.BytesIO(data)) as picture:
        return [(one.convert("RGBA").tobytes(), one.info["duration"]) for one in ImageSequence.Iterator(picture)]


def dirty() -> bytes:
    """A comment, XMP in a block of its own, and a zip behind the end."""
    whole = moving_gif(comment=SECRET)
    body = b"".join(bytes((len(XMP[at : at + 200]),)) + XMP[at : at + 200] for at in range(0, len(XMP), 200))
    block = b"\x21\xff\x0bXMP DataXMP" + body + b"\0"
    return whole[:-1] + block + whole[-1:] + archive()


def test_it_moves_as_it_did_and_carries_nothing() -> None:
    data = dirty()
    assert {"comment", "XMP", "bytes behind the end"} <= set(leftover_metadata(data))
    made = reencode_gif(data, ROOM)
    assert leftover_metadata(made) == ()
    assert SECRET not in made
    assert frames(made) == frames(moving_gif())
    assert Image.open(io.BytesIO(made)).info["loop"] == 0


def test_what_runs_once_runs_once() -> None:
    steps = [Image.new("RGB", (20, 10), shade) for shade in ("red", "green")]
    once = saved(steps[0], "GIF", save_all=True, append_images=steps[1:], duration=200)
    assert "loop" not in Image.open(io.BytesIO(reencode_gif(once, ROOM))).info


def test_frames_that_can_be_seen_through_do_not_pile_up() -> None:
    steps = []
    for number in range(4):
        step = Image.new("RGBA", (40, 30), (0, 0, 0, 0))
        step.paste((200, 20, 20, 255), (number * 8, 4, number * 8 + 6, 20))
        steps.append(step)
    data = saved(steps[0], "GIF", save_all=True, append_images=steps[1:], duration=100, loop=0, disposal=2)
    assert frames(reencode_gif(data, ROOM)) == frames(data)


def test_size_and_length_are_read_without_unpacking() -> None:
    told = gif.read_gif(moving_gif(5))
    assert (told.width, told.height, told.frames) == (40, 30, 5)
    assert told.seconds == pytest.approx(0.1 + 0.11 + 0.12 + 0.13 + 0.14)
    assert is_moving_gif(moving_gif())
    assert not is_moving_gif(saved(noise(20, 10), "GIF"))
    assert not is_moving_gif(b"GIF89a")


def test_it_is_made_to_fit() -> None:
    steps = [noise(80, 60).rotate(90 * number) for number in range(4)]
    data = saved(steps[0], "GIF", save_all=True, append_images=steps[1:], duration=100)
    made = reencode_gif(data, len(data) // 2)
    assert len(made) <= len(data) // 2
    assert gif.read_gif(made).frames == 4
    small = gif.read_gif(reencode_gif(data, ROOM, (40, 40)))
    assert (small.width, small.height) == (40, 30)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (moving_gif()[:-40], "damaged or cut off"),
        (b"GIF89a", "damaged or cut off"),
        (moving_gif()[:6] + (60_000).to_bytes(2, "little") * 2 + moving_gif()[10:], "MP4"),
    ],
)
def test_what_is_broken_or_too_large_is_refused_in_words(data: bytes, sentence: str) -> None:
    with pytest.raises(BadPicture, match=sentence):
        reencode_gif(data, ROOM)


def test_a_gif_that_cannot_be_small_enough_is_refused_in_words() -> None:
    with pytest.raises(BadPicture, match="cannot be made smaller than 50 bytes: save it as an MP4 video"):
        reencode_gif(moving_gif(), 50)
