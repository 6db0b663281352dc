"""Record of built toolkits and whom their pages name: kept in the ledger, so that a stop can list them."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from amplify.context.app_context import AppContext
from amplify.ledger.database import LedgerConnection, find_metas, set_meta
from amplify.ledger.holds.stops import Stop, stands_in_text
from amplify.model.subject import kind_and_name, person_in
from amplify.toolkit.toolkit_model import Built

_KEY: Final = "toolkit "


@dataclass(frozen=True, slots=True)
class BuiltPage:
    """A page that was built and, as far as anybody knows, is still published."""

    machine: str
    folder: str
    file: str
    """Path below the folder."""
    campaign: str
    lang: str
    updated: datetime
    subjects: frozenset[str]

    @property
    def path(self) -> str:
        return str(Path(self.folder) / self.file)

    @property
    def here(self) -> bool:
        """Whether it was built on this machine."""
        return self.machine == socket.gethostname()

    def as_json(self) -> dict[str, Any]:
        return {
            "machine": self.machine,
            "file": self.path,
            "campaign": self.campaign,
            "lang": self.lang,
            "updated": self.updated.isoformat(),
        }


def record_build(app: AppContext, built: Built) -> None:
    """Record a build; the one before in the same folder is forgotten."""
    pages = [
        {
            "file": file,
            "campaign": page.campaign,
            "lang": page.lang,
            "updated": page.updated.isoformat(),
            "subjects": sorted(page.subjects),
        }
        for page in built.pages
        for file in sorted(built.files)
        if re.fullmatch(rf"{re.escape(page.stem)}(-\d+)?\.html", file)
    ]
    with app.ledger.write() as connection:
        set_meta(connection, _key(built.folder), json.dumps(pages, ensure_ascii=False))


def pages_naming(app: AppContext, stop: Stop) -> list[BuiltPage]:
    """Built pages that name what a stop is about. Its words are looked for in the pages that lie on this machine."""
    with app.ledger.read() as connection:
        return [page for page in _all(connection) if _names(page, stop.kind, stop.subject) or _spells(page, stop)]


def _key(folder: str) -> str:
    return f"{_KEY}{socket.gethostname()}:{folder}"


def _all(connection: LedgerConnection) -> Iterator[BuiltPage]:
    for key, pages in find_metas(connection, _KEY).items():
        machine, _, folder = key.removeprefix(_KEY).partition(":")
        for one in json.loads(pages):
            yield BuiltPage(
                machine,
                folder,
                one["file"],
                one["campaign"],
                one["lang"],
                datetime.fromisoformat(one["updated"]),
                frozenset(one["subjects"]),
            )


def _names(page: BuiltPage, kind: str, subject: str) -> bool:
    if kind == "all":
        return True
    if kind == "campaign":
        return page.campaign == subject
    if kind == "person":
        return any(person_in(one) == subject for one in page.subjects)
    if kind == "account":
        return False  # it speaks by itself: no page speaks for it
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
        text = Path(page.path).read_text(encoding="utf-8")
    except OSError:
        return False
    return stands_in_text(stop, text)
