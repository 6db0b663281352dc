"""Pictures of a page: banners in every size and those of its posts, repainted."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from amplify.media.sanitize import BadPicture, sanitize_picture
from amplify.model.banner import SIZES
from amplify.model.message import Attachment
from amplify.model.picture import Picture as OnDisk
from amplify.model.workspace import Workspace
from amplify.pages.view_models import PictureRef
from amplify.planning.eligibility import EligibilityChecker, EligibilityRequest
from amplify.rules.plan.post_media import files_in_language
from amplify.rules.text.language import pick_text
from amplify.toolkit.output_dir import OutputDir
from amplify.toolkit.preview_card import CARD, card_rank, paint_card
from amplify.toolkit.toolkit_model import Item, OmittedItem, PictureFile, PictureSet

if TYPE_CHECKING:
    from amplify.banner.banner_store import BannerStore
    from amplify.banner_files.render import RenderedBanner

MOST_BYTES: Final = 8_000_000
"""Of one picture to download."""
_ENDINGS: Final = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
_FIRST: Final = ("post", "card", "square")
"""The size of a banner that is shown on the page: the first of these that there is."""
_NOT_PORTABLE: Final = re.compile(r"[^\w.-]+")
_LONGEST: Final = 60
"""Letters of a name: file systems take 255 bytes, and a letter is up to four."""

Banners = Callable[[str, str], Sequence["RenderedBanner"]]
"""(campaign, language) → what was rendered."""


class PictureGallery:
    """Writes each picture once, whichever pages show it."""

    def __init__(
        self, workspace: Workspace, site: OutputDir, care: EligibilityChecker, banners: Banners, store: BannerStore
    ) -> None:
        """`store`: where banners of posts are painted, each once."""
        self._workspace, self._site, self._care, self._banners = workspace, site, care, banners
        self._store = store
        self._painted: dict[str, tuple[str, int] | str] = {}
        self._cards: dict[tuple[str, str], list[tuple[tuple[bool, bool, str], PictureFile]]] = {}

    def motifs(
        self, campaign: str, lang: str, calls: Collection[str]
    ) -> tuple[tuple[PictureSet, ...], dict[str, str], list[OmittedItem]]:
        """Pictures offered, banners first; file under `media/` → id on the page; and what is left out. `calls`: ids of
        those that stand on the page."""
        left: list[OmittedItem] = []
        motifs = list(self._rendered(campaign, lang, left))
        ids: dict[str, str] = {}
        for file in self.files(campaign, lang, calls):
            if is_film(self._workspace.pictures[file]):
                continue
            picture = self._own(self._workspace.pictures[file], campaign, lang, left)
            if picture is not None:
                ids[file] = picture.id
                motifs.append(PictureSet((picture,)))
        return tuple(motifs), ids, left

    def files(self, campaign: str, lang: str, calls: Collection[str]) -> list[str]:
        """Pictures and films of the campaign's posts, and of the calls on the page, that have a text in this language,
        each once. What an embargoed post carries waits with it, whatever else carries it."""
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
        words = (*picture.words, note.credit, note.licence, picture.file)
        asked = self.asked(campaign, lang, words, note.shows, note.speaks_of)
        if not self.stands(asked, campaign, lang, f"picture {picture.file}", left):
            return None
        if picture.file not in self._painted:
            self._painted[picture.file] = self._paint(picture)
        painted = self._painted[picture.file]
        if isinstance(painted, str):
            left.append(OmittedItem("picture", campaign, lang, f"picture {picture.file}", painted))
            return None
        path, _ = painted
        return PictureFile(
            id=anchor_of(path),
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
        path = f"pictures/{portable_name(picture.file)}-{picture.sha256[:8]}.{_ENDINGS.get(mime, 'png')}"
        self._site.put(path, data)
        return path, len(data)

    def _rendered(self, campaign: str, lang: str, left: list[OmittedItem]) -> Iterator[PictureSet]:
        """Banners by motif: a template, for a person or for nobody."""
        motifs: dict[tuple[str, str | None], list[PictureFile]] = {}
        for made in self._banners(campaign, lang):
            words = (made.alt, made.caption, made.credit, made.licence, made.name)
            asked = self.asked(campaign, lang, words, made.shows, made.subjects)
            if self.stands(asked, campaign, lang, f"banner {made.template}", left):
                banner = self._banner(made, asked)
                motifs.setdefault((made.template, made.person), []).append(banner)
                if made.size == CARD:
                    self._cards.setdefault((campaign, lang), []).append((card_rank(made), banner))
        for sizes in motifs.values():
            yield PictureSet(
                tuple(sorted(_different(sizes), key=lambda one: (_rank(one.title), one.width * one.height)))
            )

    def _banner(self, made: RenderedBanner, asked: EligibilityRequest) -> PictureFile:
        path = f"pictures/{made.lang}/{made.name}"
        sha256 = self._site.put(path, made.data)
        return PictureFile(
            id=anchor_of(path),
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

    def preview(self, campaign: str, lang: str, title: str, below: str, colour: str) -> PictureRef | None:
        """The picture for links to a page whose `motifs` were taken: a banner, else a card with the page's title."""
        cards = sorted(self._cards.get((campaign, lang), ()), key=lambda one: one[0])
        if cards:
            return cards[0][1]
        data = paint_card(title, below, lang, colour)
        if data is None:
            return None
        path, size = f"cards/{lang}/{campaign}.jpg", SIZES[CARD]
        self._site.put(path, data)
        return PictureRef(anchor_of(path), path, title, size.width, size.height)

    def of_posts(
        self, items: Sequence[Item], campaign: str, lang: str, motifs: Sequence[PictureSet]
    ) -> tuple[tuple[Item, ...], tuple[PictureSet, ...], list[OmittedItem]]:
        """The posts with the banners that they show, and these as pictures of the page, beside its `motifs`. Care was
        taken when the posts were chosen: what a banner says is part of its post.
        """
        left: list[OmittedItem] = []
        shown: dict[str, PictureFile] = {}
        for motif in motifs:
            for picture in motif.pictures:
                shown.setdefault(picture.sha256, motif.shown)  # that one stands on the page
        added: dict[str, PictureFile] = {}
        found = []
        for item in items:
            ids = []
            for banner in item.banners:
                painted = self._of_post(banner)
                if isinstance(painted, str):
                    left.append(OmittedItem("picture", campaign, lang, f"banner {banner.file}", painted))
                    continue
                sha256 = hashlib.sha256(painted).hexdigest()
                if sha256 not in shown:
                    shown[sha256] = added[sha256] = self._offered(banner, painted, lang)
                ids.append(shown[sha256].id)
            found.append(replace(item, pictures=(*item.pictures, *dict.fromkeys(ids))))
        return tuple(found), tuple(PictureSet((one,)) for one in added.values()), left

    def _of_post(self, banner: Attachment) -> bytes | str:
        """The painted banner; or why it cannot be painted."""
        from amplify.banner.cannot_paint import BannerFault

        try:
            return self._store.painted_file(banner).read_bytes()
        except (BannerFault, OSError) as fault:
            return str(fault)

    def _offered(self, banner: Attachment, data: bytes, lang: str) -> PictureFile:
        """A post's banner as a picture of the site."""
        assert banner.banner is not None
        template = self._workspace.banners[banner.banner.template]
        ending = "png" if data.startswith(b"\x89PNG") else "jpg"
        path = f"pictures/{lang}/{portable_name(banner.file)}-{banner.sha256[:8]}.{ending}"
        return PictureFile(
            id=anchor_of(path),
            file=path,
            title=banner.banner.size,
            alt=banner.alt,
            credit=template.credit,
            licence=template.licence,
            width=banner.width,
            height=banner.height,
            size=len(data),
            sha256=self._site.put(path, data),
            caption=banner.caption,
        )

    def asked(
        self, campaign: str, lang: str, words: Sequence[str], shows: Iterable[str], subjects: Iterable[str] = ()
    ) -> EligibilityRequest:
        people = {f"person:{one}" for one in shows} | {f"consent:{one}/portrait" for one in shows}
        return self._care.asked(campaign, lang, words, *people, *subjects)

    def stands(self, asked: EligibilityRequest, campaign: str, lang: str, what: str, left: list[OmittedItem]) -> bool:
        barred = self._care.bar(asked)
        if barred is not None and not any((one.what, one.reason) == (what, barred.reason) for one in left):
            left.append(OmittedItem(barred.reason, campaign, lang, what, barred.why))
        return barred is None


def _different(sizes: Iterable[PictureFile]) -> Iterable[PictureFile]:
    """Of those with as many pixels the one with the fewest bytes: some platforms' sizes differ in nothing else."""
    smallest: dict[tuple[int, int], PictureFile] = {}
    for one in sorted(sizes, key=lambda one: (one.size, _rank(one.title))):
        smallest.setdefault((one.width, one.height), one)
    return smallest.values()


def portable_name(file: str) -> str:
    """The file's name as addresses and all file systems take it: letters, digits, `-`, `.`, `_`, not too long."""
    named = _NOT_PORTABLE.sub("-", unicodedata.normalize("NFC", PurePosixPath(file).stem))
    return named[:_LONGEST].strip("-.") or "picture"


def anchor_of(path: str) -> str:
    return f"picture-{hashlib.sha256(path.encode()).hexdigest()[:10]}"


def _rank(size: str) -> int:
    return _FIRST.index(size) if size in _FIRST else len(_FIRST)


def is_film(picture: OnDisk) -> bool:
    """Whether a file of the workspace is a video."""
    return picture.mime.startswith("video/")


def by_page(made: Iterable[RenderedBanner]) -> Banners:
    """Rendered banners by campaign and language."""
    found: dict[tuple[str, str], list[RenderedBanner]] = {}
    for one in made:
        found.setdefault((one.campaign, one.lang), []).append(one)
    kept: Mapping[tuple[str, str], list[RenderedBanner]] = found
    return lambda campaign, lang: kept.get((campaign, lang), ())
