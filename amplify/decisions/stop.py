"""Stopping: from now on nothing about a subject goes out, on any machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from amplify.context.app_context import AppContext
from amplify.ledger.database import LedgerConnection
from amplify.ledger.holds.gates import lock_gates
from amplify.ledger.holds.stops import KINDS, Stop, StopRequest, add_aliases, fold_tag, in_force, set_for, write_stop
from amplify.ledger.notify import notify_workers
from amplify.ledger.queries.audit_log import record_event
from amplify.ledger.queries.stop_impact import StopImpact, measure_impact
from amplify.model.errors import NeedsPerson, WrongUse
from amplify.model.event import log_event

_LOOK: Final = 0.15
"""Seconds (real time) to search for what is held, and for each kind of what is out."""
_WAIT: Final = 5
"""Seconds (real time) to wait for workers that are just writing a begin mark."""


@dataclass(frozen=True, slots=True)
class StopResult:
    """A stop that is in force, and its impact."""

    stop: Stop
    seen: bool
    """Whether every worker that could have missed it is done: nothing new begins. False: one of them did not answer."""
    reach: StopImpact
    known: bool
    """Whether something in the files or the ledger has this name."""


def stop_subject(app: AppContext, asked: StopRequest, whole: bool = False) -> StopResult:
    """Stop a subject. The stop is written first, its impact is looked up afterwards; unreadable files do not matter.

    `whole`: look through all deliveries, however long it takes. Raises WrongUse for a kind that there is none of.
    """
    kind, subject = asked.kind, _subject(asked.kind, asked.subject)
    words = tuple(word.strip() for word in asked.words if word.strip())
    held = _write(app, replace(asked, subject=subject, words=words))
    log_event("stopped_subject", subject=f"{kind}:{subject}", actor=asked.by)
    people = people_spellings(app) if kind == "person" else {}
    if subject in people:
        with app.ledger.write() as connection:
            add_aliases(connection, held, people[subject])
        held = replace(held, words=tuple(dict.fromkeys((*held.words, *people[subject]))))
    seen = _seen_by_all(app)
    with app.ledger.read() as connection:
        found = measure_impact(connection, held, None if whole else _LOOK)
    known = bool(found.held or found.out) or kind in ("all", "platform") or subject in people or not found.whole
    return StopResult(held, seen, found, known)


def stops_in_force(app: AppContext) -> list[Stop]:
    """Read the stops in force."""
    with app.ledger.read() as connection:
        return in_force(connection)


def _subject(kind: str, subject: str) -> str:
    if kind not in KINDS:
        raise WrongUse(f"nothing of the kind {kind} can be stopped: there are {', '.join(KINDS)}")
    if kind == "all":
        return ""
    subject = subject.strip()
    if kind == "hashtag":
        subject = fold_tag(subject)
    if not subject:
        raise WrongUse(f"say which {kind}")
    return subject


def _write(app: AppContext, asked: StopRequest) -> Stop:
    with app.ledger.write() as connection:
        stamp = app.timestamp(connection)
        same = _same(connection, asked.kind, asked.subject)
        if same is None:
            held = write_stop(connection, asked, stamp)
        else:  # said again: what was asked about lifting it no longer counts
            add_aliases(connection, same, asked.words, asked.why)
            # A stop that somebody asked for by itself is not loosened by a state that is set later.
            state = asked.state if same.state is not None else None
            set_for(connection, same, state)
            words = tuple(dict.fromkeys((*same.words, *asked.words)))
            held = replace(same, words=words, why=asked.why, asked_by=None, state=state)
        subject = f"{asked.kind}:{asked.subject}"
        record_event(connection, "stop", asked.by, subject, asked.why, {"words": list(asked.words)}, stamp)
        notify_workers(app.ledger, connection)
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


def people_spellings(app: AppContext) -> Mapping[str, Sequence[str]]:
    """All spellings of each person's name, as far as `config/people.yaml` can be read."""
    from amplify.platforms import registry
    from amplify.rules.text.aliases import name_forms
    from amplify.workspace.parsed import ParsedWorkspace
    from amplify.workspace.read_config import read_config

    findings = ParsedWorkspace(app.root, frozenset(registry.names()))
    try:
        read_config(findings)
    except OSError:
        return {}
    return {found.word.id: name_forms(found.word) for found in findings.people}
