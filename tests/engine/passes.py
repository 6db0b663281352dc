"""A desk with a platform in memory, and one pass of it."""

from __future__ import annotations

from datetime import datetime

import pytest
from ledger.databases import WoundLedger
from ledger.rows import NOW, queue
from workshop import Workshop

from amplify.engine.publish import PassResult, run_pass
from amplify.model.plan import Planned
from engine.fake import FakeDesk, World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def desk(ledger: WoundLedger, world: World) -> FakeDesk:
    return FakeDesk(ledger, world, NOW, Workshop())


def go(desk: FakeDesk, *deliveries: Planned, now: datetime | None = None, workers: int = 4) -> PassResult:
    """Queue these, if any, and run a pass at `now`."""
    if deliveries:
        queue(desk.ledger, *deliveries, now=desk.time.now())
    if now is not None:
        desk.time.set(now)
    desk.as_queued()
    return run_pass(desk, workers=workers)
