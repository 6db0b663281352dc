"""`amplify days`: what comes, what is queued for it, and the entry that would fit."""

from __future__ import annotations

import json
import shlex
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from engine.files import Files, soon

from cli.conftest import Amplify

TODAY = datetime.now(UTC).date()


def ahead(days: int) -> date:
    return TODAY + timedelta(days=days)


def person(id: str, name: str, **fields: Any) -> dict[str, Any]:
    consent = {"given_by": "family", "channel": "letter", "scope": ["name"], "given": "2020-01-01"}
    consent |= {"review": ahead(700).isoformat()} | fields.pop("consent", {})
    known = {"id": id, "name": {"en": name}, "aliases": [name.split()[-1]], "state": "detained"}
    known |= {"reviewed": TODAY.isoformat(), "review_days": 365, "consent": consent}
    return known | {"detentions": [{"start": ahead(10 - 999).isoformat()}]} | fields


@pytest.fixture
def house(files: Files) -> Files:
    """Olga's 1,000th day is in ten days."""
    path = files.root / "config/campaigns/free.yaml"
    later = ahead(20)
    occasion = {"id": "letters", "name": {"en": "Day of Letters"}, "month": later.month, "day": min(later.day, 28)}
    known = json.loads(path.read_text("utf-8")) | {"people": ["olga"], "occasions": [occasion]}
    files.write("config/campaigns/free.yaml", known)
    files.write("config/people.yaml", {"people": [person("olga", "Olga Openova")]})
    files.post("counts", "Day {{ person.olga.days_detained }}: Olga Openova waits", people=["olga"])
    files.post("plain", "Olga Openova has a garden", people=["olga"])
    return files


def listed(amplify: Amplify, house: Files, *more: str) -> list[dict[str, Any]]:
    said = amplify("days", "--json", "-w", house.root, *more)
    assert said.code == 0, said.words
    days: list[dict[str, Any]] = json.loads(said.out)["days"]
    return days


def of_kind(days: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [one for one in days if one["kind"] == kind]


def test_a_round_day_and_the_line_that_queues_it(amplify: Amplify, house: Files) -> None:
    (one,) = of_kind(listed(amplify, house), "round")
    assert (one["day"], one["in_days"], one["number"]) == (ahead(10).isoformat(), 10, 1000)
    assert one["template"] == "{{ person.olga.days_detained }}"
    assert one["queued"] == []
    line = one["offer"]["command"]
    assert line == f"amplify add counts --when {ahead(10)}T10:00"
    shown = amplify("days", "-w", house.root)
    assert line in shown.out
    assert "Olga Openova day 1,000 behind bars" in shown.words
    assert max(len(each) for each in shown.out.splitlines() if "amplify add" not in each) <= 80
    assert amplify(*shlex.split(line)[1:], "-w", house.root).code == 0
    (one,) = of_kind(listed(amplify, house), "round")
    assert one["offer"] is None
    assert [(each["post"], each["deliveries"]) for each in one["queued"]] == [("counts", 3)]
    told = json.loads(amplify("plan", "--days", "12", "--json", "-w", house.root).out)["deliveries"]
    assert {each["message"]["parts"][0]["text"].split(":")[0] for each in told} == {"Day 1,000"}


def test_add_writes_what_was_offered_once(amplify: Amplify, house: Files) -> None:
    said = amplify("days", "--add", "-w", house.root)
    assert said.code == 0
    assert "Added `counts-" in said.words
    assert "Nothing was added" in amplify("days", "--add", "-w", house.root).words
    entries = (house.root / "config/queue.yaml").read_text("utf-8")
    assert entries.count("counts") >= 1
    assert amplify("check", "-w", house.root).code == 0


def test_filters(amplify: Amplify, house: Files) -> None:
    assert {one["subject"] for one in listed(amplify, house, "--person", "Openova")} == {"person:olga"}
    assert listed(amplify, house, "--campaign", "free") != []
    assert listed(amplify, house, "--until", ahead(9).isoformat()) == []
    for wrong in (["--person", "nobody"], ["--campaign", "nothing"], ["--until", "2001-01-01"], ["--until", "soon"],
                  ["--person", ""]):  # fmt: skip
        assert amplify("days", "-w", house.root, *wrong).code == 2, wrong


@pytest.mark.parametrize("state", ["release_reported", "release_confirmed", "died", "transferred", "family_hold"])
def test_nobody_who_is_held_is_celebrated(amplify: Amplify, house: Files, state: str) -> None:
    house.write("config/people.yaml", {"people": [person("olga", "Olga Openova", state=state)]})
    said = amplify("days", "-w", house.root)
    assert "Olga" not in said.words
    assert "not listed: 1 held for the sake of a person" in said.words


def test_a_stop_and_a_withdrawn_consent_silence_the_day(amplify: Amplify, house: Files, tmp_path: Path) -> None:
    assert amplify("queue", "--yes", "-w", house.root).code == 0
    assert amplify("stop", "--person", "olga", "--reason", "asked", "-w", house.root).code == 0
    assert "Olga" not in amplify("days", "-w", house.root).words
    assert amplify("days", "--add", "--ics", "a.ics", "-w", house.root).code == 0
    assert b"Olga" not in (tmp_path / "a.ics").read_bytes()
    assert "counts" not in (house.root / "config/queue.yaml").read_text("utf-8")
    assert amplify("resume", "--person", "olga", "--reason", "over", "-w", house.root).code in (0, 3)
    gone = {"withdrawn": TODAY.isoformat()}
    house.write("config/people.yaml", {"people": [person("olga", "Olga Openova", consent=gone)]})
    assert "Olga" not in amplify("days", "-w", house.root).words


def test_birthdays_of_those_who_agreed(amplify: Amplify, house: Files) -> None:
    born = ahead(5)
    born = born.replace(year=1990, day=min(born.day, 28))
    house.write("config/people.yaml", {"people": [person("olga", "Olga Openova", born=born.isoformat())]})
    assert of_kind(listed(amplify, house), "birthday") == []
    agreed = person("olga", "Olga Openova", born=born.isoformat(), consent={"scope": ["name", "birthday"]})
    house.write("config/people.yaml", {"people": [agreed]})
    (one,) = of_kind(listed(amplify, house), "birthday")
    assert one["number"] == date.fromisoformat(one["day"]).year - 1990


def test_days_in_court(amplify: Amplify, house: Files) -> None:
    source = {"url": "https://docketwatch.example/a", "seen": ahead(-1).isoformat()}
    trial = {"stage": "on_trial", "since": ahead(6).isoformat(), "hearings": [ahead(8).isoformat()], "source": source}
    house.write("config/people.yaml", {"people": [person("olga", "Olga Openova", stages=[trial])]})
    found = [(one["day"], one["what"]) for one in of_kind(listed(amplify, house), "hearing")]
    assert found == [(ahead(6).isoformat(), "the trial begins"), (ahead(8).isoformat(), "in court")]


def test_last_days_and_what_they_hold(amplify: Amplify, house: Files) -> None:
    fact = {"id": "letters", "value": 1500, "unit": {"en": "letters"}, "as_of": ahead(-3).isoformat()}
    fact |= {"counted_by": {"en": "Watch"}, "source": "https://example.org/n", "expires": ahead(4).isoformat()}
    house.write("config/facts.yaml", {"facts": [fact]})
    house.post("says", "There are {{ fact.letters }}.")
    house.queue("says", at=soon(6 * 86400))
    days = listed(amplify, house)
    (one,) = of_kind(days, "fact_ends")
    assert (one["day"], [each["post"] for each in one["queued"]]) == (ahead(4).isoformat(), ["says"])
    assert "held after it: says" in amplify("days", "-w", house.root).words
    (occasion,) = of_kind(days, "occasion")
    assert occasion["name"] == "Day of Letters"


def test_a_rearrest_counts_both(amplify: Amplify, house: Files) -> None:
    first = {"start": ahead(-800).isoformat(), "end": ahead(-701).isoformat()}  # 100 days
    again = {"start": ahead(-185).isoformat()}
    house.write("config/people.yaml", {"people": [person("olga", "Olga Openova", detentions=[first, again])]})
    found = {one["template"]: (one["day"], one["number"]) for one in of_kind(listed(amplify, house), "round")}
    assert found == {
        "{{ person.olga.days_detained }}": (ahead(14).isoformat(), 300),
        "{{ person.olga.days_since }}": (ahead(15).isoformat(), 200),
    }


def test_the_calendar_of_staff(amplify: Amplify, house: Files, tmp_path: Path) -> None:
    from icalendar import Calendar

    name = "Volha, with; a \\ name that is long enough to be folded over more than one line: Доўгаімёнава"
    house.write("config/people.yaml", {"people": [person("olga", name)]})
    house.post("secret", "Quietword on Friday", embargo_until=soon(3 * 86400))
    said = amplify("days", "--ics", "out/staff.ics", "-w", house.root)
    assert said.code == 0, said.words
    data = (tmp_path / "out/staff.ics").read_bytes()
    assert data.endswith(b"\r\n")
    assert max(len(line) for line in data.split(b"\r\n")) <= 75
    assert b"secret" not in data.lower()
    assert b"olga@" not in data
    events = {str(one["summary"]): one for one in Calendar.from_ical(data).walk("VEVENT")}
    assert f"{name}: day 1,000 behind bars" in events
    assert events["busy"]["dtstart"].dt == ahead(3)
    assert str(events["busy"]["transp"]) == "OPAQUE"
    assert "description" not in events["busy"]
    assert b"DTSTART;VALUE=DATE:" in data
    amplify("days", "--ics", "out/again.ics", "--until", ahead(300).isoformat(), "-w", house.root)
    again = {str(one["uid"]) for one in Calendar.from_ical((tmp_path / "out/again.ics").read_bytes()).walk("VEVENT")}
    assert {str(one["uid"]) for one in events.values()} <= again
    assert amplify("days", "--ics", tmp_path, "-w", house.root).code == 2


def test_a_campaign_that_is_all_under_embargo_is_busy(amplify: Amplify, house: Files, tmp_path: Path) -> None:
    path = house.root / "config/campaigns/free.yaml"
    coming = json.loads(path.read_text("utf-8")) | {"id": "coming", "name": {"en": "Quietword"}, "occasions": []}
    house.write("config/campaigns/coming.yaml", coming | {"people": [], "launched": ahead(7).isoformat()})
    house.post("secret", "We say it", campaign="coming", embargo_until=soon(7 * 86400))
    assert amplify("days", "--ics", "staff.ics", "-w", house.root).code == 0
    data = (tmp_path / "staff.ics").read_bytes()
    assert b"Quietword" not in data
    assert data.count(b"SUMMARY:busy") == 2
