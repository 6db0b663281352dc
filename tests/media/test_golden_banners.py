"""The templates that ship, against how they looked when somebody last looked at them.

`GOLDEN=write pytest tests/media/test_golden_banners.py` writes them anew; look at each before it is committed.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image, ImageEnhance

from amplify.banner.paint import paint_banner
from amplify.banner_files.render import BannerChoice, render_banners
from amplify.model.banner import SIZES
from amplify.model.workspace import Workspace
from amplify.platforms import registry
from amplify.rules.plan.banner_text import fill_template
from amplify.workspace.load import load_workspace
from media.easel import NOW, SAMPLE, care_of
from media.likeness import Distance, distance

GOLDEN = Path(__file__).parent / "golden"
LANGS = {"post": "en", "square": "be", "story": "ru", "header": "en"}
TEMPLATES = ("portrait", "quote", "number", "days", "call")
SAME = Distance(mean=0.6, worst=4.0)


@pytest.fixture(scope="module")
def sample() -> Workspace:
    loaded = load_workspace(SAMPLE, frozenset(registry.names()))
    assert loaded.workspace is not None, [str(problem) for problem in loaded.problems]
    return loaded.workspace


def _painted(sample: Workspace, template: str, size: str) -> Image.Image:
    one = sample.banners[template]
    person = "mira" if one.people else None
    return paint_banner(fill_template(sample, one, LANGS[size], person, NOW), SIZES[size], lambda file: b"")


@pytest.mark.parametrize("size", LANGS)
@pytest.mark.parametrize("template", TEMPLATES)
def test_it_looks_as_it_did_when_somebody_looked_at_it(sample: Workspace, template: str, size: str) -> None:
    now, path = _painted(sample, template, size), GOLDEN / f"{template}-{size}.png"
    if os.environ.get("GOLDEN") == "write":
        now.resize((now.width // 5, now.height // 5), Image.Resampling.BOX).save(path, optimize=True)
    found = distance(now, Image.open(path))
    assert found.mean <= SAME.mean, f"{path.name} is {found} away: look at it"
    assert found.worst <= SAME.worst, f"{path.name} is {found} away: look at it"


def test_the_measure_sees_what_a_person_would_see(sample: Workspace) -> None:
    """The canary: a moved word, a paler colour and other bars are told apart, other bytes of the same are not."""
    first = _painted(sample, "quote", "post")
    moved = first.copy()
    moved.paste(first.crop((0, 0, 1200, 645)), (0, 30))
    assert distance(first, moved).worst > SAME.worst
    assert distance(first, ImageEnhance.Color(first).enhance(0.5)).mean > SAME.mean
    assert distance(first, _painted(sample, "quote", "post")) == Distance(0, 0)
    smaller = first.resize((600, 338), Image.Resampling.BOX)
    assert distance(first, smaller).worst < SAME.worst


def test_all_templates_that_ship_can_be_rendered_in_all_languages_and_sizes(sample: Workspace) -> None:
    """Nothing is refused: every text fits, can be read, and has its letters."""
    batch = render_banners(care_of(sample), BannerChoice(sizes=("card", "portrait")))
    assert set(TEMPLATES) <= set(sample.banners)
    assert [f"{one.name}: {one.why}" for one in batch.refused] == []
    assert {made.lang for made in batch.made} == {"en", "be", "ru"}
    alts = [(made.alt, made.size) for made in batch.made]
    assert len(set(alts)) == len(alts), "two banners have the same alt text"
