"""The ledger is full, read-only or gone in the middle of a drain: nothing lost, nothing twice, and it goes on.

The database itself refuses: nothing of ours is replaced.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from ledger.databases import WoundLedger, database, ledger, migrated_file, migrated_postgres
from ledger.rows import NOW, planned, queue, states
from sqlalchemy import create_engine, event, text

from amplify.model.errors import NeedsPerson
from engine.fake import LEASE, FakeDesk, World
from engine.passes import app, go, world

__all__ = ["app", "database", "ledger", "migrated_file", "migrated_postgres", "world"]

ACCOUNTS = [f"a{number}/{platform}" for number in range(4) for platform in ("bluesky", "mastodon")]
EACH = 3
ALL = EACH * len(ACCOUNTS)


class Outage:
    """What befalls the database while `on`: each of its sessions is told so as it is taken up."""

    def __init__(self, ledger: WoundLedger, kind: str) -> None:
        self.ledger, self.kind, self.on = ledger, kind, False
        event.listen(ledger.engine, "checkout", self._taken)

    def _taken(self, session: Any, *_: Any) -> None:
        cursor = session.cursor()
        if not self.ledger.sqlite:
            way = "READ ONLY" if self.on else "READ WRITE"
            cursor.execute(f"SET SESSION CHARACTERISTICS AS TRANSACTION {way}")
            session.commit()
        elif self.kind == "read-only":
            cursor.execute(f"PRAGMA query_only = {'ON' if self.on else 'OFF'}")
        else:
            cursor.execute("PRAGMA page_count")
            pages = cursor.fetchone()[0]
            cursor.execute(f"PRAGMA max_page_count = {pages if self.on else 2**30}")
        cursor.close()


def after(posts: int, world: World, happens: Callable[[], None]) -> None:
    """Let something happen when so many posts are out."""

    def meanwhile(moment: str) -> None:
        if moment == "after" and len(world.accepted) == posts:
            happens()

    world.meanwhile = meanwhile


def filled(app: FakeDesk) -> None:
    """Three posts an account, all due."""
    texts = "x" * 2000  # long enough that a full disk is felt soon
    queue(
        app.ledger,
        *(
            planned(f"n{number}", account, due=NOW, texts=[f"{number} {account} {texts}"])
            for number in range(EACH)
            for account in ACCOUNTS
        ),
    )
    app.as_queued()


def passes(app: FakeDesk) -> None:
    """Several: a full disk takes what fits into its last pages."""
    for _ in range(ALL):
        go(app, workers=2)


def goes_on(app: FakeDesk, world: World) -> None:
    """When it is over, passes find everything: what is out, and what is not."""
    for _ in range(4):
        app.ledger.wind(LEASE + timedelta(seconds=1))
        app.time.set(app.time.now() + timedelta(minutes=6))
        go(app)
    assert states(app.ledger) == {"sent": ALL}
    assert world.repeated() == []
    assert len(world.accepted) == ALL


@pytest.mark.parametrize(
    ("database", "kind"),
    [("sqlite", "read-only"), ("sqlite", "full"), ("postgres", "read-only")],
    indirect=["database"],
)
def test_it_refuses_to_write_in_mid_drain(app: FakeDesk, world: World, kind: str) -> None:
    filled(app)
    assert isinstance(app.ledger, WoundLedger)
    outage = Outage(app.ledger, kind)
    after(5, world, lambda: setattr(outage, "on", True))
    with pytest.raises(NeedsPerson, match="the ledger does not answer"):
        passes(app)
    assert len(world.accepted) >= 5
    out = len(world.accepted)
    world.meanwhile = lambda moment: None
    if kind == "read-only":  # and while it lasts, every pass says so, and sends nothing
        with pytest.raises(NeedsPerson, match="nothing is lost"):
            go(app)
        assert len(world.accepted) == out
    outage.on = False
    goes_on(app, world)


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_every_connection_is_cut_in_mid_drain(app: FakeDesk, world: World) -> None:
    """As when PostgreSQL is restarted: what was on its way to it is not known to have arrived."""
    filled(app)
    other = create_engine(app.ledger.engine.url, isolation_level="AUTOCOMMIT")

    def cut() -> None:
        with other.connect() as connection:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )

    after(5, world, cut)
    with suppress(NeedsPerson):  # unless nothing was on its way to the database just then
        go(app, workers=2)
    world.meanwhile = lambda moment: None
    other.dispose()
    goes_on(app, world)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_damaged_file_is_a_sentence(ledger: WoundLedger) -> None:
    ledger.engine.dispose()
    file = Path(str(ledger.engine.url.database))
    for beside in file.parent.glob("*-wal"):
        beside.unlink()
    file.write_bytes(b"no database at all" * 1000)
    with pytest.raises(NeedsPerson, match=r"damaged .*: bring back its newest backup"), ledger.read():
        pass
