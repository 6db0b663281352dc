"""Tables of stops, approvals, and the audit log of what people did."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

INSTANT = sa.DateTime(timezone=True)
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "stop",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("real_at", INSTANT, nullable=False),
        sa.Column("asked_by", sa.String(), nullable=True),
        sa.Column("asked_why", sa.String(), nullable=True),
        sa.Column("real_asked", INSTANT, nullable=True),
        sa.Column("lifted_at", INSTANT, nullable=True),
        sa.Column("lifted_by", sa.String(), nullable=True),
        sa.Column("lifted_why", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    in_force = sa.text("lifted_at IS NULL")
    op.create_index("stop_in_force", "stop", ["id"], sqlite_where=in_force, postgresql_where=in_force)
    op.create_table(
        "approval",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("delivery", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("real_at", INSTANT, nullable=False),
        sa.Column("why", sa.String(), nullable=True),
        sa.Column("seen", sa.String(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("message", sa.JSON(), nullable=True),
        sa.Column("void_at", INSTANT, nullable=True),
        sa.Column("void_why", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["delivery"], ["delivery.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_approval_delivery", "approval", ["delivery"])
    op.create_table(
        "deed",
        sa.Column("number", SERIAL, autoincrement=False, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("real_at", INSTANT, nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("why", sa.String(), nullable=True),
        sa.Column("payload", sa.JSON(), nullable=True),
        sa.Column("salt", sa.String(), nullable=True),
        sa.Column("payload_digest", sa.String(), nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.add_column("delivery", sa.Column("approvals_needed", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("delivery", sa.Column("approvals_why", sa.String(), nullable=True))
    op.add_column("delivery", sa.Column("author", sa.String(), nullable=True))
    op.add_column("delivery", sa.Column("erased_at", INSTANT, nullable=True))
    unseen = sa.text("state = 'waiting' AND approvals_needed > 0")
    op.create_index("delivery_review", "delivery", ["due_at"], sqlite_where=unseen, postgresql_where=unseen)
    cut = sa.text("state = 'cut'")
    op.create_index("delivery_cut", "delivery", ["due_at"], sqlite_where=cut, postgresql_where=cut)
    removing = sa.text("state = 'removing'")
    op.create_index("delivery_removing", "delivery", ["lease_until"], sqlite_where=removing, postgresql_where=removing)


def downgrade() -> None:
    raise NotImplementedError("a ledger only moves forward: restore a backup instead")
