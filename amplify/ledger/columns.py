"""Column types of the ledger: UTC timestamps, and literals that are inlined for partial indexes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, String, Text, TypeDecorator, literal_column

Serial = BigInteger().with_variant(Integer(), "sqlite")


class UtcInstant(TypeDecorator[datetime]):
    """Timestamp column: aware UTC instants. SQLite has no zones, so it stores the UTC wall clock."""

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
    """A column type whose compared values are inlined into the SQL as literals, not bound as parameters.

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
