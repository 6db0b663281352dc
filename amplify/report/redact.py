"""Redacts reasons in a report: a person's state is never revealed in a page that is passed on.

A hold may rest on a rumour of a release, an illness or a death. Staff read the reason in `amplify status`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import datetime

from amplify.model import cause
from amplify.model.gate import Gate
from amplify.model.subject import kind_and_name, person_in

UNTOLD = "not told here, for the sake of a person it names; see `amplify status`"

_STILL = frozenset({"waiting", "missed", "cut", "removing", "removed"})


def redact_reason(
    why: str | None,
    about: str | None,
    state: str,
    subjects: Collection[str],
    gates: Mapping[tuple[str, str], Gate],
    now: datetime,
) -> str | None:
    """The reason without what it reveals of a person. `about`: its cause (`model.cause`).

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
