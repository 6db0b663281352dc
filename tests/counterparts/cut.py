"""A TCP proxy that loses an answer: the server accepts the request, and the client never hears of it."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import suppress
from typing import Literal
from urllib.parse import urlsplit

How = Literal["silence", "reset"]


class CuttingProxy:
    """Stands before one server. `lose(needle)` loses the answer to the next request that contains `needle`."""

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self._target = (parts.hostname or "127.0.0.1", parts.port or 80)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._order: tuple[bytes, How] | None = None
        self._open: list[socket.socket] = []
        self.lost = threading.Event()
        """Set when an answer was lost: the server had accepted."""
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def lose(self, needle: str, how: How) -> None:
        """Once. `silence`: the connection stays open and nothing comes; `reset`: it is cut."""
        self.lost.clear()
        self._order = (needle.encode(), how)

    def close(self) -> None:
        for one in (self._listener, *self._open):
            with suppress(OSError):
                one.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._target)
            except OSError:
                return
            self._open += [client, server]
            doomed: list[How] = []
            for source, sink, inward in ((client, server, True), (server, client, False)):
                threading.Thread(target=self._pump, args=(source, sink, inward, doomed), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, inward: bool, doomed: list[How]) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if inward and self._order is not None and self._order[0] in data:
                    doomed.append(self._order[1])
                    self._order = None
                if not inward and doomed:
                    if doomed[0] == "reset":
                        sink.shutdown(socket.SHUT_RD)  # wakes the other thread: a socket in use is not really closed
                        sink.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                        sink.close()
                    self.lost.set()
                    return
                sink.sendall(data)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)
