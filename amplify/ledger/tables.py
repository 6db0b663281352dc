"""The ledger's tables: what happened. Files are the intent.

Instants are UTC. Columns named `*_at` hold campaign time, those named `real_*` and `lease_until` real time.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Integer, ScalarSelect, Table, Text, select
from sqlmodel import Field, SQLModel

from amplify.ledger.columns import InWords, Serial, Utc


class Meta(SQLModel, table=True):
    """What the ledger knows about itself: workspace id, what was queued last, from which files."""

    key: str = Field(primary_key=True)
    value: str


class Account(SQLModel, table=True):
    """One of our accounts, and whether it can speak."""

    id: str = Field(primary_key=True)
    """`partner/platform`."""
    platform: str
    paused_at: datetime | None = Field(default=None, sa_type=Utc)
    paused_why: str | None = None
    """What a person must mend."""
    real_not_before: datetime | None = Field(default=None, sa_type=Utc)
    """The platform asked us to wait until then, or its buckets are empty until then."""
    place: str | None = None
    """`platform:host` of the server it speaks to: some limits are shared by all accounts there."""
    gap: int = Field(default=0, sa_column=Column(Integer, nullable=False, default=0, server_default="0"))
    """Least time between two of its posts, in seconds; 0: nobody has said."""


class Gate(SQLModel, table=True):
    """Whether a subject may be spoken of: copied from the files by `queue`, asked before every call."""

    kind: str = Field(primary_key=True)
    """`person`, `fact`, `action`, `campaign`, `partner`, `account`."""
    subject: str = Field(primary_key=True)
    closed: str | None = None
    """Why nothing about it goes out; null while it is open."""
    opens_at: datetime | None = Field(default=None, sa_type=Utc)
    closes_at: datetime | None = Field(default=None, sa_type=Utc)
    after: str | None = None
    """The reason shown once `closes_at` has passed."""
    pauses: list[list[str]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False, default=list))
    """Quiet periods: start and end (ISO 8601, UTC) and the reason."""
    state: str | None = None
    """Of a person's own gate: the state (`died`, `family_hold` …) that closes it; null where none does."""


class Delivery(SQLModel, table=True):
    """One post for one account at one due time. The table is the queue."""

    id: str = Field(primary_key=True)
    """The delivery's identity, with `.N` behind it from the second generation on."""
    base: str
    """The identity alone."""
    generation: int = 1
    entry: str
    post: str
    variant: str
    campaign: str
    partner: str
    platform: str
    account: str
    occurrence: str
    """Nominal date, or `once`."""
    kind: str
    lang: str
    due_at: datetime = Field(sa_type=Utc)
    late_at: datetime = Field(sa_type=Utc)
    """From this instant on it is missed."""
    look_at: datetime = Field(sa_type=Utc)
    """Not looked at before: the due time, or when the reason for a hold can change."""
    state: str = Field(sa_type=InWords)
    why: str | None = None
    """The reason for the state, or for a hold."""
    cause: str | None = None
    """What that reason is about, as a code (`model.cause`): `stop:person:anna`, `gate:fact:prisoners`."""
    message: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    content_hash: str
    subjects: list[str] = Field(sa_column=Column(JSON, nullable=False))
    """`kind:id` of everything a gate can close."""
    hashtags: list[str] = Field(sa_column=Column(JSON, nullable=False))
    boost_of: str | None = None
    """The delivery a boost waits for."""
    cost: int = Field(default=0, sa_column=Column(Integer, nullable=False, default=0, server_default="0"))
    """What saying it costs, in millionths of a US dollar."""
    approvals_needed: int = Field(default=0, sa_column=Column(Integer, nullable=False, default=0, server_default="0"))
    """How many people must have approved exactly this before it goes out."""
    approvals_why: str | None = None
    """Why so many."""
    author: str | None = None
    """Who wrote it: they cannot be its second approver."""
    erased_at: datetime | None = Field(default=None, sa_type=Utc)
    """When its words were erased; what stands in the hashes and counts stays."""
    owner: str | None = None
    """Who holds it."""
    lease_until: datetime | None = Field(default=None, sa_type=Utc)
    queued_at: datetime = Field(sa_type=Utc)
    sent_at: datetime | None = Field(default=None, sa_type=Utc)
    folio: int = Field(sa_column=Column(BigInteger, nullable=False, server_default="0"))
    """Where in the ledger it stands: from 1, in the order in which deliveries were queued. The log and the attempts go
    by it, so that what is written together lies together, however many deliveries there are."""


class Part(SQLModel, table=True):
    """One message of a delivery's thread; a boost has one part without text."""

    delivery: str = Field(primary_key=True, foreign_key="delivery.id")
    number: int = Field(primary_key=True)
    """From 0."""
    key: str
    """Idempotency key, fixed for ever."""
    record_key: str
    """Bluesky record key, fixed for ever."""
    created_at: datetime | None = Field(default=None, sa_type=Utc)
    """When the first attempt began; identical on every retry."""
    prepared: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    """Uploaded media and resolved handles, stored before the first attempt."""
    remote_id: str | None = None
    url: str | None = None
    extra: str = ""
    sent_at: datetime | None = Field(default=None, sa_type=Utc)
    removed_at: datetime | None = Field(default=None, sa_type=Utc)


class Attempt(SQLModel, table=True):
    """One try at one part. Append-only but for its ending."""

    id: int | None = Field(default=None, sa_column=Column(Serial, primary_key=True, autoincrement=True))
    folio: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    """Of its delivery."""
    part: int
    owner: str
    at: datetime = Field(sa_type=Utc)
    real_began: datetime = Field(sa_type=Utc)
    real_ended: datetime | None = Field(default=None, sa_type=Utc)
    outcome: str | None = None
    """`sent`, `try_later`, `refused`, `logged_out`, `unknown`; null: it never came back."""
    why: str | None = Field(default=None, sa_column=Column(Text, nullable=True))


class Move(SQLModel, table=True):
    """One change of state. Append-only."""

    id: int | None = Field(default=None, sa_column=Column(Serial, primary_key=True, autoincrement=True))
    folio: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    """Of its delivery."""
    at: datetime = Field(sa_type=Utc)
    real_at: datetime = Field(sa_type=Utc)
    before: str | None
    """Null for the first."""
    after: str
    by: str
    """The step, or the person."""
    why: str | None = Field(default=None, sa_column=Column(Text, nullable=True))


class Reading(SQLModel, table=True):
    """Engagement of one part at one time. Append-only. Null: the platform does not say."""

    id: int | None = Field(default=None, sa_column=Column(Serial, primary_key=True, autoincrement=True))
    delivery: str = Field(foreign_key="delivery.id", index=True)
    part: int
    at: datetime = Field(sa_type=Utc)
    mark: str
    """The nominal age in words: `1h`, `24h`, `7d`, or `asked` when a person asked."""
    likes: int | None = None
    reposts: int | None = None
    replies: int | None = None
    quotes: int | None = None
    bookmarks: int | None = None
    views: int | None = None


class Learned(SQLModel, table=True):
    """What a server said when it was last asked."""

    kind: str = Field(primary_key=True)
    """`limits` and `whoami` of an account, or who goes by a `handle`."""
    key: str = Field(primary_key=True)
    """`partner/platform`, or `platform:handle` in lower case."""
    value: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    real_at: datetime = Field(sa_type=Utc)
    """When it said so."""


class Bucket(SQLModel, table=True):
    """How much one account, or all accounts of a place, may still ask of a server. All workers share it."""

    key: str = Field(primary_key=True)
    """The allowance's name, a space, and the account or place."""
    real_tat: datetime | None = Field(default=None, sa_type=Utc)
    """GCRA's theoretical arrival time, where the server has not said what is left."""
    most: int | None = Field(default=None, sa_type=BigInteger)
    """The limit that the server itself named last."""
    remaining: int | None = Field(default=None, sa_type=BigInteger)
    """What is left until `real_resets`: as the server said, less what was taken since."""
    real_resets: datetime | None = Field(default=None, sa_type=Utc)
    """When the server begins to count anew."""
    real_since: datetime | None = Field(default=None, sa_type=Utc)
    """When the span began in which something was taken last: what was taken may still be under way."""
    taken: int = Field(default=0, sa_type=BigInteger)
    """In that span."""
    taken_before: int = Field(default=0, sa_type=BigInteger)
    """In the span before it."""


class Spend(SQLModel, table=True):
    """Money spent on a platform in one month."""

    platform: str = Field(primary_key=True)
    month: str = Field(primary_key=True)
    """`2027-05`: campaign time, UTC, as X bills."""
    what: str = Field(primary_key=True)
    """`posts`, `readings`, `deletions`."""
    micros: int = Field(sa_column=Column(BigInteger, nullable=False))
    """Millionths of a US dollar."""


def _table(name: str) -> Table:
    return SQLModel.metadata.tables[name]


META = _table("meta")
ACCOUNT = _table("account")
GATE = _table("gate")
DELIVERY = _table("delivery")
PART = _table("part")
ATTEMPT = _table("attempt")
MOVE = _table("move")
READING = _table("reading")
LEARNED = _table("learned")
BUCKET = _table("bucket")
SPEND = _table("spend")


def folio_of(delivery: Any) -> ScalarSelect[int]:
    """The folio of the delivery with this id, for a condition."""
    return select(DELIVERY.c.folio).where(DELIVERY.c.id == delivery).scalar_subquery()
