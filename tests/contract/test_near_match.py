"""Never twice, whatever a server does to a text: ours comes back changed, and is found or goes to a person."""

from __future__ import annotations

import html
import random
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ground import Ground, MastodonOnStage, OnStage
from hypothesis import given, settings
from hypothesis import strategies as st

from amplify.model.errors import Unknown
from amplify.model.message import Message, Part
from amplify.model.platform import PublishRequest, Receipt
from amplify.platforms.bluesky import adapter as bluesky_adapter
from amplify.platforms.http import clock_lag
from amplify.platforms.mastodon import matching as mastodon_matching
from amplify.platforms.x import matching as x_matching
from amplify.rules.text.near_match import is_near_match
from amplify.stage.process import Stage

WORDS = (
    "Вера Літвін сёння ў турме без газеты ліст 812 дзён journalists wrote to one of them day of the seafarer "
    "ველოდებით წერილს خبرنگاران در زندان 詳細はこちら ਪੰਜਾਬੀ हिन्दी में पत्र ዜና 기자 จดหมาย עיתונאים"
).split()
MARKUP = [
    "¯\\_(ツ)_/¯",
    "**bold**",
    "_em_",
    "&amp; &lt;3 &#39;",
    "<b>b</b>",
    "<Vera>",
    "a < b > c",
    "[ліст](https://charter.example/x)",
    "https://charter.example/ў/list_of_names?utm_source=a&si=b#c",
    "https://charter.example/a).",
    "(charter.example/кат)",
    "`code`",
    "# Title",
    "\n\n> cite\n",
    "\n\n2024. Год\n",
    "\n- one\n- two\n",
    "“quoted” ‘so’ «да» \"x\" 'y'",
    "a — b – c -- d … e ...",
    "#FreeVera",
    "@friend@other.example",
    ":blobcat:",
    "🕯️❤️👩‍👩‍👧",
    "e\u0301\u200d\u2067x\u2069",
    "~~gone~~ H~2~O $5 and $6",
    "\\*star\\* \\_",
]


def _markdown(text: str) -> str:
    text = re.sub(r"\\([\\`*_{}\[\]()#+.!~$-])", r"\1", text)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"(?m)^\d+\. ", "", text)
    text = re.sub(r"(?m)^[>#-] ", "", text)
    return re.sub(r"[*_`~]+", "", text)


WAYS: list[Callable[[str], str]] = [
    lambda text: re.sub(r"\s+", " ", text),
    lambda text: re.sub(r"\s+", "\u00a0\u00a0", text),
    lambda text: re.sub(r"\s+", "", text),
    lambda text: text.replace(" ", "\u200b"),
    html.unescape,
    lambda text: html.unescape(html.unescape(text)),
    html.escape,
    lambda text: html.escape(html.escape(text)),
    lambda text: re.sub(r"<[^>]*>", "", text),
    lambda text: re.sub(r"[<>&]", "", text),
    _markdown,
    lambda text: re.sub(r"(?m)^\d+\. ", "1. ", text),
    lambda text: re.sub(r"(?m)^\d+\. ", "1) ", text),
    lambda text: text.replace('"', "”").replace("'", "’"),
    lambda text: re.sub("[“”«»„]", '"', text),
    lambda text: re.sub("[—–]|--", "-", text),
    lambda text: text.replace("...", "…").replace("--", "—"),
    lambda text: re.sub(r"https?://", "", text),
    lambda text: re.sub(r"https?://[\w./?&=#%-]+", "https://t.example/abc12", text),
    lambda text: re.sub(r"https?://[\w./?&=#%-]+", "", text),
    lambda text: re.sub(r"(https?://[^\s/]+)\S*", r"\1/…", text),
    lambda text: re.sub(r"[?#]\S+", "", text),
    lambda text: re.sub(r"@(\w+)@\S+", r"@\1", text),
    lambda text: re.sub(r":\w+:", "🐱", text),
    lambda text: re.sub(r"[^\w\s]", "", text),
    lambda text: re.sub("[\u200d\u2067\u2069\ufe0f]", "", text),
    lambda text: re.sub(r"(?m)^#\s*", "", text),
    lambda text: f"{text}\n\nRE: https://social.example/@press/1",
    lambda text: text[: max(1, len(text) * 9 // 10)] + "…",
    str.strip,
]

texts = st.builds(
    lambda words, marks, chance: " ".join(chance.sample(words + marks, len(words + marks))),
    st.lists(st.sampled_from(WORDS), min_size=3, max_size=25),
    st.lists(st.sampled_from(MARKUP), max_size=5),
    st.randoms(use_true_random=False),
)
servers = st.lists(st.sampled_from(range(len(WAYS))), max_size=4)


def call(text: str) -> PublishRequest:
    part = Part(text)
    message = Message("any", ("be",), (part,))
    return PublishRequest(part, message, "key", "record", datetime(2027, 5, 17, tzinfo=UTC), {})


def gone_over(text: str, ways: list[int]) -> str:
    for way in ways:
        text = WAYS[way](text)
    return text


@settings(max_examples=400, deadline=None)
@given(texts, servers, st.booleans())
def test_mastodon_whatever_a_server_does_it_is_never_absent(text: str, ways: list[int], escaped: bool) -> None:
    changed = gone_over(text, ways)
    content = f"<p>{html.escape(changed) if escaped else changed}</p>"  # some servers let HTML stand as it is
    remote = {"id": "1", "content": content, "in_reply_to_id": None, "spoiler_text": "", "reblog": None}
    asked = call(text)
    assert mastodon_matching.same_post(asked, remote) or mastodon_matching.may_be(asked, remote)


@settings(max_examples=250, deadline=None)
@given(texts, servers, st.booleans())
def test_x_whatever_a_server_does_it_is_never_absent(text: str, ways: list[int], escaped: bool) -> None:
    changed = gone_over(text, ways)
    asked = call(text)
    remote = {"id": "1", "text": html.escape(changed, quote=False) if escaped else changed}
    assert x_matching.same_post(asked, remote) or x_matching.may_be(asked, remote)


@settings(max_examples=250, deadline=None)
@given(texts, servers)
def test_bluesky_whatever_a_program_did_with_it_by_hand_it_is_never_absent(text: str, ways: list[int]) -> None:
    assert bluesky_adapter._may_be(call(text), SimpleNamespace(text=gone_over(text, ways)))


OTHERS = [
    "Сёння 812 дзён, як Вера Літвін за кратамі. Напішыце ёй ліст: яна чакае.",
    "A new month. Forty-one journalists will spend it without a newspaper. Write to one of them.",
    "We met the minister in Vilnius and asked for a visit by a doctor. No answer so far. https://charter.example/m",
    "Суд адклалі да чацвярга. Адвакат кажа, што здароўе горшае. #СвабодаВеры",
    "Сегодня 30 писем ушло в колонию номер четыре. Спасибо всем, кто пришёл. #СвабодаВере",
    "Thank you, Tbilisi! Two hundred postcards in one evening. #FreeVera https://charter.example/photos",
]


@pytest.mark.parametrize("text", OTHERS)
def test_another_post_is_no_near_match(text: str) -> None:
    assert [one for one in OTHERS if is_near_match(text, one)] == [text]


def test_what_random_words_of_one_language_have_in_common_is_no_near_match() -> None:
    """Else every unsure post of a busy account would wait for a person."""
    chance = random.Random(7)
    words = [word for text in OTHERS[:1] + OTHERS[3:5] for word in re.findall(r"\w+", text)]
    pairs = [[" ".join(chance.sample(words, 14)) for _ in range(2)] for _ in range(300)]
    assert sum(is_near_match(*pair) for pair in pairs) <= 9


@pytest.mark.parametrize("content", [None, 7, "", "<p></p>", "<p>����� ��� ����</p>", "<p>🕯️</p>"])
def test_what_cannot_be_read_goes_to_a_person(content: object) -> None:
    assert mastodon_matching.may_be(call("Вера чакае лістоў"), {"id": "1", "content": content})


STAGED = [
    "¯\\_(ツ)_/¯ Напішыце Веры ліст",
    "Typed &amp; sent &lt;3 to “Vera” -- https://charter.example/x",
    "2024. Год без газет",
]


@pytest.mark.parametrize("text", STAGED)
def test_a_text_that_a_server_has_changed_is_not_absent(mastodon: Ground, text: str) -> None:
    member = mastodon.member()
    changed = html.unescape(text).replace("\\", "").replace("2024", "1").replace("--", "–")
    out = member.publish(changed)
    asked = member.call(member.message(text))
    with pytest.raises(Unknown, match="may be it") as nearly:
        member.platform.find(asked, an_hour_ago())
    assert out.url in nearly.value.why
    assert member.platform.find(asked, an_hour_ago(), {out.id}) is None  # where it is known to be another


def test_the_same_posted_by_hand_goes_to_a_person(ground: Ground) -> None:
    member = ground.member()
    out = member.publish("Вера чакае лістоў. Напішыце ёй сёння!")
    asked = member.call(member.message("Вера чакае лістоў. Напішыце ёй сёння"))
    with pytest.raises(Unknown, match="may be it"):
        member.platform.find(asked, an_hour_ago())
    if ground.absence_is_provable:
        assert member.platform.find(asked, an_hour_ago(), {out.id}) is None
    else:
        with pytest.raises(Unknown, match="does not promise"):
            member.platform.find(asked, an_hour_ago(), {out.id})


class _Timeline:
    """Serves pages of its own making instead of a server's."""

    def __init__(self, *pages: list[dict[str, Any]], again: bool = False) -> None:
        self.pages, self.asked, self.again = pages, 0, again

    def __call__(self, *_: object, **__: object) -> list[dict[str, Any]]:
        self.asked += 1
        assert self.asked < 20, "it asks for ever"
        number = self.asked - 1
        return self.pages[number] if number < len(self.pages) else (self.pages[-1] if self.again else [])


def _status(number: int, text: str, made: object) -> dict[str, Any]:
    return {"id": str(number), "content": f"<p>{text}</p>", "created_at": made, "url": f"https://s.example/{number}"}


NOW = datetime.now(UTC)
OLD = NOW - timedelta(days=400)


def _find(ground: OnStage, timeline: _Timeline, text: str = "Вера чакае лістоў") -> Receipt | None:
    member = ground.member()
    platform: Any = member.platform
    asked = member.call(member.message(text))
    platform.whoami()
    platform._client.account_statuses = timeline
    found: Receipt | None = platform.find(asked, NOW - timedelta(minutes=10))
    return found


@pytest.fixture
def server(stage: Stage, tmp_path: Path) -> OnStage:
    return MastodonOnStage(tmp_path, stage)


def test_a_pinned_post_at_the_top_does_not_end_the_look(server: OnStage) -> None:
    page = [_status(3, "Пра нас", OLD), _status(9, "Вера чакае лістоў", NOW), _status(8, "Іншае", OLD)]
    found = _find(server, _Timeline(page))
    assert found is not None
    assert found.id == "9"


def test_a_server_that_gives_the_same_page_for_ever_cannot_prove_absence(server: OnStage) -> None:
    page = [_status(9, "Суд адклалі да чацвярга, адвакат чакае", NOW), _status(8, "Дзякуй усім, хто прыйшоў", NOW)]
    with pytest.raises(Unknown):
        _find(server, _Timeline(page, again=True))
    assert _find(server, _Timeline(page)) is None


@pytest.mark.parametrize("made", [None, "yesterday", 7, datetime(2000, 1, 1)])  # noqa: DTZ001
def test_a_post_of_no_certain_time_counts(server: OnStage, made: object) -> None:
    found = _find(server, _Timeline([_status(9, "Вера чакае лістоў", made), _status(1, "Раней", OLD)]))
    assert found is not None


def test_a_post_that_cannot_be_read_goes_to_a_person(server: OnStage) -> None:
    for broken in ({}, {"id": None}, {"id": "9", "created_at": NOW}, {"id": "9", "created_at": NOW, "content": None}):
        with pytest.raises(Unknown):
            _find(server, _Timeline([broken, _status(1, "Раней", OLD)]))


@pytest.mark.parametrize("answer", [None, {}, "", 0, {"error": "busy"}, "<html>", [None], ["?"], [[]]])
def test_an_answer_that_is_no_timeline_proves_no_absence(server: OnStage, answer: Any) -> None:
    with pytest.raises(Unknown):
        _find(server, _Timeline(answer))


def test_a_server_whose_clock_is_slow_is_looked_at_by_its_own_clock(server: OnStage) -> None:
    member = server.member()
    platform: Any = member.platform
    out = member.publish("Вера чакае лістоў")
    asked = replace(member.call(member.message("Вера чакае лістоў")))
    since = datetime.now(UTC) + timedelta(hours=1)  # our clock, by which we sent it, is fast
    assert platform.find(asked, since) is None
    platform._session.hooks["response"].insert(0, _slow)
    found = platform.find(asked, since)
    assert found is not None
    assert found.id == out.id


def _slow(response: Any, **_: object) -> None:
    said = datetime.now(UTC) - timedelta(hours=2)
    response.headers["Date"] = said.strftime("%a, %d %b %Y %H:%M:%S GMT")


def test_a_servers_clock_is_read_from_its_answers() -> None:
    now = datetime(2027, 5, 17, 9, tzinfo=UTC)
    assert clock_lag("Mon, 17 May 2027 08:00:00 GMT", now) == timedelta(hours=1)
    assert clock_lag("Mon, 17 May 2027 10:00:00 GMT", now) == timedelta()
    for odd in (None, "", "yesterday", "Mon, 17 May 2027 08:00:00 -0000", "Mon, 99 May 2027 08:00:00 GMT"):
        assert clock_lag(odd, now) == timedelta()


def an_hour_ago() -> datetime:
    return datetime.now(UTC) - timedelta(hours=1)
