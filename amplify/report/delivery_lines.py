"""Turns the ledger's rows into lines of a report: each delivery with its messages, their readings and their gaps."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from amplify.ledger.queries.readings import mark_name
from amplify.ledger.queries.report_rows import ReportRow, ReportRows
from amplify.model import cause
from amplify.model.delivery import DeliveryState
from amplify.model.gate import Gate
from amplify.model.subject import kind_and_name, person_in
from amplify.report.display_names import mark_age
from amplify.report.own_interactions import OwnInteractions
from amplify.report.report_model import DeliveryLine, Names, PartLine
from amplify.report.unnamed import UNTOLD, HeldNames, without_names

OUT = frozenset(
    {DeliveryState.SENT, DeliveryState.CUT, DeliveryState.REMOVING, DeliveryState.REMOVED, DeliveryState.GONE}
)
"""States of deliveries that went out, at least in part."""

_PASSING = frozenset({DeliveryState.WAITING, DeliveryState.CLAIMED, DeliveryState.SENDING})
"""States whose last move says nothing about why they stand there."""


def delivery_lines(
    rows: ReportRows, marks: Sequence[timedelta], now: datetime, held: HeldNames, names: Names
) -> tuple[DeliveryLine, ...]:
    """Every delivery of the period, by due time. Reasons are redacted, and what would tell of somebody whom `held`
    holds is without names."""
    spelling = _spellings(tag for row in rows.deliveries for tag in row.hashtags)
    own = OwnInteractions(rows)
    found = []
    for row in rows.deliveries:
        line = _delivery(row, own, marks, now, spelling)
        secret = held.concern(row, names.campaigns.get(row.campaign, "")) or held.among(line.why)
        found.append(without_names(line) if secret else line)
    return tuple(found)


def _delivery(
    row: ReportRow, own: OwnInteractions, marks: Sequence[timedelta], now: datetime, spelling: dict[str, str]
) -> DeliveryLine:
    rows = own.rows
    ended = rows.ended.get(row.id)
    parts = tuple(_part(part, row, own, marks, now) for part in rows.parts.get(row.id, ()))
    sent_at = row.sent_at
    if sent_at is None and row.state in OUT:
        sent_at = min((part.sent_at for part in parts if part.sent_at), default=None)
    return DeliveryLine(
        id=row.id,
        entry=row.entry,
        post=row.post,
        variant=row.variant,
        campaign=row.campaign,
        partner=row.partner,
        platform=row.platform,
        account=row.account,
        occurrence=row.occurrence,
        kind=row.kind,
        lang=row.lang,
        hashtags=tuple(dict.fromkeys(spelling[_folded(tag)] for tag in row.hashtags)),
        state=row.state,
        why=redact_reason(
            row.why or (ended[1] if ended and row.state not in _PASSING else None),
            row.cause,
            row.state,
            row.subjects,
            rows.gates,
            now,
        ),
        due_at=row.due_at,
        sent_at=sent_at,
        parts=parts if not rows.rehearsal else tuple(replace(part, url=None, remote_id=None) for part in parts),
    )


def _part(part: ReportRow, row: ReportRow, own: OwnInteractions, marks: Sequence[timedelta], now: datetime) -> PartLine:
    rows = own.rows
    # What a repost draws is counted at the post it repeats: counting it here would count it twice.
    boost = row.kind == "boost"
    found = () if boost else rows.readings.get((row.id, part.number), ())
    readings = tuple(own.taken_off(one, row, part) for one in found)
    sent_at = part.sent_at or (row.sent_at if part.remote_id else None)
    down_at = part.removed_at
    if (
        down_at is None
        and row.state in (DeliveryState.REMOVING, DeliveryState.REMOVED, DeliveryState.GONE)
        and row.id in rows.ended
    ):
        down_at = rows.ended[row.id][0]
    gaps: tuple[str, ...] = ()
    if sent_at is not None and not boost:
        have = {mark_age(reading.mark) for reading in readings}
        until = min(now, down_at) if down_at else now
        gaps = tuple(mark_name(age) for age in marks if age not in have and sent_at + age <= until)
    return PartLine(part.number, part.url, part.remote_id, sent_at, down_at, readings, gaps)


def _folded(tag: str) -> str:
    return unicodedata.normalize("NFC", tag).lstrip("#").casefold()


def _spellings(tags: Iterable[str]) -> dict[str, str]:
    """The common spelling of each hashtag: `#freeanna` and `#FreeAnna` are one, written as it mostly was."""
    written = Counter(unicodedata.normalize("NFC", tag).lstrip("#") for tag in tags)
    best: dict[str, str] = {}
    for tag, _ in sorted(written.items(), key=lambda item: (-item[1], item[0])):
        best.setdefault(tag.casefold(), tag)
    return best


_STILL = frozenset({"waiting", "missed", "cut", "removing", "removed"})


def redact_reason(
    why: str | None,
    about: str | None,
    state: str,
    subjects: Collection[str],
    gates: Mapping[tuple[str, str], Gate],
    now: datetime,
) -> str | None:
    """The reason as it may be passed on: without what it says of a person. `about`: its cause (`model.cause`).

    Kept back are reasons that a person's stop or gate gives, whether or not the delivery lists the person; such as
    name a person of the delivery (a platform, or one of us, may have); and every reason of a delivery that stands
    still, or was taken down, while such a gate is closed.
    """
    if why is None:
        return None
    if cause.is_of_person(about):
        return UNTOLD
    for subject in subjects:
        person = person_in(subject)
        if person is None:
            continue
        gate = gates.get(kind_and_name(subject))
        closed = gate is not None and gate.why_not(now) is not None
        says = (person, person.replace("_", " "))
        named = any(re.search(rf"(?<![\w-]){re.escape(said)}(?![\w-])", why, re.IGNORECASE) for said in says)
        if named or (closed and state in _STILL):
            return UNTOLD
    return why
