"""The engagement report: what was planned, what went out, what came of it, and what is not known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import chain

from sqlalchemy import Connection

from amplify.ledger.readings import mark_name
from amplify.steps.reporting import figures
from amplify.steps.reporting.lines import delivery_lines
from amplify.steps.reporting.rows import Rows, rows
from amplify.steps.reporting.words import Closed, Names, Report

MARKS = (timedelta(hours=1), timedelta(hours=24), timedelta(days=7))
"""When engagement is read, where the workspace does not say otherwise."""


def report(
    connection: Connection,
    *,
    start: datetime | None,
    end: datetime | None,
    now: datetime,
    names: Names | None = None,
    marks: Sequence[timedelta] = MARKS,
) -> Report:
    """Collect the deliveries due from `start` up to, not including, `end`, and everything read of them by `now`.

    Pure data, and the same for the same ledger and `now`; `amplify.steps.reporting` makes pages of it. `marks` are
    the ages at which readings were expected. Reasons that would tell a person's state are kept back.
    """
    names = names or Names()
    marks = sorted(set(marks))
    found = rows(connection, start, end)
    lines = delivery_lines(found, marks, now)
    dimensions = figures.dimensions(lines, names)
    platforms = tuple(group.key for group in dimensions[1].groups)
    return Report(
        names=names,
        start=start,
        end=end,
        now=now,
        first_due=lines[0].due_at if lines else None,
        last_due=lines[-1].due_at if lines else None,
        counts=figures.counts(lines),
        tally=figures.tally(lines),
        dimensions=dimensions,
        posts=figures.posts(lines, platforms),
        marks=tuple(mark_name(mark) for mark in marks),
        mark_lines=figures.mark_lines(lines, platforms, marks),
        gaps=figures.gaps(lines, marks, now),
        days=figures.days(lines),
        lateness=figures.lateness(lines),
        endings=figures.endings(lines, found.ended),
        closed=_closed(found, now),
        attempts=found.attempts,
        deliveries=lines,
    )


def _closed(found: Rows, now: datetime) -> tuple[Closed, ...]:
    """Gates and accounts that were closed at `now` and concern this period. Persons are counted, not named."""
    subjects: Counter[str] = Counter()
    waiting: Counter[str] = Counter()
    people = 0
    closed_people = {
        f"person:{gate.subject}"
        for gate in found.gates.values()
        if gate.kind == "person" and gate.why_not(now) is not None
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
        if why is not None and gate.kind != "person" and subject in subjects:
            listed[gate.kind, gate.subject] = Closed(gate.kind, gate.subject, why, waiting[subject])
    for account, why in found.paused.items():
        if f"account:{account}" in subjects:
            listed["account", account] = Closed("account", account, why, waiting[f"account:{account}"])
    ordered = [listed[key] for key in sorted(listed)]
    if closed_people & subjects.keys():
        ordered.append(Closed("person", None, None, people))
    return tuple(ordered)
