"""Queueing: write the plan to the ledger. Running it twice changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from amplify.context.app_context import AppContext, UnreadableFiles
from amplify.ledger.database import LedgerConnection, set_meta
from amplify.ledger.holds.file_errors import write_file_errors
from amplify.ledger.holds.gates import GATES, put_gates, read_gates, write_gates
from amplify.ledger.holds.renamed import follow_renamed
from amplify.ledger.holds.spacing import write_gaps
from amplify.ledger.holds.spending import write_budget
from amplify.ledger.holds.stops import widen_all
from amplify.ledger.notify import notify_workers
from amplify.ledger.queries.ledger_status import HELD
from amplify.ledger.queries.recent_posts import find_said_since
from amplify.ledger.rows.plan_changes import (
    PlanDiff,
    compare_plan,
    lock_rows,
    outdate_unsettled,
    write_accounts,
    write_changes,
)
from amplify.ledger.rows.restored import mark_new_unsure_after_restore
from amplify.model.clock import Timestamp
from amplify.model.errors import AmplifyError, NeedsPerson
from amplify.model.event import log_event
from amplify.model.gate import Gate
from amplify.model.plan import FaultyDelivery, Plan, PlanChange, PriorPosts
from amplify.model.problem import Problem
from amplify.model.workspace import Workspace
from amplify.planning.file_versions import judge_files, note_files
from amplify.planning.follow_people import follow_people, learn_people
from amplify.planning.keep_protections import keep_protections
from amplify.planning.last_queue import machine_name, note_key, queued_mark
from amplify.planning.paint_ahead import with_paint_faults
from amplify.planning.plan import plan_deliveries
from amplify.rules.lint.duplicates import REPEAT_AFTER, look_back, repeat_problem, repeats_of
from amplify.rules.plan.cost import to_micros
from amplify.rules.plan.file_gates import derive_gates
from amplify.rules.plan.horizon import plan_end
from amplify.rules.plan.stop_words import words_to_stop
from amplify.workspace.file_version import FilesVersion, read_version

_QUEUEING: Final = 2
"""Number of the lock under which machines queue one after the other: each compares with what the others wrote."""


@dataclass(frozen=True, slots=True)
class QueueResult:
    """The plan, and what it changed in the ledger."""

    plan: Plan
    changes: Sequence[PlanChange]
    gates_changed: bool
    unsent: Sequence[PlanChange] = ()
    """What is planned and will not go out, with the reasons."""
    older: str = ""
    """Why these files changed nothing: another machine has queued newer ones, or others."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Errors of the files, for which something is held or not written down."""
        return self.plan.errors


def queue_plan(
    app: AppContext,
    *,
    confirm: Callable[[Sequence[PlanChange]], bool] | None = None,
    progress: Callable[[int, int], None] | None = None,
    until: datetime | None = None,
    force: bool = False,
) -> QueueResult:
    """Plan our deliveries up to the horizon (or `until`, UTC) and write the difference to the ledger.

    Gates are copied first, even where the plan has errors: a stop never waits for a typo. What has errors is not
    written down, and held where it was queued; all else goes on. Raises UnreadableFiles where an error concerns
    everybody, NeedsPerson where many rows would be cancelled and `confirm` is absent or says no. Files that are older
    than what another machine queued, or went another way, change nothing, unless a person says so (`force`).
    """
    mark = queued_mark(app.fingerprint(), app.clock.now())
    files = _readable(app)
    if not files.accounts:
        raise NeedsPerson("nobody has said who we are: copy config/accounts.example.yaml to config/accounts.yaml first")
    app.ledger.serve(files.settings.id)
    version = read_version(app.root, files.accounts)
    now = app.clock.now()
    with app.ledger.read() as connection:
        older = "" if force else judge_files(connection, app.root, version)
    if older:
        return _keep_as_queued(app, files, version, older, now)
    gates_changed, workspace = _follow_files(app, files)
    end = until or plan_end(workspace, now)
    said = app.recent_posts(workspace, now, end)
    planned = plan_deliveries(workspace, now, end, app.profiles, progress, app.server_info(), said)
    planned = _freeze_pictures(app, with_paint_faults(planned, workspace, said.queued))
    with app.ledger.write() as connection:
        app.ledger.lock(connection, _QUEUEING)
        older = "" if force else judge_files(connection, app.root, version)  # somebody may have queued meanwhile
        if older:
            note_files(connection, app.root, version, older, app.ledger.real_now(connection))
            return QueueResult(Plan(now, now, (), (), ()), (), gates_changed, older=older)
        diff, planned, late = _compare(app, connection, planned, said)
        cancelled = [change for change in diff.changes if change.sign == "-"]
        if len(cancelled) > workspace.settings.cancel_limit and not (confirm and confirm(cancelled)):
            raise NeedsPerson(
                f"{len(cancelled)} waiting deliveries would be cancelled, more than the limit of "
                f"{workspace.settings.cancel_limit}: look at `amplify plan`, then run `amplify queue --yes`"
            )
        _write(app, connection, planned, diff, now)
        set_meta(connection, note_key(app.root), "" if late else mark)
        set_meta(connection, HELD, "")
        note_files(connection, app.root, version, "", app.ledger.real_now(connection))
        notify_workers(app.ledger, connection)
    if planned.errors:
        log_event("file_errors", errors=len(planned.errors), held=len(diff.held), unwritten=diff.unwritten)
    if cancelled:
        ids = " ".join(change.id for change in cancelled[:100])
        log_event("cancelled", deliveries=ids, count=len(cancelled), machine=machine_name(app.root))
    return QueueResult(planned, diff.changes, gates_changed, diff.unsent)


def _keep_as_queued(
    app: AppContext, workspace: Workspace, version: FilesVersion, why: str, now: datetime
) -> QueueResult:
    """Note that these files change nothing. Only people who must not be spoken of by them are held at once: that never
    waits, and files that are right open their gates again."""
    with app.ledger.write() as connection:
        app.ledger.lock(connection, GATES)
        known = read_gates(connection)
        closed = [
            gate
            for gate in derive_gates(workspace)
            if gate.kind == "person" and gate.closed is not None and _is_open(known.get((gate.kind, gate.subject)))
        ]
        put_gates(connection, closed)
        note_files(connection, app.root, version, why, app.ledger.real_now(connection))
    log_event("older_files", machine=machine_name(app.root))
    return QueueResult(Plan(now, now, (), (), ()), (), bool(closed), older=why)


def _is_open(gate: Gate | None) -> bool:
    return gate is not None and gate.closed is None


def _compare(
    app: AppContext, connection: LedgerConnection, planned: Plan, said: PriorPosts
) -> tuple[PlanDiff, Plan, bool]:
    """Compare plan and ledger once more with what was said since `said` was read: an entry may have gone out under its
    old name meanwhile. The plan without such repeats, and whether there are some: the next pass plans anew."""
    diff = compare_plan(connection, planned)
    lock_rows(connection, diff.changes)
    workspace = app.workspace()
    known = {one.id for one in said if one.out}
    new = find_said_since(connection, known, planned.start - look_back(workspace))
    repeats = repeats_of(workspace, new, planned.ours) if new else {}
    if not repeats:
        return (diff if not new else compare_plan(connection, planned)), planned, False
    faulty = tuple(
        FaultyDelivery(
            one.id,
            one.entry,
            one.post,
            one.account,
            one.due,
            repeat_problem(workspace.posts[one.post].place, one.account, before.at, before.entry, REPEAT_AFTER),
        )
        for one in planned.ours
        if (before := repeats.get(one.id)) is not None
    )
    planned = replace(planned, faulty=(*planned.faulty, *faulty))
    return compare_plan(connection, planned), planned, True


def _write(app: AppContext, connection: LedgerConnection, planned: Plan, diff: PlanDiff, now: datetime) -> None:
    workspace, stamp = app.workspace(), Timestamp(now, app.ledger.real_now(connection))
    new = {change.id for change in diff.changes if change.sign == "+"}
    follow_renamed(connection, [delivery for delivery in planned.ours if delivery.id in new])
    write_accounts(connection, app.rate_scopes())
    write_budget(connection, {name: to_micros(money) for name, money in workspace.settings.budget.items()})
    write_gaps(connection, {one.id: one.caps.gap for one in workspace.accounts.values()})
    write_file_errors(app.ledger, connection, planned.errors, diff.held, diff.unwritten)
    write_changes(connection, planned.ours, diff.changes, stamp)
    outdate_unsettled(connection, planned.ours, now)
    mark_new_unsure_after_restore(connection, [change.id for change in diff.changes], stamp)


def _freeze_pictures(app: AppContext, planned: Plan) -> Plan:
    """Keep the pictures of all that is planned. What goes wrong with one is a problem of what carries it."""
    failed: dict[str, FaultyDelivery] = {}
    places = app.workspace().posts
    known = {one.id for one in planned.faulty}
    for one in planned.ours:
        if one.id in known:
            continue
        try:
            app.pictures.freeze([one.message])
        except (AmplifyError, OSError, ValueError) as error:
            why = str(error) if isinstance(error, AmplifyError) else type(error).__name__
            problem = Problem(places[one.post].place, "FILE-READ", f"a picture of this post cannot be kept: {why}")
            failed[one.id] = FaultyDelivery(one.id, one.entry, one.post, one.account, one.due, problem)
    return replace(planned, faulty=(*planned.faulty, *failed.values())) if failed else planned


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
