"""Guard of what is local to this machine: no pull may have reached it, and no password goes where nobody confirmed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from amplify.ledger.machine_record import KnownAccount, change_record, read_record, remember_accounts
from amplify.model.errors import LoggedOut, NeedsPerson
from amplify.platforms.loopback import is_loopback
from amplify.workspace.local_paths import check_home, find_tracked, tracked_sentence

if TYPE_CHECKING:
    from amplify.model.account import Account
    from amplify.model.workspace import Workspace

_LARGE: Final = 64_000
"""Bytes of an index from which on it pays to remember that it was looked through."""
_SIZE: Final = 1
"""Where its size stands in the identification of an index."""


class MachineGuard:
    """Guards one workspace on this machine. Thread-safe."""

    def __init__(self, root: Path, accounts_only: bool = False) -> None:
        """`accounts_only`: for a stop, which goes on whatever lies about, and sends passwords nowhere new either."""
        self._root, self._accounts_only = root, accounts_only
        self._file: Path | None = None
        self._inode: int | None = None
        self._clean: tuple[int, ...] = ()

    def watch_ledger(self, file: Path | None) -> None:
        """Notice from now on where another file comes to lie in place of the SQLite file that is open."""
        self._file, self._inode = file, _inode(file)

    def check_files(self) -> None:
        """Raise NeedsPerson where a pull can have reached what is local, or has put another ledger in place."""
        if self._accounts_only:
            return
        check_home(self._root)
        if self._file is not None and _inode(self._file) != self._inode:
            raise NeedsPerson(
                f"{self._file} is not the file any more that was opened: somebody has put another one in its place. "
                "Look where it came from, and start again"
            )
        known = self._clean or read_record(self._root).clean_index
        found, clean = find_tracked(self._root, [_secrets()], known)
        if found:
            raise NeedsPerson(tracked_sentence(found))
        self._clean = clean
        if clean != known and any(size > _LARGE for size in clean[_SIZE::4]):
            change_record(self._root, lambda record: replace(record, clean_index=clean))

    def check_account(self, account: Account, handle: str) -> None:
        """Raise LoggedOut where nobody has confirmed on this machine that this account speaks at this server, by this
        handle. A server on this machine itself is taken at its first use; to others an account that is not live sends
        nothing."""
        now, before = known_account(account, handle), read_record(self._root).accounts.get(account.id)
        if _is_confirmed(account, now, before):
            if before is None and is_loopback(account.server):
                remember_accounts(self._root, {account.id: now})
            return
        raise LoggedOut(f"{account.id} {_change(before, now)}: look, and run `amplify confirm` once on this machine")


def known_account(account: Account, handle: str) -> KnownAccount:
    """What is confirmed about an account."""
    server = account.server.rstrip("/").lower() if account.server else None
    return KnownAccount(server, handle, account.credential)


def unconfirmed_accounts(root: Path, workspace: Workspace) -> Mapping[str, tuple[KnownAccount | None, KnownAccount]]:
    """Accounts of which nobody has confirmed where they speak: as they were known before, and as they are now."""
    known = read_record(root).accounts
    found = {}
    for account in workspace.accounts.values():
        now = known_account(account, workspace.partners[account.partner].handles[account.platform])
        if not _is_confirmed(account, now, known.get(account.id)):
            found[account.id] = (known.get(account.id), now)
    return found


def _is_confirmed(account: Account, now: KnownAccount, before: KnownAccount | None) -> bool:
    if is_loopback(account.server):
        return before is None or before == now
    return not account.live or before == now


def place_of(account: KnownAccount) -> str:
    """Where an account speaks, in words."""
    return f"as {account.handle} at {account.server or 'its platform’s own server'}, with {account.credential}"


def _change(before: KnownAccount | None, now: KnownAccount) -> str:
    if before is None:
        return f"is new here and would speak {place_of(now)}"
    return f"was confirmed {place_of(before)}, and would speak {place_of(now)}"


def _secrets() -> Path:
    from amplify.platforms.credentials import credentials_file

    return credentials_file().absolute()


def _inode(file: Path | None) -> int | None:
    try:
        return os.stat(file).st_ino if file is not None else None
    except OSError:
        return None
