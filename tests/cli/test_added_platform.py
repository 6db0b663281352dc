"""Adding a platform is one package and one line: an invented one, in a folder of its own, from the files to a receipt.

Whatever in the house takes it that there are three platforms, by name or by number, breaks here.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from amplify.platforms import registry
from cli.conftest import Amplify

PROFILE = '''
"""What is said of Plaza, a square where everybody pays for speaking."""

import re
from datetime import date
from decimal import Decimal

from amplify.model.platform_profile import CardLook, HandleSyntax, PlatformProfile, Prices
from amplify.rules.text.entities import plain_entities

PROFILE = PlatformProfile(
    name="plaza",
    title="Plaza",
    text_max=240,
    measure=len,
    unit="letters",
    entities=plain_entities,
    secrets=("word",),
    handles=HandleSyntax(re.compile("[a-z_]+"), "small letters and `_`, such as `our_square`"),
    hashtags_max=1,
    prices=Prices(date(2026, 1, 2), *(Decimal(price) for price in ("0.5", "2", "0", "0.25", "0.125", "0.125"))),
    account_page=lambda host, segments, handle: host == "plaza.example" and handle in segments,
    share_url="https://plaza.example/say?words=",
    look=CardLook(link_max=12, draws_card="first", repost_verb="echoes"),
)
'''
ADAPTER = '''
"""Speaks to a Plaza over HTTP."""

import json
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from amplify.model.errors import Refused, Unknown
from amplify.model.platform import Engagement, Limits, Receipt, Whoami
from amplify.platforms.loopback import guard_loopback


class PlazaAdapter:
    """One account on Plaza."""

    def __init__(self, connection):
        guard_loopback(connection, connection.server)
        self._connection = connection

    def _ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        asked = Request(self._connection.server + path, data, {"Word": self._connection.secrets["word"]}, method=method)
        try:
            with urlopen(asked, timeout=self._connection.timeout) as answer:
                return json.loads(answer.read() or "null")
        except HTTPError as error:
            raise Refused(f"Plaza says {error.code}") from error
        except OSError as error:
            raise Unknown("Plaza did not answer") from error

    def check_write_access(self):
        pass

    def whoami(self):
        return Whoami("1", self._connection.handle)

    def limits(self):
        return Limits()

    def resolve(self, handle):
        return handle

    def payload(self, call):
        return {"key": call.key, "by": self._connection.handle, "words": call.part.text}

    def prepare(self, message, part):
        return {}

    def publish(self, call):
        return self._receipt(self._ask("POST", "/said", self.payload(call))["id"])

    def find(self, call, since, taken=()):
        found = next((one for one in self._ask("GET", "/said").values() if one["key"] == call.key), None)
        return self._receipt(found["id"]) if found else None

    def keeps_keys(self):
        return True

    def page(self):
        return f"{self._connection.server}/{self._connection.handle}"

    def locate(self, url):
        return Receipt(url.rpartition("/")[2], url)

    def boost(self, target, key, record_key, created_at):
        return target

    def delete(self, receipt):
        self._ask("DELETE", f"/said/{receipt.id}")

    def read(self, ids):
        there = self._ask("GET", "/said")
        return {one: Engagement(likes=3) if one in there else None for one in ids}

    def close(self):
        pass

    def _receipt(self, id):
        return Receipt(id, f"https://plaza.example/{self._connection.handle}/{id}")
'''


@dataclass
class Square:
    """What stands on the square, by id."""

    url: str
    said: dict[str, dict[str, str]] = field(default_factory=dict)


class _Answers(BaseHTTPRequestHandler):
    square: Square

    def do_GET(self) -> None:
        self._answer(self.square.said)

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.headers["Word"] != "sesame":
            self.send_error(401)
            return
        id = str(len(self.square.said) + 1)
        self.square.said[id] = {**asked, "id": id}
        self._answer(self.square.said[id])

    def do_DELETE(self) -> None:
        del self.square.said[self.path.rpartition("/")[2]]
        self._answer(None)

    def _answer(self, body: object) -> None:
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def square() -> Iterator[Square]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    _Answers.square = Square(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield _Answers.square
    server.shutdown()
    server.server_close()


@pytest.fixture
def plaza(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The package, and the line."""
    package = tmp_path / "lib" / "plaza"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text('"""Plaza."""\n')
    (package / "profile.py").write_text(PROFILE)
    (package / "adapter.py").write_text(ADAPTER)
    (package / "preview.css").write_text(".on-plaza { --ground: #fffbe6; }\n")
    monkeypatch.syspath_prepend(str(tmp_path / "lib"))
    monkeypatch.setitem(registry.PLATFORMS, "plaza", "plaza:PlazaAdapter")
    monkeypatch.setenv("AMPLIFY_OUR_PLAZA_WORD", "sesame")
    yield
    for name in [one for one in sys.modules if one.partition(".")[0] == "plaza"]:
        del sys.modules[name]


@pytest.fixture
def house(amplify: Amplify, plaza: None, square: Square, tmp_path: Path) -> Path:
    """The starter workspace, with a handle and an account on the square; a petition is due there."""
    root = tmp_path / "house"
    assert amplify("init", root).code == 0
    partners = root / "config" / "partners.yaml"
    partners.write_text(partners.read_text().replace("      x: our_sample\n", "      plaza: our_square\n"))
    (root / "config" / "accounts.yaml").write_text(
        "partner: our_organisation\n"
        "approvals: 0\n"
        "accounts:\n"
        f"  - {{partner: our_organisation, platform: plaza, server: '{square.url}', credential: our_plaza}}\n"
    )
    due = (datetime.now(UTC) - timedelta(minutes=1)).isoformat(timespec="seconds")
    (root / "config" / "queue.yaml").write_text(
        f"entries:\n  - {{id: on-the-square, posts: [vera-petition], platforms: [plaza], when: {{at: '{due}'}}}}\n"
    )
    return root


def test_a_post_goes_out_there_and_comes_back(amplify: Amplify, house: Path, square: Square) -> None:
    checked = amplify("check", "-w", house)
    assert checked.code == 0, checked.words
    planned_json = amplify("plan", "-w", house, "--json")
    assert amplify("queue", "-w", house).code == 0
    done = amplify("publish", "-w", house, "--json")
    assert json.loads(done.out)["outcomes"] == {"sent": 1}, done.words
    (said,) = square.said.values()
    assert said["by"] == "our_square"
    assert "Vera Lind" in said["words"]
    assert "https://our.example.org/free-vera" in said["words"]
    assert json.loads(amplify("publish", "-w", house, "--json").out)["outcomes"] == {}
    assert "plaza in" in amplify("status", "-w", house).words
    assert amplify("measure", "--all", "-w", house).code == 0
    report = amplify("report", "-w", house, "--format", "md")
    assert "Plaza" in report.out or "plaza" in report.out
    # The receipt is kept.
    planned = json.loads(planned_json.out)["deliveries"]
    (id,) = {one["id"] for one in planned if one["account"] == "our_organisation/plaza"}
    assert "https://plaza.example/our_square/1" in amplify("status", id, "-w", house, "--json").out
    # What was said costs money here, and so do its readings.
    assert "$2.125" in amplify("status", "-w", house).words
    gone = amplify("takedown", "--post", "vera-petition", "--reason", "a trial", "--yes", "-w", house)
    assert gone.code == 0, gone.words
    assert square.said == {}


def test_everything_that_looks_ahead_knows_it(amplify: Amplify, house: Path, tmp_path: Path) -> None:
    planned = amplify("plan", "-w", house)
    assert planned.code == 0, planned.words
    assert "on Plaza, at the prices of 2026-01-02" in planned.words
    page = tmp_path / "week.html"
    shown = amplify("preview", "--out", page, "-w", house)
    assert shown.code == 0, shown.words
    assert "Plaza would cost $" in shown.words
    html = page.read_text("utf-8")
    assert "--ground: #fffbe6" in html
    assert "X and Plaza ask for money by the request; Bluesky and Mastodon ask for none." in html
    assert ">our.example.…</a>" in html, "a link is shortened as its profile says"
    assert amplify("export", "--everything", "-w", house).code == 0
    assert amplify("doctor", "-w", house, expected=False).code in (0, 1)


def test_supporters_may_share_there(amplify: Amplify, house: Path, tmp_path: Path) -> None:
    built = amplify("toolkit", "build", "--out", tmp_path / "site", "-w", house)
    assert built.code == 0, built.words
    html = (tmp_path / "site" / "en" / "free-vera.html").read_text("utf-8")
    assert 'href="https://plaza.example/say?words=' in html
    assert 'id="at-plaza"' in html
    assert "body:has(#at-plaza:checked) .card:not(.on-plaza)" in html
    assert "Your Mastodon server" in html


def test_its_texts_are_measured_and_its_handles_checked(amplify: Amplify, house: Path) -> None:
    said = amplify("text", "Free Vera #FreeVera @somebody", "--json")
    one = next(one for one in json.loads(said.out) if one["platform"] == "plaza")
    assert (one["length"], one["most"], one["unit"], one["hashtags"]) == (29, 240, "letters", ["FreeVera"])
    partners = house / "config" / "partners.yaml"
    partners.write_text(partners.read_text().replace("plaza: our_square", "plaza: OurSquare"))
    wrong = amplify("check", "-w", house)
    assert wrong.code == 1
    assert "on Plaza cannot be one: a handle there is small letters" in wrong.words


def test_without_its_line_it_is_not_there(
    amplify: Amplify, house: Path, monkeypatch: pytest.MonkeyPatch, square: Square
) -> None:
    monkeypatch.delitem(registry.PLATFORMS, "plaza")
    assert amplify("check", "-w", house).code == 1
    assert square.said == {}
