"""Films of a page: each packed anew without metadata, with a still, its alt text and its captions."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from amplify.model.errors import PlatformError
from amplify.model.message import Attachment
from amplify.model.picture import Picture
from amplify.model.workspace import Workspace
from amplify.rules.text.language import pick_text, primary_language
from amplify.toolkit.output_dir import OutputDir
from amplify.toolkit.picture_set import PictureGallery, anchor_of, is_film, portable_name
from amplify.toolkit.toolkit_model import CaptionFile, FilmFile, OmittedItem, PictureFile

if TYPE_CHECKING:
    from amplify.banner.banner_store import BannerStore

_ENDINGS: Final = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}


class FilmShelf:
    """Writes each film once, whichever pages show it."""

    def __init__(self, workspace: Workspace, site: OutputDir, gallery: PictureGallery, store: BannerStore) -> None:
        """`store`: where films are packed anew, each once."""
        self._workspace, self._site, self._gallery, self._store = workspace, site, gallery, store
        self._packed: dict[str, str | PlatformError] = {}
        self._stills: dict[str, PictureFile] = {}

    def films(
        self, campaign: str, lang: str, calls: Collection[str]
    ) -> tuple[tuple[FilmFile, ...], dict[str, str], list[OmittedItem]]:
        """Films offered; file under `media/` → id on the page; and what is left out. `calls`: as of pictures."""
        left: list[OmittedItem] = []
        found: dict[str, FilmFile] = {}
        for file in self._gallery.files(campaign, lang, calls):
            film = self._workspace.pictures[file]
            if is_film(film) and (made := self._film(film, campaign, lang, left)) is not None:
                found[file] = made
        return tuple(found.values()), {file: made.id for file, made in found.items()}, left

    def _film(self, film: Picture, campaign: str, lang: str, left: list[OmittedItem]) -> FilmFile | None:
        note, what = film.note, f"film {film.file}"
        words = (*film.words, note.credit, note.licence, film.file)
        asked = self._gallery.asked(campaign, lang, words, note.shows, note.speaks_of)
        if not self._gallery.stands(asked, campaign, lang, what, left):
            return None
        path = self._packed_once(film)
        if isinstance(path, PlatformError):
            left.append(OmittedItem("picture", campaign, lang, what, str(path)))
            return None
        alt = pick_text(note.alt, lang, self._workspace.settings.fallback) or ""
        return FilmFile(
            id=anchor_of(path),
            file=path,
            still=self._still(film, path, alt),
            alt=alt,
            seconds=film.motion.seconds if film.motion is not None else 0.0,
            captions=self._captions(film, path, lang),
            credit=note.credit,
            licence=note.licence,
            size=self._site.sizes[path],
            sha256=self._site.hashes[path],
            subjects=asked.subjects,
        )

    def _packed_once(self, film: Picture) -> str | PlatformError:
        """The film's path on the site; or why there is none."""
        if film.file not in self._packed:
            path = f"films/{portable_name(film.file)}-{film.sha256[:8]}.mp4"
            wanted = Attachment(film.file, film.sha256, film.mime, film.width, film.height, "")
            try:
                self._site.put_file(path, self._store.film(wanted))
                self._packed[film.file] = path
            except PlatformError as error:
                self._packed[film.file] = error
        return self._packed[film.file]

    def _still(self, film: Picture, path: str, alt: str) -> PictureFile:
        from amplify.media.film_poster import paint_poster

        if film.file not in self._stills:
            painted = paint_poster(self._workspace.root / "media", film)
            still = f"{path.removesuffix('.mp4')}.{_ENDINGS.get(painted.mime, 'png')}"
            self._stills[film.file] = PictureFile(
                id=anchor_of(path),
                file=still,
                title=PurePosixPath(film.file).stem,
                alt="",
                credit=film.note.credit,
                licence=film.note.licence,
                width=painted.width,
                height=painted.height,
                size=len(painted.data),
                sha256=self._site.put(still, painted.data),
            )

        return replace(self._stills[film.file], alt=alt)

    def _captions(self, film: Picture, path: str, lang: str) -> tuple[CaptionFile, ...]:
        """Captions, those of the page's language first: written anew, with nothing that only a player understands."""
        from amplify.rules.file_formats.webvtt import write_captions

        mine = primary_language(lang)
        found = []
        for one in sorted(film.captions, key=lambda one: (primary_language(one.lang) != mine, one.lang)):
            file = f"{path.removesuffix('.mp4')}.{one.lang}.vtt"
            self._site.put(file, write_captions(one.times, one.words).encode())
            found.append(CaptionFile(one.lang, file, self._site.sizes[file], one.words))
        return tuple(found)
