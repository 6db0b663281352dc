"""Partial indexes of the ledger, which keep a claim fast among millions of rows.

Apart from the tables, because naming them makes SQLAlchemy load every dialect, and a pass with nothing due must
stay cheap. Alembic and the tests load them.
"""

from __future__ import annotations

from sqlalchemy import Index, text

from amplify.ledger.decision_tables import APPROVAL, STOP
from amplify.ledger.tables import DELIVERY, READING

_waiting = text("state = 'waiting'")
_held = text("state IN ('claimed', 'sending')")
_unsure = text("state = 'unsure'")
Index("delivery_due", DELIVERY.c.look_at, DELIVERY.c.id, sqlite_where=_waiting, postgresql_where=_waiting)
Index(
    "delivery_next",
    DELIVERY.c.account,
    DELIVERY.c.look_at,
    DELIVERY.c.due_at,
    DELIVERY.c.id,
    sqlite_where=_waiting,
    postgresql_where=_waiting,
)
Index("delivery_late", DELIVERY.c.late_at, sqlite_where=_waiting, postgresql_where=_waiting)
Index("delivery_held", DELIVERY.c.account, sqlite_where=_held, postgresql_where=_held)
Index("delivery_unsure", DELIVERY.c.look_at, sqlite_where=_unsure, postgresql_where=_unsure)
_removing = text("state = 'removing'")
Index("delivery_removing", DELIVERY.c.lease_until, sqlite_where=_removing, postgresql_where=_removing)
_out = text("sent_at IS NOT NULL")  # so that what waits, and is moved often, need not be entered in them
Index("delivery_sent", DELIVERY.c.sent_at, sqlite_where=_out, postgresql_where=_out)
Index("delivery_folio", DELIVERY.c.folio, unique=True)
Index("delivery_base", DELIVERY.c.base)
_boost = text("boost_of IS NOT NULL")
Index("delivery_boost", DELIVERY.c.boost_of, sqlite_where=_boost, postgresql_where=_boost)
_boost_waits = text("state = 'waiting' AND boost_of IS NOT NULL")
Index("delivery_boost_waits", DELIVERY.c.boost_of, sqlite_where=_boost_waits, postgresql_where=_boost_waits)
Index("reading_once", READING.c.delivery, READING.c.part, READING.c.mark)
_in_force = text("lifted_at IS NULL")
Index("stop_in_force", STOP.c.id, sqlite_where=_in_force, postgresql_where=_in_force)
_unseen = text("state = 'waiting' AND approvals_needed > 0")
Index("delivery_review", DELIVERY.c.due_at, sqlite_where=_unseen, postgresql_where=_unseen)
_rejected = text("verdict = 'rejected' AND void_at IS NULL")
Index("approval_rejected", APPROVAL.c.words, sqlite_where=_rejected, postgresql_where=_rejected)
_failing = text("state = 'waiting' AND substr(cause, 1, 9) = 'platform:'")
Index("delivery_failing", DELIVERY.c.account, sqlite_where=_failing, postgresql_where=_failing)
_cut = text("state = 'cut'")
Index("delivery_cut", DELIVERY.c.due_at, sqlite_where=_cut, postgresql_where=_cut)
