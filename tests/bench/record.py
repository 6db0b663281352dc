"""Figures kept: in bench.json for programs, and in docs/performance.md for people. What was not measured now stays."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bench.figure import Figure
from bench.machine import machine

_ROOT: Final = Path(__file__).parents[2]
JSON: Final = _ROOT / "bench.json"
PAGE: Final = _ROOT / "docs" / "performance.md"
_BEGIN, _END = "<!-- figures: begin -->\n", "<!-- figures: end -->"


def record(part: str, command: str, figures: Sequence[Figure]) -> None:
    """Put the figures of one part in the place of its older ones. `command`: what was typed."""
    at = datetime.now(UTC)
    known = json.loads(JSON.read_text()) if JSON.exists() else {}
    measured = {"at": at.isoformat(timespec="seconds"), "machine": machine(), "command": command}
    known[part] = measured | {"figures": [figure.as_json() for figure in figures]}
    JSON.write_text(json.dumps(dict(sorted(known.items())), indent=2) + "\n")
    head, rest = PAGE.read_text().split(_BEGIN)
    old, tail = rest.split(_END)
    PAGE.write_text(head + _BEGIN + _replaced(old, part, _section(part, command, at, figures)) + _END + tail)


def _replaced(old: str, part: str, new: str) -> str:
    sections = {text.partition("\n")[0].strip(): f"### {text}" for text in re.split(r"^### ", old, flags=re.M)[1:]}
    sections[part] = new
    return "".join(sections[name] for name in sorted(sections))


def _section(part: str, command: str, at: datetime, figures: Sequence[Figure]) -> str:
    rows = [f"| {figure.what} | {figure.text} | {figure.bound or '–'} |" for figure in figures]
    head = [f"### {part}", "", f"{at:%Y-%m-%d}, {machine()}: `{command}`", ""]
    return "\n".join([*head, "| what | measured | bound |", "|---|---|---|", *rows, "", ""])
