"""Pictures frozen when they are queued: what was reviewed is what goes out, whatever happens to the file later."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from amplify.media.clean import BadPicture, clean
from amplify.model.errors import Refused
from amplify.model.message import Attachment, Message


class PictureStore:
    """Originals by content hash, cleaned copies beside them."""

    def __init__(self, source: Path, kept: Path) -> None:
        """`source`: the workspace's `media/`. `kept`: where frozen pictures lie, never shared."""
        self._source, self._kept = source, kept

    def freeze(self, messages: Iterable[Message]) -> None:
        """Keep the bytes of every picture the messages carry."""
        for message in messages:
            for part in message.parts:
                for picture in part.pictures:
                    self._original(picture)
                if part.card is not None and part.card.picture is not None:
                    self._original(part.card.picture)

    def cleaned(self, picture: Attachment, most_bytes: int, most_pixels: int | None = None) -> bytes:
        """The bytes to send. Raises Refused where the frozen picture is gone, or is no picture."""
        target = self._kept / f"{picture.sha256}.{most_bytes}-{most_pixels or 0}.clean"
        if target.exists():
            return target.read_bytes()
        original = self._original(picture)
        if original is None:
            raise Refused(f"{picture.file} is gone or has changed since it was queued: run `amplify queue`")
        try:
            data, _ = clean(original, most_bytes, most_pixels)
        except BadPicture as error:
            raise Refused(f"{picture.file}: {error}") from None
        _write(target, data)
        return data

    def _original(self, picture: Attachment) -> bytes | None:
        """The very bytes that were queued, or None."""
        kept = self._kept / picture.sha256
        if kept.exists():
            return kept.read_bytes()
        source = self._source / picture.file
        data = source.read_bytes() if source.is_file() else b""
        if hashlib.sha256(data).hexdigest() != picture.sha256:
            return None
        _write(kept, data)
        return data


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all, whoever else writes the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    partial.write_bytes(data)
    partial.replace(path)
