"""Emulates uploads to X: pictures at once, GIFs and videos in chunks, processed a while after (OpenAPI 2.166)."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.requests import Request

from amplify.stage.identity import StageAccount
from amplify.stage.pixels import Pixels, look_at
from amplify.stage.responses import read_form, read_json
from amplify.stage.state import StageState
from amplify.stage.timeline_items import Json, UploadedPicture
from amplify.stage.x_problems import invalid_request

PICTURE_BYTES: Final = 5_000_000
SUBTITLE_BYTES: Final = 512_000
ALT_MAX: Final = 1000
_CODE: Final = re.compile("[A-Z]{2}")
_KEEPS: Final = 86_400
"""Seconds that an upload is kept."""
_MOST: Final = {"tweet_image": PICTURE_BYTES, "tweet_gif": 15_000_000, "tweet_video": 512_000_000}
_PIECES: Final = 1000
_LONGEST: Final = 140.0
_ONE_SHOT: Final = frozenset(("media", "media_category", "media_type", "additional_owners", "shared"))
_BEGIN: Final = frozenset(("media_category", "media_type", "total_bytes", "additional_owners", "shared"))


@dataclass(slots=True)
class _Coming:
    """An upload that is not complete, or still being processed."""

    handle: str
    category: str
    mime: str
    total: int
    pieces: dict[int, bytes] = field(default_factory=dict)
    asked: int = 0
    whole: bool = False
    failed: str = ""


class XMediaEndpoints:
    """The `/2/media/…` endpoints."""

    def __init__(self, state: StageState) -> None:
        self.state = state
        self._coming: dict[str, _Coming] = {}

    def ready(self, id: str) -> bool:
        """Whether X has processed the upload: until then it may not hang on a post."""
        return id not in self._coming

    async def upload(self, account: StageAccount, request: Request) -> tuple[int, Json]:
        if request.headers.get("content-type", "").startswith("application/json"):
            body = await read_json(request)
            _only(body, _ONE_SHOT)
            category, kind = body.get("media_category"), body.get("media_type")
            data = _decoded(body.get("media"))
        else:
            form = await read_form(request)
            category, kind = form.get("media_category"), form.get("media_type")
            data = form.files["media"].data if "media" in form.files else b""
        if category == "subtitles":
            return self._subtitles(account, data, kind)
        if category != "tweet_image":
            raise invalid_request("media_category must be tweet_image", media_category=str(category))
        if len(data) > PICTURE_BYTES:
            raise invalid_request(f"File size exceeds {PICTURE_BYTES} bytes.")
        pixels = look_at(data)
        if pixels is None or pixels.moves:
            raise invalid_request("media type unrecognized.")
        id = self.state.next_id("x")
        self._keep(account, id, pixels, data)
        said = {"id": id, "media_key": f"3_{id}", "size": len(data), "expires_after_secs": _KEEPS}
        return 200, {"data": said, "meta": {}}

    def _subtitles(self, account: StageAccount, data: bytes, kind: Any) -> tuple[int, Json]:
        """Captions are uploaded by themselves, and belong to no video yet."""
        if kind not in ("text/vtt", "text/srt") or len(data) > SUBTITLE_BYTES:
            raise invalid_request("media type unrecognized.")
        id = self.state.next_id("x")
        self.state.add_picture(UploadedPicture(id, "x", account.handle, "", kind, len(data), 0, 0), data)
        return 200, {
            "data": {"id": id, "media_key": f"17_{id}", "size": len(data), "expires_after_secs": _KEEPS},
            "meta": {},
        }

    async def subtitles(self, account: StageAccount, request: Request) -> tuple[int, Json]:
        """`POST /2/media/subtitles`: give captions to a video that was uploaded."""
        body = await read_json(request)
        said = body.get("subtitles")
        if not isinstance(said, dict) or body.get("media_category") not in ("TweetVideo", "AmplifyVideo"):
            raise invalid_request("media_category must be TweetVideo or AmplifyVideo, and subtitles an object")
        film = self.state.picture(account, str(body.get("id", "")))
        file = self.state.picture(account, str(said.get("id", "")))
        code, name = said.get("language_code"), said.get("display_name")
        if film is None or not film.film or file is None or not file.mime.startswith("text/"):
            raise invalid_request("Your media IDs are invalid.", media_id=str(body.get("id")))
        if not isinstance(code, str) or not _CODE.fullmatch(code) or not isinstance(name, str):
            raise invalid_request("language_code must match ^[A-Z]{2}$", language_code=str(code))
        others = tuple(one for one in film.subtitles if one[0] != code)
        kept = self.state.set_subtitles(film, (*others, (code, name, file.id)))
        given = [{"id": id, "language_code": code, "display_name": name} for code, name, id in kept.subtitles]
        return 200, {"data": {"id": film.id, "media_category": body["media_category"], "associated_subtitles": given}}

    async def initialize(self, account: StageAccount, request: Request) -> tuple[int, Json]:
        body = await read_json(request)
        _only(body, _BEGIN)
        category, total = body.get("media_category"), body.get("total_bytes")
        if category not in _MOST or not isinstance(total, int) or isinstance(total, bool) or total < 1:
            raise invalid_request("media_category and total_bytes are required")
        if total > _MOST[category]:
            raise invalid_request(f"File size exceeds {_MOST[category]} bytes.")
        id = self.state.next_id("x")
        self._coming[id] = _Coming(account.handle, category, str(body.get("media_type")), total)
        return 200, {"data": {"id": id, "media_key": f"7_{id}", "expires_after_secs": _KEEPS}, "meta": {}}

    async def append(self, account: StageAccount, request: Request) -> tuple[int, Json]:
        coming = self._mine(account, request.path_params["id"])
        body = await read_json(request)
        _only(body, frozenset(("media", "segment_index")))
        number = body.get("segment_index")
        if not isinstance(number, int) or not 0 <= number < _PIECES or coming.whole:
            raise invalid_request("segment_index must be a number from 0 to 999")
        coming.pieces[number] = _decoded(body.get("media"))
        return 200, {"data": {"expires_at": int(self.state.now().timestamp()) + _KEEPS}, "meta": {}}

    async def finalize(self, account: StageAccount, request: Request) -> tuple[int, Json]:
        id = request.path_params["id"]
        coming = self._mine(account, id)
        data = b"".join(coming.pieces[number] for number in sorted(coming.pieces))
        if sorted(coming.pieces) != list(range(len(coming.pieces))) or len(data) != coming.total:
            raise invalid_request("Segments do not add up to provided total file size.")
        coming.whole = True
        pixels = look_at(data)
        wanted = {"tweet_gif": "image/gif", "tweet_video": "video/mp4"}.get(coming.category)
        if pixels is None or (wanted and (pixels.mime != wanted or not pixels.moves)):
            coming.failed = "file is currently unsupported"
        elif pixels.seconds > _LONGEST:
            coming.failed = f"duration too long, maximum:{_LONGEST:.0f}000"
        else:
            self._keep(account, id, pixels, data)
        return 200, self._told(id, coming)

    async def status(self, account: StageAccount, request: Request) -> tuple[int, Json]:
        id = request.query_params.get("media_id", "")
        if request.query_params.get("command") != "STATUS":
            raise invalid_request("command must be STATUS")
        if id in self._coming:
            coming = self._mine(account, id)
            coming.asked += 1
            return 200, self._told(id, coming)
        if self.state.picture(account, id) is None:
            raise invalid_request("Your media IDs are invalid.", media_id=id)
        return 200, {"data": {"id": id, "processing_info": {"state": "succeeded", "progress_percent": 100}}, "meta": {}}

    async def metadata(self, account: StageAccount, request: Request) -> tuple[int, Json]:
        body = await read_json(request)
        picture = self.state.picture(account, str(body.get("id", "")))
        if picture is None or body.keys() - {"id", "metadata"}:
            raise invalid_request("id must name an upload of yours; besides it only metadata is allowed")
        alt = (body.get("metadata") or {}).get("alt_text") or {}
        text = alt.get("text", picture.alt) if isinstance(alt, dict) else None
        if not isinstance(text, str) or len(text) > ALT_MAX:
            raise invalid_request(f"alt_text.text must be a string of at most {ALT_MAX} characters")
        self.state.set_alt(picture, text)
        return 200, {"data": {"id": picture.id, "associated_metadata": {"alt_text": {"text": text}}}}

    def _told(self, id: str, coming: _Coming) -> Json:
        """The state of processing: pending, then in progress, then done or failed."""
        said: Json = {"id": id, "media_key": f"7_{id}", "size": coming.total, "expires_after_secs": _KEEPS}
        if coming.asked < 2:
            state = "in_progress" if coming.asked else "pending"
            info: Json = {"state": state, "check_after_secs": 1, "progress_percent": 50 * coming.asked}
        else:
            del self._coming[id]
            info = {"state": "succeeded", "progress_percent": 100}
            if coming.failed:
                info = {"state": "failed", "error": {"code": 1, "name": "InvalidMedia", "message": coming.failed}}
        return {"data": said | {"processing_info": info}, "meta": {}}

    def _mine(self, account: StageAccount, id: str) -> _Coming:
        coming = self._coming.get(id)
        if coming is None or coming.handle != account.handle:
            raise invalid_request("Your media IDs are invalid.", media_id=id)
        return coming

    def _keep(self, account: StageAccount, id: str, pixels: Pixels, data: bytes) -> None:
        size = (pixels.width, pixels.height)
        picture = UploadedPicture(id, "x", account.handle, "", pixels.mime, len(data), *size, moves=pixels.moves)
        self.state.add_picture(picture, data)


def _only(body: Json, known: frozenset[str]) -> None:
    for key in body.keys() - known:
        raise invalid_request(
            f"[$.{key}] is not defined in the schema and the schema does not allow additional properties"
        )


def _decoded(media: Any) -> bytes:
    try:
        return base64.b64decode(str(media or ""), validate=True)
    except binascii.Error:
        raise invalid_request("media is not valid base64") from None
