"""Another name in `Host` is a web page that had its own name point at this machine: it reads nothing here."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

import pytest

from amplify.stage.process import Stage

PATHS = ["/", "/timeline/x", "/style.css", "/_stage/posts", "/2/users/me", "/api/v1/instance", "/media/x.png"]


def ask(stage: Stage, path: str, host: str, method: str = "GET") -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(urlsplit(stage.url).netloc)
    connection.putrequest(method, path, skip_host=True)
    connection.putheader("Host", host)
    connection.endheaders()
    answer = connection.getresponse()
    found = answer.status, answer.read()
    connection.close()
    return found


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1.evil.example:{port}", "localhost.evil.example", ""]
)
def test_other_names_get_nothing(stage: Stage, path: str, host: str) -> None:
    port = urlsplit(stage.url).port
    for method in ("GET", "POST"):
        status, said = ask(stage, path, host.format(port=port), method)
        assert (status, said) == (403, b"this machine only\n")


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "localhost:{port}", "127.0.0.1", "localhost"])
def test_its_own_names_do(stage: Stage, host: str) -> None:
    status, said = ask(stage, "/", host.format(port=urlsplit(stage.url).port))
    assert status == 200
    assert b"<html" in said
