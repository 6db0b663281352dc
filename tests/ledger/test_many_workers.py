"""Several processes with several threads each, on one ledger: no row is ever taken twice."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta

from amplify.model.gate import Gate
from ledger import rows
from ledger.databases import WoundLedger
from ledger.rows import NOW, planned, queue
from ledger.together import at_once

ACCOUNTS, EACH = 15, 8
WORKERS = """
    import json, threading
    from datetime import datetime, timedelta
    from amplify.ledger.rows.claim import ClaimRequest, claim_due
    from amplify.ledger.rows.begin_mark import Begun, BeginRequest, begin_requests
    from amplify.ledger.rows.receipts import PublishedPart, record_receipts
    from amplify.ledger.database import Ledger
    from amplify.model.platform import Receipt

    ledger = Ledger.open(URL)
    now = datetime.fromisoformat(NOW)
    lease = timedelta(minutes=5)
    begun, overlaps, mine = [], [], set()

    def work(owner):
        empty = 0
        while empty < 3:
            with ledger.write() as connection:
                taken = claim_due(ledger, connection, now, ClaimRequest(owner, lease, 3)).taken
            empty = 0 if taken else empty + 1
            for one in taken:
                with ledger.write() as connection:
                    (mark,) = begin_requests(ledger, connection, [BeginRequest(one, 0, {}, True)], now, lease)
                if isinstance(mark, Begun):
                    begun.append((one.account, one.post))
                    with ledger.write() as connection:
                        record_receipts(ledger, connection, [PublishedPart(one, 0, Receipt("1", ""), True)], now)

    threads = [threading.Thread(target=work, args=(f"{NUMBER}:{n}",)) for n in range(4)]
    ready()
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    print(json.dumps(begun))
"""


def test_two_processes_with_four_threads_never_take_one_row_twice(ledger: WoundLedger, database: str) -> None:
    deliveries = [
        planned(f"n{number}", f"p{account}/x", due=NOW + timedelta(minutes=number))
        for account in range(ACCOUNTS)
        for number in range(EACH)
    ]
    shut = [planned("shut", f"p{account}/x", subjects=("person:anna",)) for account in range(ACCOUNTS)]
    queue(ledger, *deliveries, *shut)
    rows.gates(ledger, Gate("campaign", "free"), Gate("person", "anna", closed="released"))
    now = NOW + timedelta(hours=1)
    said = at_once(2, WORKERS, URL=database, NOW=now.isoformat())
    begun = [[tuple(one) for one in json.loads(line)] for line in said]
    assert all(begun), "both processes had work"
    counted = Counter(one for own in begun for one in own)
    assert max(counted.values()) == 1
    assert len(counted) == ACCOUNTS * EACH
    assert rows.states(ledger) == {"sent": ACCOUNTS * EACH, "waiting": ACCOUNTS}
    with ledger.read() as connection:
        found = connection.execute(rows.select(rows.ATTEMPT.c.folio, rows.func.count()).group_by(rows.ATTEMPT.c.folio))
        assert {count for _, count in found} == {1}
        ordered = connection.execute(
            rows.select(rows.DELIVERY.c.account, rows.DELIVERY.c.due_at)
            .join(rows.ATTEMPT, rows.ATTEMPT.c.folio == rows.DELIVERY.c.folio)
            .order_by(rows.ATTEMPT.c.real_began, rows.ATTEMPT.c.id)
        ).all()
    for account in range(ACCOUNTS):
        own = [due for name, due in ordered if name == f"p{account}/x"]
        assert own == sorted(own)


def test_two_processes_may_queue_the_same_plan_at_once(ledger: WoundLedger, database: str) -> None:
    """Two machines' cron starts at the same second, on a new ledger."""
    said = at_once(
        3,
        """
        from workshop import Workshop
        from amplify.ledger.database import Ledger
        from amplify.model.clock import ManualClock
        from datetime import datetime, UTC
        from pathlib import Path
        from amplify.context.app_context import AppContext
        from amplify.planning.queue import queue_plan

        shop = Workshop()
        for number in range(20):
            shop.post(f"n{number}", f"text number {number}")
            shop.queue(f"n{number}", f"n{number}", at=f"2027-05-{17 + number % 10}T{number:02}:00:00Z")
        desk = AppContext(Path(HOME), Ledger.open(URL), ManualClock(datetime(2027, 5, 16, tzinfo=UTC)))
        desk.files = shop.workspace
        ready()
        print(len(queue_plan(desk).changes))
        """,
        URL=database,
        HOME="/nowhere",
    )
    assert sorted(said) == ["0", "0", "60"]
    assert rows.states(ledger) == {"waiting": 60}
