"""Progress of uploads: how far each video is, so that a slow line gets there in several attempts.

An upload may take longer than a worker may hold a delivery. What is already there is written down beside the sessions,
without any secret, and whoever takes the delivery next carries on. It is taken off once the post is out: an upload
that hangs on a post hangs on no other.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from amplify.model.errors import StillWorking
from amplify.model.event import log_event
from amplify.model.message import Attachment, Message, Part
from amplify.model.platform import AccountConnection, Json
from amplify.rules.plan.upload_validity import is_valid


class Uploads:
    """Uploads of one account that no published post uses yet. Without a folder they live in memory."""

    def __init__(self, connection: AccountConnection) -> None:
        folder: Path | None = connection.sessions
        self._account = connection.account
        self._path = folder / f"{connection.account.replace('/', '--')}.uploads" if folder else None
        self._where = connection.server or ""
        self._memory: dict[str, Json] = {}
        self._lock = threading.Lock()

    def known(self, message: Message, picture: Attachment) -> Json:
        """The saved progress of an upload; empty where there is none, or it has expired."""
        with self._lock:
            found = self._read().get(self._key(message, picture), {})
        return dict(found) if is_valid(found, datetime.now(UTC)) else {}

    def keep(self, message: Message, picture: Attachment, far: Json, keeps: timedelta) -> None:
        """Save the progress of an upload. `keeps`: for how long the platform holds what was uploaded."""
        with self._lock:
            real = datetime.now(UTC)
            kept = {key: one for key, one in self._read().items() if is_valid(one, real)}
            kept[self._key(message, picture)] = {**far, "until": far.get("until") or valid_until(keeps)}
            self._write(kept)

    def forget(self, message: Message, part: Part) -> None:
        """Delete the progress: the post is out, or the upload of no use; the next one starts anew."""
        with self._lock:
            kept = self._read()
            gone = [key for key in (self._key(message, one) for one in part.pictures) if key in kept]
            for key in gone:
                del kept[key]
            if gone:
                self._write(kept)

    def tell(self, sent: int, whole: int) -> None:
        """Report the progress: numbers only."""
        log_event("uploading", account=self._account, bytes=sent, of=whole)

    def _key(self, message: Message, picture: Attachment) -> str:
        """The key of one upload, which is for one message: the same video in another post is uploaded again."""
        said = f"{self._where}\0{message.content_hash()}\0{picture.file}\0{picture.sha256}"
        return hashlib.sha256(said.encode()).hexdigest()

    def _read(self) -> dict[str, Any]:
        if self._path is None:
            return self._memory
        try:
            found = json.loads(self._path.read_text())
        except (OSError, ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    def _write(self, kept: dict[str, Any]) -> None:
        self._memory = kept
        if self._path is None:
            return
        # Losing it costs an upload, never a post.
        with suppress(OSError):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            partial = self._path.with_suffix(f".{os.getpid()}.{os.urandom(3).hex()}")
            with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                json.dump(kept, file)
            partial.replace(self._path)


class UploadDeadline:
    """The deadline of an upload attempt: no longer than the claim on the delivery lasts."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def over(self, seconds: float = 0.0) -> bool:
        """Whether the deadline has passed, or would have `seconds` from now."""
        return time.monotonic() + seconds >= self._end

    def wait(self, seconds: float, why: str) -> None:
        """Sleep, where the deadline allows it. Raises StillWorking where it does not: asked again after `seconds`."""
        if self.over(seconds):
            raise StillWorking(why, timedelta(seconds=seconds))
        time.sleep(seconds)


_SHORTER: Final = timedelta(minutes=10)
"""For clocks that differ, and for the way of the post itself."""


def valid_until(keeps: timedelta) -> str:
    """The expiry of what was uploaded just now and is kept for `keeps` (ISO 8601, real time), a little early."""
    return (datetime.now(UTC) + keeps - min(_SHORTER, keeps / 4)).isoformat()
