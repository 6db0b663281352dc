"""Rules about deliveries beside each other: likeness, caps, gaps, costs; and what a workspace decides."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from workshop import BODY_LINE, MONDAY, PROFILES, Workshop, at, codes

from amplify.model.message import Message, Part
from amplify.model.plan import LintFinding, Plan, PriorPost
from amplify.model.problem import Severity
from amplify.model.server_info import NOTHING_KNOWN
from amplify.planning.plan import plan_deliveries
from amplify.rules.lint.lint import lint_deliveries
from amplify.rules.lint.rulebook import RULEBOOK, weakens_rule

ERROR, WARNING = Severity.ERROR, Severity.WARNING
TEXT = f"posts/hello.md:{BODY_LINE}:1"
NINE = "2027-05-17T09:00:00Z"


def week(text: str = "Hello.", **front: Any) -> Workshop:
    return Workshop().post("hello", text, **front).queue("monday", "hello", at=NINE, platforms=["x"])


def findings(shop: Workshop) -> tuple[LintFinding, ...]:
    return shop.plan().findings


def only(shop: Workshop) -> LintFinding:
    found = findings(shop)
    assert len(found) == 1, [f"{one.problem.code} {one.problem.message}" for one in found]
    return found[0]


def said(text: str, account: str = "writers/x", when: str = "2027-05-10 09:00", id: str = "before") -> PriorPost:
    """Something the ledger knows."""
    message = Message(account.partition("/")[2], ("en",), (Part(text),))
    return PriorPost(id, account, message.platform, "earlier", at(when), True, message)


def planned(shop: Workshop, *before: PriorPost, days: int = 7) -> Plan:
    end = MONDAY + timedelta(days=days)
    return plan_deliveries(shop.workspace(), MONDAY, end, PROFILES, None, NOTHING_KNOWN, before)


def test_one_text_on_two_accounts() -> None:
    shop = Workshop().partner("writers").post("hello", "Free Anna!\n## variant second\nFREE Anna… #FreeAnna")
    shop.queue("monday", "hello", at=NINE, platforms=["x"])
    found = only(shop)
    assert found.problem.code == "X-DUP"
    assert str(found.problem.place) == f"posts/hello.md:{BODY_LINE + 2}:1"
    assert found.accounts == ("press_union/x", "writers/x")
    assert findings(shop.post("hello", "Free Anna!\n## variant second\nLet Anna go!")) == ()


def test_one_text_on_two_platforms_is_no_duplicate() -> None:
    assert findings(Workshop().post("hello", "Hello.").queue("monday", "hello", at=NINE)) == ()


def test_an_account_repeats_itself() -> None:
    shop = week().queue("again", "hello", at="2027-05-20T09:00:00Z", platforms=["x"])
    found = only(shop)
    assert (found.problem.code, str(found.problem.place), found.accounts) == ("X-REPEAT", TEXT, ("press_union/x",))
    assert "2027-05-17" in found.problem.message
    assert "`monday`" in found.problem.message
    assert findings(shop.copy().post("hello", repeat={"after": "3d"})) == ()
    assert codes(findings(shop.copy().post("hello", repeat={"after": "73h"}))) == ["X-REPEAT"]
    assert findings(shop.copy().post("hello", "On {{ date }}.")) == ()


def test_repeats_are_measured_between_neighbours() -> None:
    shop = week(repeat={"after": "1d"})
    for day in (19, 21):
        shop.queue(f"day{day}", "hello", at=f"2027-05-{day}T09:00:00Z", platforms=["x"])
    assert findings(shop) == ()


def busy(*hours: str, **caps: Any) -> Workshop:
    shop = Workshop().account("press_union/x", caps=caps)
    for n, hour in enumerate(hours):
        shop.post(f"p{n}", f"Number {n}.").queue(f"e{n}", f"p{n}", at=f"2027-05-17T{hour}:00Z", platforms=["x"])
    return shop


def test_too_many_a_day() -> None:
    found = only(busy("08:00", "12:00", "16:00", per_day=2, gap="1h"))
    assert (found.problem.code, found.problem.severity) == ("CAP-DAY", ERROR)
    assert str(found.problem.place) == "config/queue.yaml:23:5"  # the last of them
    assert "3 posts on 2027-05-17, and its cap is 2" in found.problem.message
    assert findings(busy("08:00", "12:00", "16:00", per_day=3, gap="1h")) == ()


def test_a_day_is_the_readers_day() -> None:
    shop = busy("19:00", "20:00", "21:30", per_day=2, gap="0s")
    assert codes(findings(shop)) == ["CAP-DAY"]
    assert findings(shop.account("press_union/x", zone="Europe/Vilnius")) == ()  # 21:30 UTC is tomorrow there


def test_too_close() -> None:
    found = only(busy("08:00", "10:00", per_day=3, gap="3h"))
    assert (found.problem.code, found.problem.severity) == ("CAP-GAP", WARNING)
    assert str(found.problem.place) == "config/queue.yaml:13:5"
    assert "120 minutes after `e0`" in found.problem.message
    assert findings(busy("08:00", "11:00", per_day=3, gap="3h")) == ()


def test_caps_of_others_are_theirs_and_boosts_are_not_counted() -> None:
    assert findings(busy("08:00", "09:00", per_day=1, gap="3h").we_are("press_union", ["bluesky"])) == ()
    shop = busy("08:00", per_day=1, gap="3h").partner("writers")
    shop.boost("again", partner="writers", urls={"x": "https://social.example/1"})
    assert findings(shop.queue("boost", "again", at=NINE, platforms=["x"], partners=["press_union"])) == ()


# Texts that are nearly the same

LONG = "Anna has been in prison for a year because of one article. Ask for her release today."
NEARLY = "Anna has been in prison for a year because of an article. Ask for her release now!"
RATHER = "Anna has been in prison for a year because of some words. Write to her every week, and sign."
OTHER = "A year ago they took Anna away over something she wrote; a signature can help to bring her home."


def two(first: str, second: str, **settings: Any) -> Workshop:
    shop = Workshop().partner("writers").settings(**settings).post("hello", f"{first}\n## variant second\n{second}")
    return shop.queue("monday", "hello", at=NINE, platforms=["x"])


def test_nearly_the_same_text_on_two_accounts() -> None:
    found = only(two(LONG, NEARLY))
    assert found.problem.code == "X-DUP"
    assert found.accounts == ("press_union/x", "writers/x")
    assert "press_union/x" in found.problem.message
    assert "`monday`" in found.problem.message
    assert findings(two(LONG, OTHER)) == ()


def test_how_alike_is_a_setting() -> None:
    assert findings(two(LONG, NEARLY, similar=0.99)) == ()
    assert findings(two(LONG, RATHER)) == ()
    assert codes(findings(two(LONG, RATHER, similar=0.7))) == ["X-DUP"]


@pytest.mark.parametrize("noise", ["#FreeAnna", "https://example.org/anna", "@writers", "🔥❤️", "…!!!"])
def test_what_is_added_makes_no_other_text(noise: str) -> None:
    assert codes(findings(two(LONG, f"{LONG.upper()} {noise}"))) == ["X-DUP"]


def test_posts_of_tags_alone_are_the_same_only_with_the_same_tags() -> None:
    assert findings(two("#FreeAnna", "#FreeAll")) == ()
    assert codes(findings(two("#FreeAnna", "#freeanna"))) == ["X-DUP"]


def test_short_texts_are_the_same_only_if_they_are_identical() -> None:
    assert findings(two("Number one", "Number two")) == ()


def test_texts_that_are_far_apart_are_not_compared() -> None:
    shop = Workshop().partner("writers").settings(similarity_days=3)
    shop.post("hello", LONG).queue("monday", "hello", at=NINE, platforms=["x"], partners=["press_union"])
    shop.post("again", NEARLY).queue("later", "again", at="2027-05-20T09:00:01Z", platforms=["x"], partners=["writers"])
    assert findings(shop) == ()
    assert codes(findings(shop.settings(similarity_days=4))) == ["X-DUP"]


# What the ledger knows


def test_what_another_account_said_counts() -> None:
    found = planned(week(LONG), said(NEARLY)).findings
    assert codes(found) == ["X-DUP"]
    assert found[0].accounts == ("press_union/x", "writers/x")
    assert "2027-05-10" in found[0].problem.message
    assert planned(week(LONG), said(NEARLY, when="2027-02-10 09:00")).findings == ()
    assert planned(week(LONG), said(NEARLY, account="writers/bluesky")).findings == ()


def test_what_the_account_itself_said_counts_as_a_repeat() -> None:
    assert codes(planned(week(LONG), said(LONG, "press_union/x")).findings) == ["X-REPEAT"]
    assert planned(week(LONG), said(NEARLY, "press_union/x")).findings == ()
    assert planned(week(LONG, repeat={"after": "3d"}), said(LONG, "press_union/x")).findings == ()


def test_a_delivery_never_counts_against_itself() -> None:
    (own,) = planned(week(LONG)).deliveries
    assert planned(week(LONG), said(LONG, "press_union/x", id=own.id)).findings == ()
    assert planned(week(NEARLY), said(LONG, "press_union/x", id=own.id)).findings == ()


def test_two_texts_that_are_out_already_are_no_problem_of_this_plan() -> None:
    assert planned(week("Something else."), said(LONG), said(LONG, "readers/x", id="too")).findings == ()


def test_what_is_out_today_counts_for_the_day() -> None:
    shop = week(LONG).account("press_union/x", caps={"per_day": 1, "gap": "1h"})
    before = said(OTHER, "press_union/x", "2027-05-17 06:00")
    assert codes(planned(shop, before).findings) == ["CAP-DAY"]
    assert planned(shop, said(OTHER, "press_union/x", "2027-05-16 06:00")).findings == ()
    close = said(OTHER, "press_union/x", "2027-05-17 08:30")
    shop.account("press_union/x", caps={"per_day": 2, "gap": "1h"})
    assert codes(planned(shop, close).findings) == ["CAP-GAP"]


# Room in the day


def test_a_post_that_cannot_keep_its_gap_in_time() -> None:
    found = findings(busy("08:00", "08:30", gap="3h"))
    assert codes(found) == ["CAP-FIT", "CAP-GAP"]
    assert (found[0].problem.severity, str(found[0].problem.place)) == (ERROR, "config/queue.yaml:13:5")
    assert "2027-05-17 10:30 UTC" in found[0].problem.message
    assert codes(findings(busy("08:00", "09:01", gap="3h"))) == ["CAP-GAP"]
    assert codes(findings(busy("08:00", "08:30", gap="3h").queue("e1", lateness="4h"))) == ["CAP-GAP"]


def test_the_cap_of_the_server() -> None:
    shop = Workshop().account("press_union/mastodon", server_cap_per_day=2)
    shop.post("one", "One.\n## part\n\nTwo.").queue("e1", "one", at=NINE, platforms=["mastodon"])
    assert findings(shop) == ()
    shop.post("two", "Three.").queue("e2", "two", at="2027-05-17T12:00:00Z", platforms=["mastodon"])
    found = only(shop)
    assert (found.problem.code, found.problem.severity) == ("M-CAP", ERROR)
    assert "3 messages on 2027-05-17" in found.problem.message


def test_too_many_boosts() -> None:
    shop = Workshop().partner("writers").account("press_union/x", caps={"per_day": 1, "gap": "0s", "boosts_per_day": 1})
    for number in (1, 2):
        shop.boost(f"b{number}", partner="writers", urls={"x": f"https://social.example/{number}"})
        due = f"2027-05-17T0{number}:00:00Z"
        shop.queue(f"e{number}", f"b{number}", at=due, platforms=["x"], partners=["press_union"])
    found = only(shop)
    assert (found.problem.code, found.problem.severity) == ("X-BOOST", WARNING)
    assert findings(shop.account("press_union/x", caps={"per_day": 1, "gap": "0s", "boosts_per_day": 2})) == ()


# Money


def test_a_link_on_x_says_what_it_costs_once_a_post() -> None:
    shop = Workshop().partner("writers").settings(rules=[])
    shop.post("hello", f"{LONG} https://example.org/a\n## variant two\n{OTHER} https://example.org/b")
    shop.queue("monday", "hello", at=NINE)
    found = only(shop)
    assert (found.problem.code, found.problem.severity) == ("X-COST", WARNING)
    assert str(found.problem.place) == "posts/hello.md:1:1"
    assert found.accounts == ("press_union/x", "writers/x")
    assert "$0.400 instead of $0.030" in found.problem.message
    assert findings(Workshop().settings(rules=[]).post("hello", LONG).queue("monday", "hello", at=NINE)) == ()


# What a workspace decides


def decided(severity: str, code: str = "X-COST") -> Plan:
    change = {"id": code, "severity": severity, "reason": "Agreed.", "by": "Desk"}
    return week("See https://example.org/a #freeannaexample").settings(rules=[change]).plan()


def test_a_rule_turned_off_is_counted_elsewhere() -> None:
    made = decided("off")
    assert codes(made.findings) == ["TAG-CASE"]
    assert codes(made.silenced) == ["X-COST"]
    assert made.silenced[0].as_json() == made.silenced[0].problem.as_json() | {
        "severity": "off", "reason": "Agreed.", "by": "Desk",
    }  # fmt: skip


def test_a_severity_can_be_another() -> None:
    made = decided("error")
    changed = [one for one in made.findings if one.change is not None]
    assert [(one.problem.code, one.problem.severity) for one in changed] == [("X-COST", ERROR)]
    assert decided("warning").findings[0].change is None


def test_rules_of_care_cannot_be_weakened() -> None:
    assert weakens_rule("X-DUP", "off")
    assert weakens_rule("PERSON-STATE", "warning")
    assert not weakens_rule("QUIET", "error")
    assert not weakens_rule("X-COST", "off")
    shop = two(LONG, NEARLY, rules=[{"id": "X-DUP", "severity": "off", "reason": "No.", "by": "x"}])
    assert codes(findings(shop)) == ["X-DUP"]  # the reader refuses such a file: and nobody gets around it
    fixed = {code for code, entry in RULEBOOK.items() if entry.fixed}
    assert fixed >= {"X-DUP", "X-MENTION", "B-OPTIN", "PERSON-STATE", "STATUS-STALE", "CONSENT-MISSING", "EMBARGO"}


def test_a_record_takes_three_languages() -> None:
    shop = Workshop().post("hello", LONG).queue("monday", "hello", at=NINE, platforms=["bluesky"])
    (delivery,) = shop.plan().deliveries
    many = replace(delivery, message=replace(delivery.message, langs=("en", "be", "ru", "uk")))
    assert codes(lint_deliveries(shop.workspace(), [many], PROFILES)) == ["B-SIZE"]
    three = replace(delivery, message=replace(delivery.message, langs=("en", "be", "ru")))
    assert lint_deliveries(shop.workspace(), [three], PROFILES) == ()
