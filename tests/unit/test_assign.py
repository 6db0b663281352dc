"""Who says which variant."""

from __future__ import annotations

import random
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from workshop import Workshop

from amplify.model.partner import Partner
from amplify.rules.assign import assign

LANGS = ("en", "be", "ru")


def text(*langs: str) -> str:
    """A default text in English, and variants in these languages."""
    return "Default." + "".join(f"\n## variant v{n} in {lang}\nText {n}." for n, lang in enumerate(langs))


def shared_out(shop: Workshop, partners: Sequence[Partner] | None = None, platform: str = "x") -> dict[str, str]:
    workspace = shop.workspace()
    given_out = assign(
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
