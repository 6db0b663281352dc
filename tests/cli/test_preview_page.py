"""`amplify preview --out`: what stands on the page, what is kept back, and how it is closed against everything."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from engine.files import Files, soon

from cli.conftest import Amplify


class Tags(HTMLParser):
    """Every tag with its attributes, and the text of each `article`."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.articles: list[str] = []
        self._inside = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag == "article":
            self._inside = True
            self.articles.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "article"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.articles[-1] += data

    def cards(self) -> list[str]:
        return [" ".join(text.split()) for text in self.articles]


def drawn(amplify: Amplify, files: Files, *words: str) -> str:
    out = files.root.parent / "pages" / "week.html"
    said = amplify("preview", "--out", out, "-w", files.root, *words)
    assert said.code == 0, said.words
    return out.read_text("utf-8")


def person(files: Files, **fields: Any) -> None:
    """Anna, of whom a post speaks."""
    today = datetime.now(UTC).date()
    anna = {
        "id": "anna",
        "name": {"en": "Anna"},
        "detentions": [{"start": "2025-01-01"}],
        "state": "detained",
        "reviewed": today.isoformat(),
        "review_days": 300,
        "consent": {
            "given_by": "family",
            "channel": "letter",
            "scope": ["name"],
            "given": "2025-01-02",
            "review": (today + timedelta(days=900)).isoformat(),
        },
    }
    files.write("config/people.yaml", {"people": [anna | fields]})


class TestCards:
    def test_one_for_each_delivery(self, amplify: Amplify, busy: Files) -> None:
        page = Tags(drawn(amplify, busy))
        articles = [attributes for tag, attributes in page.found if tag == "article"]
        assert len(articles) == len(page.cards()) == 12
        assert {one["data-platform"] for one in articles} == {"x", "bluesky", "mastodon"}
        assert all(one["data-account"] and one["data-day"] for one in articles)
        assert sum(f"{busy.partners[0]} says tomorrow" in card for card in page.cards()) == 3

    def test_what_stands_on_one(self, amplify: Amplify, files: Files) -> None:
        files.picture("hall/door.png")
        files.post("hello", "Look #Here https://example.org/a?b=1&c=2 <b>", pictures=["hall/door.png"])
        files.queue("hello", at=soon(3600), platforms=["x"])
        text = drawn(amplify, files)
        (card,) = Tags(text).cards()
        assert "What hall/door.png shows" in card
        assert " of 280 characters" in card
        assert "$0.220" in card  # a link, an alt text, three readings
        assert "&lt;b&gt;" in text
        assert ("span", {"class": "tag"}) in Tags(text).found
        assert 'href="https://example.org/a?b=1&amp;c=2"' in text
        assert re.search(r'aria-label="What hall/door.png shows" viewBox="0 0 64 36"', text)

    def test_a_picture_stands_on_the_page_once_and_small(self, amplify: Amplify, files: Files) -> None:
        from PIL import Image

        files.picture("wide.png")
        noise = Image.effect_noise((2400, 1200), 90).convert("RGB")
        noise.save(files.root / "media" / "wide.png")
        files.post("hello", "Look", pictures=["wide.png"])
        files.queue("hello", at=soon(3600))
        text = drawn(amplify, files)
        images = [attributes for tag, attributes in Tags(text).found if tag == "image"]
        assert [(one["width"], one["height"]) for one in images] == [("800", "400")]
        assert str(images[0]["href"]).startswith("data:image/jpeg;base64,")
        assert text.count("data:image/") == 1
        assert text.count(f'href="#{images[0]["id"]}"') == 3

    def test_a_picture_that_is_gone(self, amplify: Amplify, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
        files.picture("door.png")
        files.post("hello", "Look", pictures=["door.png"])
        files.queue("hello", at=soon(3600), platforms=["x"])
        monkeypatch.setattr("amplify.preview.thumbnails.Path.read_bytes", lambda self: (_ for _ in ()).throw(OSError()))
        (card,) = Tags(drawn(amplify, files)).cards()
        assert "door.png cannot be read" in card
        assert "What door.png shows" in card

    def test_threads_and_warnings(self, amplify: Amplify, files: Files) -> None:
        files.post("hello", "First\n---\nSecond", content_warning={"en": "Prison"})
        files.queue("hello", at=soon(3600), platforms=["x", "mastodon"])
        page = Tags(drawn(amplify, files))
        mastodon, x = sorted(page.cards(), key=lambda card: "of 280" in card)
        assert "Part 1" in x
        assert "Part 2" in x
        assert "Prison" in mastodon
        assert "Prison" not in x
        assert sum(tag == "details" and a.get("class") == "warning" for tag, a in page.found) == 2
        assert f"{len('First') + len('Prison')} of 500" in mastodon

    def test_problems_stand_where_they_belong(self, amplify: Amplify, files: Files) -> None:
        files.post("long", "Far too long, " * 40)
        files.post("short", "Short")
        files.queue("long", at=soon(3600), platforms=["x"])
        files.queue("short", at=soon(90_000), platforms=["x"])
        long, short = Tags(drawn(amplify, files)).cards()
        assert "TXT-LONG" in long
        assert "TXT" not in short

    def test_the_clock_is_the_accounts_own(self, amplify: Amplify, files: Files) -> None:
        book = files.root / "config" / "partners.yaml"
        book.write_text(book.read_text("utf-8").replace('"UTC"', '"Asia/Kathmandu"'), encoding="utf-8")
        files.post("hello", "Hello")
        files.queue("hello", at="2027-05-17T20:00:00Z", platforms=["x"])
        text = drawn(amplify, files, "--from", "2027-05-17", "--days", "1")
        assert "Tuesday 18 May 2027" in text
        (card,) = Tags(text).cards()
        assert "01:45" in card
        assert "Asia/Kathmandu, UTC+5:45" in card

    def test_costs_a_day_and_a_month(self, amplify: Amplify, files: Files) -> None:
        for number, day in enumerate(("05-30", "05-31", "06-01")):
            files.post(f"p{number}", f"{number} says this")
            files.queue(f"p{number}", at=f"2027-{day}T10:00:00Z", platforms=["x"])
        text = drawn(amplify, files, "--from", "2027-05-30", "--days", "7")
        rows = dict(re.findall(r'<th scope="row">([^<]+)</th><td>([^<]+)</td>', text))
        assert rows == {
            "May 2027": "$0.060", "June 2027": "$0.030",
            "30 May 2027": "$0.030", "31 May 2027": "$0.030", "1 Jun 2027": "$0.030",
        }  # fmt: skip

    def test_nothing_at_all(self, amplify: Amplify, files: Files) -> None:
        assert "Nothing is due in this time." in drawn(amplify, files)


class TestKeptBack:
    """The page is made to be passed on."""

    @pytest.fixture
    def sealed(self, files: Files) -> Files:
        files.post("open", "Known to all")
        files.post("secret-demands", "Not before Friday", embargo_until=soon(86_400))
        files.post("echo", kind="boost", boost={"post": "secret-demands"})
        files.queue("open", at=soon(3600), platforms=["x"])
        files.queue("secret-demands", at=soon(90_000), platforms=["x"])
        files.queue("echo", at=soon(180_000), platforms=["x"])
        return files

    def test_embargo(self, amplify: Amplify, sealed: Files) -> None:
        text = drawn(amplify, sealed)
        assert len(Tags(text).cards()) == 1
        assert "2 messages are not on this page" in text
        assert "Friday" not in text
        assert "secret-demands" not in text

    def test_looking_ahead_lifts_no_embargo(self, amplify: Amplify, sealed: Files) -> None:
        tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
        assert "secret-demands" not in drawn(amplify, sealed, "--from", tomorrow)

    def test_no_problem_of_others_names_it(self, amplify: Amplify, sealed: Files) -> None:
        accounts = json.loads((sealed.root / "config/accounts.yaml").read_text("utf-8"))
        for account in accounts["accounts"]:
            account["caps"]["gap"] = "48h"
        sealed.write("config/accounts.yaml", accounts)
        sealed.post("later", "Said afterwards")
        sealed.queue("later", at=soon(100_000), platforms=["x"])
        assert "secret-demands" in amplify("check", "-w", sealed.root).words
        text = drawn(amplify, sealed)
        assert "CAP-GAP" in text
        assert "secret-demands" not in text
        assert "for the sake of an embargo" in text

    def test_asked_for(self, amplify: Amplify, sealed: Files) -> None:
        text = drawn(amplify, sealed, "--with-embargoed")
        assert "Not to be passed on." in text
        assert len(Tags(text).cards()) == 3
        assert "Under embargo until" in text
        said = amplify("preview", "--with-embargoed", "-w", sealed.root)
        assert (said.code, "--out" in said.words) == (2, True)

    def test_a_persons_state(self, amplify: Amplify, files: Files) -> None:
        person(files, state="release_reported")
        files.post("hello", "Think of somebody", people=["anna"])
        files.queue("hello", at=soon(3600), platforms=["x"])
        (card,) = Tags(text := drawn(amplify, files)).cards()
        assert "Would be held" in card
        assert "for the sake of a person" in card
        for telling in ("release", "PERSON-STATE", "anna"):
            assert telling not in text
        assert "release reported" in amplify("preview", "-w", files.root).words

    def test_a_call_that_is_closed_is_told(self, amplify: Amplify, files: Files) -> None:
        call = {
            "id": "sign",
            "campaign": "free",
            "kind": "petition",
            "owner": "Desk",
            "url": {"en": "https://example.org/sign"},
            "title": {"en": "Sign"},
            "closes": soon(60),
        }
        files.write("config/actions.yaml", {"actions": [call]})
        files.post("hello", "Sign", cta="sign")
        files.queue("hello", at=soon(3600), platforms=["x"])
        (card,) = Tags(drawn(amplify, files)).cards()
        assert "the call sign is closed" in card
        assert "CTA-CLOSED" in card


class TestClosed:
    def test_nothing_is_asked_of_anybody(self, amplify: Amplify, busy: Files) -> None:
        for tag, attributes in Tags(drawn(amplify, busy)).found:
            assert tag not in ("link", "iframe", "img", "object", "embed", "base")
            assert "style" not in attributes
            assert not [name for name in attributes if name.startswith("on")]
            for name in ("src", "srcset", "action", "data"):
                assert name not in attributes

    def test_the_policy_allows_exactly_what_is_there(self, amplify: Amplify, busy: Files) -> None:
        text = drawn(amplify, busy)
        policy = next(str(a["content"]) for tag, a in Tags(text).found if a.get("http-equiv"))
        rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
        assert rules["default-src"] == "'none'"
        assert rules["img-src"] == "data:"
        for tag, rule in (("script", "script-src"), ("style", "style-src")):
            (content,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
            digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
            assert rules[rule] == f"'sha256-{digest}'"

    def test_texts_stay_texts(self, amplify: Amplify, files: Files) -> None:
        nasty = "</p><script>alert(1)</script> {% raw %}{{ page }}{% endraw %} \"' javascript:alert(1)"
        files.post("hello", nasty)
        files.queue("hello", at=soon(3600))
        page = Tags(drawn(amplify, files))
        assert sum(tag == "script" for tag, _ in page.found) == 1
        assert all("javascript" not in str(a.get("href")) for _, a in page.found)
        assert all("<script>alert(1)</script> {{ page }}" in card for card in page.cards())


class TestCommand:
    def test_says_where_and_how_much(self, amplify: Amplify, busy: Files, tmp_path: Path) -> None:
        said = amplify("preview", "--out", "week.html", "-w", busy.root)
        assert said.out == "week.html\n12 messages; X would cost $0.120; nothing was sent\n"
        found = json.loads(amplify("preview", "--out", "week.html", "--json", "-w", busy.root).out)
        assert (found["file"], found["messages"], found["under_embargo"]) == ("week.html", 12, 0)
        assert found["cost"]["total"] == "0.120"
        assert (tmp_path / "week.html").exists()

    def test_without_it_all_is_as_before(self, amplify: Amplify, busy: Files) -> None:
        said = amplify("preview", "tomorrow", "-w", busy.root)
        assert "3 messages; nothing was sent" in said.out
        assert '"text": ' in said.out

    @pytest.mark.parametrize("name", ["week.pdf", "week", "."])
    def test_other_names(self, amplify: Amplify, busy: Files, name: str) -> None:
        said = amplify("preview", "--out", name, "-w", busy.root)
        assert (said.code, ".html" in said.words) == (2, True)

    def test_a_place_that_cannot_be_written(self, amplify: Amplify, busy: Files, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        said = amplify("preview", "--out", "file/week.html", "-w", busy.root)
        assert (said.code, "cannot be written" in said.words) == (2, True)

    def test_a_draft_is_drawn_too(self, amplify: Amplify, files: Files) -> None:
        files.post("draft", "Not yet ready", status="draft")
        text = drawn(amplify, files, "draft")
        assert len(Tags(text).cards()) == 3
