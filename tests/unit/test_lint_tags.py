"""Rules about hashtags and handles."""

from __future__ import annotations

from typing import Any

import pytest
from workshop import Workshop, codes

from amplify.model.plan import LintFinding
from amplify.model.problem import Severity


def findings(shop: Workshop, code: str) -> list[LintFinding]:
    return [one for one in shop.plan().findings if one.problem.code == code]


def week(text: str, *platforms: str, lang: str = "en", **front: Any) -> Workshop:
    shop = Workshop().partner("press_union", languages=[lang]).post("hello", text, lang=lang, **front)
    return shop.queue(
        "monday", "hello", at="2027-05-17T09:00:00Z", platforms=platforms or ["x"], partners=["press_union"]
    )


BANNED = [{"tag": "BadTag", "why": "Advertisers took it over."}]


@pytest.mark.parametrize("text", ["Say #BadTag.", "Say #badtag.", "Say.\n## part\n#BADTAG"])
def test_banned_hashtags(text: str) -> None:
    shop = week(text)
    assert findings(shop, "TAG-BANNED") == []
    (found,) = findings(shop.copy().campaign("free_anna", banned=BANNED), "TAG-BANNED")
    assert found.problem.severity is Severity.ERROR
    assert "Advertisers took it over." in found.problem.message
    elsewhere = [{**BANNED[0], "platforms": ["mastodon"]}]
    assert findings(shop.copy().campaign("free_anna", banned=elsewhere), "TAG-BANNED") == []


def test_hashtags_that_the_whole_workspace_bans() -> None:
    shop = week("Say #BadTag.")
    shop.settings(banned=BANNED)
    assert len(findings(shop, "TAG-BANNED")) == 1


def test_a_hashtag_retired_on_one_platform() -> None:
    retired = [{"tag": "Old", "why": "Because.", "retired": True, "platforms": ["bluesky"]}]
    shop = week("Say #Old.", "x", "bluesky").campaign("free_anna", hashtags=retired)
    (found,) = findings(shop, "TAG-RETIRED")
    assert found.accounts == ("press_union/bluesky",)


def test_too_many_hashtags() -> None:
    shop = week("#One #Two #Three", "x", "bluesky", "mastodon")
    (found,) = findings(shop, "TAG-COUNT")
    assert found.accounts == ("press_union/x",)
    assert found.problem.severity is Severity.WARNING
    shop.campaign("free_anna", hashtag_customs={"x": {"most": 3}, "mastodon": {"most": 0}})
    (found,) = findings(shop, "TAG-COUNT")
    assert found.accounts == ("press_union/mastodon",)


def test_each_message_of_a_thread_counts_by_itself() -> None:
    assert findings(week("#One #Two\n## part\n#Three #Four"), "TAG-COUNT") == []


HANDLES = ["anna_a", "bela_b", "cara_c", "dora_d"]


@pytest.mark.parametrize(("platform", "severity"), [("x", Severity.ERROR), ("mastodon", Severity.WARNING)])
def test_too_many_mentions(platform: str, severity: Severity) -> None:
    shop = Workshop()
    for name in HANDLES:
        shop.partner(name, publishes=False)
    shop.post("hello", "With {{ partner.anna_a }}.", mentions=HANDLES[:3])
    shop.queue("monday", "hello", at="2027-05-17T09:00:00Z", platforms=[platform])
    assert findings(shop, "TAG-MANY") == []
    shop.post("hello", mentions=HANDLES)
    (found,) = findings(shop, "TAG-MANY")
    assert found.problem.severity is severity
    assert findings(shop.campaign("free_anna", most_mentions=4), "TAG-MANY") == []


@pytest.mark.parametrize(
    ("declared", "lang", "named"),
    [
        ([], "be", False),
        (["be"], "be", True),
        (["be"], "be-tarask", True),
        (["be-tarask"], "be", False),
        (["be"], "bem", False),
        (["ru", "be"], "be", True),
        (["be"], "en", False),
    ],
)
def test_designated_partners_are_named_in_the_languages_of_the_country(
    declared: list[str], lang: str, named: bool
) -> None:
    shop = Workshop().partner("watched", name="Watched", designated_in=["XZ"], publishes=False)
    shop.campaign("free_anna", in_country_languages=declared)
    shop.post("hello", "Ask {{ partner.watched }}.", lang=lang)
    assert shop.said("hello", lang=lang) == ("Ask Watched." if named else "Ask @watched.")
    shop.post("hello", "Hello.", mentions=["watched"])
    assert shop.said("hello", lang=lang) == ("Hello.\n\nWatched" if named else "Hello.\n\n@watched")


def test_a_handle_that_is_written_out_endangers_its_readers() -> None:
    shop = week("Ask @watched.", lang="be").partner("watched", designated_in=["XZ"], publishes=False)
    assert findings(shop, "TAG-DESIGNATED") == []
    (found,) = findings(shop.copy().campaign("free_anna", in_country_languages=["be"]), "TAG-DESIGNATED")
    assert found.problem.severity is Severity.ERROR
    assert "{{ partner.watched }}" in found.problem.message
    assert len(findings(shop.post("hello", risk={"audience": "in_country"}), "TAG-DESIGNATED")) == 1


def test_nothing_to_say_about_a_good_post() -> None:
    assert codes(week("Say #FreeAnna to {{ person.anna.name }}.").plan().findings) == []
