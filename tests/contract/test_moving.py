"""GIFs and videos reach every platform: whole, alone, with their alt texts, however slowly the platform works."""

from __future__ import annotations

import hashlib
import logging
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from ground import Ground, OnStage

from amplify.model.errors import Refused, TryLater
from amplify.model.event import LOG
from amplify.platforms.x import media
from amplify.stage.process import Stage

ALT = "Квадрат ідзе праз белае поле: «свабода» & <надзея>"


WORKING = [pytest.param(f"{name}@stage", marks=pytest.mark.xdist_group("stage")) for name in ("x", "mastodon")]
"""Platforms that work through a video before it may hang on a post."""


def test_a_video_arrives_with_its_alt_text(ground: Ground, tmp_path: Path) -> None:
    member = ground.member(timeout=30)
    film = member.film("walk.mp4", ALT, tmp_path)
    seen = ground.seen(member, member.publish("Відэа пра шлях", pictures=(film,)))
    assert seen is not None
    assert seen.alts == (ALT,)
    assert seen.kinds == ("video",)
    assert seen.text == "Відэа пра шлях"


def test_a_gif_arrives_with_its_alt_text(ground: Ground) -> None:
    member = ground.member(timeout=30)
    seen = ground.seen(member, member.publish("Малюнак, які рухаецца", pictures=(member.gif("walk.gif", ALT),)))
    assert seen is not None
    assert seen.alts == (ALT,)
    if ground.platform != "bluesky":  # which shows it still
        assert seen.kinds == ("gifv",)


def test_the_very_bytes_arrive(on_stage: OnStage, tmp_path: Path) -> None:
    member = on_stage.member(timeout=30)
    film = member.film("walk.mp4", ALT, tmp_path)
    receipt = member.publish("Відэа пра шлях", pictures=(film,))
    (kept,) = [one for one in on_stage.stage.control.posts(on_stage.platform) if one["id"] == receipt.id]
    (held,) = kept["media"]
    sent = Path(held["file"]).read_bytes()
    assert hashlib.sha256(sent).hexdigest() == hashlib.sha256(member.films["walk.mp4"].read_bytes()).hexdigest()
    assert (held["mime"], held["width"], held["height"]) == ("video/mp4", 160, 120)
    for trace in (b"53.9", b"where-it-was-taken", b"x264"):
        assert trace not in sent


@pytest.mark.parametrize("on_stage", WORKING, indirect=True)
def test_two_videos_on_one_post_are_refused_by_the_platform(on_stage: OnStage, tmp_path: Path) -> None:
    """So the rule MOVE-ALONE is no whim of ours. (A record of Bluesky has room for one video anyway.)"""
    member = on_stage.member(timeout=30)
    films = (member.film("one.mp4", "Першае", tmp_path), member.film("two.mp4", "Другое", tmp_path))
    with pytest.raises(Refused):
        member.publish("Два відэа", pictures=films)


@pytest.mark.parametrize("on_stage", WORKING, indirect=True)
def test_a_platform_that_works_slowly_is_asked_again_and_nothing_is_sent_twice(
    on_stage: OnStage, tmp_path: Path
) -> None:
    """A try that may take next to no time gets one step further; the next one, of another worker, carries on."""
    member = on_stage.member(timeout=30)
    film = member.film("walk.mp4", ALT, tmp_path)
    message = member.message("Павольна", pictures=(film,))
    tries = 0
    while True:
        hurried = member.again(timeout=1.5)
        tries += 1
        assert tries < 8
        with suppress(TryLater):
            prepared = hurried.prepare(message, message.parts[0])
            break
    call = replace(member.call(message), prepared=prepared)
    member.again(timeout=10).publish(call)
    posts = on_stage.stage.control.posts(on_stage.platform)
    (post,) = [one for one in posts if one["handle"] == member.connection.handle]
    assert [one["alt"] for one in post["media"]] == [ALT]
    # Once it is out, the same film is a new upload.
    again = member.again(timeout=30).prepare(message, message.parts[0])
    assert again["media_ids"] != prepared["media_ids"]


def test_a_video_goes_to_x_in_pieces_and_carries_on_after_a_cut(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from ground import XOnStage

    monkeypatch.setattr(media, "_PIECE", 700)
    ground = XOnStage(tmp_path, stage)
    member = ground.member(timeout=30)
    film = member.film("walk.mp4", ALT, tmp_path)
    size = member.films["walk.mp4"].stat().st_size
    pieces = -(-size // 700)
    assert pieces > 3
    message = member.message("Па частках", pictures=(film,))
    asked: list[str] = []
    platform = member.platform
    platform._client.session.hooks["response"].append(  # type: ignore[attr-defined]
        lambda response, **_: asked.append(response.request.url.partition("/2/media/upload")[2])
    )
    LOG.addHandler(caplog.handler)
    LOG.setLevel(logging.DEBUG)
    try:
        stage.control.fail("reset_before", platform="x", path="/append", count=1)
        with pytest.raises(TryLater):
            platform.prepare(message, message.parts[0])
        stage.control.clear_failures()
        platform.prepare(message, message.parts[0])
    finally:
        LOG.removeHandler(caplog.handler)
        LOG.setLevel(logging.NOTSET)
    assert sum("initialize" in one for one in asked) == 1
    assert sum("append" in one for one in asked) == pieces
    told = [record.fields for record in caplog.records if record.message == "uploading"]  # type: ignore[attr-defined]
    assert [one["bytes"] for one in told][-1] == size == told[0]["of"]
    assert all(set(one) == {"account", "bytes", "of"} for one in told)


def test_a_video_that_x_cannot_work_with_is_refused_in_words(stage: Stage, tmp_path: Path) -> None:
    from ground import XOnStage

    member = XOnStage(tmp_path, stage).member(timeout=30)
    film = member.film("walk.mp4", ALT, tmp_path)
    member.films["walk.mp4"].write_bytes(b"no video at all" * 100)
    with pytest.raises(Refused, match=r"X cannot work with walk\.mp4: file is currently unsupported"):
        member.publish("Не атрымалася", pictures=(film,))
