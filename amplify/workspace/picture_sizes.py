"""Sizes of pictures that were decoded before, kept in `.amplify/pictures.json` by the SHA-256 of their bytes.

To know that a picture is whole, all of it has to be decoded; what was found so is not decoded again, by whatever
command. What is not written in the right shape, or by a program that looked less closely, is forgotten.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from amplify.workspace.local_paths import HOME

_LOOK: Final = 1
"""How closely we look. Raise it where a picture is refused that was not before."""
_FILE: Final = "pictures.json"
_MOST: Final = 16_000_000
_SHA256: Final = re.compile(r"[0-9a-f]{64}")

Sizes = Mapping[str, tuple[int, int]]
"""SHA-256 of a picture → its width and height, as shown."""


def read_sizes(root: Path) -> Sizes:
    """The sizes that an earlier command found; none where nothing is kept."""
    try:
        file = root / HOME / _FILE
        if file.is_symlink() or file.stat().st_size > _MOST:
            return {}
        kept = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(kept, dict) or kept.get("look") != _LOOK or not isinstance(kept.get("pictures"), dict):
        return {}
    return {
        sha256: (size[0], size[1])
        for sha256, size in kept["pictures"].items()
        if _SHA256.fullmatch(sha256)
        and isinstance(size, list)
        and len(size) == 2
        and all(type(pixels) is int and pixels > 0 for pixels in size)
    }


def write_sizes(root: Path, sizes: Sizes) -> None:
    """Keep the sizes of the pictures that are there now, where there is a `.amplify` and it can be written."""
    home = root / HOME
    if home.is_symlink() or not home.is_dir():
        return
    partial = home / f"{_FILE}.{os.getpid()}.{os.urandom(4).hex()}"
    with suppress(OSError):
        try:
            handle = os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(handle, "w", encoding="ascii") as file:
                json.dump({"look": _LOOK, "pictures": dict(sorted(sizes.items()))}, file)
            partial.replace(home / _FILE)
        finally:
            partial.unlink(missing_ok=True)
