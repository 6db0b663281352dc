"""doctor: everything that can be wrong around a workspace, and how to mend each. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from amplify.context.app_context import Desk, UnreadableFiles
from amplify.context.timings import timings
from amplify.ledger.database import Ledger
from amplify.model.errors import AmplifyError, PlatformError
from amplify.model.workspace import Workspace
from amplify.operations.doctor import credential_checks, host_checks, ledger_checks
from amplify.operations.doctor.finding import Examine, Finding, Patient, fine, look, mend

EXAMINE: Final[tuple[Examine, ...]] = (
    host_checks.programs,
    host_checks.zones,
    host_checks.disk,
    host_checks.videos,
    host_checks.surroundings,
    ledger_checks.usable,
    host_checks.clock,
    credential_checks.private_files,
    credential_checks.keyring,
    credential_checks.accounts,
    ledger_checks.passes,
    ledger_checks.waiting,
    ledger_checks.backups,
)
"""Everything that is looked at, one plain function each."""


def doctor(root: Path, url: str, online: bool = False) -> list[Finding]:
    """All findings, in the order of `EXAMINE`. `url`: the ledger's address; a ledger that is not there is not made.
    `online`: every account is asked who it is."""
    patient, found = _meet(root, url)
    try:
        for examine in EXAMINE:
            found += examine(patient)
        if online:
            found += _online(patient)
    finally:
        if patient.desk is not None:
            patient.desk.close()
    return found


def _meet(root: Path, url: str) -> tuple[Patient, list[Finding]]:
    """Open what can be opened."""
    found: list[Finding] = []
    desk: Desk | None = None
    file = Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:") else None
    if file is not None and not file.exists():
        found.append(look("ledger", "there is none yet", "`amplify queue` makes it"))
    else:
        try:
            desk = Desk(root, Ledger.open(url), timings=timings())
        except AmplifyError as error:
            found.append(mend("ledger", str(error), "see docs/operating.md"))
    workspace = _files(root, found)
    return Patient(root, url, desk, workspace), found


def _files(root: Path, found: list[Finding]) -> Workspace | None:
    from amplify.platforms.registry import NAMES
    from amplify.workspace.load import load

    try:
        loaded = load(root, frozenset(NAMES))
    except (AmplifyError, OSError) as error:
        found.append(mend("files", str(error), "give this user the right to read them"))
        return None
    if loaded.workspace is None:
        found.append(mend("files", str(UnreadableFiles(loaded.problems)), "mend what `amplify check` names"))
    else:
        found.append(fine("files", f"{len(loaded.workspace.posts)} posts, readable"))
    return loaded.workspace


def _online(patient: Patient) -> Iterator[Finding]:
    """Who each account is, as its platform says."""
    if patient.desk is None or patient.workspace is None:
        return
    for account in patient.workspace.accounts:
        try:
            who = patient.desk.adapter(account).whoami()
        except PlatformError as error:
            yield mend(account, f"its platform does not let it speak: {error.why}", "docs/accounts.md")
        else:
            yield fine(account, f"its platform knows it as {who.handle}")
