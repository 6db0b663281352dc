"""The three templates that a new workspace brings: in every size and language, with the right word for the number."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from pathlib import Path

import pytest

from amplify.banner.text_blocks import text_blocks
from amplify.banner.text_fit import fit_text
from amplify.banner_files.render import BannerChoice, render_banners
from amplify.model.banner import SIZES
from amplify.model.workspace import Workspace
from amplify.planning.eligibility import EligibilityChecker
from amplify.rules.plan.banner_text import fill_template
from amplify.workspace.load import load_workspace
from amplify.workspace.scaffold import scaffold_workspace

TODAY = date(2027, 3, 1)
LANGS = ("en", "be", "ru")


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("starter") / "ours"
    scaffold_workspace(folder, TODAY)
    loaded = load_workspace(folder, frozenset({"x", "bluesky", "mastodon"}))
    assert loaded.workspace is not None
    assert loaded.problems == ()
    return loaded.workspace


def _day(days: int, workspace: Workspace) -> datetime:
    """Noon of the day on which Vera has been behind bars for so many days."""
    start = workspace.people["vera"].detentions[-1].start
    return datetime(start.year, start.month, start.day, 12, tzinfo=UTC) + timedelta(days=days - 1)


def test_a_counter_a_quote_and_a_portrait(starter: Workspace) -> None:
    assert list(starter.banners) == ["days", "portrait", "quote"]
    for template in starter.banners.values():
        assert set(starter.campaigns[template.campaign].languages) == set(LANGS)
        for layer in template.layers:
            if layer.text is not None:
                assert set(layer.text.say) == set(LANGS), "a language is missing, and another would stand in for it"
        assert set(template.scene) == set(LANGS)


@pytest.mark.parametrize("days", [1, 1_111])
def test_each_can_be_rendered_in_every_size_and_language(starter: Workspace, days: int) -> None:
    """Every text fits, can be read at 4.5:1, and has its letters: what does not is refused."""
    now, vera = _day(days, starter), starter.people["vera"]
    today = now.date()
    consent = vera.consent.model_copy(update={"given": today, "review": today + timedelta(days=9)})
    vera = vera.model_copy(update={"reviewed": today, "consent": consent})
    workspace = replace(starter, people={"vera": vera})
    batch = render_banners(EligibilityChecker(workspace, now, None), BannerChoice())
    assert [f"{one.name}: {one.why}" for one in batch.refused] == []
    assert len(batch.made) == 3 * len(LANGS) * len(SIZES)
    alts = {(made.template, made.lang): made.alt for made in batch.made}
    assert len(set(alts.values())) == len(alts)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("lang", LANGS)
def test_no_number_of_days_stands_in_the_way_of_its_words(starter: Workspace, lang: str, size: str) -> None:
    """A counter goes on for years: whatever it shows, narrow digits or wide, with a comma or a blank, there is room."""
    for days in (1, 8, 11, 88, 111, 365, 888, 999, 1_000, 1_111, 1_177, 2_000, 4_444, 8_888, 9_999, 10_000):
        worded = fill_template(starter, starter.banners["days"], lang, "vera", _day(days, starter))
        inks = [fit_text(one.text, one.box, one.style).ink for one in text_blocks(worded, SIZES[size])]
        for one, other in combinations(inks, 2):
            assert not one.meets(other), days
        assert all(ink == ink.within(SIZES[size].width, SIZES[size].height) for ink in inks), days


def test_a_long_name_fits_too(starter: Workspace) -> None:
    long = {"en": "Aliaksandra Shchaslivaya-Navahrudskaya", "be": "Аляксандра Шчаслівая-Навагрудская",
            "ru": "Александра Счастливая-Новогрудская"}  # fmt: skip
    vera = starter.people["vera"].model_copy(update={"name": long})
    workspace = replace(starter, people={"vera": vera})
    now = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC)
    wanted = BannerChoice(langs=("en",), sizes=("post", "square", "story", "header"))
    batch = render_banners(EligibilityChecker(workspace, now, None), wanted)
    assert [f"{one.name}: {one.why}" for one in batch.refused] == []


@pytest.mark.parametrize(
    ("days", "lang", "said"),
    [(1, "en", "1\nday behind bars"), (2, "en", "2\ndays behind bars"),
     (1, "be", "1\nдзень за кратамі"), (2, "be", "2\nдні за кратамі"), (5, "be", "5\nдзён за кратамі"),
     (11, "be", "11\nдзён за кратамі"), (21, "be", "21\nдзень за кратамі"), (1_000, "be", "1\xa0000\nдзён за кратамі"),
     (101, "ru", "101\nдень за решёткой"), (364, "ru", "364\nдня за решёткой"), (365, "ru", "365\nдней за решёткой")],
)  # fmt: skip
def test_the_number_decides_the_word(starter: Workspace, days: int, lang: str, said: str) -> None:
    worded = fill_template(starter, starter.banners["days"], lang, "vera", _day(days, starter))
    assert worded.caption.startswith(said + "\n")
    assert f"{said.replace(chr(10), ' ')}. " in worded.alt


def test_nothing_of_another_language_is_said(starter: Workspace) -> None:
    """Belarusian and Russian are told apart by letters that the other lacks; English by its own."""
    for template in starter.banners.values():
        for lang, foreign in (("en", "абвгдеіў"), ("be", "ищъ"), ("ru", "іўabcde")):
            worded = fill_template(starter, template, lang, "vera", _day(400, starter))
            words = " ".join(word for word in f"{worded.alt} {worded.caption}".lower().split() if "#" not in word)
            assert not set(foreign) & set(words), (template.id, lang, words)


def test_the_templates_teach(tmp_path: Path) -> None:
    """Each file says what it is for, and how it is used."""
    scaffold_workspace(tmp_path / "ours", TODAY)
    for path in (tmp_path / "ours/media/banners").iterdir():
        head = path.read_text("utf-8").split("\nid:")[0]
        assert head.startswith("# yaml-language-server: $schema=../../config/schema/banner.json\n")
        assert len(head.splitlines()) >= 4
