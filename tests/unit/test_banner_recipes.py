"""What a banner of a post will show, known before anything is painted: numbers, languages, people, sizes, hashes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from workshop import MONDAY, PLATFORMS, PROFILES, Workshop, at, codes

from amplify.model.message import Attachment, message_from_json
from amplify.model.plan import Planned
from amplify.rules.plan.banner_recipe import drawing_hash, drawing_of, recipe_of, worded_from
from amplify.rules.plan.banner_text import fill_template
from amplify.rules.plan.compose import ComposeFault, compose_message
from amplify.rules.plan.message_diff import diff_messages
from amplify.rules.plan.template_context import RenderContext

ZONES = (
    *("Pacific/Kiritimati", "Asia/Kolkata", "Europe/Vilnius", "Europe/London"),
    *("America/St_Johns", "Pacific/Pago_Pago"),
)
DAYS = {"en": "Day {{ who.days_detained }}", "be": "Дзень {{ who.days_detained }}"}


def banner(delivery: Planned) -> Attachment:
    (picture,) = delivery.message.parts[0].pictures
    assert picture.banner is not None
    return picture


def days(*, say: Any = DAYS, **front: Any) -> Workshop:
    shop = Workshop().banner("days", say)
    return shop.post("count", "Another day.", **{"people": ["anna"], "media": [{"banner": "days"}], **front})


def by_hand(detentions: list[tuple[str, str | None]], day: date) -> int:
    """Days behind bars, one day after another."""
    spans = [(date.fromisoformat(one), date.fromisoformat(other) if other else date.max) for one, other in detentions]
    return sum(
        sum(start <= first <= end for start, end in spans)
        for first in (date(2026, 1, 1) + timedelta(days=n) for n in range((day - date(2026, 1, 1)).days + 1))
    )


def test_a_year_of_a_daily_counter_in_six_zones_with_a_second_arrest() -> None:
    detentions = [("2026-11-20", "2027-02-03"), ("2027-06-30", "2027-09-01"), ("2027-09-20", None)]
    shop = days().person("anna", detentions=[{"start": one} | ({"end": end} if end else {}) for one, end in detentions])
    workspace = shop.workspace()
    post = workspace.posts["count"]
    hashes: dict[int, set[str]] = {}
    for day in (date(2027, 1, 1) + timedelta(days=n) for n in range(365)):
        number = by_hand(detentions, day)
        for zone in ZONES:
            for clock in (time(0, 0), time(12, 30), time(23, 59)):
                due = datetime.combine(day, clock, ZoneInfo(zone)).astimezone(UTC)
                setting = RenderContext(workspace, PROFILES, post, "x", "en", due, zone)
                said = compose_message(setting, post.variants[0], "press_union", PROFILES["x"])
                (picture,) = said.message.parts[0].pictures
                assert picture.caption == f"Day {number}", (day, zone, clock)
                assert picture.alt == f"A dark ground. Day {number}."
                hashes.setdefault(number, set()).add(picture.sha256)
    assert all(len(found) == 1 for found in hashes.values()), "one number, one picture"
    assert len({one for found in hashes.values() for one in found}) == len(hashes)


def test_each_platform_has_its_own_size_and_a_post_may_want_another() -> None:
    shop = days()
    sizes = {name: shop.composed("count", name).message.parts[0].pictures[0] for name in PLATFORMS}
    assert {name: one.banner.size for name, one in sizes.items() if one.banner} == {
        name: PROFILES[name].banner_size for name in PLATFORMS
    }
    assert sizes["x"] == sizes["mastodon"]
    shop.post("count", media=[{"banner": "days", "size": "story"}])
    (picture,) = shop.composed("count", "x").message.parts[0].pictures
    assert (picture.width, picture.height) == (1080, 1920)


def test_a_template_without_bluesky_is_shown_there_as_a_post() -> None:
    shop = Workshop().banner("days", sizes=["post", "story"]).post("count", "Hello.", media=[{"banner": "days"}])
    (picture,) = shop.composed("count", "bluesky").message.parts[0].pictures
    assert picture.banner is not None
    assert picture.banner.size == "post"
    shop.banner("days", sizes=["story"])
    with pytest.raises(ComposeFault, match="not made in the size `bluesky`") as caught:
        shop.composed("count", "bluesky")
    assert caught.value.code == "BANNER-SIZE"


def test_words_and_alt_text_are_in_the_language_of_the_variant_only() -> None:
    shop = Workshop().banner("days", DAYS, scene={"en": "A dark ground.", "be": "Цёмны фон."})
    shop.post("count", "Another day.\n\n## variant two in be\n\nЯшчэ дзень.", media=[{"banner": "days"}])
    for variant, alt in (("default", "A dark ground. Day 137."), ("two", "Цёмны фон. Дзень 137.")):
        (picture,) = shop.composed("count", variant=variant).message.parts[0].pictures
        assert picture.alt == alt


def test_pictures_by_language_and_by_variant() -> None:
    shop = Workshop().banner("days", DAYS).picture("en.png").picture("own.png", alt={"en": "Own", "be": "Сваё"})
    text = "\n\n".join(
        ("One.", "## variant two in be", "Два.", "## variant three in be\n---\nmedia: [own.png]\n---\nТры.")
    )
    shop.post("count", text, media={"en": ["en.png"], "be": [{"banner": "days"}]})
    shown = {
        name: [one.file for one in shop.composed("count", variant=name).message.parts[0].pictures]
        for name in ("default", "two", "three")
    }
    assert shown == {"default": ["en.png"], "two": ["banners/days-anna-be-post"], "three": ["own.png"]}


def test_an_empty_list_of_a_variant_shows_nothing() -> None:
    text = "One.\n\n## variant two\n\n---\nmedia: []\n---\n\nTwo."
    shop = days().post("count", text)
    assert shop.composed("count", variant="two").message.parts[0].pictures == ()
    assert shop.said("count", variant="two") == "Two."
    assert len(shop.composed("count").message.parts[0].pictures) == 1


def test_facts_people_and_calls_of_a_banner_are_subjects_of_the_post() -> None:
    shop = (
        Workshop().fact("held").action("petition").person("boris").person("vera").picture("cell.png", shows=["boris"])
    )
    shop.banner(
        "all",
        "{{ who.name }}, {{ fact.held.value }}, {{ cta.petition }}",
        people=["vera"],
        layers=[
            {"picture": {"file": "cell.png"}},
            {"text": {"say": {"en": "{{ who.name }}, {{ fact.held.value }}, {{ cta.petition }}"}}},
        ],
    )
    shop.post("count", "Hello.", media=[{"banner": "all"}])
    subjects = shop.composed("count").subjects
    assert {"person:vera", "person:boris", "fact:held", "action:petition", "consent:boris/portrait"} <= {*subjects}
    assert "consent:vera/portrait" not in subjects


def test_a_number_that_runs_out_before_the_post_is_a_problem_of_the_post() -> None:
    shop = Workshop().fact("held", expires="2027-05-20").banner("number", "{{ fact.held.value }} held")
    shop.post("count", "Hello.", media=[{"banner": "number"}])
    shop.queue("good", "count", at="2027-05-20T12:00:00Z", platforms=["x"])
    assert "FACT-STALE" not in codes(shop.plan().findings)
    shop.queue("good", "count", at="2027-05-21T12:00:00Z", platforms=["x"])
    assert "FACT-STALE" in codes(shop.plan().findings)


def test_a_banner_of_the_day_never_goes_out_on_the_next_one() -> None:
    shop = days().queue("late", "count", at="2027-05-17T23:00:00Z", platforms=["x"])
    assert shop.planned("count").late == at("2027-05-18 00:00")
    shop.banner("days", "Free her", people=["anna"])
    assert shop.planned("count").late > at("2027-05-18 00:00")


FAULTS: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("REF-BANNER", {}, {"media": [{"banner": "dais"}]}, "unknown banner template `dais`"),
    ("BANNER-PERSON", {"people": ["anna", "boris"]}, {"people": []}, "say for whom"),
    ("BANNER-PERSON", {}, {"media": [{"banner": "days", "person": "boris"}]}, "not made for boris"),
    ("BANNER-PERSON", {"say": "Now", "people": None}, {"media": [{"banner": "days", "person": "anna"}]}, "nobody"),
    ("BANNER-TEXT", {}, {"lang": "be"}, "has no words in `be`"),
    ("BANNER-TEXT", {"languages": ["be"], "scene": {"en": "A.", "be": "Б."}}, {}, "not made in `en`"),
    ("BANNER-TEXT", {"scene": {"be": "Цёмны фон."}}, {}, "has no words in `en`"),
    ("BANNER-TEXT", {"say": "{{ occasion.theme }}"}, {}, "names no occasion"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "template", "front", "words"), FAULTS)
def test_what_cannot_be_shown_is_a_problem_where_the_post_asks_for_it(
    code: str, template: dict[str, Any], front: dict[str, Any], words: str
) -> None:
    shop = Workshop().person("boris")
    shop.banner("days", **template)
    shop.post("count", "Hello.", **{"media": [{"banner": "days"}], **front})
    with pytest.raises(ComposeFault, match=words) as caught:
        shop.composed("count")
    assert caught.value.code == code


def test_a_face_without_consent_is_a_problem_and_never_a_silhouette_in_secret() -> None:
    agreed = {
        "given_by": "family",
        "channel": "letter",
        "scope": ["name"],
        "given": "2027-01-02",
        "review": "2029-01-01",
    }
    shop = Workshop().person("anna", consent=agreed | {"scope": ["name"]}).picture("anna.png")
    layers = [{"portrait": {"picture": "anna.png"}}, {"text": {"say": {"en": "{{ who.name }}"}}}]
    shop.banner("face", people=["anna"], layers=layers, scene={"en": "A face."})
    shop.post("count", "Hello.", media=[{"banner": "face"}])
    with pytest.raises(ComposeFault, match="consent of anna does not cover a portrait") as caught:
        shop.composed("count")
    assert caught.value.code == "BANNER-CONSENT"
    shop.person("anna", consent=agreed | {"scope": ["name", "portrait"]})
    assert "consent:anna/portrait" in shop.composed("count").subjects


def test_another_fallback_language_is_not_taken_for_the_words_of_a_picture() -> None:
    """`uk` may borrow texts from `ru` where the workspace says so; a picture of foreign words would lie to readers."""
    shop = Workshop().settings(fallback={"be": ["en"], "be-tarask": ["be"]}).banner("days", DAYS)
    shop.post("count", "Вялікі тэкст.", lang="be-tarask", media=[{"banner": "days"}])
    assert shop.composed("count").message.parts[0].pictures[0].caption == "Дзень 137"
    shop.banner("days", {"en": "Day {{ who.days_detained }}"})
    with pytest.raises(ComposeFault, match="no words in `be-tarask`"):
        shop.composed("count")


def test_the_recipe_survives_the_ledger_and_names_what_changed() -> None:
    shop = days().queue("on", "count", at="2027-05-17T12:00:00Z", platforms=["x"])
    planned = shop.planned("count")
    assert message_from_json(planned.message.as_json()) == planned.message
    shop.queue("on", "count", at="2027-05-18T12:00:00Z", platforms=["x"])
    later = shop.planned("count")
    assert later.content_hash != planned.content_hash
    lines = diff_messages(planned.message, later.message, planned.due, planned.due)
    assert lines == [
        "- banner says: Day 137",
        "+ banner says: Day 138",
        "- alt text: A dark ground. Day 137.",
        "+ alt text: A dark ground. Day 138.",
    ]


def test_a_recipe_is_the_same_in_every_reading_and_names_no_machine() -> None:
    first, second = (
        banner(days().queue("on", "count", at="2027-05-17T12:00:00Z", platforms=["x"]).planned()) for _ in "ab"
    )
    assert first == second
    assert first.sha256 == first.banner.recipe_hash()  # type: ignore[union-attr]
    assert first.banner.fonts == ("sans bold",)  # type: ignore[union-attr]


@settings(max_examples=60, deadline=None)
@given(
    start=st.dates(date(2026, 1, 1), date(2027, 5, 1)),
    hours=st.integers(0, 24 * 365 * 4),
    zone=st.sampled_from(ZONES),
)
def test_the_number_is_that_of_the_readers_day(start: date, hours: int, zone: str) -> None:
    shop = days().person("anna", detentions=[{"start": start.isoformat()}])
    instant = MONDAY + timedelta(hours=hours / 4)
    (picture,) = shop.composed("count", due=instant, zone=zone).message.parts[0].pictures
    day = instant.astimezone(ZoneInfo(zone)).date()
    assert picture.caption == f"Day {(day - start).days + 1:,}"


def test_a_drawing_paints_what_its_template_paints() -> None:
    shop = Workshop().banner("days", "Day {{ who.days_detained }}", colours={"mine": "#102030"}, theme="paper")
    workspace = shop.workspace()
    worded = fill_template(workspace, workspace.banners["days"], "en", "anna", MONDAY)
    from amplify.banner.paint import paint_banner
    from amplify.model.banner import SIZES

    recipe = recipe_of(worded, SIZES["square"], workspace.pictures)
    drawing = drawing_of(workspace.banners["days"])
    assert drawing_hash(drawing) == recipe.drawing
    assert "days_detained" not in drawing
    again = worded_from(recipe, drawing)
    both = [paint_banner(one, SIZES["square"], lambda file: b"").tobytes() for one in (worded, again)]
    assert both[0] == both[1]
