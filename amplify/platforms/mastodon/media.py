"""Uploads pictures, GIFs and videos to Mastodon, and waits until the server has processed them.

Source: Mastodon's documentation, `POST /api/v2/media` (202: not processed yet) and `GET /api/v1/media/:id` (206:
still not). A post that comes earlier is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any, BinaryIO, Final

from amplify.model.errors import Refused, StillWorking
from amplify.model.message import Attachment, Message, Part
from amplify.model.platform import AccountConnection, Json
from amplify.model.video import FILM
from amplify.platforms import media_files
from amplify.platforms.uploads import UploadDeadline, Uploads, valid_until

_KEEPS: Final = timedelta(hours=24)
"""How long Mastodon keeps media that stand in no status."""
_GIF: Final = "image/gif"
_SLOW: Final = timedelta(minutes=1)

Asking = Callable[[], AbstractContextManager[None]]


class MastodonMedia:
    """Uploads of one account, through Mastodon.py's client."""

    def __init__(self, connection: AccountConnection, client: Any) -> None:
        self._connection = connection
        self._client = client
        self._uploads = Uploads(connection)

    def prepare(self, message: Message, part: Part, asking: Asking) -> Json:
        """Upload the part's media with alt texts, and wait until they can be used in a post."""
        patience = UploadDeadline(self._connection.timeout)
        ids: list[str] = []
        for one in part.pictures:
            if one.film:
                path = media_files.load_video(self._connection, one)
                with path.open("rb") as file, asking():
                    ids.append(self._moving(message, one, file, path.stat().st_size, FILM, patience))
                continue
            data, mime = media_files.load_picture(self._connection, one)
            with asking():
                if mime == _GIF:
                    ids.append(self._moving(message, one, data, len(data), mime, patience))
                else:
                    ids.append(self._wait_for(self._give(one, data, mime), one, patience))
        return {"media_ids": ids, "until": valid_until(_KEEPS)} if ids else {"media_ids": ids}

    def out(self, message: Message, part: Part) -> None:
        """Forget the part's uploads once it is published."""
        self._uploads.forget(message, part)

    def _moving(
        self, message: Message, one: Attachment, data: bytes | BinaryIO, size: int, mime: str, patience: UploadDeadline
    ) -> str:
        """Upload a video or GIF once, and ask for its state in as many attempts as it takes."""
        from mastodon import MastodonNotFoundError

        far = self._uploads.known(message, one)
        media: Mapping[str, Any] | None = None
        if far:
            try:
                media = self._client.media(far["id"])
            except MastodonNotFoundError:  # thrown away meanwhile
                media = None
        if media is None:
            media = self._give(one, data, mime)
            self._uploads.keep(message, one, {"id": str(media["id"])}, _KEEPS)
            self._uploads.tell(size, size)
        try:
            return self._wait_for(media, one, patience)
        except Refused:
            self._uploads.forget(message, Part("", pictures=(one,)))
            raise

    def _give(self, one: Attachment, data: bytes | BinaryIO, mime: str) -> Mapping[str, Any]:
        kind = "video" if one.film else "picture"
        name = f"{kind}.{mime.partition('/')[2]}"  # the file's own name stays here
        given: Mapping[str, Any] = self._client.media_post(
            data, mime_type=mime, description=one.alt or None, file_name=name
        )
        return given

    def _wait_for(self, media: Mapping[str, Any], one: Attachment, patience: UploadDeadline) -> str:
        """Wait until the server has processed an upload; its id."""
        from mastodon import MastodonAPIError, MastodonNotFoundError

        pause = 0.2
        while not media.get("url"):
            if patience.over(pause):
                raise StillWorking(f"the server is still working on {one.file}", _SLOW)
            patience.wait(pause, "")
            pause = min(pause * 2, 2.0)
            try:
                media = self._client.media(media["id"])
            except MastodonNotFoundError:
                raise
            except MastodonAPIError as error:
                if error.args[1:2] == (422,):
                    raise Refused(f"the server cannot work with {one.file}: {error.args[-1]}") from None
                raise
        return str(media["id"])
