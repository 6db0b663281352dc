"""A body that is encoded while it is sent says the same as one that was made first."""

from __future__ import annotations

import json
import random
import threading
import tracemalloc
from base64 import b64encode
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from amplify.model.platform import AccountConnection
from amplify.platforms.http import PiecewiseJson, requests_session


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 49_151, 49_152, 49_153, 200_001])
def test_it_is_the_same_json(size: int) -> None:
    data = random.Random(size).randbytes(size)
    body = PiecewiseJson({"media_type": 'image/"png"', "шлях": "ў"}, "media", data)
    sent = b"".join(body)
    assert len(body) == len(sent)
    expected = {"media_type": 'image/"png"', "шлях": "ў", "media": b64encode(data).decode()}
    assert json.loads(sent) == expected
    assert b"".join(body) == sent  # sent again, it begins anew


def test_it_arrives_whole() -> None:
    heard: list[tuple[str | None, bytes]] = []

    class Ear(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.append((self.headers["Content-Type"], body))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            pass

    data = random.Random(7).randbytes(3_000_000)
    with HTTPServer(("127.0.0.1", 0), Ear) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/upload"
        session = requests_session(AccountConnection("a/x", "a", url, {}, loopback_only=True))
        answer = session.post(url, json=PiecewiseJson({"media_type": "image/png"}, "media", data))
    assert answer.json() == {}
    ((kind, body),) = heard
    assert kind == "application/json"
    assert json.loads(body)["media"] == b64encode(data).decode()


def test_what_is_on_its_way_takes_no_room() -> None:
    body = PiecewiseJson({"media_type": "image/png"}, "media", bytes(3_000_000))
    tracemalloc.start()
    try:
        for _ in body:
            pass
        assert tracemalloc.get_traced_memory()[1] < 500_000
    finally:
        tracemalloc.stop()
