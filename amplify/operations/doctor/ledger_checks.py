"""Checks of the ledger: can it be used, does anything run, does anything wait for a person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from amplify.engine.heartbeat import last_pass
from amplify.ledger.database import HEAD
from amplify.ledger.holds.protection_rows import read_protection_rows
from amplify.ledger.queries.ledger_status import count_due_and_held, read_status
from amplify.ledger.queries.pending_work import last_due
from amplify.ledger.rows.notice_rows import recipient_status
from amplify.model.delivery import DeliveryState
from amplify.model.errors import AmplifyError
from amplify.notices.send_notices import recipient_key, recipient_name
from amplify.operations.backup import NOTE
from amplify.operations.doctor.finding import CheckResult, CheckTarget, check_fail, check_ok, check_warn
from amplify.planning.file_versions import last_files, machines_apart
from amplify.rules.plan.horizon import plan_end
from amplify.workspace.read_notify import read_notify

_FORGOTTEN: Final = timedelta(minutes=10)
"""Time without a pass after which nothing seems to run: cron starts one each minute."""
_OLD: Final = timedelta(days=2)
"""Age of a backup from which there is a warning."""


def check_writable(patient: CheckTarget) -> Iterator[CheckResult]:
    """Check whether the ledger can be written."""
    if patient.app is None:
        return
    try:
        with patient.app.ledger.write():
            pass
    except AmplifyError as error:
        yield check_fail(
            "ledger", str(error), "give this user the right to write there, and look whether the disk is full"
        )
        return
    kind = "SQLite" if patient.app.ledger.sqlite else "PostgreSQL"
    yield check_ok("ledger", f"{kind}, schema {HEAD}, can be written")


def check_last_pass(patient: CheckTarget) -> Iterator[CheckResult]:
    """Check when the last pass was: nothing else shows a forgotten cron line."""
    if patient.app is None:
        return
    last = last_pass(patient.app)
    if last is None:
        yield check_warn("passes", "none has run on this machine", "`amplify run`, or a cron line: docs/operating.md")
        return
    age = datetime.now(UTC) - last
    if age > _FORGOTTEN:
        yield check_fail("passes", f"the last one was {_words(age)} ago", "is cron, or `amplify run`, still running?")
    else:
        yield check_ok("passes", f"the last one was {_words(age)} ago")


def check_same_files(patient: CheckTarget) -> Iterator[CheckResult]:
    """Check whether all machines that share the ledger have the files that were queued last."""
    if patient.app is None:
        return
    with patient.app.ledger.read() as connection:
        last = last_files(connection)
        apart = machines_apart(connection, patient.app.ledger.real_now(connection))
    if last is None:
        return
    for one in apart:
        why = one.why or f"its files are not those that {last.machine} queued last"
        yield check_warn("files of all machines", f"{one.machine}: {why}", "`git pull` there; docs/care.md tells more")
    if not apart:
        yield check_ok("files of all machines", f"as {last.machine} queued them last")


def check_waiting(patient: CheckTarget) -> Iterator[CheckResult]:
    """Check for deliveries and accounts that a person should look at."""
    if patient.app is None:
        return
    now = patient.app.clock.now()
    with patient.app.ledger.read() as connection:
        found = read_status(connection, now)
        held, last = count_due_and_held(connection, now), last_due(connection)
    if found.held:
        yield check_fail("files", found.held, "mend what `amplify check` names")
    for account, why in found.paused.items():
        yield check_fail(account, f"paused: {why}", "mend it; no command is needed afterwards")
    if unsure := found.counts.get(DeliveryState.UNSURE.value, 0):
        yield check_fail("unsure", f"{unsure} may be out, or not", "`amplify status` shows them; then `amplify settle`")
    if held:
        yield check_warn("held", f"{held} are due and wait for a reason", "`amplify status` says why")
    if last is not None:
        yield check_ok("queued", f"up to {last:%Y-%m-%d}")
    elif patient.workspace is not None:
        end = plan_end(patient.workspace, now)
        yield check_warn("queued", f"nothing waits up to {end:%Y-%m-%d}", "`amplify plan` shows what the files want")


def check_notices(patient: CheckTarget) -> Iterator[CheckResult]:
    """Check whether the people who want to be told of something could be told last."""
    settings = read_notify(patient.root)
    if settings is None or patient.app is None:
        return
    with patient.app.ledger.read() as connection:
        for one in settings.recipients:
            name, why = recipient_name(one), recipient_status(connection, recipient_key(one)).why
            if why is None:
                yield check_ok("notices", f"{name} is told")
            else:
                yield check_fail("notices", f"{name} could not be told: {why}", "then `amplify notify --test`")


def check_protections(patient: CheckTarget) -> Iterator[CheckResult]:
    """Check what protects people from the files that others can change."""
    if patient.app is None or patient.workspace is None:
        return
    with patient.app.ledger.read() as connection:
        rows = read_protection_rows(connection)
    weaker = [
        f"{one.kind}:{one.subject}" for one in rows.values() if one.wanted is not None and one.rejected_by is None
    ]
    if weaker:
        yield check_warn("changes", f"the files protect less than before: {', '.join(weaker)}", "`amplify approve`")
    local = patient.workspace.local
    if not patient.app.is_shared(patient.workspace, rows):
        return
    if local.campaigns is None:
        ours = ", ".join(one.id for one in patient.workspace.campaigns.values() if one.owner == patient.workspace.us)
        how = f"write `campaigns: [{ours}]` above `accounts:` in config/accounts.yaml"
        yield check_warn("campaigns", "only the shared files say which are ours", how)
    if local.approvals == 0:
        how = "take `approvals: 0` out of config/accounts.yaml, or let nobody else push"
        yield check_warn("approvals", "whoever can push may change the words of our own campaigns unread", how)


def check_backups(patient: CheckTarget) -> Iterator[CheckResult]:
    """Check the age of the last backup. PostgreSQL's are made by its own tools."""
    if patient.sqlite is None or not patient.sqlite.exists():
        return
    how = "`amplify backup FILE`, each night by cron: docs/operating.md"
    try:
        made = datetime.fromtimestamp((patient.root / ".amplify" / NOTE).stat().st_mtime, UTC)
    except OSError:
        yield check_warn("backup", "none was made by `amplify backup`", how)
        return
    age = datetime.now(UTC) - made
    if age > _OLD:
        yield check_warn("backup", f"the last one is {_words(age)} old", how)
    else:
        yield check_ok("backup", f"{_words(age)} old")


def _words(age: timedelta) -> str:
    seconds = max(0, int(age.total_seconds()))
    for size, word in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {word}{'' if count == 1 else 's'}"
    return f"{seconds} s"
