"""A number or statement that somebody counted, and that goes stale."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import Field

from amplify.model.base import Day, FileEntry, Id, Lang, Text, Url

PluralForm = Literal["zero", "one", "two", "few", "many", "other"]
"""A plural category of CLDR; each language uses some of them."""
_GENERAL: Final[tuple[PluralForm, ...]] = ("many", "other", "few", "two", "one", "zero")


class Fact(FileEntry):
    """One entry of `config/facts.yaml`; `{{ fact.prisoners }}` renders qualifier, value, unit and attribution."""

    id: Id
    """Name used by posts."""
    value: Annotated[int, Field(ge=0)] | Text
    """A number, or a short statement."""
    unit: dict[Lang, Text | Annotated[dict[PluralForm, Text], Field(min_length=1)]] = {}
    """What is counted, by language: “journalists behind bars”. Where the number decides the form, the forms of CLDR:
    `be: {one: журналіст, few: журналісты, many: журналістаў}`."""
    qualifier: dict[Lang, Text] = {}
    """“almost”, “over”, by language."""
    as_of: Day
    """The day the count was made."""
    counted_by: dict[Lang, Text]
    """The organisation that counted, by language."""
    source: Url
    """Where it can be checked."""
    expires: Day
    """The last day on which it may be said."""
    supersedes: Id | None = None
    """The older fact this one replaces."""


def general_form(unit: Mapping[PluralForm, str]) -> str:
    """The form for a number that is not known: that of many, as people write it who give only one."""
    return next(unit[form] for form in _GENERAL if form in unit)
