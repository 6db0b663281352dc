"""Accepted, then cut: the whole way of one delivery on the real counterparts, whose answer a proxy loses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from counterparts.cut import CuttingProxy, How
from counterparts.network import Network
from engine.fake import LEASE, FakeDesk, World
from ground import BlueskyNetwork, Ground, Member
from ledger.databases import WoundLedger, database, ledger, migrated_file, migrated_postgres
from ledger.rows import moves, parts, planned, put, queue, row, state
from test_failures import through
from workshop import Workshop

from amplify.decisions.takedown import take_down_deliveries
from amplify.engine.publish import run_pass
from amplify.engine.takedown_worker import run_takedowns
from amplify.ledger.rows.unsure import save_receipt
from amplify.model.delivery import DeliveryState
from amplify.model.message import Attachment, Message, Part
from amplify.model.plan import Planned
from amplify.model.platform import Platform, Receipt
from amplify.platforms import registry

__all__ = ["database", "ledger", "migrated_file", "migrated_postgres"]

WRITE: Final = {"bluesky": "putRecord", "mastodon": "/api/v1/statuses"}
BOOST: Final = {"bluesky": "app.bsky.feed.repost", "mastodon": "/reblog"}
HOW: Final = ("silence", "reset")


class Speaking(FakeDesk):
    """A desk whose one account speaks to a real server, by way of the proxy."""

    connect: Callable[[], Platform]

    def _connect(self, name: str) -> Any:
        return self.connect()


class Way:
    """A ground, a member of it, the proxy before their server, and a desk that speaks through it."""

    def __init__(self, ground: Ground, ledger: WoundLedger) -> None:
        self.ground = ground
        self.proxy = CuttingProxy(ground.member().connection.server or "")
        self.member, cut = through(ground, self.proxy)
        cut.whoami()
        self.app = Speaking(ledger, World(), datetime.now(UTC), Workshop())
        cut.close()
        self.app.connect = lambda: self.member.again(server=self.proxy.url, timeout=2.0)
        self.account = f"press_union/{ground.platform}"

    def plan(self, *texts: str, picture: Attachment | None = None) -> Planned:
        entities = registry.profile(self.ground.platform).entities
        body = tuple(Part(text, entities(text), (picture,) if picture else ()) for text in texts)
        message = Message(self.ground.platform, ("be",), body)
        plan = planned("post", self.account, due=self.app.time.now() - timedelta(seconds=1))
        plan = replace(plan, message=message, content_hash=message.content_hash())
        queue(self.app.ledger, plan, now=self.app.time.now())
        return plan

    def boost(self, target: Receipt) -> Planned:
        """Of a post that a partner in the same ledger has out."""
        now = self.app.time.now()
        theirs = planned("target", f"friends/{self.ground.platform}", due=now - timedelta(minutes=1))
        mine = planned("boost", self.account, due=now - timedelta(seconds=1), boost_of=theirs)
        queue(self.app.ledger, theirs, mine, now=now)
        put(self.app.ledger, theirs, state="sent", sent_at=now)
        with self.app.ledger.write() as connection:
            save_receipt(connection, theirs.id, 0, target, now)
        return mine

    def go(self) -> None:
        self.app.as_queued()
        run_pass(self.app, workers=2)

    def timeline(self, member: Member | None = None) -> list[str]:
        return timeline(self.ground, member or self.member)


def timeline(ground: Ground, member: Member) -> list[str]:
    """Texts that stand on the member's account, oldest first, boosts as `boost`; read without the adapter."""
    server = member.connection.server
    if ground.platform == "bluesky":
        found = []
        for kind in ("app.bsky.feed.post", "app.bsky.feed.repost"):
            query = {"repo": member.platform.whoami().id, "collection": kind}
            answer = httpx.get(f"{server}/xrpc/com.atproto.repo.listRecords", params=query, trust_env=False)
            found += [one["value"] for one in answer.raise_for_status().json()["records"]]
        return [one.get("text", "boost") for one in sorted(found, key=lambda record: str(record["createdAt"]))]
    token = {"Authorization": f"Bearer {member.connection.secrets['access_token']}"}
    address = f"{server}/api/v1/accounts/{member.platform.whoami().id}/statuses"
    statuses = httpx.get(address, headers=token, trust_env=False).raise_for_status().json()
    texts = ["boost" if one["reblog"] else str(one["content"]) for one in reversed(statuses)]
    return [text.removeprefix("<p>").removesuffix("</p>") for text in texts]


@pytest.fixture
def way(real: Ground, ledger: WoundLedger) -> Iterator[Way]:
    made = Way(real, ledger)
    yield made
    made.proxy.close()
    made.app.drop_clients()


@pytest.mark.parametrize("how", HOW)
def test_a_post_is_looked_up_and_stands_once(way: Way, how: How) -> None:
    one = way.plan("Cut away")
    way.proxy.lose(WRITE[way.ground.platform], how)
    way.go()
    assert way.proxy.lost.wait(5)
    assert state(way.app.ledger, one) is DeliveryState.UNSURE
    way.go()
    assert state(way.app.ledger, one) is DeliveryState.UNSURE  # its lease is not over
    way.app.ledger.wind(LEASE)
    way.go()
    assert state(way.app.ledger, one) is DeliveryState.SENT, row(way.app.ledger, one)["why"]
    assert moves(way.app.ledger, one)[-2:] == [("sending", "unsure"), ("unsure", "sent")]
    assert way.timeline() == ["Cut away"]


@pytest.mark.parametrize("part", ["part-one", "part-two", "part-three"])
def test_a_thread_with_pictures_resumes_behind_the_part_that_was_cut(way: Way, part: str) -> None:
    picture = way.member.picture("poster.png", "Плакат", (10, 40, 90))
    thread = way.plan("part-one", "part-two", "part-three", picture=picture)
    way.proxy.lose(part, "reset")
    way.go()
    assert way.proxy.lost.wait(5)
    assert state(way.app.ledger, thread) is DeliveryState.UNSURE
    way.app.ledger.wind(LEASE)
    way.go()
    assert state(way.app.ledger, thread) is DeliveryState.SENT, row(way.app.ledger, thread)["why"]
    assert way.timeline() == ["part-one", "part-two", "part-three"]
    receipts = [one["remote_id"] for one in parts(way.app.ledger, thread)]
    seen = [way.ground.seen(way.member, Receipt(one, "")) for one in receipts]
    assert [one.parent if one else "gone" for one in seen] == [None, *receipts[:2]]
    assert all(one is not None and one.alts == ("Плакат",) for one in seen)


@pytest.mark.parametrize("late", [False, True])
def test_a_boost_is_looked_up_and_stands_once(way: Way, late: bool) -> None:
    author = way.ground.member()
    target = author.publish("Worth repeating")
    way.ground.settle()
    one = way.boost(target)
    way.proxy.lose(BOOST[way.ground.platform], "reset")
    way.go()
    assert way.proxy.lost.wait(5)
    assert state(way.app.ledger, one) is DeliveryState.UNSURE
    way.app.ledger.wind(LEASE)
    if late:
        way.app.time.set(one.late)
    way.go()
    assert state(way.app.ledger, one) is DeliveryState.SENT, row(way.app.ledger, one)["why"]
    assert way.timeline() == ["boost"]
    assert way.ground.boosts(author, target) == 1


@pytest.mark.parametrize("lost", [True, False])
def test_what_was_taken_down_never_comes_back(way: Way, lost: bool) -> None:
    """Cut while it was sent, taken down, looked up, deleted; and no pass, however late, puts it there again."""
    one = way.plan("part-one", "part-two")
    if lost:
        way.proxy.lose("part-two", "reset")
    way.go()
    assert state(way.app.ledger, one) is (DeliveryState.UNSURE if lost else DeliveryState.SENT)
    assert way.timeline() == ["part-one", "part-two"]
    (told,) = take_down_deliveries(way.app, [one.id], "consent withdrawn", "Desk")
    assert told.state is (DeliveryState.REMOVING if lost else DeliveryState.REMOVED)
    way.app.ledger.wind(LEASE)
    assert run_takedowns(way.app) == 0
    assert state(way.app.ledger, one) is DeliveryState.REMOVED
    assert way.timeline() == []
    for _ in range(2):
        way.app.ledger.wind(LEASE)
        way.go()
    assert way.timeline() == []


@pytest.mark.xdist_group("network")
def test_a_put_after_a_delete_brings_a_post_back(bluesky_network: Network, tmp_path: Path) -> None:
    """Why a takedown must win over every retry: what the ledger guards against is real."""
    ground = BlueskyNetwork(tmp_path, bluesky_network)
    member = ground.member()
    call = member.call(member.message("A ghost"))
    receipt = member.platform.publish(call)
    member.platform.delete(receipt)
    assert timeline(ground, member) == []
    assert member.platform.publish(call) == receipt
    assert timeline(ground, member) == ["A ghost"]
