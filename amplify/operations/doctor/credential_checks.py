"""Checks of accounts and their credentials: secrets (their names only), private files, sessions, keyring."""

from __future__ import annotations

import re
import shlex
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from amplify.context.machine_guard import place_of, unconfirmed_accounts
from amplify.model.errors import LoggedOut
from amplify.operations.doctor.finding import CheckResult, CheckTarget, check_fail, check_ok, check_warn
from amplify.platforms import registry
from amplify.platforms.credentials import credentials_file, find_secrets
from amplify.workspace.local_paths import HOME

_SECRET: Final = re.compile(
    r"^\s*[\"']?(api_key|api_secret|access_token|access_secret|access_token_secret|app_password|password|token|secret"
    r"|client_secret|bearer_token)[\"']?\s*:\s*\S",
    re.MULTILINE | re.IGNORECASE,
)
"""A key that only a secret has."""
_CONFIRM: Final = "look whether that is right, and run `amplify confirm`"


def check_accounts(patient: CheckTarget) -> Iterator[CheckResult]:
    """Check each account: live or for rehearsals, and whether its credential is there."""
    if patient.workspace is None:
        return
    if not patient.workspace.accounts:
        how = "copy config/accounts.example.yaml to config/accounts.yaml"
        yield check_fail("accounts", "nobody has said who we are", how)
    unconfirmed = unconfirmed_accounts(patient.root, patient.workspace)
    for account in patient.workspace.accounts.values():
        try:
            find_secrets(registry.profile(account.platform).secrets, account.credential, account.id)
        except LoggedOut as error:
            yield check_fail(account.id, f"its credential {account.credential!r} is not whole", error.why)
            continue
        if account.id in unconfirmed:
            place = place_of(unconfirmed[account.id][1])
            yield check_fail(account.id, f"nobody has confirmed on this machine that it speaks {place}", _CONFIRM)
        elif account.live:
            yield check_ok(account.id, "live; its credential is there")
        else:
            yield check_warn(
                account.id,
                "for rehearsals only: it speaks to servers on this machine, and to nobody else",
                "say `live: true` in config/accounts.yaml when it should speak",
            )


def private_files(patient: CheckTarget) -> Iterator[CheckResult]:
    """Check the permissions of what only its owner may read: the file of secrets, sessions, the ledger's folder."""
    secrets = credentials_file()
    if secrets.is_file():
        yield _private(secrets, 0o600, "credentials file")
    home = patient.root / HOME
    if home.is_dir():
        yield _private(home, 0o700, "local folder")
    sessions = home / "sessions"
    if sessions.is_dir():
        yield _private(sessions, 0o700, "sessions")
        for path in sorted(sessions.iterdir()):
            if _open(path):
                yield _private(path, 0o600, "sessions")
    for path in sorted((patient.root / "config").rglob("*.yaml")):
        try:
            found = _SECRET.search(path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError):
            continue
        if found is not None:
            yield check_fail(
                "secrets",
                f"{path.relative_to(patient.root)} seems to hold a secret ({found[1]})",
                "take it out, make a new one at the platform, and keep it as docs/accounts.md says",
            )


def check_keyring(patient: CheckTarget) -> Iterator[CheckResult]:
    """Check whether the operating system's keyring can be used. Many servers have none, and need none."""
    import keyring as ring

    try:
        backend = ring.get_keyring()
        usable = backend.priority > 0
    except Exception:  # backends fail in ways of their own
        usable = False
    if usable:
        yield check_ok("keyring", "usable")
    else:
        yield check_ok("keyring", "none here: secrets come from the environment or the private file")


def _open(path: Path) -> bool:
    return bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


def _private(path: Path, mode: int, about: str) -> CheckResult:
    if _open(path):
        return check_fail(about, f"others can read {path}", f"`chmod {mode:o} {shlex.quote(str(path))}`")
    return check_ok(about, "readable by their owner only" if about == "sessions" else "readable by its owner only")
