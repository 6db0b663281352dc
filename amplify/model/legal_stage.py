"""A person's legal stage: charged, on trial, sentenced …, each with its day, its charges and where it was learned."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import Field, StringConstraints, model_validator

from amplify.model.base import Day, FileModel, Lang, Text, Url


class StageKind(StrEnum):
    """What a court, or whoever charges people, has done last. It is no `state`: it opens and closes nothing."""

    CHARGED = "charged"
    RELEASED_PENDING = "released_pending"
    ON_TRIAL = "on_trial"
    SENTENCED = "sentenced"
    APPEALED = "appealed"
    ACQUITTED = "acquitted"
    DROPPED = "dropped"

    @property
    def threatens(self) -> bool:
        """Whether a sentence is still to come: “faces up to 7 years”."""
        return self in (StageKind.CHARGED, StageKind.RELEASED_PENDING, StageKind.ON_TRIAL)

    @property
    def stands(self) -> bool:
        """Whether a sentence has been passed, and stands or is appealed against."""
        return self in (StageKind.SENTENCED, StageKind.APPEALED)

    @property
    def scheduled(self) -> bool:
        """Whether its day may be known ahead: of a trial, never of what comes out of it."""
        return self is StageKind.ON_TRIAL


_TERM: Final = r"^(life|[1-9]\d? years?( ([1-9]|1[01]) months?)?|[1-9]\d? months?)$"
_YEARS: Final = re.compile(r"(\d{1,2}) years?")
_MONTHS: Final = re.compile(r"(\d{1,2}) months?")

TermText = Annotated[str, StringConstraints(pattern=_TERM)]
"""How long: `7 years`, `3 years 6 months`, `18 months`, `life`."""


@dataclass(frozen=True, slots=True)
class PrisonTerm:
    """How long somebody is, or may be, sent to prison."""

    years: int = 0
    months: int = 0
    life: bool = False

    @property
    def weight(self) -> int:
        """Months, to compare terms by: life is longer than any number."""
        return 10_000 if self.life else self.years * 12 + self.months


def parse_term(said: str) -> PrisonTerm:
    """`3 years 6 months` → a prison term."""
    if said == "life":
        return PrisonTerm(life=True)
    years, months = _YEARS.search(said), _MONTHS.search(said)
    return PrisonTerm(int(years[1]) if years else 0, int(months[1]) if months else 0)


class Charge(FileModel):
    """One thing that somebody is charged with."""

    article: Text | None = None
    """The article of the law, as it is written there: `342, part 1`; without it, it is not known."""
    up_to: TermText | None = None
    """The most that the article threatens: `7 years`."""


class Source(FileModel):
    """Where a state, or a legal stage, was learned."""

    url: Url
    """The page."""
    seen: Day
    """The day it was read."""


class LegalStage(FileModel):
    """What has happened to a person before the law from one day on, until the next stage."""

    stage: StageKind
    """`charged`, `released_pending` (at home, and the case goes on), `on_trial`, `sentenced`, `appealed` (the sentence
    stands until the appeal is decided; its outcome is another `sentenced`, `acquitted` …), `acquitted`, `dropped`."""
    since: Day
    """The day it began: of the charge, of the trial's first day, of the sentence. Only a trial's may be ahead."""
    charges: tuple[Charge, ...] = ()
    """All that the person is charged with by then, or sentenced for; without it, as the stage before says."""
    up_to: TermText | None = None
    """The most that all charges together threaten; without it, the most of any one of them. A sentence ends it."""
    sentence: TermText | None = None
    """What was passed: `3 years 6 months`, `life`. Without it, it is not known."""
    regime: dict[Lang, Text] = {}
    """Where it is to be served, by language: “in a prison colony”."""
    hearings: tuple[Day, ...] = ()
    """Days in court, past and ahead."""
    source: Source
    """Where it was learned, and when: it is said to readers."""

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.sentence is not None and not self.stage.stands:
            raise ValueError(f"`{self.stage.value}` has no `sentence`: write it with a stage `sentenced`")
        if self.up_to is not None and not self.stage.threatens:
            raise ValueError(f"`up_to` is over once somebody is {self.stage.value.replace('_', ' ')}: take it out")
        return self

    @property
    def most(self) -> PrisonTerm | None:
        """The most that is threatened: as stated for all charges together, or the longest of them."""
        if self.up_to is not None:
            return parse_term(self.up_to)
        terms = [parse_term(one.up_to) for one in self.charges if one.up_to is not None]
        return max(terms, key=lambda one: one.weight, default=None)


Stages = Annotated[tuple[LegalStage, ...], Field(max_length=100)]
"""Stages of one person, oldest first."""
