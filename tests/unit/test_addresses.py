"""Addresses in texts: where they end, whom they lead to, in which spelling, and what tracks readers."""

from __future__ import annotations

import time
from typing import Any

import pytest
from workshop import PLATFORMS, Workshop, codes

from amplify.model.plan import LintFinding
from amplify.platforms.mastodon.entities import find_entities
from amplify.platforms.mastodon.text_length import status_length
from amplify.rules.text.host_names import ascii_host, url_host
from amplify.rules.text.link_cleaning import strip_tracking, without_tracking
from amplify.stage.reader_text import on_mastodon
from amplify.toolkit.share_links import ANYWHERE_PROFILE, share_links

NINE = "2027-05-17T09:00:00Z"
IDN, PUNYCODE = "пример.бел", "xn--e1afmkfd.xn--90ais"


def week(text: str, *platforms: str, **front: Any) -> Workshop:
    shop = Workshop().post("hello", text, **front)
    return shop.queue("monday", "hello", at=NINE, platforms=platforms or PLATFORMS, partners=["press_union"])


def findings(shop: Workshop, code: str) -> list[LintFinding]:
    return [one for one in shop.plan().findings if one.problem.code == code]


@pytest.mark.parametrize("sign", [*". , ) ! ? : ; * ] ' \" & | ~ $ % = @".split(), ").", '",', "(", "<", ">", " "])
def test_on_mastodon_only_the_address_counts_23(sign: str) -> None:
    counted = len(sign) + 23 if sign != "=" else 24
    assert status_length(f"https://example.org/x{sign}") == counted
    assert status_length(f"(https://example.org/{'y' * 90}{sign}") == counted + 1


def test_the_length_of_a_text_that_was_cut_on_its_way() -> None:
    assert status_length("a" * 475 + " (https://example.org/x).") == 502


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("https://example.org/x»", 23),  # the sign belongs to the address there
        ("https://example.org/x\u200b.", 24),
        ("https://example.org»", 24),
        ("https://example.org?q=a\u00a0b c", 25),
        ("https://127.0.0.1/a", 19),
        ("https://[::1]/a", 15),
        ("https://localhost/a", 19),
        ("https://press.example/a", 23),
        ("https://press.example/abcdef", 28),  # no such ending: no address
        ("https://пример.бел/a", 23),
        ("gemini://example.org/abcdefg", 23),
        ("xmpp:vera@example.org?join", 26),
        ("example.org/https://example.org/x", 33),
        ("@vera@social.example:3000", 10),
    ],
)
def test_what_counts_as_an_address_there(text: str, length: int) -> None:
    assert status_length(text) == length


EVIL = "evil-shop.example"
BEHIND = [
    "Глядзі/https://{}/x",
    "Глядзіhttps://{}/x",
    "詳細はhttps://{}/x",
    "詳細は_https://{}/x",
    "ดูที่https://{}/x",
    "see_https://{}/x",
    "gemini://{}/x",
    "ipfs://{}/x",
    "xmpp:vera@{}",
    "xmpp://a@example.org/vera@{}/room",
    "HTTPS://{}:8443/x",
    "a\u200bhttps://{}/x",
    "https://example.org@{}/x",
]


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("form", BEHIND)
@pytest.mark.parametrize("host", [EVIL, "evil-shop.org"])
def test_an_address_is_asked_for_its_domain_whatever_stands_before_it(platform: str, form: str, host: str) -> None:
    (found,) = findings(week(form.format(host), platform), "LINK-DOMAIN")
    assert host in found.problem.message
    assert not findings(week(form.format("example.org"), platform), "LINK-DOMAIN")


@pytest.mark.parametrize("form", BEHIND[:7])
def test_shorteners_and_designated_domains_too(form: str) -> None:
    assert findings(week(form.format("bit.ly"), "mastodon"), "M-SHORT")
    shop = week(form.format("waves.test"), "mastodon", risk={"audience": "in_country"})
    shop.settings(designated=[{"domain": "waves.test", "designated_in": ["XZ"]}])
    assert "RISK-LINK" in codes(shop.plan().findings) or any("risk:link/waves.test" in str(one) for one in _risks(shop))


def _risks(shop: Workshop) -> list[Any]:
    return [subject for one in shop.plan().deliveries for subject in one.subjects]


def test_a_magnet_link_leads_to_nobody_on_the_list() -> None:
    assert findings(week("magnet:?xt=urn:btih:abc", "mastodon"), "LINK-DOMAIN")


@pytest.mark.parametrize("listed", [IDN, PUNYCODE, "ПРИМЕР.бел"])
@pytest.mark.parametrize("typed", [IDN, PUNYCODE, "ПРИМЕР.БЕЛ", "www.пример.бел", f"WWW.{PUNYCODE}", "пример。бел"])
@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_domain_is_one_in_every_spelling(listed: str, typed: str, platform: str) -> None:
    shop = week(f"Глядзі https://{typed}/x", platform).campaign("free_anna", links=[listed])
    assert not findings(shop, "LINK-DOMAIN")
    assert findings(shop.campaign("free_anna", links=["прыклад.бел"]), "LINK-DOMAIN")


@pytest.mark.parametrize("named", [IDN, PUNYCODE])
@pytest.mark.parametrize("typed", [IDN, PUNYCODE, f"letters.{PUNYCODE}"])
def test_a_designated_domain_too(named: str, typed: str) -> None:
    shop = week(f"https://{typed}/x", "mastodon", risk={"audience": "in_country"})
    shop.campaign("free_anna", links=[IDN])
    shop.settings(designated=[{"domain": named, "designated_in": ["XZ"]}])
    assert "RISK-LINK" in codes(shop.plan().findings)


def test_a_call_is_given_once_in_whatever_spelling() -> None:
    shop = week(f"Sign https://{PUNYCODE}/petition", cta="petition").campaign("free_anna", links=[IDN])
    shop.action("petition", url=f"https://{IDN}/petition")
    for platform in PLATFORMS:
        assert shop.said("hello", platform) == f"Sign https://{PUNYCODE}/petition"


@pytest.mark.parametrize(
    ("host", "one"),
    [
        ("Example.ORG.", "example.org"),
        ("faß.de", "xn--fa-hia.de"),
        ("straße.example", "xn--strae-oqa.example"),
        ("日本。example", "xn--wgv71a.example"),
        ("ｅｘａｍｐｌｅ.org", "example.org"),
        ("i❤.example", "xn--i-7iq.example"),
        ("under_score.example", "under_score.example"),
    ],
)
def test_hosts_are_compared_after_uts_46(host: str, one: str) -> None:
    assert ascii_host(host) == one
    assert ascii_host(one) == one


@pytest.mark.parametrize("url", ["https://[example.org", "https:///x", "https://evil.test\\@example.org/"])
def test_what_has_no_host_is_on_no_list(url: str) -> None:
    assert url_host(url) is None


@pytest.mark.parametrize("sign", [*"»”…’。）", "\u200b", "\u2069"])
def test_a_sign_that_mastodon_takes_along_is_told(sign: str) -> None:
    (found,) = findings(week(f"«https://example.org/x{sign} Today", "mastodon", "x", "bluesky"), "LINK-TAIL")
    assert found.accounts == ("press_union/mastodon",)
    assert not findings(week(f"«https://example.org/x {sign} Today", "mastodon"), "LINK-TAIL")
    shown = [one.target for one in on_mastodon(f"«https://example.org/x{sign} Today") if one.kind == "link"]
    assert shown == [f"https://example.org/x{sign}"]


def test_letters_of_an_address_are_no_signs() -> None:
    for url in (
        "https://example.org/прыклад",
        "https://example.org/a–b",
        "https://пример.бел/é?q=ў",
        "https://example.org/漢字",
    ):
        assert not findings(
            week(f"{url} Today", "mastodon").campaign("free_anna", links=[IDN, "example.org"]), "LINK-TAIL"
        )


@pytest.mark.parametrize(
    "url", ["https://example.org/petition", "https://example.org/petition?a=1", "https://example.org/p/?a=1#x"]
)
@pytest.mark.parametrize("form", ["«{{ cta.petition }}»", "“{{ cta.petition }}”…", "{{ cta.petition }}…"])
def test_an_address_of_a_call_is_set_apart_from_the_sign_behind_it(url: str, form: str) -> None:
    shop = week(form, "mastodon").action("petition", url=url)
    text = shop.said("hello", "mastodon")
    assert [one.value for one in find_entities(text) if one.kind == "link"] == [url]
    assert not findings(shop, "LINK-TAIL")
    assert shop.said("hello", "x") == form.replace("{{ cta.petition }}", url)


@pytest.mark.parametrize("end", [").", "»", "”.", ",", "…", ""])
def test_telegrams_share_link_takes_the_address_alone(end: str) -> None:
    links = share_links(ANYWHERE_PROFILE, f"Sign (https://a.example/b{end} now", "")
    telegram = next(one.url for one in links if one.id == "telegram")
    assert telegram.startswith("https://t.me/share/url?url=https://a.example/b&text=")


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("https://photos.example/p/1/?igsh=abc", "https://photos.example/p/1/"),
        ("https://video.example/v?id=1&si=abc&t=5", "https://video.example/v?id=1&t=5"),
        ("https://a.example/?a=1&amp;utm_source=x&amp;b=2", "https://a.example/?a=1&amp;b=2"),
        ("https://a.example/?utm_source=x&amp;utm_medium=y", "https://a.example/"),
        ("https://a.example/?mtm_campaign=x&ttclid=1&side=2", "https://a.example/?side=2"),
    ],
)
def test_more_of_what_follows_readers_goes(url: str, clean: str) -> None:
    assert without_tracking(url) == clean
    assert strip_tracking(f"Look: {url} now") == f"Look: {clean} now"


@pytest.mark.parametrize(
    "text",
    [
        "Bread &amp; roses", "&#1057;вабода", "a&nbsp;b", "**Free them**", "Say __this__ now", "[Sign](https://example.org/x)",
        "[a](b)", "<b>Free</b>", "Line<br>Line", "https://example.org/?a=1&amp;b=2",
    ],
)  # fmt: skip
def test_markup_is_told_once_for_all_platforms(text: str) -> None:
    found = findings(week(text), "TXT-MARKUP")
    assert len(found) == 1
    assert len(found[0].accounts) == len(PLATFORMS)


@pytest.mark.parametrize(
    "text", ["AT&T; 5 * 3 ** 2", "¯\\_(ツ)_/¯", "a < b > c", "[1] (2027)", "snake__case__name", "**", "&c; 1 & 2", "<3"]
)
def test_what_is_no_markup(text: str) -> None:
    assert not findings(week(text), "TXT-MARKUP")


@pytest.mark.parametrize(
    "piece",
    ["https://a.", "a.b-_", "(", "https://example.org/(", "xmpp:", "xmpp://a@", "magnet:?", "@a.", "#a", "é.", "「?"],
)
def test_long_texts_take_little_time(piece: str) -> None:
    find_entities(piece)
    begun = time.perf_counter()
    find_entities((piece * 40_000)[:100_000])
    assert time.perf_counter() - begun < 3
