"""drain: deliver everything that is due, with several threads and one writer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from threading import Event

from sqlalchemy import Connection

from amplify.ledger.claim import Claimed, claim
from amplify.ledger.writer import Writer
from amplify.steps.deliver import Delivering
from amplify.steps.desk import Desk

Told = Callable[[Claimed, str], None]
"""Told of each delivery and what came of it."""


def drain(desk: Desk, workers: int, told: Told | None, stop: Event | None, outcomes: Counter[str]) -> None:
    """Claim and deliver until nothing is due, or `stop` is set. Each thread may hold one claim ahead.

    `outcomes` counts what came of them; `told` hears of each.
    """
    in_hand: dict[Future[str], Claimed] = {}
    with Writer(desk.ledger) as writer, ThreadPoolExecutor(workers, "deliver") as pool:
        delivering = Delivering(desk, writer)

        def more(connection: Connection) -> list[Claimed]:
            return claim(
                desk.ledger,
                connection,
                now=desk.clock.now(),
                owner=desk.owner,
                lease=desk.timings.lease,
                limit=2 * workers - len(in_hand),
            )

        while True:
            room = len(in_hand) <= workers  # a claim costs nearly the same for one row and for many
            claimed = writer.run(more) if room and not (stop is not None and stop.is_set()) else []
            in_hand.update({pool.submit(delivering.deliver, one): one for one in claimed})
            if not in_hand:
                return
            ended, _ = wait(in_hand, return_when=FIRST_COMPLETED)
            for future in ended:
                one = in_hand.pop(future)
                outcome = future.result()
                outcomes[outcome] += 1
                if told is not None:
                    told(one, outcome)
