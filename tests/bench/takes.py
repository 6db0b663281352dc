"""A platform that takes every post after a fixed time, and is never what limits: the stage keeps rules, which costs.

As a program it speaks as much of X as tweepy needs, and prints its address; it ends with its standard input.
"""

from __future__ import annotations

import asyncio
import json
import resource
import subprocess
import sys
import time
import urllib.request
from types import TracebackType
from typing import Final, Self


class Taker(asyncio.Protocol):
    """One connection. Requests on it come one after the other, as HTTP clients send them."""

    seconds = 0.1
    taken: Final[list[tuple[str, float]]] = []
    """What was posted, and when the request had arrived (seconds since 1970)."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport, self._bytes = transport, b""

    def data_received(self, data: bytes) -> None:
        self._bytes += data
        head, found, body = self._bytes.partition(b"\r\n\r\n")
        if not found:
            return
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        if len(body) < int(fields.get(b"content-length", b"0")):
            return
        self._bytes = b""
        if head.startswith(b"POST"):
            self.taken.append((json.loads(body)["text"], time.time()))
            said = json.dumps({"data": {"id": str(len(self.taken)), "text": ""}}).encode()
            asyncio.get_running_loop().call_later(self.seconds, self._answer, b"201 Created", said)
        else:
            self._answer(b"200 OK", json.dumps(self.taken).encode())
            self.taken.clear()

    def _answer(self, status: bytes, body: bytes) -> None:
        head = b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (status, len(body))
        self._transport.write(head + body)


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
        with urllib.request.urlopen(self.url, timeout=10) as answer:
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
