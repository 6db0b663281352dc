"""A queue entry (schedule): which posts, where, when, by whom."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from amplify.model.base import Day, Duration, FileEntry, FileModel, Id, Instant, Lateness, Local, Only, Text, Wall
from amplify.model.platform_name import PlatformName


class Window(FileModel):
    """Somewhere between two wall-clock times, spread by account."""

    start: Local
    """Earliest, on the clock of each account's zone: `2027-05-18T09:00`."""
    end: Local
    """Latest."""

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.end <= self.start:
            raise ValueError("a window ends after it starts")
        return self


Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Series(FileModel):
    """The entry's posts in their order, one a day."""

    start: Day
    """The day of the first post."""
    time: Wall
    """Wall-clock time in each account's zone."""
    every: Annotated[int, Field(ge=1, le=366)] = 1
    """Days between two posts."""
    weekdays: Only[Weekday] = ()
    """Only on these days; others are skipped, not used up."""


class Yearly(FileModel):
    """Once a year, on a date or on an occasion."""

    month: Annotated[int, Field(ge=1, le=12)] | None = None
    """Month, 1 to 12."""
    day: Annotated[int, Field(ge=1, le=31)] | None = None
    """Day of the month; 29 February is kept on 28 February in other years."""
    occasion: Id | None = None
    """Instead of month and day: an occasion of the post's campaign."""
    time: Wall
    """Wall-clock time in each account's zone."""
    start: Day | None = None
    """Not before this day."""
    until: Day | None = None
    """Not after this day."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.occasion is None) == (self.month is None or self.day is None):
            raise ValueError("give either `month` and `day`, or an `occasion`")
        return self


class Monthly(FileModel):
    """Once a month."""

    day: Annotated[int, Field(ge=1, le=31)]
    """Day of the month; in shorter months, their last day."""
    time: Wall
    """Wall-clock time in each account's zone."""
    start: Day | None = None
    """Not before this day."""
    until: Day | None = None
    """Not after this day."""


class Moment(FileModel):
    """One instant for everybody, with a small fixed offset per account."""

    at: Instant
    """The instant."""
    jitter: Duration = Field(default="60s", validate_default=True)
    """Accounts start within this time after the instant, each always at the same offset."""


class When(FileModel):
    """Exactly one of the seven ways to say when."""

    at: Instant | None = None
    """One instant, the same everywhere: `2027-05-17T09:00:00+02:00`."""
    local: Local | None = None
    """A wall-clock time in each account's own zone: `2027-05-18T09:30`."""
    window: Window | None = None
    """Between two wall-clock times, spread by account."""
    series: Series | None = None
    """One post a day, in the entry's order."""
    yearly: Yearly | None = None
    """Every year."""
    monthly: Monthly | None = None
    """Every month."""
    moment: Moment | None = None
    """A coordinated instant."""

    @property
    def way(self) -> str:
        """Which of the seven ways is used."""
        return next(name for name in type(self).model_fields if getattr(self, name) is not None)

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        given = [name for name in type(self).model_fields if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(
                "say when in exactly one way: at, local, window, series, yearly, monthly or moment"
                + (f" (here: {', '.join(given)})" if given else "")
            )
        return self


class QueueEntry(FileEntry):
    """One entry of `config/queue.yaml`."""

    id: Id
    """Unique; deliveries are known by it, so it never changes while posts are waiting."""
    posts: Annotated[tuple[Id, ...], Field(min_length=1)]
    """The posts, in order."""
    when: When
    """When they are due."""
    partners: Literal["all"] | Annotated[tuple[Id, ...], Field(min_length=1)] = "all"
    """Who says it: `all` that publish, or a list."""
    platforms: Annotated[tuple[PlatformName, ...], Field(min_length=1)] | None = None
    """Where; without it, wherever the partners have accounts."""
    lateness: Lateness | None = None
    """How late it may still go out; the workspace's own without it."""
    note: Text | None = None
    """For colleagues; never published."""
