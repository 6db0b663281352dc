"""Whose credentials they are: each key is asked once whom it speaks for, and this machine remembers the answer.

A key is known by a hash of itself, its server and its handle in the book. It stays on this machine, beside the
sessions, readable by its owner alone; the ledger never sees it.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final

from amplify.model.errors import LoggedOut, Refused, TryLater
from amplify.model.platform import AccountConnection, Platform, Whoami

_LOOK: Final = "Look at its `server:` in config/accounts.yaml and at its keys, then run `amplify check --online`"
_FILE: Final = "speakers.json"


@dataclass(frozen=True, slots=True)
class KnownSpeaker:
    """What was asked about an account's key last."""

    key: str
    handle: str | None
    """Whom it speaks for; None: its platform did not say."""


class SpeakerRecord:
    """Remembers, by account, which key was asked last, and whom it speaks for. Thread-safe; without a folder it lives
    in memory."""

    def __init__(self, folder: Path | None) -> None:
        self._path = folder / _FILE if folder is not None else None
        self._memory: Mapping[str, KnownSpeaker] = {}
        self._lock = Lock()

    def read(self, account: str) -> KnownSpeaker | None:
        """What is remembered of an account."""
        with self._lock:
            return self._read().get(account)

    def write(self, account: str, known: KnownSpeaker) -> None:
        """Remember the answer. Losing it costs a question."""
        with self._lock:
            self._memory = {**self._read(), account: known}
            if self._path is None:
                return
            with suppress(OSError):
                self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=".speakers-")  # created 0600
                with os.fdopen(handle, "w", encoding="utf-8") as opened:
                    json.dump({one: [said.key, said.handle] for one, said in self._memory.items()}, opened)
                os.replace(name, self._path)

    def _read(self) -> Mapping[str, KnownSpeaker]:
        if self._path is None:
            return self._memory
        try:
            content = json.loads(self._path.read_text("utf-8"))
            return {account: KnownSpeaker(str(key), handle) for account, (key, handle) in content.items()}
        except (OSError, ValueError, TypeError, AttributeError, RecursionError):
            return {}


def key_of(connection: AccountConnection) -> str:
    """The hash by which credentials at a server are known. The book's handle is part of it: a mended book is asked
    about at once, like a mended key."""
    told = json.dumps([connection.server, connection.handle, sorted(connection.secrets.items())])
    return hashlib.sha256(told.encode()).hexdigest()


def ask_whoami(client: Platform) -> Whoami:
    """Ask a platform whose credentials they are. Its refusal speaks of the account, since nothing else was sent: it is
    raised as LoggedOut."""
    try:
        return client.whoami()
    except Refused as refused:
        raise LoggedOut(f"asked whose keys they are, {refused.why}. {_LOOK}") from None


def note_speaker(record: SpeakerRecord, connection: AccountConnection, handle: str | None) -> None:
    """Remember whom the account's key speaks for, as its platform says (None: it does not say). Raises LoggedOut where
    that is not the handle of the book."""
    key = key_of(connection)
    if record.read(connection.account) != KnownSpeaker(key, handle):
        record.write(connection.account, KnownSpeaker(key, handle))
    if handle is not None and not Whoami("", handle).goes_by(connection.handle):
        raise LoggedOut(
            f"the credentials of {connection.account} speak for {handle}, and the handle book says "
            f"{connection.handle}: nothing goes out in another name. Store its own credentials, or mend the book"
        )


def check_speaker(record: SpeakerRecord, connection: AccountConnection, client: Platform) -> None:
    """Raise LoggedOut unless the account's key speaks for the handle of the book. The platform is asked where this key
    was not asked yet."""
    known = record.read(connection.account)
    if known is not None and known.key == key_of(connection) and known.handle is not None:
        note_speaker(record, connection, known.handle)
        return
    try:
        handle = ask_whoami(client).handle
    except LoggedOut:
        note_speaker(record, connection, None)
        raise
    except TryLater as silent:
        silent.account = True  # nothing of the account goes before that is known
        raise
    note_speaker(record, connection, handle)
