"""The platforms' own schemas, in the folder that `AMPLIFY_CONFORMANCE` names. They are read there, never copied."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from counterparts.require import need


def document(name: str) -> Any:
    """One JSON document of the folder; `need` decides where it is not there."""
    folder = os.environ.get("AMPLIFY_CONFORMANCE")
    if not folder:
        need("conformance", "AMPLIFY_CONFORMANCE names no folder")
    path = Path(folder) / name
    if not path.is_file():
        need("conformance", f"{path} is not there")
    return json.loads(path.read_text("utf-8"))
