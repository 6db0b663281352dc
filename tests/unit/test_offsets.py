"""Places in three ways of counting, and facets that lie where they should."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amplify.model.errors import Refused
from amplify.model.message import Entity, Message, Part
from amplify.model.platform import Json, PublishRequest
from amplify.platforms.bluesky.entities import find_entities as bluesky_entities
from amplify.platforms.bluesky.facets import misplaced_facet
from amplify.platforms.bluesky.record import post_record
from amplify.platforms.mastodon.entities import find_entities as mastodon_entities
from amplify.platforms.x.entities import find_entities as x_entities
from amplify.rules.text.text_length import normalise_text
from amplify.rules.text.text_spans import encoded_spans, utf8_octets, utf16_units


def test_one_tag_in_three_ways() -> None:
    text = "👩‍👩‍👧 ўсё #тэг"
    (where,) = encoded_spans(text, x_entities(text))
    assert where.code_points == (10, 14)
    assert where.utf16 == (13, 17)
    assert where.utf8 == (26, 33)


PIECES = st.sampled_from([*"#@$a1. \n👋ў\u0301\u202eא\ud800", "тэг", "https://example.org", "👩‍👩‍👧", "@press.example"])


@given(st.lists(PIECES, max_size=30).map("".join) | st.text(alphabet=st.characters(), max_size=80))
def test_every_offset_is_inside_its_text_and_on_a_character(text: str) -> None:
    octets, units = text.encode("utf-8", "surrogatepass"), text.encode("utf-16-le", "surrogatepass")
    assert (utf8_octets(text), utf16_units(text)) == (len(octets), len(units) // 2)
    for finder in (x_entities, bluesky_entities, mastodon_entities):
        entities = finder(text)
        for one, where in zip(entities, encoded_spans(text, entities), strict=True):
            inside = text[one.start : one.end]
            assert where.code_points == (one.start, one.end)
            assert octets[slice(*where.utf8)].decode("utf-8", "surrogatepass") == inside
            first, last = where.utf16
            assert units[2 * first : 2 * last].decode("utf-16-le", "surrogatepass") == inside
        assert misplaced_facet(text, [where.utf8 for where in encoded_spans(text, entities)]) is None


@pytest.mark.parametrize(
    ("facets", "wrong"),
    [
        ([(0, 2), (3, 5)], None),
        ([(0, 2), (2, 5)], None),
        ([(2, 2)], "empty"),
        ([(3, 1)], "empty"),
        ([(-2, 2)], "leads out"),
        ([(0, 99)], "leads out"),
        ([(3, 5), (0, 2)], "overlaps"),
        ([(0, 3), (2, 5)], "overlaps"),
        ([(1, 3)], "cuts a character"),
        ([(0, 4)], "cuts a character"),
    ],
)
def test_misplaced_facets_are_told(facets: list[tuple[int, int]], wrong: str | None) -> None:
    said = misplaced_facet("ў ўў", facets)  # bytes 0-1, 2, 3-4, 5-6
    assert said is None if wrong is None else wrong in (said or "")


def record(text: str, *entities: Entity) -> Json:
    part = Part(text, entities)
    message = Message("bluesky", ("be",), (part,))
    return post_record(PublishRequest(part, message, "key", "rkey", datetime(2027, 5, 17, tzinfo=UTC), {}))


def test_no_record_leaves_with_facets_in_the_wrong_place() -> None:
    tag = Entity("tag", 0, 4, "тэг")
    assert len(record("#тэг", tag)["facets"]) == 1
    for bad in ((tag, tag), (Entity("tag", 2, 2, "x"),)):
        with pytest.raises(Refused, match="wrong place"):
            record("#тэг", *bad)


def test_a_cashtag_is_no_facet() -> None:
    assert "facets" not in record("$ABC", Entity("cashtag", 0, 4, "ABC"))


@given(st.lists(PIECES, max_size=30).map("".join))
def test_no_text_makes_a_record_refuse_its_own_facets(text: str) -> None:
    text = normalise_text(text)
    made = record(text, *bluesky_entities(text))
    octets = text.encode()
    for facet in made.get("facets", []):
        inside = octets[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode()
        (feature,) = facet["features"]
        assert feature.get("tag", inside[1:]) == inside[1:]
