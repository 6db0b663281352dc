"""Changes that make a protection weaker: people look at before and after, and say yes or no."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from amplify.context.app_context import AppContext
from amplify.decisions.resume import resume_subject
from amplify.ledger.database import LedgerConnection
from amplify.ledger.holds.gates import GATES
from amplify.ledger.holds.protection_rows import Protection, queue_anew, read_protection_rows, write_protection
from amplify.ledger.holds.stops import in_force
from amplify.ledger.listener import notify_workers
from amplify.ledger.queries.audit_log import record_event
from amplify.ledger.queries.decision_audit import ACCEPT
from amplify.model.errors import NeedsPerson
from amplify.planning.follow_people import FOLLOWED_BY
from amplify.rules.plan.protections import protection_lines

REFUSE: Final = "refuse change"
STOP: Final = "stop"
"""The kind of a card for somebody who was held, and whom the files no longer hold."""


@dataclass(frozen=True, slots=True)
class ProtectionChange:
    """Something that the files make weaker: it counts once it was accepted."""

    kind: str
    """`campaign`, `person`, `partner`, `fact`, `action`, `post`, `workspace`; or `stop` of a person."""
    subject: str
    lines: tuple[str, ...]
    """As a diff: what is in force, and what the files say."""
    needed: int
    """How many people have to accept it."""
    accepted_by: tuple[str, ...] = ()
    rejected_by: str | None = None

    @property
    def id(self) -> str:
        """`campaign:free-vera`."""
        return f"{self.kind}:{self.subject}"

    @property
    def seen(self) -> str:
        """The hash of what is shown: an acceptance is bound to it."""
        return hashlib.sha256(json.dumps([self.id, *self.lines], ensure_ascii=False).encode()).hexdigest()


def list_changes(app: AppContext, rejected: bool = False) -> list[ProtectionChange]:
    """List what waits to be accepted. `rejected`: also what somebody has said no to."""
    with app.ledger.read() as connection:
        found = [
            *_lifted(connection),
            *(_change(one) for one in read_protection_rows(connection).values() if one.wanted),
        ]
    return [one for one in found if rejected or one.rejected_by is None]


def accept_change(app: AppContext, shown: ProtectionChange, actor: str, why: str | None = None) -> bool:
    """Accept exactly what was shown; whether it counts now. Raises NeedsPerson where it changed meanwhile."""
    if shown.kind == STOP:
        return resume_subject(app, "person", shown.subject, why or "the files say so", actor).lifted
    with app.ledger.write() as connection:
        one = _current(app, connection, shown)
        stamp = app.timestamp(connection)
        told = {"before": one.value, "after": one.wanted}
        queue_anew(connection)
        entry = record_event(connection, ACCEPT, actor, shown.id, why, told, stamp)
        new = replace(one, value=one.wanted or {}, wanted=None, at=stamp.at, rejected_by=None, deed=entry.number)
        write_protection(connection, new)
        notify_workers(app.ledger, connection)
    return True


def refuse_change(app: AppContext, shown: ProtectionChange, actor: str, why: str) -> None:
    """Refuse what was shown: what was in force stays, and it is not shown again until the files say something else."""
    if shown.kind == STOP:
        raise NeedsPerson(f"nothing is to be refused: {shown.subject} stays stopped until two people resume")
    with app.ledger.write() as connection:
        one = _current(app, connection, shown)
        stamp = app.timestamp(connection)
        write_protection(connection, replace(one, rejected_by=actor))
        record_event(connection, REFUSE, actor, shown.id, why, {"before": one.value, "after": one.wanted}, stamp)


def find_changes(changes: Sequence[ProtectionChange], name: str) -> ProtectionChange | None:
    """The change of this id, or of `ID@SEEN`. Raises NeedsPerson for one that is another by now."""
    id, _, seen = name.partition("@")
    found = next((one for one in changes if one.id == id), None)
    if found is not None and seen and not found.seen.startswith(seen):
        raise NeedsPerson(f"{id} was changed since it was shown: look at it again")
    return found


def _current(app: AppContext, connection: LedgerConnection, shown: ProtectionChange) -> Protection:
    app.ledger.lock(connection, GATES)
    one = read_protection_rows(connection).get((shown.kind, shown.subject))
    if one is None or one.wanted is None or _change(one).seen != shown.seen:
        raise NeedsPerson(f"{shown.id} was changed while you looked at it: look again")
    return one


def _change(one: Protection) -> ProtectionChange:
    lines = tuple(protection_lines(one.value, one.wanted or {}))
    return ProtectionChange(one.kind, one.subject, lines, needed=1, rejected_by=one.rejected_by)


def _lifted(connection: LedgerConnection) -> list[ProtectionChange]:
    """People whom the files no longer hold."""
    return [
        ProtectionChange(
            STOP,
            stop.subject,
            (f"- {stop.why}", "+ posts may go out again"),
            needed=2,
            accepted_by=(stop.asked_by,) if stop.asked_by else (),
        )
        for stop in in_force(connection)
        if stop.kind == "person" and stop.by == FOLLOWED_BY
    ]
