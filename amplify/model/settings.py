"""The workspace's own settings, shared by all partners."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from amplify.model.word import Duration, Entry, Id, Text


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
    cancel_limit: Annotated[int, Field(ge=0)] = 10
    """`queue` asks before cancelling more waiting deliveries than this."""
