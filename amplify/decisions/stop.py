"""Stopping: from now on nothing about a subject goes out, on any machine."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from amplify.context.app_context import AppContext
from amplify.decisions.find_subject import Directory, read_directory
from amplify.ledger.database import LedgerConnection
from amplify.ledger.holds.gates import lock_gates
from amplify.ledger.holds.stops import (
    KINDS,
    Stop,
    StopRequest,
    add_aliases,
    fold_tag,
    give_reason,
    in_force,
    set_for,
    write_stop,
)
from amplify.ledger.listener import notify_workers
from amplify.ledger.queries.audit_log import record_event
from amplify.ledger.queries.stop_impact import StopImpact, measure_impact, read_states
from amplify.model.delivery import DeliveryState
from amplify.model.errors import NeedsPerson, WrongUse
from amplify.model.event import log_event

_LOOK: Final = 0.15
"""Seconds (real time) to search for what is held, and for each kind of what is out."""
_WAIT: Final = 5
"""Seconds (real time) to wait for workers that are just writing a begin mark."""
FOLLOWED: Final = 10.0
"""Seconds (real time) for which requests that were on the wire are followed."""
_LOOK_AGAIN: Final = 0.1


@dataclass(frozen=True, slots=True)
class StopResult:
    """Stops that are in force, and their impact together."""

    stops: tuple[Stop, ...]
    seen: bool
    """Whether every worker that could have missed them is done: nothing new begins. False: one did not answer."""
    reach: StopImpact

    @property
    def stop(self) -> Stop:
        """The first of them; mostly the only one."""
        return self.stops[0]


def stop_subject(app: AppContext, asked: StopRequest, whole: bool = False) -> StopResult:
    """Stop one subject, by its id: `stop_subjects`."""
    return stop_subjects(app, [asked], read_directory(app), whole)


def stop_subjects(
    app: AppContext, asked: Sequence[StopRequest], directory: Directory, whole: bool = False
) -> StopResult:
    """Stop subjects, all in one transaction. The stops are written first, their impact is looked up afterwards;
    unreadable files do not matter.

    `whole`: look through all deliveries, however long it takes. Raises WrongUse for a kind that there is none of.
    """
    complete = [_complete(one, directory) for one in asked]
    with app.ledger.write() as connection:
        stops = tuple([_write(app, connection, one) for one in complete])
        notify_workers(app.ledger, connection)
    for one in complete:
        log_event("stopped_subject", subject=f"{one.kind}:{one.subject}", actor=one.by)
    seen = _seen_by_all(app)
    with app.ledger.read() as connection:
        return StopResult(stops, seen, measure_impact(connection, stops, None if whole else _LOOK))


def follow_requests(
    app: AppContext, sending: Sequence[dict[str, Any]], seconds: float = FOLLOWED
) -> list[dict[str, Any]]:
    """Follow requests that were on the wire, for a while (real time): where each stands now, and its addresses."""
    ids, end = [row["id"] for row in sending], time.monotonic() + seconds
    while True:
        with app.ledger.read() as connection:
            rows, real = read_states(connection, ids), app.ledger.real_now(connection)
        lasting = [
            row for row in rows if row["state"] == DeliveryState.SENDING.value and (row["lease_until"] or real) > real
        ]
        if not lasting or time.monotonic() > end:
            return rows
        time.sleep(_LOOK_AGAIN)


def add_reason(app: AppContext, stops: Sequence[Stop], why: str, actor: str) -> None:
    """Add the reason of stops that came into force without one."""
    with app.ledger.write() as connection:
        stamp = app.timestamp(connection)
        for stop in stops:
            give_reason(connection, stop, why)
            record_event(connection, "give reason", actor, f"{stop.kind}:{stop.subject}", why, {}, stamp)


def stops_in_force(app: AppContext) -> list[Stop]:
    """Read the stops in force."""
    with app.ledger.read() as connection:
        return in_force(connection)


def _complete(asked: StopRequest, directory: Directory) -> StopRequest:
    """The request with its subject in its own form, and with everything that is known to mean it."""
    kind, subject = asked.kind, asked.subject.strip()
    if kind not in KINDS:
        raise WrongUse(f"nothing of the kind {kind} can be stopped: there are {', '.join(KINDS)}")
    subject = fold_tag(subject) if kind == "hashtag" else "" if kind == "all" else subject
    if not subject and kind != "all":
        raise WrongUse(f"say which {kind}")
    given = (*(word.strip() for word in asked.words), *directory.words.get((kind, subject), ()))
    words = tuple(dict.fromkeys(word for word in given if word))
    return replace(asked, subject=subject, words=words, why=asked.why.strip())


def _write(app: AppContext, connection: LedgerConnection, asked: StopRequest) -> Stop:
    stamp = app.timestamp(connection)
    same = _same(connection, asked.kind, asked.subject)
    if same is None:
        held = write_stop(connection, asked, stamp)
    else:  # said again: what was asked about lifting it no longer counts
        why = asked.why or same.why
        add_aliases(connection, same, asked.words, why)
        # A stop that somebody asked for by itself is not loosened by a state that is set later.
        state = asked.state if same.state is not None else None
        set_for(connection, same, state)
        words = tuple(dict.fromkeys((*same.words, *asked.words)))
        held = replace(same, words=words, why=why, asked_by=None, state=state)
    subject = f"{asked.kind}:{asked.subject}"
    record_event(connection, "stop", asked.by, subject, asked.why or None, {"words": list(asked.words)}, stamp)
    return held


def _same(connection: LedgerConnection, kind: str, subject: str) -> Stop | None:
    return next((one for one in in_force(connection) if (one.kind, one.subject) == (kind, subject)), None)


def _seen_by_all(app: AppContext) -> bool:
    """Wait for all begin marks that did not see the stop, by taking the gates' lock; whether all ended in time."""
    try:
        with app.ledger.write() as connection:
            lock_gates(app.ledger, connection, _WAIT)
    except NeedsPerson:
        return False
    return True
