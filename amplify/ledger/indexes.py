"""The ledger's partial indexes: what keeps a claim fast among millions of rows.

Apart from the tables, because naming them makes SQLAlchemy load every dialect, and a pass with nothing due must
stay cheap. Alembic and the tests load them.
"""

from __future__ import annotations

from sqlalchemy import Index, text

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
Index("delivery_sent", DELIVERY.c.sent_at)
Index("delivery_base", DELIVERY.c.base)
Index("delivery_boost", DELIVERY.c.boost_of)
Index("reading_once", READING.c.delivery, READING.c.part, READING.c.mark)
