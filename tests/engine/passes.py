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
def app(ledger: WoundLedger, world: World) -> FakeDesk:
    return FakeDesk(ledger, world, NOW, Workshop())


def go(app: FakeDesk, *deliveries: Planned, now: datetime | None = None, workers: int = 4) -> PassResult:
    """Queue these, if any, and run a pass at `now`."""
    if deliveries:
        queue(app.ledger, *deliveries, now=app.time.now())
    if now is not None:
        app.time.set(now)
    app.as_queued()
    return run_pass(app, workers=workers)
