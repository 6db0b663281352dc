"""Buckets: shared by all workers, exact, and cheap."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from counterparts.postgres import Cluster
from sqlalchemy import event, select

from amplify.ledger.database import Ledger
from amplify.ledger.holds.rate_limits import RateRequest, acquire, apply_headers
from amplify.ledger.tables import BUCKET
from amplify.model.rate_limit import ObservedLimit, RateLimit
from ledger.databases import WoundLedger
from ledger.together import at_once

REAL = datetime(2027, 5, 17, 9, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
POSTS = RateLimit("posts", "account", 10, QUARTER, boost=0)
REPOSTS = RateLimit("reposts", "account", 4, QUARTER, post=0)
APP = RateLimit("app", "place", 20, timedelta(days=1), boost=0)
X = {"x": (POSTS, REPOSTS, APP)}


def want(name: str, parts: int = 1, boost: bool = False, place: str | None = "x:") -> RateRequest:
    return RateRequest(f"{name}/x", place, "x", parts, boost)


def taken(ledger: Ledger, *wants: RateRequest, real: datetime = REAL) -> dict[str, datetime]:
    with ledger.write() as connection:
        return acquire(connection, wants, X, real)


def told(ledger: Ledger, key: str, said: ObservedLimit, real: datetime = REAL) -> None:
    with ledger.write() as connection:
        apply_headers(connection, [(key, said)], real)


def buckets(ledger: Ledger) -> dict[str, Any]:
    with ledger.read() as connection:
        return {row.key: row for row in connection.execute(select(BUCKET))}


@contextmanager
def counting(ledger: Ledger) -> Iterator[list[str]]:
    """Statements that are run meanwhile."""
    seen: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    event.listen(ledger.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(ledger.engine, "before_cursor_execute", note)


def test_what_fits_goes_and_what_does_not_is_told_when(ledger: WoundLedger) -> None:
    assert taken(ledger, want("a", 5), want("b", 1)) == {}
    later = taken(ledger, want("a", 1), want("b", 1))
    assert later.keys() == {"a/x"}
    assert REAL < later["a/x"] <= REAL + QUARTER
    assert taken(ledger, want("a", 1), real=later["a/x"]) == {}


def test_all_buckets_or_none(ledger: WoundLedger) -> None:
    for name in "abcdefghij":
        assert taken(ledger, want(name)) == {}
    before = buckets(ledger)
    assert taken(ledger, want("k")).keys() == {"k/x"}  # the app's bucket is empty
    after = buckets(ledger)
    assert after["app x:"] == before["app x:"]
    assert after["posts k/x"].taken == 0


def test_a_boost_draws_on_its_own(ledger: WoundLedger) -> None:
    assert taken(ledger, want("a", 5)) == {}
    assert taken(ledger, want("a", boost=True), want("a", boost=True)) == {}
    assert taken(ledger, want("a", boost=True)).keys() == {"a/x"}
    assert buckets(ledger).keys() == {"posts a/x", "reposts a/x", "app x:"}


def test_who_is_turned_away_at_a_place_is_told_a_turn_of_its_own(ledger: WoundLedger) -> None:
    crowd = [want(f"n{number}") for number in range(16)]
    later = taken(ledger, *crowd)
    assert list(later) == [one.account for one in crowd[10:]]  # first come, first served
    turns = list(later.values())
    assert turns == sorted(set(turns))
    for name, opens in later.items():
        assert taken(ledger, RateRequest(name, "x:", "x", 1), real=opens) == {}


def test_other_places_have_buckets_of_their_own(ledger: WoundLedger) -> None:
    here = [want(f"n{number}") for number in range(10)]
    assert taken(ledger, *here) == {}
    assert taken(ledger, want("there", place="x:other.example")) == {}
    assert taken(ledger, want("here")).keys() == {"here/x"}


def test_a_place_that_nobody_knows_is_not_counted(ledger: WoundLedger) -> None:
    assert taken(ledger, want("a", place=None)) == {}
    assert buckets(ledger).keys() == {"posts a/x"}


def test_no_allowance_no_statement(ledger: WoundLedger) -> None:
    with ledger.write() as connection, counting(ledger) as seen:
        assert acquire(connection, [RateRequest("a/elsewhere", None, "elsewhere", 1)], X, REAL) == {}
        apply_headers(connection, [], REAL)
    assert seen == []


def test_the_servers_word_rules(ledger: WoundLedger) -> None:
    told(ledger, "posts a/x", ObservedLimit(POSTS, 10, 1, REAL + QUARTER))
    assert taken(ledger, want("a", 1)) == {}
    assert taken(ledger, want("a", 1)) == {"a/x": REAL + QUARTER + timedelta(seconds=1)}
    told(ledger, "posts b/x", ObservedLimit(POSTS, 10, 9, REAL + QUARTER))
    assert taken(ledger, want("b", 9)) == {}  # more than the half that goes at once unasked


def test_the_servers_word_is_kept_exactly(ledger: WoundLedger) -> None:
    taken(ledger, want("a"), real=REAL - timedelta(days=1))
    resets = datetime(2027, 5, 17, 9, 15, 0, 123456, tzinfo=UTC)
    told(ledger, "app x:", ObservedLimit(APP, 17, 12, resets))
    row = buckets(ledger)["app x:"]
    assert (row.most, row.remaining, row.real_resets) == (17, 12, resets)


def test_two_statements_a_batch_however_many(ledger: WoundLedger) -> None:
    crowd = [want(f"n{number}") for number in range(8)]
    taken(ledger, *crowd)
    later = REAL + timedelta(hours=20)
    with ledger.write() as connection, counting(ledger) as seen:
        assert acquire(connection, crowd, X, later) == {}
    assert len(seen) == 2, seen
    said = [(f"posts n{number}/x", ObservedLimit(POSTS, 10, 5, later + QUARTER)) for number in range(8)]
    with ledger.write() as connection, counting(ledger) as seen:
        apply_headers(connection, said, later)
    assert len(seen) == 2, seen


WORKERS = """
    import json, random
    from datetime import UTC, datetime, timedelta
    from amplify.ledger.holds.rate_limits import RateRequest, acquire
    from amplify.ledger.database import Ledger
    from amplify.model.rate_limit import RateLimit

    ledger = Ledger.open(URL)
    day = timedelta(days=1)
    platforms = {
        "x": [RateLimit("posts", "account", 14, day), RateLimit("app", "place", 200, day)],
        "bluesky": [RateLimit("hour", "account", 42, day, post=3), RateLimit("requests", "place", 90, day)],
    }
    draw = random.Random(NUMBER)
    went = []
    ready()
    for _ in range(40):
        # Each worker has accounts of its own in hand, as a claim does; the places are everybody's.
        wants = [
            RateRequest(f"p{NUMBER}-{draw.randrange(12)}/{platform}", f"{platform}:", platform, draw.randint(1, 2))
            for platform in draw.choices(sorted(platforms), k=4)
        ]
        wants = list({one.account: one for one in wants}.values())
        with ledger.write() as connection:
            later = acquire(connection, wants, platforms, datetime.fromisoformat(REAL))
        went += [(one.account, one.platform, one.parts) for one in wants if one.account not in later]
    print(json.dumps(went))
"""


def test_four_processes_take_exactly_what_there_is(ledger: WoundLedger, database: str) -> None:
    said = at_once(4, WORKERS, URL=database, REAL=REAL.isoformat())
    went = [tuple(one) for line in said for one in json.loads(line)]
    by_account: dict[str, int] = {}
    by_platform: dict[str, int] = {}
    for account, platform, parts in went:
        by_account[account] = by_account.get(account, 0) + parts
        by_platform[platform] = by_platform.get(platform, 0) + parts
    assert by_platform == {"x": 100, "bluesky": 45}  # half of each limit goes at one instant, to the last token
    assert max(by_account.values()) <= 7
    rows = buckets(ledger)
    shared = {"x": rows["app x:"].taken, "bluesky": rows["requests bluesky:"].taken}
    assert shared == by_platform
    for account, parts in by_account.items():
        assert sum(row.taken for key, row in rows.items() if key.endswith(f" {account}")) in (parts, 3 * parts)


@pytest.mark.parametrize("first", ["take", "hear"])
def test_hearing_never_waits_for_another_worker(postgres_cluster: Cluster, first: str) -> None:
    url = postgres_cluster.new_database()
    one, other = Ledger.open(url), Ledger.open(url)
    taken(one, want("a"), want("b"))
    said = [
        ("app x:", ObservedLimit(APP, 20, 3, REAL + QUARTER)),
        ("posts b/x", ObservedLimit(POSTS, 10, 3, REAL + QUARTER)),
    ]
    with one.write() as connection:
        if first == "take":
            acquire(connection, [want("a")], X, REAL)
        else:
            apply_headers(connection, said[:1], REAL)
        with other.write() as second:
            second.exec_driver_sql("SET LOCAL lock_timeout = '2s'")
            apply_headers(second, said, REAL)
    rows = buckets(one)
    assert rows["posts b/x"].remaining == 2  # one is under way
    assert (rows["app x:"].remaining is None) == (first == "take")
    one.close()
    other.close()
