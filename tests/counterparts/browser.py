"""A real browser for tests that look at pages."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""What keeps it small and at home: `playwright.chromium.launch(executable_path=find(), args=ARGUMENTS)`."""


def find() -> Path | None:
    """The browser's program; None where it, or playwright, is missing."""
    if find_spec("playwright") is None:
        return None
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    return Path(path) if path else None
