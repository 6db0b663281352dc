"""What an answer speaks of: the delivery, its account, or nobody knows yet. Asked of every adapter."""

from __future__ import annotations

from pathlib import Path

import pytest
from ground import Ground, OnStage
from mastodon import MastodonAPIError
from test_failures import WRITE

from amplify.context.speakers import ask_whoami
from amplify.engine.refusals import explain_refusal
from amplify.model.errors import LoggedOut, PlatformError, Refused, TryLater
from amplify.platforms.mastodon.errors import translate

UPLOAD = {"x": "/2/media/upload", "bluesky": "uploadBlob", "mastodon": "/api/v2/media"}


def refused_by(ground: OnStage, kind: str, **filters: str) -> PlatformError:
    """What a post gets while its server answers so."""
    member = ground.member()
    call = member.call(member.message(f"Не сёння {kind}"))
    ground.stage.control.fail(kind, platform=ground.platform, count=99, **filters)  # type: ignore[arg-type]
    with pytest.raises(PlatformError) as caught:
        member.platform.publish(call)
    if isinstance(caught.value, Refused) and caught.value.unexplained:
        return explain_refusal(member.platform, caught.value)
    return caught.value


def test_credentials_that_may_write_are_found_so_and_nothing_is_said(ground: Ground) -> None:
    member = ground.member()
    receipt = member.publish("Адзін допіс")
    member.platform.check_write_access()
    assert member.platform.read([receipt.id])[receipt.id] is not None


def test_tokens_that_may_only_read_are_the_accounts_fault(on_stage: OnStage) -> None:
    if on_stage.platform == "bluesky":
        return  # its app passwords always may
    member = on_stage.member()
    call = member.call(member.message("Толькі чытаць"))
    on_stage.stage.control.read_only(on_stage.platform, member.connection.handle)
    assert member.platform.whoami().handle
    with pytest.raises(LoggedOut, match="write"):
        member.again().check_write_access()
    with pytest.raises(Refused) as caught:
        member.platform.publish(call)
    assert caught.value.unexplained
    assert isinstance(explain_refusal(member.platform, caught.value), LoggedOut)


@pytest.mark.parametrize("kind", ["400", "404", "500"])
def test_a_server_that_stumbles_over_what_is_not_there_lets_write(on_stage: OnStage, kind: str) -> None:
    """Pleroma and Akkoma answer 500 to whoever describes an upload that is not there."""
    if on_stage.platform != "mastodon":
        return  # the others are one program each, and are asked what they answer
    on_stage.stage.control.fail(kind, platform="mastodon", method="PUT", count=9)  # type: ignore[arg-type]
    on_stage.member().platform.check_write_access()


@pytest.mark.parametrize(
    "words",
    [
        "This action is outside the authorized scopes",
        "Forbidden: token has insufficient scope permission",
        "Insufficient permissions: write:statuses.",
        "out_of_scope_for_token",
    ],
    ids=["Mastodon", "GoToSocial", "Pleroma", "Takahe"],
)
def test_every_way_of_saying_that_a_token_lacks_a_right_asks_for_another(words: str) -> None:
    said = translate(MastodonAPIError("Mastodon API returned error", 403, "Forbidden", words))
    assert isinstance(said, LoggedOut)
    assert "Make a new access token" in said.why


@pytest.mark.parametrize("kind", ["400", "403", "404"])
def test_a_server_that_answers_so_to_everything_refuses_no_post(on_stage: OnStage, kind: str) -> None:
    """A bad token, one without rights, a path that is none of the server's."""
    assert isinstance(refused_by(on_stage, kind), LoggedOut)


@pytest.mark.parametrize("kind", ["400", "403", "404"])
def test_who_may_write_is_refused_the_post_alone(on_stage: OnStage, kind: str) -> None:
    error = refused_by(on_stage, kind, path=WRITE[on_stage.platform], method="POST")
    assert isinstance(error, Refused)


def test_a_refusal_that_names_the_text_is_not_asked_after(on_stage: OnStage) -> None:
    if on_stage.platform != "mastodon":
        return  # the others say so in words of many kinds; asking costs one question
    error = refused_by(on_stage, "refuse")
    assert isinstance(error, Refused)
    assert not error.unexplained


def test_a_wrong_path_is_told_as_such(mastodon: Ground) -> None:
    member = mastodon.member()
    lost = member.again(server=f"{member.connection.server}/somewhere")
    with pytest.raises(LoggedOut, match=r"server:.*amplify check --online"):
        ask_whoami(lost)


@pytest.mark.parametrize("kind", ["500", "429", "timeout_before", "reset_before", "garbage"])
def test_an_upload_that_fails_speaks_of_this_delivery_alone(on_stage: OnStage, kind: str) -> None:
    member = on_stage.member()
    hasty = member.again(timeout=1.0)
    hasty.whoami()
    message = member.message("З малюнкам", pictures=(member.picture("one.png", "Квадрат", (9, 9, 9)),))
    path = UPLOAD[on_stage.platform]
    on_stage.stage.control.fail(kind, platform=on_stage.platform, path=path, retry_after=60)  # type: ignore[arg-type]
    with pytest.raises(TryLater) as caught:
        hasty.prepare(message, message.parts[0])
    assert not caught.value.account
    on_stage.stage.control.clear_failures()
    assert hasty.prepare(message, message.parts[0])


@pytest.mark.parametrize("kind", ["500", "429", "timeout_before"])
def test_so_does_a_video(on_stage: OnStage, tmp_path: Path, kind: str) -> None:
    """Also where it is already there, and only its state cannot be asked for."""
    member = on_stage.member()
    hasty = member.again(timeout=2.0)
    hasty.whoami()
    message = member.message("З відэа", pictures=(member.film("walk.mp4", "Крок", tmp_path),))
    path, method = (UPLOAD["x"], "GET") if on_stage.platform == "x" else (UPLOAD[on_stage.platform], "POST")
    on_stage.stage.control.fail(kind, platform=on_stage.platform, path=path, method=method)  # type: ignore[arg-type]
    with pytest.raises(TryLater) as caught:
        hasty.prepare(message, message.parts[0])
    assert not caught.value.account
    on_stage.stage.control.clear_failures()
    assert hasty.prepare(message, message.parts[0])


def test_too_many_posts_and_a_server_that_is_not_there_speak_of_the_account(on_stage: OnStage) -> None:
    member = on_stage.member()
    call = member.call(member.message("Зашмат"))
    on_stage.stage.control.fail("429", platform=on_stage.platform, path=WRITE[on_stage.platform], method="POST")
    with pytest.raises(TryLater) as caught:
        member.platform.publish(call)
    assert caught.value.account
    gone = member.again(server="http://127.0.0.1:9", sessions=None)
    message = member.message("Нікога", pictures=(member.picture("one.png", "Квадрат", (9, 9, 9)),))
    with pytest.raises(TryLater) as caught:
        gone.prepare(message, message.parts[0])
    assert caught.value.account
