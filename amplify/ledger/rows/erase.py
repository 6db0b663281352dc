"""Erasure of texts in deliveries and audit events; states, times, receipts, counts and hashes are kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, RowMapping, func, select, true, update

from amplify.ledger.database import Ledger
from amplify.ledger.decision_tables import APPROVAL, DEED, STOP
from amplify.ledger.queries.audit_log import ERASING
from amplify.ledger.tables import DELIVERY, MOVE, PART
from amplify.model.delivery import DeliveryState

SETTLED: Final = (
    DeliveryState.SENT,
    DeliveryState.REFUSED,
    DeliveryState.MISSED,
    DeliveryState.CANCELLED,
    DeliveryState.CUT,
    DeliveryState.REMOVED,
    DeliveryState.GONE,
)
"""States in which nothing more is sent, so that texts are no longer needed."""

PAGE: Final = 500


def count_deliveries(connection: Connection) -> int:
    """Count all deliveries, whatever their state."""
    return _count(connection, true())


def delivery_pages(connection: Connection) -> Iterator[Sequence[RowMapping]]:
    """Read all deliveries with their texts, by id, page by page."""
    return _pages(connection, true())


def read_deliveries(connection: Connection, ids: Sequence[str]) -> list[RowMapping]:
    """Read these deliveries with their texts, by id."""
    return [row for rows in _pages(connection, DELIVERY.c.id.in_(ids)) for row in rows]


def count_erasable_deliveries(connection: Connection, before: datetime) -> int:
    """Count deliveries, due before an instant (UTC), whose texts can be erased."""
    return _count(connection, _erasable(before))


def read_erasable_deliveries(connection: Connection, before: datetime) -> Sequence[RowMapping]:
    """Read the first of these deliveries, with their texts; none where everything has been erased."""
    return next(_pages(connection, _erasable(before)), [])


def _erasable(before: datetime) -> ColumnElement[bool]:
    settled = DELIVERY.c.state.in_([state.value for state in SETTLED]) & DELIVERY.c.erased_at.is_(None)
    return settled & (DELIVERY.c.due_at < before)


def _count(connection: Connection, which: ColumnElement[bool]) -> int:
    return connection.execute(select(func.count()).select_from(DELIVERY).where(which)).scalar_one()


def _pages(connection: Connection, which: ColumnElement[bool]) -> Iterator[Sequence[RowMapping]]:
    columns = [
        DELIVERY.c[name] for name in ("id", "post", "account", "state", "message", "subjects", "hashtags", "why")
    ]
    last = ""
    while rows := list(
        connection.execute(
            select(*columns).where(which, DELIVERY.c.id > last).order_by(DELIVERY.c.id).limit(PAGE)
        ).mappings()
    ):
        yield rows
        last = rows[-1]["id"]


def erase_words(
    connection: Connection, rows: Sequence[RowMapping], keeps: Callable[[str], bool], now: datetime
) -> None:
    """Erase the texts of these deliveries, their uploads, what reviewers saw, and the reasons of their transitions.

    `keeps`: whether a subject or a hashtag stays. `now`: campaign time.
    """
    for row in rows:
        connection.execute(
            update(DELIVERY)
            .where(DELIVERY.c.id == row["id"])
            .values(
                message=_emptied(row["message"]),
                subjects=[one for one in row["subjects"] if keeps(one)],
                hashtags=[one for one in row["hashtags"] if keeps(one)],
                why=None,
                cause=None,
                erased_at=now,
            )
        )
    ids = [row["id"] for row in rows]
    connection.execute(update(PART).where(PART.c.delivery.in_(ids)).values(prepared=None))
    folios = select(DELIVERY.c.folio).where(DELIVERY.c.id.in_(ids))
    connection.execute(update(MOVE).where(MOVE.c.folio.in_(folios)).values(why=None))
    connection.execute(update(APPROVAL).where(APPROVAL.c.delivery.in_(ids)).values(message=None, why=None))


def erase_seen(connection: Connection, approvals: Sequence[int]) -> None:
    """Erase what reviewers saw of deliveries that have another text today."""
    connection.execute(update(APPROVAL).where(APPROVAL.c.id.in_(approvals)).values(message=None, why=None))


def erase_stops(connection: Connection, stops: Sequence[int]) -> None:
    """Erase the texts of lifted stops."""
    mine = update(STOP).where(STOP.c.id.in_(stops), STOP.c.lifted_at.is_not(None))
    connection.execute(mine.values(subject="", words=[], why="", asked_why=None, lifted_why=None))


def seen_messages(connection: Connection) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Read the messages that reviewers saw, by approval."""
    last = 0
    while rows := list(
        connection.execute(
            select(APPROVAL.c.id, APPROVAL.c.message)
            .where(APPROVAL.c.id > last, APPROVAL.c.message.is_not(None))
            .order_by(APPROVAL.c.id)
            .limit(PAGE)
        )
    ):
        yield from ((number, message) for number, message in rows)
        last = rows[-1][0]


def lifted_stops(connection: Connection, before: datetime | None = None) -> list[RowMapping]:
    """Read stops that were lifted before an instant (UTC)."""
    query = select(STOP.c.id, STOP.c.kind, STOP.c.subject, STOP.c.words, STOP.c.why).where(
        STOP.c.lifted_at.is_not(None), STOP.c.subject != ""
    )
    return list(connection.execute(query if before is None else query.where(STOP.c.lifted_at < before)).mappings())


def old_deeds(connection: Connection, before: datetime) -> list[int]:
    """Read audit events before an instant (UTC) whose payload is not erased yet."""
    query = (
        select(DEED.c.number)
        .where(DEED.c.at < before, DEED.c.salt.is_not(None), DEED.c.act.not_in(sorted(ERASING)))
        .order_by(DEED.c.number)
    )
    return list(connection.execute(query).scalars())


def overwrite_deleted(connection: Connection) -> None:
    """Have all that this connection deletes from now on overwritten on disk (SQLite; PostgreSQL: by VACUUM)."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete=ON")


def settle_files(ledger: Ledger) -> None:
    """Checkpoint SQLite's write-ahead log, so that the file itself is overwritten; nothing to do on PostgreSQL."""
    if ledger.sqlite:
        with ledger.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def pictures_of(message: Mapping[str, Any]) -> set[str]:
    """The hashes of the pictures that a message carries, also of those that a banner is painted from."""
    cards = [part["card"]["picture"] for part in message["parts"] if part["card"] and part["card"]["picture"]]
    own = [picture for part in message["parts"] for picture in part["pictures"]]
    inside = [one for picture in own if "banner" in picture for one in picture["banner"]["pictures"] if one is not None]
    return {picture["sha256"] for picture in (*own, *cards)} | {sha256 for _, sha256 in inside}


def _emptied(message: Mapping[str, Any]) -> dict[str, Any]:
    """The same message without texts and pictures: as many parts, and a boost's target by id."""
    nothing: dict[str, Any] = {"text": "", "entities": [], "pictures": [], "card": None}
    boost = message["boost"]
    return {
        **message,
        "content_warning": None,
        "parts": [dict(nothing) for _ in message["parts"]],
        "boost": {**boost, "url": None} if boost else None,
    }
