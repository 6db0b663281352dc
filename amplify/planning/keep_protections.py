"""Keeping protections: what the files make weaker waits until somebody here has accepted it."""

from __future__ import annotations

from dataclasses import replace

from amplify.context.app_context import AppContext
from amplify.ledger.database import LedgerConnection
from amplify.ledger.holds.approvals import approved_and_waiting, void_approvals
from amplify.ledger.holds.protection_rows import Protection, find_touched, read_protection_rows, write_protection
from amplify.model.workspace import Workspace
from amplify.rules.plan.protections import (
    NO_PARTNER,
    kept_values,
    protected_workspace,
    read_protections,
    touched_subjects,
)


def keep_protections(app: AppContext, connection: LedgerConnection, files: Workspace) -> Workspace:
    """Write down what protects people, and return the workspace as it is protected. What the files make weaker voids
    the approvals of what it touches. Where nobody else can change the files, they count as they are."""
    now = app.clock.now()
    rows, said = read_protection_rows(connection), read_protections(files)
    protected = app.is_shared(files, rows)
    kept = kept_values({key: one.value for key, one in rows.items()}, said, now) if protected else said
    for key, value in kept.items():
        files_say = said.get(key, NO_PARTNER)
        before, wanted = rows.get(key), files_say if files_say != value else None
        if before is None:
            write_protection(connection, Protection(*key, value, wanted, now))
        elif (before.value, before.wanted) != (value, wanted):
            same = before.wanted == wanted
            rejected = before.rejected_by if same else None
            write_protection(connection, replace(before, value=value, wanted=wanted, at=now, rejected_by=rejected))
            if wanted is not None and not same:
                touched = find_touched(connection, approved_and_waiting(connection), touched_subjects(key))
                void_approvals(connection, touched, f"{' '.join(key).strip()} was changed in the files since", now)
    return protected_workspace(files, kept, now) if protected else files
