"""Whether media that were uploaded ahead of time can still be used."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any


def is_valid(prepared: Mapping[str, Any], real: datetime) -> bool:
    """Whether the upload may still be used in a post at `real` (UTC, real time): adapters say until when.

    What does not hold is prepared again, and only where its part is known not to be out.
    """
    until = prepared.get("until")
    return until is None or real < datetime.fromisoformat(until)
