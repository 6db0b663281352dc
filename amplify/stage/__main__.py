"""`python -m amplify.stage --dir DIR`: the stage as a process of its own, on 127.0.0.1 only."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import uvicorn

from amplify.model.errors import AmplifyError
from amplify.stage.app import build_stage
from amplify.stage.failures import Failures

HOST = "127.0.0.1"


class _Server(uvicorn.Server):
    """An HTTP server that announces itself with one JSON line, and ends quietly."""

    def __init__(self, config: uvicorn.Config, app: Failures) -> None:
        super().__init__(config)
        self.app = app

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        port = sockets[0].getsockname()[1] if sockets else 0
        print(json.dumps({"ready": True, "url": f"http://{HOST}:{port}"}), flush=True)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        yield

    def stop(self) -> None:
        self.app.let_go()
        self.should_exit = True


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM, SIGINT or (with `--until-eof`) the end of standard input."""
    parser = argparse.ArgumentParser(prog="python -m amplify.stage", description=__doc__)
    parser.add_argument("--dir", type=Path, required=True, help="where the stage keeps its journal and pictures")
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--until-eof", action="store_true", help="end when standard input ends")
    parser.add_argument("--rate-factor", type=float, default=1.0, help="multiplies every rate limit")
    asked = parser.parse_args(arguments)
    try:
        app, state = build_stage(asked.dir, rate_factor=asked.rate_factor)
        listener = _listen(asked.port)
    except (AmplifyError, OSError, ValueError) as wrong:
        print(wrong, file=sys.stderr)
        return 1
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, lifespan="off", timeout_graceful_shutdown=1, timeout_keep_alive=75
    )
    server = _Server(config, app)
    app.connections = lambda: server.server_state.connections
    try:
        asyncio.run(_serve(server, listener, asked.until_eof))
    finally:
        state.close()
    return 0


def _listen(port: int) -> socket.socket:
    # Named as TCP, or asyncio leaves Nagle's algorithm on: answers would come 40 ms late.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((HOST, port))
    listener.listen(2048)
    return listener


async def _serve(server: _Server, listener: socket.socket, until_eof: bool) -> None:
    if until_eof:
        loop = asyncio.get_running_loop()
        threading.Thread(target=_wait_for_eof, args=(loop, server), daemon=True).start()
    await server.serve([listener])


def _wait_for_eof(loop: asyncio.AbstractEventLoop, server: _Server) -> None:
    # os.read, not sys.stdin: a thread inside a buffered reader would trip the interpreter at its end.
    with contextlib.suppress(OSError):
        while os.read(0, 4096):
            pass
    with contextlib.suppress(RuntimeError):  # the loop has ended already
        loop.call_soon_threadsafe(server.stop)


if __name__ == "__main__":
    sys.exit(main())
