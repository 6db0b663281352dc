"""Banners of posts, as `plan`, `queue`, `preview`, `approve` and `status` show them."""

from __future__ import annotations

import base64
import io
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from engine.files import Files
from PIL import Image

from cli.conftest import Amplify

SAY = "{{ who.name }} for {{ who.days_detained }} days, {{ fact.held.value }} held"
FACT: dict[str, Any] = {
    "id": "held", "value": 41, "as_of": "2026-01-01", "counted_by": {"en": "Example Watch"},
    "source": "https://example.org/count", "expires": "2999-01-01",
}  # fmt: skip


@pytest.fixture
def files(tmp_path: Path) -> Files:
    house, today = Files(tmp_path / "house", "union"), datetime.now(UTC).date()
    consent = {"given_by": "family", "channel": "letter", "scope": ["name"], "given": "2020-01-01"}
    mira = {
        "id": "mira", "name": {"en": "Mira Vale"}, "detentions": [{"start": "2026-01-01"}], "state": "detained",
        "reviewed": today.isoformat(), "consent": consent | {"review": "2999-01-01"},
    }  # fmt: skip
    house.write("config/people.yaml", {"people": [mira]})
    house.write("config/facts.yaml", {"facts": [FACT]})
    house.write("media/banners/days.yaml", {
        "id": "days", "campaign": "free", "about": "Days.", "people": ["mira"], "scene": {"en": "A dark ground."},
        "credit": "Desk", "licence": "CC0-1.0", "layers": [{"text": {"say": {"en": SAY}}}],
    })  # fmt: skip
    house.we_are("union", ["x"])
    local = json.loads((house.root / "config/accounts.yaml").read_text())
    house.write("config/accounts.yaml", local | {"approvals": 1})
    house.post("count", "Another day.", people=["mira"], media=[{"banner": "days"}])
    due = datetime.now(UTC).replace(microsecond=0) + timedelta(days=9)
    house.queue("count", at=due.isoformat())
    return house


def answer(amplify: Amplify, files: Files, *words: str) -> Any:
    said = amplify(*words, "-w", files.root, "--json")
    assert said.code in (0, 3), said.words
    return json.loads(said.out)


def test_every_way_to_look_tells_recipe_alt_text_and_picture(amplify: Amplify, files: Files) -> None:
    assert "▣ days" in amplify("plan", "-w", files.root).out
    assert amplify("queue", "-w", files.root).code == 0
    (waiting,) = answer(amplify, files, "approve")
    (told,) = waiting["banners"]
    assert (told["template"], told["person"], told["size"], told["painted"]) == ("days", "mira", "post", None)
    assert told["alt"].startswith("A dark ground. Mira Vale for ")
    (seen,) = answer(amplify, files, "preview", "count")
    (painted,) = seen["banners"]
    assert painted["recipe"] == told["recipe"]
    assert Image.open(painted["painted"]).size == (1200, 675)
    (story,) = answer(amplify, files, "status", waiting["id"])
    assert story["banners"] == [painted]
    for words in (("preview", "count"), ("status", waiting["id"])):
        out = " ".join(amplify(*words, "-w", files.root).out.split())
        assert "banner: days, for mira, in en, size post" in out
        assert "alt text: A dark ground. Mira Vale for " in out
        assert "painted: " in out


def test_the_page_shows_the_painted_picture(amplify: Amplify, files: Files) -> None:
    out = files.root.parent / "week.html"
    assert amplify("preview", "--out", out, "-w", files.root).code == 0
    page = out.read_text("utf-8")
    found = re.findall(r"data:image/(?:png|jpeg);base64,([A-Za-z0-9+/=]+)", page)
    sizes = {Image.open(io.BytesIO(base64.b64decode(one))).size for one in found}
    assert (800, 450) in sizes
    assert "A dark ground. Mira Vale for " in page


def test_the_diff_says_which_line_changed(amplify: Amplify, files: Files) -> None:
    assert amplify("queue", "-w", files.root).code == 0
    files.write("config/facts.yaml", {"facts": [FACT | {"value": 42}]})
    (change,) = answer(amplify, files, "plan")["changes"]
    assert [re.sub(r" for \d+ days", "", line) for line in change["lines"]] == [
        "- banner says: Mira Vale, 41 held",
        "+ banner says: Mira Vale, 42 held",
        "- alt text: A dark ground. Mira Vale, 41 held.",
        "+ alt text: A dark ground. Mira Vale, 42 held.",
    ]
    shown = amplify("plan", "--diff", "-w", files.root).out
    assert "+ banner says: Mira Vale" in shown


def test_the_diff_tells_no_word_of_what_is_withheld(amplify: Amplify, files: Files) -> None:
    until = (datetime.now(UTC) + timedelta(days=8)).isoformat(timespec="seconds")
    files.post("count", "Another day.", people=["mira"], media=[{"banner": "days"}], embargo_until=until)
    assert amplify("queue", "-w", files.root).code == 0
    files.write("config/facts.yaml", {"facts": [FACT | {"value": 42}]})
    said = amplify("plan", "--diff", "-w", files.root)
    assert "other words" in said.out
    assert "Mira" not in said.out
    assert "42" not in said.out.split("held")[0] or "42 held" not in said.out
