"""The platforms' own schemas, in the folder that `AMPLIFY_CONFORMANCE` names. They are read there, never copied."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from counterparts.require import need


def document(name: str) -> Any:
    """One JSON document of the folder; `need` decides where it is not there."""
    return json.loads(_text(name))


def lines(name: str) -> list[str]:
    """The cases of a text file, one a line, blanks inside them kept; `#` begins a remark."""
    return [line for line in _text(name).split("\n") if line and not line.startswith("#")]


def _text(name: str) -> str:
    folder = os.environ.get("AMPLIFY_CONFORMANCE")
    if not folder:
        need("conformance", "AMPLIFY_CONFORMANCE names no folder")
    path = Path(folder) / name
    if not path.is_file():
        need("conformance", f"{path} is not there")
    return path.read_bytes().decode("utf-8")
