"""What the platforms do not take of GIFs and videos is said before it is sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from workshop import Workshop

from amplify.model.plan import LintFinding
from amplify.model.problem import Severity
from amplify.model.video import Captions, Motion

NINE = "2027-05-17T09:00:00Z"
NOTE = "media/walk.yaml:1:1"


def gif(frames: int = 20) -> Motion:
    return Motion(frames / 10, frames)


def film(seconds: float = 20.0, video: str = "avc1", sound: str | None = "mp4a", **how: Any) -> Motion:
    return Motion(seconds, 0, video, sound, **how)


def week(platform: str, *media: str) -> Workshop:
    shop = Workshop().post("hello", "Hello.", media=list(media or ("walk.mp4",)))
    return shop.queue("monday", "hello", at=NINE, platforms=[platform])


def spoken(lang: str = "en", words: str = "Good day", cues: int = 1) -> Captions:
    times = tuple((1000 * number, 1000 * number + 900) for number in range(cues))
    return Captions(lang, f"walk.{lang}.vtt", times, "\n\n".join([words] * cues))


def with_film(
    platform: str,
    size: tuple[int, int] = (1280, 720),
    bytes: int = 9_000_000,
    captions: Sequence[Captions] = (spoken(),),
    **how: Any,
) -> Workshop:
    return week(platform).picture("walk.mp4", size, film(**how), bytes, captions)


def still(platform: str, size: tuple[int, int]) -> Workshop:
    return week(platform, "walk.png").picture("walk.png", size)


def only(shop: Workshop) -> LintFinding | None:
    found = shop.plan().findings
    assert len(found) <= 1, [f"{one.problem.code} {one.problem.message}" for one in found]
    return found[0] if found else None


Make = Callable[[], Workshop]
CASES: list[tuple[str, Make, Make]] = [
    # code, bad, good
    ("VIDEO-LONG", lambda: with_film("x", seconds=140.1), lambda: with_film("x", seconds=140)),
    ("VIDEO-LONG", lambda: with_film("x", seconds=0.4), lambda: with_film("x", seconds=0.5)),
    ("VIDEO-LONG", lambda: with_film("bluesky", seconds=181), lambda: with_film("bluesky", seconds=180)),
    ("VIDEO-SIZE", lambda: with_film("x", bytes=512_000_001), lambda: with_film("x", bytes=512_000_000)),
    ("VIDEO-SIZE", lambda: with_film("bluesky", bytes=300_000_001), lambda: with_film("bluesky", bytes=300_000_000)),
    ("VIDEO-SIZE", lambda: with_film("mastodon", bytes=103_809_025), lambda: with_film("mastodon", bytes=103_809_024)),
    ("VIDEO-CODEC", lambda: with_film("mastodon", video="hvc1"), lambda: with_film("mastodon")),
    ("VIDEO-CODEC", lambda: with_film("x", sound=".mp3"), lambda: with_film("x", sound=None)),
    ("VIDEO-SHAPE", lambda: with_film("x", (1280, 400)), lambda: with_film("x", (1200, 400))),
    ("VIDEO-SHAPE", lambda: with_film("x", (400, 1280)), lambda: with_film("mastodon", (400, 1280))),
    ("VIDEO-CODEC", lambda: with_film("bluesky", depth=10), lambda: with_film("bluesky")),
    ("VIDEO-CODEC", lambda: with_film("mastodon", sampling="4:4:4"), lambda: with_film("mastodon")),
    ("VIDEO-CODEC", lambda: with_film("x", sampling="4:2:2"), lambda: with_film("x")),
    ("VIDEO-CODEC", lambda: with_film("x", plain_sound=False), lambda: with_film("mastodon", plain_sound=False)),
    ("VIDEO-SHAPE", lambda: with_film("x", (31, 40)), lambda: with_film("x", (32, 40))),
    ("VIDEO-SHAPE", lambda: with_film("mastodon", (3841, 2160)), lambda: with_film("mastodon", (3840, 2160))),
    ("VIDEO-SHAPE", lambda: with_film("x", interlaced=True), lambda: with_film("mastodon", interlaced=True)),
    ("VIDEO-SHAPE", lambda: with_film("x", square=False), lambda: with_film("bluesky", square=False)),
    ("VIDEO-RATE", lambda: with_film("x", rate=61), lambda: with_film("x", rate=60.06)),
    ("VIDEO-RATE", lambda: with_film("mastodon", rate=240), lambda: with_film("mastodon", rate=120)),
    ("VIDEO-CAPTION", lambda: with_film("x", captions=()), lambda: with_film("x", captions=(), sound=None)),
    ("VIDEO-CAPTION", lambda: with_film("bluesky", captions=[spoken("ru")]), lambda: with_film("bluesky")),
    ("VIDEO-CAPTION", lambda: with_film("mastodon", captions=()), lambda: with_film("mastodon")),
    (
        "VIDEO-CAPTION",
        lambda: with_film("mastodon", captions=[spoken(words="long " * 300)]),
        lambda: with_film("x", captions=[spoken(words="long " * 300)]),
    ),
    (
        "CAPTION-SIZE",
        lambda: with_film("bluesky", captions=[spoken(words="ы" * 500, cues=20)]),
        lambda: with_film("x", captions=[spoken(words="ы" * 500, cues=20)]),
    ),
    (
        "CAPTION-SIZE",
        lambda: with_film("bluesky", captions=[spoken(), *(spoken(f"a{one}") for one in "abcdefghijklmnopqrst")]),
        lambda: with_film("bluesky", captions=[spoken(), *(spoken(f"a{one}") for one in "abcdefghijklmnopqrs")]),
    ),
    (
        "GIF-LONG",
        lambda: week("x", "walk.gif").picture("walk.gif", motion=gif(351)),
        lambda: week("x", "walk.gif").picture("walk.gif", motion=gif(350)),
    ),
    ("PICTURE-NARROW", lambda: still("x", (3, 400)), lambda: still("x", (4, 400))),
    ("PICTURE-NARROW", lambda: still("x", (8200, 4)), lambda: still("x", (8192, 4))),
    ("PICTURE-NARROW", lambda: still("x", (7, 20_000)), lambda: still("x", (20_000, 10))),
    ("PICTURE-NARROW", lambda: still("x", (1, 1)), lambda: still("mastodon", (1, 1))),
    (
        "GIF-STILL",
        lambda: week("bluesky", "walk.gif").picture("walk.gif", motion=gif()),
        lambda: week("bluesky", "walk.gif").picture("walk.gif"),
    ),
]


@pytest.mark.parametrize(("code", "bad", "good"), CASES)
def test_each_limit_to_the_last_step(code: str, bad: Make, good: Make) -> None:
    found = only(bad())
    assert found is not None
    assert found.problem.code == code
    assert str(found.problem.place) in (NOTE, "media/walk.en.vtt")
    warned = code in ("GIF-STILL", "VIDEO-CAPTION")
    assert found.problem.severity is (Severity.WARNING if warned else Severity.ERROR)
    assert only(good()) is None


@pytest.mark.parametrize("platform", ["x", "mastodon", "bluesky"])
def test_a_video_stands_alone(platform: str) -> None:
    shop = week(platform, "walk.mp4", "a.png").picture("walk.mp4", (1280, 720), film(sound=None)).picture("a.png")
    found = only(shop)
    assert found is not None
    assert found.problem.code == "MOVE-ALONE"
    assert "leave out the other picture" in found.problem.message


@pytest.mark.parametrize("platform", ["x", "mastodon"])
def test_a_gif_stands_alone_where_it_moves(platform: str) -> None:
    shop = week(platform, "walk.gif", "a.png", "b.png").picture("walk.gif", motion=gif())
    found = only(shop.picture("a.png").picture("b.png"))
    assert found is not None
    assert found.problem.code == "MOVE-ALONE"
    assert "leave out the other pictures" in found.problem.message


def test_where_it_is_shown_still_a_gif_is_a_picture_like_others() -> None:
    shop = week("bluesky", "walk.gif", "a.png").picture("walk.gif", motion=gif()).picture("a.png")
    found = only(shop)
    assert found is not None
    assert found.problem.code == "GIF-STILL"


def test_a_server_that_takes_less_is_believed() -> None:
    from datetime import UTC, datetime

    from workshop import PROFILES

    from amplify.model.platform import Limits
    from amplify.model.server_info import SavedLimits, ServerInfo

    said = ServerInfo(
        limits={"writers/mastodon": SavedLimits(Limits(video_bytes=5_000_000), datetime(2027, 1, 1, tzinfo=UTC))}
    )
    own = said.on(PROFILES["mastodon"], "writers/mastodon", {})
    assert own.moving.video_bytes == 5_000_000
    assert own.moving.gif_bytes == PROFILES["mastodon"].moving.gif_bytes
