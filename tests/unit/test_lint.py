"""Every rule: it speaks up on the smallest bad case, and is silent on the good one beside it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from workshop import BODY_LINE, MONDAY, PLATFORMS, PROFILES, Workshop

from amplify.model.plan import LintFinding
from amplify.model.post import TextPart, Variant
from amplify.model.problem import Severity, SourceLocation
from amplify.planning.plan import plan_deliveries
from amplify.rules.lint.lint import CROWD, RULES
from amplify.rules.lint.rulebook import RULEBOOK

ERROR, WARNING = Severity.ERROR, Severity.WARNING
TEXT = f"posts/hello.md:{BODY_LINE}:1"
FRONT = "posts/hello.md:1:1"
ANNA = "config/people.yaml:3:5"
NINE = "2027-05-17T09:00:00Z"
LIVE = {"live": True, "automation": {"labelled": False, "operator": "Press Union", "contact": "desk@example.org"}}


def week(text: str = "Hello.", platform: str = "x", **front: Any) -> Workshop:
    """One post of ours on Monday at nine, on one platform."""
    return Workshop().post("hello", text, **front).queue("monday", "hello", at=NINE, platforms=[platform])


def findings(shop: Workshop) -> tuple[LintFinding, ...]:
    return shop.plan().findings


def only(shop: Workshop) -> LintFinding:
    found = findings(shop)
    assert len(found) == 1, [f"{one.problem.code} {one.problem.message}" for one in found]
    return found[0]


def tagged(**hashtag: Any) -> Callable[[Workshop], Workshop]:
    return lambda shop: shop.campaign("free_anna", hashtags=[{"why": "Because.", **hashtag}])


def hijacked(tag: str, **more: Any) -> Callable[[Workshop], Workshop]:
    return lambda shop: shop.campaign("free_anna", hijacked=[{"tag": tag, "why": "A match is on.", **more}])


def replaced(as_of: str) -> Workshop:
    """A text that says an older count than there is."""
    shop = week("{{ fact.winter }} letters").fact("winter", value=9)
    return shop.fact("spring", value=10, supersedes="winter", as_of=as_of)


def counted(**other: Any) -> Workshop:
    """Two counts of prisoners; the text says the first."""
    shop = week("{{ fact.first }}").fact("first", unit="people")
    return shop.fact("second", **{"unit": "people", "value": 1500, **other})


def consent(**changes: Any) -> dict[str, Any]:
    return {"given_by": "family", "channel": "letter", "scope": ["name"], "given": "2027-01-02",
            "review": "2029-01-01", **changes}  # fmt: skip


def anna(**fields: Any) -> Workshop:
    return week(people=["anna"]).person("anna", **fields)


def anna_in(lang: str, *covered: str) -> Workshop:
    """A text in one language, where the consent covers others."""
    shop = anna(consent=consent(languages=covered)).partner("press_union", languages=[lang])
    return shop.post("hello", lang=lang)


def in_forms(text: str, unit: Any) -> Workshop:
    """A Belarusian text about a fact with a unit."""
    shop = week(text, lang="be").partner("press_union", languages=["be"])
    return shop.fact("count", unit={"be": unit})


def silent(start: str, end: str) -> Workshop:
    """A quiet period of the campaign around Monday at nine."""
    period = {"start": start, "end": end, "owner": "the family", "reason": "a funeral"}
    return week().campaign("free_anna", quiet=[period])


def addressed(partner: str | None) -> Workshop:
    """A boost of something that is out already, with and without a word about whose it is."""
    shop = Workshop().partner("writers", boost_consent=True)
    shop.post("hello", kind="boost", boost={"urls": {"x": "https://x.com/writers/status/7"}, "partner": partner})
    return shop.queue("monday", "hello", at=NINE, platforms=["x"], partners=["press_union"])


def shown(**note: Any) -> Workshop:
    return week(media=["banner.png"]).picture("banner.png", **note)


def boosted(platform: str, agreed: bool) -> Workshop:
    shop = Workshop().partner("writers", boost_consent=agreed)
    shop.boost("hello", partner="writers", urls={platform: "https://social.example/1"})
    return shop.queue("monday", "hello", at=NINE, platforms=[platform], partners=["press_union"])


def live(platform: str, labelled: bool, reviewed: str | None = "2027-05-01") -> Workshop:
    automation = {"labelled": labelled, "operator": "Press Union", "contact": "desk@example.org"}
    shop = week(platform=platform).we_are("press_union", [platform], live=True, automation=automation)
    return shop.account(f"press_union/{platform}", rules_reviewed=reviewed)


CASES: list[tuple[str, Severity, str, Callable[[], Workshop], Callable[[], Workshop]]] = [
    # code, severity, place, bad, good
    ("TXT-LONG", ERROR, TEXT, lambda: week("x" * 281), lambda: week("x" * 280)),
    ("TXT-LONG", ERROR, TEXT, lambda: week("ў" * 301, "bluesky"), lambda: week("ў" * 300, "bluesky")),
    ("B-SIZE", ERROR, TEXT,
        lambda: week("👨‍👩‍👧‍👦" * 121, "bluesky"),
        lambda: week("👨‍👩‍👧‍👦" * 120, "bluesky")),  # bytes
    ("TXT-LONG", ERROR, f"posts/hello.md:{BODY_LINE + 3}:1",
        lambda: week("One.\n## part\n\n" + "x" * 501, "mastodon"),
        lambda: week("One.\n## part\n\n" + "x" * 500, "mastodon")),
    ("TXT-LONG", ERROR, TEXT,  # Mastodon counts the warning too
        lambda: week("x" * 490, "mastodon", content_warning="Prison, violence"),
        lambda: week("x" * 490, "mastodon", content_warning="Prison")),
    ("LINK-DOMAIN", ERROR, TEXT,
        lambda: week("See https://notexample.org/a"), lambda: week("See https://www.Example.org/a")),
    ("LINK-DOMAIN", ERROR, TEXT,
        lambda: week("See https://example.org@evil.test/", "mastodon"),
        lambda: week("See https://example.org/@evil.test", "mastodon")),
    ("LINK-DOMAIN", ERROR, TEXT,
        lambda: week("See https://evil.test\\@example.org/", "bluesky"), lambda: week("See evil.test", "mastodon")),
    ("LINK-DOMAIN", ERROR, TEXT,
        lambda: week("See https://[example.org", "mastodon"), lambda: week("[example.org", "mastodon")),
    ("LINK-DOMAIN", ERROR, TEXT,
        lambda: week(platform="bluesky", cta="petition").action("petition", url="https://petitions.test/1"),
        lambda: week(platform="bluesky", cta="petition").action("petition")),
    ("M-SHORT", ERROR, TEXT,
        lambda: week("See https://www.bit.ly/a").campaign("free_anna", links=["bit.ly"]),
        lambda: week("See https://orbit.ly/a").campaign("free_anna", links=["orbit.ly"])),
    ("X-MENTION", ERROR, TEXT, lambda: week("Hello @nobody"), lambda: week("Hello nobody@example.org")),
    ("X-MENTION", ERROR, TEXT,
        lambda: week(mentions=["writers"]).partner("writers", mention_consent=False, publishes=False),
        lambda: week("Hello @Writers").partner("writers", publishes=False)),
    ("X-MENTION", ERROR, TEXT,
        lambda: week("{{ partner.writers }}", "mastodon").partner("writers", mention_consent=False, publishes=False),
        lambda: week("{{ partner.writers }}", "mastodon").partner("writers", publishes=False)),
    ("B-OPTIN", ERROR, TEXT,
        lambda: week("Hello @nobody.example", "bluesky"), lambda: week("Hello @press-union.example", "bluesky")),
    ("TAG-RETIRED", ERROR, TEXT,
        lambda: tagged(tag="OldTag", retired=True)(week("Say #oldtag")),
        lambda: tagged(tag="OldTag")(week("Say #OldTag"))),
    ("X-TREND", ERROR, TEXT,
        lambda: hijacked("CupFinal")(week("Say #cupfinal")), lambda: hijacked("CupFinal")(week("Say #SummerFair"))),
    ("X-TREND", ERROR, TEXT,  # unless it is our own
        lambda: hijacked("FreeAnna")(week("Say #FreeAnna")),
        lambda: hijacked("FreeAnna")(tagged(tag="FreeAnna")(week("Say #FreeAnna")))),
    ("X-TREND", ERROR, TEXT,
        lambda: hijacked("CupFinal", platforms=["x"])(week("Say #CupFinal")),
        lambda: hijacked("CupFinal", platforms=["x"])(week("Say #CupFinal", "mastodon"))),
    ("TAG-CASE", WARNING, TEXT, lambda: week("Say #freeannaexample"), lambda: week("Say #FreeAnnaExample #solidarity")),
    ("TAG-CASE", WARNING, TEXT, lambda: week("#свабодаганнезараз"), lambda: week("#СвабодаГаннеЗараз")),
    ("TAG-FORM", WARNING, TEXT, lambda: week("Say #Letter-Day"), lambda: week("Say #LetterDay, #1 (C#)")),
    ("TAG-FORM", WARNING, "config/campaigns/free_anna.yaml:1:1",
        lambda: tagged(tag="Letter-Day")(week()), lambda: tagged(tag="LetterDay")(week())),
    ("TXT-MARKUP", WARNING, TEXT, lambda: week("Bread &amp; roses"), lambda: week("Bread & roses; 2 ** 3")),
    ("TXT-MARKUP", WARNING, TEXT, lambda: week("**Now**"), lambda: week("* Now * or ** never")),
    ("LINK-TAIL", WARNING, TEXT,
        lambda: week("«https://example.org/x»", "mastodon"), lambda: week("«https://example.org/x»")),
    ("TXT-MIXED", WARNING, TEXT, lambda: week("Cвабода"), lambda: week("Свабода ASAP, WhatsApp-чат")),
    ("ALT-MISSING", ERROR, "media/banner.yaml:1:1",
        lambda: shown(alt={"be": "Крэсла"}), lambda: shown(alt={"en": "A chair"})),
    ("ALT-MISSING", ERROR, "media/banner.yaml:1:1", lambda: shown(alt="  "), lambda: shown(alt="A")),
    ("ALT-NAME", ERROR, "media/banner.yaml:1:1", lambda: shown(alt="Banner.PNG"), lambda: shown(alt="A banner")),
    ("ALT-NAME", ERROR, "media/banner.yaml:1:1", lambda: shown(alt="banner "), lambda: shown(alt="banners")),
    ("ALT-SAME", ERROR, TEXT,
        lambda: week(media=["a.png", "b.png"]).picture("a.png", alt="A chair").picture("b.png", alt="A chair"),
        lambda: week(media=["a.png", "b.png"]).picture("a.png", alt="A chair").picture("b.png", alt="A door")),
    ("ALT-LONG", ERROR, "media/banner.yaml:1:1", lambda: shown(alt="x" * 1001), lambda: shown(alt="x" * 1000)),
    ("PERSON-STATE", ERROR, FRONT, lambda: anna(state="release_reported"), lambda: anna(state="convicted")),
    ("PERSON-STATE", ERROR, FRONT,  # named in the text alone
        lambda: week("{{ person.anna }}").person("anna", state="died"),
        lambda: week("Nobody").person("anna", state="died")),
    ("STATUS-STALE", ERROR, ANNA,
        lambda: anna(reviewed="2027-05-10", review_days=6), lambda: anna(reviewed="2027-05-10", review_days=7)),
    ("CONSENT-MISSING", ERROR, ANNA,
        lambda: anna(consent=consent(withdrawn="2027-05-01")), lambda: anna(consent=consent())),
    ("CONSENT-MISSING", ERROR, ANNA,
        lambda: anna(consent=consent(review="2027-05-16")), lambda: anna(consent=consent(review="2027-05-17"))),
    ("CONSENT-LANG", ERROR, ANNA,
        lambda: anna_in("en", "be", "ru"), lambda: anna_in("en", "be", "en")),
    ("CONSENT-LANG", ERROR, ANNA,
        lambda: anna_in("be", "be-tarask"), lambda: anna_in("be-tarask", "be-tarask")),
    ("FACT-STALE", ERROR, "config/facts.yaml:3:5",
        lambda: week("{{ fact.count }}").fact("count", expires="2027-05-16"),
        lambda: week("{{ fact.count }}").fact("count", expires="2027-05-17")),
    ("FACT-STALE", ERROR, "config/facts.yaml:3:5",  # shown by a picture
        lambda: week(facts=["count"]).fact("count", expires="2027-05-16"),
        lambda: week().fact("count", expires="2027-05-16")),
    ("FACT-PLURAL", WARNING, "config/facts.yaml:3:5",
        lambda: in_forms("{{ fact.count }}", "лістоў"), lambda: in_forms("{{ fact.count.value }}", "лістоў")),
    ("FACT-PLURAL", WARNING, "config/facts.yaml:3:5",
        lambda: in_forms("{{ fact.count.unit | upper }}", {"one": "ліст", "few": "лісты"}),
        lambda: in_forms("{{ fact.count }}", {"one": "ліст", "few": "лісты", "many": "лістоў"})),
    ("FACT-CONFLICT", ERROR, TEXT,
        lambda: replaced("2027-05-17"), lambda: replaced("2027-05-18")),
    ("FACT-CONFLICT", ERROR, "config/facts.yaml:13:5",
        lambda: counted(counted_by="Example Watch"), lambda: counted(counted_by="Other Watch")),
    ("FACT-CONFLICT", ERROR, "config/facts.yaml:13:5",
        lambda: counted(value=1500), lambda: counted(value=1495)),
    ("FACT-CONFLICT", ERROR, "config/facts.yaml:13:5",
        lambda: counted(), lambda: counted(expires="2027-05-16")),
    ("FACT-CONFLICT", ERROR, "config/facts.yaml:13:5",
        lambda: counted(), lambda: counted(unit="letters")),
    ("CTA-CLOSED", ERROR, "config/actions.yaml:3:5",
        lambda: week(cta="letter").action("letter", closes=NINE),
        lambda: week(cta="letter").action("letter", closes="2027-05-17T09:00:01Z")),
    ("CTA-CLOSED", ERROR, "config/actions.yaml:3:5",
        lambda: week(cta="letter").action("letter", opens="2027-05-17T09:00:01Z"),
        lambda: week(cta="letter").action("letter", opens=NINE)),
    ("EMBARGO", ERROR, FRONT,
        lambda: week(embargo_until="2027-05-17T11:00:01+02:00"),
        lambda: week(embargo_until="2027-05-17T11:00:00+02:00")),
    ("EMBARGO", ERROR, FRONT, lambda: week(not_before="2027-05-18T00:00:00Z"), lambda: week(not_before=NINE)),
    ("EMBARGO", ERROR, FRONT, lambda: week(expires_at="2027-05-17T08:59:59Z"), lambda: week(expires_at=NINE)),
    ("QUIET", WARNING, "config/queue.yaml:3:5",
        lambda: silent(NINE, "2027-05-17T12:00:00Z"), lambda: silent("2027-05-17T07:00:00Z", NINE)),
    ("X-BOOST", ERROR, FRONT, lambda: addressed(None), lambda: addressed("writers")),
    ("X-BOOST", ERROR, FRONT, lambda: boosted("x", False), lambda: boosted("x", True)),
    ("X-BOOST", ERROR, FRONT, lambda: boosted("mastodon", False), lambda: boosted("mastodon", True)),
    ("B-OPTIN", ERROR, FRONT, lambda: boosted("bluesky", False), lambda: boosted("bluesky", True)),
    ("X-LABEL", ERROR, "config/accounts.yaml:3:5", lambda: live("x", False), lambda: live("x", True)),
    ("B-BOT", ERROR, "config/accounts.yaml:3:5", lambda: live("bluesky", False), lambda: live("bluesky", True)),
    ("M-BOT", WARNING, "config/accounts.yaml:3:5", lambda: live("mastodon", False), lambda: live("mastodon", True)),
    ("M-RULES", ERROR, "config/accounts.yaml:3:5", lambda: live("mastodon", True, None), lambda: live("x", True, None)),
]  # fmt: skip


@pytest.mark.parametrize(("code", "severity", "place", "bad", "good"), CASES, ids=[case[0] for case in CASES])
def test_a_rule_speaks_up_and_is_silent(
    code: str, severity: Severity, place: str, bad: Callable[[], Workshop], good: Callable[[], Workshop]
) -> None:
    found = only(bad())
    assert (found.problem.code, found.problem.severity, str(found.problem.place)) == (code, severity, place)
    assert found.problem.message
    assert found.problem.severity is RULEBOOK[code].severity
    assert len(found.accounts) == 1
    assert findings(good()) == ()


def test_a_rehearsal_account_needs_no_label() -> None:
    shop = week(platform="mastodon").account("press_union/mastodon", live=False, automation=LIVE["automation"])
    assert findings(shop) == ()


# All together


def test_a_problem_stands_once_with_everybody_it_concerns() -> None:
    shop = Workshop().fact("count", expires="2027-01-01")
    shop.post("hello", "{{ fact.count }}!").queue("monday", "hello", at=NINE).post(
        "other", "There are {{ fact.count }}."
    )
    shop.queue("tuesday", "other", at="2027-05-18T09:00:00Z", platforms=["x"])
    found = only(shop)
    assert found.problem.code == "FACT-STALE"
    assert found.accounts == ("press_union/bluesky", "press_union/mastodon", "press_union/x")


def test_findings_stand_in_the_order_of_files_and_lines() -> None:
    shop = week("Say #freeannaexample\n## part\nHello @nobody", people=["anna"]).person("anna", state="died")
    places = [one.problem.place for one in findings(shop)]
    assert places == sorted(places)
    assert len(places) == 3


def test_every_rule_says_its_codes_and_every_code_is_tried_here() -> None:
    tried = {case[0] for case in CASES} | {"X-DUP", "X-REPEAT", "HANDLE-UNKNOWN"}  # test_known.py
    tried |= {"CAP-DAY", "CAP-GAP", "CAP-FIT", "M-CAP", "X-BUDGET", "X-COST"}  # test_lint_beside.py
    tried |= {"LINK-FORM", "CTA-MANY", "TAG-BANNED", "TAG-COUNT", "TAG-DESIGNATED", "TAG-MANY", "HANDLE-OTHER"}
    tried |= {"PERSON-UNLISTED", "CONSENT-SCOPE"}  # test_person_gates.py
    tried |= {"PERSON-STAGE"}  # test_legal_stages.py
    tried |= {"RISK-CALL", "RISK-LINK", "RISK-BOOST"}  # test_risk.py
    tried |= {"TXT-BIDI", "TXT-MARKS", "TXT-HIDDEN", "TXT-HUGE", "HANDLE-FORM"}  # test_hostile_posts.py
    tried |= {"MOVE-ALONE", "GIF-STILL", "GIF-LONG", "PICTURE-NARROW"}  # test_lint_moving.py
    tried |= {"BANNER-LANG", "BANNER-STALE"}  # test_rendered_banners.py
    tried |= {"VIDEO-LONG", "VIDEO-SIZE", "VIDEO-CODEC", "VIDEO-RATE", "VIDEO-SHAPE"}
    tried |= {"VIDEO-CAPTION", "CAPTION-SIZE"}  # test_lint_moving.py
    tried |= {"PROSE-NUMBER", "PROSE-YEAR", "PROSE-TERM"}  # test_typed_numbers.py
    said = {word for rule in (*RULES, *CROWD) for word in (rule.__doc__ or "").partition(":")[0].split(", ")}
    assert said == tried == set(RULEBOOK)


SHOP = week().partner("writers").fact("count").action("petition").picture("banner.png")
SHOP.post("hello", cta="petition", media=["banner.png"], mentions=["writers"], people=["anna"])
SHOP.queue("monday", "hello", at=NINE, platforms=list(PLATFORMS))
WORKSPACE = SHOP.workspace()
WORDS = st.sampled_from(
    ["https://", "[", "]", "\\", "@", "#", ".org", "example", "ў", "Cвa", "℀", "\u200d", "\ud800", ":", "/", "bit.ly/a"]
)
TEXTS = st.one_of(st.text(max_size=100), st.lists(WORDS, max_size=15).map("".join))


@settings(max_examples=150)
@given(st.lists(TEXTS, min_size=1, max_size=2))
def test_no_text_makes_a_plan_raise(texts: list[str]) -> None:
    post = WORKSPACE.posts["hello"]
    parts = tuple(TextPart(text, SourceLocation("posts/hello.md", 7 * n + 3, 1)) for n, text in enumerate(texts))
    post = dataclasses.replace(post, variants=(Variant("default", "en", parts, {}, post.place),))
    workspace = dataclasses.replace(WORKSPACE, posts={"hello": post})
    made = plan_deliveries(workspace, MONDAY, MONDAY + timedelta(days=1), PROFILES)
    faulty = {account for one in made.findings if one.problem.code == "TEXT" for account in one.accounts}
    assert {one.account for one in made.deliveries if one.partner == "press_union"} | faulty >= {
        f"press_union/{platform}" for platform in PLATFORMS
    }
