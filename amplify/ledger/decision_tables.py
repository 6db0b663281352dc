"""Tables of people's decisions: stops, approvals, protections, people who were ever spoken for, and the audit log.

Instants as in `tables`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column
from sqlmodel import Field, SQLModel

from amplify.ledger.tables import Serial, UtcInstant


class StopRow(SQLModel, table=True):
    """A stop: what may not go out until somebody lifts it. In force while `lifted_at` is null."""

    __tablename__ = "stop"

    id: int | None = Field(default=None, sa_column=Column(Serial, primary_key=True, autoincrement=True))
    kind: str
    """`person`, `campaign`, `partner`, `hashtag`, `platform`, `account`, `entry`, `all`."""
    subject: str
    """The id; empty for `all`."""
    words: list[str] = Field(sa_column=Column(JSON, nullable=False))
    """Every form of a person's name that is looked for in waiting texts."""
    state: str | None = None
    """Set together with this state of a person: what was written for it has a gate of its own, and may pass."""
    why: str
    by: str
    at: datetime = Field(sa_type=UtcInstant)
    real_at: datetime = Field(sa_type=UtcInstant)
    asked_by: str | None = None
    """Who asked first to lift it, where two people have to."""
    asked_why: str | None = None
    real_asked: datetime | None = Field(default=None, sa_type=UtcInstant)
    lifted_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    lifted_by: str | None = None
    lifted_why: str | None = None


class ApprovalRow(SQLModel, table=True):
    """One person's verdict on one delivery, as they saw it. It counts while the delivery is still exactly that."""

    __tablename__ = "approval"

    id: int | None = Field(default=None, sa_column=Column(Serial, primary_key=True, autoincrement=True))
    delivery: str = Field(foreign_key="delivery.id", index=True)
    verdict: str
    """`approved` or `rejected`."""
    by: str
    at: datetime = Field(sa_type=UtcInstant)
    real_at: datetime = Field(sa_type=UtcInstant)
    why: str | None = None
    seen: str
    """The hash of what was seen: text, pictures, account, time and lateness."""
    due_at: datetime = Field(sa_type=UtcInstant)
    """The due time that was seen."""
    late_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    """From when on it would have been missed, as it was seen."""
    words: str | None = None
    """Of a rejection: the hash of the words alone, which stay rejected under whatever name, account or time."""
    deed: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    """Number of its entry in the audit log. A verdict that the log does not know does not count."""
    message: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
    """The message that was seen, to tell later what changed; null once it was erased."""
    void_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    void_why: str | None = None


class AuditRow(SQLModel, table=True):
    """An entry of the audit log: what a person did. Append-only, each row holding the hash of the one before it."""

    __tablename__ = "deed"

    number: int = Field(sa_column=Column(Serial, primary_key=True, autoincrement=False))
    """From 1, without a gap."""
    at: datetime = Field(sa_type=UtcInstant)
    real_at: datetime = Field(sa_type=UtcInstant)
    act: str
    actor: str
    subject: str | None = None
    """`kind:id`. Erased with the payload, and so is the reason."""
    why: str | None = None
    payload: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
    salt: str | None = None
    """Keeps an erased payload from being guessed by its digest; null once it was erased."""
    payload_digest: str
    previous: str
    """The digest of the entry before it; empty for the first."""
    digest: str


class KnownPersonRow(SQLModel, table=True):
    """Somebody whom the files have named once: what the ledger knows of them goes on until two people resume."""

    __tablename__ = "known_person"

    person: str = Field(primary_key=True)
    forms: dict[str, list[str]] = Field(sa_column=Column(JSON, nullable=False))
    """Every spelling of the name that the files have had: by the campaign in whose posts alone it names the person, and
    under an empty key those that do so everywhere."""
    former: dict[str, list[str]] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
    """Those that the files no longer have, if any: texts with them still ask the person's gate."""
    state: str
    """The state that the files said last."""
    since: datetime = Field(sa_type=UtcInstant)
    """When the ledger learned that state."""
    gone_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    """When the files no longer had the person; null while they do."""


class ProtectionRow(SQLModel, table=True):
    """What protects people, as it is in force: a change of the files that makes it weaker waits until somebody accepts
    it."""

    __tablename__ = "protection"

    kind: str = Field(primary_key=True)
    """`campaign`, `person`, `partner`, `fact`, `action`, `workspace`."""
    subject: str = Field(primary_key=True)
    """The id; empty for `workspace`."""
    value: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    """In force."""
    wanted: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
    """What the files say, where that is weaker; null where it is not."""
    at: datetime = Field(sa_type=UtcInstant)
    """When `value` or `wanted` changed last."""
    rejected_by: str | None = None
    """Who said no to `wanted`."""
    deed: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    """Number of the entry in the audit log by which somebody made it weaker; null where nobody ever has."""


STOP = SQLModel.metadata.tables["stop"]
APPROVAL = SQLModel.metadata.tables["approval"]
DEED = SQLModel.metadata.tables["deed"]
KNOWN_PERSON = SQLModel.metadata.tables["known_person"]
PROTECTION = SQLModel.metadata.tables["protection"]
