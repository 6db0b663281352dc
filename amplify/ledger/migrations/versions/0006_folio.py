"""Folio: a sequence number for each delivery, which is the key of log and attempts instead of its id.

Ids are as good as random, and each entry of a log that is kept by them lands on a page of its own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("delivery", sa.Column("folio", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE delivery SET folio = numbered.folio FROM "
        "(SELECT id, row_number() OVER (ORDER BY queued_at, due_at, id) AS folio FROM delivery) AS numbered "
        "WHERE delivery.id = numbered.id"
    )
    op.create_index("delivery_folio", "delivery", ["folio"], unique=True)
    for table in ("move", "attempt"):
        op.add_column(table, sa.Column("folio", sa.BigInteger(), nullable=True))
        op.execute(
            f"UPDATE {table} SET folio = delivery.folio FROM delivery "  # noqa: S608 - our own words
            f"WHERE delivery.id = {table}.delivery"
        )
        op.drop_index(f"ix_{table}_delivery", table)
        with op.batch_alter_table(table) as batch:
            batch.alter_column("folio", nullable=False)
            batch.drop_column("delivery")
        op.create_index(f"ix_{table}_folio", table, ["folio"])


def downgrade() -> None:
    raise NotImplementedError("a ledger only moves forward: restore a backup instead")
