"""Whether what was uploaded ahead of time still holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any


def is_valid(prepared: Mapping[str, Any], real: datetime) -> bool:
    """Whether it may still stand in a post at `real` (UTC, real time): adapters say until when.

    What does not hold is prepared again, and only where its part is known not to be out.
    """
    until = prepared.get("until")
    return until is None or real < datetime.fromisoformat(until)
