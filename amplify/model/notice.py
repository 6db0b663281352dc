"""Notices: what a person is told by e-mail or webhook, and who wants to be told. Ids and counts; no texts, no names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, Literal, Self, get_args
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints, field_validator, model_validator

from amplify.model.base import FileModel, Id, Only, Url, Wall, Zone

NoticeEvent = Literal[
    "stop",
    "unsure",
    "logged_out",
    "needs_approval",
    "nearly_missed",
    "missed",
    "refused",
    "takedown",
    "file_errors",
    "files_differ",
    "no_pass",
    "review",
    "fact",
    "test",
]
"""What there is to tell, the most urgent first."""
EVENTS: Final[tuple[NoticeEvent, ...]] = get_args(NoticeEvent)

MailAddress = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$", max_length=254)
]
"""An e-mail address, without a name before it."""
Host = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]([A-Za-z0-9.:-]{0,252}[A-Za-z0-9])?$")]
"""A host: its name or its IP address."""

_LOOPBACK: Final = re.compile(r"localhost|127(\.\d{1,3}){3}|::1")


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing that a person should know."""

    event: NoticeEvent
    key: str
    """What makes it this one: nobody is told twice of the same key. Never shown."""
    about: str
    """The beginning of a delivery's id, an account, a machine; empty where there is nothing that may be named."""


class QuietHours(FileModel):
    """Hours in which nobody is told of anything but stops."""

    start: Wall
    """From then on."""
    end: Wall
    """Until then, on the same day or the next."""


class Recipient(FileModel):
    """Who is told, of what, and when."""

    events: Only[NoticeEvent] = ()
    """Only of these; without it, of all."""
    daily: Wall | None = None
    """Once a day at this time, all together; without it, at once. Stops are always told at once."""


class MailRecipient(Recipient):
    """An address that gets e-mail, and the server that takes it."""

    to: MailAddress
    """Who gets it."""
    sender: MailAddress
    """Whose address stands under `From:`."""
    server: Host
    """The SMTP server."""
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    """Its port."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    """How the connection is encrypted. `none` only on this machine."""
    user: Annotated[str, StringConstraints(min_length=1, max_length=254)] | None = None
    """Who signs in there; without it, nobody does."""
    credential: Id = "smtp"
    """The *name* of the credential that holds its `password`: environment, keyring or private file."""

    @model_validator(mode="after")
    def _encrypted(self) -> Self:
        if self.security == "none" and not _LOOPBACK.fullmatch(self.server):
            raise ValueError("`security: none` sends words and password in the open: only to a server on this machine")
        return self


class WebhookRecipient(Recipient):
    """An address that gets signed requests (Standard Webhooks)."""

    url: Url
    """Where they go: https, or this machine."""
    credential: Id = "webhook"
    """The *name* of the credential that holds its `secret` (`whsec_…`)."""
    private: bool = False
    """Whether the address may lie in a private network."""

    @field_validator("url")
    @classmethod
    def _https(cls, url: str) -> str:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if "@" in parts.netloc or not host:
            raise ValueError("write the address without user and password")
        if parts.scheme != "https" and not _LOOPBACK.fullmatch(host):
            raise ValueError("what goes over http can be read and changed on its way: use https")
        return url

    @property
    def is_local(self) -> bool:
        """Whether it is on this machine."""
        return bool(_LOOPBACK.fullmatch(urlsplit(self.url).hostname or ""))


class NotifySettings(FileModel):
    """`notify:` in the local file: who is told when something needs a person."""

    zone: Zone = "UTC"
    """The zone of its times of day."""
    quiet: QuietHours | None = None
    """Hours in which only stops are told. What came up in them is told at their end."""
    mail: Annotated[tuple[MailRecipient, ...], Field(max_length=50)] = ()
    """E-mail."""
    webhooks: Annotated[tuple[WebhookRecipient, ...], Field(max_length=50)] = ()
    """Signed requests."""

    @property
    def recipients(self) -> tuple[MailRecipient | WebhookRecipient, ...]:
        return (*self.mail, *self.webhooks)


@dataclass(frozen=True, slots=True)
class QueuedNotice:
    """A notice that one recipient is to be told of."""

    event: NoticeEvent
    key: str
    about: str
    real_since: datetime
    """When it was noticed (real time, UTC)."""
