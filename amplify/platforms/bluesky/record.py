"""Builds Bluesky records by hand: the same call gives the same bytes, whatever the SDK's version.

Lexicons: `app.bsky.feed.post`, `app.bsky.richtext.facet`, `app.bsky.embed.images`, `app.bsky.embed.video`,
`app.bsky.embed.external`, `app.bsky.feed.repost`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from amplify.model.errors import Refused
from amplify.model.message import Attachment, Entity, LinkCard, Part
from amplify.model.platform import Json, PublishRequest, Receipt
from amplify.platforms.bluesky.entities import find_entities
from amplify.rules.text.language import bcp47_tag
from amplify.rules.text.text_length import normalise_text
from amplify.rules.text.text_spans import encoded_spans

POST: Final = "app.bsky.feed.post"
REPOST: Final = "app.bsky.feed.repost"
_FACET: Final = "app.bsky.richtext.facet"
_LANGS_MAX: Final = 3


def post_record(call: PublishRequest) -> Json:
    """The record of a whole post. Missing uploads show as placeholders, so that a preview needs no network.

    Raises Refused where a facet would not lie on what it links.
    """
    text = normalise_text(call.part.text)
    record: Json = {"$type": POST, "text": text, "createdAt": timestamp(call.created_at)}
    if call.message.langs:
        record["langs"] = list(dict.fromkeys(map(bcp47_tag, call.message.langs)))[:_LANGS_MAX]
    facets = _facets(text, entities_of(call.part), call.prepared.get("mentions", {}))
    if facets:
        record["facets"] = facets
    embed = _embed(call)
    if embed is not None:
        record["embed"] = embed
    if call.parent is not None:
        record["reply"] = {"root": record_reference(call.root or call.parent), "parent": record_reference(call.parent)}
    return record


def repost_record(target: Receipt, created_at: datetime) -> Json:
    """The record of a repost of `target`, which has its at-uri and cid."""
    return {"$type": REPOST, "subject": record_reference(target), "createdAt": timestamp(created_at)}


def record_reference(receipt: Receipt) -> Json:
    """A strong reference to a record: uri and cid."""
    return {"uri": receipt.id, "cid": receipt.extra}


def timestamp(moment: datetime) -> str:
    """An instant in RFC 3339, UTC with milliseconds, as Bluesky's own clients write it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def entities_of(part: Part) -> tuple[Entity, ...]:
    """The part's entities, found again where normalising its text moves them."""
    return part.entities if normalise_text(part.text) == part.text else find_entities(normalise_text(part.text))


def _facets(text: str, entities: tuple[Entity, ...], dids: dict[str, str]) -> list[Json]:
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


def _embed(call: PublishRequest) -> Json | None:
    part = call.part
    if part.pictures:
        blobs = call.prepared.get("pictures") or [_to_come(one) for one in part.pictures]
        if part.pictures[0].film:
            return _film(part.pictures[0], blobs[0])
        images = [
            {"alt": one.alt, "image": blob, "aspectRatio": {"width": one.width, "height": one.height}}
            for one, blob in zip(part.pictures, blobs, strict=True)
        ]
        return {"$type": "app.bsky.embed.images", "images": images}
    return _card(part.card, call.prepared) if part.card else None


def _film(one: Attachment, blob: Json) -> Json:
    """The embed of one video. Without an alt text the key is left out: the lexicon wants text or nothing."""
    said = {"alt": one.alt} if one.alt else {}
    shape = {"width": one.width, "height": one.height}
    return {"$type": "app.bsky.embed.video", "video": blob, **said, "aspectRatio": shape}


def _card(card: LinkCard, prepared: Json) -> Json:
    external: Json = {"uri": card.url, "title": card.title, "description": card.text}
    if card.picture is not None:
        external["thumb"] = prepared.get("card") or _to_come(card.picture)
    return {"$type": "app.bsky.embed.external", "external": external}


def _to_come(one: Attachment) -> Json:
    return {"$type": "blob", "ref": {"$link": f"({one.file}: uploaded just before)"}, "mimeType": one.mime}


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
