"""Collects the engagement report: what was planned, what went out, what came of it, and what is not known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, Final

from amplify.ledger.database import LedgerConnection
from amplify.ledger.holds.stops import Stop, fold_tag
from amplify.ledger.queries.audit_log import chain_tip
from amplify.ledger.queries.readings import mark_name
from amplify.ledger.queries.report_rows import ReportRows, read_report_rows
from amplify.model.delivery import DeliveryState
from amplify.model.subject import person_in
from amplify.report import aggregate
from amplify.report.delivery_lines import OUT, delivery_lines
from amplify.report.report_model import ClosedSubject, Names, Report
from amplify.report.unnamed import HeldNames, count_unnamed

MARKS = (timedelta(hours=1), timedelta(hours=24), timedelta(days=7))
"""When engagement is read, where the workspace does not say otherwise."""

_TO_COME: Final = frozenset({DeliveryState.WAITING, DeliveryState.CLAIMED, DeliveryState.SENDING, DeliveryState.UNSURE})
_OF_PEOPLE: Final = frozenset({"person", "consent", "signatory"})


def collect_deliveries(
    connection: LedgerConnection,
    *,
    start: datetime | None,
    end: datetime | None,
    now: datetime,
    names: Names | None = None,
    marks: Sequence[timedelta] = MARKS,
    embargoed: Collection[str] | None = frozenset(),
) -> Report:
    """Collect the deliveries due from `start` up to, not including, `end`, and everything read of them by `now`.

    Pure data, and the same for the same ledger and `now`; `amplify.report` makes pages of it. `marks` are
    the ages at which readings were expected. What would tell of somebody who is stopped, or whose gate is closed, is
    counted and not named; and what is not out yet of `embargoed` posts is left out; None: nobody knows which these are,
    and nothing that is to come is shown.
    """
    names = names or Names()
    marks = sorted(set(marks))
    found = _told(read_report_rows(connection, start, end), embargoed)
    held = HeldNames(found, names, now)
    lines = delivery_lines(found, marks, now, held, names)
    dimensions = aggregate.group_by_dimension(lines, names, held)
    platforms = tuple(group.key for group in dimensions[1].groups)
    return Report(
        names=names if not held.among(names.workspace) else replace(names, workspace=None),
        start=start,
        end=end,
        now=now,
        first_due=lines[0].due_at if lines else None,
        last_due=lines[-1].due_at if lines else None,
        counts=aggregate.count_deliveries(lines),
        tally=aggregate.tally_messages(lines),
        dimensions=dimensions,
        posts=aggregate.post_lines(lines, platforms),
        marks=tuple(mark_name(mark) for mark in marks),
        mark_lines=aggregate.mark_lines(lines, platforms, marks),
        gaps=aggregate.reading_gaps(lines, marks, now),
        days=aggregate.days_out(lines),
        lateness=aggregate.measure_lateness(lines),
        endings=aggregate.delivery_endings(lines, found.ended),
        closed=tuple(_told_subject(one, held) for one in _closed(found, now)),
        attempts=found.attempts,
        deliveries=lines,
        history=str(newest) if (newest := chain_tip(connection)) is not None and not found.rehearsal else None,
        unnamed=count_unnamed(lines),
        rehearsal=found.rehearsal,
    )


def _told(found: ReportRows, embargoed: Collection[str] | None) -> ReportRows:
    """The ledger's rows without what must not be known yet: embargoed posts that are not out."""
    if embargoed is None:
        kept = [row for row in found.deliveries if row.state not in _TO_COME]
    else:
        kept = [row for row in found.deliveries if row.state in OUT or row.post not in embargoed]
    return replace(found, deliveries=tuple(kept))


def _told_subject(one: ClosedSubject, held: HeldNames) -> ClosedSubject:
    return replace(one, subject=None, why=None) if held.among(one.subject, one.why) else one


def _closed(found: ReportRows, now: datetime) -> tuple[ClosedSubject, ...]:
    """Gates that were closed and accounts that were paused at `now`, and concern this period. Persons are counted, not
    named.
    """
    subjects: Counter[str] = Counter()
    waiting: Counter[str] = Counter()
    people = 0
    closed_people = {
        f"{gate.kind}:{gate.subject}"
        for gate in found.gates.values()
        if gate.kind in _OF_PEOPLE and gate.why_not(now) is not None
    }
    for row in found.deliveries:
        own = (f"campaign:{row.campaign}", f"partner:{row.partner}", f"account:{row.account}")
        concerned = set(chain(row.subjects, own))
        subjects.update(concerned)
        if row.state == "waiting":
            waiting.update(concerned)
            people += bool(concerned & closed_people)
    listed = {}
    for gate in found.gates.values():
        subject, why = f"{gate.kind}:{gate.subject}", gate.why_not(now)
        if why is not None and gate.kind not in _OF_PEOPLE and subject in subjects:
            listed[gate.kind, gate.subject] = ClosedSubject(gate.kind, gate.subject, why, waiting[subject])
    for account, why in found.paused.items():
        if f"account:{account}" in subjects:
            listed["account", account] = ClosedSubject("account", account, why, waiting[f"account:{account}"])
    ordered = [listed[key] for key in sorted(listed)]
    ordered += [
        ClosedSubject(f"stop of {stop.kind}", stop.subject or "everything", stop.why, _stopped(stop, found))
        for stop in found.stops
        if not stop.names_somebody
    ]
    if closed_people & subjects.keys():
        ordered.append(ClosedSubject("person", None, None, people))
    elif any(stop.names_somebody for stop in found.stops):
        ordered.append(
            ClosedSubject("person", None, None, sum(_stopped(s, found) for s in found.stops if s.names_somebody))
        )
    return tuple(ordered)


def _stopped(stop: Stop, found: ReportRows) -> int:
    """Deliveries that wait and match a stop, as far as their rows tell without their texts."""
    return sum(row.state == "waiting" and _means(stop, row) for row in found.deliveries)


def _means(stop: Stop, row: Any) -> bool:
    match stop.kind:
        case "person":
            return any(person_in(subject) == stop.subject for subject in row.subjects)
        case "partner":
            return row.partner == stop.subject or f"partner:{stop.subject}" in row.subjects
        case "hashtag":
            return stop.subject in map(fold_tag, row.hashtags)
        case "all":
            return True
        case "action" | "fact":
            return f"{stop.kind}:{stop.subject}" in row.subjects
        case "words":
            return False
    return bool(getattr(row, stop.kind) == stop.subject)
