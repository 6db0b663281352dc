"""Pictures with words: in another language than the text beside them, and banners rendered by hand that grew old."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from workshop import MONDAY, PROFILES, Workshop, at, word

from amplify.model.banner import Template
from amplify.model.picture import SidecarRecipe
from amplify.model.plan import LintFinding
from amplify.model.problem import Severity
from amplify.model.workspace import Workspace
from amplify.planning.plan import plan_deliveries
from amplify.rules.plan.banner_text import fill_template
from amplify.rules.plan.rendered_recipe import sidecar_recipe

NINE = "2027-05-17T09:00:00Z"
FILE = "rendered/counter.png"


def counter(**fields: Any) -> Template:
    texts = {"en": "Day {{ who.days_detained }}", "be": "Дзень {{ who.days_detained }}"}
    return word(Template, **({
        "id": "counter", "campaign": "free_anna", "about": "Days.", "people": ["anna"], "scene": {"en": "A wall."},
        "credit": "Desk", "licence": "CC0-1.0", "layers": [{"text": {"say": texts}}, {"hashtags": {}}],
    } | fields))  # fmt: skip


def number(said: dict[str, str]) -> Template:
    return word(
        Template, id="counter", campaign="free_anna", about="A number.", scene={"en": "A wall."}, credit="Desk",
        licence="CC0-1.0",
        layers=[{"text": {"say": said}}, {"shape": {"form": "dots", "count": "{{ fact.count.value }}"}}],
    )  # fmt: skip


def shop(text: str = "Hello.", **note: Any) -> Workshop:
    tags = [{"tag": "FreeAnna", "why": "Ours.", "required": True}]
    made = Workshop().campaign("free_anna", hashtags=tags).fact("count", value=41)
    made.picture(FILE, alt={"en": "A wall", "be": "Сцяна", "ru": "Стена"}, **note)
    made.post("hello", text, media=[FILE])
    return made.queue("monday", "hello", at=NINE, platforms=["x"])


def rendered(
    made: Workshop, template: Template, at: datetime = MONDAY, lang: str = "en", ours: bool = True
) -> Callable[[Workshop, Template | None], tuple[LintFinding, ...]]:
    """Render the template by hand, and give what plans later: findings of BANNER-STALE."""
    before = replace(made.workspace(), banners={template.id: template})
    person = "anna" if template.people else None
    worded = fill_template(before, template, lang, person, at)
    recipe = sidecar_recipe(worded, "post", at, before, ours)

    def later(now: Workshop, template: Template | None = template) -> tuple[LintFinding, ...]:
        return stale(with_recipe(now.workspace(), recipe, template))

    return later


def with_recipe(workspace: Workspace, recipe: SidecarRecipe, template: Template | None) -> Workspace:
    picture = workspace.pictures[FILE]
    note = picture.note.model_copy(update={"recipe": recipe})
    banners = {template.id: template} if template is not None else {}
    return replace(workspace, banners=banners, pictures={FILE: replace(picture, note=note)})


def stale(workspace: Workspace, days: float = 400) -> tuple[LintFinding, ...]:
    found = plan_deliveries(workspace, MONDAY, MONDAY + timedelta(days=days), PROFILES).findings
    return tuple(one for one in found if one.problem.code == "BANNER-STALE")


def test_a_counter_on_its_day_is_true_and_a_year_later_it_is_not() -> None:
    made = shop()
    later = rendered(made, counter())
    assert later(made, counter()) == ()
    found = later(made.queue("monday", at="2028-05-17T09:00:00Z"), counter())
    assert len(found) == 1
    problem = found[0].problem
    assert (str(problem.place), problem.severity) == ("posts/hello.md:1:1", Severity.ERROR)
    assert "rendered on 2027-05-17" in problem.message
    assert "on 2028-05-17 it says “Day 137” and should say “Day 503”" in problem.message
    assert "`media: [{banner: counter}]`" in problem.message


def test_the_day_is_that_of_each_account_s_readers() -> None:
    """At 23:00 UTC it is tomorrow in Tbilisi: there the number is another one."""
    made = shop("Hello.\n\n## variant second\nHi.").queue("monday", at="2027-05-17T23:00:00Z")
    made.partner("lantern", zone="Asia/Tbilisi")
    found = rendered(made, counter())(made, counter())
    assert [one.accounts for one in found] == [("lantern/x",)]
    assert "on 2027-05-18 it says “Day 137” and should say “Day 138”" in found[0].problem.message


EDITS: list[tuple[str, Callable[[Workshop], Workshop], str]] = [
    ("another arrest", lambda one: one.person("anna", detentions=[{"start": "2026-12-31"}]), "“Day 138”"),
    ("a name of the campaign", lambda one: one.campaign("free_anna", hashtags=[
        {"tag": "AnnaFree", "why": "New.", "required": True}]), "“#FreeAnna” and should say “#AnnaFree”"),
    ("no hashtag any more", lambda one: one.campaign("free_anna", hashtags=[]), "“#FreeAnna” and should not"),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "said"), [one[1:] for one in EDITS], ids=[one[0] for one in EDITS])
def test_whatever_it_says_is_compared(edit: Callable[[Workshop], Workshop], said: str) -> None:
    made = shop()
    found = rendered(made, counter())(edit(made.copy()), counter())
    assert len(found) == 1
    assert said in found[0].problem.message


def test_a_new_fact_makes_a_number_old() -> None:
    made = shop()
    later = rendered(made, number({"en": "{{ fact.count.value }} people"}))
    template = number({"en": "{{ fact.count.value }} people"})
    assert later(made, template) == ()
    assert later(made.copy().fact("count", source="https://example.org/other"), template) == ()
    found = later(made.copy().fact("count", value=42), template)
    assert "it says “41 people” and should say “42 people”" in found[0].problem.message


TEMPLATES: list[tuple[str, Template | None, str]] = [
    ("other words", counter(layers=[{"text": {"say": {"en": "{{ who.days_detained }} days"}}}, {"hashtags": {}}]),
        "it says “Day 137” and should say “137 days”"),
    ("more words", counter(layers=[{"text": {"say": {"en": "Day {{ who.days_detained }}"}}}, {"hashtags": {}},
        {"text": {"say": {"en": "Write to her"}}}]), "it should say “Write to her”, too"),
    ("other colours", counter(theme="paper"), "the template `counter`, or a picture in it, has changed"),
    ("another language only", counter(layers=[{"text": {"say": {"be": "Дзень"}}}]), "no words in `en`"),
    ("gone", None, "there is no banner template `counter` any more"),
    ("not for her", counter(people=["boris"]), "is not made for anna any more"),
]  # fmt: skip


@pytest.mark.parametrize(("template", "said"), [one[1:] for one in TEMPLATES], ids=[one[0] for one in TEMPLATES])
def test_another_template_would_paint_another_picture(template: Template | None, said: str) -> None:
    made = shop().person("boris")
    found = rendered(made, counter())(made, template)
    assert len(found) == 1
    assert said in found[0].problem.message


def test_what_no_picture_shows_may_change() -> None:
    made = shop()
    later = rendered(made, counter())
    assert later(made, counter(about="Other words for colleagues.", sizes=["post"])) == ()
    more = counter(layers=[{"text": {"say": {"en": "Day {{ who.days_detained }}", "be": "Іншае"}}}, {"hashtags": {}}])
    assert later(made, more) == (), "words in another language are not painted here"


def test_a_picture_of_banner_bars_is_compared_by_the_texts_in_its_note() -> None:
    made = shop()
    later = rendered(made, counter(id="behind-bars"), ours=False)
    assert later(made, None) == ()
    found = later(made.queue("monday", at="2027-05-18T09:00:00Z"), None)
    assert "it says “Day 137” and should say “Day 138”" in found[0].problem.message
    assert "`recipe:` out of the picture's note" in found[0].problem.message


def test_a_person_who_is_gone_from_the_files_has_no_picture() -> None:
    made = shop()
    later = rendered(made, counter())
    gone = made.copy().person("boris").without("people", "anna").campaign("free_anna", people=["boris"])
    assert (
        "it is for anna, and nobody has that id any more" in later(gone, counter(people=["boris"]))[0].problem.message
    )


def test_a_picture_without_a_recipe_stays_as_it_is() -> None:
    made = shop().queue("monday", at="2028-05-17T09:00:00Z")
    assert stale(made.workspace()) == ()


def test_the_picture_of_a_link_card_is_seen_by_readers_too() -> None:
    made = shop().action("petition", picture=FILE)
    later = rendered(made, counter())
    made.post("hello", media=[], cta="petition").queue("monday", at="2028-05-17T09:00:00Z", platforms=["bluesky"])
    assert len(later(made, counter())) == 1


# Languages


def languages(made: Workshop) -> list[tuple[str, str, tuple[str, ...]]]:
    return [
        (str(one.problem.place), one.problem.message, one.accounts)
        for one in made.plan().findings
        if one.problem.code == "BANNER-LANG"
    ]


def test_words_in_another_language_are_told_for_each_variant_and_account() -> None:
    text = "Hello.\n\n## variant be in be\nДобры дзень.\n\n## variant ru in ru\nДобрый день."
    made = shop(text, caption={"en": "Day 137"}).queue("monday", platforms=["x", "mastodon"])
    made.partner("lantern", languages=["be"]).partner("league", languages=["ru"])
    found = languages(made)
    assert [(place, accounts) for place, _, accounts in found] == [
        ("posts/hello.md:13:1", ("lantern/mastodon", "lantern/x")),
        ("posts/hello.md:16:1", ("league/mastodon", "league/x")),
    ]
    assert "the words in rendered/counter.png are in `en`, and this text is in `be`" in found[0][1]
    assert "`media: {be: […]}`" in found[0][1]


@pytest.mark.parametrize(
    ("spoken", "written", "told"),
    [("be", ["be"], False), ("be-tarask", ["be"], False), ("be", ["be-Latn"], False), ("be", ["en", "be"], False),
     ("be", ["ru"], True), ("be", ["en", "ru"], True), ("en", [], False), ("en", ["be"], True)],
)  # fmt: skip
def test_spellings_of_one_language_are_one_and_several_may_stand_in_a_picture(
    spoken: str, written: list[str], told: bool
) -> None:
    made = shop(caption=dict.fromkeys(written, "Words")).post("hello", lang=spoken)
    made.partner("press_union", languages=[spoken]).campaign("free_anna", languages=["en", "be", "be-tarask", "ru"])
    made.picture(FILE, alt={"en": "A", "be": "Б", "be-tarask": "В"}, caption=dict.fromkeys(written, "Words"))
    assert bool(languages(made)) is told


def test_a_banner_tells_its_language_and_how_to_have_it_in_each() -> None:
    made = shop("Hello.\n\n## variant be in be\nДобры дзень.").partner("press_union", languages=["be"])
    template = counter()
    before = replace(made.workspace(), banners={"counter": template})
    recipe = sidecar_recipe(fill_template(before, template, "en", "anna", at(NINE)), "square", at(NINE), before, True)
    found = plan_deliveries(
        with_recipe(before, recipe, template), MONDAY, MONDAY + timedelta(days=7), PROFILES
    ).findings
    told = [one.problem for one in found if one.problem.code == "BANNER-LANG"]
    assert [one.severity for one in told] == [Severity.WARNING]
    assert "`media: [{banner: counter, size: square}]` speaks the language of each text" in told[0].message
