"""Which post of a timeline is ours: servers give texts back in forms of their own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from amplify.model.message import Message, Part
from amplify.model.platform import PublishRequest, Receipt
from amplify.platforms.mastodon import matching as mastodon_matching
from amplify.platforms.mastodon.server_description import describe_server
from amplify.platforms.uploads import valid_until
from amplify.platforms.x import matching as x_matching
from amplify.rules.plan.upload_validity import is_valid


def call(text: str, *, warning: str | None = None, parent: str | None = None) -> PublishRequest:
    part = Part(text)
    message = Message("any", ("be",), (part,), content_warning=warning)
    answers = Receipt(parent, "") if parent else None
    return PublishRequest(part, message, "key", "record", datetime(2027, 5, 17, tzinfo=UTC), {}, answers, answers)


def status(content: str, **more: Any) -> dict[str, Any]:
    return {"id": "1", "content": content, "in_reply_to_id": None, "spoiler_text": "", "reblog": None} | more


LONG = "https://example.org/petitions/anna?lang=be&from=post"
SHOWN = (
    '<a href="https://example.org/petitions/anna?lang=be&amp;from=post" rel="nofollow noopener" target="_blank">'
    '<span class="invisible">https://</span><span class="ellipsis">example.org/petitions/anna?lan</span>'
    '<span class="invisible">g=be&amp;from=post</span></a>'
)
TAG = '<a href="https://social.example/tags/x" class="mention hashtag" rel="tag">#<span>СвабодаАнне</span></a>'


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("Plain & <b>bold</b>", "<p>Plain &amp; &lt;b&gt;bold&lt;/b&gt;</p>"),
        (f"Падпішыце: {LONG} #СвабодаАнне", f"<p>Падпішыце: {SHOWN} {TAG}</p>"),
        (f"Чытайце {LONG}", f'<p>Чытайце <a href="{LONG}">example.org/petitions/…</a></p>'),
        ("https://example.org/ў", '<p><a href="https://example.org/%D1%9E">https://example.org/ў</a></p>'),
        ("https://Example.org/", '<p><a href="https://example.org">https://example.org</a></p>'),
        ("one\ntwo\n\nthree ", "<p>one<br>two</p><p>three</p>"),
        ("one\r\ntwo", "one<br/>two"),
        (
            "Разам з @friend@other.example",
            '<p>Разам з <span class="h-card"><a href="https://o.example/@f" class="u-url mention">@<b>friend</b></a>',
        ),
        ("Разам з @friend@other.example", "<p>Разам з @friend@other.example</p>"),
        ("ё у ў", "<p>е\u0308 у у\u0306</p>"),
        ("\u2067سلام\u2069 Анна", "<p>سلام Анна</p>"),
        ("Сэрца ❤️ і 👩‍👩‍👧", "<p>Сэрца ❤ і 👩‍👩‍👧</p>"),
        (":blobcat: прывітанне", "<p>:blobcat: прывітанне</p>"),
        (":blobcat: прывітанне", '<p><img class="emoji" alt=":blobcat:" src="/b.png"> прывітанне</p>'),
        ("trailing   spaces\u00a0here  ", "<p>trailing spaces here</p>"),
    ],
)
def test_servers_ways_with_our_text(text: str, content: str) -> None:
    assert mastodon_matching.same_post(call(text), status(content))


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("Свабода Анне", "<p>Свабода Ганне</p>"),
        ("Свабода", "<p>Свабода!</p>"),
        ("@anna@one.example", "<p>@hanna@one.example</p>"),
        ("https://example.org/a", '<p><a href="https://example.org/b">https://example.org/b</a></p>'),
        ("", "<p>something</p>"),
    ],
)
def test_what_differs_is_another_post(text: str, content: str) -> None:
    assert not mastodon_matching.same_post(call(text), status(content))


def test_warning_thread_and_boosts_are_told_apart() -> None:
    same = mastodon_matching.same_post
    assert same(call("a", warning="Гвалт"), status("<p>a</p>", spoiler_text="Гвалт"))
    assert not same(call("a"), status("<p>a</p>", spoiler_text="Гвалт"))
    assert same(call("a", parent="7"), status("<p>a</p>", in_reply_to_id="7"))
    assert same(call("a", parent="7"), status("<p>a</p>", in_reply_to_id=7))
    assert not same(call("a"), status("<p>a</p>", in_reply_to_id="7"))
    assert not same(call("a", parent="7"), status("<p>a</p>"))
    boost = status("<p>a</p>", reblog=status("<p>a</p>", id="9"))
    assert not same(call("a"), boost)
    assert mastodon_matching.repeats("9", boost)
    assert not mastodon_matching.repeats("8", boost)
    assert not mastodon_matching.repeats("1", status("<p>a</p>"))


def test_x_gives_addresses_back_behind_its_own() -> None:
    remote: dict[str, Any] = {
        "id": "5",
        "text": "Чытайце &amp; дзяліцеся https://t.co/a1 https://t.co/p1",
        "entities": {
            "urls": [
                {"url": "https://t.co/a1", "expanded_url": "https://example.org/Anna"},
                {"url": "https://t.co/p1", "expanded_url": "https://x.com/p/status/5/photo/1", "media_key": "3_1"},
            ]
        },
    }
    assert x_matching.same_post(call("Чытайце & дзяліцеся https://example.org/Anna"), remote)
    assert not x_matching.same_post(call("Чытайце & дзяліцеся https://example.org/Hanna"), remote)
    assert not x_matching.same_post(call("Чытайце & дзяліцеся https://example.org/Anna", parent="4"), remote)
    answered = remote | {"referenced_tweets": [{"type": "replied_to", "id": "4"}]}
    assert x_matching.same_post(call("Чытайце & дзяліцеся https://example.org/Anna", parent="4"), answered)
    repeated = {"id": "6", "referenced_tweets": [{"type": "retweeted", "id": "5"}]}
    assert x_matching.repeats("5", repeated)
    assert not x_matching.repeats("6", repeated)
    assert not x_matching.repeats("4", answered)


@pytest.mark.parametrize("version", ["4.5.0", "4.3.0+glitch", "4.4.0-rc.1", "v3.5.3", "10.0.0", "4.2.10+build-7"])
def test_mastodon_and_its_forks_keep_keys(version: str) -> None:
    assert describe_server(lambda _: {"version": version}).keeps_keys


@pytest.mark.parametrize(
    "version",
    [
        "0.17.3 git-6b3c1f0",
        "0.20.0+git-abc",
        "3.5.3+0.17.0-git-6b3c1f0",
        "takahe/0.11.0",
        "2.7.2 (compatible; Pleroma 2.5.0)",
        "4.1.0 (compatible; Akkoma 3.10)",
        "other/1.0",
        "",
        None,
    ],
)
def test_other_servers_are_not_trusted_with_keys(version: str | None) -> None:
    assert not describe_server(lambda _: {"version": version}).keeps_keys
    assert not describe_server(lambda _: None).keeps_keys


def test_uploads_hold_until_the_platform_forgets_them() -> None:
    now = datetime.now(UTC)
    prepared = {"media_ids": ["1"], "until": valid_until(timedelta(hours=24))}
    assert is_valid(prepared, now)
    assert is_valid(prepared, now + timedelta(hours=23))
    assert not is_valid(prepared, now + timedelta(hours=24))
    assert is_valid({"media_ids": []}, now + timedelta(days=365))
    assert is_valid({"until": valid_until(timedelta(seconds=40))}, datetime.now(UTC))


def test_the_same_call_with_other_words_is_another_post() -> None:
    one = call("a")
    assert not mastodon_matching.same_post(replace(one, part=Part("b")), status("<p>a</p>"))
