"""What a plan says: pure, deterministic, and nobody's text or key changed by anything it need not hang on."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from workshop import BODY_LINE, MONDAY, PLATFORMS, PROFILES, Workshop, at, codes, text_of

from amplify.model.plan import Plan, SkippedPost
from amplify.model.problem import SourceLocation
from amplify.planning.plan import plan_deliveries
from amplify.rules.plan.calendar_days import speaks_on
from amplify.rules.plan.expand import expand_entry
from amplify.rules.plan.file_gates import derive_gates

NINE = "2027-05-17T09:00:00Z"
HELLO = "{{ fact.count }} {{ partner.writers }}\n## variant b\nSecond {{ date }}\n## variant c in be\nТрэці {{ date }}"
OTHER = "Other {{ person.anna.days_detained }}\n## variant b in be\nІншы"


def campaign_week() -> Workshop:
    """Three partners in three zones and languages, every kind of `when`, faults and left-outs."""
    shop = Workshop().partner("press_union", zone="Europe/Vilnius", languages=["en", "be"])
    shop.partner("writers", zone="America/New_York").partner("lawyers", zone="Pacific/Apia", languages=["be", "ru"])
    shop.fact("count", qualifier="over", unit="people").action("petition").picture("banner.png")
    hashtags = [{"tag": "FreeAnna", "why": "Because.", "required": True}]
    occasions = [{"id": "day", "name": {"en": "Day"}, "month": 5, "day": 21}]
    shop.campaign("free_anna", hashtags=hashtags, occasions=occasions, signatories=[{"name": "Zeta"}])
    text = (
        "{{ fact.count }} {{ partner.writers }}\n## variant b\nSecond {{ date }}\n## variant c in be\nТрэці {{ date }}"
    )
    shop.post("hello", text, cta="petition", media=["banner.png"], mentions=["lawyers"], cosigned=True)
    shop.post("other", OTHER).post("draft", "No", status="draft")
    shop.post("broken", "{{ nobody }}").boost("again", of="hello").boost("theirs", of="hello", partner="writers")
    shop.queue("monday", "hello", at=NINE).queue("local", "other", "draft", local="2027-05-18T09:30")
    shop.queue("window", "other", window={"start": "2027-05-19T09:00", "end": "2027-05-19T17:00"})
    shop.queue("series", "other", "hello", "broken", series={"start": "2027-05-17", "time": "20:00"})
    shop.queue("yearly", "other", yearly={"occasion": "day", "time": "08:00"})
    shop.queue("monthly", "other", monthly={"day": 20, "time": "08:00"})
    shop.queue("moment", "again", "theirs", moment={"at": "2027-05-21T10:00:00Z"})
    return shop


def fingerprint() -> str:
    return hashlib.sha256(repr(campaign_week().plan()).encode()).hexdigest()


def test_the_same_files_give_the_same_plan() -> None:
    made = campaign_week().plan()
    assert len(made.deliveries) > 40
    assert made.left_out
    assert "TEXT" in codes(made.findings)
    assert made == campaign_week().plan()


@pytest.mark.parametrize("seed", ["1", "42"])
def test_another_process_with_another_seed_plans_the_same(seed: str) -> None:
    folders = [str(Path(__file__).parent), str(Path(__file__).parents[1])]
    said = subprocess.run(
        [sys.executable, "-c", "import test_plan; print(test_plan.fingerprint())"],
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(folders), "TZ": "Asia/Tokyo"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == fingerprint()


def test_planning_changes_nothing_that_it_was_given() -> None:
    shop = campaign_week()
    workspace = shop.workspace()
    plan_deliveries(workspace, MONDAY, MONDAY + timedelta(days=7), PROFILES)
    assert workspace == shop.workspace()


def test_the_order_of_the_files_does_not_matter() -> None:
    workspace = campaign_week().workspace()
    shuffled = dataclasses.replace(
        workspace,
        **{
            name: dict(reversed(list(getattr(workspace, name).items())))
            for name in (
                "campaigns",
                "people",
                "facts",
                "actions",
                "partners",
                "posts",
                "queue",
                "pictures",
                "accounts",
            )
        },
    )
    first, second = (plan_deliveries(w, MONDAY, MONDAY + timedelta(days=7), PROFILES) for w in (workspace, shuffled))
    assert first.deliveries == second.deliveries
    assert set(first.left_out) == set(second.left_out)
    assert set(codes(first.findings)) == set(codes(second.findings))


def test_days_planned_one_by_one_are_the_week() -> None:
    shop = campaign_week().settings(lateness="1s")
    week = shop.plan().deliveries
    days = [delivery for n in range(7) for delivery in shop.plan(MONDAY + timedelta(days=n), 1).deliveries]
    assert sorted(d.id for d in days) == sorted(d.id for d in week)
    assert len({d.id for d in week}) == len(week)


def test_progress_tells_of_entries() -> None:
    told: list[tuple[int, int]] = []
    workspace = campaign_week().workspace()
    plan_deliveries(
        workspace, MONDAY, MONDAY + timedelta(days=1), PROFILES, lambda done, total: told.append((done, total))
    )
    assert told[0][1] == len(workspace.queue)
    assert [done for done, _ in told] == list(range(len(told)))


# Who a delivery is


def ids(made: Plan) -> dict[str, str]:
    return {f"{d.entry} {d.post} {d.account} {d.occurrence}": d.id for d in made.deliveries}


def test_text_and_hour_are_not_who_a_delivery_is() -> None:
    shop = Workshop().post("hello", "Hello.").queue("series", "hello", series={"start": "2027-05-17", "time": "09:00"})
    before = shop.plan()
    after = shop.post("hello", "Goodbye.").queue("series", series={"start": "2027-05-17", "time": "17:30"}).plan()
    assert ids(before) == ids(after)
    assert {d.content_hash for d in before.deliveries}.isdisjoint(d.content_hash for d in after.deliveries)
    assert {d.due for d in before.deliveries}.isdisjoint(d.due for d in after.deliveries)


def test_entry_post_account_and_occurrence_are() -> None:
    shop = Workshop().post("hello", "Hello.", repeat={"after": "1h"}).post("other", "Other.")
    shop.queue("a", "hello", "other", at=NINE).queue("b", "hello", at="2027-05-18T09:00:00Z")
    shop.queue("m", "hello", series={"start": "2027-05-19", "time": "09:00"})
    made = shop.plan()
    assert len(set(ids(made).values())) == len(made.deliveries) == 12
    renamed = shop.settings(id="elsewhere").plan()
    assert set(ids(made).values()).isdisjoint(ids(renamed).values())


# Who we are


@pytest.mark.parametrize("us", ["writers", "lawyers", None])
def test_whoever_we_are_everybody_has_the_same_variants(us: str | None) -> None:
    shop = campaign_week()
    ours, theirs = shop.plan(), shop.copy().we_are(us, ["x", "mastodon"]).plan()

    def said(made: Plan) -> dict[str, tuple[str, str, str]]:
        return {d.id: (d.account, d.variant, d.content_hash) for d in made.deliveries if d.kind != "boost"}

    assert said(ours) == said(theirs)
    assert {d.account for d in ours.ours} == {f"press_union/{platform}" for platform in PLATFORMS}
    assert {d.account for d in theirs.ours} == ({f"{us}/x", f"{us}/mastodon"} if us else set())


def test_no_two_accounts_of_a_platform_say_the_same() -> None:
    made = campaign_week().plan()
    assert "X-DUP" not in codes(made.findings)
    said: dict[tuple[str, str, str], set[str]] = {}
    for delivery in made.deliveries:
        if delivery.variant:
            said.setdefault((delivery.post, delivery.platform, delivery.variant), set()).add(delivery.partner)
    assert said
    assert all(len(partners) == 1 for partners in said.values())


def test_a_newcomer_changes_nobodys_text() -> None:
    shop = campaign_week()
    before = {d.id: d.content_hash for d in shop.plan().deliveries}
    shop.partner("aardvark", languages=["be", "en"])  # first by name, last by date
    shop.post("other", OTHER + "\n## variant y\nYet another\n## variant z\nAnd one more")
    after = shop.plan().deliveries
    assert {d.id: d.content_hash for d in after if d.id in before} == before
    assert {d.partner: d.variant for d in after if d.post == "other"} == {
        "press_union": "default", "lawyers": "b", "writers": "y", "aardvark": "z",
    }  # fmt: skip


def test_variants_are_shared_out_over_all_entries() -> None:
    """A post that one entry gives to one partner and another entry to another: still not the same text."""
    shop = Workshop().partner("writers").post("hello", "One.\n## variant b\nTwo.")
    shop.queue("a", "hello", at=NINE, platforms=["x"], partners=["press_union"])
    shop.queue("b", "hello", at=NINE, platforms=["x"], partners=["writers"])
    assert {d.partner: d.variant for d in shop.plan().deliveries} == {"press_union": "default", "writers": "b"}


# Zones and lateness


def test_due_is_on_the_clock_of_the_account_then_of_the_partner() -> None:
    shop = Workshop().partner("press_union", zone="Europe/Vilnius").account("press_union/x", zone="America/New_York")
    shop.post("hello", "Hello.").queue("local", "hello", local="2027-05-18T09:30")
    due = {d.platform: (d.due, d.zone) for d in shop.plan().deliveries}
    assert due["x"] == (at("2027-05-18T13:30Z"), "America/New_York")
    assert due["bluesky"] == due["mastodon"] == (at("2027-05-18T06:30Z"), "Europe/Vilnius")


@pytest.mark.parametrize(
    ("now", "planned"),
    [("08:59:59", True), ("09:00:00", True), ("10:59:59", True), ("11:00:00", False)],
)
def test_what_is_late_but_not_too_late_is_planned(now: str, planned: bool) -> None:
    shop = Workshop().settings(lateness="2h").post("hello", "Hello.").queue("monday", "hello", at=NINE, platforms=["x"])
    found = shop.plan(f"2027-05-17T{now}Z", 1).deliveries
    assert bool(found) is planned
    assert all(delivery.late == at("2027-05-17T11:00Z") for delivery in found)


def test_an_entry_may_have_a_lateness_of_its_own() -> None:
    shop = Workshop().post("hello", "Hello.").queue("monday", "hello", at=NINE, platforms=["x"], lateness="10m")
    assert shop.planned().late == at("2027-05-17T09:10Z")
    assert shop.plan("2027-05-17T09:09:59Z").deliveries
    assert not shop.plan("2027-05-17T09:10Z").deliveries


def test_the_end_is_not_planned_any_more() -> None:
    shop = Workshop().post("hello", "Hello.").queue("monday", "hello", at="2027-05-24T00:00:00Z")
    assert not shop.plan("2027-05-17", days=7).deliveries
    assert shop.plan("2027-05-17", days=7.01).deliveries


# Who speaks where


def speaking(shop: Workshop) -> set[str]:
    return {d.account for d in shop.plan().deliveries}


def test_who_an_entry_means() -> None:
    shop = Workshop().partner("writers", handles={"x": "w"}).partner("silent", publishes=False)
    shop.post("hello", "One.\n## variant b\nTwo.").queue("monday", "hello", at=NINE)
    assert speaking(shop) == {"press_union/x", "press_union/bluesky", "press_union/mastodon", "writers/x"}
    assert speaking(shop.queue("monday", partners=["writers", "silent"])) == {"writers/x"}
    assert speaking(shop.queue("monday", partners="all", platforms=["bluesky"])) == {"press_union/bluesky"}


def why(shop: Workshop) -> dict[str, str]:
    made = shop.plan()
    assert not made.deliveries
    return {one.account: one.why for one in made.left_out}


@pytest.mark.parametrize("status", ["draft", "retired"])
def test_only_ready_posts_are_planned(status: str) -> None:
    shop = Workshop().post("hello", "{{ nobody }}", status=status).queue("monday", "hello", at=NINE, platforms=["x"])
    made = shop.plan()
    assert made.left_out == (SkippedPost("monday", "hello", "press_union/x", f"the post is {status}", True),)
    assert made.deliveries == made.findings == ()


def test_an_ended_campaign_is_not_planned() -> None:
    shop = Workshop().campaign("free_anna", status="ended").post("hello", "Hello.")
    shop.queue("monday", "hello", at=NINE, platforms=["x"])
    assert why(shop) == {"press_union/x": "outside the days of the campaign free_anna"}


def test_a_paused_campaign_is_planned_and_held_by_its_gate() -> None:
    shop = Workshop().campaign("free_anna", status="paused").post("hello", "Hello.")
    shop.queue("monday", "hello", at=NINE, platforms=["x"])
    assert len(shop.plan().deliveries) == 1


@pytest.mark.parametrize("days", [{"launched": "2027-05-19"}, {"ends": "2027-05-16"}])
def test_a_campaign_speaks_between_its_first_and_its_last_day(days: dict[str, str]) -> None:
    shop = Workshop().campaign("free_anna", **days).post("hello", "Hello.")
    shop.queue("monday", "hello", at="2027-05-18T09:00:00Z", platforms=["x"])
    assert why(shop) == {"press_union/x": "outside the days of the campaign free_anna"}


@pytest.mark.parametrize(
    ("zone", "local", "speaks"),
    [
        ("America/Los_Angeles", "2027-05-18T16:59", True),  # 23:59 UTC of its last day
        ("America/Los_Angeles", "2027-05-18T17:00", False),  # the last evening there, and over for all
        ("Pacific/Auckland", "2027-05-19T09:00", True),  # the next morning there
        ("Pacific/Auckland", "2027-05-18T11:00", False),  # its first day there, and not begun for anybody
        ("Pacific/Auckland", "2027-05-18T12:00", True),
    ],
)
def test_a_campaigns_days_are_the_same_for_all_in_plan_and_gate(zone: str, local: str, speaks: bool) -> None:
    shop = Workshop().campaign("free_anna", launched="2027-05-18", ends="2027-05-18").post("hello", "Hello.")
    shop.partner("press_union", zone=zone).queue("monday", "hello", local=local, platforms=["x"])
    assert bool(shop.plan().deliveries) is speaks
    files = shop.workspace()
    (one,) = expand_entry(files, files.queue["monday"], MONDAY, MONDAY + timedelta(days=7))
    assert speaks_on(files.campaigns["free_anna"], one.slot.due) is speaks
    gate = next(one for one in derive_gates(files) if (one.kind, one.subject) == ("campaign", "free_anna"))
    assert gate.closes_at == at("2027-05-19T00:00:00Z")


def test_who_gets_no_variant_and_why() -> None:
    shop = Workshop().partner("writers").partner("lawyers", languages=["de", "be"]).post("hello", "Hello.")
    made = shop.queue("monday", "hello", at=NINE, platforms=["x"]).plan()
    assert [d.partner for d in made.deliveries] == ["press_union"]
    assert {one.account: one.why for one in made.left_out} == {
        "writers/x": "no variant left: write one more, or share it by hand",
        "lawyers/x": "no variant in de, be",
    }
    assert not any(one.ours for one in made.left_out)


def test_a_post_is_left_out_once_however_often_it_comes() -> None:
    shop = Workshop().post("hello", "Hello.", status="draft")
    shop.queue("days", *["hello"] * 5, series={"start": "2027-05-17", "time": "09:00"}, platforms=["x"])
    assert len(shop.plan().left_out) == 1


# Problems


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("{{ nobody }}", BODY_LINE),
        ("One.\n\n{{ nobody }}", BODY_LINE + 2),
        ("One.\n{{ fact.nothing }}", BODY_LINE + 1),
        ("\n\nOne.\n{{ nobody }}", BODY_LINE + 3),
        ("One.\n## part\nTwo.\n\n{% if %}", BODY_LINE + 4),
        ("One.\n\n## on x\n\nTwo\n{{ person.boris }}", BODY_LINE + 5),
        ("One.\n\n{{ occasion.theme }}", BODY_LINE + 2),
        ("One.\n{{ person.anna.age }}\n", BODY_LINE + 1),
        ("One.\n{{ '\\0' }}\n", BODY_LINE + 1),
        ("\n{# gone #}\n", BODY_LINE + 1),
    ],
)
def test_a_fault_stands_in_its_file_on_its_line(text: str, line: int) -> None:
    shop = Workshop().post("hello", text).queue("monday", "hello", at=NINE, platforms=["x"])
    made = shop.plan()
    (found,) = made.findings
    assert found.problem.place == SourceLocation("posts/hello.md", line, 1)
    assert (found.problem.code, found.accounts) == ("TEXT", ("press_union/x",))
    assert made.deliveries == ()


def test_a_fault_in_a_variant_of_several_lines() -> None:
    shop = Workshop().partner("writers").post("hello", "One.\n\n## variant b\n\nTwo.\nThree.\n{{ fact.nothing }}\n")
    made = shop.queue("monday", "hello", at=NINE).plan()
    (found,) = made.findings
    assert found.problem.place == SourceLocation("posts/hello.md", BODY_LINE + 6, 1)
    assert found.accounts == ("writers/bluesky", "writers/mastodon", "writers/x")
    assert len(made.deliveries) == 3


def test_what_is_in_the_plan_of_one_delivery() -> None:
    shop = Workshop().partner("press_union", zone="Europe/Vilnius").fact("count").post("hello", "{{ fact.count }} #Abc")
    one = shop.queue("monthly", "hello", monthly={"day": 17, "time": "09:00"}, platforms=["x"]).planned()
    assert (one.entry, one.post, one.variant, one.campaign) == ("monthly", "hello", "default", "free_anna")
    assert (one.account, one.occurrence, one.kind, one.lang) == ("press_union/x", "2027-05-17", "statement", "en")
    assert (one.due, one.late, one.zone) == (at("2027-05-17T06:00Z"), at("2027-05-17T08:00Z"), "Europe/Vilnius")
    assert one.subjects == ("account:press_union/x", "campaign:free_anna", "fact:count")
    assert one.hashtags == ("Abc",)
    assert one.content_hash == one.message.content_hash()
    assert text_of(one.message) == "1,495 (Example Watch) #Abc"
    assert one.ours


def test_occurrences_are_of_everybody() -> None:
    workspace = campaign_week().workspace()
    entry = workspace.queue["monday"]
    found = list(expand_entry(workspace, entry, MONDAY, MONDAY + timedelta(days=1)))
    assert {one.account for one in found} == {
        f"{partner}/{platform}" for partner in ("press_union", "writers", "lawyers") for platform in PLATFORMS
    }


def test_what_expires_in_its_window_is_late_from_then_on() -> None:
    shop = Workshop().post("hello", "Hello", expires_at="2027-05-17T09:30:00+00:00")
    shop.queue("monday", "hello", at="2027-05-17T09:00:00Z", platforms=["x"])
    assert shop.planned("hello").late == at("2027-05-17 09:30")
    assert [one.post for one in shop.plan("2027-05-17T09:29Z").deliveries] == ["hello"]
    assert shop.plan("2027-05-17T09:30Z").deliveries == ()
    shop.post("hello", expires_at="2027-05-17T09:00:00Z")  # due at the very instant
    assert shop.planned("hello").late == at("2027-05-17 09:01")
    shop.post("hello", expires_at="2027-05-17T14:00:00+03:00")
    assert shop.planned("hello").late == at("2027-05-17 11:00")
    shop.post("hello", expires_at="2027-05-17T08:00:00Z")  # a mistake, and told
    assert shop.planned("hello").late == at("2027-05-17 11:00")
    assert codes(shop.plan().findings) == ["EMBARGO"]
