"""Emulates uploads to Mastodon: pictures at once, GIFs and videos in the server's own time (202, then 206, then
200).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request

from amplify.stage.identity import StageAccount
from amplify.stage.mastodon_problems import base_of, not_found, refuse_form
from amplify.stage.mastodon_shapes import ALT_MAX, PICTURE_BYTES, VIDEO_BYTES, Shapes
from amplify.stage.pixels import look_at
from amplify.stage.responses import Form
from amplify.stage.state import StageState
from amplify.stage.timeline_items import Json, UploadedPicture

_LOOKS: Final = 2
"""How often one asks after a video until it is worked through."""


@dataclass(frozen=True, slots=True)
class MediaResponse:
    """An answer with another status than 200."""

    status: int
    body: Json


class MastodonMediaEndpoints:
    """The `/api/…/media` endpoints."""

    def __init__(self, state: StageState, shapes: Shapes) -> None:
        self.state = state
        self.shapes = shapes
        self._working: dict[str, int] = {}
        """Media id → how often it was asked after."""

    def ready(self, id: str) -> bool:
        """Whether the server has processed the upload: until then it may not hang on a status."""
        return id not in self._working

    async def upload(self, account: StageAccount, request: Request, form: Form) -> Json | MediaResponse:
        file = form.files.get("file")
        alt = form.get("description") or ""
        if file is None or not file.data:
            raise refuse_form("Validation failed: File can't be blank")
        if len(alt) > ALT_MAX:
            raise refuse_form(f"Validation failed: Description is too long (maximum is {ALT_MAX} characters)")
        pixels = look_at(file.data)
        if pixels is None:
            raise refuse_form("Validation failed: File content type is invalid, File is invalid")
        film = pixels.mime.startswith("video/")
        if len(file.data) > (VIDEO_BYTES if film else PICTURE_BYTES):
            raise refuse_form(f"Validation failed: File file size must be less than {'99' if film else '16'} MB")
        if not film and pixels.width * pixels.height > self.state.ways_of(account).picture_pixels:
            raise refuse_form(f"{pixels.width}x{pixels.height} images are not supported")
        picture = UploadedPicture(
            self.state.next_id("mastodon"),
            "mastodon",
            account.handle,
            "",
            pixels.mime,
            len(file.data),
            pixels.width,
            pixels.height,
            alt,
            pixels.moves,
        )
        kept = self.state.add_picture(picture, file.data)
        if not kept.moves:
            return self.shapes.picture(kept, base_of(request), kept.alt)
        self._working[kept.id] = 0
        return MediaResponse(202, self.shapes.picture(kept, base_of(request), kept.alt, ready=False))

    async def media(self, account: StageAccount, request: Request, form: Form) -> Json | MediaResponse:
        picture = self.state.picture(account, request.path_params["id"])
        if picture is None or self.state.used("mastodon", picture.id):
            raise not_found()
        if picture.id in self._working:
            self._working[picture.id] += 1
            if self._working[picture.id] < _LOOKS:
                return MediaResponse(206, self.shapes.picture(picture, base_of(request), picture.alt, ready=False))
            del self._working[picture.id]
        return self.shapes.picture(picture, base_of(request), picture.alt)

    async def describe(self, account: StageAccount, request: Request, form: Form) -> Json:
        picture = self.state.picture(account, request.path_params["id"])
        alt = form.get("description")
        if picture is None:
            raise not_found()
        if alt is not None and len(alt) > ALT_MAX:
            raise refuse_form(f"Validation failed: Description is too long (maximum is {ALT_MAX} characters)")
        if alt is not None:
            picture = self.state.set_alt(picture, alt)
        return self.shapes.picture(picture, base_of(request), picture.alt)
