"""The banners of posts: each painted once, whoever asks first, and kept by the hash of its recipe.

They lie among the frozen pictures, and go out as these do. What a banner is painted from is kept when it is queued:
its template without words (`rules.plan.banner_recipe.drawing_of`), and the bytes of the pictures in it. So what was
queued can be painted as it was, whatever happens to the files later.

`BannerStore.painted_file` is for everybody who wants to look at a planned banner (previews, approvals, pages):

    path = app.pictures.painted_file(attachment)     # attachment.banner is not None; painted now, unless it was before
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from amplify.banner.cannot_paint import BannerFault
from amplify.media.frozen_store import FrozenStore
from amplify.model.banner import SIZES, Template
from amplify.model.errors import AmplifyError, TryLater
from amplify.model.message import Attachment, BannerRecipe
from amplify.rules.plan.banner_recipe import drawing_hash, drawing_of, worded_from

_CHANGED: Final = "what it is painted from is gone or has changed since it was queued: run `amplify queue`"


class BannerStore(FrozenStore):
    """Frozen pictures, and banners painted on demand among them."""

    def __init__(self, source: Path, kept: Path, templates: Callable[[], Mapping[str, Template]]) -> None:
        """`source`, `kept`: as of `FrozenStore`. `templates`: those of the workspace as it is now."""
        super().__init__(source, kept)
        self._templates = templates

    def painted_file(self, picture: Attachment) -> Path:
        """The path of a banner's picture (PNG or JPEG), painted now where nobody has wanted it before.

        Raises BannerFault where it cannot be painted: `str()` is the sentence.
        """
        assert picture.banner is not None
        target = self._kept / picture.sha256
        with self._turn(target, 0) as done:  # who makes a copy of it has counted its pixels already
            if not done:
                try:
                    self._put_bytes(target, self._paint(picture.banner))
                except BannerFault:
                    raise
                except AmplifyError as error:
                    raise BannerFault(str(error)) from None
                except OSError as error:
                    raise BannerFault(f"it cannot be written here: {error.strerror or type(error).__name__}") from None
                except Exception as error:  # whatever one banner does to a decoder is a fault of that banner
                    raise BannerFault(f"amplify did not expect this ({type(error).__name__})") from None
        return target

    def is_painted(self, picture: Attachment) -> bool:
        """Whether the banner has been painted here."""
        return (self._kept / picture.sha256).exists()

    def _keep(self, picture: Attachment) -> None:
        """Of a banner, what it is painted from; it is painted when it comes near."""
        if picture.banner is None:
            super()._keep(picture)
            return
        recipe = picture.banner
        if not (self._kept / recipe.drawing).exists() and (drawing := self._drawing(recipe)) is not None:
            self._put_bytes(self._kept / recipe.drawing, drawing.encode())
        for one in recipe.pictures:
            if one is not None:
                self._original_of(*one)

    def _original(self, picture: Attachment) -> Path | None:
        if picture.banner is None:
            return super()._original(picture)
        try:
            return self.painted_file(picture)
        except BannerFault as fault:
            raise TryLater(f"banner `{picture.banner.template}` cannot be painted: {fault}") from None

    def _paint(self, recipe: BannerRecipe) -> bytes:
        from amplify.banner.encode import encode_banner
        from amplify.banner.paint import paint_banner

        drawing, hashes = self._drawing(recipe), dict(one for one in recipe.pictures if one is not None)
        if drawing is None:
            raise BannerFault(_CHANGED)

        def picture(file: str) -> bytes:
            original = self._original_of(file, hashes[file])
            if original is None:
                raise BannerFault(_CHANGED)
            return original.read_bytes()

        size = SIZES[recipe.size]
        painted = paint_banner(worded_from(recipe, drawing), size, picture)
        return encode_banner(painted, bool(hashes), size.most_bytes).data

    def _drawing(self, recipe: BannerRecipe) -> str | None:
        """The template of a recipe, as it was kept, or as it still is in the workspace."""
        kept = self._kept / recipe.drawing
        if kept.exists():
            return kept.read_text("utf-8")
        template = self._templates().get(recipe.template)
        drawing = drawing_of(template) if template is not None else None
        return drawing if drawing is not None and drawing_hash(drawing) == recipe.drawing else None
