"""`amplify export`: what is handed to people, and what is not."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from engine.files import Files, soon

from cli.conftest import Amplify
from cli.test_preview_page import person


@pytest.fixture
def three(tmp_path: Path) -> Files:
    """Three partners, each on all platforms; we are the first."""
    house = Files(tmp_path / "house", "ada", "bea", "cyd")
    house.we_are("ada")
    return house


def texts(amplify: Amplify, files: Files, *words: str) -> list[dict[str, Any]]:
    said = amplify("export", "--json", "-w", files.root, *words)
    assert said.code == 0, said.words
    found: list[dict[str, Any]] = json.loads(said.out)["texts"]
    return found


def withheld(amplify: Amplify, files: Files) -> dict[str, int]:
    found: dict[str, int] = json.loads(amplify("export", "--json", "-w", files.root).out)["withheld"]
    return found


def only(found: list[dict[str, Any]], purpose: str) -> list[dict[str, Any]]:
    return [one for one in found if one["purpose"] == purpose]


class TestWhatIsOffered:
    def test_variants_beyond_the_accounts(self, amplify: Amplify, three: Files) -> None:
        three.post("hello", "one", "two", "three", "four", "five")
        three.queue("hello", at=soon(3600), platforms=["x"])
        found = texts(amplify, three)
        assert [(one["variant"], one["messages"][0]["text"], one["accounts"]) for one in found] == [
            ("v3", "four", []),
            ("v4", "five", []),
        ]
        assert {one["purpose"] for one in found} == {"spare"}

    def test_accounts_without_a_variant(self, amplify: Amplify, three: Files) -> None:
        three.post("hello", "one", "two")
        three.queue("hello", at=soon(3600), platforms=["x"])
        (found,) = texts(amplify, three)
        assert (found["purpose"], found["accounts"], found["said_by"]) == ("left out", ["cyd/x"], ["ada/x"])
        assert found["messages"] == [{"text": "one", "length": 3}]
        plan = amplify("plan", "--everyone", "-w", three.root)
        assert "left out: hello on cyd/x" in plan.words

    def test_no_text_in_its_language(self, amplify: Amplify, three: Files) -> None:
        book = json.loads((three.root / "config/partners.yaml").read_text("utf-8"))
        book["partners"][2]["languages"] = ["fi"]
        three.write("config/partners.yaml", book)
        three.post("hello", "one", "two", "three")
        three.queue("hello", at=soon(3600), platforms=["x"])
        found = only(texts(amplify, three), "left out")
        assert [(one["accounts"], one["translate_to"]) for one in found] == [(["cyd/x"], "fi")]
        assert "Translate this one" in amplify("export", "-w", three.root).words

    def test_everything(self, amplify: Amplify, three: Files) -> None:
        three.post("hello", "one", "two", "three", "four")
        three.queue("hello", at=soon(3600), platforms=["x", "bluesky"])
        assert len(texts(amplify, three)) == 2
        found = texts(amplify, three, "--everything")
        assert len(found) == 8
        assert {one["accounts"][0] for one in only(found, "queued")} == {
            f"{partner}/{platform}" for partner in three.partners for platform in ("x", "bluesky")
        }

    def test_ready_to_copy(self, amplify: Amplify, three: Files) -> None:
        call = {
            "id": "sign",
            "campaign": "free",
            "kind": "petition",
            "owner": "Desk",
            "url": {"en": "https://example.org/sign"},
            "title": {"en": "Sign"},
            "closes": soon(86_400),
        }
        three.write("config/actions.yaml", {"actions": [call]})
        three.picture("hall/door.png")
        three.post(
            "hello", "a", "b", "c", "First\n---\nSecond",
            cta="sign", pictures=["hall/door.png"], hashtags={"required": ["FreeThem"]},
        )  # fmt: skip
        three.queue("hello", at=soon(3600), platforms=["x", "bluesky"])
        bluesky, x = texts(amplify, three)
        assert [message["text"] for message in x["messages"]] == [
            "First\n\n#FreeThem",
            "Second\n\nhttps://example.org/sign",
        ]
        assert x["messages"][1]["length"] == len("Second\n\n") + 23
        assert [message["text"] for message in bluesky["messages"]] == ["First\n\n#FreeThem", "Second"]
        for one in (x, bluesky):
            assert one["links"] == ["https://example.org/sign"]
            assert one["hashtags"] == ["FreeThem"]
            assert one["pictures"] == [{"file": "hall/door.png", "alt": "What hall/door.png shows"}]
            assert one["until"] is not None

    def test_drafts_and_other_times_are_not_there(self, amplify: Amplify, files: Files) -> None:
        files.post("draft", "one", "two", status="draft")
        files.post("later", "three", "four")
        files.queue("draft", at=soon(3600))
        files.queue("later", at=soon(86_400 * 5))
        assert texts(amplify, files, "--days", "2") == []
        assert len(texts(amplify, files)) == 3


class TestWhatIsNot:
    def test_embargo(self, amplify: Amplify, files: Files) -> None:
        files.post("secret", "one", "Not before Friday", embargo_until=soon(3000))
        files.queue("secret", at=soon(3600), platforms=["x"])
        for words in ([], ["--everything"]):
            said = amplify("export", "-w", files.root, *words)
            assert "Friday" not in said.words
            assert "secret" not in said.words
            assert "under embargo" in said.words
        assert withheld(amplify, files) == {"embargo": 1}
        files.post("secret", "one", "two", embargo_until=soon(-60))
        assert withheld(amplify, files) == {}

    @pytest.mark.parametrize(
        "change", [{"state": "died"}, {"reviewed": "2026-01-01", "review_days": 1}, {"withdrawn": True}], ids=str
    )
    def test_people(self, amplify: Amplify, files: Files, change: dict[str, Any]) -> None:
        person(files)
        files.post("hello", "one", "Think of somebody", people=["anna"])
        files.queue("hello", at=soon(3600), platforms=["x"])
        assert len(texts(amplify, files)) == 1
        if change.pop("withdrawn", False):
            anna = json.loads((files.root / "config/people.yaml").read_text("utf-8"))["people"][0]
            change = {"consent": anna["consent"] | {"withdrawn": "2026-01-01"}}
        person(files, **change)
        assert texts(amplify, files) == []
        assert withheld(amplify, files) == {"person": 1}
        assert "anna" not in amplify("export", "-w", files.root).words

    def test_consent_for_other_languages(self, amplify: Amplify, files: Files) -> None:
        person(files)
        anna = json.loads((files.root / "config/people.yaml").read_text("utf-8"))["people"][0]
        person(files, consent=anna["consent"] | {"languages": ["be"]})
        files.post("hello", "one", "two", people=["anna"])
        files.queue("hello", at=soon(3600), platforms=["x"])
        assert withheld(amplify, files) == {"consent": 1}

    def test_stale_facts_and_closed_calls(self, amplify: Amplify, files: Files) -> None:
        fact = {
            "id": "many",
            "value": 7,
            "as_of": "2026-01-01",
            "counted_by": {"en": "Watch"},
            "source": "https://example.org/count",
            "expires": "2026-01-31",
        }
        call = {
            "id": "sign",
            "campaign": "free",
            "kind": "petition",
            "owner": "Desk",
            "url": {"en": "https://example.org/sign"},
            "title": {"en": "Sign"},
            "closes": soon(60),
        }
        files.write("config/facts.yaml", {"facts": [fact]})
        files.write("config/actions.yaml", {"actions": [call]})
        files.post("number", "one", "{{ fact.many }} of them")
        files.post("sign", "two", "Sign", cta="sign")
        files.queue("number", at=soon(3600), platforms=["x"])
        files.queue("sign", at=soon(90_000), platforms=["x"])
        assert texts(amplify, files) == []
        assert withheld(amplify, files) == {"fact": 1, "action": 1}

    def test_a_paused_campaign(self, amplify: Amplify, files: Files) -> None:
        files.post("hello", "one", "two")
        files.queue("hello", at=soon(3600), platforms=["x"])
        path = files.root / "config/campaigns/free.yaml"
        files.write("config/campaigns/free.yaml", json.loads(path.read_text("utf-8")) | {"status": "paused"})
        assert withheld(amplify, files) == {"campaign": 1}

    def test_problems(self, amplify: Amplify, files: Files) -> None:
        files.post("hello", "one", "Far too long, " * 40)
        files.queue("hello", at=soon(3600))
        assert withheld(amplify, files) == {"problem": 3}
        assert "with a problem that `amplify check` tells" in amplify("export", "-w", files.root).words


class TestForms:
    @pytest.fixture
    def spare(self, files: Files) -> Files:
        files.post("hello", "one", "=HYPERLINK(1)\n\n```\nstill inside\n```", "+1\n---\n@ the door")
        files.queue("hello", at="2027-05-17T09:00:00Z", platforms=["x"])
        return files

    WHEN = ("--from", "2027-05-17", "--days", "1")

    def test_markdown_keeps_texts_in_their_blocks(self, amplify: Amplify, spare: Files) -> None:
        out = amplify("export", *self.WHEN, "-w", spare.root).out
        blocks = re.findall(r"^(`{3,})text\n(.*?)\n\1$", out, re.MULTILINE | re.DOTALL)
        assert [text for _, text in blocks] == ["=HYPERLINK(1)\n\n```\nstill inside\n```", "+1", "@ the door"]
        assert "## Monday 17 May 2027" in out
        assert "Suggested time: 09:00 (UTC)" in out
        assert "Message 2 of 2" in out

    def test_csv_is_guarded(self, amplify: Amplify, spare: Files) -> None:
        out = amplify("export", *self.WHEN, "--format", "csv", "-w", spare.root).out
        rows = list(csv.DictReader(io.StringIO(out)))
        assert [row["text"] for row in rows] == [
            "'=HYPERLINK(1)\n\n```\nstill inside\n```",
            "'+1",
            "'@ the door",
        ]
        assert [(row["message"], row["messages"]) for row in rows] == [("1", "1"), ("1", "2"), ("2", "2")]
        assert not re.search(r'(^|,|")[=+@-]', out, re.MULTILINE)

    @pytest.mark.parametrize(("name", "first"), [("t.md", b"# For"), ("t.csv", b"\xef\xbb\xbfday,")])
    def test_files(self, amplify: Amplify, spare: Files, tmp_path: Path, name: str, first: bytes) -> None:
        said = amplify("export", *self.WHEN, "--out", f"deep/{name}", "-w", spare.root)
        assert (said.code, said.out) == (0, f"deep/{name}\n2 texts for sharing by hand\n")
        assert (tmp_path / "deep" / name).read_bytes().startswith(first)

    def test_json_into_a_file(self, amplify: Amplify, spare: Files, tmp_path: Path) -> None:
        assert amplify("export", *self.WHEN, "--json", "--out", "t.json", "-w", spare.root).code == 0
        assert len(json.loads((tmp_path / "t.json").read_text("utf-8"))["texts"]) == 2

    def test_what_is_left_out_is_said_beside_a_csv(self, amplify: Amplify, files: Files) -> None:
        files.post("secret", "one", "two", embargo_until=soon(3000))
        files.queue("secret", at=soon(3600), platforms=["x"])
        said = amplify("export", "--format", "csv", "-w", files.root)
        assert said.out.count("\n") == 1
        assert "1 text is left out: 1 under embargo." in said.err
        assert "1 text is left out" in amplify("export", "--out", "t.csv", "-w", files.root).out

    def test_nothing_to_share(self, amplify: Amplify, files: Files) -> None:
        said = amplify("export", "-w", files.root)
        assert (said.code, "no text" in said.out) == (0, True)

    @pytest.mark.parametrize(
        "words",
        [
            ["--format", "pdf"],
            ["--json", "--format", "md"],
            ["--out", "t.pdf"],
            ["--out", "."],
            ["--from", "soon"],
            ["--days", "0"],
        ],
        ids=" ".join,
    )
    def test_wrong_use(self, amplify: Amplify, spare: Files, words: list[str]) -> None:
        said = amplify("export", *words, "-w", spare.root)
        assert (said.code, said.out) == (2, "")

    def test_files_that_cannot_be_read(self, amplify: Amplify, spare: Files) -> None:
        (spare.root / "config" / "people.yaml").write_text("people:\n\t- id: anna\n")
        assert amplify("export", "-w", spare.root).code == 1
