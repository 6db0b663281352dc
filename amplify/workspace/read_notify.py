"""Reads `notify:` of the local file, without the rest of the workspace: a pass with nothing to do stays cheap."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from amplify.model.notice import NotifySettings

_FILE: Final = Path("config", "accounts.yaml")


def read_notify(root: Path) -> NotifySettings | None:
    """Who is told; None where nobody is, or where it cannot be read: `check` says why."""
    try:
        raw = (root / _FILE).read_bytes()
    except OSError:
        return None
    if b"notify" not in raw:
        return None
    from amplify.workspace.yaml_reader import read_yaml

    document, _ = read_yaml(raw.decode("utf-8", "replace"), _FILE.as_posix())
    found = document.plain.get("notify") if document is not None and isinstance(document.plain, dict) else None
    try:
        return NotifySettings.model_validate_json(json.dumps(found)) if isinstance(found, dict) else None
    except ValidationError:
        return None
