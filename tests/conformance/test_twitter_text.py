"""Every case of twitter-text's own conformance suite, read where `AMPLIFY_CONFORMANCE` says."""

from __future__ import annotations

import re
from typing import Any, Final

import pytest
from counterparts.conformance import document

from amplify.model.message import Entity
from amplify.platforms import registry
from amplify.platforms.x.entities import find_entities as x_entities
from amplify.platforms.x.text_length import fitting_length, weigh_text
from amplify.platforms.x.text_length import weighted_length as x_length
from amplify.platforms.x.valid import is_address
from amplify.rules.text.text_length import normalise_text
from amplify.rules.text.text_report import measure_on
from amplify.rules.text.text_spans import encoded_spans, utf16_units


def is_whole(text: str, kind: str) -> bool:
    """Whether all of the text is one entity of this kind, as X links it."""
    found = x_entities(text)
    return len(found) == 1 and found[0].kind == kind and (found[0].start, found[0].end) == (0, len(text))


def is_name(text: str) -> bool:
    """`@press_union`, with its sign."""
    return is_whole(text, "mention")


def is_hashtag(text: str) -> bool:
    """`#СвабодаАнне`, with its sign."""
    return is_whole(text, "tag")


def is_list(text: str) -> bool:
    """`@press_union/partners`: what a text may name, and what links nowhere else."""
    return re.fullmatch(r"@[A-Za-z0-9_]{1,20}/[A-Za-z][A-Za-z0-9_-]{0,24}", text) is not None


VALIDATE: Final = "twitter-text-validate.json"
EXTRACT: Final = "twitter-text-extract.json"
WEIGHTED: Final = {
    "WeightedTweetsCounterTest": False,
    "WeightedTweetsWithDiscountedEmojiCounterTest": True,
    "UnicodeDirectionalMarkerCounterTest": True,
}
"""Section → whether an emoji counts once there."""
ALONE: Final = {
    "usernames": is_name,
    "lists": is_list,
    "hashtags": is_hashtag,
    "urls": is_address,
    "urls_without_protocol": lambda text: is_address(text, scheme_needed=False),
}
VALUES: Final = {
    "mentions": "mention",
    "urls": "link",
    "urls_with_directional_markers": "link",
    "tco_urls_with_params": "link",
    "hashtags": "tag",
    "hashtags_from_astral": "tag",
    "cashtags": "cashtag",
}
PLACES: Final = {
    "mentions_with_indices": ("mention", "screen_name"),
    "urls_with_indices": ("link", "url"),
    "urls_with_directional_markers": ("link", "url"),
    "hashtags_with_indices": ("tag", "hashtag"),
    "cashtags_with_indices": ("cashtag", "cashtag"),
}
KNOWN: Final = {
    VALIDATE: {"tweets", *ALONE, *WEIGHTED},
    EXTRACT: {*VALUES, *PLACES, "mentions_or_lists_with_indices", "replies"},
}


def cases(file: str, section: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = document(file)[section]
    assert found
    return found


def found(text: str, kind: str) -> list[Entity]:
    return [one for one in x_entities(text) if one.kind == kind]


@pytest.mark.parametrize("file", KNOWN)
def test_no_section_is_passed_over(file: str) -> None:
    assert set(document(file)) == KNOWN[file]


@pytest.mark.parametrize("section", WEIGHTED)
def test_weights(section: str) -> None:
    for case in cases(VALIDATE, section):
        text, once = normalise_text(case["text"]), WEIGHTED[section]
        weight = weigh_text(text, once)
        moved = utf16_units(case["text"]) - utf16_units(text)
        assert {
            "weightedLength": weight.length,
            "valid": weight.valid,
            "permillage": weight.length * 1000 // 280,
            "displayRangeStart": 0,
            "displayRangeEnd": max(utf16_units(case["text"]) - 1, 0),
            "validRangeStart": 0,
            "validRangeEnd": utf16_units(text[: fitting_length(text, emoji_count_once=once)]) - 1 + moved,
        } == case["expected"], case["description"]
        if once:
            assert x_length(case["text"]) == case["expected"]["weightedLength"], case["description"]
            standing = measure_on(case["text"], registry.profile("x"))
            assert (standing.length, standing.valid) == (weight.length, weight.valid), case["description"]


def test_whole_posts() -> None:
    for case in cases(VALIDATE, "tweets"):
        assert measure_on(case["text"], registry.profile("x")).valid is case["expected"], case["description"]


@pytest.mark.parametrize("section", ALONE)
def test_what_stands_alone(section: str) -> None:
    for case in cases(VALIDATE, section):
        assert ALONE[section](case["text"]) is case["expected"], case["description"]


@pytest.mark.parametrize("section", VALUES)
def test_values(section: str) -> None:
    kind = VALUES[section]
    for case in cases(EXTRACT, section):
        expected = [one["url"] if isinstance(one, dict) else one for one in case["expected"]]
        got = [case["text"][one.start : one.end] if kind == "link" else one.value for one in found(case["text"], kind)]
        assert got == expected, case["description"]
        key = {"mention": "mention", "tag": "tag", "link": "link", "cashtag": "cashtag"}[kind]
        assert measure_on(case["text"], registry.profile("x")).values(key) == [
            normalise_text(one) for one in expected
        ], case["description"]


@pytest.mark.parametrize("section", PLACES)
def test_places(section: str) -> None:
    kind, name = PLACES[section]
    for case in cases(EXTRACT, section):
        text = case["text"]
        got = [
            {name: text[one.start : one.end] if kind == "link" else one.value, "indices": [one.start, one.end]}
            for one in found(text, kind)
        ]
        assert got == case["expected"], case["description"]
        for one, where in zip(x_entities(text), encoded_spans(text, x_entities(text)), strict=True):
            assert text.encode()[slice(*where.utf8)].decode() == text[one.start : one.end]


def test_a_list_begins_with_a_mention() -> None:
    for case in cases(EXTRACT, "mentions_or_lists_with_indices"):
        (expected,) = case["expected"]
        (mention,) = found(case["text"], "mention")
        assert mention.value == expected["screen_name"]
        start, end = expected["indices"]
        assert mention.start == start
        assert mention.end == end - len(expected["list_slug"])
        assert is_list(case["text"][start:end]) is bool(expected["list_slug"])


def test_a_reply_begins_with_a_mention() -> None:
    for case in cases(EXTRACT, "replies"):
        blanks = len(case["text"]) - len(case["text"].lstrip())
        first = next((one.value for one in found(case["text"], "mention") if one.start == blanks), None)
        assert first == case["expected"], case["description"]
