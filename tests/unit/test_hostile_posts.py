"""What hides in a post is a problem with its place, in bounded time."""

from __future__ import annotations

import time

import pytest
from workshop import Workshop

from amplify.model.problem import Problem

NINE = "2027-05-17T09:00:00Z"


def problems(shop: Workshop) -> list[Problem]:
    return [finding.problem for finding in shop.plan("2027-05-17", days=7).findings]


def said(text: str, **fields: object) -> Workshop:
    shop = Workshop()
    shop.post("hello", text, **fields)
    return shop.queue("monday", "hello", at=NINE, platforms=["x"])


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("First line.\nSecond \u202eline\u202c.", "TXT-BIDI", 1, 8),
        ("First \u2066line.", "TXT-BIDI", 0, 7),
        ("First.\nA tower a" + "\u0301" * 12, "TXT-MARKS", 1, 0),
        ("With @pre\u200bss_union", "TXT-HIDDEN", 0, 10),
    ],
)
def test_it_is_told_where_it_stands(text: str, code: str, line: int, column: int) -> None:
    first = Workshop().post("hello", "x").workspace().posts["hello"].variants[0].parts[0].place
    (found,) = [one for one in problems(said(text)) if one.code == code]
    assert found.place.path == "posts/hello.md"
    assert found.place.line == first.line + line
    if column:
        assert found.place.column == column


def test_a_handle_that_cannot_be_is_told_in_the_handle_book() -> None:
    handles = {"x": "press\u200d_union", "bluesky": "press.example", "mastodon": "press@social.example"}
    shop = said("Hello").partner("press_union", handles=handles)
    (found,) = [one for one in problems(shop) if one.code == "HANDLE-FORM"]
    assert found.place.path == "config/partners.yaml"
    assert "U+200D" in found.message
    assert [one for one in problems(said("Hello")) if one.code == "HANDLE-FORM"] == []


def test_a_huge_text_is_planned_in_bounded_time() -> None:
    began = time.perf_counter()
    found = problems(said("Слова і словы.\n" * 6000 + "a." * 5000))
    assert {"TXT-HUGE", "TXT-LONG"} <= {one.code for one in found}
    assert time.perf_counter() - began < 60
