"""A server that takes every post after a fixed time, and is never what limits: the stage keeps rules, which costs.

As a program it speaks as much of X, Mastodon and Bluesky as their libraries need to post, and prints its address; it
ends with its standard input.
"""

from __future__ import annotations

import asyncio
import base64
import json
import resource
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import parse_qs

TAKEN: Final = "/taken"
"""Asked for what was posted since it was last asked."""
_CID: Final = "bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a"
_INSTANCE: Final = {
    "domain": "social.example",
    "version": "4.5.2",
    "api_versions": {"mastodon": 7},
    "configuration": {"statuses": {"max_characters": 500, "max_media_attachments": 4}},
}


class Taker(asyncio.Protocol):
    """One connection. Requests on it come one after the other, as HTTP clients send them."""

    seconds = 0.1
    taken: Final[list[tuple[str, float]]] = []
    """What was posted, and when the request had arrived (seconds since 1970)."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport, self._bytes, self._whole = transport, bytearray(), 0

    def data_received(self, data: bytes) -> None:
        self._bytes += data
        if len(self._bytes) < self._whole:  # the rest of a picture
            return
        head, found, body = bytes(self._bytes).partition(b"\r\n\r\n")
        if not found:
            return
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        self._whole = len(head) + len(found) + int(fields.get(b"content-length", b"0"))
        if len(self._bytes) < self._whole:
            return
        self._bytes, self._whole = bytearray(), 0
        path = head.split(b" ", 2)[1].decode()
        if path == TAKEN:
            self._answer(json.dumps(self.taken).encode())
            self.taken.clear()
            return
        said = json.dumps(self._said(path, body)).encode()
        asyncio.get_running_loop().call_later(self.seconds, self._answer, said)

    def _said(self, path: str, body: bytes) -> Mapping[str, Any]:
        """What the platform answers; a post is noted."""
        if path.endswith("createSession"):
            return _session(json.loads(body)["identifier"])
        if path.rstrip("/").endswith("/instance"):
            return _INSTANCE
        number = str(len(self.taken) + 1)
        if "/media/" in path:
            return {"data": {"id": number}}
        if path.endswith("putRecord"):
            put = json.loads(body)
            self._take(put["record"]["text"])
            return {"uri": f"at://{put['repo']}/{put['collection']}/{put['rkey']}", "cid": _CID}
        if path.endswith("/statuses"):
            text = parse_qs(body.decode())["status"][0]
            self._take(text)
            return _status(number, text)
        self._take(json.loads(body)["text"])
        return {"data": {"id": number, "text": ""}}

    def _take(self, text: str) -> None:
        self.taken.append((text, time.time()))

    def _answer(self, body: bytes) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        self._transport.write(head + body)


def _status(number: str, text: str) -> Mapping[str, Any]:
    """As much of a status as Mastodon.py turns into objects."""
    account = {"id": "1", "username": "desk", "acct": "desk", "created_at": "2026-01-01T00:00:00.000Z", "note": ""}
    address = f"https://social.example/@desk/{number}"
    stamp = "2027-05-01T10:00:00.000Z"
    counts = dict.fromkeys(("replies_count", "reblogs_count", "favourites_count"), 0)
    lists: dict[str, Any] = {name: [] for name in ("media_attachments", "mentions", "tags", "emojis")}
    said = {"id": number, "created_at": stamp, "content": f"<p>{text}</p>", "visibility": "public", "language": "en"}
    return said | counts | lists | {"uri": address, "url": address, "account": account}


def _session(handle: str) -> Mapping[str, Any]:
    """As Bluesky signs an account in; nobody looks at the signature."""
    did = f"did:plc:{handle.partition('.')[0]}"
    claims = {"sub": did, "iat": int(time.time()), "exp": int(time.time()) + 7200, "aud": "did:web:bsky.example"}
    tokens = {
        name: f"{_packed({'typ': 'at+jwt', 'alg': 'HS256'})}.{_packed(claims | {'scope': scope})}.c2lnbmVk"
        for name, scope in (("accessJwt", "com.atproto.access"), ("refreshJwt", "com.atproto.refresh"))
    }
    return {"did": did, "handle": handle, "active": True} | tokens


def _packed(value: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


class Takes:
    """The program in a process of its own, for as long as the `with` block lasts."""

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "bench.takes"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._process.communicate()  # closes its standard input

    def taken(self) -> dict[str, float]:
        """Texts posted since this was last asked, each once, and when the request for it arrived (since 1970)."""
        with urllib.request.urlopen(self.url + TAKEN, timeout=10) as answer:
            posts = json.load(answer)
        arrived = dict(posts)
        assert len(arrived) == len(posts), "a post was sent twice"
        return arrived


async def serve() -> None:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Taker, "127.0.0.1", 0, backlog=1024)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve())
