"""Uploads pictures, videos and captions to Bluesky: blobs, kept by the account's own server until a record names them.

A video is uploaded like any other blob (`com.atproto.repo.uploadBlob`), and processed once the post is out; one that is
larger than such a server takes goes through Bluesky's video service, which works on it before.
Source: lexicons `app.bsky.embed.images`, `app.bsky.embed.video`, `app.bsky.embed.external`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, BinaryIO, Final

from amplify.model.errors import Refused
from amplify.model.message import Attachment, Message, Part
from amplify.model.platform import AccountConnection, Json
from amplify.model.video import FILM
from amplify.platforms import media_files
from amplify.platforms.bluesky.profile import BLOB_BYTES, CARD_BYTES, VIDEO_BYTES
from amplify.platforms.bluesky.session import BlueskySession
from amplify.platforms.bluesky.video_service import VideoService, blob_json
from amplify.platforms.loopback import is_loopback
from amplify.platforms.uploads import UploadDeadline, Uploads, valid_until
from amplify.rules.file_formats.webvtt import write_captions
from amplify.rules.text.language import bcp47_tag

_KEEPS: Final = timedelta(hours=1)
"""How long a server surely keeps a blob that no record names; the lexicon says "minutes" without a number, and
reference servers keep it for hours."""

_UPLOADING: Final = timedelta(days=1)
"""How long an upload that has begun is gone on with; where the service has forgotten it, it says so."""
_VIDEO_SERVICE: Final = "https://video.bsky.app"
_VTT: Final = "text/vtt"


class BlueskyMedia:
    """The uploads of one account."""

    def __init__(self, connection: AccountConnection, session: BlueskySession, server: str) -> None:
        self._connection = connection
        self._session = session
        self._uploads = Uploads(connection)
        # A server of our own on this machine has its own video service, or none.
        self._service = VideoService(session, server if is_loopback(server) else _VIDEO_SERVICE, self._uploads.tell)

    def prepare(self, message: Message, part: Part) -> Json:
        """Upload the part's media: `pictures`, one reference each, and `card`."""
        prepared: Json = {"pictures": []}
        for one in part.pictures:
            if one.film:
                prepared["pictures"].append(self._film(message, one))
                if one.captions:
                    prepared["captions"] = self._captions(one)
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

    def close(self) -> None:
        self._service.close()

    def _captions(self, one: Attachment) -> list[Json]:
        """Upload captions: `lang` and `file` of each."""
        written = [(bcp47_tag(each.lang), write_captions(each.times, each.words)) for each in one.captions]
        return [{"lang": lang, "file": self._upload(text.encode(), _VTT)} for lang, text in written]

    def _film(self, message: Message, one: Attachment) -> Json:
        """Upload a video. This takes long on a slow line: what does not end in time is left to the next attempt."""
        known = self._uploads.known(message, one)
        if "blob" in known:
            blob: Json = known["blob"]
            return blob
        path = media_files.load_video(self._connection, one)
        size = path.stat().st_size
        if size > VIDEO_BYTES:
            raise Refused(f"{one.file} has {size / 1_000_000:.1f} MB; Bluesky takes {VIDEO_BYTES / 1_000_000:.1f}")
        if size > BLOB_BYTES:
            patience = UploadDeadline(self._connection.timeout)
            blob = self._service.upload(one, path, known, _Progress(self._uploads, message, one), patience)
        else:
            with path.open("rb") as file:
                blob = self._upload(file, FILM)
        self._uploads.keep(message, one, {"blob": blob}, _KEEPS)
        self._uploads.tell(size, size)
        return blob

    def _upload(self, data: bytes | BinaryIO, mime: str | None = None) -> Json:
        """Upload a blob; a file is read as it is sent. `mime`: what nobody can tell from the bytes."""

        def send(client: Any) -> Any:
            if not isinstance(data, bytes):
                data.seek(0)
            return client.com.atproto.repo.upload_blob(data, headers={"Content-Type": mime} if mime else None)

        return blob_json(self._session.do(send).blob)


class _Progress:
    """Writes down how far the upload of one video is."""

    def __init__(self, uploads: Uploads, message: Message, one: Attachment) -> None:
        self._uploads, self._message, self._one = uploads, message, one

    def __call__(self, far: Json | None = None) -> None:
        if far is None:
            self._uploads.forget(self._message, Part("", pictures=(self._one,)))
        else:
            self._uploads.keep(self._message, self._one, far, _UPLOADING)
