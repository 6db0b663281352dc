"""What surely never left is never *unsure*: a server without TLS, a token that no header can hold."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from ground import OnStage

from amplify.model.errors import LoggedOut, TryLater
from amplify.platforms import http

Peer = Callable[[socket.socket], None]


def answers_in_plain(peer: socket.socket) -> None:
    """As any web server does on a port without TLS."""
    peer.recv(4096)
    peer.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


def hangs_up(peer: socket.socket) -> None:
    peer.recv(1)


def stays_silent(peer: socket.socket) -> None:
    while peer.recv(4096):
        pass


def speaks_another_language(peer: socket.socket) -> None:
    peer.sendall(b"220 mail.example ESMTP\r\n")
    peer.recv(4096)


def refuses_the_handshake(peer: socket.socket) -> None:
    peer.recv(4096)
    peer.sendall(bytes((21, 3, 3, 0, 2, 2, 40)))  # alert: handshake_failure


@pytest.fixture
def listener() -> Iterator[Callable[[Peer], str]]:
    """Starts a server on this machine that treats each connection in its own way; its `https://` address."""
    open_sockets: list[socket.socket] = []

    def start(treat: Peer) -> str:
        listening = socket.create_server(("127.0.0.1", 0))
        open_sockets.append(listening)

        def serve() -> None:
            with suppress(OSError):
                while True:
                    peer, _ = listening.accept()
                    open_sockets.append(peer)
                    with closing(peer), suppress(OSError):
                        treat(peer)

        threading.Thread(target=serve, daemon=True).start()
        return f"https://127.0.0.1:{listening.getsockname()[1]}"

    yield start
    for one in open_sockets:
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()


@pytest.mark.parametrize(
    "treat", [answers_in_plain, hangs_up, stays_silent, speaks_another_language, refuses_the_handshake]
)
def test_without_tls_nothing_has_left(on_stage: OnStage, listener: Callable[[Peer], str], treat: Peer) -> None:
    member = on_stage.member()
    away = member.again(server=listener(treat), sessions=None, timeout=2.0)
    call = member.call(member.message("Ніхто не чуе"))
    with pytest.raises(TryLater) as caught:
        away.publish(call)
    if on_stage.platform != "x":
        assert "server:" in caught.value.why


def test_what_broke_after_the_handshake_may_have_left(tmp_path: Path) -> None:
    """A connection that was secure, and broke after the request: nobody knows."""
    import requests

    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1"]
    made += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(made, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        peer, _ = listening.accept()
        with closing(context.wrap_socket(peer, server_side=True)) as secure:
            secure.recv(4096)
            peer.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    with pytest.raises(requests.RequestException) as caught:
        requests.post(
            f"https://127.0.0.1:{listening.getsockname()[1]}/", data="text", verify=str(certificate), timeout=5
        )
    assert not http.not_sent(caught.value)
    thread.join(5)
    listening.close()


@pytest.mark.parametrize("secret", ["токен", "aсcess", "t0k\nen", "t0k\u200ben", " t0ken", "\ufefft0ken"])
def test_a_secret_that_no_request_can_hold(on_stage: OnStage, secret: str) -> None:
    member = on_stage.member()
    wrong = member.again(secrets=dict.fromkeys(member.connection.secrets, secret), sessions=None)
    call = member.call(member.message("Ніхто не чуе"))
    now = datetime.now(UTC) - timedelta(hours=1)
    for ask in (lambda: wrong.publish(call), wrong.whoami, lambda: wrong.find(call, now)):
        with pytest.raises(LoggedOut) as caught:
            ask()
        assert secret.strip() not in caught.value.why


def test_the_sentence_says_what_to_do(on_stage: OnStage) -> None:
    if on_stage.platform != "mastodon":
        pytest.skip("only its tokens stand in a header as they are")
    member = on_stage.member()
    with pytest.raises(LoggedOut, match="copy it once more"):
        member.again(secrets={"access_token": "токен"}).whoami()
