"""Audit log, hash-chained: what people did, append-only, each entry with the hash of the one before it.

The chain runs over digests: what an entry says stands beside it and can be erased later without breaking anything,
while a word that is changed, an entry taken out or put in between is found. What is cut off at the end is found only by
somebody who kept a newer tip: backups and reports print it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, insert, select, update

from amplify.ledger.decision_tables import DEED
from amplify.model.clock import Timestamp

ERASING: Final = frozenset({"forget", "prune"})
"""Event types that erase: their payload tells what they erased, so it is never erased itself."""


@dataclass(frozen=True, slots=True)
class ChainTip:
    """The newest entry's number and hash: noted elsewhere, it proves that nothing was cut off since."""

    number: int
    digest: str

    def __str__(self) -> str:
        return f"{self.number}:{self.digest}"


@dataclass(frozen=True, slots=True)
class Verification:
    """Result of a verification of the whole chain."""

    deeds: int
    head: ChainTip | None
    broken: str | None
    """The first broken link, in a sentence; None: the whole log is as it was written."""


def record_event(
    connection: Connection,
    act: str,
    actor: str,
    subject: str | None,
    why: str | None,
    payload: Mapping[str, Any],
    stamp: Timestamp,
) -> ChainTip:
    """Append one event, in the caller's write transaction and as its last write: others wait until it commits.

    `subject` is `kind:id`.
    """
    if connection.dialect.name == "postgresql":  # SQLite's writers are alone anyway
        connection.exec_driver_sql("LOCK TABLE deed IN EXCLUSIVE MODE")
    last = chain_tip(connection)
    salt = os.urandom(16).hex()
    # As it will be read again: JSON knows no tuples.
    said = json.loads(json.dumps(dict(payload), default=str))
    deed = {
        "number": last.number + 1 if last else 1,
        "at": stamp.at,
        "real_at": stamp.real,
        "act": act,
        "actor": actor,
        "subject": subject,
        "why": why,
        "payload": said,
        "salt": salt,
        "payload_digest": _payload_digest(subject, why, said, salt),
        "previous": last.digest if last else "",
    }
    deed["digest"] = _digest(deed)
    connection.execute(insert(DEED), [deed])
    return ChainTip(int(deed["number"]), str(deed["digest"]))


def chain_tip(connection: Connection) -> ChainTip | None:
    """Read the chain's newest link; None while the log is empty."""
    row = connection.execute(select(DEED.c.number, DEED.c.digest).order_by(DEED.c.number.desc()).limit(1)).first()
    return ChainTip(row[0], row[1]) if row else None


def verify_chain(connection: Connection, expect: str | None = None) -> Verification:
    """Verify the whole chain. `expect`: a tip that was noted earlier (`17:3f2a…`, or its hash) and must be in it."""
    previous, number, broken = "", 0, None
    gone: list[int] = []
    erased: set[int] = set()
    seen: set[str] = set()
    for row in connection.execute(select(DEED).order_by(DEED.c.number)).mappings():
        number += 1
        if broken is None:
            broken = _link(row, number, previous)
            if row["salt"] is None:
                gone.append(row["number"])
            elif broken is None and row["act"] in ERASING:
                erased.update(row["payload"]["deeds"])
        previous = row["digest"]
        seen.update((previous, f"{row['number']}:{previous}"))
    if broken is None:
        unexplained = next((one for one in gone if one not in erased), None)
        if unexplained is not None:
            broken = f"deed {unexplained} was emptied, and no `forget` or `prune` tells of it"
    if broken is None and expect is not None and expect.strip() not in seen:
        broken = f"the head {expect.strip()[:20]}… is not in it: deeds were cut off or replaced since it was noted"
    return Verification(number, chain_tip(connection), broken)


def list_events(
    connection: Connection, *, subject: str | None = None, act: str | None = None, most: int | None = None
) -> Sequence[RowMapping]:
    """Read events, the newest first."""
    query = select(DEED).order_by(DEED.c.number.desc())
    if subject is not None:
        query = query.where(DEED.c.subject == subject)
    if act is not None:
        query = query.where(DEED.c.act == act)
    return list(connection.execute(query.limit(most) if most is not None else query).mappings())


def has_event(connection: Connection, act: str, actor: str, subject: str, **values: Any) -> bool:
    """Whether the audit log has an entry of this act of somebody; `values`: other columns that it must have."""
    query = select(DEED.c.number).where(DEED.c.act == act, DEED.c.actor == actor, DEED.c.subject == subject)
    for name, value in values.items():
        query = query.where(DEED.c[name] == value)
    return connection.execute(query.limit(1)).first() is not None


def erase_events(connection: Connection, numbers: Iterable[int]) -> None:
    """Empty these events. The caller records who did it, with `deeds: numbers` in the payload, which `verify_chain`
    requires."""
    for number in numbers:
        connection.execute(
            update(DEED)
            .where(DEED.c.number == number, DEED.c.act.not_in(sorted(ERASING)))
            .values(subject=None, why=None, payload=None, salt=None)
        )


def _link(row: RowMapping, number: int, previous: str) -> str | None:
    """Why this entry does not follow the one before it, or is not what was written; None: it does and is."""
    if row["number"] != number:
        return f"deed {number} is missing"
    if row["previous"] != previous:
        return f"deed {number} does not follow deed {number - 1}: one of the two was replaced"
    if row["digest"] != _digest(row):
        return f"deed {number} was changed: who did what, or when, is not what was written"
    if row["salt"] is not None:
        if row["payload_digest"] != _payload_digest(row["subject"], row["why"], row["payload"], row["salt"]):
            return f"deed {number} was changed: what it says is not what was written"
    elif any(row[name] is not None for name in ("subject", "why", "payload")):
        return f"deed {number} was changed: it was emptied, and says something again"
    return None


def _digest(deed: Mapping[str, Any] | RowMapping) -> str:
    kept = {name: deed[name] for name in ("number", "act", "actor", "payload_digest", "previous")}
    return _hash(kept | {"at": _instant(deed["at"]), "real_at": _instant(deed["real_at"])})


def _payload_digest(subject: str | None, why: str | None, payload: Any, salt: str) -> str:
    return _hash({"subject": subject, "why": why, "payload": payload, "salt": salt})


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _hash(data: Mapping[str, Any]) -> str:
    """SHA-256 over canonical JSON: keys sorted, nothing between them, UTF-8."""
    packed = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(packed.encode()).hexdigest()
