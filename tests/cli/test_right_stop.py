"""A stop that says “stopped” has stopped something: the right one, whatever people call it; and it tells the truth."""

from __future__ import annotations

import json
import re
import shlex
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from engine.files import PLATFORMS, Files, soon

from amplify.cli import output
from amplify.ledger.database import Ledger
from cli.conftest import Amplify, OnStage, Said


def person(id: str, **fields: Any) -> dict[str, Any]:
    day = datetime.now(UTC).date()
    return {
        "id": id,
        "detentions": [{"start": "2026-01-01"}],
        "state": "detained",
        "reviewed": day.isoformat(),
        "consent": {
            "given_by": "family",
            "channel": "letter",
            "scope": ["name"],
            "given": "2026-01-02",
            "review": (day + timedelta(days=300)).isoformat(),
        },
        **fields,
    }


ANNA = person(
    "anna",
    name={"en": "Anna Petrova", "be": "Ганна Пятрова"},
    aliases=["Ганны Пятровай, Ганн* Пятров*", "@anna_writes", "FreeAnnaNow"],
)
BORIS = person("boris", name={"en": "Boris Kern"})


def _add_partner(files: Files) -> None:
    path = files.root / "config/partners.yaml"
    book = json.loads(path.read_text())
    handles = {"x": "west_desk", "bluesky": "west.example", "mastodon": "west@town.example"}
    book["partners"].append(
        {
            "id": "west",
            "name": {"en": "The Western Desk", "be": "Заходні Стол"},
            "handles": handles,
            "zone": "UTC",
            "languages": ["en"],
            "joined": "2025-01-01",
            "publishes": False,
            "mention_consent": True,
            "website": "https://www.west-desk.example/home",
        }
    )
    path.write_text(json.dumps(book))


@pytest.fixture
def town(files: Files, amplify: Amplify) -> Files:
    """Every kind of thing, and a post that is due about each."""
    files.write("config/people.yaml", {"people": [ANNA, BORIS]})
    _add_partner(files)
    campaign = json.loads((files.root / "config/campaigns/free.yaml").read_text())
    campaign |= {
        "name": {"en": "Letters for all", "be": "Лісты ўсім"},
        "links": ["example.org", "west-desk.example", "west.example", "town.example"],
        "hashtags": [{"tag": "LetterDay", "why": "For letters.", "optional": True}],
        "most_mentions": 9,
    }
    files.write("config/campaigns/free.yaml", campaign)
    files.write("config/campaigns/other.yaml", campaign | {"id": "other", "name": {"en": "Quite another thing"}})
    action = {"kind": "petition", "title": {"en": "Open the gates"}}
    files.write(
        "config/actions.yaml",
        {
            "actions": [
                action | {"id": "gates", "campaign": "free", "owner": "us", "url": {"en": "https://example.org/gates"}},
                action | {"id": "wests", "campaign": "other", "owner": "west", "url": {"en": "https://example.org/w"}},
            ]
        },
    )
    assert amplify("queue", "-w", files.root).code == 0  # which makes the ledger
    return files


def due(files: Files, id: str, text: str, platform: str = "mastodon", **front: Any) -> None:
    files.post(id, text, **front)
    files.queue(id, at=soon(-60), platforms=[platform])


def stop(amplify: Amplify, files: Files, *words: str) -> Said:
    return amplify("stop", *words, "-w", files.root)


def held(amplify: Amplify, files: Files) -> set[str]:
    """What the ledger's own claim would hold, as `status` tells after a pass that may not speak."""
    found = json.loads(amplify("stop", "--json", "--all", "-w", files.root).out)
    return {row["post"] for row in found["held"]}


class TestTheRightOne:
    """Whatever people call it; and the next pass sends everything else."""

    NAMES = [
        ("anna",),
        ("Anna",),
        ("ANNA",),
        ("--person", "Anna"),
        ("--person", "Anna Petrova"),
        ("--person", "anna petrova"),
        ("Anna", "Petrova"),
        ("petrova",),
        ("Anna_Petrova",),
        ("Ганна", "Пятрова"),
        ("--person", "ГАННЫ ПЯТРОВАЙ"),
        ("--person", "Ганне Пятровай"),
        ("Аnna",),  # its first letter is Cyrillic
        ("#FreeAnnaNow",),
        ("freeannanow",),
        ("@anna_writes",),
        ("--person", "Petrova, Anna"),
        ("person:anna",),
        ("Anna", "Petrova", "the", "journalist"),
    ]

    @pytest.mark.parametrize("words", NAMES, ids=" ".join)
    def test_a_person(self, amplify: Amplify, town: Files, words: tuple[str, ...]) -> None:
        due(town, "about", "Free Anna Petrova")
        due(town, "else", "Write a letter to Boris Kern")
        assert amplify("queue", "-w", town.root).code == 0
        said = stop(amplify, town, *words, "--json")
        told = json.loads(said.out)
        assert ("person", "anna") in {(one["kind"], one["subject"]) for one in told["stops"]}
        assert [row["post"] for row in told["held"]] == ["about"]
        assert said.code == (3 if told["not_found"] else 0)
        assert told["not_found"] == (["the journalist"] if "journalist" in words else [])

    @pytest.mark.parametrize(
        ("words", "kind", "subject"),
        [
            (("--platform", "Mastodon"), "platform", "mastodon"),
            (("--platform", "fediverse"), "platform", "mastodon"),
            (("мастодон",), "platform", "mastodon"),
            (("twitter",), "platform", "x"),
            (("--platform", "Twitter"), "platform", "x"),
            (("--platform", "твиттер"), "platform", "x"),
            (("X",), "platform", "x"),
            (("--campaign", "Letters for all"), "campaign", "free"),
            (("letters", "for", "ALL"), "campaign", "free"),
            (("Лісты", "ўсім"), "campaign", "free"),
            (("FREE",), "campaign", "free"),
            (("--partner", "the western desk"), "partner", "west"),
            (("@West_Desk",), "partner", "west"),
            (("west.example",), "partner", "west"),
            (("@west@town.example",), "partner", "west"),
            (("https://west-desk.example/home",), "partner", "west"),
            (("заходні", "стол"), "partner", "west"),
            (("--hashtag", "letterday"), "hashtag", "letterday"),
            (("#LetterDay",), "hashtag", "letterday"),
            (("＃letterday",), "hashtag", "letterday"),
            (("--entry", "Letter-Tomorrow"), "entry", "letter-tomorrow"),
            (("--post", "letter_tomorrow"), "post", "letter-tomorrow"),
            (("letter", "tomorrow"), "post", "letter-tomorrow"),
            (("open", "the", "gates"), "action", "gates"),
            (("https://example.org/gates",), "action", "gates"),
            (("everything",), "all", ""),
            (("--all",), "all", ""),
        ],
    )
    def test_of_every_kind(
        self, amplify: Amplify, town: Files, words: tuple[str, ...], kind: str, subject: str
    ) -> None:
        due(town, "letter-tomorrow", "{{ cta.gates }}", cta="gates")
        said = stop(amplify, town, *words, "--json")
        found = {(one["kind"], one["subject"]) for one in json.loads(said.out)["stops"]}
        assert (kind, subject) in found
        assert said.code == 0
        resumed = amplify("resume", f"{kind}:{subject}" if subject else "all", "--reason", "x", "-w", town.root)
        assert (resumed.code, "resumed" in resumed.out) == (0, True)

    def test_our_account_by_its_handle_or_its_partner_and_platform(self, amplify: Amplify, town: Files) -> None:
        us = town.partners[0]
        for words in (("--account", us), ("--account", f"@{us}"), (us, "mastodon"), (f"{us}/mastodon",)):
            found = json.loads(stop(amplify, town, *words, "--json").out)
            assert ("account", f"{us}/mastodon") in {(one["kind"], one["subject"]) for one in found["stops"]}, words

    def test_several_are_all_stopped_and_listed(self, amplify: Amplify, town: Files) -> None:
        town.write("config/people.yaml", {"people": [ANNA, BORIS, person("kern", name={"en": "Anna Kern"})]})
        due(town, "one", "Free Anna Petrova")
        due(town, "two", "Free Anna Kern")
        due(town, "three", "Free Boris Kern")
        amplify("queue", "-w", town.root)
        said = stop(amplify, town, "Anna")
        assert (said.code, re.findall("stopped: (.+)", said.out)) == (0, ["person anna", "person kern"])
        assert "held: 2 deliveries" in said.out
        again = amplify("resume", "Anna", "--reason", "x", "-w", town.root)
        assert (again.code, "person kern is still stopped" in again.words) == (3, False)
        said = stop(amplify, town, "anna", "boris")  # two people in one breath
        assert {"person anna", "person boris"} <= set(re.findall("stopped: (.+)", said.out))

    @pytest.mark.parametrize("broken", ["people: [", "people:\n\t- id: anna\n", "\x00", "people: {"])
    @pytest.mark.parametrize("name", ["anna", "Anna Petrova", "Ганны Пятровай"])
    def test_files_that_cannot_be_read(self, amplify: Amplify, town: Files, broken: str, name: str) -> None:
        due(town, "about", "Свабоду для Ганны Пятровай!")
        amplify("queue", "-w", town.root)
        path = town.root / "config/people.yaml"
        lines = (
            "people:\n  - id: anna\n    name: {en: Anna Petrova, be: Ганна Пятрова}\n    aliases: [Ганны Пятровай]\n"
        )
        path.write_text(f"{lines}\n{broken}")
        for other in ("queue", "partners", "actions", "workspace", "accounts"):
            (town.root / f"config/{other}.yaml").write_text("[: broken")
        said = json.loads(stop(amplify, town, name, "--json").out)
        assert [row["post"] for row in said["held"]] == ["about"]


class TestNothing:
    """What nobody goes by is said in the first line, and held as it was typed."""

    @pytest.mark.parametrize(
        ("words", "nearest"),
        [
            (("Ana",), "person anna"),
            (("--person", "Petrov Ana"), "person anna"),
            (("Hanna", "Piatrova"), "person anna"),  # known in another script only
            (("--campaign", "letters-fo-al"), "campaign free"),
            (("--platform", "mastadon"), "platform mastodon"),
            (("--partner", "westen desk"), "partner west"),
            (("--hashtag", "LeterDay"), "hashtag letterday"),
            (("--entry", "leter"), "entry letter"),
            (("--account", "nobody"), "nothing has a name like that"),
            (("qqqqqq",), "nothing has a name like that"),
        ],
    )
    def test_a_typo(self, amplify: Amplify, town: Files, words: tuple[str, ...], nearest: str) -> None:
        due(town, "letter", "Write a letter")
        amplify("queue", "-w", town.root)
        said = stop(amplify, town, *words)
        first = said.out.splitlines()[0]
        assert first.startswith("NOTHING IS HELD: ")
        assert nearest in first
        assert said.code == 3
        assert json.loads(stop(amplify, town, *words, "--json").out)["held"] == []

    def test_the_words_are_held_as_a_spelling(self, amplify: Amplify, town: Files) -> None:
        assert stop(amplify, town, "Ivan", "Example").code == 3
        due(town, "typed", "Freedom for IVAN Example!")
        due(town, "tagged", "#FreeIvanExample")
        due(town, "else", "Ivan the Terrible")
        amplify("queue", "-w", town.root)
        assert held(amplify, town) >= {"typed", "tagged"}
        again = json.loads(stop(amplify, town, "Ivan", "Example", "--json").out)
        assert {row["post"] for row in again["held"]} == {"typed", "tagged"}
        said = stop(amplify, town, "Ivan", "Example")
        assert said.out.splitlines()[0] == "stopped: the words “Ivan Example”"
        assert said.code == 3

    def test_one_of_two(self, amplify: Amplify, town: Files) -> None:
        said = stop(amplify, town, "anna", "borsi")
        assert said.code == 3
        assert said.out.splitlines()[0] == "stopped: person anna"
        assert "NOTHING IS HELD for what was not found: nobody and nothing goes by “borsi”" in said.words

    def test_it_takes_two_to_lift_it(self, amplify: Amplify, town: Files, monkeypatch: pytest.MonkeyPatch) -> None:
        """It may be somebody's name."""
        stop(amplify, town, "Ivan", "Example")
        lift = ("resume", "ivan", "example", "--reason", "x", "-w", town.root)
        assert amplify(*lift).code == 3
        monkeypatch.setenv("AMPLIFY_ACTOR", "somebody else")
        assert "resumed: the words “Ivan Example”" in amplify(*lift).out


class TestReason:
    def test_none_is_needed(self, amplify: Amplify, town: Files) -> None:
        assert stop(amplify, town, "--campaign", "free").code == 0
        assert "no reason was given yet" in stop(amplify, town).out
        assert stop(amplify, town, "--campaign", "free", "--reason", "a wrong\nnumber").code == 0
        stop(amplify, town, "--campaign", "free")  # said again without one: the one that was given stays
        assert "a wrong number" in stop(amplify, town).out

    @pytest.mark.parametrize(("answer", "kept"), [("the family asked", "the family asked"), ("", "")])
    def test_it_is_asked_for_once_the_stop_is_in_force(
        self, amplify: Amplify, town: Files, monkeypatch: pytest.MonkeyPatch, answer: str, kept: str
    ) -> None:
        def ask(_: str) -> str:
            ledger = Ledger.open(f"sqlite:///{town.root}/.amplify/ledger.sqlite")
            with ledger.read() as connection:
                assert [one.subject for one in in_force(connection)] == ["free"]
            ledger.close()
            return answer

        from amplify.ledger.holds.stops import in_force

        monkeypatch.setattr(output, "ask_line", ask)
        for stream in ("stdin", "stdout"):
            monkeypatch.setattr(f"sys.{stream}.isatty", lambda: True)
        assert stop(amplify, town, "--campaign", "free").code == 0
        (told,) = json.loads(stop(amplify, town, "--json").out)
        assert told["reason"] == kept


class TestWhatElseMeansIt:
    WEST = {
        "its name": "The Western Desk says so",
        "its name in another script": "Так кажа Заходні Стол",
        "a handle by hand": "Thanks to @west_desk!",
        "a handle in capitals": "Thanks to @WEST_DESK",
        "a handle with its server": "Thanks to @west@town.example",
        "a handle that is a domain": "Read west.example",
        "its page": "https://town.example/@west has more",
        "its website": "See https://west-desk.example/home/news",
        "its website without scheme": "See west-desk.example/home",
        "its call": "{{ cta.wests }}",
        "its call by hand": "Sign https://example.org/w",
    }

    @pytest.mark.parametrize("text", WEST.values(), ids=WEST.keys())
    def test_a_partner(self, amplify: Amplify, town: Files, text: str) -> None:
        platform = "x" if "@west_desk" in text.lower() else "mastodon"
        due(town, "about", text, platform, **({"cta": "wests"} if "cta." in text else {}))
        due(town, "else", "Go west, dear desk: example.org/west")
        amplify("queue", "-w", town.root)
        told = json.loads(stop(amplify, town, "--partner", "west", "--json").out)
        assert [row["post"] for row in told["held"]] == ["about"]

    @pytest.mark.parametrize("text", ["{{ cta.gates }}", "Sign https://example.org/gates now", "example.org/gates?x=1"])
    def test_a_campaigns_calls_elsewhere(self, amplify: Amplify, town: Files, text: str) -> None:
        due(town, "elsewhere", text, campaign="other", **({"cta": "gates"} if "cta." in text else {}))
        due(town, "else", "example.org/gatesworth", campaign="other")
        amplify("queue", "-w", town.root)
        told = json.loads(stop(amplify, town, "--campaign", "free", "--json").out)
        assert [row["post"] for row in told["held"]] == ["elsewhere"]

    def test_what_the_files_learn_later(self, amplify: Amplify, town: Files) -> None:
        stop(amplify, town, "--partner", "west")
        book = json.loads((town.root / "config/partners.yaml").read_text())
        book["partners"][-1]["name"]["en"] = "Desk of the West"
        (town.root / "config/partners.yaml").write_text(json.dumps(book))
        due(town, "about", "Desk of the West says so")
        amplify("queue", "-w", town.root)
        assert "about" in str(json.loads(stop(amplify, town, "--partner", "west", "--json").out)["held"])


class TestRenamed:
    """An id is a name, and names change."""

    def waiting(self, amplify: Amplify, town: Files, *selection: str) -> set[str]:
        said = amplify("queue", "--yes", "-w", town.root)
        assert said.code == 0, said.words
        return {row["post"] for row in json.loads(stop(amplify, town, *selection, "--json").out)["held"]}

    @pytest.fixture
    def letters(self, town: Files) -> Files:
        town.post("letter", "A long letter to the minister of justice, about the papers")
        town.post("other", "Something that has nothing to do with it at all")
        for id in ("letter", "other"):
            town.queue(id, at=soon(3600), platforms=["mastodon"])
        return town

    def test_an_entry(self, amplify: Amplify, letters: Files) -> None:
        amplify("queue", "-w", letters.root)
        stop(amplify, letters, "--entry", "letter")
        letters.unqueue("letter")
        letters.queue("renamed", "letter", at=soon(7200), platforms=["mastodon"])
        assert self.waiting(amplify, letters, "--entry", "letter") == {"letter"}
        assert amplify("resume", "--entry", "renamed", "--reason", "x", "-w", letters.root).code == 0

    def test_an_entry_before_it_was_ever_queued(self, amplify: Amplify, letters: Files) -> None:
        stop(amplify, letters, "--entry", "letter")
        letters.unqueue("letter")
        letters.queue("renamed", "letter", at=soon(7200), platforms=["mastodon"])
        assert self.waiting(amplify, letters, "--entry", "letter") == {"letter"}

    def test_a_post_with_a_word_changed(self, amplify: Amplify, letters: Files) -> None:
        amplify("queue", "-w", letters.root)
        stop(amplify, letters, "--post", "letter")
        (letters.root / "posts/letter.md").unlink()
        letters.post("renamed", "A long letter to the minister of justice, about papers")
        letters.unqueue("letter")
        letters.queue("other-entry", "renamed", at=soon(7200), platforms=["mastodon"])
        assert self.waiting(amplify, letters, "--post", "letter") == {"renamed"}

    def test_removed_first_and_brought_back_later(self, amplify: Amplify, letters: Files) -> None:
        amplify("queue", "-w", letters.root)
        stop(amplify, letters, "--entry", "letter")
        letters.unqueue("letter")
        assert self.waiting(amplify, letters, "--entry", "letter") == set()
        letters.queue("much-later", "letter", at=soon(7200), platforms=["mastodon"])
        assert self.waiting(amplify, letters, "--entry", "letter") == {"letter"}

    def test_a_campaign(self, amplify: Amplify, letters: Files) -> None:
        amplify("queue", "-w", letters.root)
        stop(amplify, letters, "--campaign", "free")
        campaign = json.loads((letters.root / "config/campaigns/free.yaml").read_text())
        letters.write("config/campaigns/renamed.yaml", campaign | {"id": "renamed"})
        letters.post("letter", "A long letter to the minister of justice, about the papers", campaign="renamed")
        letters.unqueue("letter")
        letters.queue("again", "letter", at=soon(7200), platforms=["mastodon"])
        assert "letter" in self.waiting(amplify, letters, "--campaign", "free")

    def test_another_one_that_was_there_before_is_not_meant(self, amplify: Amplify, letters: Files) -> None:
        letters.post("third", "Flowers for the garden of the school")
        letters.queue("second", "third", at=soon(7200), platforms=["mastodon"])
        assert amplify("queue", "-w", letters.root).code == 0
        stop(amplify, letters, "--entry", "letter")
        letters.post("third", "A long letter to the minister of justice about these papers of ours")
        letters.post("fourth", "Quite another thing, and a new one")
        letters.queue("new", "fourth", at=soon(7200), platforms=["bluesky"])
        assert self.waiting(amplify, letters, "--entry", "letter") == {"letter"}


class TestWhatIsOut:
    """What it lists as out is what the line that it prints takes down."""

    @pytest.mark.parametrize(
        "words",
        [
            ("anna",),
            ("--person", "Ганны Пятровай"),
            ("--campaign", "Letters for all"),
            ("--partner", "west"),
            ("Ivan", "Example"),
            ("--platform", "twitter"),
            ("--all",),
            ("#LetterDay",),
            ("gates",),
        ],
        ids=" ".join,
    )
    def test_the_takedown_that_it_prints(
        self, amplify: Amplify, town: Files, stage: Any, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
    ) -> None:
        texts = ("Свабоду Ганне Пятровай", "West: @west_desk", "Ivan Example was seen", "#letterday", "{{ cta.gates }}")
        for number, text in enumerate(texts):
            town.post(f"p{number}", text, **({"cta": "gates"} if "cta" in text else {}))
            town.queue(f"p{number}", at=soon(-60 - number), platforms=["x"])
        there = OnStage(town, stage)
        for name, value in there.environment.items():
            monkeypatch.setenv(name, value)
        assert amplify("publish", "-w", town.root).code == 0
        said = stop(amplify, town, *words)
        listed = set(re.findall(r"^  ([0-9a-f]{12})  ", said.out, re.MULTILINE))
        assert listed
        found: set[str] = set()
        for line in re.findall(r"`amplify (takedown .*?) --reason", " ".join(said.out.split())):
            told = amplify(*shlex.split(line), "--reason", "x", "--json", "-w", town.root)
            found |= {one["id"][:12] for one in json.loads(told.out)}
        assert found == listed

    def test_it_says_where_it_holds_and_who_works_there(
        self, amplify: Amplify, busy: Files, on_stage: OnStage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("COLUMNS", "400")
        assert amplify("queue", "-w", busy.root).code == 0
        assert "no worker was seen here" in stop(amplify, busy, "--hashtag", "Nobody").out
        assert amplify("publish", "-w", busy.root).code == 0
        said = stop(amplify, busy, "--campaign", "free")
        assert str(busy.root / ".amplify/ledger.sqlite").replace("\n", "") in said.out.replace("\n", "")
        assert re.search(r"seen at work: .+, process \d+, \d+ seconds? ago", said.out)
        assert "the last pass on this machine ended" in said.out
        assert set(PLATFORMS) <= {
            row["account"].partition("/")[2]
            for row in json.loads(stop(amplify, busy, "--campaign", "free", "--json").out)["out"]
        }
