"""Tables of rate limit buckets, shared by all workers, and of the money spent in a month."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "bucket",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("real_tat", sa.DateTime(timezone=True), nullable=True),
        sa.Column("most", sa.BigInteger(), nullable=True),
        sa.Column("remaining", sa.BigInteger(), nullable=True),
        sa.Column("real_resets", sa.DateTime(timezone=True), nullable=True),
        sa.Column("real_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken", sa.BigInteger(), nullable=False),
        sa.Column("taken_before", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "spend",
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("micros", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("platform", "month", "what"),
    )
    op.add_column("account", sa.Column("place", sa.String(), nullable=True))
    op.add_column("account", sa.Column("gap", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("delivery", sa.Column("cost", sa.Integer(), nullable=False, server_default="0"))
    for name, column in (("delivery_sent", "sent_at"), ("delivery_boost", "boost_of")):
        there = sa.text(f"{column} IS NOT NULL")
        op.drop_index(name, "delivery")
        op.create_index(name, "delivery", [column], sqlite_where=there, postgresql_where=there)


def downgrade() -> None:
    raise NotImplementedError("a ledger only moves forward: restore a backup instead")
