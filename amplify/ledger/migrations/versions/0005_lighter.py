"""Cheaper begin marks: no foreign keys on the log and the attempts, and a smaller index of boosts that wait.

Deliveries are never removed, so nothing has to be checked; and boosts that wait are found without a look at those that
are out. On PostgreSQL parts and attempts have room beside them for their receipts (fill factor)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_NAMES = {"fk": "%(table_name)s_%(column_0_name)s_fkey"}


def upgrade() -> None:
    for table in ("move", "attempt"):
        with op.batch_alter_table(table, naming_convention=_NAMES) as batch:
            batch.drop_constraint(f"{table}_delivery_fkey", type_="foreignkey")
    waits = sa.text("state = 'waiting' AND boost_of IS NOT NULL")
    op.create_index("delivery_boost_waits", "delivery", ["boost_of"], sqlite_where=waits, postgresql_where=waits)
    if op.get_bind().dialect.name == "postgresql":
        for table in ("part", "attempt"):
            op.execute(f"ALTER TABLE {table} SET (fillfactor = 60)")


def downgrade() -> None:
    raise NotImplementedError("a ledger only moves forward: restore a backup instead")
