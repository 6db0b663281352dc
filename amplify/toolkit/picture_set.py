"""Pictures of a page: banners in every size and those of its posts, repainted; and all of them as one zip."""

from __future__ import annotations

import hashlib
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from amplify.media.sanitize import BadPicture, sanitize_picture
from amplify.model.picture import Picture as OnDisk
from amplify.model.workspace import Workspace
from amplify.planning.eligibility import EligibilityChecker, EligibilityRequest
from amplify.rules.plan.post_media import files_in_language
from amplify.rules.text.language import pick_text
from amplify.toolkit.output_dir import OutputDir
from amplify.toolkit.toolkit_model import OmittedItem, PictureFile, PictureSet, ToolkitPageModel

if TYPE_CHECKING:
    from amplify.banner_files.render import RenderedBanner

MOST_BYTES: Final = 8_000_000
"""Of one picture to download."""
_ENDINGS: Final = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
_FIRST: Final = ("post", "card", "square")
"""The size of a banner that is shown on the page: the first of these that there is."""
_NOT_PORTABLE: Final = re.compile(r"[^\w.-]+")
_LONGEST: Final = 60
"""Letters of a name: file systems take 255 bytes, and a letter is up to four."""
_SAME_TIME: Final = (1980, 1, 1, 0, 0, 0)
"""In the zip: the same pictures give the same bytes, and nobody learns when they were made."""

Banners = Callable[[str, str], Sequence["RenderedBanner"]]
"""(campaign, language) → what was rendered."""


class PictureGallery:
    """Writes each picture once, whichever pages show it."""

    def __init__(self, workspace: Workspace, site: OutputDir, care: EligibilityChecker, banners: Banners) -> None:
        self._workspace, self._site, self._care, self._banners = workspace, site, care, banners
        self._painted: dict[str, tuple[str, int] | str] = {}

    def motifs(
        self, campaign: str, lang: str, calls: Collection[str]
    ) -> tuple[tuple[PictureSet, ...], dict[str, str], list[OmittedItem]]:
        """Pictures offered, banners first; file under `media/` → id on the page; and what is left out. `calls`: ids of
        those that stand on the page."""
        left: list[OmittedItem] = []
        motifs = list(self._rendered(campaign, lang, left))
        ids: dict[str, str] = {}
        for file in self._files(campaign, lang, calls):
            picture = self._own(self._workspace.pictures[file], campaign, lang, left)
            if picture is not None:
                ids[file] = picture.id
                motifs.append(PictureSet((picture,)))
        return tuple(motifs), ids, left

    def _files(self, campaign: str, lang: str, calls: Collection[str]) -> list[str]:
        """Pictures of the campaign's posts, and of the calls on the page, that have a text in this language, each once.
        What an embargoed post carries waits with it, whatever else carries it."""
        fallback = self._workspace.settings.fallback
        waiting = self._care.early.pictures
        found = [
            file
            for post in self._workspace.posts.values()
            if post.front.campaign == campaign and post.front.status == "ready"
            for file in files_in_language(post, lang, fallback)
        ]
        found += [
            one.picture for one in self._workspace.actions.values() if one.id in calls and one.picture is not None
        ]
        pictures = self._workspace.pictures
        return [
            file
            for file in dict.fromkeys(found)
            if file in pictures
            and file not in waiting
            and pick_text(pictures[file].note.alt, lang, fallback) is not None
        ]

    def _own(self, picture: OnDisk, campaign: str, lang: str, left: list[OmittedItem]) -> PictureFile | None:
        note, fallback = picture.note, self._workspace.settings.fallback
        alt = pick_text(note.alt, lang, fallback) or ""
        words = (*note.alt.values(), *note.caption.values(), note.credit, note.licence, picture.file)
        asked = self._asked(campaign, lang, words, note.shows, note.speaks_of)
        if not self._stands(asked, campaign, lang, f"picture {picture.file}", left):
            return None
        if picture.file not in self._painted:
            self._painted[picture.file] = self._paint(picture)
        painted = self._painted[picture.file]
        if isinstance(painted, str):
            left.append(OmittedItem("picture", campaign, lang, f"picture {picture.file}", painted))
            return None
        path, _ = painted
        return PictureFile(
            id=_id(path),
            file=path,
            title=PurePosixPath(picture.file).stem,
            alt=alt,
            credit=note.credit,
            licence=note.licence,
            width=picture.width,
            height=picture.height,
            size=self._site.sizes[path],
            sha256=self._site.hashes[path],
            caption=pick_text(note.caption, lang, fallback) or "",
            subjects=asked.subjects,
        )

    def _paint(self, picture: OnDisk) -> tuple[str, int] | str:
        """The picture's path on the site and its bytes; or why it is withheld."""
        try:
            data, mime = sanitize_picture((self._workspace.root / "media" / picture.file).read_bytes(), MOST_BYTES)
        except (OSError, BadPicture) as error:
            return str(error)
        path = f"pictures/{_portable(picture.file)}-{picture.sha256[:8]}.{_ENDINGS.get(mime, 'png')}"
        self._site.put(path, data)
        return path, len(data)

    def _rendered(self, campaign: str, lang: str, left: list[OmittedItem]) -> Iterator[PictureSet]:
        """Banners by motif: a template, for a person or for nobody."""
        motifs: dict[tuple[str, str | None], list[PictureFile]] = {}
        for made in self._banners(campaign, lang):
            words = (made.alt, made.caption, made.credit, made.licence, made.name)
            asked = self._asked(campaign, lang, words, made.shows, made.subjects)
            if self._stands(asked, campaign, lang, f"banner {made.template}", left):
                motifs.setdefault((made.template, made.person), []).append(self._banner(made, asked))
        for sizes in motifs.values():
            yield PictureSet(tuple(sorted(sizes, key=lambda one: (_rank(one.title), one.width * one.height))))

    def _banner(self, made: RenderedBanner, asked: EligibilityRequest) -> PictureFile:
        path = f"pictures/{made.lang}/{made.name}"
        sha256 = self._site.put(path, made.data)
        return PictureFile(
            id=_id(path),
            file=path,
            title=made.size,
            alt=made.alt,
            credit=made.credit,
            licence=made.licence,
            width=made.width,
            height=made.height,
            size=len(made.data),
            sha256=sha256,
            caption=made.caption,
            subjects=asked.subjects,
        )

    def _asked(
        self, campaign: str, lang: str, words: Sequence[str], shows: Iterable[str], subjects: Iterable[str] = ()
    ) -> EligibilityRequest:
        people = {f"person:{one}" for one in shows} | {f"consent:{one}/portrait" for one in shows}
        return self._care.asked(campaign, lang, words, *people, *subjects)

    def _stands(self, asked: EligibilityRequest, campaign: str, lang: str, what: str, left: list[OmittedItem]) -> bool:
        barred = self._care.bar(asked)
        if barred is not None and not any((one.what, one.reason) == (what, barred.reason) for one in left):
            left.append(OmittedItem(barred.reason, campaign, lang, what, barred.why))
        return barred is None


def zip_pictures(page: ToolkitPageModel, site: OutputDir) -> bytes:
    """The page's pictures with alt texts, licences, and a manifest of hashes."""
    pictures = [picture for motif in page.motifs for picture in motif.pictures]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:  # pictures are packed already
        for picture in pictures:
            _add(archive, _inside(picture), (site.folder / picture.file).read_bytes())
        _add(archive, "alt-texts.txt", _alts(pictures))
        _add(archive, "licences.txt", _licences(pictures))
        manifest = {_inside(one): {"sha256": one.sha256, "bytes": one.size, "alt": one.alt} for one in pictures}
        said = {"campaign": page.campaign, "language": page.lang, "files": manifest}
        _add(archive, "manifest.json", (json.dumps(said, ensure_ascii=False, indent=2) + "\n").encode())
    return out.getvalue()


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(name, _SAME_TIME)
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, data)


def _inside(picture: PictureFile) -> str:
    return PurePosixPath(picture.file).name


def _alts(pictures: Iterable[PictureFile]) -> bytes:
    return "\n\n".join(f"{_inside(one)}\n{one.alt}" for one in pictures).encode() + b"\n"


def _licences(pictures: Iterable[PictureFile]) -> bytes:
    return "\n\n".join(f"{_inside(one)}\n{one.credit}\n{one.licence}" for one in pictures).encode() + b"\n"


def _portable(file: str) -> str:
    """The file's name as addresses and all file systems take it: letters, digits, `-`, `.`, `_`, not too long."""
    named = _NOT_PORTABLE.sub("-", unicodedata.normalize("NFC", PurePosixPath(file).stem))
    return named[:_LONGEST].strip("-.") or "picture"


def _id(path: str) -> str:
    return f"picture-{hashlib.sha256(path.encode()).hexdigest()[:10]}"


def _rank(size: str) -> int:
    return _FIRST.index(size) if size in _FIRST else len(_FIRST)


def by_page(made: Iterable[RenderedBanner]) -> Banners:
    """Rendered banners by campaign and language."""
    found: dict[tuple[str, str], list[RenderedBanner]] = {}
    for one in made:
        found.setdefault((one.campaign, one.lang), []).append(one)
    kept: Mapping[tuple[str, str], list[RenderedBanner]] = found
    return lambda campaign, lang: kept.get((campaign, lang), ())
