"""People are told once of what needs them, whoever looks, and never by name: a real SMTP server, a real signature."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
import yaml
from counterparts.mailbox import Hook, Mailbox, open_hook, open_mailbox
from ledger.databases import WoundLedger
from ledger.rows import NOW, planned, queue
from standardwebhooks import Webhook
from workshop import Workshop

from amplify.decisions.stop import stop_subject
from amplify.ledger.holds.stops import StopRequest
from amplify.model.notice import EVENTS, MailRecipient, Notice, NotifySettings
from amplify.notices import notice_webhook, send_notices
from amplify.notices.not_told import NotTold
from amplify.notices.send_notices import ToldRecipient, tell_people, tell_time
from engine.fake import LEASE, FakeDesk, World
from engine.passes import go, world

__all__ = ["world"]

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def server() -> Iterator[Mailbox]:
    with open_mailbox() as found:
        yield found


@pytest.fixture
def box(server: Mailbox) -> Mailbox:
    server.mails.clear()
    server.signed_in.clear()
    server.refuses = ""
    return server


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hook]:
    monkeypatch.setenv("AMPLIFY_WEBHOOK_SECRET", SECRET)
    with open_hook() as found:
        yield found


@pytest.fixture
def app(ledger: WoundLedger, world: World, tmp_path: Path) -> FakeDesk:
    return FakeDesk(ledger, world, NOW, Workshop(), tmp_path)


def mail(box: Mailbox, to: str = "desk@example.org", **more: Any) -> dict[str, Any]:
    return {
        "to": to,
        "sender": "amplify@example.org",
        "server": "127.0.0.1",
        "port": box.port,
        "security": "none",
    } | more


def wants(app: FakeDesk, *mails: dict[str, Any], webhooks: tuple[dict[str, Any], ...] = (), **more: Any) -> None:
    said = {"mail": list(mails), "webhooks": list(webhooks)} | more
    (app.root / "config").mkdir(exist_ok=True)
    (app.root / "config" / "accounts.yaml").write_text(yaml.safe_dump({"notify": said}), encoding="utf-8")


def tell(app: FakeDesk) -> dict[str, ToldRecipient]:
    return {one.name: one for one in tell_people(app)}


def unsure(app: FakeDesk, world: World, name: str = "hello") -> None:
    world.answers["press_union/x"].append("lose_before")
    world.blind = True
    go(app, planned(name))
    app.ledger.wind(LEASE)


def test_nobody_is_told_where_nobody_wants_it(app: FakeDesk, world: World) -> None:
    unsure(app, world)
    assert tell_people(app) == []


def test_what_may_be_out_is_told_once(app: FakeDesk, world: World, box: Mailbox) -> None:
    wants(app, mail(box))
    unsure(app, world)
    assert tell(app)["desk@example.org"].told == 1
    assert tell(app)["desk@example.org"].told == 0
    assert box.subjects == ["amplify: 1 post may be out, or not"]
    assert "amplify settle" in box.mails[0].get_content()
    assert box.mails[0]["Auto-Submitted"] == "auto-generated"


def test_each_is_told_once_whoever_looks(app: FakeDesk, world: World, box: Mailbox) -> None:
    """Eight workers at the same moment, as on several machines."""
    wants(app, mail(box), mail(box, "vera@example.org"))
    unsure(app, world)
    begin = Barrier(8)

    def look(_: int) -> int:
        begin.wait()
        return sum(one.told for one in tell_people(app.twin()))

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(look, range(8))) == 2
    assert sorted(str(one["To"]) for one in box.mails) == ["desk@example.org", "vera@example.org"]


def test_no_name_and_no_text_is_told(app: FakeDesk, world: World, box: Mailbox, hook: Hook) -> None:
    """A post's id, its text, the person it is about, whoever set the stop, and why."""
    wants(app, mail(box), webhooks=({"url": hook.url},))
    queue(app.ledger, planned("free-anna", texts=["Free Anna Petrova"]))
    stop_subject(app, StopRequest("person", "anna", "she was freed at night", "vera", ("Anna Petrova",)))
    unsure(app, world, "another-anna")
    tell(app)
    (_, body), *_ = hook.taken()
    said = [str(box.mails[0]), body.decode()]
    assert "a stop is in force" in said[0]
    for word in ("anna", "petrova", "vera", "freed", "hello"):
        assert not [one for one in said if word in one.lower()]


def test_what_is_over_is_not_told(app: FakeDesk, world: World, box: Mailbox) -> None:
    """It came up in quiet hours, and was settled before their end."""
    now = datetime.now(UTC)
    start, end = ((now + MINUTE * by).strftime("%H:%M") for by in (-30, 30))
    wants(app, mail(box), quiet={"start": start, "end": end})
    unsure(app, world)
    told = tell(app)["desk@example.org"]
    assert (told.told, told.status.waiting) == (0, 1)
    world.blind = False
    go(app)
    app.ledger.wind(timedelta(hours=1))
    assert tell(app)["desk@example.org"].status.waiting == 0
    assert box.mails == []


def test_a_stop_is_told_in_quiet_hours_and_beside_a_digest(app: FakeDesk, box: Mailbox) -> None:
    wants(app, mail(box, daily="00:00"), quiet={"start": "00:00", "end": "23:59"})
    queue(app.ledger, planned())
    stop_subject(app, StopRequest("all", "", "", "vera"))
    tell(app)
    assert box.subjects == ["amplify: a stop is in force"]


def test_what_a_server_does_not_take_is_tried_again_and_given_up_after_a_day(
    app: FakeDesk, world: World, box: Mailbox
) -> None:
    wants(app, mail(box))
    unsure(app, world)
    box.refuses = "451"
    failed = tell(app)["desk@example.org"]
    assert (failed.told, failed.status.waiting) == (0, 1)
    assert failed.status.why == f"127.0.0.1:{box.port} refused it with code 451"
    assert tell(app)["desk@example.org"].told == 0  # not yet again
    box.refuses = ""
    app.ledger.wind(MINUTE * 2)
    again = tell(app)["desk@example.org"]
    assert (again.told, again.status.why) == (1, None)

    unsure(app, world, "other")
    box.refuses = "550"
    tell(app)
    app.ledger.wind(timedelta(days=1, hours=1))
    assert tell(app)["desk@example.org"].status.waiting == 0


def test_a_server_that_hangs_keeps_no_other_recipient(
    app: FakeDesk, world: World, box: Mailbox, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notice_webhook, "_TIMEOUT", 0.3)
    hook.hangs.set()
    wants(app, mail(box), webhooks=({"url": hook.url},))
    unsure(app, world)
    told = tell(app)
    assert told["desk@example.org"].told == 1
    assert told[f"127.0.0.1:{hook.port}"].status.why == "127.0.0.1 cannot be reached (ReadTimeout)"


def test_webhooks_are_signed_small_and_go_nowhere_else(app: FakeDesk, world: World, hook: Hook) -> None:
    wants(app, webhooks=({"url": hook.url},))
    deliveries = [planned(account=f"partner-{number}/x") for number in range(300)]
    for one in deliveries:
        world.answers[one.account].append("refuse")
    go(app, *deliveries)
    hook.status, hook.location = 307, f"http://127.0.0.1:{hook.port}/elsewhere"
    assert tell(app)[f"127.0.0.1:{hook.port}"].told == 0
    ((headers, body),) = hook.taken()
    assert len(body) <= 4096
    found = Webhook(SECRET).verify(body, headers)
    assert found["data"]["notices"][0] | {"ids": []} == {
        "event": "refused",
        "count": 300,
        "ids": [],
        "says": "300 messages were refused by their platforms",
        "next": "`amplify status ID` says why. Change its words, and it comes back.",
    }
    assert "secret-path" not in json.dumps([dict(row) for row in notice_rows(app)], default=str)


def notice_rows(app: FakeDesk) -> list[Any]:
    from sqlalchemy import select

    from amplify.ledger.tables import NOTICE

    with app.ledger.read() as connection:
        return list(connection.execute(select(NOTICE)).mappings())


@pytest.mark.parametrize("address", ["10.0.0.7", "169.254.169.254", "192.168.1.1", "::1", "fe80::1"])
def test_a_name_that_leads_into_a_private_network_is_not_followed(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from amplify.model.notice import WebhookRecipient

    monkeypatch.setenv("AMPLIFY_WEBHOOK_SECRET", SECRET)
    found = [(0, 0, 0, "", ("93.184.216.34", 0)), (0, 0, 0, "", (address, 0))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *args, **more: found)
    with pytest.raises(NotTold, match="private network"):
        notice_webhook.send_webhook(WebhookRecipient(url="https://hooks.example.org/a"), [], NOW)


def test_only_what_one_wants(app: FakeDesk, world: World, box: Mailbox) -> None:
    wants(app, mail(box, events=["stop"]))
    unsure(app, world)
    told = tell(app)["desk@example.org"]
    assert (told.told, told.status.waiting) == (0, 0)


def test_a_wrong_password_is_a_sentence_without_it(
    app: FakeDesk, world: World, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMPLIFY_SMTP_PASSWORD", "canary-password")
    wants(app, mail(box, user="desk"))
    unsure(app, world)
    assert tell(app)["desk@example.org"].status.why == (
        f"127.0.0.1:{box.port} does not take this user and password (535)"
    )
    assert "canary" not in json.dumps([dict(row) for row in notice_rows(app)], default=str)
    monkeypatch.setenv("AMPLIFY_SMTP_PASSWORD", "right")
    app.ledger.wind(MINUTE * 2)
    assert tell(app)["desk@example.org"].told == 1


def test_every_kind_is_noticed(app: FakeDesk, world: World, box: Mailbox) -> None:
    """One of each that the ledger knows, in one e-mail, the most urgent first."""
    wants(app, mail(box))
    go(app, planned("late", late=MINUTE), now=NOW + MINUTE * 5)
    world.answers["press_union/x"].append("refuse")
    go(app, planned("bad", due=NOW + MINUTE * 5))
    world.secretless.add("other/x")
    go(app, planned("none", "other/x", due=NOW + MINUTE * 5))
    found = [one.event for one in send_notices.find_current_notices(app)]
    assert found == sorted(found, key=EVENTS.index)
    tell(app)
    assert box.subjects == [
        "amplify: 1 account cannot sign in; 1 message did not go out in time; 1 message was refused by its platform"
    ]


def test_silence_is_told_by_whoever_else_looks(app: FakeDesk, box: Mailbox) -> None:
    wants(app, mail(box))
    tell_people(app, publishes=True)
    app.ledger.wind(timedelta(minutes=59))
    assert tell(app)["desk@example.org"].told == 0
    app.ledger.wind(timedelta(minutes=2))
    tell(app)
    assert box.subjects == ["amplify: nothing has published for an hour"]


def test_reviews_and_facts_that_run_out(app: FakeDesk, box: Mailbox) -> None:
    wants(app, mail(box))
    assert app.shop is not None
    app.shop.person("anna", reviewed="2027-05-10", review_days=9).fact("prisoners", expires="2027-05-20")
    app.edited()
    tell(app)
    assert box.subjects == ["amplify: 1 person has to be asked about again; 1 fact runs out"]
    assert "anna" not in str(box.mails[0]).lower()


class TestTimes:
    NIGHT = NotifySettings.model_validate({"zone": "Europe/Vilnius", "quiet": {"start": "22:00", "end": "07:00"}})

    @staticmethod
    def recipient(**more: Any) -> MailRecipient:
        said = {"to": "a@example.org", "sender": "b@example.org", "server": "localhost", "security": "none"}
        return MailRecipient.model_validate(said | more)

    @pytest.mark.parametrize(
        ("real", "expected"),
        [
            ("2027-05-17T12:00:00+03:00", "2027-05-17T12:00:00+03:00"),
            ("2027-05-17T22:00:00+03:00", "2027-05-18T07:00:00+03:00"),
            ("2027-05-18T03:00:00+03:00", "2027-05-18T07:00:00+03:00"),
            ("2027-05-18T07:00:00+03:00", "2027-05-18T07:00:00+03:00"),
            ("2027-10-30T23:00:00+03:00", "2027-10-31T07:00:00+02:00"),  # the night in which clocks go back
        ],
    )
    def test_quiet_hours(self, real: str, expected: str) -> None:
        found = tell_time(self.NIGHT, self.recipient(), Notice("unsure", "a", ""), datetime.fromisoformat(real))
        assert found == datetime.fromisoformat(expected)

    def test_once_a_day(self) -> None:
        real = datetime.fromisoformat("2027-05-17T12:00:00+03:00")
        found = tell_time(self.NIGHT, self.recipient(daily="09:00"), Notice("unsure", "a", ""), real)
        assert found == datetime.fromisoformat("2027-05-18T09:00:00+03:00")
