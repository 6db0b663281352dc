"""Restore: a backup replaces the ledger, and nothing goes out twice because of it.

A ledger put back is older than the world. What still waits in it may have been sent since, so such
deliveries become unsure (`ledger.rows.restored`). Stops, people and protections are taken over from the ledger that it
replaces; where that one cannot be read, everything is stopped until somebody has looked.
"""

from __future__ import annotations

import json
import re
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from amplify.context.timings import Timings
from amplify.ledger import backup as copies
from amplify.ledger.database import Ledger, LedgerConnection
from amplify.ledger.holds.ledger_memory import (
    LedgerMemory,
    protection_mark,
    put_memory,
    put_protections,
    read_memory,
)
from amplify.ledger.holds.stops import StopRequest, stop_mark, write_stop
from amplify.ledger.machine_record import read_record
from amplify.ledger.queries.audit_log import record_event
from amplify.ledger.rows.restored import has_other_clients, mark_unsure_after_restore, newest_entry
from amplify.model.clock import Timestamp
from amplify.model.errors import AmplifyError, NeedsPerson, WrongUse, is_disk_error
from amplify.operations.backup import ACCOUNTS, LEDGER, MANIFEST, PICTURE, file_sha256

_SKEW: Final = timedelta(minutes=5)
"""How far the clocks of two machines may differ."""
_REVISION: Final = re.compile(r"0[0-9]{3}")

_WHY_STOPPED: Final = (
    "restored from a backup of {made:%Y-%m-%d %H:%M} UTC: make the stops again that were made since, then lift this "
    "and settle what is unsure"
)


@dataclass
class RestoreResult:
    """Result of a restore."""

    made: datetime
    """When the backup was made (UTC)."""
    holds: copies.LedgerContents | None
    doubted: list[str]
    """Ids of the deliveries that became unsure."""
    aside: list[Path] = field(default_factory=list)
    """Where the ledger that was replaced lies now."""
    pictures: int = 0
    stopped: bool = False
    """Whether everything is stopped until somebody lifts it."""
    accounts: str | None = None
    """The backup's accounts.yaml, where there is none in the workspace."""


def restore_backup(
    root: Path,
    ledger: Path,
    file: Path,
    actor: str,
    *,
    older: bool = False,
    timings: Timings | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> RestoreResult:
    """Replace this workspace's SQLite ledger by a backup. The one that is there is moved aside.

    Its accounts.yaml is handed back, and not put in place: it says where passwords go. Raises NeedsPerson while
    anybody runs on the ledger, and, unless `older`, where it knows more than the backup; WrongUse where the file is no
    backup of this workspace, or holds what acts by itself.
    """
    folder = root / ".amplify"
    folder.mkdir(mode=0o700, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="restore-", dir=folder) as temporary:
        unpacked = Path(temporary)
        made = _unpack(file, unpacked)
        fresh = unpacked / LEDGER
        with _as_sentence(file):
            holds = _look_at(file, fresh)
        _same_workspace(root, holds)
        with copies.lock_writers(ledger):
            present = _present(ledger, holds, older)
            memory = _memory(ledger, unpacked) if present is not None and _is_ours(root, present) else None
            with _as_sentence(file):
                doubted = _age(fresh, made, memory, actor, timings or Timings(), file.name)
            aside = _aside(ledger, readable=present is not None)
            copies.put_in_place(fresh, ledger, progress)
        pictures = _pictures(unpacked / "media", folder / "media")
        accounts = _offered(root, unpacked / ACCOUNTS)
    return RestoreResult(made, holds, doubted, aside, pictures, stopped=memory is None, accounts=accounts)


def _offered(root: Path, packed: Path) -> str | None:
    """The backup's accounts.yaml, where there is none in the workspace."""
    if (root / "config" / ACCOUNTS).exists() or not packed.exists():
        return None
    return packed.read_bytes().decode("utf-8", "replace")


def restored_by_hand(
    ledger: Ledger, actor: str, made: datetime | None, timings: Timings | None = None
) -> RestoreResult:
    """Treat a ledger that was restored by other means (pg_restore, a disk snapshot) as `restore` does.

    `made`: the state of which time it has (UTC); None: the time of its own last entry. Raises NeedsPerson while
    anybody else is connected to it.
    """
    now = datetime.now(UTC)
    with ledger.write() as connection:
        if has_other_clients(connection):
            raise NeedsPerson("somebody else is connected to the ledger: stop every `amplify` on every machine first")
        since = made or newest_entry(connection) or now
        doubted = _doubt(ledger, connection, since, None, actor, timings or Timings(), "by hand")
    return RestoreResult(since, None, doubted, stopped=True)


def _unpack(file: Path, folder: Path) -> datetime:
    """Unpack a backup; when it was made (UTC), as it says itself."""
    strange = f"{file} is no backup that `amplify backup` made"
    with _as_sentence(file):
        with tarfile.open(file, "r:*") as tar:
            for entry in tar:
                head, _, name = entry.name.rpartition("/")
                ours = entry.name in (MANIFEST, LEDGER, ACCOUNTS) or (head == "media" and PICTURE.fullmatch(name))
                if not entry.isfile() or not ours:
                    raise WrongUse(f"{strange}: it holds {entry.name!r}")
                tar.extract(entry, folder, filter="data")
        about: dict[str, Any] = json.loads((folder / MANIFEST).read_text("utf-8"))
        digest = file_sha256(folder / LEDGER)
        if about["format"] != 1:
            by = str(about["amplify"])[:20]
            raise NeedsPerson(f"{file} was made by a newer amplify ({by!r}): update amplify first")
        if digest != about["ledger_sha256"]:
            raise NeedsPerson(f"{file} is damaged: its ledger is not the one that was packed. Take another backup")
        made = datetime.fromisoformat(about["made"])
        if made.tzinfo is None:
            raise WrongUse(f"{strange}: it does not say in which zone its time is")
        _not_ahead(file, made.astimezone(UTC))
        return made.astimezone(UTC)


@contextmanager
def _as_sentence(file: Path) -> Iterator[None]:
    """Context: whatever is wrong with a file that a stranger may have made is one sentence."""
    try:
        yield
    except AmplifyError:
        raise
    except OSError as error:
        if is_disk_error(error):
            raise NeedsPerson(f"{file} cannot be unpacked ({error.strerror}): the ledger stays as it is") from error
        raise WrongUse(f"{file} cannot be read ({error.strerror or 'it is damaged'})") from error
    except Exception as error:  # compression, archive, JSON and database each have kinds of their own
        raise WrongUse(f"{file} is no backup that `amplify backup` made, or it is damaged") from error


def _not_ahead(file: Path, moment: datetime) -> None:
    """Raise NeedsPerson for a time that is still to come: what was due since then would not be doubted."""
    if moment > datetime.now(UTC) + _SKEW:
        raise NeedsPerson(
            f"{file} says that it is of {moment:%Y-%m-%d %H:%M} UTC, which is still to come: what may have been sent "
            "since then cannot be told. Look at this machine's clock, or take another backup"
        )


def _look_at(file: Path, fresh: Path) -> copies.LedgerContents:
    """What the unpacked ledger holds, once nothing in it acts by itself."""
    copies.check_integrity(fresh)
    acts = copies.find_active(fresh)
    if acts:
        raise WrongUse(f"{file} holds what no ledger of ours does and acts by itself: {', '.join(acts[:3])}")
    unsound = copies.find_unsound(fresh)
    if unsound:
        raise WrongUse(f"{file} cannot be read as a ledger: there are wrong values in {', '.join(unsound[:3])}")
    holds = copies.read_contents(fresh)
    if not _REVISION.fullmatch(holds.revision):
        raise WrongUse(f"{file} is no backup that `amplify backup` made: its ledger is of no known revision")
    if holds.newest is not None:
        _not_ahead(file, holds.newest)
    return holds


def _same_workspace(root: Path, holds: copies.LedgerContents) -> None:
    from amplify.platforms import registry
    from amplify.workspace.load import load_workspace

    loaded = load_workspace(root, frozenset(registry.names()))
    if loaded.workspace is None or holds.workspace in (None, loaded.workspace.settings.id):
        return  # files with mistakes in them are no reason to be without a ledger
    raise WrongUse(
        f"this backup is of the workspace `{holds.workspace}`, and the files say `{loaded.workspace.settings.id}`"
    )


def _present(ledger: Path, backup: copies.LedgerContents, older: bool) -> copies.LedgerContents | None:
    """Read what the ledger in place holds; None where there is none, or it is damaged."""
    if not ledger.exists():
        return None
    try:
        copies.check_integrity(ledger)
        now = copies.read_contents(ledger)
    except NeedsPerson:
        return None
    if copies.in_use(ledger):
        raise NeedsPerson(
            "somebody runs on this ledger: stop `amplify run`, take `amplify publish` out of cron, and try again"
        )
    if not older and now.newest is not None and (backup.newest is None or now.newest > backup.newest):
        since = f" since {backup.newest:%Y-%m-%d %H:%M} UTC" if backup.newest else ""
        raise NeedsPerson(
            f"the ledger in place is sound and knows more than the backup ({now.sent} sent, the backup {backup.sent}): "
            f"what it knows{since} would be set aside. If you want that, say `--older`"
        )
    return now


def _is_ours(root: Path, present: copies.LedgerContents) -> bool:
    """Whether the ledger in place is the one that this workspace published from: another one's stops are none."""
    known = read_record(root).ledger
    return known is None or known.identity is None or known.identity == present.identity


def _memory(kept: Path, folder: Path) -> LedgerMemory:
    """Read what the replaced ledger remembers, from a copy: opening a ledger migrates it."""
    copied = folder / "present.sqlite"
    copies.copy_ledger(kept, copied)
    opened = Ledger.open(f"sqlite:///{copied}")
    try:
        with opened.read() as connection:
            return read_memory(connection)
    finally:
        opened.close()


def _aside(ledger: Path, readable: bool) -> list[Path]:
    """Keep a copy of the ledger that is replaced. A damaged one is moved, with everything that belongs to it."""
    if not ledger.exists():
        return []
    stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    if readable:
        kept = ledger.with_name(f"{ledger.stem}-before-restore-{stamp}{ledger.suffix}")
        copies.copy_ledger(ledger, kept)
        return [kept]
    moved = []
    for end in ("", "-wal", "-shm"):
        old = ledger.with_name(ledger.name + end)
        if old.exists():
            moved.append(old.rename(ledger.with_name(f"{ledger.stem}-damaged-{stamp}{ledger.suffix}{end}")))
    return moved


def _age(
    fresh: Path, made: datetime, memory: LedgerMemory | None, actor: str, timings: Timings, name: str
) -> list[str]:
    """Migrate the copy to the newest schema, and mark its rows as restored. Nobody else sees it yet."""
    ledger = Ledger.open(f"sqlite:///{fresh}")
    try:
        with ledger.write() as connection:
            return _doubt(ledger, connection, made, memory, actor, timings, name)
    finally:
        ledger.close()


def _doubt(
    ledger: Ledger,
    connection: LedgerConnection,
    made: datetime,
    memory: LedgerMemory | None,
    actor: str,
    timings: Timings,
    source: str,
) -> list[str]:
    # A real ledger's campaign time is real time, too: a rehearsal has no backups.
    stamp = Timestamp(datetime.now(UTC), ledger.real_now(connection))
    doubted = mark_unsure_after_restore(connection, made, stamp, timings.lease)
    payload: dict[str, Any] = {"made": made.isoformat(), "file": source, "unsure": doubted}
    if memory is None:
        write_stop(connection, StopRequest("all", "", _WHY_STOPPED.format(made=made), actor), stamp)
        record_event(connection, "restore", actor, None, None, payload | {"stops": []}, stamp)
        return doubted
    put_memory(connection, memory)
    payload["stops"] = [stop_mark(row) for row in memory.stops]
    payload["protections"] = [protection_mark(f"{kind}:{subject}") for kind, subject in memory.protections]
    entry = record_event(connection, "restore", actor, None, None, payload, stamp)
    put_protections(connection, memory.protections.values(), entry.number, stamp.at)
    return doubted


def _pictures(source: Path, kept: Path) -> int:
    """Restore frozen pictures that are no longer there; each by its hash."""
    count = 0
    for path in sorted(source.glob("*")) if source.is_dir() else ():
        target = kept / path.name
        if not target.exists() and file_sha256(path) == path.name:
            kept.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.chmod(0o600)
            shutil.move(path, target)
            count += 1
    return count
