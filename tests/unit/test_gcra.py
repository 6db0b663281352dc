"""No window of a server ever holds more than its limit, whatever it says, when, and however late requests land."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from amplify.context.timings import Timings
from amplify.engine.worker import AHEAD
from amplify.model.rate_limit import ObservedLimit, RateLimit, rate_scope
from amplify.rules.plan.gcra import LANDING, RateBucket, acquire, apply_headers

NOW = datetime(2027, 5, 17, 9, tzinfo=UTC)
POSTS = RateLimit("posts", "account", 100, timedelta(minutes=15))
FIRST = RateBucket()


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def taken(bucket: RateBucket, cost: int, at: datetime, allowance: RateLimit = POSTS) -> RateBucket:
    answer = acquire(bucket, allowance, cost, at)
    assert isinstance(answer, RateBucket), answer
    return answer


def refused(bucket: RateBucket, cost: int, at: datetime, allowance: RateLimit = POSTS) -> datetime:
    answer = acquire(bucket, allowance, cost, at)
    assert isinstance(answer, datetime), answer
    return answer


def most_at(bucket: RateBucket, at: datetime, allowance: RateLimit = POSTS) -> int:
    """How many may go at one instant."""
    count = 0
    while isinstance(bucket := acquire(bucket, allowance, 1, at), RateBucket):  # type: ignore[assignment]
        count += 1
    return count


class TestWithoutAWord:
    def test_half_of_the_limit_goes_at_once(self) -> None:
        assert most_at(FIRST, NOW) == 50

    def test_the_rest_one_by_one(self) -> None:
        bucket = taken(FIRST, 50, NOW)
        opens = refused(bucket, 1, NOW)
        assert opens == after((900 + 120) / 50)
        assert most_at(bucket, opens) == 1

    def test_the_time_that_is_named_is_the_first_that_will_do(self) -> None:
        bucket = taken(FIRST, 50, NOW)
        opens = refused(bucket, 7, after(3))
        assert refused(bucket, 7, opens - timedelta(microseconds=1)) == opens
        taken(bucket, 7, opens)

    def test_a_long_thread_waits_for_a_full_bucket_and_goes(self) -> None:
        bucket = taken(FIRST, 10, NOW)
        opens = refused(bucket, 80, NOW)
        assert most_at(taken(bucket, 80, opens), opens) == 0

    def test_a_thread_beyond_any_limit_is_not_held_for_ever(self) -> None:
        bucket = taken(FIRST, 1, NOW)
        taken(bucket, 1000, refused(bucket, 1000, NOW))

    def test_what_is_not_documented_is_not_limited(self) -> None:
        bucket = FIRST
        silent = RateLimit("day", "account", None, timedelta(days=1))
        for _ in range(1000):
            bucket = taken(bucket, 1, NOW, silent)

    @pytest.mark.parametrize("limit", [1, 2, 3])
    def test_small_limits_open_again(self, limit: int) -> None:
        allowance = RateLimit("posts", "account", limit, timedelta(seconds=10))
        bucket = taken(FIRST, 1, NOW, allowance)
        for _ in range(limit):
            answer = acquire(bucket, allowance, 1, NOW)
            bucket = answer if isinstance(answer, RateBucket) else taken(bucket, 1, answer, allowance)


class TestItsOwnWord:
    def heard(self, remaining: int, resets: float, limit: int = 100) -> ObservedLimit:
        return ObservedLimit(POSTS, limit, remaining, after(resets))

    def test_all_that_remains_may_go_at_once(self) -> None:
        bucket = apply_headers(FIRST, self.heard(99, 900), NOW)
        assert most_at(bucket, after(1)) == 99

    def test_nothing_remains_until_it_counts_anew(self) -> None:
        bucket = apply_headers(FIRST, self.heard(0, 900), NOW)
        assert refused(bucket, 1, after(1)) == after(901)
        taken(bucket, 1, after(901))

    def test_what_was_taken_meanwhile_is_not_given_back(self) -> None:
        bucket = apply_headers(FIRST, self.heard(50, 900), NOW)
        bucket = taken(bucket, 20, after(1))
        bucket = apply_headers(bucket, self.heard(49, 900), after(2))  # the answer to the first of the twenty
        assert bucket.remaining == 30

    def test_what_others_took_is_gone(self) -> None:
        bucket = apply_headers(FIRST, self.heard(50, 900), NOW)
        assert apply_headers(bucket, self.heard(3, 900), after(2)).remaining == 3

    def test_what_was_under_way_when_it_first_spoke_is_not_counted_as_left(self) -> None:
        bucket = taken(FIRST, 10, NOW)
        assert apply_headers(bucket, self.heard(99, 900), after(1)).remaining == 89

    def test_an_answer_of_a_window_that_is_over_says_nothing(self) -> None:
        assert apply_headers(FIRST, self.heard(0, -1), NOW) == FIRST

    def test_another_limit_than_documented(self) -> None:
        bucket = apply_headers(FIRST, self.heard(0, 60, limit=10), NOW)
        assert most_at(bucket, after(61)) == 5

    def test_requests_under_way_land_in_the_next_window(self) -> None:
        bucket = apply_headers(FIRST, self.heard(100, 900), NOW)
        bucket = taken(bucket, 40, after(899))
        assert most_at(bucket, after(901)) == 10

    def test_a_window_that_moves_with_every_answer_is_held_to_its_first_end(self) -> None:
        bucket = apply_headers(FIRST, self.heard(10, 900), NOW)
        for second in range(1, 8):
            bucket = taken(bucket, 1, after(second))
            bucket = apply_headers(bucket, self.heard(99, 900 + second), after(second))
        assert bucket.remaining == 3


@dataclass
class Server:
    """Counts what lands in plain windows: each begins with the first request after the last, or at a whole multiple."""

    limit: int
    window: float
    aligned: bool
    start: float = -1e9
    count: int = 0
    worst: int = 0
    ends: list[float] = field(default_factory=list)

    def land(self, at: float, cost: int) -> tuple[int, float]:
        """What remains, and until when."""
        if at >= self.start + self.window:
            self.start = at // self.window * self.window if self.aligned else at
            self.count = 0
        self.count += cost
        self.worst = max(self.worst, self.count)
        return max(0, self.limit - self.count), self.start + self.window


@st.composite
def stories(draw: st.DrawFn) -> list[tuple[float, int, float, float | None]]:
    """Asked after a pause; cost; how late it lands; how late the answer's headers arrive (None: there are none)."""
    return draw(
        st.lists(
            st.tuples(
                st.sampled_from([0.0, 0.0, 0.0, 0.1, 1.0, 7.0, 30.0, 70.0, 130.0]),
                st.integers(1, 4),
                st.sampled_from([0.0, 0.2, 5.0, 59.0, 119.0]),
                st.none() | st.sampled_from([0.0, 0.3, 20.0]),
            ),
            min_size=10,
            max_size=150,
        )
    )


@settings(max_examples=400, deadline=None)
@given(
    limit=st.integers(4, 40),
    window=st.sampled_from([30.0, 90.0, 300.0, 900.0]),
    aligned=st.booleans(),
    whole=st.booleans(),
    documented=st.booleans(),
    story=stories(),
)
def test_no_window_of_the_server_is_ever_exceeded(
    limit: int,
    window: float,
    aligned: bool,
    whole: bool,
    documented: bool,
    story: list[tuple[float, int, float, float | None]],
) -> None:
    allowance = RateLimit("posts", "account", limit, timedelta(seconds=window))
    server, bucket, now = Server(limit, window, aligned), FIRST, 0.0
    landing: list[tuple[float, int, float | None]] = []
    answers: list[tuple[float, ObservedLimit]] = []
    if not documented:  # only its word counts, so it has spoken once
        remaining, ends = server.land(0.0, 0)
        bucket = apply_headers(FIRST, ObservedLimit(allowance, limit, remaining, after(ends)), NOW)

    def until(moment: float) -> None:
        nonlocal bucket
        landing.sort(key=lambda one: one[0])
        while landing and landing[0][0] <= moment:
            at, cost, back = landing.pop(0)
            remaining, ends = server.land(at, cost)
            if back is not None:
                ends = float(int(ends)) if whole else ends
                answers.append((at + back, ObservedLimit(allowance, limit, remaining, after(ends))))
        answers.sort(key=lambda one: one[0])
        while answers and answers[0][0] <= moment:
            at, said = answers.pop(0)
            bucket = apply_headers(bucket, said, after(at))

    for pause, cost, late, back in story:
        now += pause
        until(now)
        answer = acquire(bucket, allowance, cost, after(now))
        if isinstance(answer, datetime):
            assert answer > after(now)
            if pause == 30.0:  # now and then somebody waits for it
                event("waited")
                now = (answer - NOW).total_seconds()
                until(now)
                answer = acquire(bucket, allowance, cost, after(now))
        if isinstance(answer, RateBucket):
            bucket = answer
            landing.append((now + late, cost, back))
    until(now + 10_000)
    assert server.worst <= limit


@settings(max_examples=300, deadline=None)
@given(
    limit=st.integers(1, 30),
    window=st.integers(1, 1000),
    asked=st.lists(st.tuples(st.integers(0, 200), st.integers(1, 5)), min_size=1, max_size=80),
)
def test_without_a_word_no_stretch_as_long_as_a_window_holds_more_than_the_limit(
    limit: int, window: int, asked: list[tuple[int, int]]
) -> None:
    allowance = RateLimit("posts", "account", limit, timedelta(seconds=window))
    bucket, at, went = FIRST, NOW, []
    for pause, cost in asked:
        at += timedelta(seconds=pause)
        cost = min(cost, limit)
        answer = acquire(bucket, allowance, cost, at)
        if isinstance(answer, RateBucket):
            bucket = answer
            went.append((at, cost))
    for begin, _ in went:
        end = begin + allowance.window
        assert sum(cost for moment, cost in went if begin <= moment < end) <= limit


def test_what_is_remembered_reaches_further_than_a_claim_lives() -> None:
    assert Timings().lease + AHEAD < LANDING


def test_places() -> None:
    assert rate_scope("mastodon", "https://Social.example/") == "mastodon:social.example"
    assert rate_scope("x", None) == "x:"
