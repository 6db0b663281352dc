"""The stage's journal on disk: an append-only file of JSON lines, written before any answer is sent."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

from amplify.model.errors import NeedsPerson
from amplify.stage.timeline_items import Json


class Journal:
    """One file, one writer. When `write` returns, the operating system has the line: kill -9 loses nothing."""

    def __init__(self, folder: Path, *, patience: float = 5.0) -> None:
        """Open `folder/journal.jsonl`. Raises NeedsPerson if another stage still holds it after `patience` seconds."""
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / "journal.jsonl"
        self._lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._wait_for_lock(folder, patience)
        self._cut_torn_line()
        self._file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def _wait_for_lock(self, folder: Path, patience: float) -> None:
        deadline = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() > deadline:
                    os.close(self._lock)
                    raise NeedsPerson(f"another stage is using {folder}; stop it, or use another folder") from None
                time.sleep(0.05)

    def _cut_torn_line(self) -> None:
        """Cut a half-written last line, left by a killed process; its answer was never sent, so it never happened."""
        if not self.path.exists():
            return
        with self.path.open("r+b") as file:
            end = file.seek(0, os.SEEK_END)
            while end > 0:
                start = max(0, end - 65536)
                file.seek(start)
                newline = file.read(end - start).rfind(b"\n")
                if newline >= 0:
                    file.truncate(start + newline + 1)
                    return
                end = start
            file.truncate(0)

    def events(self) -> Iterator[Json]:
        """Everything written so far, oldest first."""
        with self.path.open("rb") as file:
            for line in file:
                yield json.loads(line)

    def write(self, event: Json) -> None:
        """Append one event."""
        line = memoryview(json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
        while line:
            line = line[os.write(self._file, line) :]

    def close(self) -> None:
        os.close(self._file)
        os.close(self._lock)
