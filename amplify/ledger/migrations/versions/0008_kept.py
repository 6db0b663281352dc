"""What is kept against the files: rejected words, who was ever spoken for, what protects them; and verdicts are tied to
the audit log.

Verdicts of older ledgers get the number of their entry in the log. Approvals were bound to less than today and have to
be given anew; rejections go on, bound to the words that were seen.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from amplify.rules.plan.approval_policy import words_hash

INSTANT = sa.DateTime(timezone=True)

revision = "0008"
down_revision = "0007"

_ACTS = {"approved": "approve", "rejected": "reject"}
_APPROVAL = sa.table(
    "approval",
    *(sa.column(name) for name in ("id", "delivery", "verdict", "by", "seen", "words", "deed", "at")),
    sa.column("message", sa.JSON),
)
_DEED = sa.table(
    "deed",
    *(sa.column(name) for name in ("number", "act", "actor", "at", "subject")),
    sa.column("payload", sa.JSON),
)


def upgrade() -> None:
    op.add_column("approval", sa.Column("late_at", INSTANT, nullable=True))
    op.add_column("approval", sa.Column("words", sa.String(), nullable=True))
    op.add_column("approval", sa.Column("deed", sa.BigInteger(), nullable=True))
    standing = sa.text("verdict = 'rejected' AND void_at IS NULL")
    op.create_index("approval_rejected", "approval", ["words"], sqlite_where=standing, postgresql_where=standing)
    op.create_table(
        "known_person",
        sa.Column("person", sa.String(), primary_key=True),
        sa.Column("forms", sa.JSON(), nullable=False),
        sa.Column("former", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("gone_at", INSTANT, nullable=True),
    )
    op.create_table(
        "protection",
        sa.Column("kind", sa.String(), primary_key=True),
        sa.Column("subject", sa.String(), primary_key=True),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("wanted", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("rejected_by", sa.String(), nullable=True),
        sa.Column("deed", sa.BigInteger(), nullable=True),
    )
    _tie_verdicts(op.get_bind())


def _tie_verdicts(connection: sa.Connection) -> None:
    deeds = sa.select(_DEED).where(_DEED.c.act.in_(_ACTS.values())).order_by(_DEED.c.number)
    told: dict[tuple[object, ...], int] = {}
    for row in connection.execute(deeds).mappings():
        seen = (row["payload"] or {}).get("seen")  # null where it was erased
        told[row["act"], row["actor"], row["at"], row["subject"], seen] = row["number"]
    for row in connection.execute(sa.select(_APPROVAL)).mappings().all():
        who = (_ACTS.get(row["verdict"]), row["by"], row["at"])
        deed = told.get((*who, f"delivery:{row['delivery']}", row["seen"])) or told.get((*who, None, None))
        rejected = row["verdict"] == "rejected" and row["message"] is not None
        words = words_hash(row["message"]) if rejected else None
        mine = sa.update(_APPROVAL).where(_APPROVAL.c.id == row["id"])
        connection.execute(mine.values(deed=deed, words=words))


def downgrade() -> None:
    raise NotImplementedError("a ledger only moves forward: restore a backup instead")
