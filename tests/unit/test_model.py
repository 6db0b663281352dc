"""The nouns: states and their moves, messages as JSON, durations, who a delivery is."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from workshop import at, word

from amplify.model.account import Account
from amplify.model.base import FileModel, parse_duration
from amplify.model.campaign import Hashtag
from amplify.model.delivery import MOVES, UNTOUCHABLE, DeliveryState, delivery_id
from amplify.model.fact import Fact
from amplify.model.message import Attachment, BoostOf, Entity, LinkCard, Message, Part, message_from_json
from amplify.model.post import PostFront, PostHashtags
from amplify.model.problem import Problem, Severity, SourceLocation
from amplify.model.queue_entry import QueueEntry, When
from amplify.model.settings import Settings

# States


def reachable(start: DeliveryState) -> set[DeliveryState]:
    found, todo = set(), [start]
    while todo:
        for following in MOVES[todo.pop()] - found:
            found.add(following)
            todo.append(following)
    return found


def test_every_state_has_its_moves_and_can_be_reached() -> None:
    assert set(MOVES) == set(DeliveryState)
    assert reachable(DeliveryState.WAITING) == set(DeliveryState)


@pytest.mark.parametrize(
    ("start", "ends"),
    [
        (DeliveryState.WAITING, {"claimed", "missed", "cancelled", "cut", "unsure", "removing"}),
        (DeliveryState.CANCELLED, {"waiting"}),
        (DeliveryState.SENT, {"removing", "gone"}),
        (DeliveryState.REMOVING, {"removed"}),
        (DeliveryState.REFUSED, set()),
        (DeliveryState.MISSED, set()),
        (DeliveryState.REMOVED, {"removing"}),
        (DeliveryState.GONE, {"removing"}),
    ],
)
def test_moves_are_those_of_the_design(start: DeliveryState, ends: set[str]) -> None:
    assert MOVES[start] == ends


def test_nothing_is_sent_without_the_begin_mark_and_nothing_sent_waits_again() -> None:
    assert {state for state, following in MOVES.items() if DeliveryState.SENT in following} == {
        DeliveryState.SENDING,
        DeliveryState.UNSURE,
    }
    assert {state for state, following in MOVES.items() if DeliveryState.SENDING in following} == {
        DeliveryState.CLAIMED
    }
    assert DeliveryState.WAITING not in reachable(DeliveryState.SENT)
    assert DeliveryState.SENDING not in reachable(DeliveryState.SENT)


def test_what_can_be_lost_is_unsure_and_never_expires_by_itself() -> None:
    assert DeliveryState.UNSURE in MOVES[DeliveryState.SENDING]
    assert DeliveryState.MISSED not in MOVES[DeliveryState.SENDING]


def test_queueing_touches_only_what_waits() -> None:
    assert set(DeliveryState) - UNTOUCHABLE == {DeliveryState.WAITING, DeliveryState.CLAIMED, DeliveryState.CANCELLED}


# Who a delivery is


def test_a_delivery_is_its_five_names() -> None:
    names = ("workshop", "monday", "hello", "press_union/x", "once")
    assert delivery_id(*names) == "6fb53f4bf4479500bcc9261cfb6acfc8"
    changed = {delivery_id(*(name + "2" if n == i else name for n, name in enumerate(names))) for i in range(5)}
    assert len(changed | {delivery_id(*names)}) == 6


def test_names_do_not_run_together() -> None:
    assert delivery_id("w", "ab", "c", "p/x", "once") != delivery_id("w", "a", "bc", "p/x", "once")


# Messages


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
ATTACHMENTS = st.builds(Attachment, TEXT, TEXT, TEXT, st.integers(), st.integers(), TEXT)
ENTITIES = st.builds(Entity, st.sampled_from(["link", "tag", "mention"]), st.integers(), st.integers(), TEXT)
CARDS = st.builds(LinkCard, TEXT, TEXT, TEXT, st.none() | ATTACHMENTS)


def several(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=3).map(tuple)


PARTS = st.builds(Part, TEXT, several(ENTITIES), several(ATTACHMENTS), st.none() | CARDS)
BOOSTS = st.none() | st.builds(BoostOf, st.none() | TEXT, st.none() | TEXT)
MESSAGES = st.builds(Message, TEXT, several(TEXT), several(PARTS), st.none() | TEXT, TEXT, BOOSTS)


@given(MESSAGES)
def test_a_message_survives_json(message: Message) -> None:
    again = message_from_json(json.loads(json.dumps(message.as_json())))
    assert again == message
    assert again.content_hash() == message.content_hash()
    assert len(message.content_hash()) == 64


MESSAGE = Message(
    "bluesky",
    ("en",),
    (
        Part("Hello #A", (Entity("tag", 6, 8, "A"),), (Attachment("a.png", "00", "image/png", 4, 3, "A chair"),)),
        Part(
            "See",
            card=LinkCard("https://example.org", "Title", "Text", Attachment("b.png", "01", "image/png", 4, 3, "")),
        ),
    ),
    "Prison",
)


def test_whatever_a_reader_sees_changes_the_content_hash() -> None:
    first, second = MESSAGE.parts
    (picture,), card = first.pictures, second.card
    assert card is not None

    def with_first(**changes: Any) -> Message:
        return dataclasses.replace(MESSAGE, parts=(dataclasses.replace(first, **changes), second))

    changed = [
        MESSAGE,
        with_first(text="Hello #B"),
        with_first(entities=()),
        with_first(pictures=()),
        with_first(pictures=(dataclasses.replace(picture, sha256="02"),)),
        with_first(pictures=(dataclasses.replace(picture, alt="A door"),)),
        dataclasses.replace(MESSAGE, parts=(first, dataclasses.replace(second, card=None))),
        dataclasses.replace(
            MESSAGE, parts=(first, dataclasses.replace(second, card=dataclasses.replace(card, title="!")))
        ),
        dataclasses.replace(MESSAGE, parts=(second, first)),
        dataclasses.replace(MESSAGE, parts=(first,)),
        dataclasses.replace(MESSAGE, platform="x"),
        dataclasses.replace(MESSAGE, langs=("be",)),
        dataclasses.replace(MESSAGE, content_warning=None),
        dataclasses.replace(MESSAGE, visibility="unlisted"),
        dataclasses.replace(MESSAGE, parts=(), boost=BoostOf("1", None)),
        dataclasses.replace(MESSAGE, parts=(), boost=BoostOf(None, "1")),
    ]
    assert len({message.content_hash() for message in changed}) == len(changed)


# Durations, dates, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0s", 0), ("90s", 90), ("30m", 30 * 60), ("2h", 2 * 3600), ("7 d", 7 * 86400), ("3660d", 3660 * 86400)],
)
def test_durations(text: str, expected: int) -> None:
    assert parse_duration(text) == timedelta(seconds=expected)


@pytest.mark.parametrize("value", ["", "2", "h", "2w", "-2h", "1.5h", "2h 30m", "2h\n", " 2h", "٣h", 2, None, True, []])
def test_what_is_no_duration(value: Any) -> None:
    with pytest.raises(ValueError, match="90s, 30m, 2h or 7d"):
        parse_duration(value)


@pytest.mark.parametrize("value", ["3661d", "999999999999d", "9" * 12 + "s"])
def test_a_duration_has_an_end(value: str) -> None:
    with pytest.raises(ValueError, match="longer than ten years"):
        parse_duration(value)


@given(st.text(max_size=12))
def test_no_duration_raises_anything_else(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert parse_duration(text) >= timedelta(0)


ENTRY = {"id": "one", "posts": ["hello"]}


@pytest.mark.parametrize(
    "when",
    [
        {"local": "0001-01-01T00:00"},
        {"local": "9999-12-31T23:59"},
        {"at": "0001-01-01T00:00:00+02:00"},
        {"at": "9999-12-31T23:59:59-02:00"},
        {"series": {"start": "9999-12-31", "time": "09:00"}},
        {"window": {"start": "2027-05-17T09:00", "end": "9999-05-17T09:00"}},
    ],
)
def test_the_ends_of_the_calendar_are_refused(when: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="give one from 1900 to 2999"):
        word(QueueEntry, **ENTRY, when=when)


@pytest.mark.parametrize(
    "when",
    [
        {},
        {"local": "2027-05-17T09:00", "at": "2027-05-17T09:00:00Z"},
        {"local": "2027-05-17T09:00:00Z"},
        {"at": "2027-05-17T09:00:00"},
        {"local": "2027-02-30T09:00"},
        {"local": "2027-05-17T24:30"},
        {"window": {"start": "2027-05-17T09:00", "end": "2027-05-17T09:00"}},
        {"series": {"start": "2027-05-17", "time": "9:00"}},
        {"series": {"start": "2027-05-17", "time": "09:00", "weekdays": ["monday"]}},
        {"yearly": {"time": "09:00"}},
        {"yearly": {"time": "09:00", "month": 2}},
        {"yearly": {"time": "09:00", "month": 2, "day": 3, "occasion": "x"}},
        {"yearly": {"time": "09:00", "month": 13, "day": 3}},
        {"monthly": {"time": "09:00", "day": 32}},
        {"monthly": {"time": "25:00", "day": 3}},
        {"moment": {"at": "2027-05-17T09:00:00Z", "jitter": "a while"}},
    ],
)
def test_a_when_that_means_nothing_is_refused(when: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        word(QueueEntry, **ENTRY, when=when)


@pytest.mark.parametrize(
    ("when", "way"),
    [
        ({"at": "2027-05-17T09:00:00+02:00"}, "at"),
        ({"local": "2027-05-17T09:00"}, "local"),
        ({"window": {"start": "2027-05-17T09:00", "end": "2027-05-17T10:00"}}, "window"),
        ({"series": {"start": "2027-05-17", "time": "09:00"}}, "series"),
        ({"yearly": {"occasion": "day", "time": "09:00"}}, "yearly"),
        ({"monthly": {"day": 31, "time": "09:00"}}, "monthly"),
        ({"moment": {"at": "2027-05-17T09:00:00Z"}}, "moment"),
    ],
)
def test_every_way_of_saying_when(when: dict[str, Any], way: str) -> None:
    assert word(When, **when).way == way


@pytest.mark.parametrize("tag", ["", "#FreeAnna", "Free Anna", "a@b", "x" * 101])
@pytest.mark.parametrize("where", ["required", "optional"])
def test_a_hashtag_has_no_sign_and_no_blank(tag: str, where: str) -> None:
    with pytest.raises(ValidationError):
        word(PostHashtags, **{where: [tag]})
    with pytest.raises(ValidationError):
        word(Hashtag, tag=tag, why="Because.")


FACT = {"id": "f", "value": 1, "as_of": "2027-05-01", "counted_by": "W", "source": "https://example.org",
        "expires": "2027-06-01"}  # fmt: skip


def test_a_word_that_is_right() -> None:
    assert word(Fact, **FACT).expires == date(2027, 6, 1)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (Settings, {"id": "w", "name": "W", "colour": "red"}),  # an unknown key
        (Settings, {"id": "W", "name": "W"}),  # not an id
        (Settings, {"id": "w", "name": "W", "horizon_days": "45"}),  # a text is no number
        (Settings, {"id": "w", "name": "W", "horizon_days": 0}),
        (Settings, {"id": "w", "name": ""}),
        (Account, {"partner": "p", "platform": "x", "credential": "c", "live": True}),  # without automation
        (Account, {"partner": "p", "platform": "x", "credential": "c", "zone": "Europe/Atlantis"}),
        (PostFront, {"id": "p", "campaign": "c", "kind": "boost", "lang": "en", "author": "A"}),  # of nothing
        (PostFront, {"id": "p", "campaign": "c", "kind": "fact", "lang": "en", "author": "A", "boost": {"post": "q"}}),
        (PostFront, {"id": "p", "campaign": "c", "kind": "boost", "lang": "en", "author": "A",
                     "boost": {"post": "q", "urls": {"x": "https://example.org"}}}),
        (Fact, FACT | {"value": True}),
        (Fact, FACT | {"value": -1}),
        (Fact, FACT | {"value": ""}),
        (Fact, FACT | {"source": "example.org"}),
        (Fact, FACT | {"expires": "2027-06-31"}),
        (Fact, FACT | {"expires": "21.05.2027"}),
    ],
)  # fmt: skip
def test_words_are_strict(kind: type[FileModel], fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        word(kind, **fields)


def test_words_are_frozen() -> None:
    settings = word(Settings, id="w", name="W")
    with pytest.raises(ValidationError):
        settings.name = "V"
    assert settings.readings == (timedelta(hours=1), timedelta(hours=24), timedelta(days=7))
    assert settings.lateness == timedelta(hours=2)


def test_problems_sort_by_place_and_show_it() -> None:
    far = Problem(SourceLocation("b.yaml", 2, 1), "A", "…")
    near = Problem(SourceLocation("a.yaml", 10, 1), "B", "…", Severity.WARNING)
    assert sorted([far, near]) == [near, far]
    assert str(near.place) == "a.yaml:10:1"
    assert str(SourceLocation("a.yaml")) == "a.yaml"
    assert near.as_json() == {
        "path": "a.yaml", "line": 10, "column": 1, "code": "B", "severity": "warning", "message": "…",
    }  # fmt: skip


def test_instants_keep_their_offset_but_mean_one_time() -> None:
    when = word(When, at="2027-05-17T09:00:00+02:00")
    assert when.at == at("2027-05-17T07:00Z")
