"""Tables of the ledger: deliveries, their parts, attempts and log, accounts, gates, rate limits, money.

The ledger holds what happened; the files hold what is intended.

Instants are UTC. Columns named `*_at` hold campaign time, those named `real_*` and `lease_until` real time.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Dialect,
    Integer,
    ScalarSelect,
    String,
    Table,
    Text,
    TypeDecorator,
    literal_column,
    select,
)
from sqlmodel import Field, SQLModel

Serial = BigInteger().with_variant(Integer(), "sqlite")


class UtcInstant(TypeDecorator[datetime]):
    """Aware UTC instants. SQLite has no zones, so it stores the UTC wall clock."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant in the ledger needs a zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class InlineLiteral(TypeDecorator[str]):
    """A column whose conditions stand in the statement itself, and not as parameters.

    A partial index serves a statement only where the database can see that its condition holds: SQLite while it
    plans, PostgreSQL also in a plan that it made for any parameter.
    """

    impl = String
    cache_ok = True

    class comparator_factory(TypeDecorator.Comparator[str]):
        def operate(self, op: Any, *other: Any, **options: Any) -> Any:
            return super().operate(op, *(_in_words(one) for one in other), **options)


def _in_words(value: Any) -> Any:
    if isinstance(value, str):
        if not value.isidentifier():
            raise ValueError(f"{value!r} is no word")
        return literal_column(f"'{value}'", Text)
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_in_words(one) for one in value]
    return value


class MetaRow(SQLModel, table=True):
    """Key and value: workspace id, what was queued last, from which files."""

    __tablename__ = "meta"

    key: str = Field(primary_key=True)
    value: str


class AccountRow(SQLModel, table=True):
    """One of our accounts, and whether it is paused."""

    __tablename__ = "account"

    id: str = Field(primary_key=True)
    """`partner/platform`."""
    platform: str
    paused_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    paused_why: str | None = None
    """What a person must mend."""
    real_not_before: datetime | None = Field(default=None, sa_type=UtcInstant)
    """Not before: the platform asked us to wait until then, or its buckets are empty until then."""
    place: str | None = None
    """Rate scope: `platform:host` of its server, where some limits are shared by all of our accounts."""
    waits_why: str | None = None
    """What its platform said as it asked us to wait until `real_not_before`; null where it waits for its buckets."""
    gap: int = Field(default=0, sa_column=Column(Integer, nullable=False, default=0, server_default="0"))
    """Minimum interval of its posts, in seconds; 0: not set."""


class GateRow(SQLModel, table=True):
    """Whether a subject may be spoken of: copied from the files by `queue`, asked before every call."""

    __tablename__ = "gate"

    kind: str = Field(primary_key=True)
    """`person`, `fact`, `action`, `campaign`, `partner`, `account`."""
    subject: str = Field(primary_key=True)
    closed: str | None = None
    """Why nothing about it goes out; null while it is open."""
    opens_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    closes_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    after: str | None = None
    """The reason shown once `closes_at` has passed."""
    pauses: list[list[str]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False, default=list))
    """Quiet periods: start and end (ISO 8601, UTC) and the reason."""
    state: str | None = None
    """Of a person's own gate: the state (`died`, `family_hold` …) that closes it; null where none does."""


class DeliveryRow(SQLModel, table=True):
    """One post for one account at one due time. The table is the queue."""

    __tablename__ = "delivery"

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
    due_at: datetime = Field(sa_type=UtcInstant)
    late_at: datetime = Field(sa_type=UtcInstant)
    """From this instant on it is missed."""
    look_at: datetime = Field(sa_type=UtcInstant)
    """Not looked at before: the due time, or when the reason for a hold can change."""
    state: str = Field(sa_type=InlineLiteral)
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
    """What publishing it costs, in millionths of a US dollar."""
    approvals_needed: int = Field(default=0, sa_column=Column(Integer, nullable=False, default=0, server_default="0"))
    """How many people must have approved exactly this before it goes out."""
    approvals_why: str | None = None
    """Why so many."""
    author: str | None = None
    """The author, who cannot be its second approver."""
    erased_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    """When its texts were erased; hashes and counts stay."""
    owner: str | None = None
    """Owner of its claim: the fencing token."""
    lease_until: datetime | None = Field(default=None, sa_type=UtcInstant)
    queued_at: datetime = Field(sa_type=UtcInstant)
    sent_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    folio: int = Field(sa_column=Column(BigInteger, nullable=False, server_default="0"))
    """Sequence number: from 1, in the order in which deliveries were queued. It is the key of log and attempts, so that
    what is written together lies together, however many deliveries there are."""


class PartRow(SQLModel, table=True):
    """One part (message) of a delivery; a boost has one, without text."""

    __tablename__ = "part"

    delivery: str = Field(primary_key=True, foreign_key="delivery.id")
    number: int = Field(primary_key=True)
    """From 0."""
    key: str
    """Idempotency key, fixed for ever."""
    record_key: str
    """Bluesky record key, fixed for ever."""
    created_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    """When the first attempt began; identical on every retry."""
    prepared: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    """Uploaded media and resolved handles, stored before the first attempt."""
    remote_id: str | None = None
    url: str | None = None
    extra: str = ""
    sent_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    removed_at: datetime | None = Field(default=None, sa_type=UtcInstant)


class AttemptRow(SQLModel, table=True):
    """One attempt to send one part. Append-only but for its outcome."""

    __tablename__ = "attempt"

    id: int | None = Field(default=None, sa_column=Column(Serial, primary_key=True, autoincrement=True))
    folio: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    """Of its delivery."""
    part: int
    owner: str
    at: datetime = Field(sa_type=UtcInstant)
    real_began: datetime = Field(sa_type=UtcInstant)
    real_ended: datetime | None = Field(default=None, sa_type=UtcInstant)
    outcome: str | None = None
    """`sent`, `try_later`, `refused`, `logged_out`, `unknown`; null: no outcome is known."""
    why: str | None = Field(default=None, sa_column=Column(Text, nullable=True))


class MoveRow(SQLModel, table=True):
    """One transition: a delivery's change of state. Append-only."""

    __tablename__ = "move"

    id: int | None = Field(default=None, sa_column=Column(Serial, primary_key=True, autoincrement=True))
    folio: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    """Of its delivery."""
    at: datetime = Field(sa_type=UtcInstant)
    real_at: datetime = Field(sa_type=UtcInstant)
    before: str | None
    """Null for the first."""
    after: str
    by: str
    """The command that made it, or the person."""
    why: str | None = Field(default=None, sa_column=Column(Text, nullable=True))


class ReadingRow(SQLModel, table=True):
    """Engagement of one part at one time. Append-only. Null: the platform does not say."""

    __tablename__ = "reading"

    id: int | None = Field(default=None, sa_column=Column(Serial, primary_key=True, autoincrement=True))
    delivery: str = Field(foreign_key="delivery.id", index=True)
    part: int
    at: datetime = Field(sa_type=UtcInstant)
    mark: str
    """The nominal age: `1h`, `24h`, `7d`, or `asked` when a person asked."""
    likes: int | None = None
    reposts: int | None = None
    replies: int | None = None
    quotes: int | None = None
    bookmarks: int | None = None
    views: int | None = None


class LearnedRow(SQLModel, table=True):
    """Cached server info: what a server said when it was last asked."""

    __tablename__ = "learned"

    kind: str = Field(primary_key=True)
    """`limits` and `whoami` of an account, or who goes by a `handle`."""
    key: str = Field(primary_key=True)
    """`partner/platform`, or `platform:handle` in lower case."""
    value: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    real_at: datetime = Field(sa_type=UtcInstant)
    """When it said so."""


class BucketRow(SQLModel, table=True):
    """Rate limit bucket: how much an account, or all accounts of a rate scope, may still ask of a server. All workers
    share it."""

    __tablename__ = "bucket"

    key: str = Field(primary_key=True)
    """The rate limit's name, a space, and the account or rate scope."""
    real_tat: datetime | None = Field(default=None, sa_type=UtcInstant)
    """GCRA's theoretical arrival time, where the server has not said what is left."""
    most: int | None = Field(default=None, sa_type=BigInteger)
    """The limit that the server itself named last."""
    remaining: int | None = Field(default=None, sa_type=BigInteger)
    """What is left until `real_resets`: as the server said, less what was taken since."""
    real_resets: datetime | None = Field(default=None, sa_type=UtcInstant)
    """When the server begins to count anew."""
    real_since: datetime | None = Field(default=None, sa_type=UtcInstant)
    """When the span began in which something was taken last: what was taken may still be under way."""
    taken: int = Field(default=0, sa_type=BigInteger)
    """In that span."""
    taken_before: int = Field(default=0, sa_type=BigInteger)
    """In the span before it."""


class SpendRow(SQLModel, table=True):
    """Money spent on a platform in one month."""

    __tablename__ = "spend"

    platform: str = Field(primary_key=True)
    month: str = Field(primary_key=True)
    """`2027-05`: campaign time, UTC, as X bills."""
    what: str = Field(primary_key=True)
    """`posts`, `readings`, `deletions`."""
    micros: int = Field(sa_column=Column(BigInteger, nullable=False))
    """Millionths of a US dollar."""


class NoticeRow(SQLModel, table=True):
    """What one recipient was told of, or is to be told of: by e-mail or webhook, each key once."""

    __tablename__ = "notice"

    recipient: str = Field(primary_key=True)
    """A hash of the recipient: an address may hold a secret."""
    key: str = Field(primary_key=True)
    event: str
    about: str
    real_since: datetime = Field(sa_type=UtcInstant)
    real_after: datetime = Field(sa_type=UtcInstant)
    """Not before: quiet hours, the time of a daily digest, or the backoff after a failure."""
    real_leased: datetime | None = Field(default=None, sa_type=UtcInstant)
    """Whoever is telling it now has until then."""
    real_told: datetime | None = Field(default=None, sa_type=UtcInstant)
    """When it was told, or given up (`why`), or no longer true."""
    attempts: int = Field(default=0, sa_column=Column(Integer, nullable=False, default=0, server_default="0"))
    why: str | None = None
    """Why the last attempt failed."""


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
NOTICE = _table("notice")


def folio_of(delivery: Any) -> ScalarSelect[int]:
    """Subquery: the folio of the delivery with this id."""
    return select(DELIVERY.c.folio).where(DELIVERY.c.id == delivery).scalar_subquery()
