"""`amplify people`: who is due for review, and setting a state, which stops at once."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from engine.files import Files, soon
from workshop import PROFILES

from amplify.planning.plan import plan_deliveries
from amplify.rules.plan.file_gates import derive_gates
from amplify.workspace.load import load_workspace
from amplify.workspace.yaml_reader import read_yaml
from cli.conftest import Amplify, OnStage

TODAY = datetime.now(UTC).date()


def person(id: str, name: str, **fields: Any) -> dict[str, Any]:
    return {
        "id": id,
        "name": {"en": name},
        "aliases": [],
        "detentions": [{"start": "2024-01-01"}],
        "state": "detained",
        "reviewed": TODAY.isoformat(),
        "consent": {
            "given_by": "family",
            "channel": "letter",
            "scope": ["name"],
            "given": "2024-01-01",
            "review": (TODAY + timedelta(days=300)).isoformat(),
        },
        **fields,
    }


PAGE = ("--source", "https://one.example/a")


@pytest.fixture
def house(files: Files) -> Files:
    """Anna and Boris; a post of each waits, and Anna's is named in words only."""
    late = (TODAY - timedelta(days=26)).isoformat()
    files.write(
        "config/people.yaml",
        {
            "people": [
                person("anna", "Anna Petrova", aliases=["Ганне Пятровай"]),
                person("boris", "Boris Kern", reviewed=late),
            ]
        },
    )
    files.post("hers", "Свабоду Ганне Пятровай!")
    files.post("his", "Free Boris Kern", people=["boris"])
    files.queue("hers", at=soon(3600))
    files.queue("his", at=soon(3600))
    return files


def test_everybody_those_first_whose_review_comes_first(amplify: Amplify, house: Files) -> None:
    assert amplify("queue", "-w", house.root, "--yes").code == 0
    said = amplify("people", "-w", house.root)
    assert said.code == 0
    assert said.out.index("boris") < said.out.index("anna")
    assert "1 of 2 due for review within 14 days" in said.words
    assert max(map(len, said.out.splitlines())) <= 80
    told = json.loads(amplify("people", "-w", house.root, "--json").out)
    assert told["due"] == ["boris"]
    assert [(one["id"], one["days_left"], one["waiting"]) for one in told["people"]] == [
        ("boris", 4, 3),
        ("anna", 30, 3),
    ]
    assert json.loads(amplify("people", "-w", house.root, "--days", "3", "--json").out)["due"] == []


def test_a_release_stops_at_once_and_is_written_down(
    amplify: Amplify, house: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMPLIFY_ACTOR", "Eva")
    amplify("queue", "-w", house.root, "--yes")
    said = amplify(
        "people", "set", "anna", "-w", house.root, "--state", "release_confirmed",
        "--source", "https://one.example/a", "--source", "https://two.example/b", "--json",
    )  # fmt: skip
    assert said.code == 0
    told = json.loads(said.out)
    assert {row["post"] for row in told["held"]} == {"hers"}
    assert len(told["held"]) == 3
    document, _ = read_yaml((house.root / "config/people.yaml").read_text("utf-8"), "people.yaml")
    assert document is not None
    anna, boris = document.plain["people"]
    assert (anna["state"], anna["reviewed"], boris["state"]) == ("release_confirmed", TODAY.isoformat(), "detained")
    assert [source["url"] for source in anna["sources"]] == ["https://one.example/a", "https://two.example/b"]
    assert datetime.fromisoformat(anna["state_since"]) <= datetime.now(UTC)
    listed = {one["id"]: one for one in json.loads(amplify("people", "-w", house.root, "--json").out)["people"]}
    assert (listed["anna"]["speaks"], listed["boris"]["speaks"]) == (False, True)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--state", "release_confirmed", "--source", "https://one.example/a"], "two sources"),
        (["--state", "died", "--source", "https://one.example/a", "--source", "https://one.example/b"], "two sources"),
        (
            ["--state", "died", "--source", "https://a.one.example", "--source", "https://b.one.example"],
            "two sources",
        ),
        (["--state", "release_reported"], "say where it was learned"),
        ([], "say what to set for anna"),
        (["--reviewed", "2999-01-01"], "still to come"),
        (["--reviewed", "yesterday"], "takes a day"),
        (["--stage", "sentenced", "--sentence", "3 years"], "say where the stage was learned"),
        (["--stage", "sentenced", "--since", "2999-01-01", *PAGE], "still to come"),
        (["--stage", "sentenced", "--sentence", "3 yrs", *PAGE], "stays as it is"),
        (["--stage", "charged", "--sentence", "3 years", *PAGE], "stays as it is"),
        (["--stage", "charged", "--hearing", "soon", *PAGE], "--hearing takes a day"),
        (["--sentence", "3 years"], "belong to a --stage"),
    ],
)
def test_what_is_missing_is_said_and_nothing_changes(
    amplify: Amplify, house: Files, words: list[str], says: str
) -> None:
    before = (house.root / "config/people.yaml").read_bytes()
    said = amplify("people", "set", "anna", *words, "-w", house.root)
    assert said.code == 2
    assert says in said.words
    assert (house.root / "config/people.yaml").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "says"),
    [(["set", "ana", "--state", "unknown"], "did you mean"), (["sett", "anna"], "amplify people set"),
     (["set"], "amplify people set"), (["--state", "unknown"], "say whom")],
)  # fmt: skip
def test_wrong_use_is_a_sentence(amplify: Amplify, house: Files, words: list[str], says: str) -> None:
    said = amplify("people", *words, "-w", house.root)
    assert said.code == 2
    assert says in said.words


def test_a_stage_is_written_behind_the_others_and_stops_nothing(amplify: Amplify, house: Files) -> None:
    where = ("-w", house.root)
    charged = ("--stage", "charged", "--since", "2026-01-02", "--article", "342", "--up-to", "7 years", *PAGE)
    assert amplify("people", "set", "anna", *charged, *where).code == 0
    passed = ("--stage", "sentenced", "--since", "2026-02-03", "--sentence", "3 years 6 months", *PAGE)
    said = amplify("people", "set", "anna", *passed, "--json", *where)
    assert said.code == 0, said.words
    assert json.loads(said.out)["stopped"] is False
    document, problems = read_yaml((house.root / "config/people.yaml").read_text("utf-8"), "people.yaml")
    assert document is not None
    assert problems == ()
    anna = document.plain["people"][0]
    assert anna["state"] == "detained"
    assert anna["reviewed"] == TODAY.isoformat()
    assert [one["stage"] for one in anna["stages"]] == ["charged", "sentenced"]
    assert anna["stages"][0]["charges"] == [{"article": "342"}]
    assert anna["stages"][1]["source"] == {"url": PAGE[1], "seen": TODAY.isoformat()}
    early = amplify("people", "set", "anna", "--stage", "on_trial", "--since", "2026-01-20", *PAGE, *where)
    assert (early.code, "the oldest first" in early.words) == (2, True)
    assert "set stage" in amplify("history", "--json", *where).words


@pytest.mark.parametrize("state", [[], ["--state", "convicted"]])
def test_a_review_and_where_it_was_learned_in_one(amplify: Amplify, house: Files, state: list[str]) -> None:
    sources = ["--source", "https://one.example/a", "--source", "https://two.example/b"]
    said = amplify("people", "set", "boris", *state, "--reviewed", "today", *sources, "-w", house.root)
    assert said.code == 0, said.words
    document, problems = read_yaml((house.root / "config/people.yaml").read_text("utf-8"), "people.yaml")
    assert document is not None
    assert problems == ()
    boris = document.plain["people"][1]
    assert boris["reviewed"] == TODAY.isoformat()
    assert [source["seen"] for source in boris["sources"]] == [TODAY.isoformat()] * 2


def test_a_wish_of_the_family_needs_no_page_and_a_review_stops_nothing(amplify: Amplify, house: Files) -> None:
    amplify("queue", "-w", house.root, "--yes")
    said = amplify("people", "set", "boris", "--reviewed", "today", "-w", house.root)
    assert said.code == 0
    assert "held" not in said.words
    said = amplify("people", "set", "boris", "--state", "family_hold", "-w", house.root)
    assert "held from now on: 3" in said.words
    assert "amplify resume --person boris" in said.words
    said = amplify("people", "set", "anna", "--consent-withdrawn", "-w", house.root)
    assert "held from now on: 3" in said.words
    told = json.loads(amplify("people", "-w", house.root, "--json").out)["people"]
    assert {one["id"]: one["consent_withdrawn"] for one in told} == {"anna": TODAY.isoformat(), "boris": None}


def test_mistakes_elsewhere_do_not_keep_it_from_stopping(amplify: Amplify, house: Files) -> None:
    from amplify.ledger.database import Ledger, ledger_url
    from amplify.ledger.holds.gates import read_gates

    amplify("queue", "-w", house.root, "--yes")
    house.write("config/facts.yaml", {"facts": [{"id": "broken"}]})
    said = amplify("people", "set", "anna", "--state", "unknown", "-w", house.root)
    assert said.code == 3
    assert "held from now on: 3" in said.words
    assert "facts.yaml" in said.words
    ledger = Ledger.open(ledger_url(house.root))
    with ledger.read() as connection:
        gates = read_gates(connection)
    ledger.close()
    assert gates["person", "anna"].closed == "anna is unknown"
    assert gates["person", "boris"].closed is None


def test_what_is_out_already_is_listed_with_its_address(amplify: Amplify, on_stage: OnStage, files: Files) -> None:
    files.write("config/people.yaml", {"people": [person("anna", "Anna Petrova")]})
    files.post("hers", f"{on_stage.partner}: free #AnnaPetrova")
    files.queue("hers", at=soon(-1))
    files.post("later", f"{on_stage.partner}: still behind bars, #AnnaPetrova")
    files.queue("later", at=soon(7200))
    assert amplify("publish", "-w", files.root).code == 0
    assert sum("AnnaPetrova" in text for text in on_stage.texts()) == 3
    told = json.loads(amplify("people", "set", "anna", "--state", "unknown", "-w", files.root, "--json").out)
    assert (len(told["out"]), {row["post"] for row in told["held"]}) == (3, {"later"})
    assert all(row["urls"][0].startswith("http") for row in told["out"])
    amplify("publish", "-w", files.root)
    assert sum("AnnaPetrova" in text for text in on_stage.texts()) == 3


def test_the_file_keeps_its_comments(amplify: Amplify, house: Files) -> None:
    path: Path = house.root / "config/people.yaml"
    text = "# Ours.\npeople:\n" + "".join(
        f"  - {json.dumps(one)}  # {one['id']}\n" for one in json.loads(path.read_text("utf-8"))["people"]
    )
    path.write_text(text, "utf-8")
    assert amplify("people", "set", "boris", "--reviewed", "today", "-w", house.root).code == 0
    after = path.read_text("utf-8")
    assert after.startswith("# Ours.\n")
    assert after.splitlines()[2] == text.splitlines()[2]
    assert f'"reviewed": {TODAY}' in after.splitlines()[3].replace(f'"{TODAY}"', str(TODAY))


LETTER = """---
id: letter-day
campaign: free-vera
kind: cta
lang: en
status: ready
author: Press desk
cta: petition
repeat: {after: 27d}
---
A new month. {{ fact.reporters }} will spend it without a newspaper. Write to one of them:

## on x
Vera must be free. Write to a reporter:

## variant first-page in be
Першы дзень месяца. Вазьміце ручку і аркуш: ліст не мусіць быць доўгім.
"""


def test_the_starters_campaign_says_nothing_of_her_any_more_once_she_is_free(amplify: Amplify, tmp_path: Path) -> None:
    """Its hashtag and its first names are enough: the post lists nobody under `people:`."""
    root = tmp_path / "our-campaigns"
    assert amplify("init", root).code == 0
    (root / "posts/letter-day.md").write_text(LETTER)
    tomorrow = TODAY + timedelta(days=1)
    assert amplify("add", "letter-day", "-w", root, "--when", f"{tomorrow}T10:00").code == 0
    (root / "config/accounts.yaml").write_bytes((root / "config/accounts.example.yaml").read_bytes())
    assert amplify("queue", "-w", root, "--yes").code == 0
    sources = ("--source", "https://one.example/a", "--source", "https://two.example/b")
    assert amplify("people", "set", "vera", "-w", root, "--state", "release_confirmed", *sources).code in (0, 3)
    now = datetime.now(UTC)
    workspace = load_workspace(root, frozenset(PROFILES)).workspace
    assert workspace is not None
    gates = {f"{gate.kind}:{gate.subject}": gate for gate in derive_gates(workspace)}
    planned = plan_deliveries(workspace, now, now + timedelta(days=40), PROFILES).deliveries
    her = re.compile("vera|lind|вер[аыу]|лінд", re.IGNORECASE)
    about = [one for one in planned if her.search(json.dumps(one.message.as_json(), ensure_ascii=False))]
    assert {one.post for one in about} == {"letter-day", "vera-petition", "vera-days"}
    assert len({one.id for one in about if one.post == "letter-day"}) >= 5
    for one in about:
        assert any(gates[person].why_not(one.due) for person in one.subjects if person.startswith("person:")), one
