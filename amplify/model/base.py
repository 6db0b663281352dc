"""The base classes of all models read from files: frozen, strict, unknown keys refused."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Annotated, Any, Final, TypeVar
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    NaiveDatetime,
    PlainSerializer,
    PrivateAttr,
    StringConstraints,
)
from pydantic import WithJsonSchema as _Schema

from amplify.model.problem import SourceLocation


class FileModel(BaseModel):
    """A pydantic model of one thing in a workspace, exactly as a file states it.

    Models are validated as strict JSON (YAML 1.2 reads into the same types): no number becomes a string,
    no unknown key passes. Docstrings under the fields are the documentation and the JSON Schema's text.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True)


_NOWHERE = SourceLocation("")


class FileEntry(FileModel):
    """A file model that has an id, and remembers the source location it was read from."""

    _place: SourceLocation = PrivateAttr(
        default_factory=lambda: _NOWHERE
    )  # a plain default is deep-copied for each entry

    @property
    def place(self) -> SourceLocation:
        """The source location: where in the workspace this was read."""
        return self._place

    def at(self, place: SourceLocation) -> None:
        """Set the source location; called once, by the reader."""
        self._place = place


_DURATION = re.compile(r"([0-9]{1,12})\s*([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
LONGEST: Final = timedelta(days=3660)
"""The longest duration: ten years."""
_FIRST_YEAR, _LAST_YEAR = 1900, 2999
_Day = TypeVar("_Day", bound=date)
_Item = TypeVar("_Item")


def parse_duration(value: Any) -> timedelta:
    """`90s`, `30m`, `2h`, `7d` → timedelta, at most LONGEST. Raises ValueError with a sentence."""
    if isinstance(value, timedelta):
        return value
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("write a duration as a number and a unit: 90s, 30m, 2h or 7d")
    seconds = int(match[1]) * _SECONDS[match[2]]
    if seconds > LONGEST.total_seconds():
        raise ValueError("this is longer than ten years: mend the number or its unit")
    return timedelta(seconds=seconds)


class YearOutOfRange(ValueError):
    """A date in a year that calendars cannot reckon with; `str()` is the sentence."""


def check_year(value: _Day) -> _Day:
    """Refuse years near the limits of calendars (Python's ends in 9999, zones before): a day more is no date."""
    if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        raise YearOutOfRange(f"the year {value.year} is not one of ours: give one from {_FIRST_YEAR} to {_LAST_YEAR}")
    return value


_zones: frozenset[str] | None = None
_NO_PLACES: Final = frozenset(
    {
        *("CET", "EET", "EST", "HST", "MET", "MST", "WET", "CST6CDT", "EST5EDT", "MST7MDT", "PST8PDT"),
        *("GMT", "GMT0", "GMT+0", "GMT-0", "Greenwich", "UCT", "Universal", "Zulu"),
        *("Factory", "localtime", "posixrules"),
    }
)
"""Names in the time zone data that are abbreviations, offsets, or whatever this machine is set to."""
_NO_AREAS: Final = ("Etc/", "SystemV/", "posix/", "right/")


def _known_zone(value: str) -> str:
    global _zones
    if _zones is None:
        _zones = frozenset(available_timezones())
    if value not in _zones:
        raise ValueError(f"unknown time zone {value!r}: use an IANA name such as Europe/Vilnius")
    if value in _NO_PLACES or (value.startswith(_NO_AREAS) and value != "Etc/UTC"):
        raise ValueError(
            f"{value!r} is no place, and would not follow its readers' clocks: write the IANA name of a place there, "
            "such as Europe/Vilnius, or UTC"
        )
    return value


Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
"""Lower-case letters, digits, `-` and `_`; begins with a letter or digit; at most 64 characters."""

Lang = Annotated[
    str,
    StringConstraints(
        pattern=r"^[a-z]{2,3}(-[A-Za-z]{3}){0,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?"
        r"(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*(-[A-WYZa-wyz0-9](-[A-Za-z0-9]{2,8})+)*(-[Xx](-[A-Za-z0-9]{1,8})+)?$"
    ),
]
"""A BCP-47 language tag: `be`, `be-tarask`, `be-Latn`, `ru`, `en`. Language, script, country, variants, extensions in
this order (RFC 5646); none of the old tags that begin with no language."""

Zone = Annotated[str, AfterValidator(_known_zone)]
"""The IANA time zone of a place, or `UTC`; no abbreviation and no offset."""

Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s<>\"]+$", max_length=2000)]
"""An http or https address."""

Tag = Annotated[str, StringConstraints(pattern=r"^[^\s#@]+$", max_length=100)]
"""A hashtag without its sign."""

Wall = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
"""A wall-clock time, `HH:MM`, 24 hours."""


def write_duration(value: timedelta) -> str:
    """The inverse of `parse_duration`, in the largest unit that fits."""
    seconds = int(value.total_seconds())
    unit = next(unit for unit in ("d", "h", "m", "s") if seconds % _SECONDS[unit] == 0)
    return f"{seconds // _SECONDS[unit]}{unit}"


Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    PlainSerializer(write_duration, return_type=str),
    _Schema({"type": "string", "pattern": r"^\d+\s*(s|m|h|d)$", "examples": ["30m", "2h", "7d"]}),
]
"""A number and a unit: `90s`, `30m`, `2h`, `7d`."""


def _some_time(value: timedelta) -> timedelta:
    if not value:
        raise ValueError("a window of no length lets nothing out: give at least a minute, such as 10m")
    return value


Lateness = Annotated[Duration, AfterValidator(_some_time)]
"""How late something may go out: a duration, and never none."""

Only = Annotated[tuple[_Item, ...], Field(min_length=1)]
"""A list that narrows, and may be left out: without it, all. An empty one is refused, since whoever takes the last name
off it does not mean all."""

Day = Annotated[date, AfterValidator(check_year)]
"""A day: `2027-05-21`."""

Instant = Annotated[AwareDatetime, AfterValidator(check_year)]
"""A fixed instant with its offset: `2027-05-21T10:00:00+02:00`."""

Local = Annotated[NaiveDatetime, AfterValidator(check_year)]
"""A wall-clock time of a day, without a zone: `2027-05-18T09:30`."""

Text = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]
"""A text that is not empty."""
