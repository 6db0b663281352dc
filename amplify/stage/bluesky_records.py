"""Emulates Bluesky records: what the lexicons allow in a post or repost, and the CIDs that name them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import libipld
import regex

from amplify.rules.text.text_length import graphemes_in
from amplify.stage.identity import StageAccount
from amplify.stage.responses import HTTPDenial
from amplify.stage.state import StageState
from amplify.stage.timeline_items import AttachedPicture, Json

POST: Final = "app.bsky.feed.post"
REPOST: Final = "app.bsky.feed.repost"
GRAPHEMES_MAX: Final = 300
BYTES_MAX: Final = 3000
LANGS_MAX: Final = 3
TAGS_MAX: Final = 8
PICTURES_MAX: Final = 4
PICTURE_BYTES: Final = 2_000_000
THUMB_BYTES: Final = 1_000_000
VIDEO_BYTES: Final = 300_000_000
CAPTIONS_MAX: Final = 20
CAPTION_BYTES: Final = 20_000
_SIDES: Final = ("width", "height")

_RKEY = regex.compile(r"(?!\.{1,2}$)[A-Za-z0-9._:~-]{1,512}")
_TID = regex.compile(r"[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}")
_AT_URI = regex.compile(r"at://(did:[a-z]+:[A-Za-z0-9._:%-]+|[a-z0-9.-]+)/[a-zA-Z][a-zA-Z0-9.-]*/[A-Za-z0-9._:~-]+")
_LANG = regex.compile(r"i|(?:[a-z]{2,3}|[a-z]{4}|[a-z]{5,8})(?:-[A-Za-z0-9]{1,8})*")
_MOMENT = regex.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,20})?(Z|[+-]\d\d:\d\d)")
_URI = regex.compile(r"[a-z][a-z0-9.+-]*:\S{1,8000}")
_B32: Final = "234567abcdefghijklmnopqrstuvwxyz"


def refuse_record(message: str, error: str = "InvalidRequest") -> HTTPDenial:
    """A 400 answer in XRPC's form."""
    return HTTPDenial(400, {"error": error, "message": message})


def tid(microseconds: int) -> str:
    """A timestamp identifier: 13 characters that sort by time."""
    number, out = microseconds << 10, ""
    for _ in range(13):
        number, rest = divmod(number, 32)
        out = _B32[rest] + out
    return out


def blob_cid(data: bytes) -> str:
    """The CID of raw bytes."""
    return _cid(0x55, data)


def record_cid(record: Json) -> str:
    """The CID of a record: DAG-CBOR, with its links as links."""
    return _cid(0x71, libipld.encode_dag_cbor(_linked(record)))


def _cid(codec: int, data: bytes) -> str:
    return str(libipld.encode_cid(bytes((1, codec, 0x12, 0x20)) + hashlib.sha256(data).digest()))


def _linked(value: Any) -> Any:
    """JSON with `$link` turned into CID bytes, which the encoder writes as links."""
    if isinstance(value, dict):
        if value.keys() == {"$link"}:
            return _raw_cid(value["$link"])
        return {key: _linked(one) for key, one in value.items()}
    return [_linked(one) for one in value] if isinstance(value, list) else value


def _raw_cid(text: Any) -> bytes:
    try:
        parts = libipld.decode_cid(text)
        digest = parts["hash"]
        return bytes((parts["version"], parts["codec"], digest["code"], digest["size"], *digest["digest"]))
    except (TypeError, ValueError):
        raise refuse_record(f"Invalid CID: {text}") from None


def check_rkey(collection: str, rkey: Any) -> str:
    """Check the record key's syntax; posts and reposts want TIDs."""
    if not isinstance(rkey, str) or not _RKEY.fullmatch(rkey):
        raise refuse_record("Input/rkey must be a valid record key")
    if collection in (POST, REPOST) and not _TID.fullmatch(rkey):
        raise refuse_record(f"Invalid record key for {collection}: expected a TID")
    return rkey


class Lexicon:
    """Checks records as a server does: not byte ranges of facets, which it leaves to clients."""

    def __init__(self, state: StageState) -> None:
        self.state = state

    def check(self, account: StageAccount, collection: str, record: Any) -> Json:
        """The record, if it is valid. Raises HTTPDenial with the first thing that is wrong."""
        if not isinstance(record, dict):
            raise refuse_record("Input/record must be an object")
        if record.setdefault("$type", collection) != collection:
            raise refuse_record(f"Invalid $type: expected {collection}, got {record['$type']}")
        if collection not in (POST, REPOST):
            raise refuse_record(f"Lexicon not found: lex:{collection}")
        record_time(record, collection)
        if collection == REPOST:
            _reference(record.get("subject"), "subject")
            return record
        self._text(record)
        self._languages(record)
        if (reply := record.get("reply")) is not None:
            for name in ("root", "parent"):
                _reference(reply.get(name) if isinstance(reply, dict) else None, f"reply/{name}")
        for facet in record.get("facets") or []:
            _facet(facet)
        self._embed(account, record.get("embed"))
        return record

    def _text(self, record: Json) -> None:
        text = record.get("text")
        if not isinstance(text, str):
            raise _invalid('must have the property "text"')
        if len(text.encode()) > BYTES_MAX:
            raise _invalid(f"/text must not be longer than {BYTES_MAX} bytes")
        if graphemes_in(text) > GRAPHEMES_MAX:
            raise _invalid(f"/text must not be longer than {GRAPHEMES_MAX} graphemes")

    def _languages(self, record: Json) -> None:
        langs, tags = record.get("langs") or [], record.get("tags") or []
        if len(langs) > LANGS_MAX:
            raise _invalid(f"/langs must not have more than {LANGS_MAX} elements")
        for at, lang in enumerate(langs):
            if not isinstance(lang, str) or not _LANG.fullmatch(lang):
                raise _invalid(f"/langs/{at} must be a well-formed BCP 47 language tag")
        if len(tags) > TAGS_MAX:
            raise _invalid(f"/tags must not have more than {TAGS_MAX} elements")
        for at, tag in enumerate(tags):
            _tag(tag, f"/tags/{at}")

    def _embed(self, account: StageAccount, embed: Json | None) -> None:
        kind = (embed or {}).get("$type", "")
        if embed is None or not kind.startswith("app.bsky.embed."):
            return
        if kind == "app.bsky.embed.recordWithMedia":
            self._embed(account, embed.get("media"))
        elif kind == "app.bsky.embed.images":
            self._images(account, embed.get("images"))
        elif kind == "app.bsky.embed.video":
            if not isinstance(embed.get("alt", ""), str):
                raise _invalid("/embed/alt must be a string")
            shape = embed.get("aspectRatio")
            if shape is not None and not all(isinstance(shape.get(n), int) and shape[n] > 0 for n in _SIDES):
                raise _invalid("/embed/aspectRatio must have width and height of 1 or more")
            self._blob(account, embed.get("video"), VIDEO_BYTES, "/embed/video", "video/mp4")
            self._captions(account, embed.get("captions"))
        elif kind == "app.bsky.embed.external":
            card = embed.get("external") or {}
            for name in ("uri", "title", "description"):
                if not isinstance(card.get(name), str):
                    raise _invalid(f'/embed/external must have the property "{name}"')
            if not _URI.fullmatch(card["uri"]):
                raise _invalid("/embed/external/uri must be a uri")
            if card.get("thumb") is not None:
                self._blob(account, card["thumb"], THUMB_BYTES, "/embed/external/thumb")

    def _captions(self, account: StageAccount, captions: Any) -> None:
        if captions is None:
            return
        if not isinstance(captions, list) or not all(isinstance(one, dict) for one in captions):
            raise _invalid("/embed/captions must be an array of objects")
        if len(captions) > CAPTIONS_MAX:
            raise _invalid(f"/embed/captions must not have more than {CAPTIONS_MAX} elements")
        for at, one in enumerate(captions):
            if not isinstance(one.get("lang"), str) or not _LANG.fullmatch(one["lang"]):
                raise _invalid(f"/embed/captions/{at}/lang must be a well-formed BCP 47 language tag")
            self._blob(account, one.get("file"), CAPTION_BYTES, f"/embed/captions/{at}/file", "text/vtt")

    def _images(self, account: StageAccount, images: Any) -> None:
        if not isinstance(images, list):
            raise _invalid('/embed must have the property "images"')
        if len(images) > PICTURES_MAX:
            raise _invalid(f"/embed/images must not have more than {PICTURES_MAX} elements")
        for at, image in enumerate(images):
            if not isinstance(image.get("alt"), str):
                raise _invalid(f'/embed/images/{at} must have the property "alt"')
            self._blob(account, image.get("image"), PICTURE_BYTES, f"/embed/images/{at}/image")

    def _blob(self, account: StageAccount, blob: Any, size: int, place: str, kind: str = "image/*") -> None:
        link = ((blob or {}).get("ref") or {}).get("$link") if isinstance(blob, dict) else None
        if link is None or blob.get("$type") != "blob":
            raise _invalid(f"{place} should be a blob ref")
        picture = self.state.picture(account, link)
        if picture is None:
            raise refuse_record(f"Could not find blob: {link}", "BlobNotFound")
        if blob.get("mimeType") != picture.mime or blob.get("size") != picture.size:
            raise refuse_record(f"Referenced blob does not match what was uploaded: {link}", "InvalidMimeType")
        if not picture.mime.startswith(kind.rstrip("*")):
            raise refuse_record(
                f"Wrong type of file. It is {picture.mime} but it must match {kind}.", "InvalidMimeType"
            )
        if picture.size > size:
            raise refuse_record(f"This file is too large. It is {picture.size} and may be {size}.", "BlobTooLarge")


def record_time(record: Json, collection: str) -> datetime:
    """The record's `createdAt`, which must be a date-time with its zone."""
    said = record.get("createdAt")
    if isinstance(said, str) and _MOMENT.fullmatch(said):
        try:
            return datetime.fromisoformat(said)
        except ValueError:
            pass
    raise _invalid("/createdAt must be an valid atproto datetime (both RFC-3339 and ISO-8601)", collection)


def record_pictures(record: Json) -> tuple[AttachedPicture, ...]:
    """The pictures of a checked post record."""
    embed = record.get("embed") or {}
    embed = embed.get("media") or embed
    if embed.get("$type") == "app.bsky.embed.video":
        return (AttachedPicture(embed["video"]["ref"]["$link"], embed.get("alt", "")),)
    return tuple(AttachedPicture(i["image"]["ref"]["$link"], i["alt"]) for i in embed.get("images") or [])


def _invalid(what: str, collection: str = POST) -> HTTPDenial:
    return refuse_record(f"Invalid {collection} record: Record{what if what.startswith('/') else ' ' + what}")


def _reference(value: Any, place: str) -> None:
    uri, cid = (value.get("uri"), value.get("cid")) if isinstance(value, dict) else (None, None)
    if not isinstance(uri, str) or not _AT_URI.fullmatch(uri):
        raise _invalid(f"/{place}/uri must be a valid at-uri")
    _raw_cid(cid)


def _facet(facet: Any) -> None:
    index = facet.get("index") if isinstance(facet, dict) else None
    ends = [(index or {}).get(name) for name in ("byteStart", "byteEnd")]
    if not all(isinstance(end, int) and end >= 0 for end in ends):
        raise _invalid("/facets/index must have byteStart and byteEnd of 0 or more")
    for feature in _features(facet):
        kind = feature.get("$type", "")
        if kind.endswith("#link") and not _URI.fullmatch(str(feature.get("uri"))):
            raise _invalid("/facets/features/uri must be a uri")
        if kind.endswith("#mention") and not str(feature.get("did")).startswith("did:"):
            raise _invalid("/facets/features/did must be a valid did")
        if kind.endswith("#tag"):
            _tag(feature.get("tag"), "/facets/features/tag")


def _features(facet: Json) -> Iterator[Json]:
    features = facet.get("features")
    if not isinstance(features, list):
        raise _invalid("/facets/features must be an array")
    yield from (f for f in features if isinstance(f, dict))


def _tag(tag: Any, place: str) -> None:
    if not isinstance(tag, str) or len(tag.encode()) > 640 or graphemes_in(tag) > 64:
        raise _invalid(f"{place} must not be longer than 64 graphemes")
