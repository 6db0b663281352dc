"""What servers report, with platforms in memory: asked when an account speaks, kept, used, asked again in time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from ledger.databases import WoundLedger
from ledger.rows import NOW, planned, queue
from workshop import Workshop

from amplify.engine.publish import run_pass
from amplify.model.platform import Limits
from amplify.model.server_info import ServerInfo
from amplify.planning.queue import queue_plan as queue_step
from amplify.planning.server_lookup import ask_servers, refresh_limits
from engine.fake import FakeDesk, World

MASTODON = "press_union/mastodon"


@pytest.fixture
def world() -> World:
    return World(limits={MASTODON: Limits(text=1000)})


@pytest.fixture
def shop() -> Workshop:
    made = Workshop().partner("friend").post("long", "я" * 700)
    return made.queue("now", "long", at="2027-05-17T09:00:00Z", platforms=["mastodon"], partners=["press_union"])


@pytest.fixture
def app(ledger: WoundLedger, world: World, shop: Workshop) -> FakeDesk:
    return FakeDesk(ledger, world, NOW, shop)


def known_limits(known: ServerInfo) -> dict[str, int | None]:
    return {account: said.limits.text for account, said in known.limits.items()}


class TestWhenAnAccountSpeaks:
    def test_its_server_is_asked_once_a_day(self, ledger: WoundLedger, app: FakeDesk, world: World) -> None:
        for day in (0, 0, 1):
            queue(ledger, planned(f"n{len(world.accepted)}", MASTODON, due=app.time.now()))
            app.as_queued()
            assert run_pass(app).outcomes["sent"] == 1
            assert known_limits(app.server_info()) == {MASTODON: 1000}
            ledger.wind(timedelta(hours=25) if day == 0 and len(world.accepted) == 2 else timedelta())
        assert world.asked[MASTODON] == 2

    def test_nothing_is_asked_where_nothing_is_said(self, app: FakeDesk, world: World) -> None:
        app.as_queued()
        run_pass(app)
        assert world.asked == {}

    def test_an_account_that_cannot_speak_is_not_asked(self, ledger: WoundLedger, app: FakeDesk, world: World) -> None:
        world.silent.add(MASTODON)
        queue(ledger, planned("one", MASTODON))
        app.as_queued()
        run_pass(app)
        assert app.server_info() == ServerInfo()

    def test_one_question_serves_all_accounts_on_a_server(self, app: FakeDesk, shop: Workshop, world: World) -> None:
        shop.partner("friend").account("friend/mastodon")
        world.secretless.add("friend/mastodon")  # sorted first, and it cannot ask
        assert refresh_limits(app, [MASTODON, "friend/mastodon", "press_union/x"]) == {MASTODON, "friend/mastodon"}
        assert known_limits(app.server_info()) == {MASTODON: 1000, "friend/mastodon": 1000, "press_union/x": None}
        assert world.asked == {MASTODON: 1, "press_union/x": 1}

    def test_a_server_that_does_not_answer_spoils_nothing(self, app: FakeDesk, world: World) -> None:
        world.secretless.add(MASTODON)
        refresh_limits(app, [MASTODON, "press_union/x"])
        assert list(app.server_info().limits) == ["press_union/x"]


class TestWhatIsPlanned:
    def test_a_long_text_is_an_error_until_the_server_says_that_it_takes_it(self, app: FakeDesk) -> None:
        app.time.set(NOW - timedelta(days=1))
        assert [one.code for one in queue_step(app).problems] == ["TXT-LONG"]
        ask_servers(app)
        assert [change.account for change in queue_step(app).changes] == [MASTODON]

    def test_news_make_the_next_pass_plan_again(self, ledger: WoundLedger, app: FakeDesk, world: World) -> None:
        app.time.set(NOW - timedelta(days=1))
        ask_servers(app)
        assert len(run_pass(app).changes) == 1
        world.limits[MASTODON] = Limits(text=600)
        ledger.wind(timedelta(days=2))
        ask_servers(app)
        assert run_pass(app).errors.held == 1


class TestAsking:
    def test_accounts_limits_and_handles(self, app: FakeDesk, world: World) -> None:
        told: list[tuple[int, int]] = []
        world.handles = {"friend": "17", "press_union": "1", "friend.example": "did:plc:f"}
        asked = ask_servers(app, lambda done, total: told.append((done, total)))
        assert set(asked.known.limits) == {f"press_union/{name}" for name in ("x", "bluesky", "mastodon")}
        assert asked.known.whoami[MASTODON].whoami.handle == MASTODON
        found = {handle: said.id for (_, handle), said in asked.known.handles.items()}
        assert found == {
            "friend": "17",
            "press_union": "1",
            "friend.example": "did:plc:f",
            "press-union.example": None,
            "friend@social.example": None,
            "press_union@social.example": None,
        }
        assert (asked.failed, asked.unasked) == ({}, {})
        assert told == [(number, 9) for number in range(1, 10)]

    def test_what_was_found_is_asked_again_after_a_day_and_what_was_not_at_once(
        self, ledger: WoundLedger, app: FakeDesk, world: World
    ) -> None:
        world.handles = {"friend": "17"}
        first = ask_servers(app).known.handles
        world.handles = {"friend": "18", "friend.example": "did:plc:f"}
        second = ask_servers(app).known.handles
        assert second["x", "friend"] == first["x", "friend"]
        assert second["bluesky", "friend.example"].id == "did:plc:f"
        ledger.wind(timedelta(hours=25))
        third = ask_servers(app).known.handles
        assert third["x", "friend"].id == "18"
        assert third["x", "friend"].at - first["x", "friend"].at >= timedelta(hours=25)

    def test_missing_credentials_are_said_and_the_others_go_on(self, app: FakeDesk, world: World) -> None:
        world.secretless.add("press_union/x")
        world.silent.add("press_union/bluesky")
        asked = ask_servers(app)
        assert "no access_token" in asked.failed["press_union/x"]
        assert asked.failed["press_union/bluesky"] == "the token was revoked"
        assert set(asked.known.limits) == {MASTODON}
        assert {platform for platform, _ in asked.known.handles} == {"mastodon"}
        assert asked.unasked["x:friend"] == "none of our accounts on x can ask"

    def test_only_platforms_we_have_an_account_on(self, app: FakeDesk, shop: Workshop) -> None:
        shop.we_are("press_union", ["x"])
        assert {platform for platform, _ in ask_servers(app).known.handles} == {"x"}
