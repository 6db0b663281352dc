"""No sequence of renames, moves, copies, removals and restorings of files says the same thing twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger import rows
from ledger.databases import WoundLedger
from workshop import MONDAY, Workshop

from amplify.engine.publish import run_pass
from amplify.ledger.database import Ledger
from amplify.planning import queue as queue_module
from amplify.planning.queue import queue_plan
from engine.fake import FakeDesk, World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TEXTS = ("The first of three", "Now another one", "Something else at last")


@dataclass
class House:
    """Posts and entries as plain values, of which a workshop is made anew for each pass."""

    posts: dict[str, str] = field(default_factory=dict)
    entries: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Entry → post, hour."""
    away: list[tuple[str, Any]] = field(default_factory=list)
    names: int = 0

    def name(self) -> str:
        self.names += 1
        return f"n{self.names}"

    def workshop(self) -> Workshop:
        shop = Workshop()
        for post, text in self.posts.items():
            shop.post(post, text)
        for entry, (post, hour) in self.entries.items():
            if post in self.posts:
                shop.queue(entry, post, at=(MONDAY + hour * HOUR).isoformat(), platforms=["x"], lateness="12h")
        return shop


def act(house: House, kind: str, which: int, other: int) -> None:
    posts, entries = sorted(house.posts), sorted(house.entries)
    post = posts[which % len(posts)] if posts else None
    entry = entries[which % len(entries)] if entries else None
    if kind == "write":
        new = house.name()
        house.posts[new] = TEXTS[which % 3]
        house.entries[house.name()] = (new, other)
    elif kind == "copy post" and post:
        new = house.name()
        house.posts[new] = house.posts[post]
        house.entries[house.name()] = (new, other)
    elif kind == "copy entry" and entry:
        house.entries[house.name()] = house.entries[entry]
    elif kind == "rename post" and post:
        new = house.name()
        house.posts[new] = house.posts.pop(post)
        house.entries = {id: (new if of == post else of, hour) for id, (of, hour) in house.entries.items()}
    elif kind == "rename entry" and entry:
        house.entries[house.name()] = house.entries.pop(entry)
    elif kind == "move" and entry:
        house.entries[entry] = (house.entries[entry][0], other)
    elif kind == "reword" and post:
        house.posts[post] = TEXTS[other % 3]
    elif kind == "swap" and post:
        two = posts[other % len(posts)]
        house.posts[post], house.posts[two] = house.posts[two], house.posts[post]
    elif kind == "give" and entry and posts:
        house.entries[entry] = (posts[other % len(posts)], house.entries[entry][1])
    elif kind == "remove entry" and entry:
        house.away.append((entry, house.entries.pop(entry)))
    elif kind == "remove post" and post:
        house.away.append((post, house.posts.pop(post)))
    elif kind == "restore" and house.away:
        name, value = house.away.pop(which % len(house.away))
        (house.posts if isinstance(value, str) else house.entries)[name] = value


KINDS = (
    *("write", "copy post", "copy entry", "rename post", "rename entry", "move", "reword", "swap", "give"),
    *("remove entry", "remove post", "restore", "pass", "pass"),
)
STEPS = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 5), st.integers(0, 60)), min_size=4, max_size=30)


@contextmanager
def opened() -> Iterator[Ledger]:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger.open(f"sqlite:///{folder}/ledger.sqlite")
        try:
            yield ledger
        finally:
            ledger.close()


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=False)
@given(STEPS)
def test_no_change_of_files_says_a_text_twice(steps: list[tuple[str, int, int]]) -> None:
    house = House()
    act(house, "write", 0, 2)
    with opened() as ledger:
        app = FakeDesk(ledger, World(), MONDAY, house.workshop())
        for kind, which, other in [*steps, ("pass", 0, 6)]:
            act(house, kind, which, other)
            if kind == "pass":
                app.time.set(app.clock.now() + (1 + other % 12) * HOUR)
            app.shop = house.workshop()
            app.edited()
            run_pass(app, workers=1)
        said = Counter((one.account, one.text) for one in app.world.accepted)
        assert all(count == 1 for count in said.values()), said


@pytest.fixture
def app(ledger: WoundLedger) -> FakeDesk:
    shop = Workshop().post("one", TEXTS[0])
    shop.queue("first", "one", at=(MONDAY + HOUR).isoformat(), platforms=["x"])
    return FakeDesk(ledger, World(), MONDAY, shop)


def shop_of(app: FakeDesk) -> Workshop:
    assert app.shop is not None
    return app.shop


def sent(app: FakeDesk, hours: float) -> list[str]:
    app.edited()
    app.time.set(MONDAY + hours * HOUR)
    run_pass(app)
    return app.world.texts()


def test_renamed_within_its_lateness_window(app: FakeDesk) -> None:
    """What was sent at 1:20 is compared with what is due at 1:00 under another name."""
    sent(app, 0)
    assert sent(app, 1.3) == [TEXTS[0]]
    shop_of(app).without("queue", "first").queue("renamed", "one", at=(MONDAY + HOUR).isoformat(), platforms=["x"])
    (problem,) = queue_plan(app).problems
    assert problem.code == "X-REPEAT"
    assert sent(app, 1.5) == [TEXTS[0]]


def test_a_thread_that_is_half_out_and_renamed(app: FakeDesk) -> None:
    shop_of(app).post("one", f"{TEXTS[0]}\n\n## part\n\n{TEXTS[1]}")
    app.world.answers["press_union/x"].extend(["accept", "try_later"])
    assert sent(app, 1) == [TEXTS[0]]
    shop_of(app).without("queue", "first").queue("renamed", "one", at=(MONDAY + HOUR).isoformat(), platforms=["x"])
    assert sent(app, 2) == [TEXTS[0]]


def test_taken_down_and_renamed(app: FakeDesk) -> None:
    sent(app, 0)
    assert sent(app, 1) == [TEXTS[0]]
    with app.ledger.write() as connection:
        connection.execute(rows.update(rows.DELIVERY).values(state="removed"))
    shop_of(app).without("queue", "first").queue("renamed", "one", at=(MONDAY + HOUR).isoformat(), platforms=["x"])
    assert sent(app, 1.5) == [TEXTS[0]]


def test_reworded_after_it_was_sent_and_said_elsewhere(app: FakeDesk) -> None:
    """The first entry says other words now; what it did say still counts."""
    sent(app, 0)
    assert sent(app, 1) == [TEXTS[0]]
    shop_of(app).post("one", TEXTS[1]).post("two", TEXTS[0])
    shop_of(app).queue("second", "two", at=(MONDAY + 2 * HOUR).isoformat(), platforms=["x"])
    assert sent(app, 2) == [TEXTS[0]]


def test_with_an_explicit_repeat_it_is_said_again(app: FakeDesk) -> None:
    shop_of(app).post("one", TEXTS[0], repeat={"after": "30m"})
    sent(app, 0)
    sent(app, 1)
    shop_of(app).queue("second", "one", at=(MONDAY + 2 * HOUR).isoformat(), platforms=["x"])
    assert sent(app, 2) == [TEXTS[0], TEXTS[0]]


@pytest.mark.parametrize(
    ("again", "times"),
    [({}, 1), ({"repeat": {"after": "30m"}}, 2), ({"urls": {"x": "https://x.example/2"}}, 2)],
    ids=["the same", "with an explicit repeat", "another original"],
)
def test_the_same_original_is_boosted_once(app: FakeDesk, again: dict[str, Any], times: int) -> None:
    shop = shop_of(app).partner("writers")
    same = {"partner": "writers", "urls": {"x": "https://x.example/1"}}
    for number, how in enumerate(({}, again)):
        shop.boost(f"b{number}", **{**same, **how})
        at = (MONDAY + number * HOUR).isoformat()
        shop.queue(f"b{number}", f"b{number}", at=at, platforms=["x"], partners=["press_union"])
        sent(app, number)
    assert len(app.world.boosts) == times


def test_two_boosts_of_one_post_that_are_planned_together(app: FakeDesk) -> None:
    shop = shop_of(app).boost("b1", "one").boost("b2", "one")
    for hour, id in enumerate(("b1", "b2"), 2):
        shop.queue(id, id, at=(MONDAY + hour * HOUR).isoformat(), platforms=["x"], partners=["press_union"])
    app.edited()
    (problem,) = queue_plan(app).problems
    assert (problem.code, str(problem.place).split(":")[0]) == ("X-REPEAT", "posts/b2.md")


def test_sent_while_another_machine_plans(app: FakeDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between planning and writing, the post goes out under its old name."""
    sent(app, 0)
    app.time.set(MONDAY + HOUR)
    plan = queue_module.plan_deliveries

    def slowly(*args: Any, **more: Any) -> Any:
        planned = plan(*args, **more)
        claimed = rows.take_one(app.ledger, now=app.clock.now())
        rows.send(app.ledger, claimed, now=app.clock.now())
        return planned

    monkeypatch.setattr(queue_module, "plan_deliveries", slowly)
    shop_of(app).without("queue", "first").queue("renamed", "one", at=(MONDAY + HOUR).isoformat(), platforms=["x"])
    app.edited()
    assert [one.code for one in queue_plan(app).problems] == ["X-REPEAT"]
    assert rows.states(app.ledger) == {"sent": 1}
    monkeypatch.undo()
    assert sent(app, 1.1) == []  # the fake world saw nothing: the other machine has sent it
    assert rows.states(app.ledger) == {"sent": 1}
