"""Crash reports: a traceback in a file, with places in the code only: no texts, no values, no secrets."""

from __future__ import annotations

import os
import tempfile
import traceback
from datetime import UTC, datetime
from pathlib import Path


def write_crash_report(error: BaseException) -> Path:
    """Write the kind of the error and the places it came through; the file's path.

    Messages and local values are left out: they may hold a post's text or a token.
    """
    lines = [f"{datetime.now(UTC).isoformat()} {type(error).__module__}.{type(error).__name__}"]
    cause: BaseException | None = error
    while cause is not None:
        frames = traceback.extract_tb(cause.__traceback__)
        lines += [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
        cause = cause.__cause__ or cause.__context__
        if cause is not None:
            lines.append(f"caused by {type(cause).__module__}.{type(cause).__name__}")
    handle, name = tempfile.mkstemp(prefix="amplify-crash-", suffix=".txt")
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write("\n".join(lines) + "\n")
    return Path(name)
