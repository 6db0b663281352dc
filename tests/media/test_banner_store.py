"""The store of painted banners: once each, whole or not at all, whoever asks and whenever somebody is killed."""

from __future__ import annotations

import io
import os
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from workshop import PROFILES, Workshop

from amplify.banner import paint
from amplify.banner.banner_store import BannerStore
from amplify.banner.cannot_paint import BannerFault
from amplify.banner.paint import paint_banner
from amplify.media import frozen_store
from amplify.media.frozen_store import room_of
from amplify.model.errors import TryLater
from amplify.model.message import Attachment, Message


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    made = Workshop(tmp_path / "house").picture("cell.png", (300, 200))
    layers = [{"picture": {"file": "cell.png"}}, {"text": {"say": {"en": "Day {{ who.days_detained }}"}}}]
    made.banner("days", people=["anna"], layers=layers)
    return made.post("count", "Another day.", media=[{"banner": "days"}])


def message(shop: Workshop, platform: str = "x") -> Message:
    return shop.composed("count", platform).message


def picture(shop: Workshop, platform: str = "x") -> Attachment:
    return message(shop, platform).parts[0].pictures[0]


def store(shop: Workshop, tmp_path: Path) -> BannerStore:
    assert shop.root is not None
    return BannerStore(shop.root / "media", tmp_path / "kept", lambda: shop.workspace().banners)


def kept(tmp_path: Path) -> set[str]:
    return {path.name for path in (tmp_path / "kept").iterdir()}


def test_freezing_keeps_what_it_is_painted_from_and_paints_nothing(shop: Workshop, tmp_path: Path) -> None:
    said = picture(shop)
    assert said.banner is not None
    banners = store(shop, tmp_path)
    banners.freeze([message(shop)])
    cell = shop.workspace().pictures["cell.png"].sha256
    assert kept(tmp_path) == {said.banner.drawing, cell}
    assert not banners.is_painted(said)
    assert shop.root is not None
    (shop.root / "media/cell.png").unlink()
    shop.banner("days", "Other words")
    path = banners.painted_file(said)
    assert path.name == said.sha256
    assert Image.open(io.BytesIO(path.read_bytes())).size == (1200, 675)


def test_many_threads_and_rooms_paint_it_once(shop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def counted(worded: Any, size: Any, pictures: Any) -> Any:
        seen.append(size.name)
        return paint_banner(worded, size, pictures)

    monkeypatch.setattr(paint, "paint_banner", counted)
    banners, said = store(shop, tmp_path), picture(shop)
    rooms = [room_of(profile) for profile in PROFILES.values()] * 8
    with ThreadPoolExecutor(24) as threads:
        sent = list(threads.map(lambda room: banners.cleaned(said, room), rooms))
    assert seen == ["post"]
    assert len(set(sent)) <= len(PROFILES)
    again = store(shop, tmp_path)
    assert again.cleaned(said, rooms[0]) == sent[0]
    assert seen == ["post"], "another process finds it"


def dies(call: Callable[[], object]) -> None:
    """Run `call` in a child, which is killed inside it as by `kill -9`."""
    child = os.fork()
    if child == 0:
        try:
            call()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "it was to be killed on the way"


def kill(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def half_written(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data[: len(data) // 2])
        file.flush()
        kill()


@pytest.mark.parametrize("where", ["painting", "writing", "naming"])
def test_who_is_killed_leaves_no_half_banner(
    shop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    banners, said = store(shop, tmp_path), picture(shop)
    banners.freeze([message(shop)])
    with monkeypatch.context() as patched:
        if where == "painting":
            patched.setattr(paint, "paint_banner", kill)
        elif where == "writing":
            patched.setattr(Path, "write_bytes", half_written)
        else:
            patched.setattr(frozen_store, "_put", kill)
        dies(lambda: banners.painted_file(said))
    fresh = store(shop, tmp_path)
    assert not fresh.is_painted(said)
    whole = fresh.painted_file(said).read_bytes()
    Image.open(io.BytesIO(whole)).load()
    assert whole == store(shop, tmp_path / "elsewhere").painted_file(said).read_bytes()


def test_a_full_disk_leaves_nothing_and_says_so(
    shop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    banners, said = store(shop, tmp_path), picture(shop)
    banners.freeze([message(shop)])
    before = kept(tmp_path)

    def full(path: Path, data: bytes) -> None:
        with path.open("wb") as file:
            file.write(data[:100])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", full)
        with pytest.raises(BannerFault, match="No space left"):
            banners.painted_file(said)
        with pytest.raises(TryLater, match="banner `days` cannot be painted: it cannot be written here"):
            banners.cleaned(said, room_of(PROFILES["x"]))
    assert kept(tmp_path) == before
    assert banners.painted_file(said).exists()


def test_another_machine_paints_the_same_or_says_why_not(shop: Workshop, tmp_path: Path) -> None:
    said = picture(shop)
    other = store(shop, tmp_path / "other")
    assert other.painted_file(said).read_bytes() == store(shop, tmp_path).painted_file(said).read_bytes()
    shop.banner("days", "Other words", theme="paper")
    third = store(shop, tmp_path / "third")
    with pytest.raises(TryLater, match="run `amplify queue`"):
        third.cleaned(said, room_of(PROFILES["x"]))
    assert not third.is_painted(said)
