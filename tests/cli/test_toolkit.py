"""`amplify toolkit build`: what stands on the pages, what does not, what is left of an older build."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from engine.files import Files, soon

from cli.conftest import Amplify

NAME = "Anna Petrova"


class Kit:
    """A workspace and the toolkit that is built from it."""

    def __init__(self, amplify: Amplify, files: Files) -> None:
        self.amplify, self.files, self.out = amplify, files, files.root.parent / "kit"

    def build(self, *words: str, code: int = 0) -> Any:
        said = self.amplify("toolkit", "build", "--out", self.out, "-w", self.files.root, "--json", *words)
        assert said.code == code, said.words
        return json.loads(said.out) if code == 0 else said.words

    def page(self, path: str = "en/free.html") -> str:
        return (self.out / path).read_text("utf-8")

    def texts(self, path: str = "en/free.html") -> list[str]:
        """What stands on the cards."""
        return [unescape(one) for one in re.findall(r'<p class="text" lang[^>]*>(.*?)</p>', self.page(path), re.S)]

    def left_out(self) -> list[tuple[str, str]]:
        return [(one["reason"], one["what"]) for one in self.build()["left_out"]]

    def everything(self) -> str:
        """Every byte of the site, zips unpacked."""
        said = []
        for file in sorted(self.out.rglob("*")):
            if file.suffix == ".zip":
                with zipfile.ZipFile(file) as archive:
                    said += [f"{name}\n{archive.read(name).decode('utf-8', 'replace')}" for name in archive.namelist()]
            elif file.is_file():
                said.append(f"{file.name}\n{file.read_text('utf-8', 'replace')}")
        return "\n".join(said)

    def campaign(self, **fields: Any) -> None:
        path = self.files.root / "config/campaigns/free.yaml"
        self.files.write("config/campaigns/free.yaml", json.loads(path.read_text("utf-8")) | fields)

    def person(self, **fields: Any) -> None:
        today = datetime.now(UTC).date()
        said = {
            "id": "anna",
            "name": {"en": NAME},
            "aliases": ["Hanna Piatrova"],
            "detentions": [{"start": "2024-01-02"}],
            "state": "detained",
            "reviewed": today.isoformat(),
            "consent": {
                "given_by": "family",
                "channel": "letter",
                "scope": ["name"],
                "given": "2024-02-01",
                "review": (today + timedelta(days=300)).isoformat(),
            },
        }
        self.files.write("config/people.yaml", {"people": [said | fields]})


@pytest.fixture
def kit(amplify: Amplify, files: Files) -> Kit:
    made = Kit(amplify, files)
    files.post("plain", "Write to a prisoner today", "A letter takes ten minutes")
    made.person()
    files.post("named", f"{NAME} is in prison for an article", people=["anna"])
    hashtags = [{"tag": "FreeAll", "why": "All of them."}]
    made.campaign(people=["anna"], background={"en": f"{NAME} was detained."}, hashtags=hashtags)
    return made


def test_every_wording_for_every_place(kit: Kit) -> None:
    built = kit.build()
    assert [page["file"] for page in built["pages"]] == ["en/free.html"]
    assert kit.texts().count("Write to a prisoner today") == 1, "what is the same everywhere stands there once"
    assert kit.texts().count("A letter takes ten minutes") == 1
    assert "25 of 280 characters" in kit.page()
    assert 'class="card on-phone on-x on-bluesky on-mastodon on-anywhere"' in kit.page()
    assert built["left_out"] == []
    assert (kit.out / "index.html").is_file()


def test_what_it_says_on_a_terminal(kit: Kit) -> None:
    kit.files.post("secret", "Soon", embargo_until=soon(3600))
    said = kit.amplify("toolkit", "build", "--out", kit.out, "-w", kit.files.root)
    assert said.code == 0
    assert "1 page, 3 wordings" in said.words
    assert "left out, under embargo: free, post secret (en)" in said.words
    assert all(len(line) <= 80 for line in said.out.splitlines() if "/" not in line)


class TestLeftOut:
    def test_embargo(self, kit: Kit) -> None:
        kit.files.picture("veiled.png")
        action = {"id": "sign", "campaign": "free", "kind": "petition", "owner": "union", "picture": "veiled.png"}
        action |= {"url": {"en": "https://example.org/secretly"}, "title": {"en": "A hushed call"}}
        kit.files.write("config/actions.yaml", {"actions": [action]})
        kit.files.post("secret", "A hushed sentence", embargo_until=soon(3600), pictures=["veiled.png"], cta="sign")
        kit.files.post("again", kind="boost", boost={"post": "secret"})
        assert kit.left_out() == [("embargo", "post secret"), ("embargo", "call sign")]
        for hushed in ("hushed", "secretly", "veiled", "What veiled.png shows"):
            assert hushed not in kit.everything(), hushed

    @pytest.mark.parametrize("state", ["released", "died", "family_hold", "unknown", "transferred"])
    def test_a_person_who_is_not_spoken_of(self, kit: Kit, state: str) -> None:
        kit.build()
        assert NAME in kit.page()
        kit.person(state={"released": "release_reported"}.get(state, state), state_since=soon())
        found = kit.left_out()
        assert {("person", "post named"), ("person", "background"), ("person", "behind bars for anna")} <= set(found)
        assert NAME not in kit.everything()
        assert 'id="maker"' not in kit.page()
        assert "rest at the moment" in kit.page()

    def test_a_name_in_words_only(self, kit: Kit) -> None:
        kit.files.post("typed", "Remember Hanna Piatrova tonight")
        kit.person(state="unknown")
        assert ("person", "post typed") in kit.left_out()
        assert "Piatrova" not in kit.everything()

    def test_alt_texts_and_captions(self, kit: Kit) -> None:
        kit.files.picture("face.png")
        note = {"alt": {"en": f"{NAME}, drawn"}, "credit": "Desk", "licence": "CC0-1.0"}
        kit.files.write("media/face.yaml", note)
        kit.files.post("drawn", "A drawing", pictures=["face.png"])
        kit.build()
        assert "drawn" in kit.everything()
        kit.person(state="unknown")
        assert {("person", "post drawn"), ("person", "picture face.png")} <= set(kit.left_out())
        assert NAME not in kit.everything()
        assert list(kit.out.rglob("*.png")) == []
        assert list(kit.out.rglob("*.zip")) == []

    def test_stops(self, kit: Kit) -> None:
        kit.files.post("tagged", "Say it with #FreeAnna now")
        kit.amplify("queue", "-w", kit.files.root)
        stop = ("stop", "-w", kit.files.root, "--reason", "the family asked")
        kit.amplify(*stop, "--person", "anna")
        assert ("stop", "post named") in kit.left_out()
        assert NAME not in kit.everything()
        kit.amplify(*stop, "--hashtag", "FreeAnna")
        assert ("stop", "post tagged") in kit.left_out()
        assert "#FreeAnna" not in kit.everything()
        kit.amplify(*stop, "--platform", "x")
        kit.build()
        assert "on-x" not in "".join(re.findall(r'class="card [^"]*"', kit.page()))
        assert "on-bluesky" in kit.page()

    def test_a_campaign_that_is_stopped_or_paused(self, kit: Kit) -> None:
        kit.amplify("queue", "-w", kit.files.root)
        kit.amplify("stop", "--campaign", "free", "--reason", "a rumour", "-w", kit.files.root)
        assert kit.left_out() == [("stop", "the page")]
        assert kit.texts() == []
        assert "silent at the moment" in kit.page()
        kit.amplify("resume", "--campaign", "free", "--reason", "it was none", "-w", kit.files.root)
        kit.campaign(status="paused")
        assert kit.left_out() == [("campaign", "the page")]

    def test_a_campaign_that_has_not_begun_has_no_page(self, kit: Kit) -> None:
        later = json.loads((kit.files.root / "config/campaigns/free.yaml").read_text("utf-8"))
        later |= {"id": "later", "name": {"en": "A hushed campaign"}, "launched": "2999-01-01"}
        kit.files.write("config/campaigns/later.yaml", later)
        assert kit.left_out() == [("season", "the page")]
        assert "hushed" not in kit.everything()
        assert "none of these campaigns has begun" in kit.build("--campaign", "later", code=2)

    def test_a_campaign_called_after_somebody(self, kit: Kit) -> None:
        kit.campaign(name={"en": f"Free {NAME}"})
        kit.person(state="died")
        assert kit.left_out() == [("person", "the page")]
        assert NAME not in kit.everything()
        assert "silent at the moment" in kit.page()

    def test_sensitive_texts_are_for_two_people(self, kit: Kit) -> None:
        kit.files.post("ill", "She is ill", risk={"sensitive": ["health"]})
        assert kit.left_out() == [("approval", "post ill")]

    def test_what_is_over_or_too_early(self, kit: Kit) -> None:
        kit.files.post("over", "Yesterday", expires_at=soon(-60))
        kit.files.post("early", "Next year", not_before=soon(400 * 86_400))
        kit.files.post("hour", "In one hour")
        kit.files.queue("hour", when={"moment": {"at": soon(-3600)}})
        out = {what for reason, what in kit.left_out() if reason == "season"}
        assert out == {"post over", "post early", "post hour"}

    def test_drafts_are_nowhere(self, kit: Kit) -> None:
        kit.files.post("draft", "Half a sentence", status="draft")
        assert kit.left_out() == []
        assert "Half a sentence" not in kit.everything()

    def test_stale_facts_and_closed_calls(self, kit: Kit) -> None:
        day = datetime.now(UTC).date()
        fact = {"id": "count", "value": 9, "counted_by": {"en": "Union"}, "source": "https://example.org"}
        fact |= {"as_of": (day - timedelta(days=90)).isoformat(), "expires": (day - timedelta(days=1)).isoformat()}
        kit.files.write("config/facts.yaml", {"facts": [fact]})
        action = {"id": "sign", "campaign": "free", "kind": "petition", "owner": "union", "closes": soon(-60)}
        action |= {"url": {"en": "https://example.org/sign"}, "title": {"en": "Sign"}}
        kit.files.write("config/actions.yaml", {"actions": [action]})
        kit.files.post("number", "{{ fact.count }} are in prison")
        kit.files.post("call", "Please sign", cta="sign")
        assert set(kit.left_out()) == {("fact", "post number"), ("action", "post call"), ("action", "call sign")}


class TestReadersAtRisk:
    def test_notice_calls_and_handles(self, kit: Kit) -> None:
        kit.files.post("watch", "Listen to {{ partner.radio }}")
        path = kit.files.root / "config/partners.yaml"
        partners = json.loads(path.read_text("utf-8"))["partners"]
        radio = partners[0] | {"id": "radio", "name": {"en": "Radio Half"}, "handles": {"x": "radio_half"}}
        radio |= {"mention_consent": True, "publishes": False}
        kit.files.write("config/partners.yaml", {"partners": [*partners, radio]})
        action = {"id": "join", "campaign": "free", "kind": "subscribe", "owner": "union"}
        action |= {"url": {"en": "https://example.org/join"}, "title": {"en": "Our channel"}}
        kit.files.write("config/actions.yaml", {"actions": [action]})
        kit.build()
        assert "Listen to @radio_half" in kit.texts()
        assert "Before you share" not in kit.page()
        assert "Our channel" in kit.page()
        kit.campaign(in_country_languages=["en"])
        kit.files.write("config/partners.yaml", {"partners": [*partners, radio | {"designated_in": ["XZ"]}]})
        assert kit.left_out() == [("risk", "call join")]
        assert "Listen to Radio Half" in kit.texts()
        assert "radio_half" not in kit.everything()
        assert "Before you share" in kit.page()
        assert "Our channel" not in kit.everything()

    def test_one_text_for_readers_at_risk_makes_it_a_page_for_them(self, kit: Kit) -> None:
        action = {"id": "join", "campaign": "free", "kind": "subscribe", "owner": "union"}
        action |= {"url": {"en": "https://example.org/join"}, "title": {"en": "Our channel"}}
        kit.files.write("config/actions.yaml", {"actions": [action]})
        kit.files.post("follow", "A message a day", cta="join")
        assert kit.left_out() == []
        kit.files.post("there", "For readers there", risk={"audience": "in_country"})
        assert kit.left_out() == [("risk", "post follow"), ("risk", "call join")]

    def test_no_handle_without_consent(self, kit: Kit) -> None:
        kit.files.post("thanks", "Thanks", mentions=[kit.files.partners[0]])
        kit.build()
        assert f"@{kit.files.partners[0]}" not in kit.everything()
        assert f"Thanks\n\n{kit.files.partners[0].title()}" in kit.texts()


class TestTheFolder:
    def test_the_same_files_give_the_same_bytes(self, kit: Kit) -> None:
        first = kit.build()["files"]
        again = kit.build()["files"]
        page = "en/free.html"
        assert {name for name in first if first[name] != again[name]} <= {page, "index.html"}  # their time

    def test_the_manifest_knows_every_file(self, kit: Kit) -> None:
        kit.files.picture("seen.png")
        kit.files.post("pictured", "Look", pictures=["seen.png"])
        built = kit.build()
        manifest = json.loads((kit.out / "manifest.json").read_text("utf-8"))
        there = {one.relative_to(kit.out).as_posix() for one in kit.out.rglob("*") if one.is_file()} - {"manifest.json"}
        assert there == set(manifest["files"]) == set(built["files"])
        for name, said in manifest["files"].items():
            data = (kit.out / name).read_bytes()
            assert said == {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}

    def test_the_zip_holds_pictures_with_their_words(self, kit: Kit) -> None:
        kit.files.picture("seen.png")
        kit.files.post("pictured", "Look", pictures=["seen.png"])
        kit.build()
        with zipfile.ZipFile(kit.out / "en/free.zip") as archive:
            assert archive.testzip() is None
            (picture,) = [name for name in archive.namelist() if name.endswith(".png")]
            manifest = json.loads(archive.read("manifest.json"))
            assert manifest["files"][picture]["sha256"] == hashlib.sha256(archive.read(picture)).hexdigest()
            assert manifest["files"][picture]["alt"] == "What seen.png shows"
            assert archive.read("alt-texts.txt").decode() == f"{picture}\nWhat seen.png shows\n"
            assert archive.read("licences.txt").decode() == f"{picture}\nDesk\nCC0-1.0\n"

    def test_nothing_of_an_older_build_stays(self, kit: Kit) -> None:
        kit.files.picture("seen.png")
        kit.files.post("pictured", "Look", pictures=["seen.png"])
        before = set(kit.build()["files"])
        (kit.out / "CNAME").write_text("kit.example")
        (kit.files.root / "posts/pictured.md").unlink()
        built = kit.build()
        assert set(built["removed"]) == {one for one in before if "pictures/" in one or one.endswith(".zip")}
        assert not (kit.out / "pictures").exists()
        assert (kit.out / "CNAME").exists(), "what is not ours stays"

    def test_a_build_that_was_broken_off(self, kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
        from amplify.toolkit.output_dir import OutputDir

        kit.files.picture("seen.png")
        kit.files.post("pictured", "Look", pictures=["seen.png"])
        with monkeypatch.context() as broken:
            broken.setattr(OutputDir, "finish", lambda site, updated: (_ for _ in ()).throw(KeyboardInterrupt))
            kit.amplify("toolkit", "build", "--out", kit.out, "-w", kit.files.root)
        assert list(kit.out.rglob("*.png"))
        (kit.files.root / "posts/pictured.md").unlink()
        kit.build()
        assert not list(kit.out.rglob("*.png"))

    def test_somebody_elses_folder(self, kit: Kit) -> None:
        kit.out.mkdir()
        (kit.out / "thesis.txt").write_text("mine")
        assert "holds something else" in kit.build(code=2)
        (kit.out / "manifest.json").write_text('{"name": "an app"}')
        assert "is not a toolkit's" in kit.build(code=2)
        assert (kit.out / "thesis.txt").read_text() == "mine"

    def test_a_manifest_that_leads_out(self, kit: Kit) -> None:
        kit.build()
        target = kit.out.parent / "precious.txt"
        target.write_text("keep")
        path = kit.out / "manifest.json"
        said = json.loads(path.read_text("utf-8"))
        said["files"] |= {"../precious.txt": {}, str(target): {}}
        path.write_text(json.dumps(said), "utf-8")
        kit.build()
        assert target.read_text() == "keep"

    def test_a_manifest_that_names_what_it_did_not_write(self, kit: Kit) -> None:
        """A partner can push a manifest: it deletes nothing, and nothing is overwritten."""
        kit.build()
        (kit.out / "thesis.html").write_text("mine")
        path = kit.out / "manifest.json"
        said = json.loads(path.read_text("utf-8"))
        for entry in ({"sha256": "0" * 64, "bytes": 4}, {}, None, "0" * 64):
            for updated in (said["updated"], None):
                path.write_text(json.dumps(said | {"updated": updated, "files": {"thesis.html": entry}}), "utf-8")
                kit.build(code=2)  # the pages that are there stand in no list now: nobody knows whose they are
                assert (kit.out / "thesis.html").read_text() == "mine"
        (kit.out / "en/free.html").write_text("somebody else's")
        path.write_text(json.dumps(said), "utf-8")
        assert "is of no build of ours" in kit.build(code=2)
        assert kit.page() == "somebody else's"

    @pytest.mark.parametrize("link", ["", "en", "en/free.html", "manifest.json", ".manifest-in-the-making", "style"])
    def test_links_are_not_followed(self, kit: Kit, link: str) -> None:
        kit.build()
        elsewhere = kit.out.parent / "elsewhere"
        place = kit.out / link
        if not place.exists():
            place.write_text("")
        place.rename(elsewhere)
        place.symlink_to(elsewhere)
        before = {path: path.read_bytes() for path in (elsewhere, *elsewhere.rglob("*")) if path.is_file()}
        kit.files.post("more", "One more text")
        if link == "style":  # no name of ours: whatever it is, it stays
            kit.build()
        else:
            assert "is a link" in kit.build(code=2)
        assert {path: path.read_bytes() for path in before} == before
        assert place.is_symlink()

    def test_names_that_are_not_there(self, kit: Kit) -> None:
        assert "there is no campaign other" in kit.build("--campaign", "other", code=2)
        assert "no campaign speaks be" in kit.build("--lang", "be", code=2)


class TestAStopTellsPages:
    def stop(self, kit: Kit, *words: str) -> Any:
        said = kit.amplify("stop", "-w", kit.files.root, "--reason", "they asked", "--json", *words)
        return [Path(one["file"]).name for one in json.loads(said.out)["toolkit_pages"]]

    def test_who_is_named(self, kit: Kit) -> None:
        kit.build()
        assert self.stop(kit, "--person", "anna") == ["free.html"]
        assert self.stop(kit, "--person", "boris") == []
        assert self.stop(kit, "--hashtag", "freeall") == ["free.html"]
        assert self.stop(kit, "--hashtag", "other") == []
        assert self.stop(kit, "--campaign", "free") == ["free.html"]
        assert self.stop(kit, "--platform", "bluesky") == ["free.html"]
        assert self.stop(kit, "--all") == ["free.html"]

    def test_how_to_build_again(self, kit: Kit) -> None:
        kit.build()
        said = kit.amplify("stop", "-w", kit.files.root, "--reason", "they asked", "--person", "anna")
        assert "named by 1 built toolkit page" in said.words
        assert f"amplify toolkit build --out {kit.out}" in said.words

    def test_after_building_again(self, kit: Kit) -> None:
        kit.build()
        assert self.stop(kit, "--person", "anna") == ["free.html"]
        kit.build()
        assert self.stop(kit, "--person", "anna") == []

    def test_a_spelling_that_nobody_knew(self, kit: Kit) -> None:
        kit.files.post("typed", "Remember Aniuta tonight")
        kit.build()
        assert self.stop(kit, "--person", "boris", "--alias", "Aniuta") == ["free.html"]


class TestDates:
    def calendar(self, kit: Kit, *occasions: dict[str, Any]) -> bytes:
        kit.campaign(occasions=list(occasions))
        kit.build()
        return (kit.out / "en/free.ics").read_bytes()

    def test_every_year_with_the_themes_of_years(self, kit: Kit) -> None:
        from icalendar import Calendar

        year = datetime.now(UTC).year
        name = "A day with commas, semicolons; and a name that is so long that its line has to be folded: нашы людзі"
        themes = {year + 1: {"en": "Letters"}, year - 1: {"en": "Over"}}
        data = self.calendar(kit, {"id": "day", "name": {"en": name}, "month": 5, "day": 21, "themes": themes})
        assert data.endswith(b"END:VCALENDAR\r\n")
        assert b"\n" not in data.replace(b"\r\n", b"")
        assert max(map(len, data.split(b"\r\n"))) <= 75
        events = Calendar.from_ical(data).walk("VEVENT")
        every, themed = events
        (identity,) = {str(one["UID"]) for one in events}
        assert identity.startswith("day.free.en@")
        assert str(every["SUMMARY"]) == name
        assert every["DTSTART"].dt.timetuple()[1:3] == (5, 21)
        assert every["DTEND"].dt - every["DTSTART"].dt == timedelta(days=1)
        assert themed["RECURRENCE-ID"].dt == date(year + 1, 5, 21)
        assert str(themed["DESCRIPTION"]) == "Theme: Letters"

    def test_the_rule_is_read_as_meant(self, kit: Kit) -> None:
        from dateutil.rrule import rrulestr

        data = self.calendar(kit, {"id": "leap", "name": {"en": "Leap day"}, "month": 2, "day": 29}).decode()
        (rule,) = re.findall(r"RRULE:(\S+)", data)
        years = rrulestr(rule, dtstart=datetime(2027, 2, 28, tzinfo=UTC))
        assert [f"{day:%Y-%m-%d}" for day in years[:3]] == ["2027-02-28", "2028-02-29", "2029-02-28"]

    def test_no_dates_no_file(self, kit: Kit) -> None:
        kit.build()
        assert not (kit.out / "en/free.ics").exists()


def test_many_texts_are_parted_by_kind(kit: Kit) -> None:
    words = "so that nobody is forgotten while they wait for us behind these walls".split()
    for number in range(90):
        said = [" ".join(words[(number + k + n) % len(words)] for n in range(30)) for k in range(3)]
        kit.files.post(f"text{number}", *said, kind=("fact", "quote")[number % 2])
    files = {name: (kit.out / name).stat().st_size for name in kit.build()["files"] if name.endswith(".html")}
    assert len(files) > 3
    assert max(files.values()) < 300_000
    for name in files:
        if name.startswith("en/free"):
            assert len(set(re.findall(r"<h3 id[^>]*>(Fact|Quote)", kit.page(name)))) <= 2
            for link in re.findall(r'href="(free[^"#]*\.html)"', kit.page(name)):
                assert f"en/{link}" in files


class TestWhoIsMeant:
    """A campaign about somebody calls them by their first name."""

    def test_first_names_in_the_campaigns_own_words(self, kit: Kit) -> None:
        kit.campaign(key_messages=[{"en": "Anna writes."}, {"en": "Two."}, {"en": "Three."}])
        kit.build()
        assert "Anna writes." in kit.page()
        kit.person(state="release_confirmed", state_since=soon())
        assert ("person", "key message 1") in kit.left_out()
        assert "Anna" not in kit.everything()
        assert "Two." in kit.page()

    def test_inflected(self, kit: Kit) -> None:
        kit.campaign(name={"en": "Свабоду Ганне"})
        kit.person(name={"be": "Ганна Пятрова", "en": NAME}, state="died")
        assert kit.left_out() == [("person", "the page")]
        assert "Ганне" not in kit.everything()


def test_what_was_said_long_ago_is_out_of_season(kit: Kit) -> None:
    kit.files.post("winter", "Before the holidays")
    kit.files.post("week", "This week")
    kit.files.queue("winter", at=soon(-200 * 86_400))
    kit.files.queue("week", at=soon(-3 * 86_400))
    assert kit.left_out() == [("season", "post winter")]
    assert "This week" in kit.texts()


def test_a_page_is_asked_for_now_and_for_the_day(kit: Kit) -> None:
    """It is read at once: a campaign that is quiet now is so for what is due next week, too."""
    quiet = {"start": soon(-60), "end": soon(3600), "owner": "Union", "reason": "a mourning", "languages": ["en"]}
    kit.files.write("config/workspace.yaml", {"id": "house", "name": "A house", "quiet": [quiet]})
    kit.files.post("later", "Next week we write")
    kit.files.queue("later", at=soon(7 * 86_400))
    assert ("quiet", "post later") in kit.left_out()
    assert "Next week we write" not in kit.everything()


def test_a_name_that_only_a_stop_knows(kit: Kit) -> None:
    kit.campaign(contact={"name": "Friends of Aniuta", "email": "aniuta@example.org"}, toolkit={"contact": {}})
    kit.build()
    assert "Friends of Aniuta" in kit.everything()
    stop = ("stop", "--person", "anna", "--alias", "Aniuta", "--reason", "they asked", "-w", kit.files.root)
    assert kit.amplify(*stop).code == 0
    kit.build()
    assert "aniuta" not in kit.everything().casefold()


@pytest.mark.parametrize("reason", ["stop", "closed", "risk"])
def test_the_picture_of_a_call_that_is_left_out(kit: Kit, reason: str) -> None:
    kit.files.picture("veiled.png")
    action = {"id": "sign", "campaign": "free", "kind": "subscribe", "owner": "union", "picture": "veiled.png"}
    action |= {"url": {"en": "https://example.org/sign"}, "title": {"en": f"Sign for {NAME}"}}
    kit.files.write("config/actions.yaml", {"actions": [action]})
    kit.build()
    assert "What veiled.png shows" in kit.everything()
    if reason == "stop":
        kit.amplify("stop", "--person", "anna", "--reason", "they asked", "-w", kit.files.root)
    elif reason == "closed":
        kit.files.write("config/actions.yaml", {"actions": [action | {"closes": soon(-60)}]})
    else:
        kit.campaign(in_country_languages=["en"])
    kit.build()
    assert "veiled" not in kit.everything()
