"""One run: the program with its clock, its platforms and its crashes, the files, and the second opinion about it."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from engine.fake import TIMINGS, FakePlatform, World
from ledger import rows
from ledger.databases import WoundLedger
from ledger.rows import NOW

from adversary.oracle import Oracle, said_by
from adversary.site import WHO, Entry, Folder, Person, Site
from amplify.context.app_context import AppContext
from amplify.engine.publish import run_pass
from amplify.model.clock import ManualClock
from amplify.model.errors import AmplifyError, LoggedOut, Refused, Unknown
from amplify.model.platform import PublishRequest, Receipt

Act = tuple[Any, ...]
"""The name of an act, and what it was drawn with."""
MINUTE = timedelta(minutes=1)
BASE = ("wait", "add", "approve")
"""Kinds of acts without which nothing would happen."""
_STEP = 12 * MINUTE
"""How often a pass comes in the end."""


class Died(BaseException):
    """The process is gone."""


class MortalLedger(WoundLedger):
    """The ledger of a process that can die: from then on it writes nothing more."""

    dead = False

    def write(self) -> Any:
        if self.dead:
            raise Died
        return super().write()


class Platform(FakePlatform):
    """One account's server: it remembers, and takes whatever comes; X cannot tell that something is not there."""

    def __init__(self, house: House, account: str) -> None:
        self.house = house
        super().__init__(house.world, account)

    def publish(self, call: PublishRequest) -> Receipt:
        self.house.begins(call, self.account)
        known = len(self.world.accepted)
        try:
            receipt = super().publish(call)
        except AmplifyError as error:
            self.house.failed(call, self.account, error, len(self.world.accepted) > known)
            raise
        return receipt

    def find(self, call: PublishRequest, since: datetime, taken: Any = ()) -> Receipt | None:
        found = super().find(call, since, taken)
        if found is None and self.account.endswith("/x"):
            raise Unknown("not on the timeline, and X cannot say that it is not out")
        return found


class App(AppContext):
    """A process of the program, on real files, with platforms in memory."""

    house: House

    def _connect(self, name: str) -> FakePlatform:
        self.workspace().accounts[name]
        return Platform(self.house, name)


@dataclass(frozen=True)
class Result:
    """What a run came to."""

    acts: tuple[Act, ...]
    faults: tuple[str, ...]
    sent: int
    wishes: int
    """How many texts had to go out."""


class House:
    """One machine, its folder, and everybody around it."""

    def __init__(self, root: Path, url: str) -> None:
        self.root, self.url = root, url
        self.clock, self.site, self.oracle = ManualClock(NOW), Site(), Oracle()
        self.world = World()
        self.world.meanwhile = self._meanwhile
        self.folder = Folder(root)
        self.numbers = 0
        self.ahead = timedelta(0)
        self.between: list[Act] = []
        """Acts to come in the middle of the next deliveries."""
        self.dies_at: str | None = None
        self.keys: dict[tuple[int, int, str], str] = {}
        """The key of each text whose answer was lost."""
        self.removed: list[tuple[str, Entry]] = []
        self.away: dict[str, Person] = {}
        """Persons who stand in no file just now."""
        self.ids: dict[str, set[str]] = {key: {key} for key in WHO}
        """Every id that a person ever had."""
        self.asked: dict[str, set[str]] = {}
        """Stop of a person → who has asked to lift it."""
        self.entry_stops: dict[str, frozenset[str]] = {}
        """Stop of an entry, as the oracle calls it → the ids that the entry has had."""
        self.folder.write(self.site)
        self.past = [self.site.copy()]
        """The files as they were at each act: a machine that has not fetched has some of these."""
        self.app = self._process(root)

    def _process(self, root: Path) -> App:
        ledger = MortalLedger.open(self.url)
        assert isinstance(ledger, MortalLedger)
        ledger.wind(self.ahead)
        app = App(root, ledger, self.clock, TIMINGS)
        app.house = self
        return app

    def restart(self) -> None:
        self.app.ledger.close()
        self.app = self._process(self.root)

    def older_pass(self, back: int) -> None:
        """A pass of a machine on the same ledger whose files are as many acts old. Each time another: one that has had
        the newest files, and shows others afterwards, has edited them."""
        root = self.root.parent / f"{self.root.name}-older-{len(self.past)}"
        Folder(root).write(self.past[-min(back, len(self.past))])
        app = self._process(root)
        try:
            with suppress(AmplifyError):
                run_pass(app, workers=1)
        finally:
            app.ledger.close()
            shutil.rmtree(root)

    def sent_deliveries(self) -> list[str]:
        """Ids of what stands on timelines."""
        with self.app.ledger.read() as connection:
            row = rows.DELIVERY.c
            return sorted(connection.execute(rows.select(row.id).where(row.state == "sent")).scalars())

    def wait(self, by: timedelta) -> None:
        """Both clocks go on."""
        self.clock.set(self.clock.now() + by)
        self.ahead += by
        self.app.ledger.wind(by)  # type: ignore[attr-defined]

    def run_pass(self, app: App | None = None) -> None:
        """One `amplify publish`; where it dies, another process takes its place."""
        app, now = app or self.app, self.clock.now()
        self.oracle.passes(self.site, now)
        self.oracle.look(now)
        try:
            run_pass(app, workers=1)
        except Died:
            self.dies_at = None
            self.restart()
            return
        except AmplifyError:
            pass  # it says what it cannot do; that it still does the rest is what is asked here
        self.oracle.passed(self.clock.now())

    def begins(self, call: PublishRequest, account: str) -> None:
        """A request is made."""
        said = said_by(call.part.text, account)
        doubled = said[0] in self.oracle.doubled  # another delivery, with a key of its own
        if said in self.keys and self.keys[said] != call.key and not doubled:
            self.oracle.faults.append(f"another key: words {said[0]} on {account}")
        self.oracle.tried(said[0], account)

    def failed(self, call: PublishRequest, account: str, error: AmplifyError, accepted: bool) -> None:
        """It was not answered with a receipt."""
        number, part, _ = said_by(call.part.text, account)
        rest = 20 * MINUTE if isinstance(error, LoggedOut) else 2 * MINUTE
        self.oracle.troubled(account, self.clock.now() + rest)
        if isinstance(error, Refused):
            self.oracle.excuse("its server refused it", account=account, number=number)
        if isinstance(error, Unknown):
            self.keys[number, part, account] = call.key
            if account.endswith("/x") and not accepted:
                self.oracle.excuse("X cannot tell whether it is out", account=account, number=number)

    def _meanwhile(self, moment: str) -> None:
        if moment == "after":
            one = self.world.accepted[-1]
            self.oracle.accepted(one.text, one.account, self.clock.now())
        if moment in ("prepare", "after") and self.between:
            self.do(self.between.pop(0))
        if moment == self.dies_at:
            ledger = self.app.ledger
            assert isinstance(ledger, MortalLedger)
            ledger.dead = True
            raise Died

    def do(self, act: Act) -> None:
        """One act, as far as it means anything just now."""
        from adversary.acts import ACTS

        name, *drawn = act
        with suppress(AmplifyError):
            ACTS[name].do(self, *drawn)
        self.folder.write(self.site)
        self.past.append(self.site.copy())
        self.oracle.look(self.clock.now())

    def to_the_end(self) -> None:
        """Nobody does anything any more, and passes come until all windows are over."""
        self.between.clear()
        end = max((one.late for one in self.site.entries.values()), default=self.clock.now())
        while self.clock.now() <= end:
            self.run_pass()
            self.wait(_STEP)
        self.run_pass()

    def close(self) -> None:
        self.app.ledger.close()


def play(acts: Sequence[Act], root: Path, url: str) -> Result:
    """Let all this happen, and judge it. A fault also where the program breaks off as it never should."""
    house = House(root, url)
    try:
        for act in acts:
            house.do(act)
        house.to_the_end()
        faults = [*house.oracle.faults, *house.oracle.lost()]
    except Exception as error:
        faults = [*house.oracle.faults, f"broke off: {type(error).__name__}: {error}"[:300]]
    finally:
        house.close()
    wishes = [*house.oracle.done, *house.oracle.wishes.values()]
    asked = sum(one.excuse is None and one.enough for one in wishes)
    return Result(tuple(acts), tuple(faults), len(house.world.accepted), asked)


def shrink(acts: Sequence[Act], fails: Callable[[Sequence[Act]], bool]) -> list[Act]:
    """The fewest of these acts that still fail: parts are left out as long as it does."""
    left, size = list(acts), max(1, len(acts) // 2)
    while True:
        at = 0
        while at < len(left):
            fewer = left[:at] + left[at + size :]
            if fails(fewer):
                left = fewer
            else:
                at += size
        if size == 1:
            return left
        size = max(1, size // 2)


def drawn_acts(seed: int, kinds: Sequence[str]) -> list[Act]:
    """What the adversary of this seed does. A run is about a few of these kinds: with all of them, hardly anything
    would ever be free to go out."""
    from adversary.acts import ACTS

    chance = random.Random(seed)
    others = [name for name in kinds if name not in BASE]
    about = [*BASE, *chance.sample(others, min(len(others), chance.randint(1, 5)))]
    names = [name for name in about if name in kinds for _ in range(ACTS[name].weight)]
    return [(name, *ACTS[name].draw(chance)) for name in chance.choices(names, k=chance.randint(8, 24))]
