"""A person we speak for: state, review date, and consent to what may be published about them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from amplify.model.base import Day, FileEntry, FileModel, Id, Instant, Lang, Only, Text
from amplify.model.legal_stage import Source, Stages


class PersonState(StrEnum):
    """Only `detained` and `convicted` let posts out; every other state holds whatever names the person."""

    DETAINED = "detained"
    CONVICTED = "convicted"
    RELEASE_REPORTED = "release_reported"
    RELEASE_CONFIRMED = "release_confirmed"
    DIED = "died"
    TRANSFERRED = "transferred"
    FAMILY_HOLD = "family_hold"
    UNKNOWN = "unknown"

    @property
    def speaks(self) -> bool:
        """Whether ordinary posts about the person may be published."""
        return self in (PersonState.DETAINED, PersonState.CONVICTED)


class Detention(FileModel):
    """One stretch of detention; people are freed and arrested again."""

    start: Day
    """First day."""
    end: Day | None = None
    """Last day; absent while it lasts."""


class Consent(FileModel):
    """What the person, or their family, agreed to. A reference, never contact details."""

    given_by: Text
    """Who agreed: `self`, `family`, `lawyer` …"""
    channel: Text
    """How it reached us."""
    scope: Annotated[tuple[Literal["name", "portrait", "health", "family", "birthday"], ...], Field(min_length=1)]
    """What may be said or shown; `birthday`: that it is kept."""
    languages: Only[Lang] = ()
    """Only in these languages; without it, in all."""
    given: Day
    """The day it was given."""
    review: Day
    """The day by which it must be asked again."""
    withdrawn: Day | None = None
    """The day it was taken back: nothing naming the person goes out from then on."""


class Person(FileEntry):
    """One entry of `config/people.yaml`."""

    id: Id
    """Name used by posts: `{{ person.anna.name }}`."""
    name: dict[Lang, Text]
    """The name, by language, in the form a sentence begins with."""
    aliases: tuple[Text, ...] = ()
    """Every other spelling, script and inflected form a text may use, several in one line if you like
    (`Ганны, Ганну`); `Ганн*` is a stem with any ending. Stops match them all."""
    detentions: Annotated[tuple[Detention, ...], Field(min_length=1)]
    """When the person was held, oldest first."""
    born: Day | None = None
    """Day of birth: for birthdays, where consent covers them (`amplify days`), and for ages typed into texts."""
    state: PersonState
    """Where things stand."""
    stages: Stages = ()
    """What happened before the law, oldest first: `{{ person.anna.stage }}`. Gates go by `state` alone."""
    state_since: Instant | None = None
    """When the state was set here: a post that is written for it needs approvals given after that."""
    reviewed: Day
    """The day the state was last checked."""
    review_days: Annotated[int, Field(ge=1, le=365)] = 30
    """After how many days without a check posts are held."""
    sources: tuple[Source, ...] = ()
    """Where the state was learned."""
    consent: Consent
    """What may be said, and who agreed."""
    note: Text | None = None
    """For colleagues; never published."""
