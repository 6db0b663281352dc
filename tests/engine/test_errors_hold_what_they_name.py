"""Errors of files hold what they name, and nothing else: before it is written down, and after."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from ledger import rows
from ledger.databases import WoundLedger
from workshop import MONDAY, Workshop

from amplify.context.app_context import UnreadableFiles
from amplify.engine.publish import run_pass
from amplify.ledger.queries.ledger_status import read_status
from amplify.planning.check import check_workspace
from amplify.planning.queue import queue_plan
from amplify.platforms import registry
from engine.fake import FakeDesk, World
from engine.files import Files

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def shop() -> Workshop:
    shop = Workshop()
    for number, post in enumerate(("one", "two"), 1):
        shop.post(post, f"What {post} has to say")
        shop.queue(post, post, at=(MONDAY + number * DAY).isoformat(), platforms=["x"])
    return shop


@pytest.fixture
def app(ledger: WoundLedger, shop: Workshop) -> FakeDesk:
    return FakeDesk(ledger, World(), MONDAY, shop)


def go(app: FakeDesk, days: float = 0) -> dict[str, int]:
    app.edited()
    app.time.set(MONDAY + days * DAY)
    return dict(run_pass(app).outcomes)


class TestRules:
    def test_a_repeat_in_two_months_holds_nothing_of_today(self, app: FakeDesk, shop: Workshop) -> None:
        go(app)
        shop.queue("again", "one", at=(MONDAY + 40 * DAY).isoformat(), platforms=["x"])
        assert go(app, 1) == {"sent": 1}
        assert rows.states(app.ledger) == {"sent": 1, "waiting": 1}
        assert go(app, 2) == {"sent": 1}
        assert app.world.texts() == ["What one has to say", "What two has to say"]

    def test_the_newcomer_is_to_be_mended_not_what_is_queued(self, app: FakeDesk, shop: Workshop) -> None:
        """Though it is due earlier, and would be the first to say it."""
        go(app)
        shop.queue("first", "two", at=(MONDAY + HOUR).isoformat(), platforms=["x"])
        assert go(app, 1) == {"sent": 1}
        assert go(app, 2) == {"sent": 1}
        assert app.world.texts() == ["What one has to say", "What two has to say"]

    def test_an_edit_with_an_error_goes_out_in_neither_form(self, app: FakeDesk, shop: Workshop) -> None:
        """Perhaps it was edited to take something back."""
        go(app)
        shop.post("one", "Too long " * 60)
        assert go(app, 1) == {}
        assert app.world.texts() == []
        with app.ledger.read() as connection:
            now = read_status(connection, app.clock.now())
        assert (now.errors.held, now.errors.unwritten, now.errors.count) == (1, 0, 1)
        why = next(row["why"] for row in now.coming if row["post"] == "one")
        assert "its files have an error: posts/one.md" in why

    def test_mended_it_goes_out_and_restored_too(self, app: FakeDesk, shop: Workshop) -> None:
        go(app)
        before = shop.copy()
        shop.post("one", "Too long " * 60)
        go(app, 1)
        app.shop = before
        assert go(app, 1) == {"sent": 1}
        shop.post("one", "Short").post("two", "Too long " * 60)
        app.shop = shop
        assert go(app, 2) == {}
        shop.post("two", "Short enough")
        assert go(app, 2) == {"sent": 1}
        assert app.world.texts() == ["What one has to say", "Short enough"]

    def test_an_error_of_its_own_holds_what_was_queued_without_it(self, app: FakeDesk, shop: Workshop) -> None:
        """Somebody took back their consent to be mentioned: the post did not change, and is not said."""
        shop.partner("friends", mention_consent=True).post("one", "Hello", mentions=["friends"])
        go(app)
        shop.partner("friends", mention_consent=False)
        assert go(app, 1) == {}
        assert app.world.texts() == []
        assert go(app, 2) == {"sent": 1}

    def test_a_begun_edit_is_noticed_by_who_has_claimed_it(self, app: FakeDesk, shop: Workshop) -> None:
        go(app)
        app.time.set(MONDAY + DAY)
        claimed = rows.take_one(app.ledger, now=app.clock.now())
        shop.post("one", "Too long " * 60)
        queue_plan(app)
        assert "its files have an error" in rows.barred(app.ledger, claimed, now=app.clock.now())

    def test_twice_changes_nothing(self, app: FakeDesk, shop: Workshop) -> None:
        shop.post("one", "Too long " * 60)
        assert [change.sign for change in queue_plan(app).changes] == ["+"]
        assert queue_plan(app).changes == []
        assert [change.sign for change in queue_plan(app).unsent] == ["="]

    def test_caps_let_what_is_queued_go_on(self, app: FakeDesk, shop: Workshop) -> None:
        shop.we_are("press_union", ["x"], caps={"per_day": 1, "gap": "0s"})
        go(app)
        shop.post("new", "Something new").queue("new", "new", at=(MONDAY + DAY + HOUR).isoformat(), platforms=["x"])
        done = queue_plan(app)
        assert [(one.post, problem.code) for one in done.unsent for problem in done.problems] == [("new", "CAP-DAY")]
        assert go(app, 1) == {"sent": 1}
        assert app.world.texts() == ["What one has to say"]

    def test_a_rule_that_fails_is_a_problem_of_that_post(
        self, app: FakeDesk, shop: Workshop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from amplify.rules.lint import lint

        def failing(context: Any, delivery: Any) -> Any:
            if delivery.post == "one":
                raise ZeroDivisionError
            return iter(())

        def failing_beside(context: Any, deliveries: Any) -> Any:
            for delivery in deliveries:
                yield from failing(context, delivery)

        monkeypatch.setattr(lint, "DELIVERY_RULES", (failing,))
        monkeypatch.setattr(lint, "CROWD", (failing_beside,))
        done = queue_plan(app)
        assert [(str(one.place), one.code) for one in done.problems] == [("posts/one.md:1:1", "FILE-UNEXPECTED")]
        assert [change.post for change in done.changes] == ["two"]


class TestFiles:
    """Real files: whatever is wrong with one post, the others go out, and what was queued of it is held."""

    @pytest.fixture
    def files(self, tmp_path: Path) -> Files:
        files = Files(tmp_path / "files")
        files.we_are("union")
        for number, post in enumerate(("bad", "good"), 1):
            files.post(post, f"What {post} has to say")
            files.queue(post, at=(MONDAY + number * DAY).isoformat(), platforms=["x"], lateness="3d")
        return files

    @pytest.fixture
    def desk(self, ledger: WoundLedger, files: Files) -> FakeDesk:
        app = FakeDesk(ledger, World(), MONDAY, root=files.root)
        assert len(queue_plan(app).changes) == 2
        return app

    def broken(self, files: Files, body: str) -> None:
        path = files.root / "posts" / "bad.md"
        front = path.read_text("utf-8").rpartition("---\n")[0]
        path.write_text(f"{front}---\n{body}\n", "utf-8")

    def check_good_goes_out(self, app: FakeDesk, files: Files) -> None:
        app.time.set(MONDAY + 2 * DAY)
        done = run_pass(app)
        assert app.world.texts() == ["What good has to say"]
        assert done.errors.held == 1
        assert rows.states(app.ledger) == {"sent": 1, "waiting": 1}  # held, and not taken back
        checked = check_workspace(files.root, app.clock.now(), registry.profiles())
        assert [one for one in checked.problems if one.severity == "error"]

    @pytest.mark.parametrize(
        "body",
        [
            "{% autoescape true %}a{% endautoescape %}",
            "{{ nothing.here }}",
            "{{ person.nobody }}",
            "{{ 1 | nothing }}",
            "{% for a in 'b' %}c{% endfor %}",
            "## nothing\nwhat is this",
            "",
        ],
    )
    def test_a_bad_text(self, desk: FakeDesk, files: Files, body: str) -> None:
        self.broken(files, body)
        self.check_good_goes_out(desk, files)

    @pytest.mark.parametrize(
        "content",
        [
            b"---\nid: bad\n",
            b"---\nid: bad\nid: bad\n---\nText\n",
            b"---\nid: bad\ncampaign: nothing\nkind: statement\nlang: en\nstatus: ready\n---\nText\n",
            b"---\nid: bad\nmedia: [no.png]\ncampaign: free\nkind: statement\nlang: en\nstatus: ready\n---\nText\n",
            b"\xff\xfe\x00",
            b"\x00",
            b"",
            b"---\n- [\n---\n",
            b"---\nid: {a: b}\n---\nText",
        ],
    )
    def test_a_bad_file(self, desk: FakeDesk, files: Files, content: bytes) -> None:
        (files.root / "posts" / "bad.md").write_bytes(content)
        self.check_good_goes_out(desk, files)

    def test_a_post_without_an_id_silences_none_beside_it(self, desk: FakeDesk, files: Files) -> None:
        """Nor where everything stands on one line, and one entry has both posts."""
        files.entries = [{**files.entries[1], "posts": ["good", "bad"], "id": "good"}, files.entries[0]]
        queue = json.dumps({"entries": files.entries})
        (files.root / "config" / "queue.yaml").write_text(queue)
        (files.root / "posts" / "bad.md").write_bytes(b"---\n[\n---\nText\n")
        self.check_good_goes_out(desk, files)

    def test_two_posts_of_one_id(self, desk: FakeDesk, files: Files) -> None:
        (files.root / "posts" / "a.md").write_bytes((files.root / "posts" / "bad.md").read_bytes())
        self.check_good_goes_out(desk, files)

    def test_a_bad_picture(self, desk: FakeDesk, files: Files) -> None:
        files.picture("a.png")
        files.post("bad", "What bad has to say", pictures=["a.png"])
        (files.root / "media" / "a.png").write_bytes(b"no picture")
        self.check_good_goes_out(desk, files)

    def test_a_bad_entry(self, desk: FakeDesk, files: Files) -> None:
        files.queue("bad", when={"at": "soon"}, platforms=["x"], lateness="3d")
        self.check_good_goes_out(desk, files)

    def test_a_bad_call(self, desk: FakeDesk, files: Files) -> None:
        files.post("bad", "What bad has to say", cta="sign")
        files.write("config/actions.yaml", {"actions": [{"id": "sign", "campaign": "free", "kind": "petition"}]})
        self.check_good_goes_out(desk, files)

    def test_a_bad_fact(self, desk: FakeDesk, files: Files) -> None:
        files.post("bad", "{{ fact.many }} are there")
        (files.root / "config" / "facts.yaml").write_text("facts: [{id: many, value: [\n")
        self.check_good_goes_out(desk, files)

    def test_a_boost_waits_for_what_it_boosts(self, desk: FakeDesk, files: Files) -> None:
        files.post("echo", kind="boost", boost={"post": "bad", "partner": "union"})
        files.queue("echo", at=(MONDAY + 1.5 * DAY).isoformat(), platforms=["x"], lateness="3d")
        queue_plan(desk)
        (files.root / "posts" / "bad.md").write_bytes(b"---\nid: bad\n")
        desk.time.set(MONDAY + 2 * DAY)
        assert run_pass(desk).errors.held == 2
        assert rows.states(desk.ledger) == {"sent": 1, "waiting": 2}

    def test_mended_it_goes_out(self, desk: FakeDesk, files: Files) -> None:
        before = (files.root / "posts" / "bad.md").read_bytes()
        (files.root / "posts" / "bad.md").write_bytes(b"\x00")
        self.check_good_goes_out(desk, files)
        (files.root / "posts" / "bad.md").write_bytes(before)
        assert dict(run_pass(desk).outcomes) == {"sent": 1}
        assert run_pass(desk).errors.count == 0

    def test_a_post_that_is_taken_away_is_taken_back(self, desk: FakeDesk, files: Files) -> None:
        (files.root / "posts" / "bad.md").unlink()
        files.unqueue("bad")
        desk.time.set(MONDAY + 2 * DAY)
        run_pass(desk)
        assert rows.states(desk.ledger) == {"sent": 1, "cancelled": 1}

    @pytest.mark.parametrize(
        "path", ["config/people.yaml", "config/partners.yaml", "config/accounts.yaml", "config/workspace.yaml"]
    )
    def test_what_concerns_everybody_holds_everything(self, desk: FakeDesk, files: Files, path: str) -> None:
        (files.root / path).write_text("[")
        desk.time.set(MONDAY + 2 * DAY)
        with pytest.raises(UnreadableFiles):
            run_pass(desk)
        assert desk.world.texts() == []

    def test_what_is_passed_on_waits_for_whole_files(self, desk: FakeDesk, files: Files) -> None:
        """An embargo may stand in what cannot be read."""
        (files.root / "posts" / "bad.md").write_bytes(b"\x00")
        with pytest.raises(UnreadableFiles):
            desk.whole_workspace()
