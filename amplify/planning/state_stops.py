"""What stops take from the files: names that were learned since, and people of whom may be spoken again.

A person's state lets posts out or holds them. Setting it back is lifting a hold, and for a person two people have to
agree to that: so a stop takes the place of the state, until both have said so (`amplify resume --person`).
"""

from __future__ import annotations

from collections.abc import Mapping

from amplify.context.app_context import AppContext
from amplify.ledger.database import LedgerConnection
from amplify.ledger.holds.stops import in_force, widen_all, write_stop
from amplify.model.gate import Gate
from amplify.model.person import PersonState
from amplify.model.workspace import Workspace
from amplify.rules.plan.person_gates import state_words
from amplify.rules.text.aliases import name_forms


def follow_files(
    desk: AppContext, connection: LedgerConnection, workspace: Workspace, before: Mapping[tuple[str, str], Gate]
) -> None:
    """Follow the files, in the transaction that copies their gates. `before`: the gates as they were."""
    reopened = {
        person.id: state
        for person in workspace.people.values()
        if person.state.speaks and (state := _silent(before.get(("person", person.id)))) is not None
    }
    if reopened:
        now, real = desk.clock.now(), desk.ledger.real_now(connection)
        stopped = {stop.subject for stop in in_force(connection) if stop.kind == "person"}
        for id, state in reopened.items():
            if id not in stopped:
                why = f"{id} was {state_words(state)} until now: two people must say that posts may go out again"
                write_stop(connection, "person", id, name_forms(workspace.people[id]), why, "amplify", now, real)
    widen_all(connection, {person.id: name_forms(person) for person in workspace.people.values()})


def _silent(gate: Gate | None) -> PersonState | None:
    """The state for which a person's own gate was closed."""
    if gate is None or gate.closed is None:
        return None
    return next((one for one in PersonState if gate.closed == f"{gate.subject} is {state_words(one)}"), None)
