"""Codes beside sentences: the state for which a person's gate is closed, and the cause of a delivery's hold or end.

Rows of older ledgers are filled in from the sentences that amplify wrote up to revision 0006. These are history: they
are spelled out here once more and never follow the wording of today. Where a person's gate is closed by a sentence that
no amplify wrote (a changed or translated one), nobody knows why; then the state is `unknown`, which is one of those
that are only left with the word of two people, until the next `amplify queue` writes what the files say.
"""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_GATE = sa.table("gate", sa.column("kind"), sa.column("subject"), sa.column("closed"), sa.column("state"))
_DELIVERY = sa.table("delivery", sa.column("id"), sa.column("why"), sa.column("cause"))

_SILENT = ("release_reported", "release_confirmed", "died", "transferred", "family_hold", "unknown")
_BY_STATE = "{} is {}"
_OTHERWISE = ("the consent of {} was withdrawn", "the consent of {} does not cover the name")
_STOPPED = re.compile(r"\(person ([^()]+)\): |\bperson (\S+) was stopped")
"""`stopped by vera (person anna): …`, with or without `held until too late: ` before it; `due while person anna was
stopped: …`."""


def upgrade() -> None:
    op.add_column("gate", sa.Column("state", sa.String(), nullable=True))
    op.add_column("delivery", sa.Column("cause", sa.String(), nullable=True))
    connection = op.get_bind()
    _states(connection)
    _causes(connection)


def _states(connection: sa.Connection) -> None:
    """Fill in the state of each person's own gate; gates of posts written for a state are called `anna@died`."""
    closed = sa.select(_GATE.c.subject, _GATE.c.closed).where(
        _GATE.c.kind == "person", _GATE.c.closed.is_not(None), _GATE.c.subject.not_like("%@%")
    )
    for subject, why in connection.execute(closed).all():
        if why in [one.format(subject) for one in _OTHERWISE]:
            continue
        told = {_BY_STATE.format(subject, state.replace("_", " ")): state for state in _SILENT}
        mine = sa.update(_GATE).where(_GATE.c.kind == "person", _GATE.c.subject == subject)
        connection.execute(mine.values(state=told.get(why, "unknown")))


def _causes(connection: sa.Connection) -> None:
    """Fill in the cause of what a person's stop held: reports leave such reasons out. Those of gates name the person,
    and are left out for that."""
    held = sa.select(_DELIVERY.c.id, _DELIVERY.c.why).where(_DELIVERY.c.why.like("%person %"))
    found = [(id, match[1] or match[2]) for id, why in connection.execute(held) if (match := _STOPPED.search(why))]
    if found:
        mine = sa.update(_DELIVERY).where(_DELIVERY.c.id == sa.bindparam("mine"))
        rows = [{"mine": id, "about": f"stop:person:{person}"} for id, person in found]
        connection.execute(mine.values(cause=sa.bindparam("about")), rows)


def downgrade() -> None:
    raise NotImplementedError("a ledger only moves forward: restore a backup instead")
