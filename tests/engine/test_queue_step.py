"""queue, from files or a workshop to the ledger: stops first, errors refused, many cancellations asked."""

from __future__ import annotations

from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from zoneinfo import TZPATH, reset_tzpath

import pytest
from ledger import rows
from ledger.databases import WoundLedger
from sqlalchemy import select
from workshop import MONDAY, Workshop

from amplify.context.app_context import UnreadableFiles
from amplify.engine.publish import run_pass
from amplify.ledger.database import get_meta
from amplify.ledger.tables import DELIVERY
from amplify.model.errors import NeedsPerson, WrongUse
from amplify.planning.last_queue import note_key, queued_mark
from amplify.planning.queue import queue_plan
from amplify.workspace.zone_data import zone_data_mark
from engine.fake import FakeDesk, World

HOUR = timedelta(hours=1)


def is_current(app: FakeDesk) -> bool:
    """Whether a pass would find that neither files nor the day changed."""
    with app.ledger.read() as connection:
        return get_meta(connection, note_key(app.root)) == queued_mark(app.fingerprint(), app.clock.now())


def shop_with(*posts: str) -> Workshop:
    shop = Workshop()
    for number, post in enumerate(posts):
        shop.post(post, f"What {post} has to say")
        shop.queue(post, post, at=f"2027-05-{18 + number}T09:00:00Z", platforms=["x"])
    return shop


@pytest.fixture
def app(ledger: WoundLedger) -> FakeDesk:
    return FakeDesk(ledger, World(), MONDAY, shop_with("one", "two"))


def signs(app: FakeDesk) -> str:
    app.edited()
    return "".join(change.sign for change in queue_plan(app).changes)


def shop_of(app: FakeDesk) -> Workshop:
    assert app.shop is not None
    return app.shop


def test_twice_changes_nothing(app: FakeDesk) -> None:
    assert signs(app) == "++"
    assert signs(app) == ""
    assert not queue_plan(app).gates_changed


def test_nothing_changed_means_nothing_is_read(app: FakeDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not is_current(app)
    run_pass(app)
    assert is_current(app)
    monkeypatch.setattr(app, "files", None)
    run_pass(app)
    app.time.set(MONDAY + timedelta(days=1))
    assert not is_current(app)  # another day: the horizon moves


def test_cron_alone_never_runs_dry(app: FakeDesk) -> None:
    shop_of(app).settings(horizon_days=5)
    shop_of(app).post("monthly", "The last day of the month", repeat={"after": "1d"})
    shop_of(app).queue("monthly", "monthly", monthly={"day": 31, "time": "10:00"}, platforms=["bluesky"])
    run_pass(app)
    assert rows.states(app.ledger) == {"waiting": 2}
    app.time.set(MONDAY + timedelta(days=12))
    run_pass(app)
    assert rows.states(app.ledger)["waiting"] == 1


def test_edits_change_waiting_rows_and_never_what_is_out(app: FakeDesk) -> None:
    run_pass(app)
    app.time.set(MONDAY + timedelta(days=1, hours=9))
    assert dict(run_pass(app).outcomes) == {"sent": 1}
    shop_of(app).post("one", "Other words of one").post("two", "Other words of two")
    app.edited()
    told = [(change.sign, change.post, change.why) for change in queue_plan(app).changes]
    assert told == [("!", "one", "out with other words"), ("~", "two", "other words")]
    app.time.set(MONDAY + timedelta(days=2, hours=9))
    run_pass(app)
    assert app.world.texts() == ["What one has to say", "Other words of two"]


def test_removing_and_restoring(app: FakeDesk) -> None:
    assert signs(app) == "++"
    without = shop_of(app).copy().without("queue", "one")
    kept, app.shop = app.shop, without
    assert signs(app) == "-"
    app.shop = kept
    assert signs(app) == "^"
    shop_of(app).post("one", status="draft")
    assert signs(app) == "-"
    shop_of(app).post("one", status="ready").we_are("press_union", ["bluesky"])
    assert signs(app) == "-"  # the account is gone, and `one` was cancelled before
    shop_of(app).we_are("press_union")
    assert signs(app) == "^^"


class TestErrors:
    def test_only_what_breaks_a_rule_is_not_written(self, app: FakeDesk) -> None:
        shop_of(app).post("two", "Too long " * 60)
        done = run_pass(app)
        assert (done.errors.count, done.errors.held, done.errors.unwritten) == (1, 0, 1)
        assert "TXT-LONG" in done.errors.problems[0]
        assert rows.states(app.ledger) == {"waiting": 1}
        assert is_current(app)

    def test_somebody_elses_mistake_is_not_in_our_way(self, app: FakeDesk) -> None:
        shop_of(app).partner("others").post("theirs", "Too long " * 60)
        shop_of(app).queue("theirs", "theirs", at="2027-05-18T09:00:00Z", partners=["others"], platforms=["x"])
        assert signs(app) == "++"

    def test_a_stop_never_waits_for_a_typo(self, app: FakeDesk) -> None:
        """Anna is free; another file breaks a rule at the same moment. Her rows are held at once."""
        shop_of(app).post("one", "Free {{ person.anna.name }}", people=["anna"])
        run_pass(app)
        app.time.set(MONDAY + timedelta(days=1, hours=9))
        shop_of(app).person("anna", state="release_confirmed").post("two", "Too long " * 60)
        app.edited()
        assert dict(run_pass(app).outcomes) == {"held": 1} or not app.world.accepted
        app.as_queued()  # even a worker that has not seen the new files reads the ledger's gates
        assert dict(run_pass(app).outcomes) == {}
        assert app.world.accepted == []
        with app.ledger.read() as connection:
            whys = connection.execute(rows.select(rows.DELIVERY.c.why).where(rows.DELIVERY.c.post == "one")).scalars()
            assert list(whys) == ["anna is release confirmed"]

    def test_files_that_cannot_be_read_hold_everything(self, ledger: WoundLedger, tmp_path: Path) -> None:
        from amplify.workspace.scaffold import scaffold_workspace

        root = tmp_path / "files"
        scaffold_workspace(root, MONDAY.date())
        app = FakeDesk(ledger, World(), MONDAY, root=root)
        (root / "config" / "people.yaml").write_text("people: [\n")
        with pytest.raises(UnreadableFiles) as caught:
            run_pass(app)
        assert caught.value.problems
        assert "amplify check" in str(caught.value)
        assert rows.states(ledger) == {}


class TestCancelling:
    def test_many_at_once_need_a_person(self, app: FakeDesk) -> None:
        app.shop = shop_with(*(f"p{number}" for number in range(13))).settings(cancel_limit=10)
        assert signs(app) == "+" * 13
        for number in range(11):
            app.shop.without("queue", f"p{number}")
        app.edited()
        with pytest.raises(NeedsPerson, match=r"11 waiting deliveries.*--yes"):
            run_pass(app)
        asked: list[int] = []
        with pytest.raises(NeedsPerson):
            queue_plan(app, confirm=lambda changes: bool(asked.append(len(changes))))
        assert asked == [11]
        assert rows.states(app.ledger) == {"waiting": 13}
        queue_plan(app, confirm=lambda changes: True)
        assert rows.states(app.ledger) == {"waiting": 2, "cancelled": 11}

    def test_a_few_do_not(self, app: FakeDesk) -> None:
        app.shop = shop_with(*(f"p{number}" for number in range(12)))
        signs(app)
        for number in range(10):
            app.shop.without("queue", f"p{number}")
        assert signs(app) == "-" * 10


def test_a_ledger_is_for_one_workspace(app: FakeDesk) -> None:
    queue_plan(app)
    shop_of(app).settings(id="another")
    app.edited()
    with pytest.raises(WrongUse, match="give each its own ledger"):
        queue_plan(app)


def test_a_refused_post_that_is_edited_goes_out(app: FakeDesk) -> None:
    app.world.answers["press_union/x"].append("refuse")
    run_pass(app)
    app.time.set(MONDAY + timedelta(days=1, hours=9))
    assert dict(run_pass(app).outcomes) == {"refused": 1}
    shop_of(app).post("one", "Milder words")
    app.edited()
    assert dict(run_pass(app).outcomes) == {"sent": 1}
    assert app.world.texts() == ["Milder words"]
    assert rows.states(app.ledger) == {"refused": 1, "sent": 1, "waiting": 1}


def test_what_went_out_is_not_said_again_under_another_name(app: FakeDesk) -> None:
    queue_plan(app)
    app.clock.set(MONDAY + timedelta(days=1, hours=9))
    assert run_pass(app).outcomes["sent"] == 1
    shop_of(app).without("queue", "one").queue("renamed", "one", at="2027-05-18T09:00:00Z", platforms=["x"])
    app.edited()
    (problem,) = queue_plan(app).problems
    assert problem.code == "X-REPEAT"
    assert "2027-05-18 (entry `one`)" in problem.message
    assert rows.states(app.ledger) == {"sent": 1, "waiting": 1}


def test_new_zone_data_move_what_waits_with_the_next_pass(
    ledger: WoundLedger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A country changes its rules: the process that runs follows, though no file of ours has changed."""
    (tmp_path / "Africa").mkdir()
    (tmp_path / "Europe").mkdir()
    zone, package = tmp_path / "Europe" / "Vilnius", files("tzdata") / "zoneinfo"
    zone.write_bytes((package / "Europe" / "Vilnius").read_bytes())
    monkeypatch.setattr("amplify.workspace.zone_data.TZPATH", (str(tmp_path),))
    shop = Workshop().partner("press_union", zone="Europe/Vilnius").post("one", "One.")
    shop.queue("one", "one", local="2027-05-18T09:30", platforms=["x"])
    app = FakeDesk(ledger, World(), MONDAY, shop)
    before = TZPATH
    try:
        reset_tzpath((str(tmp_path),))
        assert (signs(app), due(ledger)) == ("+", ["06:30"])
        assert (run_pass(app).changes, is_current(app)) == ((), True)
        zone.write_bytes((package / "Europe" / "Paris").read_bytes())
        assert not is_current(app)
        assert [change.sign for change in run_pass(app).changes] == ["~"]
        assert (due(ledger), is_current(app)) == (["07:30"], True)
    finally:
        reset_tzpath(before)
        monkeypatch.undo()
        zone_data_mark()


def due(ledger: WoundLedger) -> list[str]:
    with ledger.read() as connection:
        return [f"{one:%H:%M}" for one in connection.execute(select(DELIVERY.c.due_at)).scalars()]
