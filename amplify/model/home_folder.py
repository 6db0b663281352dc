"""The home of whoever runs this."""

from __future__ import annotations

from pathlib import Path


def home_folder() -> Path:
    """The user's home; `/` where nobody says one, as containers have it: an id without a name and without `HOME`."""
    try:
        return Path.home()
    except RuntimeError:
        return Path("/")
