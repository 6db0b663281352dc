"""A number or statement that somebody counted, and that goes stale."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from amplify.model.base import Day, FileEntry, Id, Lang, Text, Url


class Fact(FileEntry):
    """One entry of `config/facts.yaml`; `{{ fact.prisoners }}` renders qualifier, value, unit and attribution."""

    id: Id
    """Name used by posts."""
    value: Annotated[int, Field(ge=0)] | Text
    """A number, or a short statement."""
    unit: dict[Lang, Text] = {}
    """What is counted, by language: “journalists behind bars”."""
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
