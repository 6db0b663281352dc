"""Bluesky on the stage, through the atproto SDK as it is."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import requests
from atproto import Client, client_utils, models
from atproto_client.exceptions import BadRequestError, RequestException, UnauthorizedError
from troupe import START, Troupe

POST, REPOST = "app.bsky.feed.post", "app.bsky.feed.repost"
CARD = "app.bsky.embed.external"
KEYS = iter(f"3ldq{n:0>9}".translate(str.maketrans("0189", "abcd")) for n in range(1000))


def put(client: Client, rkey: str, record: dict[str, Any], collection: str = POST) -> Any:
    assert client.me is not None
    data = models.ComAtprotoRepoPutRecord.Data(repo=client.me.did, collection=collection, rkey=rkey, record=record)
    return client.com.atproto.repo.put_record(data)


def words(text: str, **more: Any) -> dict[str, Any]:
    return {"$type": POST, "text": text, "createdAt": "2027-05-17T09:00:00.000Z", "langs": ["be"], **more}


def why(caught: pytest.ExceptionInfo[Any]) -> str:
    return str(caught.value.response.content.error)


def cid(codec: int, data: bytes) -> str:
    packed = bytes((1, codec, 0x12, 0x20)) + hashlib.sha256(data).digest()
    return "b" + base64.b32encode(packed).decode().lower().rstrip("=")


def cbor(value: Any) -> bytes:
    """RFC 8949's deterministic form, keys by length and then bytes, links as tag 42."""

    def head(major: int, size: int) -> bytes:
        if size < 24:
            return bytes((major << 5 | size,))
        width = 1 if size < 256 else 2 if size < 65536 else 4
        return bytes((major << 5 | {1: 24, 2: 25, 4: 26}[width],)) + size.to_bytes(width, "big")

    if isinstance(value, dict) and value.keys() == {"$link"}:
        text = value["$link"][1:].upper()
        raw = b"\0" + base64.b32decode(text + "=" * (-len(text) % 8))
        return b"\xd8\x2a" + head(2, len(raw)) + raw
    if isinstance(value, dict):
        pairs = sorted(value.items(), key=lambda pair: (len(pair[0].encode()), pair[0].encode()))
        return head(5, len(pairs)) + b"".join(cbor(k) + cbor(v) for k, v in pairs)
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(map(cbor, value))
    if isinstance(value, int):
        return head(0, value)
    return head(3, len(value.encode())) + value.encode()


def test_cids_are_those_of_the_network(troupe: Troupe, picture: Callable[..., bytes]) -> None:
    """Computed here by hand: the multiformats of a blob, and DAG-CBOR with a link inside of a record."""
    client = troupe.bluesky("cid.example")
    blob = client.upload_blob(picture()).blob
    assert blob.ref.link == cid(0x55, picture())
    rkey = next(KEYS)
    image = {"alt": "Тэст", "image": models.utils.get_model_as_dict(blob)}
    record = words("Прывітанне", embed={"$type": "app.bsky.embed.images", "images": [image]})
    made = put(client, rkey, record)
    [kept] = [p["record"] for p in troupe.control.posts("bluesky") if p["id"] == made.uri]
    assert kept["embed"]["images"][0]["image"]["ref"] == {"$link": blob.ref.link}
    assert made.cid == cid(0x71, cbor(kept))
    got = client.com.atproto.repo.get_record({"repo": client.me.did, "collection": POST, "rkey": rkey})
    assert (got.uri, got.cid, got.value.text) == (made.uri, made.cid, "Прывітанне")


def test_putting_the_same_again_changes_nothing(troupe: Troupe) -> None:
    client, rkey = troupe.bluesky("same.example"), next(KEYS)
    first = put(client, rkey, words("Once"))
    troupe.control.clock(START + timedelta(hours=2))
    again = put(client, rkey, words("Once"))
    assert (again.uri, again.cid) == (first.uri, first.cid)
    assert len([p for p in troupe.control.posts("bluesky") if p["handle"] == "same.example"]) == 1
    changed = put(client, rkey, words("Twice"))
    assert changed.uri == first.uri
    assert changed.cid != first.cid
    with pytest.raises(RequestException) as caught:
        client.app.bsky.feed.post.create(
            client.me.did, models.AppBskyFeedPost.Record(text="Taken", created_at="2027-05-17T09:00:00Z"), rkey=rkey
        )
    assert caught.value.response.status_code == 500


def test_a_post_with_pictures_and_facets(troupe: Troupe, picture: Callable[..., bytes]) -> None:
    client = troupe.bluesky("rich.example")
    text = (
        client_utils.TextBuilder()
        .text("Ліст ")
        .link("example.org", "https://example.org")
        .text(" ")
        .tag("#Анна", "Анна")
    )
    pictures = [picture(colour) for colour in ("red", "green", "blue", "black")]
    made = client.send_images(text, pictures, ["адзін", "два", "тры", "чатыры"], langs=["be"])
    [view] = client.get_posts([made.uri]).posts
    assert view.author.handle == "rich.example"
    assert view.indexed_at.startswith("2027-05-17T09:00:00")
    assert view.record.facets[1].features[0].tag == "Анна"
    [kept] = [p for p in troupe.control.posts("bluesky") if p["id"] == made.uri]
    assert [m["alt"] for m in kept["media"]] == ["адзін", "два", "тры", "чатыры"]
    assert kept["langs"] == ["be"]


@pytest.mark.parametrize(
    "record",
    [
        words("ў" * 301),
        words("👨‍👩‍👧‍👦" * 150),
        words("a", langs=["be", "ru", "en", "pl"]),
        words("a", langs=["not a tag"]),
        words("a") | {"createdAt": "yesterday"},
        words("a") | {"text": 5},
        words("a") | {"$type": REPOST},
        words("a", reply={"root": {"uri": "nowhere", "cid": "x"}, "parent": {"uri": "nowhere", "cid": "x"}}),
        words("a", tags=["t"] * 9),
        words(
            "a",
            embed={"$type": CARD, "external": {"uri": "example", "title": "", "description": ""}},
        ),
    ],
)
def test_records_that_the_lexicon_refuses(troupe: Troupe, record: dict[str, Any]) -> None:
    client = troupe.bluesky("lexicon.example")
    with pytest.raises(BadRequestError):
        client.com.atproto.repo.put_record(
            {"repo": client.me.did, "collection": POST, "rkey": next(KEYS), "record": record}
        )
    assert not [p for p in troupe.control.posts("bluesky") if p["handle"] == "lexicon.example"]


def test_lengths_that_just_fit(troupe: Troupe) -> None:
    client = troupe.bluesky("fits.example")
    put(client, next(KEYS), words("ў" * 300))
    put(client, next(KEYS), words("👨‍👩‍👧‍👦" * 120))


def test_pictures_too_large_unknown_or_too_many(troupe: Troupe, picture: Callable[..., bytes]) -> None:
    client = troupe.bluesky("blobs.example")

    def embed(*blobs: Any) -> dict[str, Any]:
        return {"$type": "app.bsky.embed.images", "images": [{"alt": "", "image": b} for b in blobs]}

    def blob(data: bytes) -> Any:
        return models.utils.get_model_as_dict(client.upload_blob(data).blob)

    large = picture(size=(900, 800), noise=90)
    assert len(large) > 2_000_000
    small = blob(picture())
    stranger = {"$type": "blob", "ref": {"$link": small["ref"]["$link"][:-1] + "a"}, "mimeType": "image/png", "size": 9}
    for given, code in (
        (embed(blob(large)), "BlobTooLarge"),
        (embed(stranger), "BlobNotFound"),
        (embed(*[small] * 5), "InvalidRequest"),
        (embed(blob(b"plain")), "InvalidMimeType"),
    ):
        with pytest.raises(BadRequestError) as caught:
            put(client, next(KEYS), words("a", embed=given))
        assert why(caught) == code
    put(client, next(KEYS), words("a", embed=embed(*[small] * 4)))


def test_threads_boosts_deletion_and_feeds(troupe: Troupe) -> None:
    client, other = troupe.bluesky("feed.example"), troupe.bluesky("other.example")
    first = client.send_post("First", langs=["en"])
    ref = models.create_strong_ref(first)
    second = client.send_post("Second", langs=["en"], reply_to=models.AppBskyFeedPost.ReplyRef(root=ref, parent=ref))
    rkey = next(KEYS)
    boost = {"$type": REPOST, "subject": {"uri": first.uri, "cid": first.cid}, "createdAt": "2027-05-17T09:00:00Z"}
    assert put(other, rkey, boost, REPOST).uri == put(other, rkey, boost, REPOST).uri
    assert client.get_posts([first.uri]).posts[0].repost_count == 1
    assert {item.post.uri for item in client.get_author_feed("feed.example").feed} == {first.uri, second.uri}
    assert other.get_author_feed("other.example").feed[0].reason.by.handle == "other.example"
    assert set(client.app.bsky.feed.post.list(client.me.did).records) == {first.uri, second.uri}
    client.delete_post(second.uri)
    client.delete_post(second.uri)
    assert [p.uri for p in client.get_posts([first.uri, second.uri]).posts] == [first.uri]
    with pytest.raises(BadRequestError) as caught:
        client.get_post(second.uri.rsplit("/")[-1], client.me.did)
    assert why(caught) == "RecordNotFound"
    url = f"{troupe.stage.url}/xrpc/app.bsky.feed.getPosts"
    assert requests.get(url, params={"uris": [first.uri] * 26}, timeout=5).status_code == 400


def test_sessions(troupe: Troupe) -> None:
    client = troupe.bluesky("session.example")
    kept = client.export_session_string()
    fresh = Client(base_url=f"{troupe.stage.url}/xrpc")
    fresh.login(session_string=kept)
    assert fresh.me is not None
    assert fresh.me.handle == "session.example"
    client._refresh_and_set_session()
    assert client.resolve_handle("session.example").did == client.me.did
    with pytest.raises(BadRequestError):
        client.resolve_handle("nobody.example")
    with pytest.raises(UnauthorizedError):
        Client(base_url=f"{troupe.stage.url}/xrpc").login("session.example", "wrong")
    url = f"{troupe.stage.url}/xrpc/com.atproto.repo.putRecord"
    assert requests.post(url, json={}, timeout=5).status_code == 401
    forged = requests.post(url, json={}, headers={"Authorization": "Bearer a.e30.b"}, timeout=5)
    assert (forged.status_code, forged.json()["error"]) == (400, "InvalidToken")


def test_rate_headers_count_points(troupe: Troupe) -> None:
    seen: list[int] = []
    client = troupe.bluesky("points.example")
    session = requests.Session()
    for n in range(2):
        body = {"repo": client.me.did, "collection": POST, "record": words(f"{n}")}
        token = client._session.access_jwt
        url = f"{troupe.stage.url}/xrpc/com.atproto.repo.createRecord"
        said = session.post(url, json=body, headers={"Authorization": f"Bearer {token}"}, timeout=5)
        seen.append(int(said.headers["ratelimit-remaining"]))
        assert said.headers["ratelimit-policy"] == "500000;w=3600"
    assert seen[0] - seen[1] == 3
