"""Mastodon on the stage, through Mastodon.py as it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import requests
from mastodon.errors import MastodonAPIError, MastodonNotFoundError, MastodonUnauthorizedError
from troupe import START, Troupe


def error(caught: pytest.ExceptionInfo[MastodonAPIError]) -> tuple[int, str]:
    return caught.value.args[1], caught.value.args[3]


def test_the_server_says_what_it_is(troupe: Troupe) -> None:
    for path in ("/api/v1/instance", "/api/v1/instance/", "/api/v2/instance", "/api/v2/instance/"):
        said = requests.get(troupe.stage.url + path, timeout=5).json()
        assert said["version"].startswith("4.5.")
        assert said["configuration"]["statuses"]["max_characters"] == 500
    client = troupe.mastodon("says@social.example")
    assert client.instance_v2().api_versions.mastodon == 7
    assert client.account_verify_credentials().username == "says"


def test_a_post_with_pictures_warning_and_language(troupe: Troupe, picture: Callable[..., bytes]) -> None:
    client = troupe.mastodon("post@social.example")
    media = [client.media_post(picture(), mime_type="image/png", description=f"Апісанне {n}") for n in range(4)]
    text = "Ліст пра холад https://example.org/list\n\n#СвабодаАнне"
    made = client.status_post(
        text, media_ids=media, language="be", spoiler_text="Здароўе", visibility="unlisted", idempotency_key="k"
    )
    got = client.status(made)
    assert (got.language, got.spoiler_text, got.visibility, got.sensitive) == ("be", "Здароўе", "unlisted", True)
    assert [m.description for m in got.media_attachments] == [f"Апісанне {n}" for n in range(4)]
    assert got.created_at == START
    assert got.content.startswith("<p>Ліст")
    assert "</p><p>" in got.content
    assert [t.name for t in got.tags] == ["свабодаанне"]
    [kept] = [p for p in troupe.control.posts("mastodon") if p["id"] == str(made.id)]
    assert kept["text"] == text
    assert kept["url"] == made.url


def test_a_key_is_remembered_for_an_hour_of_campaign_time_and_per_account(troupe: Troupe) -> None:
    client, other = troupe.mastodon("key@social.example"), troupe.mastodon("key2@social.example")
    first = client.status_post("Once", idempotency_key="same")
    assert client.status_post("Once", idempotency_key="same").id == first.id
    assert other.status_post("Once", idempotency_key="same").id != first.id
    troupe.control.clock(START + timedelta(seconds=3599))
    assert client.status_post("Once", idempotency_key="same").id == first.id
    troupe.control.clock(START + timedelta(seconds=3600))
    assert client.status_post("Once", idempotency_key="same").id != first.id


@pytest.mark.parametrize(
    ("text", "warning", "fits"),
    [
        ("ў" * 500, "", True),
        ("у\u0306" * 501, "", False),
        ("👨‍👩‍👧" * 500, "", True),
        ("a" * 490, "b" * 11, False),
        ("a" * 476 + " https://example.org/" + "p" * 300, "", True),
        ("a" * 477 + " https://example.org/" + "p" * 300, "", False),
        ("a" * 494 + " @user@a-very-long-server.example", "", True),
        ("a" * 495 + " @user@a-very-long-server.example", "", False),
    ],
)
def test_length(troupe: Troupe, text: str, warning: str, fits: bool) -> None:
    client = troupe.mastodon("length@social.example")
    if fits:
        client.status_post(text, spoiler_text=warning or None)
        return
    with pytest.raises(MastodonAPIError) as caught:
        client.status_post(text, spoiler_text=warning or None)
    assert error(caught) == (422, "Validation failed: Text character limit of 500 exceeded")


def test_what_the_server_refuses(troupe: Troupe, picture: Callable[..., bytes]) -> None:
    client = troupe.mastodon("refuse@social.example")
    media = client.media_post(picture(), mime_type="image/png", description="Once")
    client.status_post("Uses it", media_ids=[media])
    for ids in ([media], [12345]):
        with pytest.raises(MastodonAPIError, match="already attached") as caught:
            client.status_post("Uses it again", media_ids=ids)
        assert error(caught)[0] == 422
    for data, alt in ((b"no picture", "a"), (picture(size=(2500, 2300), noise=90), "a"), (picture(), "a" * 1501)):
        with pytest.raises(MastodonAPIError):
            client.media_post(data, mime_type="image/png", description=alt)
    with pytest.raises(MastodonAPIError):
        client.status_post("")
    with pytest.raises(MastodonNotFoundError):
        client.status_post("To nobody", in_reply_to_id=1)
    with pytest.raises(MastodonAPIError):
        client.statuses(list(range(21)))
    with pytest.raises(MastodonUnauthorizedError):
        troupe.mastodon("refuse@social.example", access_token="wrong").status_post("Never")


def test_threads_boosts_deletion_and_look_ups(troupe: Troupe) -> None:
    client, other = troupe.mastodon("read@social.example"), troupe.mastodon("read@other.example")
    first = client.status_post("First")
    second = client.status_post("Second", in_reply_to_id=first)
    assert second.in_reply_to_id == first.id
    boost = other.status_reblog(first)
    assert boost.reblog.id == first.id
    assert other.status_reblog(first).id == boost.id
    assert client.status(first).reblogs_count == 1
    assert [s.id for s in client.statuses([first, second, 7])] == [first.id, second.id]
    assert [s.id for s in client.account_statuses(client.me())] == [second.id, first.id]
    assert [s.id for s in client.account_statuses(client.me(), max_id=second)] == [first.id]
    assert other.search_v2(first.url, resolve=True).statuses[0].id == first.id
    assert other.account_lookup("read@social.example").id == client.me().id
    assert client.ratelimit_limit > 0
    client.status_delete(second)
    with pytest.raises(MastodonNotFoundError):
        client.status(second)
    with pytest.raises(MastodonNotFoundError):
        other.status_delete(first)
    other.status_unreblog(first)
    client.status_delete(first)
    assert client.statuses([first, second]) == []


def test_rate_headers_are_those_of_the_statuses_family(troupe: Troupe) -> None:
    client = troupe.mastodon("rate@social.example")
    client.status_post("One")
    first = client.ratelimit_remaining
    client.status_post("Two")
    assert client.ratelimit_remaining == first - 1
    assert client.ratelimit_limit == 300 * 100
