"""What people do in the middle of a rehearsal is done at its instant; again only where it was broken off there."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from ledger import rows
from ledger.rows import NOW, planned

from amplify.decisions.stop import stop_subject
from amplify.ledger.holds.stops import StopRequest
from amplify.model.clock import ManualClock
from amplify.operations import rehearse as step
from amplify.operations.rehearse import RehearsalScript, ScriptedEvent, rehearse_campaign
from engine.fake import FakeDesk, World

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _rows_as_they_are(app: FakeDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """There are no files: each pass takes what is queued."""
    real = step.run_pass

    def publish(*words: object, **more: object) -> object:
        app.as_queued()
        return real(*words, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(step, "run_pass", publish)


def play(app: FakeDesk, happening: ScriptedEvent, told: list[datetime]) -> None:
    clock = app.clock
    assert isinstance(clock, ManualClock)
    rehearse_campaign(app, clock, RehearsalScript(NOW, NOW + 4 * HOUR, [happening]), workers=1, stage_time=told.append)


def test_a_stop_in_the_middle(app: FakeDesk, world: World) -> None:
    rows.queue(app.ledger, planned("before", "a/x"), planned("after", "a/x", due=NOW + 2 * HOUR))
    seen: list[datetime] = []

    def act() -> None:
        seen.append(app.clock.now())
        stop_subject(app, StopRequest("all", "", "news", "vera"))

    told: list[datetime] = []
    play(app, ScriptedEvent(NOW + HOUR, act), told)
    assert seen == [NOW + HOUR]
    assert NOW + HOUR in told
    assert world.texts() == ["before from a/x"]


def test_broken_off_there_it_is_done_again_and_later_never(app: FakeDesk) -> None:
    rows.queue(app.ledger, planned("after", "a/x", due=NOW + 2 * HOUR))
    seen: list[datetime] = []

    def act() -> None:
        seen.append(app.clock.now())
        if len(seen) == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        play(app, ScriptedEvent(NOW + HOUR, act), [])
    play(app, ScriptedEvent(NOW + HOUR, act), [])
    assert seen == [NOW + HOUR] * 2
    play(app, ScriptedEvent(NOW + HOUR, act), [])
    assert len(seen) == 2
