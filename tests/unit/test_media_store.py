"""What was reviewed is what goes out, whatever happens to the file later."""

from __future__ import annotations

import hashlib
import io
import random
from pathlib import Path

import pytest
from PIL import Image

from amplify.media.clean import clean
from amplify.media.store import PictureStore
from amplify.model.errors import Refused
from amplify.model.message import Attachment, Card, Message, Part

ROOM = 5_000_000


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
def store(media: Path, tmp_path: Path) -> PictureStore:
    return PictureStore(media, tmp_path / "kept")


@pytest.fixture
def banner(media: Path) -> Attachment:
    return attachment(media / "anna" / "banner.png", media)


@pytest.fixture
def frozen(store: PictureStore, media: Path, banner: Attachment) -> PictureStore:
    card = Card("https://example.org", "T", "", attachment(media / "card.png", media))
    store.freeze([Message("bluesky", ("en",), (Part("One", pictures=(banner,)), Part("Two", card=card)))])
    return store


def test_a_frozen_picture_survives_what_happens_to_the_file(
    frozen: PictureStore, media: Path, banner: Attachment
) -> None:
    expected = clean((media / "anna" / "banner.png").read_bytes(), ROOM)[0]
    (media / "anna" / "banner.png").write_bytes(png(9))
    assert frozen.cleaned(banner, ROOM) == expected
    (media / "anna" / "banner.png").unlink()
    assert frozen.cleaned(banner, ROOM) == expected
    assert frozen.cleaned(banner, ROOM, 100) != expected


def test_pictures_of_cards_are_frozen_too(frozen: PictureStore, media: Path) -> None:
    card = attachment(media / "card.png", media)
    (media / "card.png").unlink()
    assert size(frozen.cleaned(card, ROOM)) == (64, 64)


@pytest.mark.parametrize("change", ["gone", "changed"])
def test_what_was_not_frozen_and_is_no_longer_there_is_refused(
    store: PictureStore, media: Path, banner: Attachment, change: str
) -> None:
    if change == "gone":
        (media / "anna" / "banner.png").unlink()
    else:
        (media / "anna" / "banner.png").write_bytes(png(9))
    with pytest.raises(Refused, match=r"anna/banner\.png is gone or has changed"):
        store.cleaned(banner, ROOM)


def test_what_was_not_frozen_but_is_unchanged_is_kept_from_then_on(
    store: PictureStore, media: Path, banner: Attachment
) -> None:
    first = store.cleaned(banner, ROOM)
    (media / "anna" / "banner.png").unlink()
    assert store.cleaned(banner, ROOM) == first
    assert store.cleaned(banner, 2_000_000)


def test_each_platform_has_its_own_size(store: PictureStore, media: Path) -> None:
    (media / "big.png").write_bytes(png(300))
    big = attachment(media / "big.png", media)
    assert len(store.cleaned(big, 20_000)) <= 20_000 < len(store.cleaned(big, 100_000)) <= 100_000
    assert size(store.cleaned(big, ROOM, 100)) == (10, 10)


def test_a_frozen_file_that_is_no_picture_is_refused_with_its_name(store: PictureStore, media: Path) -> None:
    (media / "bad.png").write_bytes(b"no picture")
    with pytest.raises(Refused, match=r"bad\.png: this is not a picture"):
        store.cleaned(attachment(media / "bad.png", media), ROOM)


def test_only_whole_files_lie_in_the_store(frozen: PictureStore, banner: Attachment, tmp_path: Path) -> None:
    frozen.cleaned(banner, ROOM)
    kept = sorted(path.name for path in (tmp_path / "kept").iterdir())
    assert [name for name in kept if banner.sha256 in name] == [banner.sha256, f"{banner.sha256}.{ROOM}-0.clean"]
    assert len(kept) == 3
    assert hashlib.sha256((tmp_path / "kept" / banner.sha256).read_bytes()).hexdigest() == banner.sha256
