"""Uploads pictures and videos to Bluesky: blobs, kept by the account's own server until a record names them.

A video is uploaded like any other blob (`com.atproto.repo.uploadBlob`), and processed once the post is out.
Source: lexicons `app.bsky.embed.images`, `app.bsky.embed.video`, `app.bsky.embed.external`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from amplify.model.errors import Refused
from amplify.model.message import Message, Part
from amplify.model.platform import AccountConnection, Json
from amplify.platforms import media_files
from amplify.platforms.bluesky.profile import CARD_BYTES, VIDEO_BYTES
from amplify.platforms.bluesky.session import BlueskySession
from amplify.platforms.uploads import Uploads, valid_until

_KEEPS: Final = timedelta(hours=1)
"""How long a server surely keeps a blob that no record names; the lexicon says "minutes" without a number, and
reference servers keep it for hours."""


class BlueskyMedia:
    """The uploads of one account."""

    def __init__(self, connection: AccountConnection, session: BlueskySession) -> None:
        self._connection = connection
        self._session = session
        self._uploads = Uploads(connection)

    def prepare(self, message: Message, part: Part) -> Json:
        """Upload the part's media: `pictures`, one reference each, and `card`."""
        prepared: Json = {"pictures": []}
        for one in part.pictures:
            if one.film:
                prepared["pictures"].append(self._film(message, part))
            else:
                prepared["pictures"].append(self._upload(media_files.load_picture(self._connection, one)[0]))
        if part.card and part.card.picture and not part.pictures:
            thumb, _ = media_files.load_card(self._connection, part.card.picture)
            if len(thumb) > CARD_BYTES:
                raise Refused(f"{part.card.picture.file} is over {CARD_BYTES} bytes: too large for a link card")
            prepared["card"] = self._upload(thumb)
        if prepared["pictures"] or "card" in prepared:
            prepared["until"] = valid_until(_KEEPS)
        return prepared

    def out(self, message: Message, part: Part) -> None:
        """Forget the part's uploads once it is published: a record names them now."""
        self._uploads.forget(message, part)

    def _film(self, message: Message, part: Part) -> Json:
        """Upload a video. This takes long on a slow line: what does not end in time is left to the next attempt."""
        (one,) = (each for each in part.pictures if each.film)
        known = self._uploads.known(message, one)
        if known:
            blob: Json = known["blob"]
            return blob
        path = media_files.load_video(self._connection, one)
        size = path.stat().st_size
        if size > VIDEO_BYTES:
            raise Refused(f"{one.file} has {size / 1_000_000:.1f} MB; Bluesky takes {VIDEO_BYTES / 1_000_000:.1f}")
        blob = self._upload(path.read_bytes())
        self._uploads.keep(message, one, {"blob": blob}, _KEEPS)
        self._uploads.tell(size, size)
        return blob

    def _upload(self, data: bytes) -> Json:
        blob: Any = self._session.do(lambda client: client.com.atproto.repo.upload_blob(data)).blob
        return {
            "$type": "blob",
            "ref": {"$link": str(blob.ref.link if hasattr(blob.ref, "link") else blob.ref)},
            "mimeType": blob.mime_type,
            "size": blob.size,
        }
