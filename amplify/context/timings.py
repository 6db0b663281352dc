"""Timings: request timeout, lease, backoff and pause: real time, settings of this machine."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Final

from amplify.model.errors import WrongUse

MARGIN: Final = 1.5
"""A lease is at least this many times the timeout: requests end late on a loaded machine, and clocks of PostgreSQL and
of workers tick apart."""
CLAIM: Final = timedelta(seconds=10)
"""A claim without a begin mark ends this long after its worker was last heard of. It may: a worker that was only slow
finds that its begin mark fails."""


@dataclass(frozen=True, slots=True)
class Timings:
    """Timeout, lease, backoff and pause of requests to the platforms, in real time."""

    timeout: timedelta = timedelta(seconds=30)
    """Timeout of one whole request."""
    lease: timedelta = timedelta(seconds=60)
    """How long a row is a worker's from its begin mark on: longer than the timeout, so that nobody looks while a
    request can land. No claim is kept for longer before its begin mark, either."""
    backoff: timedelta = timedelta(seconds=30)
    """How long an account sends nothing when the platform asks it to wait and does not say how long."""
    pause: timedelta = timedelta(minutes=15)
    """How often a logged-out account is probed: logins are few on some platforms."""

    @property
    def claim(self) -> timedelta:
        """How long a claim lasts that its worker does not renew: until the begin mark nothing of it can be out."""
        return min(CLAIM, self.lease)


def read_timings() -> Timings:
    """Read `AMPLIFY_TIMEOUT`, `AMPLIFY_LEASE`, `AMPLIFY_BACKOFF` and `AMPLIFY_PAUSE` (`30s`, `2m`), with defaults.

    Raises WrongUse for what is no duration, and for a lease in which a request could still land.
    """
    given = {field.name: found for field in fields(Timings) if (found := os.environ.get(_variable(field.name)))}
    if not given:
        return Timings()
    set_ = Timings(**{name: _duration(name, value) for name, value in given.items()})
    if set_.lease < set_.timeout * MARGIN:
        raise WrongUse(
            f"AMPLIFY_LEASE ({set_.lease.total_seconds():.0f} s) is too short for AMPLIFY_TIMEOUT "
            f"({set_.timeout.total_seconds():.0f} s): make it half as long again at least, or a post could be looked "
            "for while it is still on its way"
        )
    return set_


def _variable(name: str) -> str:
    return f"AMPLIFY_{name.upper()}"


def _duration(name: str, value: str) -> timedelta:
    from amplify.model.base import parse_duration  # a pass without settings need not know how they are written

    try:
        found = parse_duration(value)
    except ValueError as error:
        raise WrongUse(f"{_variable(name)} is no duration: {error}") from None
    if not found:
        raise WrongUse(f"{_variable(name)} cannot be nothing: {value}")
    return found
