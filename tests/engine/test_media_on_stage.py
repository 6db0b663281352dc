"""From a file in `media/` to a timeline: pictures, GIFs, videos and cards, cleaned and fitted for each platform."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from nasty import SECRET, exif, halves, make_film, moving_gif, noise, saved

from amplify.context.app_context import AppContext
from amplify.engine.publish import run_pass
from amplify.ledger.database import Ledger
from amplify.media import remux
from amplify.planning.queue import queue_plan
from amplify.rules.file_formats.leftover_metadata import kind_of, leftover_metadata
from amplify.stage.process import Stage
from engine.fake import TIMINGS
from engine.files import PLATFORMS, Files, handle, soon

Say = Callable[..., dict[str, dict[str, Any]]]
ALT = "A square walks through a white field."


@pytest.fixture
def files(tmp_path: Path) -> Files:
    house = Files(tmp_path / "house", "union")
    accounts = [
        {"partner": house.partners[0], "platform": name, "credential": name, "caps": {"per_day": 50, "gap": "0s"}}
        for name in PLATFORMS
    ]
    house.write("config/accounts.yaml", {"partner": house.partners[0], "approvals": 0, "accounts": accounts})
    return house


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Stage]:
    """A stage on which nobody has spoken yet."""
    with Stage(tmp_path / "stage") as running:
        yield running


@pytest.fixture
def app(files: Files, empty: Stage) -> Iterator[AppContext]:
    secrets = {name: empty.control.account(name, handle("union", name), "Union") for name in PLATFORMS}
    ledger = Ledger.open(f"sqlite:///{files.root}/.amplify/ledger.sqlite")
    opened = AppContext(
        files.root, ledger, timings=TIMINGS, secrets=lambda account: secrets[account.platform], server=empty.url
    )
    yield opened
    opened.close()


def lay(files: Files, name: str, data: bytes) -> None:
    (files.root / "media" / name).write_bytes(data)
    files.write(f"media/{Path(name).stem}.yaml", {"alt": {"en": ALT}, "credit": "Desk", "licence": "CC0-1.0"})


@pytest.fixture
def say(app: AppContext, files: Files, empty: Stage) -> Say:
    """Publish one post everywhere; what hangs on it, by platform."""

    def said(media: str, platforms: Sequence[str] = PLATFORMS) -> dict[str, dict[str, Any]]:
        files.post("walk", "It walks.", media=[media])
        files.queue("walk", at=soon(-5), platforms=list(platforms))
        queue_plan(app)
        run_pass(app)
        found = {}
        for name in platforms:
            (post,) = empty.control.posts(name)
            (found[name],) = post["media"]
        return found

    return said


def sent(one: dict[str, Any]) -> bytes:
    return Path(one["file"]).read_bytes()


def test_a_photograph_arrives_without_its_secrets(say: Say, files: Files) -> None:
    lay(files, "walk.jpg", saved(halves(), "JPEG", exif=exif(6), comment=SECRET))
    for one in say("walk.jpg").values():
        assert one["alt"] == ALT
        assert (one["mime"], one["width"], one["height"]) == ("image/jpeg", 32, 64)
        assert SECRET not in sent(one)
        assert leftover_metadata(sent(one)) == ()


def test_each_platform_gets_what_it_takes(say: Say, files: Files) -> None:
    lay(files, "walk.png", saved(noise(1400, 1000), "PNG"))
    size = {name: one["size"] for name, one in say("walk.png").items()}
    assert size["x"] == size["mastodon"] == (files.root / "media/walk.png").stat().st_size
    assert size["bluesky"] <= 2_000_000


def test_a_gif_moves_where_it_can(say: Say, files: Files) -> None:
    lay(files, "walk.gif", moving_gif(comment=SECRET))
    kinds = {name: one["mime"] for name, one in say("walk.gif").items()}
    assert kinds == {"x": "image/gif", "bluesky": "image/png", "mastodon": "image/gif"}


def test_a_video_arrives_everywhere_without_its_place(say: Say, files: Files, tmp_path: Path) -> None:
    make_film(tmp_path / "walk.mov")
    lay(files, "walk.mov", (tmp_path / "walk.mov").read_bytes())
    found = say("walk.mov")
    for one in found.values():
        assert (one["mime"], one["alt"]) == ("video/mp4", ALT)
        for trace in (b"53.9", SECRET, b"x264"):
            assert trace not in sent(one)
    assert len({sent(one) for one in found.values()}) == 1


def test_without_a_tool_a_video_waits_and_says_why(
    app: AppContext, files: Files, empty: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_film(tmp_path / "walk.mp4")
    lay(files, "walk.mp4", (tmp_path / "walk.mp4").read_bytes())
    monkeypatch.setattr(remux, "video_tool", lambda: None)
    files.post("walk", "It walks.", media=["walk.mp4"])
    files.queue("walk", at=soon(-5), platforms=["x"])
    queue_plan(app)
    run_pass(app)
    with app.ledger.read() as connection:
        ((state, why),) = connection.exec_driver_sql("SELECT state, why FROM delivery").all()
    assert state == "waiting"
    assert "install ffmpeg" in why
    assert empty.control.posts("x") == []


def test_the_picture_of_a_card_is_made_to_fit_it(app: AppContext, files: Files, empty: Stage) -> None:
    data = saved(noise(900, 600), "PNG")
    assert 1_000_000 < len(data) < 2_000_000  # a picture of Bluesky's would be allowed
    lay(files, "card.png", data)
    action = {"id": "sign", "campaign": "free", "kind": "petition", "owner": "union", "picture": "card.png"}
    words = {"title": {"en": "Sign"}, "text": {"en": "One name."}, "url": {"en": "https://example.org/sign"}}
    files.write("config/actions.yaml", {"actions": [action | words]})
    files.post("walk", "Please sign.", cta="sign")
    files.queue("walk", at=soon(-5), platforms=["bluesky"])
    queue_plan(app)
    run_pass(app)
    (post,) = empty.control.posts("bluesky")
    thumb = post["record"]["embed"]["external"]["thumb"]
    assert 400_000 < thumb["size"] <= 1_000_000


@pytest.mark.parametrize(("name", "kind"), [("walk.jpg", "MPO"), ("walk.jfif", "JPEG"), ("walk.avif", "AVIF")])
def test_what_telephones_and_browsers_save_arrives_as_a_jpeg(say: Say, files: Files, name: str, kind: str) -> None:
    more = {"save_all": True, "append_images": [halves().resize((20, 10))]} if kind == "MPO" else {}
    lay(files, name, saved(halves(), kind, exif=exif(6), **more))
    for one in say(name).values():
        assert (one["mime"], one["width"], one["height"]) == ("image/jpeg", 32, 64)
        assert leftover_metadata(sent(one)) == ()


def test_a_card_shows_the_first_picture_of_an_mpo(app: AppContext, files: Files, empty: Stage) -> None:
    lay(files, "card.jpg", saved(halves(), "MPO", save_all=True, append_images=[halves().resize((20, 10))]))
    action = {"id": "sign", "campaign": "free", "kind": "petition", "owner": "union", "picture": "card.jpg"}
    words = {"title": {"en": "Sign"}, "text": {"en": "One name."}, "url": {"en": "https://example.org/sign"}}
    files.write("config/actions.yaml", {"actions": [action | words]})
    files.post("walk", "Please sign.", cta="sign")
    files.queue("walk", at=soon(-5), platforms=["bluesky"])
    queue_plan(app)
    run_pass(app)
    (post,) = empty.control.posts("bluesky")
    assert post["record"]["embed"]["external"]["thumb"]["mimeType"] == "image/jpeg"


def test_a_panorama_fits_where_sides_are_limited(say: Say, files: Files) -> None:
    lay(files, "walk.png", saved(halves().resize((9000, 60)), "PNG"))
    width = {platform: one["width"] for platform, one in say("walk.png").items()}
    assert width == {"x": 8192, "bluesky": 9000, "mastodon": 9000}


def test_what_was_cleaned_is_kept_and_not_painted_again(say: Say, files: Files) -> None:
    lay(files, "walk.jpg", saved(halves(), "JPEG", exif=exif()))
    say("walk.jpg")
    kept = sorted((files.root / ".amplify/media").iterdir())
    assert [one.name.count(".") for one in kept] == [0, 3]
    assert kind_of(kept[1].read_bytes()) == "image/jpeg"
