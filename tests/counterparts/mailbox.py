"""A real SMTP server on loopback (aiosmtpd), and a web server that takes what is posted to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue
from threading import Event, Thread
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

from counterparts.ports import free_ports


class Mailbox:
    """What an SMTP server was given. It refuses while `refuses` holds a code."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.signed_in: list[tuple[str, str]] = []
        self.refuses = ""
        self.port = 0

    @property
    def subjects(self) -> list[str]:
        return [str(one["Subject"]) for one in self.mails]

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        if self.refuses:
            return f"{self.refuses} not now"
        assert isinstance(envelope.content, bytes)
        found = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(found, EmailMessage)
        self.mails.append(found)
        return "250 taken"

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.signed_in.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=data.password == b"right", handled=False)


@contextmanager
def open_mailbox() -> Iterator[Mailbox]:
    """A server without encryption, as one on this machine may be."""
    box = Mailbox()
    controller = Controller(
        box,
        hostname="127.0.0.1",
        port=free_ports(1)[0],
        authenticator=box.authenticate,
        auth_require_tls=False,
    )
    controller.start()
    box.port = controller.port
    try:
        yield box
    finally:
        controller.stop()


class Hook:
    """What a web server was posted: headers and bodies. It answers with `status`, or not at all while `hangs`."""

    def __init__(self) -> None:
        self.status = 204
        self.location = ""
        self.hangs = Event()
        self.asked: SimpleQueue[tuple[dict[str, str], bytes]] = SimpleQueue()
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/in/secret-path"

    def taken(self) -> list[tuple[dict[str, str], bytes]]:
        found = []
        while not self.asked.empty():
            found.append(self.asked.get())
        return found


@contextmanager
def open_hook() -> Iterator[Hook]:
    hook = Hook()
    over = Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.asked.put(({name.lower(): value for name, value in self.headers.items()}, body))
            if hook.hangs.is_set():
                over.wait()
                return
            self.send_response(hook.status)
            if hook.location:
                self.send_header("Location", hook.location)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    hook.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield hook
    finally:
        over.set()
        server.shutdown()
        server.server_close()
        thread.join()
