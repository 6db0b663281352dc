"""What was reviewed is what goes out, whatever happens to the file later."""

from __future__ import annotations

import hashlib
import io
import random
from pathlib import Path

import pytest
from nasty import halves, make_film, moving_gif, saved
from PIL import Image

from amplify.media.fit import SizeLimit
from amplify.media.frozen_store import FrozenStore, card_room_of, room_of
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
    assert [name for name in kept if banner.sha256 in name] == [banner.sha256, f"{banner.sha256}.all.2.clean"]
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
