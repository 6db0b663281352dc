"""How many approvals a post needs, whose count, and what they are bound to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from workshop import Workshop

from amplify.rules.plan.approval_policy import (
    ApprovalNeed,
    approvals_needed_by,
    counting_approvers,
    same_person,
    seen_hash,
)

DUE = datetime(2027, 5, 21, 10, tzinfo=UTC)


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
    seen = seen_hash("a" * 64, "press_union/x", DUE)
    assert seen == seen_hash("a" * 64, "press_union/x", DUE.astimezone(timezone(timedelta(hours=3))))
    others = [
        seen_hash("b" * 64, "press_union/x", DUE),
        seen_hash("a" * 64, "press_union/bluesky", DUE),
        seen_hash("a" * 64, "press_union/x", DUE + timedelta(seconds=1)),
    ]
    assert len({seen, *others}) == 4


def test_names_are_one_person_whatever_their_case() -> None:
    assert same_person("Вера", "вера ")
    assert not any(same_person("vera", other) for other in (None, "", "max"))
