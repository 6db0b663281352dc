"""kill -9 at every step of `amplify publish`, on the stage: the next run loses nothing and repeats nothing."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from counterparts.postgres import Cluster
from ledger import rows
from sqlalchemy import Connection
from steps.files import Files, handle, soon, variables

from amplify.ledger.store import Ledger
from amplify.stage.process import Stage
from crash.child import POINTS, finish, start

PLATFORMS = ("x", "bluesky", "mastodon")
SECONDS = 30.0
_numbers = iter(range(10**6))


class House:
    """One partner with one account on the stage: a thread with a picture, and a post behind it, both due."""

    def __init__(self, root: Path, stage: Stage, platform: str, database: str | None = None) -> None:
        self.stage, self.platform, self.root = stage, platform, root
        partner = f"killed{os.getpid()}n{next(_numbers)}"
        self.handle = handle(partner, platform)
        stage.control.clear_failures()
        stage.control.clock(datetime.now(UTC))
        self.files = Files(root, partner)
        self.files.picture("open/window.png")
        self.files.post("thread", f"{partner} says one\n---\n{partner} says two", pictures=["open/window.png"])
        self.files.post("behind", f"{partner} says three")
        self.files.queue("thread", at=soon(-120))
        self.files.queue("behind", at=soon(-60))
        self.files.we_are(partner, [platform], stage.url)
        self.texts = [f"{partner} says {word}" for word in ("one", "two", "three")]
        self.database = database or f"sqlite:///{root}/.amplify/ledger.sqlite"
        secrets = stage.control.account(platform, self.handle, partner)
        self.environment = variables(partner, platform, secrets) | {
            "AMPLIFY_DATABASE_URL": self.database,
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
            "AMPLIFY_CREDENTIALS": str(root / "no-credentials.yaml"),
        }
        self.out = root / "said.txt"

    def publish(self, point: str | None = None) -> int:
        words = ["publish", "--workspace", str(self.root), "--workers", "1"]
        return finish(start(words, self.environment, self.out, point))

    def said(self) -> str:
        return self.out.read_text("utf-8")

    def accepted(self) -> list[str]:
        return [post["text"] for post in self.stage.control.posts(self.platform) if post["handle"] == self.handle]

    @contextmanager
    def ledger(self) -> Iterator[Connection]:
        """The ledger of the dead and of the living."""
        opened = Ledger.open(self.database)
        with opened.write() as connection:
            yield connection
        opened.close()

    def states(self) -> dict[str, str]:
        with self.ledger() as connection:
            found = connection.execute(rows.select(rows.DELIVERY.c.post, rows.DELIVERY.c.state))
            return {row.post: row.state for row in found}

    def leases_end(self) -> None:
        """A minute passes: every lease of the dead is over."""
        with self.ledger() as connection:
            held = rows.DELIVERY.c.lease_until.is_not(None)
            over = datetime.now(UTC) - timedelta(seconds=1)
            connection.execute(rows.update(rows.DELIVERY).where(held).values(lease_until=over))

    def never_twice(self) -> None:
        assert max(Counter(self.accepted()).values(), default=0) <= 1
        assert set(self.accepted()) <= set(self.texts)


@pytest.fixture
def house(tmp_path: Path, stage: Stage) -> Callable[..., House]:
    return lambda platform, database=None: House(tmp_path / "house", stage, platform, database)


def killed_and_run_again(house: House, point: str, exits: int = 0) -> None:
    assert house.publish(point) == -signal.SIGKILL
    house.never_twice()
    before, states = house.accepted(), house.states()
    if {"claimed", "sending"} & set(states.values()):
        assert house.publish() == 0  # at once: what the dead one holds is left alone until its lease is over
        assert (house.accepted(), house.states()) == (before, states)
    house.leases_end()
    assert house.publish() == exits
    house.never_twice()


EVERYWHERE = ["before the claim", "after the claim", "during the upload", "before the mark"]
LOOKED_UP = ["after the answer", "before settling", "between two parts", "after the second answer"]
UNBEGUN = [pytest.param(point, platform) for point, platform in zip(EVERYWHERE, PLATFORMS * 2, strict=False)]
ANSWERED = [pytest.param(point, platform) for point in LOOKED_UP for platform in PLATFORMS]


@pytest.mark.parametrize(("point", "platform"), UNBEGUN + ANSWERED)
def test_nothing_lost_nothing_twice(house: Callable[..., House], point: str, platform: str) -> None:
    one = house(platform)
    killed_and_run_again(one, point)
    assert one.accepted() == one.texts
    assert one.states() == {"thread": "sent", "behind": "sent"}


@pytest.mark.parametrize("platform", ["bluesky", "mastodon"])
@pytest.mark.parametrize("point", ["before the request", "before the second request"])
def test_what_was_marked_and_never_asked_for_is_proved_absent(
    house: Callable[..., House], point: str, platform: str
) -> None:
    one = house(platform)
    killed_and_run_again(one, point)
    assert sorted(one.accepted()) == sorted(one.texts)
    assert one.states() == {"thread": "sent", "behind": "sent"}


@pytest.mark.parametrize(("point", "out"), [("before the request", 0), ("before the second request", 1)])
def test_on_x_a_person_decides(house: Callable[..., House], point: str, out: int) -> None:
    """X cannot prove that something is not there."""
    one = house("x")
    killed_and_run_again(one, point, exits=3)
    assert one.states() == {"thread": "unsure", "behind": "sent"}
    assert one.accepted() == [*one.texts[:out], one.texts[2]]
    assert "unsure" in one.said()
    assert finish(start(["status", "-w", str(one.root)], one.environment, one.out)) == 3
    with one.ledger() as connection:
        found = rows.select(rows.DELIVERY.c.id).where(rows.DELIVERY.c.state == "unsure")
        unsure = connection.execute(found).scalar_one()[:12]
    assert unsure in one.said()
    settled = start(["settle", unsure, "--not-sent", "-w", str(one.root)], one.environment, one.out)
    assert finish(settled) == 0
    assert one.publish() == 0
    assert sorted(one.accepted()) == sorted(one.texts)
    assert one.states() == {"thread": "sent", "behind": "sent"}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_killed_while_waiting_for_the_answer(house: Callable[..., House], stage: Stage, platform: str) -> None:
    """The server has accepted it, and nobody is there to hear so."""
    one = house(platform)
    path = {"x": "/2/tweets", "bluesky": "putRecord", "mastodon": "/api/v1/statuses"}[platform]
    stage.control.fail("timeout_after", platform=platform, path=path, method="POST", handle=one.handle)
    child = start(["publish", "-w", str(one.root), "--workers", "1"], one.environment, one.out)
    end = time.monotonic() + SECONDS
    while not one.accepted() and time.monotonic() < end:
        time.sleep(0.02)
    child.kill()
    assert finish(child) == -signal.SIGKILL
    assert one.accepted() == one.texts[:1]
    assert one.states()["thread"] == "sending"
    one.leases_end()
    assert one.publish() == 0
    assert one.accepted() == one.texts
    assert one.states() == {"thread": "sent", "behind": "sent"}


@pytest.mark.parametrize(("point", "platform"), [("before the request", "bluesky"), ("after the answer", "mastodon")])
def test_the_same_on_postgresql(
    house: Callable[..., House], postgres_cluster: Cluster, point: str, platform: str
) -> None:
    one = house(platform, postgres_cluster.new_database())
    killed_and_run_again(one, point)
    assert sorted(one.accepted()) == sorted(one.texts)
    assert one.states() == {"thread": "sent", "behind": "sent"}


def test_every_point_is_one_where_it_dies() -> None:
    from importlib import import_module

    for module, name, _, _ in POINTS.values():
        owner: object = import_module(module)
        for step in name.split("."):
            owner = getattr(owner, step)
        assert callable(owner)
