"""A rehearsal knows what really is held: stops of the real ledger, states that it learned, embargoes of today."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from engine.files import Files, soon

from amplify.ledger.database import Ledger
from amplify.ledger.holds.gates import put_gates, read_gates
from amplify.ledger.holds.stops import in_force, read_stop_rows, replace_stop_rows
from amplify.ledger.queries.ledger_status import REHEARSED
from amplify.model.gate import Gate
from amplify.operations.rehearse import copy_holds
from cli.conftest import Amplify

NAME = "Quokkanova"


def person(files: Files, **fields: object) -> None:
    today = datetime.now(UTC).date()
    consent = {"given_by": "family", "channel": "letter", "scope": ["name"], "given": "2024-02-01"}
    consent["review"] = (today + timedelta(days=300)).isoformat()
    said = {"id": "stella", "name": {"en": f"Stella {NAME}"}, "detentions": [{"start": "2024-01-02"}]}
    said |= {"state": "detained", "reviewed": today.isoformat(), "consent": consent}
    files.write("config/people.yaml", {"people": [said | fields]})


@pytest.fixture
def house(files: Files) -> Files:
    """One post about somebody and one about nobody, both to come."""
    person(files)
    files.post("about", f"Write to Stella {NAME} today", people=["stella"])
    files.post("open", "Openword for everybody")
    files.queue("about", at=soon(3600))
    files.queue("open", at=soon(3600))
    return files


def played(amplify: Amplify, house: Files, *words: str) -> str:
    """Timelines and report of a rehearsal of today and tomorrow."""
    end = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    said = amplify("rehearse", "--to", end, "-w", house.root, *words)
    assert said.code == 0, said.words
    folder = house.root / ".amplify" / "rehearsal"
    files = [one for part in ("timelines", "report") for one in (folder / part).rglob("*") if one.is_file()]
    text = "\n".join(one.read_text("utf-8", "replace") for one in files)
    assert "Openword" in text
    return text


def test_who_is_held_by_nothing_is_spoken_of(amplify: Amplify, house: Files) -> None:
    assert NAME in played(amplify, house)


def test_a_stop(amplify: Amplify, house: Files) -> None:
    assert amplify("queue", "-w", house.root).code == 0
    assert amplify("stop", "--person", "stella", "--reason", "they asked", "-w", house.root).code == 0
    assert NAME not in played(amplify, house)
    ledger = house.root / ".amplify" / "ledger.sqlite"
    before = ledger.read_bytes()
    played(amplify, house)
    assert ledger.read_bytes() == before, "the real ledger is only read"


def test_a_state_that_the_files_have_taken_back(amplify: Amplify, house: Files) -> None:
    person(house, state="release_confirmed", state_since=soon(-60))
    assert amplify("queue", "-w", house.root).code == 0
    person(house)  # a pull
    assert NAME not in played(amplify, house)


def test_an_embargo_of_today_whatever_time_is_played(amplify: Amplify, house: Files) -> None:
    house.post("secret", "Numbatword on Friday", embargo_until=soon(1800))
    house.queue("secret", at=soon(5400))
    assert "Numbatword" not in played(amplify, house)
    assert "Numbatword" in played(amplify, house, "--with-embargoed")


def test_the_report_of_a_rehearsal_says_so(amplify: Amplify, house: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    text = played(amplify, house)
    assert "Engagement report of a rehearsal" in text
    folder = house.root / ".amplify" / "rehearsal"
    with (folder / "report" / "report.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert rows
    assert {(row["rehearsal"], row["url"]) for row in rows} == {("yes", "")}
    monkeypatch.setenv("AMPLIFY_DATABASE_URL", f"sqlite:///{folder / 'ledger.sqlite'}")
    assert json.loads(amplify("report", "--json", "-w", house.root).out)["rehearsal"] is True


class TestCopying:
    @pytest.fixture
    def both(self, tmp_path: Path) -> Iterator[tuple[Ledger, Ledger]]:
        made = [Ledger.open(f"sqlite:///{tmp_path / name}") for name in ("real.sqlite", "played.sqlite")]
        yield made[0], made[1]
        for one in made:
            one.close()

    def stop(self, ledger: Ledger, number: int, subject: str, lifted: bool = False) -> None:
        now = datetime.now(UTC)
        row = {"id": number, "kind": "person", "subject": subject, "words": [subject], "why": "w", "by": "v"}
        row |= {"at": now, "real_at": now, "lifted_at": now if lifted else None}
        with ledger.write() as connection:
            known = read_stop_rows(connection)
            replace_stop_rows(connection, [row])
            replace_stop_rows(connection, [*known, *read_stop_rows(connection)])

    def test_what_is_in_force_beside_what_is_there(self, both: tuple[Ledger, Ledger]) -> None:
        real, rehearsed = both
        self.stop(real, 1, "stella")
        self.stop(real, 2, "over", lifted=True)
        self.stop(rehearsed, 1, "own")
        silent = Gate("person", "rela", closed="rela is died", state="died")
        with real.write() as connection:
            put_gates(connection, [silent, Gate("person", "free"), Gate("fact", "f", closed="old")])
        assert copy_holds(real, rehearsed) is True
        with rehearsed.read() as connection:
            assert [one.subject for one in in_force(connection)] == ["own", "stella"]
            assert read_gates(connection) == {("person", "rela"): silent}
        assert copy_holds(real, rehearsed) is False, "nothing is new"
        self.stop(real, 3, "later")
        assert copy_holds(real, rehearsed) is True, "a rehearsal that was broken off starts anew"

    def test_a_rehearsal_is_no_source(self, both: tuple[Ledger, Ledger]) -> None:
        from amplify.ledger.database import set_meta

        real, rehearsed = both
        self.stop(real, 1, "stella")
        with real.write() as connection:
            set_meta(connection, REHEARSED, "2027-05-17T00:00:00+00:00")
        assert copy_holds(real, rehearsed) is False
