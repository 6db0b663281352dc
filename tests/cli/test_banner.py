"""`amplify banner` on a copy of the sample workspace, as a press officer runs it."""

from __future__ import annotations

import json
import re
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from cli.conftest import Amplify

SAMPLE = Path(__file__).parents[2]


@pytest.fixture
def sample(tmp_path: Path, amplify: Amplify, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sample workspace, on 17 May 2027."""
    root = tmp_path / "campaigns"
    for name in ("config", "posts", "media", "statements"):
        shutil.copytree(SAMPLE / name, root / name)
    shutil.rmtree(root / "media" / "rendered", ignore_errors=True)
    monkeypatch.setenv("AMPLIFY_NOW", "2027-05-17T09:00:00+00:00")
    return root


def test_a_rendered_banner_is_a_picture_that_a_post_may_use(amplify: Amplify, sample: Path) -> None:
    said = amplify(
        "banner", "render", "portrait", "--person", "mira", "--lang", "be", "--size", "post", "-w", sample, "--json"
    )
    assert said.code == 0, said.words
    made = json.loads(said.out)["made"]
    assert [one["file"] for one in made] == ["portrait-mira-be-post.png"]
    assert "Міра Астраван" in made[0]["alt"]
    assert Image.open(made[0]["path"]).size == (1200, 675)
    post = sample / "posts/mira-and-leon/name-mira.md"
    text = post.read_text("utf-8")
    text = re.sub(r"\nmedia: [^\n]*", "\nmedia: [rendered/portrait-mira-be-post.png]", text, count=1)
    post.write_text(text, "utf-8")
    assert "rendered" in text
    checked = amplify("check", "-w", sample, "--json")
    told = [one for one in json.loads(checked.out)["problems"] if "rendered" in json.dumps(one)]
    assert {one["code"] for one in told} == {"ALT-MISSING", "BANNER-LANG", "BANNER-STALE"}, "it is one of 17 May"
    Path(made[0]["path"]).write_bytes((sample / "media/behind-bars/template.png").read_bytes())
    assert "PICTURE-NOTE" in amplify("check", "-w", sample).words


def test_a_counter_that_was_rendered_in_may_does_not_go_out_a_year_later(
    amplify: Amplify, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rendered in English on 17 May, attached to texts in three languages, due on 19 May of the next year."""
    said = amplify(
        "banner", "render", "days", "--person", "mira", "--lang", "en", "--size", "post", "-w", sample, "--json"
    )
    (made,) = json.loads(said.out)["made"]
    assert "1,094" in made["alt"]
    post = sample / "posts/mira-and-leon/nineteenth-of-may.md"
    text = re.sub(r"\nmedia: [^\n]*", "\nmedia: [rendered/days-mira-en-post.png]", post.read_text("utf-8"), count=1)
    post.write_text(text, "utf-8")

    def told(now: str) -> dict[str, list[dict[str, Any]]]:
        monkeypatch.setenv("AMPLIFY_NOW", now)
        checked = amplify("check", "-w", sample, "--strict", "--json")
        assert checked.code == 1
        found = [one for one in json.loads(checked.out)["problems"] if "days-mira-en-post" in json.dumps(one)]
        return {code: [one for one in found if one["code"] == code] for code in sorted({one["code"] for one in found})}

    this_year = told("2027-05-17T09:00:00+00:00")
    assert list(this_year) == ["ALT-MISSING", "BANNER-LANG", "BANNER-STALE"]
    foreign = this_year["BANNER-LANG"]
    assert {re.findall(r"this text is in `(\w+)`", one["message"])[0] for one in foreign} == {"be", "ru"}
    assert len({one["line"] for one in foreign}) == len(foreign) >= 3, "each text in another language, by itself"
    (problem,) = this_year["BANNER-STALE"]
    assert (problem["path"], problem["severity"]) == ("posts/mira-and-leon/nineteenth-of-may.md", "error")
    assert "“1,094” and should say “1,096”" in problem["message"]
    (problem,) = told("2028-05-01T09:00:00+00:00")["BANNER-STALE"]
    assert "“1,094” and should say “1,462”" in problem["message"]
    assert "`media: [{banner: days, person: mira}]`" in problem["message"]


def test_a_released_person_is_in_no_banner_and_the_others_are(amplify: Amplify, sample: Path) -> None:
    people = sample / "config/people.yaml"
    text = people.read_text("utf-8")
    begin, rest = text.split("  - id: leon", 1)
    people.write_text(begin.replace("state: convicted", "state: release_reported") + "  - id: leon" + rest, "utf-8")
    listed = amplify("banner", "list", "-w", sample)
    assert listed.code == 0
    assert "days-mira-en is not rendered: mira is release reported" in listed.words
    assert "days-leon-en is not rendered: mira is release reported" in listed.words, "the hashtag names both of them"
    said = amplify(
        *("banner", "render", "days", "quote", "--size", "square", "--lang", "en", "-w", sample, "-o", sample / "out")
    )
    assert said.code == 3
    assert sorted(path.name for path in (sample / "out").iterdir()) == ["quote-en-square.png", "quote-en-square.yaml"]
    refused = amplify("banner", "bars", "--person", "mira", "-w", sample)
    assert refused.code == 3
    assert "no picture is made: mira is release reported" in refused.words


def test_the_contact_sheet_is_one_picture(amplify: Amplify, sample: Path) -> None:
    said = amplify("banner", "preview", "quote", "--size", "post", "--size", "story", "-w", sample, "-o", "all.png")
    assert said.code == 0, said.words
    assert "6 banners" in said.words
    assert Image.open("all.png").width == 2400


def test_behind_bars_of_a_photograph(amplify: Amplify, sample: Path) -> None:
    Image.new("RGB", (900, 700), (90, 120, 150)).save("me.jpg", exif=b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x00")
    words = ("banner", "bars", "me.jpg", "--person", "laura", "-w", sample, "--lang", "ru", "--size", "story")
    assert "say who took the photograph" in amplify(*words, "--self").words
    said = amplify(*words, "--self", "--credit", "Vera Lind", "--open", "--count", "6", "-o", "out")
    assert said.code == 0, said.words
    data = Path("out/behind-bars-laura-ru-story.jpg").read_bytes()
    assert b"Exif" not in data
    note = Path("out/behind-bars-laura-ru-story.yaml").read_text("utf-8")
    assert "Фотография за разогнутой решёткой. Лаура Вербень." in note
    assert "Vera Lind, used with permission" in note
    assert "shows" not in note


def test_a_photograph_of_somebody_who_did_not_agree_to_it(amplify: Amplify, sample: Path) -> None:
    Image.new("RGB", (900, 700)).save("mark.png")
    said = amplify(
        "banner",
        "bars",
        "mark.png",
        "--person",
        "mark",
        "--credit",
        "Desk",
        "-w",
        sample,
        "--campaign",
        "league-members",
    )
    assert said.code == 3
    assert "the consent of mark does not cover a portrait" in said.words


def test_instructions_are_printed_and_written(amplify: Amplify, sample: Path) -> None:
    said = amplify("banner", "bars", "--person", "laura", "--instructions", "--lang", "be", "-w", sample, "-o", "paper")
    assert "ЗРАБІЦЕ СВОЙ ЗДЫМАК" in said.out
    assert Path("paper/behind-bars-laura-be.txt").read_text("utf-8").strip() == said.out.strip()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("paint",), "`banner paint` is nothing we do"),
        (("render", "portrat"), "there is no template `portrat`; there are: call"),
        (("render", "--size", "huge"), "there is no size `huge`"),
        (("render", "--open"), "--open goes with `amplify banner bars`"),
        (("preview", "-o", "all.pdf"), "let --out end in .png"),
        (("bars",), "say for whom"),
        (("bars", "--person", "nobody"), "no person is called `nobody`; there are: mira"),
        (("bars", "gone.jpg", "--person", "laura", "--credit", "x"), "gone.jpg cannot be read"),
        (("bars", "--person", "laura", "--instead", "cat"), "--instead: silhouette, chair"),
        (("bars", "--person", "laura", "--count", "99"), "--count: input should be less"),
        (("bars", "--person", "laura", "--colour", "pinkish"), "no colour is called `pinkish`"),
    ],
)
def test_wrong_use_is_a_sentence(amplify: Amplify, sample: Path, words: tuple[str, ...], why: str) -> None:
    said = amplify("banner", *words, "-w", sample)
    assert said.code == 2
    assert why in said.words


class TestWhatWasMadeBefore:
    """A stop does not change what lies on disk: it tells, and a post with such a picture asks."""

    @pytest.fixture
    def rendered(self, amplify: Amplify, sample: Path) -> str:
        said = amplify(
            *("banner", "render", "portrait", "--person", "mira", "--lang", "be", "--size", "post", "-w", sample)
        )
        assert said.code == 0, said.words
        return "rendered/portrait-mira-be-post.png"

    def test_the_note_tells_of_whom_it_speaks(self, rendered: str, sample: Path) -> None:
        note = (sample / "media" / rendered).with_suffix(".yaml").read_text("utf-8")
        assert '"person:mira"' in next(line for line in note.splitlines() if line.startswith("speaks_of: "))

    def test_a_stop_and_doctor_list_pictures_and_pages(self, amplify: Amplify, sample: Path, rendered: str) -> None:
        page = sample / "out" / "week.html"
        assert amplify("preview", "-w", sample, "--out", page, "--from", "2027-05-17").code == 0
        found = json.loads(amplify("doctor", "-w", sample, "--json").out)
        assert "made before" not in json.dumps(found)
        told = json.loads(amplify("stop", "mira", "-w", sample, "--reason", "a rumour", "--json").out)
        assert told["pictures"] == [rendered]
        assert [one["file"] for one in told["other_pages"]] == [str(page)]
        assert told["other_pages"][0]["again"] == f"amplify preview --out {page}"
        said = amplify("stop", "mira", "-w", sample, "--reason", "a rumour").words
        assert f"media/{rendered}" in said
        assert "amplify banner render" in said
        assert f"amplify preview --out {page}" in said
        doctor = amplify("doctor", "-w", sample, "--json").out
        assert f"media/{rendered} is not to be passed on" in doctor
        assert f"{page} is not to be passed on" in doctor
        page.unlink()
        assert f"{page} is not" not in amplify("doctor", "-w", sample, "--json").out

    def test_doctor_asks_the_gate_too(self, amplify: Amplify, sample: Path, rendered: str) -> None:
        amplify("queue", "-w", sample)
        people = sample / "config" / "people.yaml"
        head, mira, rest = people.read_text("utf-8").partition("id: mira")
        people.write_text(head + mira + rest.replace("state: convicted", "state: release_reported", 1), "utf-8")
        doctor = amplify("doctor", "-w", sample, "--json").out
        assert f"media/{rendered} is not to be passed on: mira is release reported" in doctor


def test_what_a_picture_speaks_of_is_spoken_of_by_its_post() -> None:
    """Nothing of it need stand in the alt text: a banner with an old number, or the address of a closed call."""
    from workshop import MONDAY, Workshop

    from amplify.planning.plan import plan_deliveries
    from amplify.platforms import registry

    shop = Workshop().fact("count").action("petition").person("bella", aliases=["Bella"])
    spoken = ["fact:count", "action:petition", "person:bella"]
    file = "rendered/number-en-post.png"
    shop.picture(file, speaks_of=spoken).post("hello", "Look", media=[file])
    shop.queue("hello", "hello", at=MONDAY.isoformat(), platforms=["x"])
    plan = plan_deliveries(shop.workspace(), MONDAY, MONDAY + timedelta(days=1), registry.profiles())
    (planned, *_) = plan.deliveries
    assert {*spoken} <= {*planned.subjects}
