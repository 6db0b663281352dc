"""What a report keeps to itself: a person's state is never told in a page that is passed on.

A hold may rest on a rumour of a release, an illness or a death. Staff read the reason in `amplify status`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import datetime

from amplify.model.gate import Gate
from amplify.model.subject import kind_and_name, person_in

UNTOLD = "not told here, for the sake of a person it names; see `amplify status`"

_STOPPED = re.compile(r"\(person [^()]+\): |person \S+ was stopped")
"""In the reason that a stop of a person gives, whether or not the delivery lists the person."""
_STILL = frozenset({"waiting", "missed", "cut", "removing", "removed"})


def told(
    why: str | None,
    state: str,
    subjects: Collection[str],
    gates: Mapping[tuple[str, str], Gate],
    now: datetime,
) -> str | None:
    """The reason as it may be passed on: without what it says of a person.

    Kept back are reasons of a person's stop, such as name a person of the delivery or repeat the reason at that
    person's gate, and every reason of a delivery that stands still, or was taken down, while such a gate is closed.
    """
    if why is None:
        return None
    if _STOPPED.search(why):
        return UNTOLD
    for subject in subjects:
        person = person_in(subject)
        if person is None:
            continue
        gate = gates.get(kind_and_name(subject))
        reason = gate.why_not(now) if gate is not None else None
        says = [person, person.replace("_", " "), *((reason,) if reason else ())]
        named = any(re.search(rf"(?<![\w-]){re.escape(said)}(?![\w-])", why, re.IGNORECASE) for said in says)
        if named or (reason is not None and state in _STILL):
            return UNTOLD
    return why
