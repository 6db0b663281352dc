"""Record of pages and pictures that were made to be passed on, and of whom they speak: a stop does not change them, so
that it lists them, with the command that makes them anew."""

from __future__ import annotations

import json
import shlex
import socket
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from amplify.context.app_context import AppContext
from amplify.ledger.database import LedgerConnection, find_metas, set_meta
from amplify.ledger.holds.stops import Stop, stands_in_text
from amplify.model.picture import Picture
from amplify.model.subject import kind_and_name, person_in
from amplify.model.workspace import Workspace
from amplify.rules.plan.subjects import picture_subjects

TOOLKIT: Final = "toolkit"
PREVIEW: Final = "preview"
_REHEARSAL: Final = Path(".amplify", "rehearsal")


@dataclass(frozen=True, slots=True)
class BuiltPage:
    """A page that was built and, as far as anybody knows, is still read."""

    machine: str
    folder: str
    file: str
    """Path below the folder."""
    campaign: str
    """Empty: of several."""
    lang: str
    updated: datetime
    subjects: frozenset[str]
    kind: str = TOOLKIT

    @property
    def path(self) -> str:
        return str(Path(self.folder) / self.file)

    @property
    def here(self) -> bool:
        """Whether it was built on this machine."""
        return self.machine == socket.gethostname()

    @property
    def lies_here(self) -> bool:
        return self.here and Path(self.path).is_file()

    @property
    def again(self) -> str:
        """The command that builds it anew."""
        if self.kind == PREVIEW:
            return f"amplify preview --out {shlex.quote(self.path)}"
        return f"amplify toolkit build --out {shlex.quote(self.folder)}" if self.kind == TOOLKIT else "amplify rehearse"

    def as_json(self) -> dict[str, Any]:
        return {
            "machine": self.machine,
            "file": self.path,
            "campaign": self.campaign,
            "lang": self.lang,
            "updated": self.updated.isoformat(),
        }


def record_pages(app: AppContext, folder: str, pages: Iterable[BuiltPage], kind: str = TOOLKIT, name: str = "") -> None:
    """Record pages; those before in the same folder (`name`: under the same name) are forgotten."""
    rows = [
        {
            "file": one.file,
            "campaign": one.campaign,
            "lang": one.lang,
            "updated": one.updated.isoformat(),
            "subjects": sorted(one.subjects),
        }
        for one in pages
    ]
    place = f"{folder}\n{name}" if name else folder
    with app.ledger.write() as connection:
        set_meta(connection, f"{kind} {socket.gethostname()}:{place}", json.dumps(rows, ensure_ascii=False))


def record_preview(app: AppContext, file: Path, subjects: Iterable[str]) -> None:
    """Record a page that `amplify preview` drew."""
    path = file.absolute()
    page = BuiltPage(
        socket.gethostname(), str(path.parent), path.name, "", "", app.clock.now(), frozenset(subjects), PREVIEW
    )
    record_pages(app, page.folder, [page], PREVIEW, page.file)


def recorded_pages(app: AppContext) -> list[BuiltPage]:
    """All pages that were recorded, and those of the last rehearsal."""
    with app.ledger.read() as connection:
        found = [*_recorded(connection, TOOLKIT), *_recorded(connection, PREVIEW)]
    return [*found, *_rehearsed(app.root)]


def pages_naming(app: AppContext, stop: Stop) -> list[BuiltPage]:
    """Built pages that name what a stop is about. Its words are looked for in the pages that lie on this machine."""
    return [page for page in recorded_pages(app) if names_stopped(page, stop)]


def names_stopped(page: BuiltPage, stop: Stop) -> bool:
    """Whether a page names what a stop is about."""
    return _names(page, stop.kind, stop.subject) or _spells(page, stop)


def pictures_naming(workspace: Workspace, stop: Stop) -> list[str]:
    """Rendered pictures (`media/rendered`) that name or show what a stop is about."""
    return [
        picture.file
        for picture in rendered_pictures(workspace)
        if stop.kind == "all"
        or f"{stop.kind}:{stop.subject}" in picture_subjects([picture.file], workspace)
        or stands_in_text(stop, "\n".join(picture_words(picture)))
    ]


def rendered_pictures(workspace: Workspace) -> list[Picture]:
    """Pictures that `amplify banner render` wrote."""
    return [one for one in workspace.pictures.values() if one.file.startswith("rendered/")]


def picture_words(picture: Picture) -> list[str]:
    """Everything that can be read in a picture, or about it."""
    return [picture.file, *picture.words]


def _recorded(connection: LedgerConnection, kind: str) -> Iterator[BuiltPage]:
    for key, pages in find_metas(connection, f"{kind} ").items():
        machine, _, place = key.removeprefix(f"{kind} ").partition(":")
        for one in json.loads(pages):
            yield BuiltPage(
                machine,
                place.partition("\n")[0],
                one["file"],
                one["campaign"],
                one["lang"],
                datetime.fromisoformat(one["updated"]),
                frozenset(one["subjects"]),
                kind,
            )


def _rehearsed(root: Path) -> Iterator[BuiltPage]:
    """Timelines and report of the last rehearsal: of whom they speak only their words tell."""
    folder = root / _REHEARSAL
    for path in sorted(folder.rglob("*.html")):
        made = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        name = path.relative_to(folder).as_posix()
        yield BuiltPage(socket.gethostname(), str(folder), name, "", "", made, frozenset(), "rehearsal")


def _names(page: BuiltPage, kind: str, subject: str) -> bool:
    if kind == "all":
        return True
    if kind == "campaign":
        return page.campaign == subject or f"campaign:{subject}" in page.subjects
    if kind == "person":
        return any(person_in(one) == subject for one in page.subjects)
    if kind == "account":  # it speaks by itself: only a toolkit leads to what it said
        return page.kind == TOOLKIT and f"account:{subject}" in page.subjects
    if kind == "hashtag":
        tags = {kind_and_name(one)[1].casefold() for one in page.subjects if one.startswith("hashtag:")}
        return subject.casefold().removeprefix("#") in tags
    return f"{kind}:{subject}" in page.subjects


def _spells(page: BuiltPage, stop: Stop) -> bool:
    """Whether the page gives what is the stop's own, or its file contains a name: one may have been unknown when it was
    built."""
    if stop.kind != "person" and not page.subjects.isdisjoint(stop.words):
        return True
    if not stop.words or not page.here:
        return False
    try:
        text = Path(page.path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return stands_in_text(stop, text)
