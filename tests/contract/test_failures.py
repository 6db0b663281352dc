"""What goes wrong on the way, and by which name the adapters call it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from counterparts.cut import CuttingProxy, How
from counterparts.mastodon import MastodonServer
from ground import BlueskyNetwork, Ground, MastodonMock, Member, OnStage

from amplify.model.errors import LoggedOut, Refused, TryLater, Unknown
from amplify.model.platform import Platform
from amplify.platforms.session_file import SessionFile

WRITE: Final = {"x": "/2/tweets", "bluesky": "putRecord", "mastodon": "/api/v1/statuses"}
READ: Final = {"x": "/2/tweets", "bluesky": "getPosts", "mastodon": "/api/v1/statuses"}


def an_hour_ago() -> datetime:
    return datetime.now(UTC) - timedelta(hours=1)


def fail(ground: OnStage, kind: str, *, reading: bool = False) -> None:
    path = (READ if reading else WRITE)[ground.platform]
    ground.stage.control.fail(
        kind,  # type: ignore[arg-type]
        platform=ground.platform,
        path=path,
        method="GET" if reading else "POST",
        retry_after=77 if kind == "429" else None,
    )


def test_too_many_requests_wait_as_long_as_the_platform_says(on_stage: OnStage) -> None:
    member = on_stage.member()
    call = member.call(member.message("Пачакайма"))
    fail(on_stage, "429")
    with pytest.raises(TryLater) as caught:
        member.platform.publish(call)
    assert caught.value.after is not None
    assert timedelta(0) < caught.value.after <= timedelta(hours=24)
    assert member.platform.publish(call).id


@pytest.mark.parametrize("kind", ["500", "garbage", "timeout_after", "reset_after"])
def test_an_answer_that_says_nothing_is_unknown_and_looked_up(on_stage: OnStage, kind: str) -> None:
    member = on_stage.member()
    call = member.call(member.message(f"Ці дайшло? {kind}"))
    hasty = member.again(timeout=1.0)
    hasty.whoami()  # signed in before the failure
    fail(on_stage, kind)
    with pytest.raises(Unknown) as caught:
        hasty.publish(call)
    assert "дайшло" not in caught.value.why
    if kind == "500":
        return
    found = member.platform.find(call, an_hour_ago())
    assert found is not None
    kept = [one for one in on_stage.stage.control.posts(on_stage.platform) if one["text"] == call.part.text]
    assert len(kept) == 1


@pytest.mark.parametrize("kind", ["timeout_before", "reset_before"])
def test_a_request_that_got_lost_is_unknown_and_not_found(on_stage: OnStage, kind: str) -> None:
    member = on_stage.member()
    call = member.call(member.message(f"Згублена {kind}"))
    hasty = member.again(timeout=1.0)
    hasty.whoami()
    fail(on_stage, kind)
    with pytest.raises(Unknown):
        hasty.publish(call)
    if on_stage.absence_is_provable:
        assert member.platform.find(call, an_hour_ago()) is None
        assert member.platform.publish(call).id
    else:
        with pytest.raises(Unknown):
            member.platform.find(call, an_hour_ago())


def test_a_refusal_is_refused(on_stage: OnStage) -> None:
    member = on_stage.member()
    call = member.call(member.message("Не прымаюць"))
    fail(on_stage, "refuse")
    with pytest.raises(Refused):
        member.platform.publish(call)


def test_an_account_that_lost_its_standing_is_logged_out(on_stage: OnStage) -> None:
    member = on_stage.member()
    call = member.call(member.message("Без уваходу"))
    on_stage.stage.control.fail("logged_out", platform=on_stage.platform, handle=member.connection.handle, count=20)
    with pytest.raises(LoggedOut):
        member.platform.publish(call)


@pytest.mark.parametrize("kind", ["500", "garbage", "429", "reset_before"])
def test_reading_is_never_unknown(on_stage: OnStage, kind: str) -> None:
    member = on_stage.member()
    receipt = member.publish("Чытайце")
    fail(on_stage, kind, reading=True)
    with pytest.raises(TryLater):
        member.platform.read([receipt.id])
    assert member.platform.read([receipt.id])[receipt.id] is not None


def through(ground: Ground, proxy: CuttingProxy) -> tuple[Member, Platform]:
    """A member, and a second adapter of theirs whose way leads through the proxy."""
    member = ground.member()
    member.platform.whoami()
    if isinstance(ground, BlueskyNetwork):
        # Signing in names the account's own server, past the proxy: the kept session is told otherwise.
        from atproto_client import Session

        connection = member.connection
        there = SessionFile(connection.sessions, connection.account, connection.server or "", connection.handle)
        session = Session.decode(there.read() or "")
        session.pds_endpoint = proxy.url
        SessionFile(connection.sessions, connection.account, proxy.url, connection.handle).write(session.encode())
    return member, member.again(server=proxy.url, timeout=2.0)


@pytest.mark.parametrize("how", ["silence", "reset"])
def test_an_answer_lost_on_a_real_server_is_looked_up_and_sent_once(real: Ground, how: How) -> None:
    server = real.member().connection.server
    proxy = CuttingProxy(server or "")
    try:
        member, cut = through(real, proxy)
        call = member.call(member.message(f"Адказ згублены: {how}"))
        cut.whoami()
        proxy.lose(WRITE[real.platform], how)
        with pytest.raises(Unknown):
            cut.publish(call)
        assert proxy.lost.wait(5)
        found = member.platform.find(call, an_hour_ago())
        assert found is not None
        assert member.platform.publish(call) == found
    finally:
        proxy.close()


def test_media_are_refused_where_the_server_says_so(mastodon: Ground) -> None:
    member = mastodon.member()
    broken = member.picture("broken.png", "Нічога", (1, 2, 3))
    member.pictures["broken.png"] = b"not a picture at all"
    message = member.message("Малюнак", pictures=(broken,))
    try:
        prepared = member.platform.prepare(message, message.parts[0])
    except Refused:
        return
    assert len(prepared["media_ids"]) == 1  # mastodon_mock looks at no bytes


@pytest.fixture
def mock(mastodon_server: MastodonServer, tmp_path: Path) -> MastodonMock:
    return MastodonMock(tmp_path, mastodon_server)


@pytest.mark.xdist_group("mock")
@pytest.mark.parametrize("fault", [{"status": 503}, {"type": "malformed"}])
def test_the_real_mastodon_says_nothing_in_its_own_ways(mock: MastodonMock, fault: dict[str, object]) -> None:
    member = mock.member()
    call = member.call(member.message("З памылкай"))
    with mock.server.fault(path="/api/v1/statuses", methods=["POST"], count=1, **fault), pytest.raises(Unknown):
        member.platform.publish(call)
    assert member.platform.publish(call).id


@pytest.mark.xdist_group("mock")
def test_a_server_without_the_look_up_of_many_is_asked_one_by_one(mock: MastodonMock) -> None:
    member = mock.member()
    receipts = [member.publish(f"Па адным {number}") for number in range(3)]
    member.platform.delete(receipts[2])
    with mock.server.fault(path="/api/v1/statuses", methods=["GET"], status=405):
        readings = member.platform.read([one.id for one in receipts])
    assert [readings[one.id] is not None for one in receipts] == [True, True, False]


@pytest.mark.xdist_group("mock")
def test_a_server_that_is_no_mastodon_is_not_taken_for_one(mock: MastodonMock) -> None:
    """It names no API version of Mastodon, and its version is a word: nothing of that may matter."""
    member = mock.member()
    receipt = member.publish("Іншы сервер", pictures=(member.picture("a.png", "Квадрат", (5, 5, 5)),))
    described = {"version": "other/0.11.0 (compatible)", "configuration": {"statuses": {"max_characters": 777}}}
    with (
        mock.server.fault(path="/api/v2/instance*", methods=["GET"], status=200, body=described),
        mock.server.fault(path="/api/v1/statuses", methods=["GET"], status=500),  # must not be asked
    ):
        fresh = member.again()
        assert fresh.limits().text == 777
        assert fresh.limits().counts == "strictest"
        assert not fresh.keeps_keys()
        assert fresh.read([receipt.id])[receipt.id] is not None
