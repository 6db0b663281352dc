"""Builds Bluesky's facets: what of a text links, mentions or tags, by bytes of UTF-8 (`app.bsky.richtext.facet`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from amplify.model.errors import Refused
from amplify.model.message import Entity, Part
from amplify.model.platform import Json
from amplify.platforms.bluesky.entities import find_entities
from amplify.rules.text.text_length import normalise_text
from amplify.rules.text.text_spans import encoded_spans

_FACET: Final = "app.bsky.richtext.facet"


def entities_of(part: Part) -> tuple[Entity, ...]:
    """The part's entities, found again where normalising its text moves them."""
    return part.entities if normalise_text(part.text) == part.text else find_entities(normalise_text(part.text))


def build_facets(text: str, entities: tuple[Entity, ...], dids: dict[str, str]) -> list[Json]:
    """The facets of a text, in bytes of UTF-8. `dids`: handle → DID; a mention without one stays plain text.

    Raises Refused where a facet would not lie on what it links.
    """
    facets: list[Json] = []
    for one, stretch in zip(entities, encoded_spans(text, entities), strict=True):
        feature = _feature(one, dids)
        if feature is not None:
            # The lexicon counts bytes of UTF-8, end exclusive; the server does not check them.
            start, end = stretch.utf8
            facets.append({"index": {"byteStart": start, "byteEnd": end}, "features": [feature]})
    wrong = misplaced_facet(text, [(one["index"]["byteStart"], one["index"]["byteEnd"]) for one in facets])
    if wrong is not None:
        raise Refused(f"the links of this text would stand in the wrong place: {wrong}")
    return facets


def _feature(one: Entity, dids: dict[str, str]) -> Json | None:
    if one.kind == "link":
        return {"$type": f"{_FACET}#link", "uri": one.value}
    if one.kind == "tag":
        return {"$type": f"{_FACET}#tag", "tag": one.value}
    did = dids.get(one.value) if one.kind == "mention" else None
    return {"$type": f"{_FACET}#mention", "did": did} if did else None


def misplaced_facet(text: str, facets: Sequence[tuple[int, int]]) -> str | None:
    """What is wrong with these facets of `text`, in a sentence; None where nothing is.

    A facet is its first byte and the byte after its last, in UTF-8. Each holds something, lies inside the text, begins
    and ends between two characters, and begins where the one before it has ended, or later.
    """
    octets = text.encode("utf-8", "surrogatepass")
    before = 0
    for number, (start, end) in enumerate(facets, start=1):
        if start >= end:
            return f"facet {number} is empty: bytes {start} to {end}"
        if start < 0 or end > len(octets):
            return f"facet {number}, bytes {start} to {end}, leads out of the text, which has {len(octets)}"
        if start < before:
            return f"facet {number}, from byte {start}, overlaps the one before it or stands before it"
        for edge in (start, end):
            if edge < len(octets) and octets[edge] & 0b1100_0000 == 0b1000_0000:
                return f"facet {number} cuts a character in two at byte {edge}"
        before = end
    return None
