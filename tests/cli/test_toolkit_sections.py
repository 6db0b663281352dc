"""`amplify toolkit build`: what is out, whom to tag, who signed, who we are, films, the picture of links."""

from __future__ import annotations

import json
import re
import sqlite3
import zipfile
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any, Final

import pytest
from engine.files import Files, soon
from nasty import SECRET, make_film

from cli.conftest import Amplify, OnStage

NAME: Final = "Anna Petrova"
REAL: Final = {
    "x": "https://x.com/open_line/status/1234567890123456789",
    "bluesky": "https://bsky.app/profile/open.example/post/3kabc2defgh22",
    "mastodon": "https://social.example/@open/115000000000000001",
}


class Kit:
    """A workspace and the toolkit that is built from it."""

    def __init__(self, amplify: Amplify, files: Files) -> None:
        self.amplify, self.files, self.out = amplify, files, files.root.parent / "kit"

    def build(self, *words: str) -> Any:
        said = self.amplify("toolkit", "build", "--out", self.out, "-w", self.files.root, "--json", *words)
        assert said.code == 0, said.words
        return json.loads(said.out)

    def left_out(self) -> list[tuple[str, str]]:
        return [(one["reason"], one["what"]) for one in self.build()["left_out"]]

    def page(self, path: str = "en/free.html") -> str:
        return unescape((self.out / path).read_text("utf-8"))

    def section(self, id: str) -> str:
        """A section of the page; empty where it has none."""
        found = re.search(rf'<section aria-labelledby="{id}".*?</section>', self.page(), re.S)
        return found[0] if found else ""

    def change(self, file: str, **fields: Any) -> None:
        path = self.files.root / file
        self.files.write(file, json.loads(path.read_text("utf-8")) | fields)

    def campaign(self, **fields: Any) -> None:
        self.change("config/campaigns/free.yaml", **fields)

    def partners(self, *more: dict[str, Any]) -> None:
        path = self.files.root / "config/partners.yaml"
        usual = json.loads(path.read_text("utf-8"))["partners"][:1]
        self.files.write("config/partners.yaml", {"partners": [*usual, *(usual[0] | one for one in more)]})

    def person(self, **fields: Any) -> None:
        today = datetime.now(UTC).date()
        consent = {"given_by": "family", "channel": "letter", "scope": ["name", "portrait"], "given": "2024-02-01"}
        consent["review"] = (today + timedelta(days=300)).isoformat()
        said = {"id": "anna", "name": {"en": NAME}, "aliases": ["Hanna"], "detentions": [{"start": "2024-01-02"}]}
        said |= {"state": "detained", "reviewed": today.isoformat(), "consent": consent}
        self.files.write("config/people.yaml", {"people": [said | fields]})

    def stop(self, *words: str) -> None:
        assert self.amplify("stop", *words, "--reason", "they asked", "-w", self.files.root).code == 0

    def move(self, change: str, *values: object) -> None:
        """Change the ledger by hand: what the world would have made of it."""
        ledger = sqlite3.connect(self.files.root / ".amplify" / "ledger.sqlite")
        with ledger:
            ledger.execute(change, values)
        ledger.close()


@pytest.fixture
def kit(amplify: Amplify, files: Files) -> Kit:
    made = Kit(amplify, files)
    files.post("plain", "Write to a prisoner today")
    made.person()
    return made


@pytest.fixture
def out(amplify: Amplify, files: Files, on_stage: OnStage) -> Kit:
    """Three posts are out on three platforms, at addresses that everybody can open; one of them names Anna."""
    made = Kit(amplify, files)
    made.person()
    files.post("due1", f"{NAME} is in prison for an article #FreeAnna", people=["anna"])
    assert amplify("publish", "-w", files.root).code == 0
    for platform, url in REAL.items():
        made.move(
            "update part set url = ? || substr(delivery, 1, 4) where delivery in "
            "(select id from delivery where platform = ?)",
            url if platform != "x" else url[:-4],
            platform,
        )
    made.move("update part set url = 'https://x.com/open_line/status/' || rowid where url like 'https://x.com%'")
    return made


class TestAlreadySaid:
    def test_each_platform_with_its_way_to_repost(self, out: Kit) -> None:
        assert out.build()["left_out"] == []
        said = out.section("already")
        assert re.findall(r"<h3[^>]*>(.*?)</h3>", said) == ["X", "Bluesky", "Mastodon"]
        assert said.count("<li>") == 9
        assert len(re.findall(r'href="https://x\.com/intent/retweet\?tweet_id=\d+"', said)) == 3
        assert len(re.findall(r'href="https://bsky\.app/profile/open\.example/post/\w+"', said)) == 3
        assert len(re.findall(r'data-text="https://social\.example/@open/\w+"', said)) == 3
        assert '"path": "/authorize_interaction?uri="' in out.page()
        assert f"{NAME} is in prison for an article" in said

    def test_addresses_of_a_rehearsal_are_none(self, amplify: Amplify, files: Files, on_stage: OnStage) -> None:
        kit = Kit(amplify, files)
        assert amplify("publish", "-w", files.root).code == 0
        kit.build()
        assert kit.section("already") == ""
        assert "127.0.0.1" not in kit.page()

    def test_a_ledger_of_a_rehearsal_has_said_nothing(self, out: Kit) -> None:
        out.move("insert into meta (key, value) values ('rehearsal', '2027-05-17T00:00:00+00:00')")
        out.build()
        assert out.section("already") == ""

    @pytest.mark.parametrize(
        "change",
        [
            "update delivery set state = 'removed'",
            "update delivery set state = 'gone'",
            "update delivery set state = 'unsure'",
            "update delivery set campaign = 'another'",
            "update delivery set lang = 'be'",
            "update delivery set kind = 'boost'",
            "update delivery set erased_at = sent_at",
            "update delivery set sent_at = '2026-01-01 00:00:00'",
            "update part set removed_at = sent_at",
            "update part set url = null",
            "update part set url = 'http://127.0.0.1:8000/@open/1'",
            "update part set url = 'https://localhost/@open/1'",
            "update part set url = 'javascript:alert(1)'",
        ],
    )
    def test_what_is_not_out_or_not_ours(self, out: Kit, change: str) -> None:
        out.move(change)
        out.build()
        assert out.section("already") == ""

    @pytest.mark.parametrize(
        ("words", "gone"),
        [
            (("--person", "anna"), 3),
            (("--hashtag", "FreeAnna"), 3),
            (("--post", "due2"), 3),
            (("--platform", "x"), 3),
            (("--campaign", "free"), 9),
            (("--all",), 9),
        ],
    )
    def test_a_stop_empties_it(self, out: Kit, words: tuple[str, ...], gone: int) -> None:
        out.build()
        out.stop(*words)
        out.build()
        assert out.section("already").count("<li>") == 9 - gone
        if words[0] in ("--person", "--all"):
            assert NAME not in "".join(one.read_text("utf-8", "replace") for one in out.out.rglob("*.html"))

    def test_a_stop_of_the_account_lists_the_page(self, out: Kit) -> None:
        out.build()
        account = f"{out.files.partners[0]}/x"
        said = out.amplify("stop", "--account", account, "--reason", "stolen", "--json", "-w", out.files.root)
        assert [Path(one["file"]).name for one in json.loads(said.out)["toolkit_pages"]] == ["free.html"]
        out.build()
        assert "https://x.com" not in out.section("already")

    @pytest.mark.parametrize("state", ["died", "family_hold", "unknown", "release_reported"])
    def test_a_person_who_is_not_spoken_of(self, out: Kit, state: str) -> None:
        out.person(state=state, state_since=soon())
        assert ("person", "post due1, already said") in out.left_out()
        assert NAME not in out.page()

    def test_an_embargo_and_a_retired_post(self, out: Kit) -> None:
        name = out.files.partners[0]
        out.files.post("due1", f"{NAME} is in prison", people=["anna"], embargo_until=soon(3600))
        out.files.post("due2", f"{name} says 2", status="retired")
        assert {("embargo", "post due1, already said"), ("season", "post due2, already said")} <= set(out.left_out())
        assert out.section("already").count("<li>") == 3

    def test_readers_at_risk_are_led_to_nobody_designated(self, out: Kit) -> None:
        out.campaign(in_country_languages=["en"])
        out.build()
        assert out.section("already").count("<li>") == 9
        path = out.files.root / "config/partners.yaml"
        (union,) = json.loads(path.read_text("utf-8"))["partners"]
        out.files.write("config/partners.yaml", {"partners": [union | {"designated_in": ["XZ"]}]})
        assert ("risk", "post due1, already said") in out.left_out()
        assert out.section("already") == ""


class TestOrganisations:
    def test_handles_of_those_who_agreed(self, kit: Kit) -> None:
        agreed = {"id": "radio", "name": {"en": "Radio Half"}, "handles": {"x": "radio_half"}, "mention_consent": True}
        kit.partners(agreed, {"id": "silent", "name": {"en": "Silent"}, "handles": {"x": "silent_ones"}})
        kit.build()
        assert re.findall(r'id="handles-(\w+)"[^>]*>(.*?)<', kit.section("handles")) == [("x", "@radio_half")]
        assert "silent_ones" not in kit.page()
        kit.stop("--partner", "radio")
        kit.build()
        assert "radio_half" not in kit.page()
        assert "Radio Half" not in kit.page()

    def test_names_for_readers_at_risk(self, kit: Kit) -> None:
        radio = {"id": "radio", "name": {"en": "Radio Half"}, "handles": {"x": "radio_half"}, "mention_consent": True}
        kit.partners(
            radio | {"designated_in": ["XZ"]},
            radio | {"id": "free", "name": {"en": "Free"}, "handles": {"x": "free_ones"}},
        )
        kit.build()
        assert "@radio_half" in kit.section("handles"), "it endangers nobody here"
        kit.campaign(in_country_languages=["en"])
        kit.build()
        assert "radio_half" not in kit.page()
        assert "Radio Half" in kit.section("handles")
        assert "@free_ones" in kit.section("handles")

    def test_a_stopped_platform_has_no_handles(self, kit: Kit) -> None:
        kit.partners(
            {"id": "radio", "handles": {"x": "radio_half", "bluesky": "half.example"}, "mention_consent": True}
        )
        kit.amplify("queue", "-w", kit.files.root)
        kit.stop("--platform", "x")
        kit.build()
        assert "radio_half" not in kit.page()
        assert "@half.example" in kit.section("handles")

    def test_websites_but_no_designated_ones(self, kit: Kit) -> None:
        site = {"name": {"en": "Shelf"}, "website": "https://shelf.example/", "handles": {}}
        kit.partners(
            site | {"id": "shelf"},
            site | {"id": "half", "website": "https://half.example/", "designated_in": ["XZ"]},
        )
        kit.build()
        assert "https://shelf.example/" in kit.section("partners")
        assert "half.example" not in kit.page()

    def test_partners_called_after_somebody(self, kit: Kit) -> None:
        friends = {"id": "friends", "name": {"en": f"Friends of {NAME}"}, "handles": {"x": "friends_of"}}
        kit.partners(friends | {"mention_consent": True, "website": "https://friends.example/"})
        kit.build()
        assert "friends_of" in kit.page()
        assert f"Friends of {NAME}" in kit.section("partners")
        kit.person(state="died")
        kit.build()
        for gone in ("friends_of", "Friends of", "friends.example"):
            assert gone not in kit.page()

    def test_signatories_without_a_statement(self, kit: Kit) -> None:
        kit.campaign(
            signatories=[
                {"name": "Third", "order": 3},
                {"name": "Asked", "order": 1, "signed": False},
                {"partner": kit.files.partners[0], "order": 1},
                {"name": "Second", "order": 2},
            ]
        )
        kit.build()
        names = re.findall(r"<li><span>(.*?)</span>", kit.section("signed"))
        assert names == [kit.files.partners[0].title(), "Second", "Third"]

    def test_all_signatories_of_a_statement_with_their_days(self, kit: Kit) -> None:
        many = [{"name": f"Guild {n}", "order": n, "signed": f"2026-03-{n:02}"} for n in range(1, 13)]
        many += [{"name": "Gone", "signed": "2026-03-01", "withdrawn": "2026-04-01"}, {"name": "Silent"}]
        many[2] = {"partner": kit.files.partners[0], "order": 3, "signed": "2026-03-03"}
        names = [kit.files.partners[0].title() if n == 3 else f"Guild {n}" for n in range(1, 13)]
        head = {"id": "words", "campaign": "free", "lang": "en", "title": {"en": "Words"}, "signatories": many}
        path = kit.files.root / "statements" / "words.md"
        path.parent.mkdir()
        path.write_text(f"---\n{json.dumps(head)}\n---\nWe ask for their release.\n", "utf-8")
        kit.campaign(statement="words")
        kit.build()
        signed = re.findall(r'<li><span>(.*?)</span> <time[^>]*datetime="(.*?)"', kit.section("signed"))
        assert signed == [(name, f"2026-03-{n:02}") for n, name in enumerate(names, 1)]
        assert "Gone" not in kit.page()
        assert "12 March 2026" in kit.section("signed")
        kit.stop("--partner", kit.files.partners[0])
        kit.build()
        assert kit.section("signed").count("<li>") == 11
        assert kit.files.partners[0].title() not in kit.section("signed")


class TestFilms:
    def film(self, kit: Kit, caption: str = "They took her from the studio.") -> None:
        media = kit.files.root / "media"
        make_film(media / "walk.mp4", seconds=2)
        (media / "walk.en.vtt").write_text(f"WEBVTT\n\n00:00.000 --> 00:01.000\n{caption}\n", "utf-8")
        note = {"alt": {"en": "A walk to the court"}, "credit": "Desk", "licence": "CC0-1.0"}
        kit.files.write("media/walk.yaml", note)
        kit.files.post("filmed", "See how long the way is", pictures=["walk.mp4"])

    def test_film_still_alt_text_captions_and_zip(self, kit: Kit) -> None:
        self.film(kit)
        built = kit.build()
        assert built["left_out"] == []
        (film,) = [one for one in built["files"] if one.endswith(".mp4")]
        stem = film.removesuffix(".mp4")
        assert {f"{stem}.en.vtt"} < {one for one in built["files"] if one.startswith("films/")}
        section = kit.section("films")
        for part in (f"../{film}", f"../{stem}.en.vtt", "A walk to the court", "0:02", "Captions, English"):
            assert part in section, part
        assert SECRET not in (kit.out / film).read_bytes(), "it was packed anew"
        assert "They took her" in (kit.out / f"{stem}.en.vtt").read_text("utf-8")
        with zipfile.ZipFile(kit.out / "en/free.zip") as archive:
            inside = set(archive.namelist())
        name = Path(stem).name
        assert {f"{name}.mp4", f"{name}.en.vtt", "alt-texts.txt", "manifest.json"} < inside
        assert any(one.startswith(name) and one.endswith((".png", ".jpg")) for one in inside)

    def test_what_is_said_in_it_is_read_by_stops(self, kit: Kit) -> None:
        self.film(kit, f"{NAME} was taken from the studio.")
        kit.build()
        assert "films/" in kit.page()
        kit.stop("--person", "anna")
        assert ("stop", "film walk.mp4") in kit.left_out()
        assert [one for one in kit.out.rglob("*") if "walk" in one.name] == []
        assert kit.section("films") == ""


class TestPictureOfLinks:
    def meta(self, kit: Kit, what: str) -> str:
        found = re.search(rf'<meta property="og:{what}" content="(.*?)">', kit.page())
        return found[1] if found else ""

    def test_a_card_of_its_own(self, kit: Kit) -> None:
        from PIL import Image

        kit.build()
        assert (self.meta(kit, "title"), self.meta(kit, "url")) == ("Free them", "")
        assert self.meta(kit, "image") == "../cards/en/free.jpg"
        with Image.open(kit.out / "cards/en/free.jpg") as card:
            assert card.size == (1200, 630)
            assert len(card.convert("RGB").getcolors(1 << 24) or []) > 5, "there are words on it"

    def test_the_sites_address(self, kit: Kit) -> None:
        kit.change("config/workspace.yaml", toolkit_site="https://kit.example.org/all/")
        kit.build()
        assert self.meta(kit, "url") == "https://kit.example.org/all/en/free.html"
        assert self.meta(kit, "image") == "https://kit.example.org/all/cards/en/free.jpg"

    def test_a_banner_where_the_campaign_has_one(self, kit: Kit) -> None:
        layer = {"text": {"say": {"en": "Write to them"}, "largest": 8}, "box": [0, 0, 100, 100]}
        template = {"id": "call", "campaign": "free", "about": "A banner.", "scene": {"en": "A field."}}
        template |= {"credit": "Desk", "licence": "CC0-1.0", "sizes": ["card", "square"], "layers": [layer]}
        kit.files.write("media/banners/call.yaml", template)
        kit.build()
        assert self.meta(kit, "image") == "../pictures/en/call-en-card.png"
        assert "Write to them" in self.meta(kit, "image:alt")

    def test_a_silent_page_shows_nothing(self, kit: Kit) -> None:
        kit.build()
        kit.stop("--campaign", "free")
        kit.build()
        assert self.meta(kit, "image") == ""
        assert not (kit.out / "cards").exists()


class TestBannersOfPosts:
    def test_in_the_language_of_the_page_and_not_after_a_stop(self, kit: Kit) -> None:
        layer = {"text": {"say": {"en": f"{NAME}: write", "be": "Пішыце"}, "largest": 8}, "box": [0, 0, 100, 100]}
        template = {"id": "call", "campaign": "free", "about": "A banner.", "scene": {"en": "A field.", "be": "Поле."}}
        template |= {"credit": "Desk", "licence": "CC0-1.0", "sizes": ["post"], "layers": [layer]}
        kit.files.write("media/banners/call.yaml", template)
        kit.files.post("drawn", "A drawing hangs on the wall", media=[{"banner": "call"}])
        kit.build()
        shown = re.search(r'id="post-drawn".*?</article>', kit.page(), re.S)
        assert shown is not None
        (file,) = re.findall(r'<img src="\.\./(.*?)"', shown[0])
        assert (kit.out / file).is_file()
        assert NAME in shown[0], "its alt text is the template's own words"
        kit.stop("--person", "anna")
        assert ("stop", "post drawn") in kit.left_out()
        assert list(kit.out.rglob("*.png")) == []


class TestDates:
    @pytest.mark.parametrize(
        ("style", "written"),
        [(None, "2 January 2024"), ("international", "2024-01-02"), ("american", "January 2, 2024")],
    )
    def test_in_english(self, kit: Kit, style: str | None, written: str) -> None:
        kit.files.post("dated", "Since {{ fact.count.as_of }} we count")
        fact = {"id": "count", "value": 9, "counted_by": {"en": "Union"}, "source": "https://example.org"}
        fact |= {"as_of": "2024-01-02", "expires": (datetime.now(UTC).date() + timedelta(days=90)).isoformat()}
        kit.files.write("config/facts.yaml", {"facts": [fact]})
        kit.campaign(people=["anna"])
        if style is not None:
            kit.change("config/workspace.yaml", english_dates=style)
        kit.build()
        assert f"since {written}" in kit.section("bars")
        assert f"Since {written if style else 'January 2, 2024'} we count" in kit.page()


def test_headings_and_buttons_can_be_told_apart(kit: Kit) -> None:
    kit.files.post("other", "Write to a prisoner today. This one ends otherwise", "A letter takes ten minutes")
    kit.build()
    headings = re.findall(r'<h3 id="about-[^>]*>(.*?)</h3>', kit.page())
    assert len(set(headings)) == len(headings) == 2
    names = re.findall(r'<(?:button|a)[^>]*aria-label="(.*?)"', kit.section("texts"))
    assert len(set(names)) == len(names) > 10
