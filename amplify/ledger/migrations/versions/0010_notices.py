"""Notices: what each recipient was told of, or is to be told of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

INSTANT = sa.DateTime(timezone=True)

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("recipient", sa.String(), primary_key=True),
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("real_since", INSTANT, nullable=False),
        sa.Column("real_after", INSTANT, nullable=False),
        sa.Column("real_leased", INSTANT, nullable=True),
        sa.Column("real_told", INSTANT, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("why", sa.String(), nullable=True),
    )


def downgrade() -> None:
    raise NotImplementedError("a ledger only moves forward: restore a backup instead")
