"""What may not be said is not painted; what is painted lies beside its alt text, credit, licence and hash."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from workshop import Workshop

from amplify.banner import painted_cache
from amplify.banner_files.render import BannerChoice, RenderedBatch, render_banners
from amplify.banner_files.sidecar import write_with_sidecar
from amplify.model.errors import WrongUse
from amplify.model.picture import PictureMetadata
from amplify.model.workspace import Workspace
from amplify.workspace.validate import SourceNode, read_word
from amplify.workspace.yaml_reader import read_yaml
from media.easel import care_of, hung, opened, photograph, template, text

SQUARE = BannerChoice(sizes=("square",))
NAMED = template(text("{{ who.name }}", largest=12), people=["anna"])


def rendered(workspace: Workspace, wanted: BannerChoice = SQUARE, cache: Path | None = None) -> RenderedBatch:
    return render_banners(care_of(workspace), wanted, cache)


@pytest.mark.parametrize(
    "state",
    ["release_reported", "release_confirmed", "died", "transferred", "family_hold", "unknown"],
)
def test_nobody_whose_state_does_not_let_them_be_named_is_painted(state: str) -> None:
    batch = rendered(hung(Workshop().person("anna", state=state).workspace(), NAMED))
    assert batch.made == ()
    assert [one.why for one in batch.refused] == [f"anna is {state.replace('_', ' ')}"]


@pytest.mark.parametrize("said", ["Свабоду Ганне!", "#FreeAnna", "Hanna must be free"])
def test_a_name_counts_in_any_spelling(said: str) -> None:
    shop = Workshop().person("anna", state="died", aliases=["Ганн*", "Hanna", "FreeAnna"])
    batch = rendered(hung(shop.workspace(), template(text(said, largest=8))))
    assert [one.why for one in batch.refused] == ["anna is died"]
    assert rendered(hung(shop.person("anna", state="detained").workspace(), template(text(said, largest=8)))).made


def test_review_consent_language_and_facts_close_it_too() -> None:
    consent = {
        "given_by": "family",
        "channel": "letter",
        "scope": ["name"],
        "given": "2027-01-02",
        "review": "2029-01-01",
    }
    fact = template(text("{{ fact.count }}", largest=6))
    for shop, one, why in (
        (Workshop().person("anna", reviewed="2027-01-01", review_days=30), NAMED, "due for review"),
        (Workshop().person("anna", consent=consent | {"withdrawn": "2027-05-01"}), NAMED, "was withdrawn"),
        (Workshop().person("anna", consent=consent | {"languages": ["be"]}), NAMED, "does not cover texts in en"),
        (Workshop().fact("count", expires="2027-05-16"), fact, "has expired"),
        (Workshop().campaign("free_anna", status="paused"), NAMED, "is paused"),
    ):
        batch = rendered(hung(shop.workspace(), one))
        assert not batch.made
        assert why in batch.refused[0].why


def test_one_refusal_leaves_the_others() -> None:
    shop = Workshop().person("vera", name="Vera", state="died")
    batch = rendered(hung(shop.workspace(), template(text("{{ who }}", largest=9), people=["anna", "vera"])))
    assert [one.person for one in batch.made] == ["anna"]
    assert [one.name for one in batch.refused] == ["test-vera-en"]


def test_a_face_is_shown_with_consent_and_something_stands_in_without(tmp_path: Path) -> None:
    shop = Workshop(tmp_path).picture("anna.png", size=(300, 300))
    slot = template({"portrait": {"picture": "anna.png"}}, people=["anna"])
    made = rendered(hung(shop.workspace(), slot)).made[0]
    assert made.shows == ("anna",)
    assert "What anna.png shows" in made.alt
    consent = {
        "given_by": "self",
        "channel": "letter",
        "scope": ["name"],
        "given": "2027-01-02",
        "review": "2029-01-01",
    }
    other = rendered(hung(shop.person("anna", consent=consent).workspace(), slot)).made[0]
    assert other.shows == ()
    assert "anna.png" not in other.alt
    assert other.sha256 != made.sha256


def test_a_picture_of_somebody_without_consent_is_left_out(tmp_path: Path) -> None:
    consent = {
        "given_by": "self",
        "channel": "letter",
        "scope": ["name"],
        "given": "2027-01-02",
        "review": "2029-01-01",
    }
    shop = Workshop(tmp_path).person("anna", consent=consent).picture("crowd.png", shows=["anna"])
    made = rendered(hung(shop.workspace(), template({"picture": {"file": "crowd.png"}, "bleed": True}))).made[0]
    assert opened(made.data).getcolors() == [(1080 * 1080, (0x0F, 0x1B, 0x2D))]


def test_alt_text_is_made_of_the_scene_and_the_words_in_their_language() -> None:
    one = template(
        {"text": {"say": {"en": "Free {{ who }}", "be": "Свабоду: {{ who }}"}, "largest": 9}, "box": [0, 0, 100, 40]},
        {"hashtags": {}, "box": [0, 60, 100, 20]},
        people=["anna"],
        languages=["en", "be"],
        scene={"en": "Words on blue", "be": "Словы на сінім"},
    )
    tags = [
        {"tag": f"{name}Anna", "why": "Ours.", "lang": lang, "required": True}
        for name, lang in (("Free", "en"), ("За", "be"))
    ]
    shop = Workshop().person("anna", name={"en": "Anna", "be": "Ганна"}).campaign("free_anna", hashtags=tags)
    alts = {made.lang: made.alt for made in rendered(hung(shop.workspace(), one)).made}
    assert alts == {
        "en": "Words on blue. Free Anna. #FreeAnna.",
        "be": "Словы на сінім. Свабоду: Ганна. #ЗаAnna.",
    }


def test_a_number_and_its_word_are_read_as_one_and_a_drawn_quotation_mark_is_not() -> None:
    says = ("“", "over", "41", "people, as of today", "#FreeAnna", "Write!", "again")
    boxes = [{"text": {"say": {"en": said}, "largest": 4}, "box": [0, 13 * n, 100, 12]} for n, said in enumerate(says)]
    (made,) = rendered(hung(Workshop().workspace(), template(*boxes)), BannerChoice(sizes=("post",))).made
    assert made.alt == "A field. Over 41 people, as of today. #FreeAnna. Write! again."
    assert made.caption == "\n".join(says)


def test_what_lies_beside_a_banner_is_a_note_that_the_workspace_reads(tmp_path: Path) -> None:
    workspace = hung(Workshop().workspace(), NAMED)
    made = rendered(workspace).made[0]
    path = write_with_sidecar(made, tmp_path, care_of(workspace))
    document, problems = read_yaml(path.with_suffix(".yaml").read_text("utf-8"), "note.yaml")
    assert document is not None, problems
    note, wrong = read_word(PictureMetadata, SourceNode(document))
    assert note is not None, wrong
    assert note.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert dict(note.alt) == {"en": made.alt}
    assert dict(note.caption) == {"en": "Anna"}
    assert (note.credit, note.licence) == ("Desk", "CC0-1.0")
    recipe = note.recipe
    assert recipe is not None
    assert (recipe.template, recipe.person, recipe.lang, recipe.size) == ("test", "anna", "en", made.size)
    assert recipe.day.isoformat() == "2027-05-17"
    assert [(one.say, one.said) for one in recipe.words] == [("{{ who.name }}", "Anna")]


def test_the_bytes_hold_pixels_and_nothing_else() -> None:
    from amplify.rules.file_formats.leftover_metadata import kind_of, leftover_metadata

    shop = Workshop()
    made = rendered(hung(shop.workspace(), NAMED)).made[0]
    assert kind_of(made.data) == "image/png"
    assert not leftover_metadata(made.data)


def test_every_size_keeps_to_its_pixels_and_bytes(tmp_path: Path) -> None:
    (tmp_path / "media").mkdir()
    data = photograph((1500, 1400))
    (tmp_path / "media" / "noise.jpg").write_bytes(data)
    shop = Workshop(tmp_path).picture("noise.jpg")
    (tmp_path / "media" / "noise.jpg").write_bytes(data)
    workspace = shop.workspace()
    picture = replace(workspace.pictures["noise.jpg"], sha256=hashlib.sha256(data).hexdigest())
    workspace = replace(workspace, pictures={"noise.jpg": picture})
    from amplify.model.banner import SIZES

    batch = rendered(hung(workspace, template({"picture": {"file": "noise.jpg"}, "bleed": True})), BannerChoice())
    assert [made.size for made in batch.made] == list(SIZES)
    for made in batch.made:
        size = SIZES[made.size]
        assert made.mime == "image/jpeg"
        assert opened(made.data).size == (size.width, size.height)
        assert len(made.data) <= size.most_bytes


def test_a_banner_is_painted_once_and_again_when_something_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    painted: list[str] = []
    real = painted_cache.paint_banner
    monkeypatch.setattr(
        painted_cache, "paint_banner", lambda worded, *rest: painted.append(worded.name) or real(worded, *rest)
    )
    shop = Workshop()
    first = rendered(hung(shop.workspace(), NAMED), cache=tmp_path).made[0]
    again = rendered(hung(shop.workspace(), NAMED), cache=tmp_path).made[0]
    assert painted == ["test-anna-en"]
    assert again.data == first.data
    rendered(hung(shop.person("anna", name="Hanna").workspace(), NAMED), cache=tmp_path)
    rendered(hung(shop.workspace(), NAMED.model_copy(update={"theme": "paper"})), cache=tmp_path)
    assert len(painted) == 3


def test_what_is_not_there_is_said() -> None:
    workspace = hung(Workshop().workspace(), NAMED)
    for wanted, why in (
        (BannerChoice(templates=("tset",)), "no template `tset`; there are: test"),
        (BannerChoice(people=("ann",)), "no person `ann`"),
        (BannerChoice(sizes=("huge",)), "no size `huge`; there are: card, post"),
        (BannerChoice(langs=("de",)), "no template is in `de`; there are: en"),
    ):
        with pytest.raises(WrongUse, match=why):
            rendered(workspace, wanted)


def test_a_picture_that_is_a_bomb_or_broken_is_refused_in_words(tmp_path: Path) -> None:
    shop = Workshop(tmp_path).picture("cut.jpg")
    data = photograph()[:4000]
    (tmp_path / "media" / "cut.jpg").write_bytes(data)
    workspace = shop.workspace()
    picture = replace(workspace.pictures["cut.jpg"], sha256=hashlib.sha256(data).hexdigest())
    workspace = replace(workspace, pictures={"cut.jpg": picture})
    batch = rendered(hung(workspace, template({"picture": {"file": "cut.jpg"}, "bleed": True})))
    assert not batch.made
    assert batch.refused[0].why.startswith("cut.jpg: ")
