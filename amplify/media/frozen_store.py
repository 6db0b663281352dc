"""Store of frozen pictures, kept as they were when queued: what was reviewed goes out, whatever happens to the file
later.

Beside each original lie its cleaned copies: one for everybody, and smaller ones for the platforms that it does not fit.
They are named by the original's hash and by what they fit into, so that nothing is painted twice.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Condition
from typing import Final

from amplify.media.fit import SizeLimit, fit_pixels, fits_limit
from amplify.media.gif_frames import is_moving_gif, reencode_gif
from amplify.media.reencode import MOST_PIXELS, BadPicture, reencode_picture
from amplify.media.remux import BadVideo, clean_video
from amplify.model.errors import Refused
from amplify.model.message import Attachment, Message
from amplify.model.platform_profile import PlatformProfile
from amplify.model.video import VideoLimits

_RECIPE: Final = 3
"""How we paint. What an older program painted is painted again."""
_ALL: Final = SizeLimit(1 << 40)
_GIF: Final = "image/gif"


def room_of(profile: PlatformProfile) -> SizeLimit:
    """A platform's limits for a picture."""
    return SizeLimit(profile.picture_bytes, profile.picture_pixels, sides=profile.picture_sides)


def card_room_of(profile: PlatformProfile) -> SizeLimit:
    """A platform's limits for the picture of a link card."""
    most = profile.picture_bytes if profile.card_bytes is None else profile.card_bytes
    return SizeLimit(most, profile.picture_pixels, sides=profile.picture_sides)


class FrozenStore:
    """Original files by content hash, cleaned copies beside them."""

    def __init__(self, source: Path, kept: Path) -> None:
        """`source`: the workspace's `media/`. `kept`: where frozen pictures lie, never shared."""
        self._source, self._kept = source, kept
        self._changed = Condition()
        self._making: dict[Path, int] = {}
        """Copies that a thread is making, and how many pixels it has unpacked for that."""

    def freeze(self, messages: Iterable[Message]) -> None:
        """Keep the bytes of every picture the messages carry."""
        seen: set[str] = set()
        for picture in (one for message in messages for one in _carried(message)):
            if picture.sha256 not in seen:
                seen.add(picture.sha256)
                self._keep(picture)

    def cleaned(self, picture: Attachment, room: SizeLimit, moving: VideoLimits | None = None) -> bytes:
        """The cleaned bytes to send. `moving`: what may move. Raises Refused where the file is gone, or is no
        picture.
        """

        def whole(data: bytes) -> bytes:
            return fit_pixels(reencode_picture(data, still=True), _ALL)[0]

        def smaller(data: bytes) -> bytes:
            return fit_pixels(reencode_picture(data, still=True), room)[0]

        if picture.mime == _GIF and moving is not None and moving.gif_bytes is not None:
            most, size = moving.gif_bytes, moving.gif_size
            if self._moves(picture):
                name = f"gif-{most}-{'x'.join(map(str, size or ()))}"
                return self._made(picture, name, lambda data: reencode_gif(data, most, size))
        data = self._made(picture, "all", whole)
        return data if fits_limit(data, room) else self._made(picture, room.name, smaller)

    def film(self, picture: Attachment) -> Path:
        """The path of the cleaned video. Raises Refused where it is gone or no video; TryLater without a tool."""
        target = self._cleaned(picture, "film")
        with self._turn(target, 0) as done:
            if done:
                return target
            original = self._original(picture)
            if original is None:
                raise Refused(_GONE.format(picture.file))
            partial = _partial(target)
            try:
                clean_video(original, partial)
            except BadVideo as error:
                raise Refused(f"{picture.file}: {error}") from None
            _put(partial, target)
            return target

    def drop(self, pictures: Iterable[str]) -> None:
        """Delete the files of these pictures (SHA-256 of their bytes), cleaned copies too."""
        for sha256 in pictures:
            for path in (self._kept / sha256, *self._kept.glob(f"{sha256}.*.clean")):
                path.unlink(missing_ok=True)

    def _made(self, picture: Attachment, name: str, make: Callable[[bytes], bytes]) -> bytes:
        target = self._cleaned(picture, name)
        with self._turn(target, MOST_PIXELS if picture.mime == _GIF else picture.width * picture.height) as done:
            if done:
                return target.read_bytes()
            original = self._original(picture)
            if original is None:
                raise Refused(_GONE.format(picture.file))
            try:
                data = make(original.read_bytes())
            except BadPicture as error:
                raise Refused(f"{picture.file}: {error}") from None
            self._put_bytes(target, data)
            return data

    @contextmanager
    def _turn(self, target: Path, pixels: int) -> Iterator[bool]:
        """Whether somebody has made the copy; where not, it is this thread's turn, and whoever wants the same waits.

        All that are made at once have no more pixels than one picture may have: so memory has a bound, however many
        threads there are.
        """
        if target.exists():
            yield True
            return
        with self._changed:
            self._changed.wait_for(lambda: self._may_make(target, pixels))
            self._making[target] = pixels
        try:
            yield target.exists()
        finally:
            with self._changed:
                del self._making[target]
                self._changed.notify_all()

    def _may_make(self, target: Path, pixels: int) -> bool:
        if target in self._making:
            return False
        return not any(self._making.values()) or sum(self._making.values()) + pixels <= MOST_PIXELS

    def _moves(self, picture: Attachment) -> bool:
        original = self._original(picture)
        return original is not None and is_moving_gif(original.read_bytes())

    def _cleaned(self, picture: Attachment, name: str) -> Path:
        return self._kept / f"{picture.sha256}.{name}.{_RECIPE}.clean"

    def _keep(self, picture: Attachment) -> None:
        """Keep what is needed to send it later."""
        self._original(picture)

    def _original(self, picture: Attachment) -> Path | None:
        """The bytes that were queued, or None. A video is never read into memory."""
        return self._original_of(picture.file, picture.sha256)

    def _original_of(self, file: str, sha256: str) -> Path | None:
        """The kept bytes of a file under `media/` with this hash, or None."""
        kept = self._kept / sha256
        if kept.exists():
            return kept
        source = self._source / file
        if not source.is_file() or _sha256(source) != sha256:
            return None
        partial = _partial(kept)
        shutil.copyfile(source, partial)
        if _sha256(partial) != sha256:  # it changed while we copied
            partial.unlink()
            return None
        _put(partial, kept)
        return kept

    def _put_bytes(self, target: Path, data: bytes) -> None:
        """Write a file of the store: whole or not at all."""
        partial = _partial(target)
        try:
            partial.write_bytes(data)
            _put(partial, target)
        except OSError:
            partial.unlink(missing_ok=True)
            raise


_GONE: Final = "{} is gone or has changed since it was queued: run `amplify queue`"


def _carried(message: Message) -> Iterator[Attachment]:
    for part in message.parts:
        yield from part.pictures
        if part.card is not None and part.card.picture is not None:
            yield part.card.picture


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _partial(path: Path) -> Path:
    """A temporary file name, so that files are written whole or not at all, whoever else writes the same."""
    for folder in (path.parent.parent, path.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path.with_name(f"{path.name}.{os.getpid()}.{os.urandom(4).hex()}")


def _put(partial: Path, target: Path) -> None:
    """Put a whole file in its place, for its owner alone: an embargoed picture is nobody else's."""
    partial.chmod(0o600)
    partial.replace(target)
