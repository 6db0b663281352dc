"""`amplify banner bars`: for whom, with which picture, and how it looks."""

from __future__ import annotations

import io
from typing import get_args

import numpy as np
import pytest
from PIL import Image
from workshop import Workshop

from amplify.banner_files.behind_bars import (
    INSTRUCTIONS,
    BarsEditions,
    BarsLook,
    Photograph,
    behind_bars,
    supporter_instructions,
)
from amplify.model.banner import SIZES, StandIn
from amplify.model.errors import NeedsPerson, WrongUse
from amplify.model.person import PersonState
from media.easel import care_of, opened, photograph

TAGS = [{"tag": "FreeAnna", "why": "Ours.", "lang": "en", "required": True}]
NO_PORTRAIT = {
    "given_by": "self",
    "channel": "letter",
    "scope": ["name"],
    "given": "2027-01-02",
    "review": "2029-01-01",
}


def shop() -> Workshop:
    return Workshop().person("anna", name="Anna Example").campaign("free_anna", hashtags=TAGS)


def _green() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (800, 800), (0, 160, 0)).save(out, "PNG")
    return out.getvalue()


def photo(own: bool = False, data: bytes | None = None) -> Photograph:
    return Photograph(data or photograph((640, 480)), "Vera Lind", "CC BY 4.0", own)


@pytest.mark.parametrize("state", [one for one in PersonState if not one.speaks])
@pytest.mark.parametrize("given", [None, photo(), photo(own=True)], ids=["nothing", "photograph", "own"])
def test_nothing_is_made_of_somebody_who_is_not_detained_or_convicted(
    state: PersonState, given: Photograph | None
) -> None:
    with pytest.raises(NeedsPerson, match="no picture is made: anna is"):
        behind_bars(care_of(shop().person("anna", state=state.value).workspace()), "anna", given)


def test_a_photograph_of_the_person_needs_consent_to_a_portrait() -> None:
    workspace = shop().person("anna", consent=NO_PORTRAIT).workspace()
    with pytest.raises(NeedsPerson, match="does not cover a portrait: leave the picture out"):
        behind_bars(care_of(workspace), "anna", photo())
    assert behind_bars(care_of(workspace), "anna")[0].shows == ()
    assert behind_bars(care_of(workspace), "anna", photo(own=True))[0].shows == ()


def test_with_consent_it_is_shown_and_the_note_says_so() -> None:
    made = behind_bars(care_of(shop().workspace()), "anna", photo())[0]
    assert made.shows == ("anna",)
    assert made.mime == "image/jpeg"
    assert made.credit == "Vera Lind, CC BY 4.0"
    assert made.alt == "A photograph behind prison bars. Anna Example. Day 137 behind bars. #FreeAnna."


@pytest.mark.parametrize("instead", get_args(StandIn))
@pytest.mark.parametrize("size", SIZES)
def test_everything_that_stands_in_is_painted_in_every_size_and_language(instead: StandIn, size: str) -> None:
    langs = ("en", "be", "ru") if size == "square" else ("be",)
    made = behind_bars(
        care_of(shop().workspace()), "anna", None, BarsLook(instead=instead), BarsEditions(langs, (size,))
    )
    assert len({one.alt for one in made}) == len(langs)
    assert opened(made[0].data).size == (SIZES[size].width, SIZES[size].height)


def test_stand_ins_are_different_pictures() -> None:
    looks = [BarsLook(instead=instead) for instead in get_args(StandIn)]
    hashes = {behind_bars(care_of(shop().workspace()), "anna", None, look)[0].sha256 for look in looks}
    assert len(hashes) == 4


def test_bars_are_counted_and_thick_and_coloured_as_asked() -> None:
    """Red bars on a photograph of even green: as many stretches of red in one row as bars were asked for."""
    look = BarsLook(count=5, width=4, colour="#ff0000")
    made = behind_bars(care_of(shop().workspace()), "anna", photo(own=True, data=_green()), look)[0]
    row = np.asarray(opened(made.data)).astype(int)[300]
    red = (row[:, 0] > 60) & (row[:, 0] > 2 * row[:, 1])
    begins = np.flatnonzero(np.diff(red.astype(int)) == 1)
    assert len(begins) == 5
    ends = np.flatnonzero(np.diff(red.astype(int)) == -1)
    assert np.median(ends - begins) == pytest.approx(1080 * 0.04, abs=6)


def test_open_bars_leave_the_middle_free() -> None:
    given = photo(own=True, data=_green())
    free = []
    for open_ in (False, True):
        look = BarsLook(count=8, colour="#ff0000", open=open_)
        made = behind_bars(care_of(shop().workspace()), "anna", given, look)[0]
        row = np.asarray(opened(made.data)).astype(int)[410]  # half-way down the photograph
        red = np.flatnonzero(row[:, 0] > 2 * row[:, 1])
        free.append(max(np.diff(red)))
    assert free[1] > 2 * free[0]
    assert "bent apart" in behind_bars(care_of(shop().workspace()), "anna", None, BarsLook(open=True))[0].alt


@pytest.mark.parametrize(
    ("look", "said"),
    [
        (BarsLook(count=1), "--count"),
        (BarsLook(width=50), "--width"),
        (BarsLook(opacity=120), "--opacity"),
        (BarsLook(colour="RED"), "--colour"),
    ],
)
def test_what_cannot_be_drawn_is_said_with_its_option(look: BarsLook, said: str) -> None:
    with pytest.raises(WrongUse, match=f"^{said}: "):
        behind_bars(care_of(shop().workspace()), "anna", None, look)


def test_a_broken_photograph_is_refused_in_words() -> None:
    with pytest.raises(WrongUse, match="square: this"):
        behind_bars(care_of(shop().workspace()), "anna", photo(own=True, data=b"GIF89a nothing"))


@pytest.mark.parametrize("lang", INSTRUCTIONS)
def test_instructions_fit_on_paper_and_name_tag_and_contact(lang: str) -> None:
    said = supporter_instructions(care_of(shop().workspace()), "anna", lang)
    assert "#FreeAnna" in said
    assert "--person anna" in said
    assert "desk@example.org" in said
    assert max(map(len, said.splitlines())) <= 80
    assert "{" not in said


def test_instructions_in_another_language_are_english() -> None:
    workspace = shop().workspace()
    assert supporter_instructions(care_of(workspace), "anna", "de") == supporter_instructions(
        care_of(workspace), "anna", "en"
    )
    assert supporter_instructions(care_of(workspace), "anna", "be-tarask") == supporter_instructions(
        care_of(workspace), "anna", "be"
    )
