"""Whether the machine slept: a laptop that is closed between two lines of code goes on hours later as if nothing were.

No clock of a calendar tells: it may have been set meanwhile. The one that counts since the machine started, and goes
on counting while it sleeps, does.
"""

from __future__ import annotations

import time
from typing import Final

PATIENCE: Final = 5.0
"""Seconds that may pass between the last look at the gates and the call. More than a loaded machine needs, and less
than the time in which anybody expects a stop to have worked."""

SLEPT: Final = "the machine slept between the last look at the gates and the call, so it was not made"

# Linux counts sleep in a clock of its own; elsewhere the POSIX one does.
_CLOCK: Final = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def seconds_since_boot() -> float:
    """Seconds since the machine started, sleep included."""
    return time.clock_gettime(_CLOCK)


def was_suspended(since: float) -> bool:
    """Whether more has passed since that moment of `running()` than a machine that is awake would need."""
    return seconds_since_boot() - since > PATIENCE
