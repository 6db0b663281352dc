"""A joint statement: its words in each language, and who stands under them."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from amplify.model.base import Day, FileEntry, FileModel, Id, Instant, Lang, Text
from amplify.model.problem import SourceLocation


class StatementSignatory(FileModel):
    """One organisation that was asked to sign a statement."""

    partner: Id | None = None
    """A partner of the handle book, or …"""
    name: Text | dict[Lang, Text] | None = None
    """… the plain name of an organisation outside it, by language where it has several."""
    order: int = 100
    """Smaller stands earlier; equal orders stand by name."""
    signed: Day | None = None
    """The day it signed; without it, it was asked and has not answered: not rendered."""
    withdrawn: Day | None = None
    """The day it took its signature back: from then on not rendered, and its gate is closed."""

    @property
    def stands(self) -> bool:
        """Whether it stands under the statement: it has signed, and has not withdrawn."""
        return self.signed is not None and self.withdrawn is None

    @property
    def key(self) -> str:
        """What is the same for one organisation however its entry is written: the partner's id, or the plain name."""
        if self.partner is not None:
            return self.partner
        name = next(iter(self.name.values()), "") if isinstance(self.name, dict) else self.name or ""
        return " ".join(unicodedata.normalize("NFC", name).casefold().split())


class StatementHead(FileEntry):
    """The front matter of one file under `statements/`."""

    id: Id
    """Name used by posts and campaigns: `statement: words-are-not-crimes`."""
    campaign: Id
    """The campaign it belongs to."""
    lang: Lang
    """The language of the text above the first heading: mostly the one it was written in."""
    title: dict[Lang, Text]
    """Its title, by language: in every language that it has a text in."""
    dated: Day | None = None
    """The day that stands over it."""
    people: tuple[Id, ...] = ()
    """The persons it is about: posts that use the statement speak of them."""
    facts: tuple[Id, ...] = ()
    """Facts that its words state: posts that use it wait when one runs out."""
    signatories: tuple[StatementSignatory, ...] = ()
    """Who was asked to sign, who has, and who has withdrawn."""
    embargo_until: Instant | None = None
    """Nothing of it leaves the machine before this instant, and no post that uses it is due earlier."""


@dataclass(frozen=True, slots=True)
class StatementText:
    """A statement's words in one language."""

    lang: str
    paragraphs: tuple[str, ...]
    parts: Mapping[str, str]
    """Name → the paragraphs below `### NAME`, as one text."""
    place: SourceLocation

    @property
    def whole(self) -> str:
        return "\n\n".join(self.paragraphs)


@dataclass(frozen=True, slots=True)
class Statement:
    """A file under `statements/`: its front matter, and its words by language."""

    head: StatementHead
    texts: Mapping[str, StatementText]

    @property
    def id(self) -> str:
        return self.head.id

    @property
    def place(self) -> SourceLocation:
        return self.head.place

    @property
    def standing(self) -> tuple[StatementSignatory, ...]:
        """Who has signed and not withdrawn, in the file's order; `rules.plan.statements` sorts them by name."""
        return tuple(one for one in self.head.signatories if one.stands)

    def text_hash(self, lang: str) -> str | None:
        """SHA-256 of exactly these words, title and paragraphs, in one language: what a signature stands under.

        How lines are broken, blanks at their ends, and how accents are stored do not count. None where there is no
        text in `lang`.
        """
        text = self.texts.get(lang)
        if text is None:
            return None
        said = [" ".join(one.split()) for one in (self.head.title.get(lang, ""), *text.paragraphs)]
        packed = unicodedata.normalize("NFC", "\n\n".join((lang, *said)))
        return hashlib.sha256(packed.encode()).hexdigest()
