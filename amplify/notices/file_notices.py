"""What will run out soon, as the files have it: reviews of people, and facts. Looked at once a day and at each edit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from amplify.context.app_context import AppContext, UnreadableFiles
from amplify.ledger.database import get_meta, set_meta
from amplify.model.notice import Notice
from amplify.model.workspace import Workspace
from amplify.planning.last_queue import machine_name, queued_mark
from amplify.rules.plan.person_gates import last_day

_PERSON: Final = timedelta(days=3)
_FACT: Final = timedelta(days=7)
"""How long before it runs out a person is told."""


def find_file_notices(app: AppContext) -> list[Notice]:
    """Reviews and facts that run out, from what was found last while neither files nor day have changed."""
    key, mark = f"notices of {machine_name(app.root)}", queued_mark(app.fingerprint(), app.clock.now())
    with app.ledger.read() as connection:
        known = json.loads(get_meta(connection, key) or "{}")
    if known.get("mark") != mark:
        try:
            found = list(running_out(app.files(), app.clock.now().date()))
        except UnreadableFiles:  # told as errors of the files
            return []
        known = {"mark": mark, "found": [[one.event, one.key] for one in found]}
        with app.ledger.write() as connection:
            set_meta(connection, key, json.dumps(known))
    return [Notice(event, name, "") for event, name in known["found"]]


def running_out(workspace: Workspace, today: date) -> Iterator[Notice]:
    """Reviews and consents that end within three days, and facts within seven; ended ones, too."""
    for person in workspace.people.values():
        ends = min(last_day(person), person.consent.review)
        if person.state.speaks and person.consent.withdrawn is None and ends <= today + _PERSON:
            yield Notice("review", f"review:{person.id}:{ends}", "")
    replaced = {fact.supersedes for fact in workspace.facts.values()}
    for fact in workspace.facts.values():
        if fact.id not in replaced and today - _FACT <= fact.expires <= today + _FACT:
            yield Notice("fact", f"fact:{fact.id}:{fact.expires}", "")
