"""A platform in memory that forgives nothing: it takes whatever it is sent, again and again, and counts."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, Lock
from typing import Literal

from workshop import Workshop

from amplify.context.app_context import AppContext
from amplify.context.timings import Timings
from amplify.ledger.database import Ledger, set_meta
from amplify.model.clock import ManualClock
from amplify.model.errors import LoggedOut, PlatformError, Refused, TryLater, Unknown
from amplify.model.message import Message, Part
from amplify.model.platform import Engagement, Json, Limits, PublishRequest, Receipt, Whoami
from amplify.model.workspace import Workspace
from amplify.planning.last_queue import note_key, queued_mark

Answer = Literal["accept", "try_later", "refuse", "logged_out", "lose_before", "lose_after", "forbid"]
ANSWERS: tuple[Answer, ...] = ("accept", "try_later", "refuse", "logged_out", "lose_before", "lose_after")
"""`lose_before`: no answer, nothing accepted. `lose_after`: accepted, and no answer. `forbid` is none of them: it is
asked after."""


@dataclass(frozen=True)
class Accepted:
    """What somebody put on a timeline."""

    account: str
    key: str
    text: str
    parent: str | None
    root: str | None
    created_at: datetime
    id: str


@dataclass
class World:
    """All timelines."""

    accepted: list[Accepted] = field(default_factory=list)
    boosts: list[tuple[str, str]] = field(default_factory=list)
    """Account, target: repeating one changes nothing on a real platform, so they may be repeated."""
    answers: dict[str, deque[Answer]] = field(default_factory=lambda: defaultdict(deque))
    """Account → what it gets next; then it is accepted."""
    uploads: dict[str, deque[PlatformError]] = field(default_factory=lambda: defaultdict(deque))
    """Text → what preparing it gets next; then its uploads are taken."""
    after: timedelta | None = timedelta(minutes=1)
    """How long TryLater asks to wait."""
    silent: set[str] = field(default_factory=set)
    """Accounts whose credentials do not work."""
    strange: dict[str, PlatformError] = field(default_factory=dict)
    """Account → what its server answers to whoever asks who it is."""
    readers: set[str] = field(default_factory=set)
    """Accounts whose credentials may read and not write."""
    secretless: set[str] = field(default_factory=set)
    """Accounts whose credentials are missing on this machine."""
    provable: bool = True
    """Whether absence can be proved; on X it cannot."""
    blind: bool = False
    """Whether the timelines cannot be read just now."""
    unreadable: dict[str, PlatformError] = field(default_factory=dict)
    """Account → what whoever looks at its timeline gets instead."""
    hung: set[str] = field(default_factory=set)
    """Accounts whose server keeps whoever asks waiting until `answer` is set, and then says nothing."""
    answer: Event = field(default_factory=Event)
    waiting: Counter[str] = field(default_factory=Counter)
    """Account → how many wait for its server just now."""
    keeps_keys: bool = True
    """Whether its server honours idempotency keys."""
    finds: list[tuple[str, str]] = field(default_factory=list)
    """Account, key: what was looked up."""
    deleted: set[str] = field(default_factory=set)
    deletions: list[str] = field(default_factory=list)
    """Ids in the order in which they were deleted."""
    undeletable: deque[PlatformError] = field(default_factory=deque)
    """What the next deletions get instead."""
    reads: list[tuple[str, int]] = field(default_factory=list)
    counts: Engagement = field(default_factory=lambda: Engagement(likes=1))
    limits: dict[str, Limits] = field(default_factory=dict)
    """Account → what its server takes."""
    asked: Counter[str] = field(default_factory=Counter)
    """Account → how often its server was asked for its limits."""
    handles: dict[str, str] = field(default_factory=dict)
    """Handle → who goes by it; nobody goes by any other."""
    meanwhile: Callable[[str], None] = lambda moment: None
    """Called at every step of the way, with its name; raises to break off there."""
    connected: list[str] = field(default_factory=list)
    prepared: Counter[str] = field(default_factory=Counter)
    lock: Lock = field(default_factory=Lock)

    def texts(self, account: str | None = None) -> list[str]:
        return [one.text for one in self.accepted if account in (None, one.account)]

    def repeated(self) -> list[str]:
        """Keys that stand on a timeline more than once: there must be none, ever."""
        return [key for key, count in Counter(one.key for one in self.accepted).items() if count > 1]


class FakePlatform:
    """One account."""

    def __init__(self, world: World, account: str) -> None:
        self.world, self.account = world, account
        if account in world.secretless:
            raise LoggedOut(f"{account} has no access_token: set AMPLIFY_{account.upper().replace('/', '_')}_TOKEN")
        world.connected.append(account)

    def whoami(self) -> Whoami:
        self._speaks()
        if self.account in self.world.strange:
            raise self.world.strange[self.account]
        return Whoami(self.account, self.account)

    def check_write_access(self) -> None:
        self._speaks()
        if self.account in self.world.readers:
            raise LoggedOut("the token may not write")

    def limits(self) -> Limits:
        self._speaks()
        self.world.asked[self.account] += 1
        return self.world.limits.get(self.account, Limits())

    def resolve(self, handle: str) -> str | None:
        self._speaks()
        return self.world.handles.get(handle)

    def payload(self, call: PublishRequest) -> Json:
        return {"text": call.part.text}

    def prepare(self, message: Message, part: Part) -> Json:
        self.world.meanwhile("prepare")
        self._speaks()
        with self.world.lock:
            waiting = self.world.uploads[part.text]
            if waiting:
                raise waiting.popleft()
        self.world.prepared[part.text] += 1
        return {"media_ids": [part.text]}

    def publish(self, call: PublishRequest) -> Receipt:
        self._speaks()
        assert call.prepared == {"media_ids": [call.part.text]}
        with self.world.lock:
            waiting = self.world.answers[self.account]
            answer = waiting.popleft() if waiting else "accept"
        self.world.meanwhile("before")
        self._fail(answer, before=True)
        with self.world.lock:
            id = f"{self.account}:{len(self.world.accepted)}"
            parent, root = (one.id if one else None for one in (call.parent, call.root))
            self.world.accepted.append(
                Accepted(self.account, call.key, call.part.text, parent, root, call.created_at, id)
            )
        self.world.meanwhile("after")
        self._fail(answer, before=False)
        return Receipt(id, f"https://fake.example/{id}")

    def find(self, call: PublishRequest, since: datetime, taken: Collection[str] = ()) -> Receipt | None:
        if self.world.blind:
            raise Unknown("the timeline cannot be read just now")
        self._speaks()
        if self.account in self.world.unreadable:
            raise self.world.unreadable[self.account]
        self.world.finds.append((self.account, call.key))
        if call.target is not None and (self.account, call.target.id or call.target.url) in self.world.boosts:
            return Receipt(f"{self.account}:boost", "")
        for one in self.world.accepted:
            if (one.account, one.key) == (self.account, call.key) and one.id not in self.world.deleted:
                return Receipt(one.id, f"https://fake.example/{one.id}")
        if not self.world.provable:
            raise Unknown("not on the timeline, and X cannot say that it is not out")
        return None

    def keeps_keys(self) -> bool:
        return self.world.keeps_keys

    def page(self) -> str:
        return f"https://fake.example/{self.account}"

    def boost(self, target: Receipt, key: str, record_key: str, created_at: datetime) -> Receipt:
        self._speaks()
        with self.world.lock:
            waiting = self.world.answers[self.account]
            answer = waiting.popleft() if waiting else "accept"
        self._fail(answer, before=True)
        self.world.boosts.append((self.account, target.id or target.url))
        self._fail(answer, before=False)
        return Receipt(f"{self.account}:boost", "")

    def locate(self, url: str) -> Receipt:
        found = [one for one in self.world.accepted if url.endswith(one.id)]
        if not found:
            raise Refused("there is no such post")
        self._speaks()
        if found[0].account != self.account:
            raise Refused("it is somebody else's")
        return Receipt(found[0].id, url)

    def delete(self, receipt: Receipt) -> None:
        self.world.meanwhile("delete")
        self._speaks()
        if self.world.undeletable:
            raise self.world.undeletable.popleft()
        self.world.deleted.add(receipt.id)
        self.world.deletions.append(receipt.id)

    def read(self, ids: Sequence[str]) -> Mapping[str, Engagement | None]:
        self._speaks()
        self.world.reads.append((self.account, len(ids)))
        return {id: None if id in self.world.deleted else self.world.counts for id in ids}

    def close(self) -> None:
        pass

    def _speaks(self) -> None:
        if self.account in self.world.hung:
            with self.world.lock:
                self.world.waiting[self.account] += 1
            self.world.meanwhile("hangs")
            self.world.answer.wait(60)
            with self.world.lock:
                self.world.waiting[self.account] -= 1
            raise TryLater("no answer")
        if self.account in self.world.silent:
            raise LoggedOut("the token was revoked")

    def _fail(self, answer: Answer, before: bool) -> None:
        errors: dict[Answer, PlatformError] = {
            "try_later": TryLater("too many requests", self.world.after, account=True),
            "refuse": Refused("against its rules"),
            "forbid": Refused("the server answered 403", unexplained=True),
            "logged_out": LoggedOut("the token was revoked"),
            "lose_before": Unknown("no answer"),
        }
        if before and answer in errors:
            raise errors[answer]
        if not before and answer == "lose_after":
            raise Unknown("no answer")


LEASE = timedelta(seconds=60)
TIMINGS = Timings(
    timeout=timedelta(seconds=30), lease=LEASE, backoff=timedelta(seconds=30), pause=timedelta(minutes=15)
)


class FakeDesk(AppContext):
    """A desk whose platforms are in memory. Its workspace is a workshop's, or the files' where it has none."""

    def __init__(
        self,
        ledger: Ledger,
        world: World,
        now: datetime,
        shop: Workshop | None = None,
        root: Path = Path("no-such-folder"),
    ) -> None:
        self.time = ManualClock(now)
        super().__init__(root, ledger, self.time, TIMINGS)
        self.world, self.shop, self.edits = world, shop, 0

    def edited(self) -> None:
        """The workshop changed: the next pass queues."""
        self.edits += 1

    def fingerprint(self) -> str:
        return f"edit {self.edits}" if self.shop is not None else super().fingerprint()

    def files(self) -> Workspace:
        return self.shop.workspace() if self.shop is not None else super().files()

    def as_queued(self) -> None:
        """Let the next pass take the ledger's rows as they are."""
        with self.ledger.write() as connection:
            set_meta(connection, note_key(self.root), queued_mark(self.fingerprint(), self.time.now()))

    def _connect(self, name: str) -> FakePlatform:
        return FakePlatform(self.world, name)
