"""What servers said: each account's own limits, and handles that nobody goes by."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from workshop import MONDAY, PROFILES, Workshop

from amplify.model.plan import Plan
from amplify.model.platform import Limits, Whoami
from amplify.model.server_info import SavedHandle, SavedLimits, SavedWhoami, ServerInfo
from amplify.planning.plan import plan_deliveries

ASKED = datetime(2027, 5, 1, 12, tzinfo=UTC)


def limits(**accounts: Limits) -> ServerInfo:
    return ServerInfo({name.replace("__", "/"): SavedLimits(one, ASKED) for name, one in accounts.items()})


def handles(*known: tuple[str, str, str | None]) -> ServerInfo:
    return ServerInfo(handles={(platform, handle): SavedHandle(id, ASKED) for platform, handle, id in known})


def planned(shop: Workshop, known: ServerInfo) -> Plan:
    return plan_deliveries(shop.workspace(), MONDAY, MONDAY + timedelta(days=1), PROFILES, known=known)


def said(shop: Workshop, known: ServerInfo, code: str) -> list[str]:
    return [one.problem.message for one in planned(shop, known).findings if one.problem.code == code]


def two_servers() -> Workshop:
    shop = Workshop().partner("second").post("hello", f"{'я' * 700}\n\n## variant other\n\n{'ю' * 250}")
    return shop.queue("now", "hello", at="2027-05-17T09:00:00Z", platforms=["mastodon"])


def test_each_account_is_measured_against_its_own_server() -> None:
    usual = said(two_servers(), ServerInfo(), "TXT-LONG")
    assert len(usual) == 1
    assert "700 graphemes" in usual[0]
    assert "500" in usual[0]
    both = limits(press_union__mastodon=Limits(text=1000), second__mastodon=Limits(text=200))
    (short,) = said(two_servers(), both, "TXT-LONG")
    assert "250 graphemes" in short
    assert "200" in short


def test_what_a_server_does_not_say_stays_as_it_is() -> None:
    own = limits(a__mastodon=Limits(text=1000)).on(PROFILES["mastodon"], "a/mastodon", {})
    assert own.text_max == 1000
    assert (own.alt_max, own.pictures_max, own.picture_bytes) == (1500, 4, 16_777_216)
    silent = limits(a__mastodon=Limits(), b__mastodon=Limits(text=500))
    for account in ("a/mastodon", "b/mastodon", "nobody/mastodon"):
        assert silent.on(PROFILES["mastodon"], account, {}) is PROFILES["mastodon"]
    twice = limits(a__mastodon=Limits(text=9), b__mastodon=Limits(text=9))
    assert twice.on(PROFILES["mastodon"], "a/mastodon", {}) is twice.on(PROFILES["mastodon"], "b/mastodon", {})


def test_a_short_server_gets_no_optional_hashtag_that_does_not_fit() -> None:
    shop = Workshop().post("hello", "Волю Анне", hashtags={"optional": ["FreeAnna"]})
    shop.queue("now", "hello", at="2027-05-17T09:00:00Z", platforms=["mastodon"])
    (usual,) = planned(shop, ServerInfo()).deliveries
    assert usual.hashtags == ("FreeAnna",)
    (short,) = planned(shop, limits(press_union__mastodon=Limits(text=12))).deliveries
    assert short.hashtags == ()
    assert short.message.parts[0].text == "Волю Анне"


def test_alt_texts_are_measured_against_the_own_server_too() -> None:
    shop = Workshop().picture("a.png", alt={"en": "x" * 300}).post("hello", "Text", media=["a.png"])
    shop.queue("now", "hello", at="2027-05-17T09:00:00Z", platforms=["mastodon"])
    assert said(shop, ServerInfo(), "ALT-LONG") == []
    (long,) = said(shop, limits(press_union__mastodon=Limits(alt=200)), "ALT-LONG")
    assert "200" in long


def test_a_mention_of_nobody_keeps_its_text_and_is_warned_of() -> None:
    shop = Workshop().partner("friend").post("hello", "With {{ partner.friend }}")
    shop.queue("now", "hello", at="2027-05-17T09:00:00Z", platforms=["x"], partners=["press_union"])
    gone = handles(("x", "friend", None))
    (delivery,) = planned(shop, gone).deliveries
    assert delivery.message.parts[0].text == "With @friend"
    assert sorted(why[:20] for why in said(shop, gone, "HANDLE-UNKNOWN")) == [
        "nobody goes by frien",
        "this mentions @frien",
    ]
    assert said(shop, handles(("x", "friend", "17")), "HANDLE-UNKNOWN") == []
    assert said(shop, handles(("bluesky", "friend", None)), "HANDLE-UNKNOWN") == []


def test_an_unknown_handle_is_told_at_its_place_in_the_handle_book() -> None:
    shop = Workshop().partner("friend")
    gone = handles(("mastodon", "friend@social.example", None), ("x", "friend", "17"))
    (finding,) = planned(shop, gone).findings
    assert (finding.problem.code, finding.problem.severity) == ("HANDLE-UNKNOWN", "warning")
    assert finding.problem.place == shop.workspace().partners["friend"].place
    assert finding.accounts == ("friend/mastodon",)
    assert "friend@social.example on mastodon (asked on 2027-05-01)" in finding.problem.message


def test_credentials_that_speak_for_somebody_else() -> None:
    who = {
        "press_union/x": SavedWhoami(Whoami("1", "Press_Union"), ASKED),
        "press_union/mastodon": SavedWhoami(Whoami("2", "press_union"), ASKED),
        "press_union/bluesky": SavedWhoami(Whoami("3", "stranger.example"), ASKED),
    }
    (finding,) = planned(Workshop(), ServerInfo(whoami=who)).findings
    assert finding.problem.code == "HANDLE-OTHER"
    assert finding.accounts == ("press_union/bluesky",)
    assert "stranger.example" in finding.problem.message
