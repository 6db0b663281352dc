"""Uploads pictures, GIFs and videos to X: pictures at once, videos and GIFs in chunks, then waits until X has processed
them.

Source: X's OpenAPI document 2.166, `/2/media/upload`, `…/initialize`, `…/{id}/append`, `…/{id}/finalize`,
`/2/media/metadata`, `/2/media/subtitles`; "best practices" of its media documentation for sizes and lengths.
"""

from __future__ import annotations

import io
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import BinaryIO, Final

from amplify.model.errors import Refused, StillWorking
from amplify.model.event import log_event
from amplify.model.message import Attachment, Message, Part
from amplify.model.platform import AccountConnection, Json
from amplify.model.video import FILM, Captions
from amplify.platforms import media_files
from amplify.platforms.http import PiecewiseJson
from amplify.platforms.uploads import UploadDeadline, Uploads, valid_until
from amplify.rules.file_formats.webvtt import write_captions
from amplify.rules.text.language import language_name

KEEPS: Final = timedelta(hours=24)
"""How long X keeps what was uploaded and stands in no post, where it does not say."""
_PIECE: Final = 1 << 20
"""Bytes of a piece: X takes a thousand of them at most, and a slow line needs some seconds for one."""
_MOST_PIECES: Final = 1000
_GIF: Final = "image/gif"

Ask = Callable[[str, str, Json | PiecewiseJson | None], Json]
"""Method, route and body → answer."""
Asking = Callable[[], AbstractContextManager[None]]


class XMedia:
    """Uploads of one account. `ask` sends a signed request; `asking` names what goes wrong."""

    def __init__(self, connection: AccountConnection, ask: Ask) -> None:
        self._connection = connection
        self._ask = ask
        self._uploads = Uploads(connection)

    def prepare(self, message: Message, part: Part, asking: Asking) -> Json:
        """Upload the part's media, with alt texts."""
        patience = UploadDeadline(self._connection.timeout)
        ids: list[str] = []
        keeps = KEEPS
        for one in part.pictures:
            if one.film:
                path = media_files.load_video(self._connection, one)
                with path.open("rb") as file, asking():
                    ids.append(self._moving(message, one, file, path.stat().st_size, FILM, patience))
                continue
            data, mime = media_files.load_picture(self._connection, one)
            with asking():
                if mime == _GIF:
                    ids.append(self._moving(message, one, io.BytesIO(data), len(data), mime, patience))
                else:
                    uploaded = self._still(one, data, mime)
                    keeps = min(keeps, _kept(uploaded))
                    ids.append(str(uploaded["id"]))
        return {"media_ids": ids, "until": valid_until(keeps)} if ids else {"media_ids": ids}

    def out(self, message: Message, part: Part) -> None:
        """Forget the part's uploads once it is published."""
        self._uploads.forget(message, part)

    def _still(self, one: Attachment, data: bytes, mime: str) -> Json:
        body = PiecewiseJson({"media_category": "tweet_image", "media_type": mime}, "media", data)
        uploaded: Json = self._ask("POST", "/2/media/upload", body)["data"]
        self._describe(str(uploaded["id"]), one)
        return uploaded

    def _moving(
        self, message: Message, one: Attachment, file: BinaryIO, size: int, mime: str, patience: UploadDeadline
    ) -> str:
        """Upload in chunks, resumed where the last attempt ended; then wait until X has processed it."""
        far = self._uploads.known(message, one)
        if not far:
            category = "tweet_gif" if mime == _GIF else "tweet_video"
            body = {"media_category": category, "media_type": mime, "total_bytes": size}
            begun = self._ask("POST", "/2/media/upload/initialize", body)["data"]
            far = {"id": str(begun["id"]), "pieces": 0, "until": valid_until(_kept(begun))}
            self._uploads.keep(message, one, far, KEEPS)
        piece = max(_PIECE, -(-size // _MOST_PIECES))
        pieces = -(-size // piece)
        while far["pieces"] < pieces:
            if patience.over():
                raise StillWorking(f"{one.file} is on its way: {100 * far['pieces'] // pieces} %", timedelta())
            file.seek(far["pieces"] * piece)
            body = {"media": b64encode(file.read(piece)).decode(), "segment_index": far["pieces"]}
            self._ask("POST", f"/2/media/upload/{far['id']}/append", body)
            far["pieces"] += 1
            self._uploads.keep(message, one, far, KEEPS)
            self._uploads.tell(min(size, far["pieces"] * piece), size)
        if not far.get("whole"):
            working = self._ask("POST", f"/2/media/upload/{far['id']}/finalize", None)["data"]
            far["whole"] = True
            self._uploads.keep(message, one, far, KEEPS)
        else:
            working = self._status(far["id"])
        self._settle(message, one, working, far, patience)
        if not far.get("described"):
            self._describe(far["id"], one)
            far["described"] = True
            self._uploads.keep(message, one, far, KEEPS)
        for code, captions in _by_code(one.captions):
            if code not in far.get("captions", ()):
                self._caption(far["id"], code, captions)
                far["captions"] = [*far.get("captions", ()), code]
                self._uploads.keep(message, one, far, KEEPS)
        return str(far["id"])

    def _caption(self, film: str, code: str, captions: Captions) -> None:
        """Give a video its captions in one language. Where X takes none, the video goes without."""
        data = write_captions(captions.times, captions.words).encode()
        with _Forgiving(400, 403, 404, 422):
            body = PiecewiseJson({"media_category": "subtitles", "media_type": "text/vtt"}, "media", data)
            file = str(self._ask("POST", "/2/media/upload", body)["data"]["id"])
            given = {"id": file, "language_code": code, "display_name": language_name(captions.lang)}
            asked = {"id": film, "media_category": "TweetVideo", "subtitles": given}
            self._ask("POST", "/2/media/subtitles", asked)
            return
        log_event("captions_refused", account=self._connection.account)

    def _settle(self, message: Message, one: Attachment, working: Json, far: Json, patience: UploadDeadline) -> None:
        """Poll until X has processed the upload. Raises Refused where it cannot."""
        while True:
            info = working.get("processing_info") or {"state": "succeeded"}
            if info["state"] == "succeeded":
                return
            if info["state"] == "failed":
                self._uploads.forget(message, Part("", pictures=(one,)))
                error = info.get("error") or {}
                raise Refused(f"X cannot work with {one.file}: {error.get('message') or 'it does not say why'}")
            patience.wait(float(info.get("check_after_secs") or 1), f"X is still working on {one.file}")
            working = self._status(far["id"])

    def _status(self, id: str) -> Json:
        status: Json = self._ask("GET", f"/2/media/upload?command=STATUS&media_id={id}", None)["data"]
        return status

    def _describe(self, id: str, one: Attachment) -> None:
        """Set the alt text. X documents it for pictures and GIFs; where it takes none for a video, the video goes
        without.
        """
        if not one.alt:
            return
        with _Forgiving(*((400, 422) if one.film else ())):
            self._ask("POST", "/2/media/metadata", {"id": id, "metadata": {"alt_text": {"text": one.alt}}})


class _Forgiving(AbstractContextManager[None]):
    """Ignores a refused request where the refusal does not matter."""

    def __init__(self, *statuses: int) -> None:
        self._statuses = statuses

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        status = getattr(getattr(error, "response", None), "status_code", None)
        return status in self._statuses


def _by_code(captions: Iterable[Captions]) -> Iterator[tuple[str, Captions]]:
    """Captions by X's code of two letters: the first for each, and none for languages that have no such code."""
    seen: set[str] = set()
    for one in captions:
        code = one.lang.partition("-")[0].upper()
        if len(code) == 2 and code not in seen:
            seen.add(code)
            yield code, one


def _kept(uploaded: Json) -> timedelta:
    seconds = uploaded.get("expires_after_secs")
    return KEEPS if seconds is None else min(KEEPS, timedelta(seconds=int(seconds)))
