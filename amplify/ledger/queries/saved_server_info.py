"""Cache of server info (limits, who we are, handles) with the time of each answer, so that planning needs no network.

Its age counts in real time: a rehearsal's year passes in minutes, and no server changes for that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, Final

from sqlalchemy import JSON, Connection, bindparam, select, text

from amplify.ledger.tables import LEARNED, UtcInstant
from amplify.model.platform import Limits, Whoami
from amplify.model.server_info import SavedHandle, SavedLimits, SavedWhoami, ServerInfo

_LIMITS: Final = "limits"
_WHOAMI: Final = "whoami"
_HANDLE: Final = "handle"

# As SQL text: SQLAlchemy's own upsert would load a whole dialect.
_WRITE: Final = text(
    "INSERT INTO learned (kind, key, value, real_at) VALUES (:kind, :key, :value, :real_at) "
    "ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value, real_at = excluded.real_at"
).bindparams(bindparam("value", type_=JSON), bindparam("real_at", type_=UtcInstant))
_FORGET_QUEUED: Final = text("DELETE FROM meta WHERE key LIKE 'queued %'")


def load_server_info(connection: Connection) -> ServerInfo:
    """Read all of the cache, the newest answer each."""
    limits: dict[str, SavedLimits] = {}
    whoami: dict[str, SavedWhoami] = {}
    handles: dict[tuple[str, str], SavedHandle] = {}
    columns = (LEARNED.c.kind, LEARNED.c.key, LEARNED.c.value, LEARNED.c.real_at)
    for kind, key, value, at in connection.execute(select(*columns).order_by(LEARNED.c.kind, LEARNED.c.key)):
        if kind == _LIMITS:
            limits[key] = SavedLimits(_limits(value), at)
        elif kind == _WHOAMI:
            whoami[key] = SavedWhoami(Whoami(value["id"], value["handle"]), at)
        elif kind == _HANDLE:
            platform, _, handle = key.partition(":")
            handles[platform, handle] = SavedHandle(value["id"], at)
    return ServerInfo(limits, whoami, handles)


def limits_of(connection: Connection, account: str) -> Limits | None:
    """Read the limits of one account's server; None where it was never asked."""
    where = (LEARNED.c.kind == _LIMITS, LEARNED.c.key == account)
    value = connection.execute(select(LEARNED.c.value).where(*where)).scalar()
    return _limits(value) if value is not None else None


def learn_limits(connection: Connection, limits: Mapping[str, Limits], real: datetime) -> set[str]:
    """Save the limits of these accounts' servers (`real`: now, UTC); the accounts whose limits changed.

    A change makes every clone's next pass plan again: what was queued was measured against something else. A server
    that says nothing of itself any more keeps what it said before. Everybody writes in the same order, so that two who
    learn at once never wait for each other.
    """
    new = set()
    for account, said in sorted(limits.items()):
        before = limits_of(connection, account) or Limits()
        kept = before if said == Limits() else said
        if kept != before:
            new.add(account)
        _write(connection, _LIMITS, account, asdict(kept), real)
    if new:
        connection.execute(_FORGET_QUEUED)
    return new


def learn_whoami(connection: Connection, account: str, whoami: Whoami, real: datetime) -> None:
    """Save whose credentials an account has, as its platform says."""
    _write(connection, _WHOAMI, account, asdict(whoami), real)


def learn_handle(connection: Connection, platform: str, handle: str, id: str | None, real: datetime) -> None:
    """Save the id of the platform's account that has a handle; None: nobody has it."""
    _write(connection, _HANDLE, f"{platform}:{handle.casefold()}", {"id": id}, real)


def _write(connection: Connection, kind: str, key: str, value: Mapping[str, Any], real: datetime) -> None:
    connection.execute(_WRITE, {"kind": kind, "key": key, "value": dict(value), "real_at": real})


def _limits(value: Mapping[str, Any]) -> Limits:
    return Limits(**{one.name: value.get(one.name) for one in fields(Limits)})
