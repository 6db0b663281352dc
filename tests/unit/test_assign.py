"""Who says which variant."""

from __future__ import annotations

import random
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from workshop import Workshop

from amplify.model.partner import Partner
from amplify.model.plan import Planned
from amplify.rules.plan.assign import assign_variants

LANGS = ("en", "be", "ru")


def text(*langs: str) -> str:
    """A default text in English, and variants in these languages."""
    return "Default." + "".join(f"\n## variant v{n} in {lang}\nText {n}." for n, lang in enumerate(langs))


def shared_out(shop: Workshop, partners: Sequence[Partner] | None = None, platform: str = "x") -> dict[str, str]:
    workspace = shop.workspace()
    given_out = assign_variants(
        workspace.posts["hello"], platform, workspace.partners.values() if partners is None else partners
    )
    return {partner: variant.name for partner, variant in given_out.items()}


def test_variants_go_out_in_the_order_of_joining() -> None:
    shop = Workshop().partner("later").partner("latest").post("hello", text("en", "en"))
    shop.partner("latest", joined="2019-01-01")
    assert shared_out(shop) == {"latest": "default", "press_union": "v0", "later": "v1"}


def test_partners_who_joined_on_one_day_stand_by_id() -> None:
    shop = (
        Workshop().partner("zebra", joined="2020-01-01").partner("ant", joined="2020-01-01").post("hello", text("en"))
    )
    assert shared_out(shop) == {"ant": "default", "press_union": "v0"}


def test_partners_beyond_the_variants_get_none() -> None:
    shop = Workshop().partner("second").partner("third").post("hello", text("en"))
    assert shared_out(shop) == {"press_union": "default", "second": "v0"}


def test_a_partner_takes_the_language_it_prefers() -> None:
    shop = Workshop().post("hello", text("be", "ru", "be"))
    shop.partner("minsk_desk", languages=["be", "ru"]).partner("riga_desk", languages=["ru", "be", "en"])
    shop.partner("second_desk", languages=["ru", "be"]).partner("third_desk", languages=["de"])
    assert shared_out(shop) == {
        "press_union": "default",
        "minsk_desk": "v0",
        "riga_desk": "v1",
        "second_desk": "v2",  # its second language
    }


def test_a_variant_without_a_text_for_a_platform_is_not_there() -> None:
    shop = Workshop().partner("second").post("hello", "Default.\n## variant short on x\nShort.")
    assert shared_out(shop, platform="x") == {"press_union": "default", "second": "short"}
    assert shared_out(shop, platform="mastodon") == {"press_union": "default"}


def test_the_answer_does_not_hang_on_the_order_of_files() -> None:
    shop = Workshop().post("hello", text("be", "en", "ru", "be"))
    for n in range(5):
        shop.partner(f"partner{n}", languages=list(random.Random(n).sample(LANGS, 2)))
    partners = list(shop.workspace().partners.values())
    first = shared_out(shop, partners)
    for seed in range(5):
        assert shared_out(shop, random.Random(seed).sample(partners, len(partners))) == first


SPOKEN = st.lists(st.sampled_from(LANGS), min_size=1, max_size=3, unique=True)


@given(
    variants=st.lists(st.sampled_from(LANGS), max_size=6),
    partners=st.lists(SPOKEN, max_size=7),
    newcomers=st.lists(SPOKEN, min_size=1, max_size=3),
)
def test_nobody_shares_a_variant_and_newcomers_change_nothing(
    variants: list[str], partners: list[list[str]], newcomers: list[list[str]]
) -> None:
    shop = Workshop().post("hello", text(*variants))
    for n, languages in enumerate(partners):
        shop.partner(f"p{n}", languages=languages)
    before = shared_out(shop)
    for n, languages in enumerate(newcomers):
        shop.partner(f"a_newcomer{n}", languages=languages)  # first by name, last by date
    after = shared_out(shop)

    assert len(set(after.values())) == len(after)
    assert {partner: after[partner] for partner in before} == before
    workspace = shop.workspace()
    spoken = {variant.name: variant.lang for variant in workspace.posts["hello"].variants}
    for partner, variant in after.items():
        assert spoken[variant] in workspace.partners[partner].languages
    for partner in workspace.partners.keys() - after.keys():
        free = [lang for name, lang in spoken.items() if name not in after.values()]
        assert not set(free) & set(workspace.partners[partner].languages)


class TestFallback:
    def test_a_partner_takes_its_own_language_first_and_then_along_the_chain(self) -> None:
        shop = Workshop().settings(fallback={"be-tarask": ["be", "ru"]})
        shop.post("hello", text("ru", "be", "be-tarask", "ru"))
        for name in ("first", "second", "third", "fourth", "fifth"):
            shop.partner(name, languages=["be-tarask"])
        planned = {one.partner: (one.variant, one.lang) for one in plan_of(shop)}
        assert planned == {
            "press_union": ("default", "en"),
            "first": ("v2", "be-tarask"),
            "second": ("v1", "be"),
            "third": ("v0", "ru"),
            "fourth": ("v3", "ru"),
        }

    def test_all_its_languages_come_before_any_chain(self) -> None:
        shop = Workshop().settings(fallback={"be": ["ru"]})
        shop.post("hello", text("ru", "pl")).partner("desk", languages=["be", "pl"])
        assert {one.partner: one.lang for one in plan_of(shop)} == {"press_union": "en", "desk": "pl"}

    def test_without_a_list_only_the_base_language_is_taken(self) -> None:
        shop = Workshop().post("hello", text("ru", "be"))
        shop.partner("desk", languages=["be-tarask"]).partner("other", languages=["be-tarask"])
        assert {one.partner: one.lang for one in plan_of(shop)} == {"press_union": "en", "desk": "be"}

    def test_what_is_left_out_says_in_which_languages_nothing_was_written(self) -> None:
        shop = Workshop().settings(fallback={"be-tarask": ["be", "ru"]}).post("hello", text("pl"))
        shop.partner("desk", languages=["be-tarask", "lt"])
        shop.queue("now", "hello", at="2027-05-17T09:00:00Z", platforms=["x"])
        (left,) = shop.plan("2027-05-17", days=1).left_out
        assert left.why == "no variant in be-tarask, lt, be, ru"

    def test_who_joined_earlier_keeps_a_text_that_it_took_by_fallback(self) -> None:
        shop = Workshop().settings(fallback={"be": ["ru"]}).post("hello", text("ru"))
        shop.partner("early", languages=["be"])
        before = {one.partner: one.variant for one in plan_of(shop)}
        shop.partner("late", languages=["ru"])
        assert (
            {one.partner: one.variant for one in plan_of(shop)} == before == {"press_union": "default", "early": "v0"}
        )


def plan_of(shop: Workshop) -> Sequence[Planned]:
    shop.queue("now", "hello", at="2027-05-17T09:00:00Z", platforms=["x"])
    return shop.plan("2027-05-17", days=1).deliveries
