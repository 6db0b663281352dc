"""Doctor: runs all checks of what can be wrong around a workspace, and says how to mend it. Read-only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from amplify.context.app_context import AppContext, UnreadableFiles
from amplify.context.machine_guard import MachineGuard
from amplify.context.timings import read_timings
from amplify.ledger.binding import open_bound
from amplify.ledger.database import NoLedger
from amplify.model.errors import AmplifyError, PlatformError
from amplify.model.workspace import Workspace
from amplify.operations.doctor import credential_checks, host_checks, ledger_checks, made_before
from amplify.operations.doctor.finding import CheckResult, CheckTarget, Examine, check_fail, check_ok, check_warn
from amplify.planning.server_lookup import ask_account

EXAMINE: Final[tuple[Examine, ...]] = (
    host_checks.check_programs,
    host_checks.check_zones,
    host_checks.check_disk,
    host_checks.check_video_tools,
    host_checks.check_environment,
    ledger_checks.check_writable,
    host_checks.check_clock,
    credential_checks.private_files,
    credential_checks.check_keyring,
    credential_checks.check_accounts,
    ledger_checks.check_last_pass,
    ledger_checks.check_same_files,
    ledger_checks.check_waiting,
    ledger_checks.check_notices,
    ledger_checks.check_protections,
    made_before.check_made_before,
    ledger_checks.check_backups,
)
"""All checks, one function each."""


def run_checks(root: Path, url: str, online: bool = False) -> list[CheckResult]:
    """Run all checks; results in the order of `EXAMINE`. `url`: the ledger's address; a ledger that is not there is not
    created. `online`: every account is asked who it is."""
    patient, found = _meet(root, url)
    try:
        for examine in EXAMINE:
            found += examine(patient)
        if online:
            found += _online(patient)
    finally:
        if patient.app is not None:
            patient.app.close()
    return found


def _meet(root: Path, url: str) -> tuple[CheckTarget, list[CheckResult]]:
    """Build the check target: open what can be opened."""
    found: list[CheckResult] = []
    app: AppContext | None = None
    guard = MachineGuard(root)
    try:
        app = AppContext(root, open_bound(root, create=False), timings=read_timings(), guard=guard)
    except NoLedger:
        found.append(check_warn("ledger", "there is none yet", "`amplify queue` makes it"))
    except AmplifyError as error:
        found.append(check_fail("ledger", str(error), "see docs/operating.md"))
    try:
        guard.check_files()
    except AmplifyError as error:
        found.append(check_fail("local files", str(error), "docs/partners.md"))
    workspace = _files(root, found)
    return CheckTarget(root, url, app, workspace), found


def _files(root: Path, found: list[CheckResult]) -> Workspace | None:
    from amplify.platforms import registry
    from amplify.workspace.load import load_workspace

    try:
        loaded = load_workspace(root, frozenset(registry.names()))
    except (AmplifyError, OSError) as error:
        found.append(check_fail("files", str(error), "give this user the right to read them"))
        return None
    if loaded.workspace is None:
        found.append(check_fail("files", str(UnreadableFiles(loaded.problems)), "mend what `amplify check` names"))
    else:
        found.append(check_ok("files", f"{len(loaded.workspace.posts)} posts, readable"))
    return loaded.workspace


def _online(patient: CheckTarget) -> Iterator[CheckResult]:
    """Check online who each account is, as its platform says."""
    if patient.app is None or patient.workspace is None:
        return
    for account in patient.workspace.accounts:
        try:
            who = ask_account(patient.app, account)
        except PlatformError as error:
            yield check_fail(account, f"its platform does not let it speak: {error.why}", "docs/accounts.md")
        else:
            yield check_ok(account, f"its platform knows it as {who.handle}")
