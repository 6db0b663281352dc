"""How many approvals a post needs, whose count, and what they are bound to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from workshop import Workshop

from amplify.model.local_settings import LocalSettings
from amplify.model.message import Attachment, BoostOf, Message, Part
from amplify.rules.plan.approval_policy import (
    ApprovalNeed,
    approvals_needed_by,
    counting_approvers,
    same_person,
    seen_hash,
    words_hash,
)

DUE = datetime(2027, 5, 21, 10, tzinfo=UTC)
LATE = DUE + timedelta(hours=2)


def needs(campaign: dict[str, Any] | None = None, us: str | None = "press_union", **front: Any) -> ApprovalNeed:
    workshop = Workshop()
    workshop.us = us
    workshop.campaign("free_anna", **(campaign or {}))
    workshop.partner("friends").post("hello", "Hello", **front)
    workspace = workshop.workspace()
    return approvals_needed_by(workspace, workspace.posts["hello"])


def test_our_own_ready_posts_need_none() -> None:
    assert needs() == ApprovalNeed(0, None)
    assert needs(owner="press_union") == ApprovalNeed(0, None)


@pytest.mark.parametrize(
    ("said", "shared", "want"),
    [
        (None, False, ApprovalNeed(0, None)),
        (None, True, ApprovalNeed(1, "others can change these files")),
        (0, True, ApprovalNeed(0, None)),
        (1, False, ApprovalNeed(1, "config/accounts.yaml asks for 1")),
        (2, True, ApprovalNeed(2, "config/accounts.yaml asks for 2")),
    ],
)
def test_what_our_own_file_asks_for(said: int | None, shared: bool, want: ApprovalNeed) -> None:
    workspace = Workshop().partner("friends").post("hello", "Hello").workspace()
    workspace = replace(workspace, local=LocalSettings(approvals=said), shared=shared)
    assert approvals_needed_by(workspace, workspace.posts["hello"]) == want


@pytest.mark.parametrize(
    ("how", "want"),
    [
        ({"campaign": {"owner": "friends"}}, ApprovalNeed(1, "it comes from friends")),
        ({"owner": "friends"}, ApprovalNeed(1, "it comes from friends")),
        ({"us": None}, ApprovalNeed(1, "it comes from press_union")),
        ({"risk": {"sensitive": ["health", "children"]}}, ApprovalNeed(2, "it is sensitive: health, children")),
        ({"for_states": ["died"]}, ApprovalNeed(2, "it is written for a state: died")),
        ({"owner": "friends", "risk": {"sensitive": ["family"]}}, ApprovalNeed(2, "it is sensitive: family")),
        ({"owner": "friends", "campaign": {"approvals": 2}}, ApprovalNeed(2, "the campaign free_anna asks for 2")),
        ({"owner": "friends", "campaign": {"approvals": 1}}, ApprovalNeed(1, "the campaign free_anna asks for 1")),
        (
            {"risk": {"sensitive": ["torture"]}, "campaign": {"approvals": 1}},
            ApprovalNeed(2, "it is sensitive: torture"),
        ),
    ],
)
def test_who_needs_more(how: dict[str, Any], want: ApprovalNeed) -> None:
    assert needs(**how) == want


@pytest.mark.parametrize(
    ("approvers", "needed", "author", "count"),
    [
        (["vera"], 1, "vera", ["vera"]),
        (["vera", "vera"], 2, None, ["vera"]),
        (["Vera ", "vera"], 2, None, ["Vera "]),
        (["vera", "max"], 2, None, ["vera", "max"]),
        (["vera", "max"], 2, "Max", ["vera"]),
        (["max", "vera"], 2, "Max", ["max", "vera"]),
        (["vera", "max", "ida"], 2, "max", ["vera", "ida"]),
    ],
)
def test_whose_approvals_count(approvers: list[str], needed: int, author: str | None, count: list[str]) -> None:
    assert counting_approvers(approvers, needed, author) == count


def test_what_is_seen() -> None:
    seen = seen_hash("a" * 64, "press_union/x", DUE, LATE)
    east = timezone(timedelta(hours=3))
    assert seen == seen_hash("a" * 64, "press_union/x", DUE.astimezone(east), LATE.astimezone(east))
    others = [
        seen_hash("b" * 64, "press_union/x", DUE, LATE),
        seen_hash("a" * 64, "press_union/bluesky", DUE, LATE),
        seen_hash("a" * 64, "press_union/x", DUE + timedelta(seconds=1), LATE),
        seen_hash("a" * 64, "press_union/x", DUE, LATE + timedelta(days=1)),
        seen_hash("a" * 64, "press_union/x", DUE, LATE, "b" * 64),
        seen_hash("a" * 64, "press_union/x", DUE, LATE, "c" * 64),
    ]
    assert len({seen, *others}) == 7


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Вера", "вера "),
        ("vera", "VERA"),
        ("vera", "v\u0435r\u0430"),  # two letters of another script
        ("BEPA", "вера"),  # all of them, which pass in capitals only
        ("nina", "\u039d\u0399\u039d\u0391"),
        ("vera", "ｖｅｒａ"),
        ("vera", "𝐯𝐞𝐫𝐚"),
        ("vera", "ve\u200bra"),
        ("vera", "\u202evera"),
        ("vera", "vera\U000e0041"),
        ("Vera P", "Vera  P."),
        ("vera", "vera_"),
        ("Zoë", "Zoe\u0301"),
        ("Ilya", "llya"),
        ("oleg", "0leg"),
        ("Ida", "\u0131da"),
    ],
)
def test_names_that_look_alike_are_one_person(one: str, other: str) -> None:
    assert same_person(one, other)
    assert same_person(other, one)
    assert counting_approvers([one, other], 2, None) == [one]
    assert counting_approvers(["max", other], 2, one) == ["max"]


@pytest.mark.parametrize("other", [None, "", "max", "veras", "vira", "vera2", "Vera Lind"])
def test_other_names_are_other_people(other: str | None) -> None:
    assert not same_person("vera", other)


def frozen(*texts: str, **fields: Any) -> dict[str, Any]:
    parts = tuple(Part(text, pictures=fields.pop("pictures", ())) for text in texts)
    return Message("x", ("en",), parts, **fields).as_json()


WALL = Attachment("wall.png", "0" * 64, "image/png", 1, 1, "A wall")


@pytest.mark.parametrize(
    "same",
    [
        frozen("Free  Anna\nnow"),
        frozen("Free Anna\u200b now "),
        frozen("Free \u0410nn\u0430 now"),
        frozen("Free Anna", "now"),
        frozen("Free Anna now", visibility="unlisted"),
        {**frozen("Free Anna now"), "platform": "mastodon", "langs": ["be"]},
    ],
)
def test_words_that_read_the_same_are_the_same(same: dict[str, Any]) -> None:
    assert words_hash(same) == words_hash(frozen("Free Anna now"))


@pytest.mark.parametrize(
    "other",
    [
        frozen("Free Anna"),
        frozen("Free anna now"),
        frozen("Free Ánna now"),
        frozen("Free Anna now", content_warning="Prison"),
        frozen("Free Anna now", pictures=(WALL,)),
        frozen("Free Anna now", pictures=(replace(WALL, alt="A door"),)),
        frozen("Free Anna now", pictures=(replace(WALL, sha256="1" * 64),)),
    ],
)
def test_what_reads_otherwise_is_something_else(other: dict[str, Any]) -> None:
    assert words_hash(other) not in (words_hash(frozen("Free Anna now")), words_hash(frozen("")))


def test_a_boost_reads_as_what_it_repeats() -> None:
    one, renamed = (frozen(boost=BoostOf(id, None)) for id in ("d1", "d2"))
    assert words_hash(one, "w") == words_hash(renamed, "w")
    assert len({words_hash(one, "w"), words_hash(one, "v"), words_hash(one), words_hash(renamed)}) == 4
    assert words_hash(frozen(boost=BoostOf(None, "https://a.example"))) != words_hash(frozen(boost=BoostOf(None, "")))
