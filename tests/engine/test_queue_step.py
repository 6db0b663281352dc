"""queue, from files or a workshop to the ledger: stops first, errors refused, many cancellations asked."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from ledger import rows
from ledger.databases import WoundLedger
from workshop import MONDAY, Workshop

from amplify.context.app_context import UnreadableFiles
from amplify.engine.publish import run_pass
from amplify.ledger.database import get_meta
from amplify.model.errors import NeedsPerson, WrongUse
from amplify.planning.last_queue import note_key, queued_mark
from amplify.planning.queue import queue_plan
from engine.fake import FakeDesk, World

HOUR = timedelta(hours=1)


def is_current(desk: FakeDesk) -> bool:
    """Whether a pass would find that neither files nor the day changed."""
    with desk.ledger.read() as connection:
        return get_meta(connection, note_key(desk.root)) == queued_mark(desk.fingerprint(), desk.clock.now())


def shop_with(*posts: str) -> Workshop:
    shop = Workshop()
    for number, post in enumerate(posts):
        shop.post(post, f"What {post} has to say")
        shop.queue(post, post, at=f"2027-05-{18 + number}T09:00:00Z", platforms=["x"])
    return shop


@pytest.fixture
def desk(ledger: WoundLedger) -> FakeDesk:
    return FakeDesk(ledger, World(), MONDAY, shop_with("one", "two"))


def signs(desk: FakeDesk) -> str:
    desk.edited()
    return "".join(change.sign for change in queue_plan(desk).changes)


def shop_of(desk: FakeDesk) -> Workshop:
    assert desk.shop is not None
    return desk.shop


def test_twice_changes_nothing(desk: FakeDesk) -> None:
    assert signs(desk) == "++"
    assert signs(desk) == ""
    assert not queue_plan(desk).gates_changed


def test_nothing_changed_means_nothing_is_read(desk: FakeDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not is_current(desk)
    run_pass(desk)
    assert is_current(desk)
    monkeypatch.setattr(desk, "workspace", None)
    run_pass(desk)
    desk.time.set(MONDAY + timedelta(days=1))
    assert not is_current(desk)  # another day: the horizon moves


def test_cron_alone_never_runs_dry(desk: FakeDesk) -> None:
    shop_of(desk).settings(horizon_days=5)
    shop_of(desk).post("monthly", "The last day of the month", repeat={"after": "1d"})
    shop_of(desk).queue("monthly", "monthly", monthly={"day": 31, "time": "10:00"}, platforms=["bluesky"])
    run_pass(desk)
    assert rows.states(desk.ledger) == {"waiting": 2}
    desk.time.set(MONDAY + timedelta(days=12))
    run_pass(desk)
    assert rows.states(desk.ledger)["waiting"] == 1


def test_edits_change_waiting_rows_and_never_what_is_out(desk: FakeDesk) -> None:
    run_pass(desk)
    desk.time.set(MONDAY + timedelta(days=1, hours=9))
    assert dict(run_pass(desk).outcomes) == {"sent": 1}
    shop_of(desk).post("one", "Other words of one").post("two", "Other words of two")
    desk.edited()
    told = [(change.sign, change.post, change.why) for change in queue_plan(desk).changes]
    assert told == [("!", "one", "out with other words"), ("~", "two", "other words")]
    desk.time.set(MONDAY + timedelta(days=2, hours=9))
    run_pass(desk)
    assert desk.world.texts() == ["What one has to say", "Other words of two"]


def test_removing_and_restoring(desk: FakeDesk) -> None:
    assert signs(desk) == "++"
    without = shop_of(desk).copy().without("queue", "one")
    kept, desk.shop = desk.shop, without
    assert signs(desk) == "-"
    desk.shop = kept
    assert signs(desk) == "^"
    shop_of(desk).post("one", status="draft")
    assert signs(desk) == "-"
    shop_of(desk).post("one", status="ready").we_are("press_union", ["bluesky"])
    assert signs(desk) == "-"  # the account is gone, and `one` was cancelled before
    shop_of(desk).we_are("press_union")
    assert signs(desk) == "^^"


class TestErrors:
    def test_nothing_is_written_while_a_rule_is_broken(self, desk: FakeDesk) -> None:
        shop_of(desk).post("two", "Too long " * 60)
        with pytest.raises(UnreadableFiles) as caught:
            run_pass(desk)
        assert [problem.code for problem in caught.value.problems] == ["TXT-LONG"]
        assert rows.states(desk.ledger) == {}
        assert not is_current(desk)

    def test_somebody_elses_mistake_is_not_in_our_way(self, desk: FakeDesk) -> None:
        shop_of(desk).partner("others").post("theirs", "Too long " * 60)
        shop_of(desk).queue("theirs", "theirs", at="2027-05-18T09:00:00Z", partners=["others"], platforms=["x"])
        assert signs(desk) == "++"

    def test_a_stop_never_waits_for_a_typo(self, desk: FakeDesk) -> None:
        """Anna is free; another file breaks a rule at the same moment. Her rows are held at once."""
        shop_of(desk).post("one", "Free {{ person.anna.name }}", people=["anna"])
        run_pass(desk)
        desk.time.set(MONDAY + timedelta(days=1, hours=9))
        shop_of(desk).person("anna", state="release_confirmed").post("two", "Too long " * 60)
        desk.edited()
        with pytest.raises(UnreadableFiles):
            run_pass(desk)
        desk.as_queued()  # even a worker that has not seen the new files reads the ledger's gates
        assert dict(run_pass(desk).outcomes) == {}
        assert desk.world.accepted == []
        with desk.ledger.read() as connection:
            whys = connection.execute(rows.select(rows.DELIVERY.c.why).where(rows.DELIVERY.c.post == "one")).scalars()
            assert list(whys) == ["anna is release confirmed"]

    def test_files_that_cannot_be_read_hold_everything(self, ledger: WoundLedger, tmp_path: Path) -> None:
        from amplify.workspace.scaffold import scaffold_workspace

        root = tmp_path / "files"
        scaffold_workspace(root, MONDAY.date())
        desk = FakeDesk(ledger, World(), MONDAY, root=root)
        (root / "config" / "people.yaml").write_text("people: [\n")
        with pytest.raises(UnreadableFiles) as caught:
            run_pass(desk)
        assert caught.value.problems
        assert "amplify check" in str(caught.value)
        assert rows.states(ledger) == {}


class TestCancelling:
    def test_many_at_once_need_a_person(self, desk: FakeDesk) -> None:
        desk.shop = shop_with(*(f"p{number}" for number in range(13))).settings(cancel_limit=10)
        assert signs(desk) == "+" * 13
        for number in range(11):
            desk.shop.without("queue", f"p{number}")
        desk.edited()
        with pytest.raises(NeedsPerson, match=r"11 waiting deliveries.*--yes"):
            run_pass(desk)
        asked: list[int] = []
        with pytest.raises(NeedsPerson):
            queue_plan(desk, confirm=lambda changes: bool(asked.append(len(changes))))
        assert asked == [11]
        assert rows.states(desk.ledger) == {"waiting": 13}
        queue_plan(desk, confirm=lambda changes: True)
        assert rows.states(desk.ledger) == {"waiting": 2, "cancelled": 11}

    def test_a_few_do_not(self, desk: FakeDesk) -> None:
        desk.shop = shop_with(*(f"p{number}" for number in range(12)))
        signs(desk)
        for number in range(10):
            desk.shop.without("queue", f"p{number}")
        assert signs(desk) == "-" * 10


def test_a_ledger_is_for_one_workspace(desk: FakeDesk) -> None:
    queue_plan(desk)
    shop_of(desk).settings(id="another")
    desk.edited()
    with pytest.raises(WrongUse, match="give each its own ledger"):
        queue_plan(desk)


def test_a_refused_post_that_is_edited_goes_out(desk: FakeDesk) -> None:
    desk.world.answers["press_union/x"].append("refuse")
    run_pass(desk)
    desk.time.set(MONDAY + timedelta(days=1, hours=9))
    assert dict(run_pass(desk).outcomes) == {"refused": 1}
    shop_of(desk).post("one", "Milder words")
    desk.edited()
    assert dict(run_pass(desk).outcomes) == {"sent": 1}
    assert desk.world.texts() == ["Milder words"]
    assert rows.states(desk.ledger) == {"refused": 1, "sent": 1, "waiting": 1}


def test_what_went_out_is_not_said_again_under_another_name(desk: FakeDesk) -> None:
    queue_plan(desk)
    desk.clock.set(MONDAY + timedelta(days=1, hours=9))
    assert run_pass(desk).outcomes["sent"] == 1
    shop_of(desk).without("queue", "one").queue("renamed", "one", at="2027-05-18T09:00:00Z", platforms=["x"])
    desk.edited()
    with pytest.raises(UnreadableFiles) as refused:
        queue_plan(desk)
    (problem,) = refused.value.problems
    assert problem.code == "X-REPEAT"
    assert "2027-05-18 (entry `one`)" in problem.message
    assert rows.states(desk.ledger) == {"sent": 1, "waiting": 1}
