"""X on the stage, through tweepy as it is."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import requests
import tweepy
from requests_oauthlib import OAuth1
from troupe import START, Troupe

DUPLICATE = {
    "detail": "You are not allowed to create a Tweet with duplicate content.",
    "type": "about:blank",
    "title": "Forbidden",
    "status": 403,
}


def upload(client: tweepy.Client, data: bytes) -> str:
    asked = {"media": base64.b64encode(data).decode(), "media_category": "tweet_image"}
    said: dict[str, Any] = client.request("POST", "/2/media/upload", json=asked, user_auth=True).json()
    return str(said["data"]["id"])


def describe(client: tweepy.Client, id: str, alt: str) -> None:
    asked = {"id": id, "metadata": {"alt_text": {"text": alt}}}
    client.request("POST", "/2/media/metadata", json=asked, user_auth=True)


def test_a_post_with_pictures_comes_back_as_x_gives_it(troupe: Troupe, picture: Callable[..., bytes]) -> None:
    client = troupe.x("press_pictures")
    ids = [upload(client, picture(colour)) for colour in ("red", "green", "blue", "black")]
    describe(client, ids[0], "A red field")
    text = "Sign & share <now>: https://example.org/petition #FreeAnna @letters"
    made = client.create_tweet(text=text, media_ids=ids)
    fields = ["created_at", "entities", "public_metrics"]
    got = client.get_tweets([made.data["id"]], tweet_fields=fields, user_auth=True).data[0]
    assert "https://example.org" not in got.text
    assert "&amp; share &lt;now&gt;: https://t.co/" in got.text
    urls = got.entities["urls"]
    assert urls[0]["expanded_url"] == "https://example.org/petition"
    assert got.text[urls[0]["start"] : urls[0]["end"]] == urls[0]["url"]
    assert urls[-1]["expanded_url"].endswith(f"/status/{made.data['id']}/photo/1")
    assert got.entities["hashtags"][0]["tag"] == "FreeAnna"
    assert got.entities["mentions"][0]["username"] == "letters"
    assert got.created_at == START
    assert got.public_metrics["like_count"] == 0
    [kept] = [p for p in troupe.control.posts("x") if p["id"] == made.data["id"]]
    assert kept["text"] == text
    assert [m["alt"] for m in kept["media"]] == ["A red field", "", "", ""]


def test_the_same_text_twice_is_refused_in_x_s_words(troupe: Troupe) -> None:
    client, other = troupe.x("twice"), troupe.x("twice_other")
    client.create_tweet(text="Only once. ўзор")
    with pytest.raises(tweepy.Forbidden) as refused:
        client.create_tweet(text="Only  once. ўзор ")
    assert refused.value.response.json() == DUPLICATE
    assert refused.value.api_messages == [DUPLICATE["detail"]]
    other.create_tweet(text="Only once. ўзор")


def test_deleting_makes_room_for_the_text_again(troupe: Troupe) -> None:
    client = troupe.x("again")
    first = client.create_tweet(text="Taken back").data["id"]
    assert client.delete_tweet(first).data == {"deleted": True}
    assert client.get_tweets([first], user_auth=True).errors[0]["resource_id"] == first
    client.create_tweet(text="Taken back")
    with pytest.raises(tweepy.NotFound):
        client.delete_tweet(first)


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("я" * 280, True),
        ("я" * 281, False),
        ("…" * 140, True),
        ("…" * 140 + "a", False),
        ("a" * 256 + " https://example.org/" + "p" * 400, True),
        ("a" * 257 + " https://example.org/" + "p" * 400, False),
    ],
)
def test_weighted_length(troupe: Troupe, text: str, fits: bool) -> None:
    client = troupe.x("lengths")
    if fits:
        client.create_tweet(text=text)
    else:
        with pytest.raises(tweepy.Forbidden):
            client.create_tweet(text=text)


def test_requests_that_x_s_schema_does_not_allow(troupe: Troupe, picture: Callable[..., bytes]) -> None:
    client = troupe.x("strict")
    for body in (
        {"text": "a", "status": "b"},
        {"text": 5},
        {},
        {"text": "a", "media": {"media_ids": ["123"]}},
        {"text": "a", "reply": {"to": "1"}},
        {"text": "a", "media": {"media_ids": ["1", "2", "3", "4", "5"]}},
    ):
        with pytest.raises(tweepy.BadRequest):
            client.request("POST", "/2/tweets", json=body, user_auth=True)
    with pytest.raises(tweepy.BadRequest):
        upload(client, b"not a picture")
    with pytest.raises(tweepy.BadRequest):
        upload(client, picture(size=(1400, 1300), noise=90))
    id = upload(client, picture())
    with pytest.raises(tweepy.BadRequest):
        describe(client, id, "a" * 1001)
    with pytest.raises(tweepy.BadRequest):
        client.get_tweets(list(range(101)), user_auth=True)
    stranger = troupe.x("strict_stranger")
    with pytest.raises(tweepy.BadRequest):
        stranger.create_tweet(text="With somebody else's picture", media_ids=[id])


def test_threads_are_for_the_author_only(troupe: Troupe) -> None:
    client, other = troupe.x("author"), troupe.x("stranger")
    first = client.create_tweet(text="First").data["id"]
    second = client.create_tweet(text="Second", in_reply_to_tweet_id=first).data["id"]
    with pytest.raises(tweepy.Forbidden, match="or are the author"):
        other.create_tweet(text="Me too", in_reply_to_tweet_id=first)
    [kept] = [p for p in troupe.control.posts("x") if p["id"] == second]
    assert kept["reply_to"] == first
    fields = ["referenced_tweets", "conversation_id"]
    got = client.get_tweets([second], tweet_fields=fields, user_auth=True).data[0]
    assert got.referenced_tweets[0].id == int(first)
    assert got.conversation_id == int(first)


def test_boosting_twice_is_one_boost(troupe: Troupe) -> None:
    client, other = troupe.x("boosted"), troupe.x("booster")
    id = client.create_tweet(text="Pass it on").data["id"]
    assert other.retweet(id).data["retweeted"]
    assert other.retweet(id).data["retweeted"]
    assert len([p for p in troupe.control.posts("x") if p["boost_of"] == id]) == 1
    metrics = client.get_tweets([id], tweet_fields=["public_metrics"], user_auth=True).data[0].public_metrics
    assert metrics["retweet_count"] == 1
    assert other.unretweet(id).data == {"retweeted": False}
    assert all(p["deleted"] for p in troupe.control.posts("x") if p["boost_of"] == id)


def test_own_timeline_newest_first_from_a_time_on(troupe: Troupe) -> None:
    client = troupe.x("timeline")
    for hour in range(12):
        troupe.control.clock(START + timedelta(hours=hour))
        client.create_tweet(text=f"At hour {hour}")
    me = client.get_me().data
    got = client.get_users_tweets(me.id, start_time=START + timedelta(hours=9), user_auth=True).data
    assert [t.text for t in got] == ["At hour 11", "At hour 10", "At hour 9"]
    pages = tweepy.Paginator(client.get_users_tweets, me.id, max_results=5, user_auth=True)
    assert [len(page.data) for page in pages] == [5, 5, 2]
    assert client.get_users_tweets(me.id, start_time=START + timedelta(hours=20), user_auth=True).data is None


def test_wrong_secrets_are_told_from_right_ones(troupe: Troupe) -> None:
    for wrong in ({"access_token": "1-nobody"}, {"access_secret": "wrong"}, {"api_secret": "wrong"}):
        with pytest.raises(tweepy.Unauthorized):
            troupe.x("signed", **wrong).create_tweet(text="Never")
    assert requests.get(f"{troupe.stage.url}/2/users/me", timeout=5).status_code == 401
    assert troupe.x("signed").get_me().data.username == "signed"


def test_a_signature_serves_once_and_for_some_minutes(troupe: Troupe) -> None:
    secrets = troupe.control.account("x", "once", "Once")

    def signed(**options: str) -> requests.PreparedRequest:
        names = ("api_key", "api_secret", "access_token", "access_secret")
        request = requests.Request("GET", "https://api.twitter.com/2/users/me")
        request.auth = OAuth1(*(secrets[name] for name in names), **options)
        prepared = request.prepare()
        prepared.url = f"{troupe.stage.url}/2/users/me"
        return prepared

    with requests.Session() as session:
        request = signed()
        assert [session.send(request, timeout=5).status_code for _ in range(2)] == [200, 401]
        for minutes, status in ((-4, 200), (-6, 401), (6, 401)):
            made = signed(timestamp=str(int(time.time()) + minutes * 60))
            assert session.send(made, timeout=5).status_code == status


def test_engagement_grows_with_campaign_time_and_is_the_same_again(troupe: Troupe) -> None:
    client = troupe.x("grows")
    id = client.create_tweet(text="Watch me grow").data["id"]
    seen = []
    for hours in (0, 1, 24, 24 * 7, 24 * 7):
        troupe.control.clock(START + timedelta(hours=hours))
        post = client.get_tweets([id], tweet_fields=["public_metrics"], user_auth=True).data[0]
        seen.append(post.public_metrics)
    assert seen[-1] == seen[-2]
    for name in ("like_count", "retweet_count", "impression_count", "reply_count", "quote_count", "bookmark_count"):
        numbers = [one[name] for one in seen]
        assert numbers == sorted(numbers)
    assert 0 == seen[0]["like_count"] < seen[2]["like_count"] < 500
