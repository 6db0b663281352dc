"""A server that sends us on to another gets nothing there: no password, no token, no text, not even a request."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from ground import BlueskyOnStage, MastodonOnStage, Member, XOnStage

from amplify.model.errors import LoggedOut
from amplify.model.platform import AccountConnection
from amplify.platforms.http import refuse_elsewhere
from amplify.stage.process import Stage

TEXT = "Canary of the text"


@dataclass
class Front:
    """Stands before the stage and hands everything on, until it is told to send everybody elsewhere."""

    stage: str
    status: int | None = None
    heard: list[bytes] = field(default_factory=list)
    """What came to the other server."""
    url: str = ""
    other: str = ""

    def handler(self, *, is_other: bool) -> type[BaseHTTPRequestHandler]:
        front = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if is_other:
                    front.heard.append(self.requestline.encode() + bytes(self.headers) + body)
                    self.send_response(200)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                elif front.status is not None:
                    self.send_response(front.status)
                    self.send_header("Location", front.other + self.path)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                else:
                    self._hand_on(body)

            do_GET = do_POST = do_PUT = do_DELETE = _answer

            def _hand_on(self, body: bytes) -> None:
                behind = HTTPConnection(urlsplit(front.stage).netloc)
                passed = {name: value for name, value in self.headers.items() if name.lower() != "host"}
                behind.request(self.command, self.path, body, passed)
                said = behind.getresponse()
                data = said.read()
                self.send_response(said.status)
                for name, value in said.getheaders():
                    if name.lower() not in ("content-length", "transfer-encoding", "connection", "date", "server"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)
                behind.close()

            def log_message(self, *_: object) -> None:
                return

        return Handler


@pytest.fixture
def front(stage: Stage) -> Iterator[Front]:
    made = Front(stage.url)
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), made.handler(is_other=other)) for other in (False, True)]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    made.url, made.other = (f"http://127.0.0.1:{server.server_port}" for server in servers)
    yield made
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(params=[XOnStage, BlueskyOnStage, MastodonOnStage], ids=lambda kind: kind.platform)
def member(request: pytest.FixtureRequest, stage: Stage, front: Front, tmp_path: Path) -> Member:
    found: Member = request.param(tmp_path, stage).member()
    found.platform = found.again(server=front.url)
    return found


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_from_the_first_request_on(member: Member, front: Front, status: int) -> None:
    front.status = status
    with pytest.raises(LoggedOut, match="sends us on to"):
        member.again(server=front.url).whoami()
    with pytest.raises(LoggedOut, match="sends us on to"):
        member.publish(TEXT)
    assert front.heard == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("host", ["another port", "another name"])
def test_in_the_middle_of_a_session(member: Member, front: Front, status: int, host: str) -> None:
    picture = member.picture("one.png", "One", (40, 70, 90))
    receipt = member.publish(TEXT)
    call = member.call(member.message(TEXT))
    if host == "another name":
        front.other = front.other.replace("127.0.0.1", "localhost")
    front.status = status
    with pytest.raises(LoggedOut, match="sends us on to"):
        member.platform.publish(call)
    with pytest.raises(LoggedOut, match="sends us on to"):
        member.publish(TEXT, pictures=(picture,))
    with pytest.raises(LoggedOut, match="sends us on to"):
        member.platform.read([receipt.id])
    with pytest.raises(LoggedOut, match="sends us on to"):
        member.platform.delete(receipt)
    assert front.heard == []
    front.status = None
    assert member.platform.read([receipt.id])[receipt.id] is not None


@pytest.mark.parametrize(
    ("here", "target", "fine"),
    [
        ("https://a.example/x", "/y", True),
        ("https://a.example/x", "https://a.example:443/y", True),
        ("http://a.example/x", "https://a.example/y", True),
        ("https://a.example/x", "//a.example/y", True),
        ("https://A.example/x", "https://a.EXAMPLE/y", True),
        ("https://a.example/x", "http://a.example/y", False),
        ("https://a.example/x", "https://a.example:8443/y", False),
        ("http://a.example:8080/x", "https://a.example/y", False),
        ("https://a.example/x", "https://b.a.example/y", False),
        ("https://a.example/x", "https://a.example@b.example/y", False),
        ("https://a.example/x", "//b.example/y", False),
        ("https://a.example/x", "https://[/", False),
        ("https://a.example/x", "https://a.example:99999/", False),
        ("https://a.example/x", "ftp://a.example/", False),
        ("https://a.example/x", "mailto:a@a.example", False),
    ],
)
def test_what_another_server_is(here: str, target: str, fine: bool) -> None:
    connection = AccountConnection.__new__(AccountConnection)
    object.__setattr__(connection, "account", "press/x")
    if fine:
        refuse_elsewhere(connection, here, target)
        return
    with pytest.raises(LoggedOut, match=r"press/x: a\.example"):
        refuse_elsewhere(connection, here, target)
