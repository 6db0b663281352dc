"""One partner whose thread and whose next post are due, and whose process is killed."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from engine.files import Files, soon, variables
from ledger import rows
from sqlalchemy import Connection

from amplify.ledger.database import Ledger
from crash.child import finish, start
from crash.grounds import Ground
from crash.points import Point


class House:
    """One partner with one account: a thread with a picture, and a post behind it, both due."""

    def __init__(self, root: Path, ground: Ground, database: str | None = None) -> None:
        self.ground, self.root = ground, root
        partner = ground.partner
        self.files = Files(root, partner, handles={ground.platform: ground.handle})
        self.files.picture("open/window.png")
        self.files.post("thread", f"{partner} says one\n---\n{partner} says two", pictures=["open/window.png"])
        self.files.post("behind", f"{partner} says three")
        self.files.queue("thread", at=soon(-120))
        self.files.queue("behind", at=soon(-60))
        self.files.we_are(partner, [ground.platform], ground.server)
        self.texts = [f"{partner} says {word}" for word in ("one", "two", "three")]
        self.database = database or f"sqlite:///{root}/.amplify/ledger.sqlite"
        self.environment = variables(partner, ground.platform, ground.secrets) | {
            "AMPLIFY_DATABASE_URL": self.database,
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
            "AMPLIFY_CREDENTIALS": str(root / "no-credentials.yaml"),
        }
        self.out = root / "said.txt"

    def amplify(self, *words: str, point: Point | None = None) -> int:
        """Its exit code; -9 where it was killed."""
        return finish(start([*words, "-w", str(self.root)], self.environment, self.out, point))

    def publish(self, point: Point | None = None) -> int:
        return self.amplify("publish", "--workers", "1", point=point)

    def said(self) -> str:
        return self.out.read_text("utf-8")

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
        out = self.ground.accepted()
        assert max(Counter(out).values(), default=0) <= 1
        assert set(out) <= set(self.texts)

    def killed_and_run_again(self, point: Point, exits: int = 0) -> None:
        """Killed there; run again at once, which changes nothing of what the dead one holds; and once more when its
        lease is over."""
        assert self.publish(point) == -signal.SIGKILL
        self.never_twice()
        before, states = self.ground.accepted(), self.states()
        if {"claimed", "sending"} & set(states.values()):
            assert self.publish() == 0
            assert (self.ground.accepted(), self.states()) == (before, states)
        self.leases_end()
        assert self.publish() == exits, self.said()
        self.never_twice()

    def all_out(self) -> None:
        """Everything stands once, and the ledger says so."""
        assert sorted(self.ground.accepted()) == sorted(self.texts)
        assert self.states() == {"thread": "sent", "behind": "sent"}
