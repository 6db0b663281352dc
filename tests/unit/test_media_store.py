"""What was reviewed is what goes out, whatever happens to the file later."""

from __future__ import annotations

import hashlib
import io
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from math import prod
from pathlib import Path
from threading import Barrier, Lock, Semaphore

import pytest
from nasty import halves, make_film, moving_gif, saved
from PIL import Image

from amplify.media import frozen_store
from amplify.media.fit import SizeLimit
from amplify.media.frozen_store import FrozenStore, card_room_of, room_of
from amplify.media.reencode import Reencoded, reencode_picture
from amplify.media.remux import clean_video
from amplify.media.sanitize import sanitize_picture
from amplify.model.errors import Refused
from amplify.model.message import Attachment, LinkCard, Message, Part
from amplify.model.video import FILM, VideoLimits
from amplify.rules.file_formats import gif
from amplify.rules.file_formats.leftover_metadata import kind_of

ROOM = SizeLimit(5_000_000)


def png(size: int = 64, seed: int = 7) -> bytes:
    """A square of noise."""
    out = io.BytesIO()
    Image.frombytes("RGB", (size, size), random.Random(seed).randbytes(size * size * 3)).save(out, "PNG")
    return out.getvalue()


def size(data: bytes) -> tuple[int, int]:
    return Image.open(io.BytesIO(data)).size


def attachment(file: Path, media: Path) -> Attachment:
    data = file.read_bytes()
    return Attachment(str(file.relative_to(media)), hashlib.sha256(data).hexdigest(), "image/png", 64, 64, "Noise")


@pytest.fixture
def media(tmp_path: Path) -> Path:
    (tmp_path / "media" / "anna").mkdir(parents=True)
    (tmp_path / "media" / "anna" / "banner.png").write_bytes(png())
    (tmp_path / "media" / "card.png").write_bytes(png(seed=8))
    return tmp_path / "media"


@pytest.fixture
def store(media: Path, tmp_path: Path) -> FrozenStore:
    return FrozenStore(media, tmp_path / "kept")


@pytest.fixture
def banner(media: Path) -> Attachment:
    return attachment(media / "anna" / "banner.png", media)


@pytest.fixture
def frozen(store: FrozenStore, media: Path, banner: Attachment) -> FrozenStore:
    card = LinkCard("https://example.org", "T", "", attachment(media / "card.png", media))
    store.freeze([Message("bluesky", ("en",), (Part("One", pictures=(banner,)), Part("Two", card=card)))])
    return store


def test_a_frozen_picture_survives_what_happens_to_the_file(
    frozen: FrozenStore, media: Path, banner: Attachment
) -> None:
    expected = sanitize_picture((media / "anna" / "banner.png").read_bytes(), ROOM.bytes)[0]
    (media / "anna" / "banner.png").write_bytes(png(9))
    assert frozen.cleaned(banner, ROOM) == expected
    (media / "anna" / "banner.png").unlink()
    assert frozen.cleaned(banner, ROOM) == expected
    assert frozen.cleaned(banner, SizeLimit(ROOM.bytes, 100)) != expected


def test_pictures_of_cards_are_frozen_too(frozen: FrozenStore, media: Path) -> None:
    card = attachment(media / "card.png", media)
    (media / "card.png").unlink()
    assert size(frozen.cleaned(card, ROOM)) == (64, 64)


@pytest.mark.parametrize("change", ["gone", "changed"])
def test_what_was_not_frozen_and_is_no_longer_there_is_refused(
    store: FrozenStore, media: Path, banner: Attachment, change: str
) -> None:
    if change == "gone":
        (media / "anna" / "banner.png").unlink()
    else:
        (media / "anna" / "banner.png").write_bytes(png(9))
    with pytest.raises(Refused, match=r"anna/banner\.png is gone or has changed"):
        store.cleaned(banner, ROOM)


def test_what_was_not_frozen_but_is_unchanged_is_kept_from_then_on(
    store: FrozenStore, media: Path, banner: Attachment
) -> None:
    first = store.cleaned(banner, ROOM)
    (media / "anna" / "banner.png").unlink()
    assert store.cleaned(banner, ROOM) == first
    assert store.cleaned(banner, SizeLimit(2_000_000))


def test_each_platform_has_its_own_size(store: FrozenStore, media: Path) -> None:
    (media / "big.png").write_bytes(png(300))
    big = attachment(media / "big.png", media)
    assert len(store.cleaned(big, SizeLimit(20_000))) <= 20_000 < len(store.cleaned(big, SizeLimit(100_000))) <= 100_000
    assert size(store.cleaned(big, SizeLimit(ROOM.bytes, 100))) == (10, 10)


def test_a_frozen_file_that_is_no_picture_is_refused_with_its_name(store: FrozenStore, media: Path) -> None:
    (media / "bad.png").write_bytes(b"no picture")
    with pytest.raises(Refused, match=r"bad\.png: this is not a picture"):
        store.cleaned(attachment(media / "bad.png", media), ROOM)


def test_only_whole_files_lie_in_the_store(frozen: FrozenStore, banner: Attachment, tmp_path: Path) -> None:
    frozen.cleaned(banner, ROOM)
    kept = sorted(path.name for path in (tmp_path / "kept").iterdir())
    assert [name for name in kept if banner.sha256 in name] == [banner.sha256, f"{banner.sha256}.all.3.clean"]
    assert len(kept) == 3
    assert hashlib.sha256((tmp_path / "kept" / banner.sha256).read_bytes()).hexdigest() == banner.sha256


def moving(media: Path, name: str, data: bytes, mime: str) -> Attachment:
    (media / name).write_bytes(data)
    return Attachment(name, hashlib.sha256(data).hexdigest(), mime, 40, 30, "It moves")


def test_a_gif_moves_where_it_may_and_stands_still_elsewhere(store: FrozenStore, media: Path) -> None:
    walk = moving(media, "walk.gif", moving_gif(), "image/gif")
    store.freeze([Message("x", ("en",), (Part("One", pictures=(walk,)),))])
    (media / "walk.gif").unlink()
    assert gif.read_gif(store.cleaned(walk, ROOM, VideoLimits(gif_bytes=1_000_000))).frames == 4
    assert kind_of(store.cleaned(walk, ROOM, VideoLimits())) == "image/png"
    assert kind_of(store.cleaned(walk, ROOM)) == "image/png"
    still = moving(media, "still.gif", saved(halves(), "GIF"), "image/gif")
    assert kind_of(store.cleaned(still, ROOM, VideoLimits(gif_bytes=1_000_000))) == "image/png"


def test_a_video_is_frozen_cleaned_once_and_dropped(store: FrozenStore, media: Path, tmp_path: Path) -> None:
    make_film(media / "walk.mov")
    walk = moving(media, "walk.mov", (media / "walk.mov").read_bytes(), FILM)
    store.freeze([Message("x", ("en",), (Part("One", pictures=(walk,)),))])
    (media / "walk.mov").unlink()
    film = store.film(walk)
    assert b"53.9" not in film.read_bytes()
    written = film.stat().st_mtime_ns
    assert store.film(walk) == film
    assert film.stat().st_mtime_ns == written
    store.drop([walk.sha256])
    assert list((tmp_path / "kept").iterdir()) == []
    with pytest.raises(Refused, match=r"walk\.mov is gone or has changed"):
        store.film(walk)


def test_a_video_that_cannot_be_read_is_refused_with_its_name(store: FrozenStore, media: Path, tmp_path: Path) -> None:
    bad = moving(media, "bad.mp4", b"\0\0\0\x18ftypmp42 and nothing more", FILM)
    with pytest.raises(Refused, match=r"bad\.mp4: this is not a video"):
        store.film(bad)
    assert [one.name for one in (tmp_path / "kept").iterdir()] == [bad.sha256]


def test_what_fits_everywhere_is_painted_once(store: FrozenStore, banner: Attachment, tmp_path: Path) -> None:
    copies = {store.cleaned(banner, SizeLimit(most)) for most in (5_000_000, 2_000_000, 1_000_000)}
    assert len(copies) == 1
    assert len(list((tmp_path / "kept").glob("*.clean"))) == 1


def test_the_picture_of_a_card_fits_the_card() -> None:
    from amplify.platforms import registry

    assert card_room_of(registry.profile("bluesky")).bytes == 1_000_000 < room_of(registry.profile("bluesky")).bytes
    assert card_room_of(registry.profile("x")) == room_of(registry.profile("x"))


# Many threads


def together(threads: int, call: Callable[[int], object], here: Barrier | None = None) -> list[object]:
    """What each of so many threads gets. `here`: who waits there goes on when all of them are about to ask."""

    def ask(number: int) -> object:
        if here is not None:
            arrived.release()
        return call(number)

    arrived = Semaphore(0)
    with ThreadPoolExecutor(threads) as pool:
        asked = [pool.submit(ask, number) for number in range(threads)]
        if here is not None:
            for _ in range(threads):
                arrived.acquire()
            here.wait(5)
        return [one.result() for one in asked]


class Painters:
    """Counts who paints, and how many pixels are unpacked at once at most. Nobody begins before `meeting` passes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, meeting: int = 1) -> None:
        self.painted: list[int] = []
        self._at_once: list[int] = []
        self.most = 0
        self._lock, self.meeting = Lock(), Barrier(meeting)
        monkeypatch.setattr(frozen_store, "reencode_picture", self._paint)

    def _paint(self, data: bytes, **how: bool) -> Reencoded:
        pixels = prod(size(data))
        with self._lock:
            self.painted.append(pixels)
            self._at_once.append(pixels)
            self.most = max(self.most, sum(self._at_once))
        self.meeting.wait(5)
        painted = reencode_picture(data, **how)
        with self._lock:
            self._at_once.remove(pixels)
        return painted


def test_threads_that_want_the_same_picture_paint_it_once(
    frozen: FrozenStore, banner: Attachment, monkeypatch: pytest.MonkeyPatch
) -> None:
    painters = Painters(monkeypatch, meeting=2)
    for room in (ROOM, SizeLimit(ROOM.bytes, 100)):
        painters.painted.clear()
        assert len(set(together(32, lambda _, room=room: frozen.cleaned(banner, room), painters.meeting))) == 1
        assert len(painters.painted) == 1


def several(media: Path, count: int) -> list[Attachment]:
    for number in range(count):
        (media / f"{number}.png").write_bytes(png(100, seed=number))
    return [replace(attachment(media / f"{number}.png", media), width=100, height=100) for number in range(count)]


def test_no_more_pixels_are_unpacked_at_once_than_one_picture_may_have(
    store: FrozenStore, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frozen_store, "MOST_PIXELS", 25_000)
    painters = Painters(monkeypatch)
    pictures = several(media, 12)
    together(12, lambda number: store.cleaned(pictures[number], ROOM))
    assert len(painters.painted) == 12
    assert painters.most <= 25_000


def test_a_picture_as_large_as_may_be_has_its_turn(
    store: FrozenStore, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frozen_store, "MOST_PIXELS", 9_999)
    pictures = several(media, 3)
    assert len(set(together(3, lambda number: store.cleaned(pictures[number], ROOM)))) == 3


def test_small_pictures_are_painted_side_by_side(
    store: FrozenStore, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Painters(monkeypatch, meeting=2)  # each waits until the other is there
    pictures = several(media, 2)
    together(2, lambda number: store.cleaned(pictures[number], ROOM))


def test_a_picture_that_cannot_be_painted_holds_up_nobody(store: FrozenStore, media: Path) -> None:
    (media / "bad.png").write_bytes(b"no picture")
    bad = attachment(media / "bad.png", media)

    def ask(_: int) -> str:
        with pytest.raises(Refused) as refused:
            store.cleaned(bad, ROOM)
        return str(refused.value)

    assert len(set(together(8, ask))) == 1
    assert store.cleaned(several(media, 1)[0], ROOM)


def test_a_video_is_cleaned_once(store: FrozenStore, media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_film(media / "walk.mov")
    walk = moving(media, "walk.mov", (media / "walk.mov").read_bytes(), FILM)
    cleaned: list[Path] = []

    def clean(source: Path, target: Path) -> None:
        cleaned.append(target)
        clean_video(source, target)

    monkeypatch.setattr(frozen_store, "clean_video", clean)
    assert len(set(together(8, lambda _: store.film(walk)))) == 1
    assert len(cleaned) == 1
