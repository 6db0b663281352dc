"""A form that is read as it is sent is the form that `requests` would have made, byte by byte."""

from __future__ import annotations

from pathlib import Path

import requests

from amplify.model.platform import AccountConnection
from amplify.platforms.http import requests_session
from amplify.platforms.streamed_form import StreamedForm


def test_it_is_what_requests_makes_of_the_same(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(bytes(range(256)) * 1000)
    fields = {"description": "Шлях “праз” поле\r\n& далей", "focus": None}
    with path.open("rb") as file:
        form = StreamedForm(fields, [("file", "video.mp4", file, "video/mp4")], "edge")
        body = b"".join(form)
        assert len(form) == len(body)
        assert b"".join(form) == body  # a second time, where it has to be sent again
    files = {"file": ("video.mp4", path.read_bytes(), "video/mp4")}
    made = requests.Request("POST", "http://127.0.0.1/", data=fields, files=files).prepare()
    boundary = made.headers["Content-Type"].partition("boundary=")[2]
    assert isinstance(made.body, bytes)
    assert body == made.body.replace(boundary.encode(), b"edge")


def test_a_session_streams_open_files_and_leaves_others_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_bytes(b"film" * 100)
    session = requests_session(AccountConnection("a/mastodon", "a@b.test", "http://127.0.0.1", {}, True))
    with (tmp_path / "film.mp4").open("rb") as file:
        asked = requests.Request("POST", "http://127.0.0.1/", files={"file": ("video.mp4", file, "video/mp4")})
        sent = session.prepare_request(asked)
        assert isinstance(sent.body, StreamedForm)
        assert sent.headers["Content-Length"] == str(len(sent.body))
        assert sent.headers["Content-Type"] == sent.body.content_type
    asked = requests.Request("POST", "http://127.0.0.1/", files={"file": ("a.png", b"png", "image/png")})
    assert isinstance(session.prepare_request(asked).body, bytes)
