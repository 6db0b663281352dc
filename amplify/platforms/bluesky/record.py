"""Builds Bluesky records by hand: the same call gives the same bytes, whatever the SDK's version.

Lexicons: `app.bsky.feed.post`, `app.bsky.embed.images`, `app.bsky.embed.video`,
`app.bsky.embed.external`, `app.bsky.feed.repost`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from amplify.model.message import Attachment, LinkCard
from amplify.model.platform import Json, PublishRequest, Receipt
from amplify.platforms.bluesky.facets import build_facets, entities_of
from amplify.rules.text.language import bcp47_tag
from amplify.rules.text.text_length import normalise_text

POST: Final = "app.bsky.feed.post"
REPOST: Final = "app.bsky.feed.repost"
_LANGS_MAX: Final = 3


def post_record(call: PublishRequest) -> Json:
    """The record of a whole post. Missing uploads show as placeholders, so that a preview needs no network.

    Raises Refused where a facet would not lie on what it links.
    """
    text = normalise_text(call.part.text)
    record: Json = {"$type": POST, "text": text, "createdAt": timestamp(call.created_at)}
    if call.message.langs:
        record["langs"] = list(dict.fromkeys(map(bcp47_tag, call.message.langs)))[:_LANGS_MAX]
    facets = build_facets(text, entities_of(call.part), call.prepared.get("mentions", {}))
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


def _embed(call: PublishRequest) -> Json | None:
    part = call.part
    if part.pictures:
        blobs = call.prepared.get("pictures") or [_to_come(one) for one in part.pictures]
        if part.pictures[0].film:
            return _film(part.pictures[0], blobs[0], call.prepared.get("captions"))
        images = [
            {"alt": one.alt, "image": blob, "aspectRatio": {"width": one.width, "height": one.height}}
            for one, blob in zip(part.pictures, blobs, strict=True)
        ]
        return {"$type": "app.bsky.embed.images", "images": images}
    return _card(part.card, call.prepared) if part.card else None


def _film(one: Attachment, blob: Json, captions: list[Json] | None) -> Json:
    """The embed of one video. Without an alt text the key is left out: the lexicon wants text or nothing."""
    said: Json = {"alt": one.alt} if one.alt else {}
    if one.captions:
        said["captions"] = captions or [
            {"lang": bcp47_tag(each.lang), "file": _blob_to_come(each.file, "text/vtt")} for each in one.captions
        ]
    shape = {"width": one.width, "height": one.height}
    return {"$type": "app.bsky.embed.video", "video": blob, **said, "aspectRatio": shape}


def _card(card: LinkCard, prepared: Json) -> Json:
    external: Json = {"uri": card.url, "title": card.title, "description": card.text}
    if card.picture is not None:
        external["thumb"] = prepared.get("card") or _to_come(card.picture)
    return {"$type": "app.bsky.embed.external", "external": external}


def _to_come(one: Attachment) -> Json:
    return _blob_to_come(one.file, one.mime)


def _blob_to_come(file: str, mime: str) -> Json:
    return {"$type": "blob", "ref": {"$link": f"({file}: uploaded just before)"}, "mimeType": mime}
