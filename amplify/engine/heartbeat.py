"""Heartbeat: when the last pass on this machine ended. A file's time: a ledger write each minute would cost a flush."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from amplify.context.app_context import AppContext

_FILE: Final = "last-pass"


def note_pass(app: AppContext) -> None:
    """Note that a pass has ended well. A folder that cannot be written is reported elsewhere."""
    try:
        _file(app).touch(mode=0o600)
    except OSError:
        return


def last_pass(app: AppContext) -> datetime | None:
    """When the last pass ended well on this machine (real time, UTC); None: there was none."""
    try:
        return datetime.fromtimestamp(_file(app).stat().st_mtime, UTC)
    except OSError:
        return None


def _file(app: AppContext) -> Path:
    return (app.home or app.root / ".amplify") / _FILE
