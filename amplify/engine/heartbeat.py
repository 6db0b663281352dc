"""When the last pass on this machine ended: the time of a file, for a write to the ledger each minute costs a flush."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from amplify.context.app_context import AppContext

_FILE: Final = "last-pass"


def note_pass(app: AppContext) -> None:
    """A pass has ended well. A folder that cannot be written is somebody else's complaint."""
    try:
        _file(app).touch()
    except OSError:
        return


def last_pass(app: AppContext) -> datetime | None:
    """Real time (UTC) of the last pass that ended well on this machine; None: there was none."""
    try:
        return datetime.fromtimestamp(_file(app).stat().st_mtime, UTC)
    except OSError:
        return None


def _file(app: AppContext) -> Path:
    return (app.home or app.root / ".amplify") / _FILE
