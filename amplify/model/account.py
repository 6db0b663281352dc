"""One of our own accounts on a platform."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from amplify.model.base import FileEntry, FileModel, Id, Text, Url, Zone
from amplify.model.campaign import Caps
from amplify.model.platform_name import PlatformName


class Automation(FileModel):
    """What the account tells its readers about itself."""

    labelled: bool
    """The platform's own “automated” or bot label is set."""
    operator: Text
    """The organisation that runs it."""
    contact: Text
    """How readers reach a human."""


_Count = Annotated[int, Field(ge=1, le=2**53)] | None


class ServerLimits(FileModel):
    """What the account's server takes, where it does not say so itself. What stands here counts before its answer."""

    text: _Count = None
    """Longest text, in the units in which it counts."""
    pictures: _Count = None
    """Most pictures of a post."""
    picture_bytes: _Count = None
    """Largest picture in bytes."""
    picture_pixels: _Count = None
    """Most pixels of a picture, width times height."""
    alt: _Count = None
    """Longest alt text, in characters."""
    video_bytes: _Count = None
    """Largest video in bytes."""
    counts: Literal["graphemes", "graphemes_with_conjuncts", "graphemes_in_full", "code_points", "strictest"] | None = (
        None
    )
    """How it counts a text (Mastodon and servers that speak its API)."""
    plain_text: bool | None = None
    """It has to be told that a text is plain, or it reads it as Markdown (servers that speak Mastodon's API)."""


class Account(FileEntry):
    """One entry of `config/accounts.yaml`. Local: never shared, never committed by a real organisation."""

    partner: Id
    """The partner whose account this is; its handle stands in the handle book."""
    platform: PlatformName
    """Where it speaks."""
    credential: Id
    """The *name* of its credential: looked up in the environment, the keyring or a private file. Never a secret."""
    server: Url | None = None
    """The server it lives on (Mastodon, Bluesky); the platform's own default without it."""
    zone: Zone | None = None
    """Its readers' time zone, where it differs from the partner's."""
    live: bool = False
    """Without `true` the account only ever speaks to loopback servers: rehearsals."""
    caps: Caps = Caps()
    """How much it says."""
    server_limits: ServerLimits | None = None
    """What its server takes, where the server does not say so."""
    server_cap_per_day: Annotated[int, Field(ge=1, le=1000)] | None = None
    """Most posts a day that its server accepts from an automated account, where its rules name a number."""
    automation: Automation | None = None
    """How it is labelled; required before it goes live."""
    rules_reviewed: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = None
    """The day somebody read the server's own rules on automated posts (Mastodon)."""

    @property
    def id(self) -> str:
        """`press_union/mastodon`: a partner has one account a platform."""
        return f"{self.partner}/{self.platform}"

    @model_validator(mode="after")
    def _live_is_labelled(self) -> Self:
        if self.live and self.automation is None:
            raise ValueError("a live account says that it is automated: add `automation:` with operator and contact")
        return self
