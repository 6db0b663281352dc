"""Why an account waits: what its platform said, apart from what its own rate limits want. And what platforms do not
take just now is found without reading all that waits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    failing = sa.text("state = 'waiting' AND substr(cause, 1, 9) = 'platform:'")
    op.create_index("delivery_failing", "delivery", ["account"], sqlite_where=failing, postgresql_where=failing)
    op.add_column("account", sa.Column("waits_why", sa.String(), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("a ledger only moves forward: restore a backup instead")
