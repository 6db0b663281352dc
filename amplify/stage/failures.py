"""Failure injection: answers that refuse, are slow or never come, connections cut before or after accepting, posts that
are accepted when nobody waits for the answer any more.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable, Iterable, MutableMapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from amplify.stage.responses import HTTPDenial, json_response

Kind = Literal[
    "refuse",
    "400",
    "403",
    "404",
    "429",
    "500",
    "logged_out",
    "garbage",
    "timeout_before",
    "timeout_after",
    "reset_before",
    "reset_after",
    "slow_before",
    "slow_after",
]
KINDS: Final[tuple[str, ...]] = get_args(Kind)


@dataclass(slots=True)
class Failure:
    """One injected failure. It is used up after `count` requests that fit."""

    kind: Kind
    platform: str | None = None
    path: str | None = None
    """A part of the path, such as `createRecord`."""
    method: str | None = None
    handle: str | None = None
    count: int = 1
    retry_after: float | None = None
    """Seconds, for 429."""
    seconds: float = 0.0
    """How slow it is. `slow_before`: it is accepted then, whoever still waits for the answer; `slow_after`: at once."""

    def fits(self, platform: str, method: str, path: str, handle: str | None) -> bool:
        return (
            self.count > 0
            and self.platform in (None, platform)
            and self.method in (None, method)
            and (self.path is None or self.path in path)
            and self.handle in (None, handle)
        )


class Failures:
    """The failures still to be injected, and the middleware that injects them."""

    def __init__(
        self,
        app: ASGIApp,
        speaker: Callable[[Scope, str], str | None],
        injected: Callable[[str, str, str], HTTPDenial],
    ) -> None:
        """`speaker` tells the handle behind a request, `injected` a platform's way of saying a kind of no."""
        self.app = app
        self.orders: list[Failure] = []
        self.readers: set[tuple[str, str | None]] = set()
        """Platform and handle of accounts whose tokens may read and not write."""
        self.latency = 0.0
        """Seconds every platform request waits first."""
        self.connections: Callable[[], Iterable[Any]] = tuple
        """The server's open connections, each with its `client` address and its `transport`."""
        self._ending = asyncio.Event()
        self._speaker = speaker
        self._injected = injected

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        platform = platform_of(scope["path"]) if scope["type"] == "http" else None
        if platform is None:
            await self.app(scope, receive, send)
            return
        if self.latency > 0:
            await asyncio.sleep(self.latency)
        order = self._take(platform, scope) if self.orders or self.readers else None
        if order is None:
            await self.app(scope, receive, self._with_access(platform, scope, send))
        elif order.kind == "slow_before":
            whole = await _read_whole(receive)
            await asyncio.sleep(order.seconds)
            await self.app(scope, whole, send)
        elif order.kind == "slow_after":
            await self.app(scope, receive, _after(order.seconds, send))
        elif order.kind.endswith("_before"):
            # Read it all first: a client cut while still writing may see a polite end instead of a reset.
            while (await receive()).get("more_body"):
                pass
            await self._lose(order.kind, scope, receive)
        elif order.kind.endswith("_after"):
            await self.app(scope, receive, _swallow)
            await self._lose(order.kind, scope, receive)
        elif order.kind == "garbage":
            await self.app(scope, receive, _garbled(send))
        else:
            no = self._injected(platform, order.kind, scope["path"])
            await json_response(no.body, no.status, {**no.headers, **_retry_after(order)})(scope, receive, send)

    def _take(self, platform: str, scope: Scope) -> Failure | None:
        handle = self._speaker(scope, platform)
        if (platform, handle) in self.readers and scope["method"] != "GET":
            return Failure("403")
        for order in self.orders:
            if order.fits(platform, scope["method"], scope["path"], handle):
                order.count -= 1
                if order.count <= 0:
                    self.orders.remove(order)
                return order
        return None

    def _with_access(self, platform: str, scope: Scope, send: Send) -> Send:
        """As X does, say in each answer what the tokens may do."""
        if platform != "x":
            return send
        level = b"read" if (platform, self._speaker(scope, platform)) in self.readers else b"read-write"

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], (b"x-access-level", level)]}
            await send(message)

        return sending

    async def _lose(self, kind: str, scope: Scope, receive: Receive) -> None:
        """Never answer: hold the connection until the client gives up, or cut it."""
        gone = asyncio.ensure_future(_disconnected(receive))
        if not kind.startswith("reset"):
            ending = asyncio.ensure_future(self._ending.wait())
            await asyncio.wait((gone, ending), return_when=asyncio.FIRST_COMPLETED)
            ending.cancel()
        for connection in list(self.connections()):
            if connection.client == scope["client"]:
                _cut(connection.transport)
        await gone

    def let_go(self) -> None:
        """Cut the connections that are being held: the stage ends."""
        self._ending.set()


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _read_whole(receive: Receive) -> Receive:
    """Read the whole request now, for an app that begins later: its client may have gone by then."""
    read = [await receive()]
    while read[-1].get("more_body"):
        read.append(await receive())

    async def receiving() -> Message:
        return read.pop(0) if read else await receive()

    return receiving


def _after(seconds: float, send: Send) -> Send:
    """Hold the answer back."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            await asyncio.sleep(seconds)
        await send(message)

    return sending


def _cut(transport: asyncio.Transport) -> None:
    """Close with RST, so that the client sees a reset and not a polite end."""
    sock = transport.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def platform_of(path: str) -> str | None:
    """The platform whose API a path belongs to; None for the stage's own pages."""
    if path.startswith("/2/"):
        return "x"
    if path.startswith("/xrpc/"):
        return "bluesky"
    return "mastodon" if path.startswith("/api/") else None


def _retry_after(order: Failure) -> dict[str, str]:
    if order.kind != "429" or order.retry_after is None:
        return {}
    return {"retry-after": str(max(1, round(order.retry_after)))}


async def _swallow(message: MutableMapping[str, Any]) -> None:
    """Drop the answer: no client receives it."""


def _garbled(send: Send) -> Send:
    """Keep a success's status, but garble its body; errors pass as they are."""
    good = False

    async def sending(message: Message) -> None:
        nonlocal good
        if message["type"] == "http.response.start":
            good = 200 <= message["status"] < 300
            if good:
                message = {**message, "headers": [(b"content-type", b"text/html")]}
        elif good:
            message = {**message, "body": b"<html>this is not the answer", "more_body": False}
        await send(message)

    return sending
