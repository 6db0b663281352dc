"""Queueing: write the plan to the ledger. Running it twice changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from amplify.context.app_context import AppContext, UnreadableFiles
from amplify.ledger.database import set_meta
from amplify.ledger.holds.gates import GATES, read_gates, write_gates
from amplify.ledger.holds.renamed import follow_renamed
from amplify.ledger.holds.spacing import write_gaps
from amplify.ledger.holds.spending import write_budget
from amplify.ledger.holds.stops import widen_all
from amplify.ledger.notify import notify_workers
from amplify.ledger.queries.ledger_status import HELD
from amplify.ledger.rows.plan_changes import diff_plan, outdate_unsettled, write_accounts, write_changes
from amplify.ledger.rows.restored import mark_new_unsure_after_restore
from amplify.model.clock import Timestamp
from amplify.model.errors import NeedsPerson
from amplify.model.plan import Plan, PlanChange
from amplify.model.problem import Severity
from amplify.model.workspace import Workspace
from amplify.planning.follow_people import follow_people, learn_people
from amplify.planning.keep_protections import keep_protections
from amplify.planning.last_queue import note_key, queued_mark
from amplify.planning.plan import plan_deliveries
from amplify.rules.lint.care import HELD_BY_GATES
from amplify.rules.plan.cost import to_micros
from amplify.rules.plan.file_gates import derive_gates
from amplify.rules.plan.horizon import plan_end
from amplify.rules.plan.stop_words import words_to_stop

_QUEUEING: Final = 2
"""Number of the lock under which machines queue one after the other: each compares with what the others wrote."""


@dataclass(frozen=True, slots=True)
class QueueResult:
    """The plan, and what it changed in the ledger."""

    plan: Plan
    changes: Sequence[PlanChange]
    gates_changed: bool


def queue_plan(
    app: AppContext,
    *,
    confirm: Callable[[Sequence[PlanChange]], bool] | None = None,
    progress: Callable[[int, int], None] | None = None,
    until: datetime | None = None,
) -> QueueResult:
    """Plan our deliveries up to the horizon (or `until`, UTC) and write the difference to the ledger.

    Gates are copied first, even where the plan has errors: a stop never waits for a typo. Raises UnreadableFiles
    while our deliveries have errors that no gate holds, NeedsPerson where many rows would be cancelled and `confirm`
    is absent or says no.
    """
    mark = app.fingerprint()
    files = _readable(app)
    if not files.accounts:
        raise NeedsPerson("nobody has said who we are: copy config/accounts.example.yaml to config/accounts.yaml first")
    app.ledger.serve(files.settings.id)
    gates_changed, workspace = _follow_files(app, files)
    now = app.clock.now()
    end = until or plan_end(workspace, now)
    planned = plan_deliveries(
        workspace, now, end, app.profiles, progress, app.server_info(), app.recent_posts(workspace, now, end)
    )
    _refuse_errors(app, planned)
    app.pictures.freeze(delivery.message for delivery in planned.ours)
    with app.ledger.write() as connection:
        app.ledger.lock(connection, _QUEUEING)
        changes = diff_plan(connection, planned.ours, now, planned.end)
        cancelled = [change for change in changes if change.sign == "-"]
        if len(cancelled) > workspace.settings.cancel_limit and not (confirm and confirm(cancelled)):
            raise NeedsPerson(
                f"{len(cancelled)} waiting deliveries would be cancelled, more than the limit of "
                f"{workspace.settings.cancel_limit}: look at `amplify plan`, then run `amplify queue --yes`"
            )
        write_accounts(connection, app.rate_scopes())
        write_budget(connection, {name: to_micros(money) for name, money in workspace.settings.budget.items()})
        write_gaps(connection, {one.id: one.caps.gap for one in workspace.accounts.values()})
        stamp = Timestamp(now, app.ledger.real_now(connection))
        new = {change.id for change in changes if change.sign == "+"}
        follow_renamed(connection, [delivery for delivery in planned.ours if delivery.id in new])
        write_changes(connection, planned.ours, changes, stamp)
        outdate_unsettled(connection, planned.ours, now)
        mark_new_unsure_after_restore(connection, [change.id for change in changes], stamp)
        set_meta(connection, note_key(app.root), queued_mark(mark, now))
        set_meta(connection, HELD, "")
        notify_workers(app.ledger, connection)
    return QueueResult(planned, changes, gates_changed)


def _readable(app: AppContext) -> Workspace:
    """Read the files; where they have errors, note for `status` that these hold everything, and raise."""
    try:
        return app.files()
    except UnreadableFiles as error:
        _note_held(app, f"everything is held: {error}")
        raise


def _note_held(app: AppContext, why: str) -> None:
    with app.ledger.write() as connection:
        set_meta(connection, HELD, why)


def copy_gates(app: AppContext, files: Workspace) -> bool:
    """Copy only the gates to the ledger, at once. True where any changed."""
    return _follow_files(app, files)[0]


def _follow_files(app: AppContext, files: Workspace) -> tuple[bool, Workspace]:
    """Copy the gates of the protected workspace. Returns whether any changed, and that workspace."""
    with app.ledger.write() as connection:
        app.ledger.lock(connection, GATES)
        before = read_gates(connection)
        workspace = keep_protections(app, connection, files)
        about = {campaign.id: campaign.people for campaign in workspace.campaigns.values()}
        known = learn_people(connection, workspace.people, about, before, app.clock.now())
        changed = write_gates(connection, (*known.gates_from(derive_gates(workspace)), *known.kept_gates(before)))
        follow_people(app, connection, workspace.people, before, known)
        shelves = (workspace.people, workspace.campaigns, workspace.partners, workspace.actions, workspace.queue)
        widen_all(connection, words_to_stop(*(shelf.values() for shelf in shelves)))  # type: ignore[arg-type]
        return changed, workspace


def _refuse_errors(app: AppContext, planned: Plan) -> None:
    ours = {delivery.account for delivery in planned.ours}
    errors = tuple(
        finding.problem
        for finding in planned.findings
        if finding.problem.severity is Severity.ERROR
        and finding.problem.code not in HELD_BY_GATES
        and ours.intersection(finding.accounts)
    )
    if errors:
        error = UnreadableFiles(errors)
        _note_held(app, f"everything is held: {error}")
        raise error
