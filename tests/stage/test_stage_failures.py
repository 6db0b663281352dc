"""Each kind of failure, and whether the post was accepted all the same."""

from __future__ import annotations

import time

import pytest
import requests
import tweepy
from atproto_client.exceptions import BadRequestError, InvokeTimeoutError, NetworkError, RequestException
from mastodon.errors import (
    MastodonAPIError,
    MastodonInternalServerError,
    MastodonNetworkError,
    MastodonRatelimitError,
    MastodonUnauthorizedError,
)
from troupe import Troupe

from amplify.stage.failures import Kind


def accepted(troupe: Troupe, text: str) -> int:
    return len([p for p in troupe.control.posts() if p["text"] == text])


X_FAILURES: list[tuple[Kind, type[Exception], int]] = [
    ("refuse", tweepy.Forbidden, 0),
    ("429", tweepy.TooManyRequests, 0),
    ("500", tweepy.TwitterServerError, 0),
    ("logged_out", tweepy.Unauthorized, 0),
    ("garbage", requests.JSONDecodeError, 1),
    ("timeout_before", requests.ReadTimeout, 0),
    ("timeout_after", requests.ReadTimeout, 1),
    ("reset_before", requests.ConnectionError, 0),
    ("reset_after", requests.ConnectionError, 1),
]


@pytest.mark.parametrize(("kind", "error", "kept"), X_FAILURES)
def test_x(troupe: Troupe, kind: Kind, error: type[Exception], kept: int) -> None:
    client, text = troupe.x("fails", timeout=0.5), f"Post {kind}"
    troupe.control.fail(kind, platform="x", path="/2/tweets", method="POST", retry_after=30)
    with pytest.raises(error) as caught:
        client.create_tweet(text=text, user_auth=True)
    if kind == "garbage":
        caught.match("Expecting value")
    assert accepted(troupe, text) == kept
    if kept == 0:
        client.create_tweet(text=text)
        assert accepted(troupe, text) == 1


MASTODON_FAILURES: list[tuple[Kind, type[Exception], int]] = [
    ("refuse", MastodonAPIError, 0),
    ("429", MastodonRatelimitError, 0),
    ("500", MastodonInternalServerError, 0),
    ("logged_out", MastodonUnauthorizedError, 0),
    ("garbage", MastodonAPIError, 1),
    ("timeout_before", MastodonNetworkError, 0),
    ("timeout_after", MastodonNetworkError, 1),
    ("reset_before", MastodonNetworkError, 0),
    ("reset_after", MastodonNetworkError, 1),
]


@pytest.mark.parametrize(("kind", "error", "kept"), MASTODON_FAILURES)
def test_mastodon(troupe: Troupe, kind: Kind, error: type[Exception], kept: int) -> None:
    client, text = troupe.mastodon("fails@social.example", timeout=0.5), f"Status {kind}"
    troupe.control.fail(kind, handle="fails@social.example")
    with pytest.raises(error):
        client.status_post(text, idempotency_key=text)
    assert accepted(troupe, text) == kept
    client.status_post(text, idempotency_key=text)
    assert accepted(troupe, text) == 1


BLUESKY_FAILURES: list[tuple[Kind, type[Exception], int]] = [
    ("refuse", BadRequestError, 0),
    ("429", RequestException, 0),
    ("500", RequestException, 0),
    ("logged_out", BadRequestError, 0),
    ("garbage", Exception, 1),
    ("timeout_before", InvokeTimeoutError, 0),
    ("timeout_after", InvokeTimeoutError, 1),
    ("reset_before", NetworkError, 0),
    ("reset_after", NetworkError, 1),
]


@pytest.mark.parametrize(("kind", "error", "kept"), BLUESKY_FAILURES)
def test_bluesky(troupe: Troupe, kind: Kind, error: type[Exception], kept: int) -> None:
    client, text = troupe.bluesky("fails.example"), f"Record {kind}"
    client.request._client.timeout = 0.5
    troupe.control.fail(kind, path="createRecord")
    with pytest.raises(error):
        client.send_post(text, langs=["en"])
    assert accepted(troupe, text) == kept


@pytest.mark.parametrize(("kind", "at_once"), [("slow_before", 0), ("slow_after", 1)])
def test_what_is_slow_is_accepted_though_nobody_waits_any_more(troupe: Troupe, kind: Kind, at_once: int) -> None:
    client, text = troupe.mastodon("slow@social.example", timeout=0.3), f"Status {kind}"
    troupe.control.fail(kind, handle="slow@social.example", method="POST", seconds=1)
    began = time.monotonic()
    with pytest.raises(MastodonNetworkError):
        client.status_post(text, idempotency_key=text)
    assert time.monotonic() - began < 1, "the client did not give up"
    assert accepted(troupe, text) == at_once
    while not accepted(troupe, text):
        assert time.monotonic() - began < 30
        time.sleep(0.02)
    client.status_post(text, idempotency_key=text)
    assert accepted(troupe, text) == 1


@pytest.mark.parametrize("kind", ["slow_before", "slow_after"])
def test_who_waits_is_answered(troupe: Troupe, kind: Kind) -> None:
    client, text = troupe.x("patient", timeout=10), f"Post {kind} for the patient"
    troupe.control.fail(kind, handle="patient", seconds=0.3)
    began = time.monotonic()
    client.create_tweet(text=text)
    assert time.monotonic() - began >= 0.3
    assert accepted(troupe, text) == 1


def test_an_order_is_aimed_counted_and_cleared(troupe: Troupe) -> None:
    one, two = troupe.x("aimed"), troupe.x("spared")
    troupe.control.fail("500", handle="aimed", count=2)
    two.create_tweet(text="Spared")
    for _ in range(2):
        with pytest.raises(tweepy.TwitterServerError):
            one.create_tweet(text="Aimed")
    one.create_tweet(text="Aimed")
    troupe.control.fail("500", platform="x", count=100)
    troupe.control.clear_failures()
    one.create_tweet(text="Cleared")


def test_latency_is_waited_for_and_does_not_block_others(troupe: Troupe) -> None:
    client = troupe.x("slow")
    troupe.control.latency(0.3)
    start = time.monotonic()
    client.get_me()
    assert time.monotonic() - start >= 0.3
    start = time.monotonic()
    troupe.control.posts()
    assert time.monotonic() - start < 0.3


def test_budgets_run_out_in_real_time(tmp_path_factory: pytest.TempPathFactory) -> None:
    from amplify.stage.process import Stage

    with Stage(tmp_path_factory.mktemp("tight"), rate_factor=0.05) as stage:
        client = Troupe(stage).x("limited")
        for n in range(5):
            client.create_tweet(text=f"{n}")
        with pytest.raises(tweepy.TooManyRequests) as caught:
            client.create_tweet(text="One too many")
        headers = caught.value.response.headers
        assert headers["x-rate-limit-remaining"] == "0"
        assert 0 < int(headers["x-rate-limit-reset"]) - time.time() <= 901
        assert accepted(Troupe(stage), "One too many") == 0
