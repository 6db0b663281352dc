"""A boost speaks of all that its original speaks of: whatever holds the one holds the other."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from workshop import Workshop, at, codes

from amplify.model.plan import Planned

NINE, TEN = "2027-05-17T09:00:00Z", "2027-05-18T10:00:00Z"
THERE = {"audience": "in_country"}


def ground() -> Workshop:
    """Everything that a post can speak of; a campaign of its own, in which the boost stands."""
    made = Workshop().person("anna", name={"en": "Anna Petrova", "be": "Ганна Пятрова"}, aliases=["Ганне Пятровай"])
    made.person("boris", name="Boris Kern").person("vera", name="Vera Lind")
    made.partner("writers").partner("radio", designated_in=["XZ"], publishes=False, website="https://waves.test/")
    made.fact("prisoners").fact("shown").action("petition", title="For Boris Kern").action("donation", kind="donate")
    made.picture("a.png", shows=["boris"], alt={"en": "A portrait"}).picture("b.png", caption={"en": "FREE VERA LIND"})
    made.settings(quiet=[
        {"start": "2027-06-01T00:00Z", "end": "2027-06-02T00:00Z", "owner": "Desk", "reason": "R", "languages": ["be"]}
    ], designated=[{"domain": "mirror.test", "designated_in": ["XZ"]}])  # fmt: skip
    day = {"id": "day", "name": {"en": "Day of Boris Kern"}, "month": 5, "day": 21}
    made.campaign(
        "free_anna", name={"en": "Free Anna Petrova"}, occasions=[day], people=["anna"],
        signatories=[{"partner": "writers"}, {"name": "Friends of Vera Lind"}],
        links=["example.org", "mirror.test", "waves.test"],
    )  # fmt: skip
    return made.campaign("elsewhere", people=[], name="Elsewhere")


KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "campaign": ("{{ campaign.name }}", {}),
    "tags": ("Hello", {"hashtags": {"required": ["FreeBorisKern"]}}),
    "card": ("Hello", {"cta": "petition"}),
    "call": ("Sign {{ cta.petition }}", {}),
    "call by another spelling": ("Sign {{ cta['petition'] }}", {}),
    "occasion": ("{{ occasion.name }}", {"occasion": "day"}),
    "fact": ("{{ fact.prisoners }}", {}),
    "fact in a picture": ("Hello", {"facts": ["shown"]}),
    "signatories": ("{{ signatories }}", {}),
    "cosigned": ("Hello", {"cosigned": True}),
    "mention": ("Hello", {"mentions": ["writers"]}),
    "mention in words": ("With {{ partner.writers }}", {}),
    "first name": ("Anna must be free", {}),
    "name": ("Free {{ person.boris }}", {}),
    "portrait": ("Hello", {"media": ["a.png"]}),
    "caption": ("Hello", {"media": ["b.png"]}),
    "listed": ("Hello", {"people": ["vera"]}),
    "sensitive": ("Anna Petrova is ill", {"risk": {"sensitive": ["health"]}}),
    "state": ("Anna Petrova", {"for_states": ["died"]}),
    "warning": ("Hello", {"content_warning": {"en": "About Boris Kern"}}),
    "risk": ("See https://mirror.test/x", {"risk": THERE}),
    "risky call": ("Hello", {"cta": "donation", "risk": THERE}),
    "language": ("Прывітанне", {"lang": "be"}),
}
PARTS = st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=4, unique=True)


def spoken(made: Workshop, platform: str, **boost: Any) -> tuple[Planned, Planned]:
    """The original and its boost, as planned."""
    made.partner("press_union", languages=["en", "be"]).boost("again", of="hello", campaign="elsewhere", **boost)
    made.queue("first", "hello", at=NINE, platforms=[platform], partners=[boost.get("partner", "press_union")])
    made.queue("second", "again", at=TEN, platforms=[platform], partners=["press_union"])
    return made.planned("hello"), made.planned("again")


def carried(one: Planned) -> set[str]:
    return {subject for subject in one.subjects if not subject.startswith("account:")}


@pytest.mark.parametrize("platform", ["x", "bluesky", "mastodon"])
@pytest.mark.parametrize("kind", list(KINDS))
def test_each_kind_of_word_is_carried(kind: str, platform: str) -> None:
    text, front = KINDS[kind]
    original, boost = spoken(ground().post("hello", text, **front), platform)
    assert carried(original) <= set(boost.subjects)
    assert "campaign:elsewhere" in boost.subjects
    assert "account:press_union/" + platform in boost.subjects


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(PARTS, st.sampled_from(["x", "bluesky", "mastodon"]), st.sampled_from(["press_union", "writers"]))
def test_together_too_and_for_a_partners_post(kinds: list[str], platform: str, partner: str) -> None:
    made, front = ground(), dict[str, Any]()
    for kind in kinds:
        front |= KINDS[kind][1]
    text = "\n".join(KINDS[kind][0] for kind in kinds if KINDS[kind][1].get("lang") is None) or "Прывітанне"
    made.partner("writers", languages=["en", "be"]).account(f"writers/{platform}")
    if "{{ occasion" in text:
        front["occasion"] = "day"
    original, boost = spoken(made.post("hello", text, **front), platform, partner=partner)
    assert original.partner == partner
    assert carried(original) <= set(boost.subjects)
    assert boost.approvals >= original.approvals
    assert boost.late <= max(original.late, boost.due + timedelta(hours=2))


def test_the_boosts_own_readers_are_asked_about_what_the_original_says() -> None:
    """The original was for the world; the boost is for readers at risk."""
    made = ground().post("hello", "See https://mirror.test/x", cta="donation")
    original, boost = spoken(made, "x", risk=THERE)
    assert not any(subject.startswith("risk:") for subject in original.subjects)
    risks = {one for one in boost.subjects if one.startswith("risk:")}
    assert risks == {"risk:action/donation", "risk:link/mirror.test"}
    assert sorted(codes(made.plan().findings)) == ["RISK-BOOST", "RISK-CALL"]


@pytest.mark.parametrize(
    ("front", "needed"),
    [({"owner": "writers"}, 1), ({"risk": {"sensitive": ["health"]}}, 2), ({"for_states": ["died"]}, 2), ({}, 0)],
)
def test_its_approvals_are_the_originals_at_least(front: dict[str, Any], needed: int) -> None:
    original, boost = spoken(ground().post("hello", "Hello", people=["anna"], **front), "x")
    assert original.approvals == boost.approvals == needed
    assert boost.approvals_why == original.approvals_why
    made = ground().campaign("free_anna", approvals=2).post("hello", "Hello")
    assert spoken(made, "x")[1].approvals == 2


def test_its_window_ends_when_the_original_expires() -> None:
    made = ground().post("hello", "Hello", expires_at="2027-05-18T10:30:00Z")
    original, boost = spoken(made, "x")
    assert original.late == at(NINE) + timedelta(hours=2)
    assert boost.late == at("2027-05-18T10:30Z")
    assert spoken(made.boost("again", expires_at="2027-05-18T10:10:00Z"), "x")[1].late == at("2027-05-18T10:10Z")


@pytest.mark.parametrize(
    "front",
    [{"expires_at": "2027-05-18T09:59:00Z"}, {"embargo_until": "2027-05-19T00:00:00Z"},
     {"not_before": "2027-05-19T00:00:00Z"}],
)  # fmt: skip
def test_a_boost_outside_the_days_of_its_original_is_a_problem(front: dict[str, Any]) -> None:
    made = ground().post("hello", "Hello", **front)
    spoken(made, "x")
    wrong = [one for one in made.plan().findings if one.problem.place.path == "posts/again.md"]
    assert codes(wrong) == ["EMBARGO"]
    assert "hello" in wrong[0].problem.message


def test_a_boost_of_what_cannot_be_written_is_left_out() -> None:
    made = ground().post("hello", "Hello {{ occasion.name }}").boost("again", of="hello")
    made.queue("first", "hello", at=NINE, platforms=["x"]).queue("second", "again", at=TEN, platforms=["x"])
    assert any("which it boosts, has a mistake" in one.why for one in made.plan().left_out if one.post == "again")
