"""The workspace's own settings, shared by all partners."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from amplify.model.campaign import BannedTag
from amplify.model.word import Duration, Entry, Id, Lang, Text, Word


class RuleChange(Word):
    """A rule that this workspace takes more or less seriously than others do, and why."""

    id: Annotated[str, Field(pattern=r"^[A-Z]+(-[A-Z]+)*$")]
    """The rule's code: `X-COST`."""
    severity: Literal["off", "warning", "error"]
    """What its findings are here. `off`: they are counted, and shown with `amplify check --all`."""
    reason: Text
    """Why, in a sentence."""
    by: Text
    """Who decided."""


class Settings(Entry):
    """`config/workspace.yaml`."""

    id: Id
    """The workspace's identity: part of every delivery's. Never change it once posts have gone out."""
    name: Text
    """What people call it."""
    horizon_days: Annotated[int, Field(ge=1, le=400)] = 45
    """How many days ahead deliveries are written down."""
    lateness: Duration = Field(default="2h", validate_default=True)
    """How late a post may still go out, where its queue entry does not say."""
    readings: Annotated[tuple[Duration, ...], Field(min_length=1)] = Field(
        default=("1h", "24h", "7d"), validate_default=True
    )
    """When engagement is read after a post went out."""
    fallback: dict[Lang, tuple[Lang, ...]] = {}
    """Language → the languages to take, in order, where it has no text: `be-tarask: [be, ru]`. Without an entry,
    its base language (`be-tarask` → `be`) and that one's list."""
    cancel_limit: Annotated[int, Field(ge=0)] = 10
    """`queue` asks before cancelling more waiting deliveries than this."""
    banned: tuple[BannedTag, ...] = ()
    """Hashtags that no post of any campaign carries, each with the reason."""
    rules: tuple[RuleChange, ...] = ()
    """Rules whose severity is another one here, each with the reason. Rules of care cannot be weakened."""
    similar: Annotated[float, Field(ge=0.7, le=1)] = 0.85
    """From which likeness on (1: the same letters) two texts are substantially the same (`X-DUP`)."""
    similarity_days: Annotated[int, Field(ge=1, le=366)] = 90
    """Texts of two accounts are compared when there are at most this many days between them (`X-DUP`)."""
