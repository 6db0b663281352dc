"""Whether what is queued fits into an account's day."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from workshop import at

from amplify.rules.plan.capacity import EarliestSlot, SlotRequest, day_of, earliest_slots


def wishes(*dues: str, per_day: int = 9, gap: int = 0, lateness: int = 120, zone: str = "UTC") -> list[SlotRequest]:
    """Minutes everywhere."""
    return [
        SlotRequest(at(due), at(due) + timedelta(minutes=lateness), zone, per_day, timedelta(minutes=gap))
        for due in dues
    ]


def said(*those: SlotRequest) -> list[str]:
    return [
        f"{turn.at:%d %H:%M}{'' if turn.fits else ' late'}{' full' if turn.full else ''}"
        for turn in earliest_slots(those)
    ]


def test_everybody_gets_a_turn_when_it_is_due() -> None:
    assert said(*wishes("2027-05-17 09:00", "2027-05-17 13:00", gap=240)) == ["17 09:00", "17 13:00"]


def test_the_gap_pushes_a_post_as_far_as_its_lateness_allows() -> None:
    assert said(*wishes("2027-05-17 09:00", "2027-05-17 09:30", gap=60)) == ["17 09:00", "17 10:00"]
    assert said(*wishes("2027-05-17 09:00", "2027-05-17 09:30", gap=150)) == ["17 09:00", "17 11:30 late"]
    assert said(*wishes("2027-05-17 09:00", "2027-05-17 09:30", gap=149)) == ["17 09:00", "17 11:29"]


def test_pushes_add_up() -> None:
    hours = ("2027-05-17 09:00", "2027-05-17 09:00", "2027-05-17 09:00", "2027-05-17 09:00")
    assert said(*wishes(*hours, gap=50)) == ["17 09:00", "17 09:50", "17 10:40", "17 11:30 late"]


def test_what_does_not_fit_takes_nobodys_place() -> None:
    those = wishes("2027-05-17 09:00", "2027-05-17 09:10", lateness=10, gap=60)
    assert said(*those, *wishes("2027-05-17 09:30", gap=60)) == ["17 09:00", "17 10:00 late", "17 10:00"]


def test_a_full_day_leads_to_the_readers_next_day() -> None:
    hours = ("2027-05-17 18:00", "2027-05-17 19:00")
    assert said(*wishes(*hours, per_day=1)) == ["17 18:00", "18 00:00 late full"]
    assert said(*wishes(*hours, per_day=1, lateness=301)) == ["17 18:00", "18 00:00 full"]
    assert said(*wishes(*hours, per_day=1, lateness=181, zone="Europe/Vilnius")) == ["17 18:00", "17 21:00 full"]


@given(
    st.lists(st.integers(0, 3000), max_size=12).map(sorted), st.integers(1, 3), st.integers(0, 300), st.integers(1, 900)
)
def test_turns_keep_what_they_promise(dues: list[int], per_day: int, gap: int, lateness: int) -> None:
    start = at("2027-05-17")
    those = [
        SlotRequest(
            start + timedelta(minutes=due),
            start + timedelta(minutes=due + lateness),
            "Asia/Tbilisi",
            per_day,
            timedelta(minutes=gap),
        )
        for due in dues
    ]
    kept: list[EarliestSlot] = []
    for wish, turn in zip(those, earliest_slots(those), strict=True):
        assert turn.at >= wish.due
        assert turn.fits == (turn.at < wish.late)
        if turn.fits:
            assert not kept or turn.at - kept[-1].at >= wish.gap
            kept.append(turn)
    days = [day_of(turn.at, "Asia/Tbilisi") for turn in kept]
    assert all(days.count(day) <= per_day for day in days)
