"""What links by itself, and where."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from amplify.model.message import Entity
from amplify.platforms.bluesky.entities import find_entities as bluesky_entities
from amplify.platforms.mastodon.entities import find_entities as mastodon_entities
from amplify.platforms.x.entities import find_entities as x_entities

Finder = Callable[[str], tuple[Entity, ...]]
ALL = (x_entities, bluesky_entities, mastodon_entities)


def found(finder: Finder, kind: str, text: str) -> list[str]:
    return [one.value for one in finder(text) if one.kind == kind]


@pytest.mark.parametrize(("finder", "last"), [(x_entities, "п"), (bluesky_entities, "п’ять"), (mastodon_entities, "п")])
def test_cyrillic_tags_end_where_the_word_ends(finder: Finder, last: str) -> None:
    text = "Сёння #СвабодаАнне, заўтра #Воля_2027! #2027 #імʼя #п’ять a#b"
    assert found(finder, "tag", text) == ["СвабодаАнне", "Воля_2027", "імʼя", last]


@pytest.mark.parametrize(("finder", "tags"), [(x_entities, ["тэг"]), (bluesky_entities, []), (mastodon_entities, [])])
def test_a_tag_in_brackets_is_one_on_x_only(finder: Finder, tags: list[str]) -> None:
    assert found(finder, "tag", "гл. (#тэг)") == tags


@pytest.mark.parametrize("finder", ALL)
def test_an_address_ends_before_the_sentence_does(finder: Finder) -> None:
    text = "Read https://example.org/a(b)?q=1#top, (https://example.org/c) and https://example.org/d."
    assert found(finder, "link", text) == [
        "https://example.org/a(b)?q=1#top",
        "https://example.org/c",
        "https://example.org/d",
    ]
    assert found(finder, "tag", text) == []


def test_bare_domains_link_on_x_and_bluesky() -> None:
    text = "see example.org/petition and notes.txt"
    assert found(x_entities, "link", text) == ["https://example.org/petition"]
    assert found(bluesky_entities, "link", text) == ["https://example.org/petition"]
    assert found(mastodon_entities, "link", text) == []


def test_mentions_are_each_platforms_own() -> None:
    text = "@press_union @press.example @press@social.example mail@example.org"
    assert found(x_entities, "mention", text)[0] == "press_union"
    assert found(bluesky_entities, "mention", text) == ["press.example"]
    assert found(mastodon_entities, "mention", text)[-1] == "press@social.example"
    for finder in ALL:
        assert all("mail" not in value for value in found(finder, "mention", text))


def test_offsets_are_code_points() -> None:
    text = "👨‍👩‍👧 ўсё #тэг https://example.org"
    for finder in ALL:
        for one in finder(text):
            assert text[one.start : one.end] in ("#тэг", "https://example.org")
        assert len(finder(text)) == 2


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        ("Buy $ABC and $abc.de, not $5 or $TOOLONGER", ["ABC", "abc.de"]),
        ("$A$B x$C .$D", ["A"]),
        ("($AB) $AB) $AB!", ["AB", "AB"]),
        ("\u2066$ABC\u2069 $ABC_x $ABC_xyz", ["ABC_x", "ABC"]),
    ],
)
def test_cashtags_are_xs_own(text: str, symbols: list[str]) -> None:
    assert found(x_entities, "cashtag", text) == symbols
    assert found(bluesky_entities, "cashtag", text) == found(mastodon_entities, "cashtag", text) == []


@pytest.mark.parametrize("finder", ALL)
def test_brackets_of_the_sentence_stay_outside(finder: Finder) -> None:
    text = "(https://example.org/a_(b)) and https://example.org/d)))"
    assert found(finder, "link", text) == ["https://example.org/a_(b)", "https://example.org/d"]


def test_a_handle_that_is_too_long_is_no_mention() -> None:
    assert found(bluesky_entities, "mention", "@" + "a." * 126 + "b") == ["a." * 126 + "b"]
    assert found(bluesky_entities, "mention", "@" + "a." * 127 + "b") == []


PIECES = st.sampled_from([*"#＃@$a1_.:/ \n()’ʼ👋\ud800\u202e\u2066\u200d", "тэг", "https://", "example.org"])


@given(st.one_of(st.text(alphabet=st.characters(), max_size=200), st.lists(PIECES, max_size=40).map("".join)))
@example("\ud800https://example.org #тэг")
@example("@" * 50 + "#" * 50)
def test_no_text_makes_them_raise_and_entities_are_orderly(text: str) -> None:
    for finder in ALL:
        end = 0
        for one in finder(text):
            assert end <= one.start < one.end <= len(text)
            assert one.value
            end = one.end
            if one.kind != "link":
                assert text[one.start] in "#＃@＠$"
                assert text[one.start + 1 : one.end] == one.value
