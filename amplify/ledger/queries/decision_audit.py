"""Audit of people's decisions: whether the tables of stops and verdicts say what the audit log says.

The chain proves what was done. The tables are what workers ask, and whoever can write to the ledger can write to them,
past every command: a verdict that nobody gave, a stop lifted or taken out, a rejection made void. Rows that an older
ledger's backup brought are explained by its `restore`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, RowMapping, select

from amplify.ledger.decision_tables import APPROVAL, DEED, STOP
from amplify.ledger.holds.approvals import ACTS, REJECTED, is_recorded
from amplify.ledger.holds.ledger_memory import protection_mark
from amplify.ledger.holds.protection_rows import Protection, read_protection_rows
from amplify.ledger.holds.stops import stop_mark
from amplify.rules.plan.approval_policy import same_person

ACCEPT: Final = "accept change"
"""What the audit log calls it that somebody accepted a weaker protection."""
Rows = Sequence[RowMapping]


def find_forged_decisions(connection: Connection) -> list[str]:
    """A sentence for each decision of which table and audit log do not say the same; none where they agree."""
    deeds = list(connection.execute(select(DEED).order_by(DEED.c.number)).mappings())
    verdicts = list(connection.execute(select(APPROVAL).order_by(APPROVAL.c.id)).mappings())
    stops = list(connection.execute(select(STOP).order_by(STOP.c.id)).mappings())
    return [*_verdicts(deeds, verdicts), *_stops(deeds, stops), *_protections(deeds, read_protection_rows(connection))]


def _verdicts(deeds: Rows, verdicts: Rows) -> Iterator[str]:
    entries = {row["number"]: row for row in deeds if row["act"] in ACTS.values()}
    voided = {id for row in deeds for id in (row["payload"] or {}).get("voided", ())}
    for row in verdicts:
        name = f"verdict {row['id']} ({row['verdict']} by {row['by']}, delivery {row['delivery'][:12]})"
        entry = entries.pop(row["deed"], None)
        if entry is None or not is_recorded({**row, **{f"deed_{key}": value for key, value in entry.items()}}):
            yield f"{name}: no entry of the history tells of it"
            continue
        words = (entry["payload"] or {}).get("words", row["words"])
        if row["verdict"] == REJECTED and words != row["words"]:
            yield f"{name}: it was bound to other words"
        if row["verdict"] == REJECTED and row["void_at"] is not None and not _taken_back(row, verdicts):
            yield f"{name}: it was made void, and no entry of the history tells who took it back"
        if row["void_at"] is None and row["id"] in voided:
            yield f"{name}: it was void, and counts again"
    for number, entry in entries.items():
        yield f"deed {number} ({entry['act']} by {entry['actor']}): its verdict was taken out"


def _taken_back(rejection: RowMapping, verdicts: Rows) -> bool:
    return any(
        row["id"] > rejection["id"]
        and row["delivery"] == rejection["delivery"]
        and row["at"] == rejection["void_at"]
        and same_person(row["by"], rejection["by"])
        for row in verdicts
    )


def _stops(deeds: Rows, stops: Rows) -> Iterator[str]:
    carried = {mark for row in deeds if row["act"] == "restore" for mark in (row["payload"] or {}).get("stops", ())}
    resumed = {(row["actor"], row["at"]): row["subject"] for row in deeds if row["act"] == "resume"}
    open_: set[str] = set()
    words_of: dict[str, set[str]] = defaultdict(set)
    for row in stops:
        subject = f"{row['kind']}:{row['subject']}"
        if row["lifted_at"] is None:
            open_.add(subject)
            words_of[subject].update(row["words"])
        elif stop_mark(row) in carried:
            open_.add(subject)
        elif not _is_lift_recorded(row, subject, resumed):
            open_.add(subject)
            yield f"the stop of {subject} was lifted by {row['lifted_by']}: no entry of the history tells of it"
    for subject, words in _still_stopped(deeds).items():
        if subject not in open_:
            yield f"the stop of {subject} was taken out: no entry of the history tells who lifted it"
        elif subject in words_of and (gone := words - words_of[subject]):
            yield f"the stop of {subject} no longer looks for {', '.join(sorted(gone))}"


def _is_lift_recorded(row: RowMapping, subject: str, resumed: Mapping[tuple[str, datetime], str | None]) -> bool:
    """Whether an entry tells who lifted this stop. What it was about may have been erased, in the row or in the log."""
    who = (row["lifted_by"], row["lifted_at"])
    erased = not (row["subject"] or row["words"] or row["why"])
    return who in resumed and (erased or resumed[who] in (None, subject))


def _protections(deeds: Rows, rows: Mapping[tuple[str, str], Protection]) -> Iterator[str]:
    """What somebody accepted is what is in force since, or something stronger; nothing else made it weaker."""
    accepted = {row["number"]: row for row in deeds if row["act"] == ACCEPT}
    last = {row["subject"]: number for number, row in accepted.items() if row["subject"] is not None}
    carried = {
        row["number"]: frozenset((row["payload"] or {}).get("protections", ()))
        for row in deeds
        if row["act"] == "restore"
    }

    def took_over(one: Protection, since: int = 0) -> bool:
        mark = protection_mark(f"{one.kind}:{one.subject}")
        return one.deed is not None and one.deed > since and mark in carried.get(one.deed, ())

    there = {f"{one.kind}:{one.subject}": one for one in rows.values()}
    for subject, number in last.items():
        one = there.get(subject)
        if one is None or (one.deed != number and not took_over(one, number)):
            yield f"what protects {subject} was taken out or put back since deed {number}"
    for subject, one in there.items():
        if one.deed is not None and one.deed not in accepted and not took_over(one):
            yield f"what protects {subject} was made weaker: no entry of the history tells of it"


def _still_stopped(deeds: Rows) -> Mapping[str, set[str]]:
    """What was stopped and not resumed since, as the history tells it: subject → spellings."""
    found: dict[str, set[str]] = {}
    for row in deeds:
        if row["subject"] is None:
            continue
        if row["act"] == "stop":
            found.setdefault(row["subject"], set()).update((row["payload"] or {}).get("words", ()))
        elif row["act"] == "resume":
            found.pop(row["subject"], None)
    return found
