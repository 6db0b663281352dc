"""Any interleaving of plan, stop, claim, crash, reap, reconcile, settle, takedown and time sends at most one post a
part, and leaves none behind."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from datetime import timedelta
from pathlib import Path

import pytest
from counterparts.postgres import Cluster
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)
from ledger import rows
from ledger.databases import WoundLedger
from ledger.rows import NOW, planned
from workshop import Workshop

from amplify.decisions.resume import resume_subject
from amplify.decisions.settle import settle_delivery
from amplify.decisions.stop import stop_subject
from amplify.decisions.takedown import take_down_deliveries
from amplify.engine.deliver import Deliverer
from amplify.engine.publish import run_pass
from amplify.engine.reconcile import reconcile_unsure
from amplify.ledger.database import Ledger
from amplify.ledger.group_commit import BatchWrite, Item, T, Write
from amplify.ledger.holds.stops import StopRequest
from amplify.ledger.rows.claim import ClaimRequest, claim_due
from amplify.ledger.rows.claimed_delivery import ClaimedDelivery
from amplify.ledger.rows.expiry import expire_rows
from amplify.ledger.rows.takedowns import REMOVABLE
from amplify.model.delivery import DeliveryState
from amplify.model.errors import NeedsPerson
from amplify.model.gate import Gate
from amplify.model.plan import Planned
from engine.fake import ANSWERS, LEASE, Answer, FakeDesk, World

ACCOUNTS = ("a/x", "b/x")
OWNERS = st.sampled_from(["one", "two"])
ANSWERED = st.lists(st.sampled_from(ANSWERS), max_size=3)
FUSES = st.none() | st.integers(0, 14)
"""After how many steps the worker dies."""
SLOW = st.sampled_from(["", "", "", "prepare", "before", "after"])
"""During which step its lease ends."""
CLOSING = st.sampled_from(["", "", "", "", "prepare", "after"])
"""During which step somebody says stop."""
Fault = tuple[list[Answer], int | None, str, str]
FAULTS = st.tuples(ANSWERED, FUSES, SLOW, CLOSING)
UNSETTLED = {DeliveryState.UNSURE, DeliveryState.REMOVING}
"""How a row may end where nobody can prove that something is not there."""
ENDED = {
    DeliveryState.SENT,
    DeliveryState.MISSED,
    DeliveryState.REFUSED,
    DeliveryState.CUT,
    DeliveryState.CANCELLED,
    DeliveryState.REMOVED,
    *UNSETTLED,
}
REASONED = ENDED - {DeliveryState.SENT}


outcomes: Counter[str] = Counter()
"""What came of what was delivered one by one, in all examples."""


class Killed(BaseException):
    """The process is gone; nothing it still wanted to do is done."""


class Fuse:
    """Burns at every step of the way, and kills where it ends."""

    def __init__(self, length: int | None) -> None:
        self.left = length

    def burn(self, _: str = "") -> None:
        if self.left is not None:
            if self.left == 0:
                raise Killed
            self.left -= 1


class OneByOne:
    """Writes like the group committer, one item at a time, and may die before or after each commit."""

    def __init__(self, ledger: Ledger, fuse: Fuse) -> None:
        self._ledger, self._fuse = ledger, fuse

    def submit_batched(self, write: BatchWrite[Item, T], item: Item) -> Future[T]:
        future: Future[T] = Future()
        self._fuse.burn()
        try:
            with self._ledger.write() as connection:
                (result,) = write(connection, [item])
        except Exception as error:
            future.set_exception(error)
        else:
            self._fuse.burn()
            future.set_result(result)
        return future

    def run(self, write: Write[T]) -> T:
        return self.submit_batched(lambda connection, writes: [one(connection) for one in writes], write).result()


class Ways(RuleBasedStateMachine):
    fresh_ledger: Callable[[Path], str]
    """Makes an empty, migrated ledger, in a folder where it wants one; its address."""
    provable = True
    claims = Bundle("claims")

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="ways-"))
        opened = WoundLedger.open(self.fresh_ledger(self.folder))
        assert isinstance(opened, WoundLedger)
        self.ledger = opened
        self.world = World(provable=self.provable)
        self.app = FakeDesk(opened, self.world, NOW, Workshop())
        self.plans: dict[str, Planned] = {}
        self.seen_sent: set[str] = set()
        self.stopped: dict[str, int] = {}
        """Account → how many posts it had out when it was stopped."""
        self.fresh = 100
        rows.gates(opened, Gate("campaign", "free"))
        for account in ACCOUNTS:
            self.plan(number=0, account=account, texts=2, words="old", minutes=0)

    def teardown(self) -> None:
        if hasattr(self, "ledger"):
            self.end()
            self.ledger.close()
            shutil.rmtree(self.folder)

    # What people do

    @rule(
        number=st.integers(0, 9),
        account=st.sampled_from(ACCOUNTS),
        texts=st.integers(1, 3),
        words=st.sampled_from(["old", "new"]),
        minutes=st.integers(-10, 15),
    )
    def plan(self, number: int, account: str, texts: int, words: str, minutes: int) -> None:
        """Queue something new, or edit its text, its length, its time."""
        name = f"n{number}"
        parts = tuple(f"{words} {name} {account} {part}" for part in range(texts))
        due = self.app.time.now() + timedelta(minutes=minutes)
        self.plans[name + account] = planned(name, account, due=due, texts=parts)
        self.write()

    @precondition(lambda self: self.plans)
    @rule(data=st.data())
    def take_off(self, data: st.DataObject) -> None:
        del self.plans[data.draw(st.sampled_from(sorted(self.plans)))]
        self.write()

    @rule(closed=st.sampled_from([False, False, True]))
    def gate(self, closed: bool) -> None:
        rows.gates(self.ledger, Gate("campaign", "free", closed="stop" if closed else None))

    @rule(account=st.sampled_from(ACCOUNTS))
    def stop(self, account: str) -> None:
        stop_subject(self.app, StopRequest("account", account, "wait", "ada"))
        self.stopped.setdefault(account, len(self.world.texts(account)))

    @precondition(lambda self: self.stopped)
    @rule(data=st.data())
    def resume(self, data: st.DataObject) -> None:
        account = data.draw(st.sampled_from(sorted(self.stopped)))
        resume_subject(self.app, "account", account, "go on", "ada")
        del self.stopped[account]

    @rule()
    def settle(self) -> None:
        """A person looks at the timelines for whatever is unsure, and tells the truth."""
        with self.ledger.read() as connection:
            unsure = rows.select(rows.DELIVERY.c.id).where(rows.DELIVERY.c.state == "unsure")
            ids = list(connection.execute(unsure).scalars())
        for one in ids:
            missing = [part["key"] for part in rows.parts(self.ledger, one) if part["remote_id"] is None]
            there = [post.id for post in self.world.accepted if post.key == missing[0]]
            try:
                settle_delivery(self.app, one, f"https://fake.example/{there[0]}" if there else None, "ada")
            except NeedsPerson:
                event("too early to settle")
            else:
                event("settled")

    @rule(data=st.data(), fuse=st.none() | st.integers(0, 2))
    def take_down(self, data: st.DataObject, fuse: int | None) -> None:
        """Whatever may be up, also what is being sent just now; perhaps dying at a deletion."""
        with self.ledger.read() as connection:
            may_be_up = rows.DELIVERY.c.state.in_([state.value for state in REMOVABLE])
            ids = list(connection.execute(rows.select(rows.DELIVERY.c.id).where(may_be_up)).scalars())
        if not ids:
            return
        self.world.meanwhile = Fuse(fuse).burn
        try:
            down = take_down_deliveries(self.app, [data.draw(st.sampled_from(sorted(ids)))], "consent withdrawn", "ada")
            outcomes.update(one.state for one in down)
        except Killed:
            self.app._adapters.clear()
        finally:
            self.world.meanwhile = lambda moment: None

    # What workers do

    def take(self, owner: str, limit: int) -> list[ClaimedDelivery]:
        with self.ledger.write() as connection:
            now = self.app.time.now()
            return claim_due(self.ledger, connection, now, ClaimRequest(owner, LEASE, limit)).taken

    @rule(target=claims, owner=OWNERS, limit=st.integers(1, 3))
    def claim_ahead(self, owner: str, limit: int) -> object:
        """To be delivered later, perhaps too late."""
        return multiple(*self.take(owner, limit))

    @rule(owner=OWNERS, account=st.sampled_from(ACCOUNTS), faults=st.lists(FAULTS, min_size=1, max_size=4))
    def work(self, owner: str, account: str, faults: list[Fault]) -> None:
        """One delivery after the other, each with its own misfortune; there is always something to do."""
        for fault in faults:
            self.gate(closed=False)
            self.fresh += 1
            self.plan(number=self.fresh, account=account, texts=2, words="old", minutes=-1)
            for claimed in self.take(owner, 2):
                self.deliver(claimed=claimed, fault=fault)

    @rule(claimed=consumes(claims), fault=FAULTS)
    def deliver(self, claimed: ClaimedDelivery, fault: Fault) -> None:
        """Send it, with any answers; perhaps dying at any step, perhaps slower than the lease."""
        event("a delivery")
        answers, fuse, slow, closing = fault
        burning = Fuse(fuse)
        waiting = self.world.answers[claimed.account]
        waiting.clear()
        waiting.extend(answers)

        def meanwhile(moment: str) -> None:
            if moment == slow:
                self.ledger.wind(LEASE)
                self.reap()
            if moment == closing:
                self.gate(closed=True)
            burning.burn()

        self.guarded(meanwhile, claimed, burning)

    def guarded(self, meanwhile: Callable[[str], None], claimed: ClaimedDelivery, fuse: Fuse) -> None:
        self.world.meanwhile = meanwhile
        try:
            deliverer = Deliverer(self.app, OneByOne(self.ledger, fuse))  # type: ignore[arg-type]
            outcomes[deliverer.deliver(claimed).outcome] += 1
        except Killed:
            event("killed on its way")
            self.app._adapters.clear()
        finally:
            self.world.meanwhile = lambda moment: None
            self.world.answers[claimed.account].clear()

    @rule()
    def reap(self) -> None:
        with self.ledger.write() as connection:
            expire_rows(self.ledger, connection, self.app.time.now())

    @rule(blind=st.booleans())
    def reconcile(self, blind: bool) -> None:
        self.world.blind = blind
        reconcile_unsure(self.app)
        self.world.blind = False

    @rule(answers=ANSWERED, account=st.sampled_from(ACCOUNTS))
    def whole_pass(self, answers: list[Answer], account: str) -> None:
        """Another machine's cron, with its own threads."""
        self.world.answers[account].extend(answers)
        other = FakeDesk(self.ledger, self.world, self.app.time.now(), self.app.shop)
        other.as_queued()
        run_pass(other, workers=2)
        self.world.answers.clear()

    # What time does

    @rule(minutes=st.sampled_from([1, 5, 15, 15, 130]))
    def campaign_time(self, minutes: int) -> None:
        self.app.time.set(self.app.time.now() + timedelta(minutes=minutes))

    @rule(seconds=st.sampled_from([20, 61, 1000]))
    def real_time(self, seconds: int) -> None:
        self.ledger.wind(timedelta(seconds=seconds))

    # What must hold

    @invariant()
    def never_twice(self) -> None:
        if hasattr(self, "world"):
            assert self.world.repeated() == []

    @invariant()
    def what_is_sent_stays_sent(self) -> None:
        if hasattr(self, "ledger"):
            with self.ledger.read() as connection:
                query = rows.select(rows.DELIVERY.c.id, rows.DELIVERY.c.state)
                states = {row.id: DeliveryState(row.state) for row in connection.execute(query)}
            kept = {DeliveryState.SENT, DeliveryState.REMOVING, DeliveryState.REMOVED}  # or somebody takes it down
            assert all(states[one] in kept for one in self.seen_sent)
            self.seen_sent = {one for one, state in states.items() if state is DeliveryState.SENT}

    @invariant()
    def never_after_the_stop(self) -> None:
        if hasattr(self, "world"):
            assert {account: len(self.world.texts(account)) for account in self.stopped} == self.stopped

    def end(self) -> None:
        """Everybody is dead or done; passes go on. Every row ends, with a reason, and says the truth."""
        for account in self.stopped:
            resume_subject(self.app, "account", account, "go on", "ada")
        rows.gates(self.ledger, Gate("campaign", "free"))
        for _ in range(4):
            self.ledger.wind(timedelta(hours=1))
            self.app.time.set(self.app.time.now() + timedelta(minutes=6))
            self.app.as_queued()
            run_pass(self.app, workers=2)
        self.app.time.set(self.app.time.now() + timedelta(hours=5))
        self.app.as_queued()
        run_pass(self.app, workers=2)
        assert self.world.repeated() == []
        accepted = {one.key for one in self.world.accepted}
        with self.ledger.read() as connection:
            for row in connection.execute(rows.select(rows.DELIVERY)).mappings():
                where = DeliveryState(row["state"])
                assert where in ENDED, dict(row)
                assert where not in REASONED or row["why"], dict(row)
                assert where not in UNSETTLED or not self.provable, dict(row)
                keys = connection.execute(
                    rows.select(rows.PART.c.key, rows.PART.c.remote_id).where(rows.PART.c.delivery == row["id"])
                ).all()
                if where is DeliveryState.SENT:
                    assert all(remote for _, remote in keys)
                if where is DeliveryState.REMOVED:
                    mine = {key for key, _ in keys}
                    assert {one.id for one in self.world.accepted if one.key in mine} <= self.world.deleted, dict(row)
                assert all(key in accepted for key, remote in keys if remote)
                if where in (DeliveryState.MISSED, DeliveryState.REFUSED, DeliveryState.CANCELLED):
                    assert not any(key in accepted for key, _ in keys), dict(row)
                if where is DeliveryState.CUT:
                    assert any(remote for _, remote in keys)

    def write(self) -> None:
        rows.queue(self.ledger, *self.plans.values(), now=self.app.time.now(), open_gates=False)


@pytest.fixture(params=["sqlite", "postgres"])
def fresh_ledger(request: pytest.FixtureRequest) -> Callable[[Path], str]:
    """Makes copies of a migrated ledger."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("migrated_file")

        def copied(folder: Path) -> str:
            shutil.copy(template, folder / "ledger.sqlite")
            return f"sqlite:///{folder}/ledger.sqlite"

        return copied
    cluster: Cluster = request.getfixturevalue("postgres_cluster")
    migrated = cluster.new_database()
    Ledger.open(migrated).close()
    return lambda folder: cluster.new_database(template=migrated)


@pytest.mark.parametrize("provable", [True, False], ids=["absence can be proved", "as on X"])
def test_any_interleaving_sends_at_most_one_post_a_part(
    fresh_ledger: Callable[[Path], str], provable: bool, request: pytest.FixtureRequest
) -> None:
    machine = type("Ways", (Ways,), {"fresh_ledger": staticmethod(fresh_ledger), "provable": provable})
    outcomes.clear()
    few = "postgres" in request.node.name  # a database for each example is dear
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=10 if few else 40,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert few or outcomes.total(), "nothing was delivered one by one"
