"""Detects whether this machine's time zone data changed since the last pass, without reading them.

Zones that were loaded before are forgotten then: a process that runs for months follows what its machine knows.
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo

from amplify.rules.plan.daylight_saving import forget_zones
from amplify.workspace.fingerprint import folders_fingerprint

_AREAS = ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
_last = ""


def zone_data_mark() -> str:
    """A mark that changes whenever the data of a zone do, or come from another place."""
    global _last
    mark = next((folders_fingerprint(place, _AREAS) for place in _places()), "")[:16]
    if mark != _last:
        ZoneInfo.clear_cache()
        forget_zones()
        _last = mark
    return mark


def _places() -> list[Path]:
    """The folders with time zone data, the one that counts first: the machine's, or else the package's."""
    spec = find_spec("tzdata")
    package = [Path(place) / "zoneinfo" for place in (spec.submodule_search_locations or ())] if spec else []
    return [place for place in (*map(Path, TZPATH), *package) if os.path.isdir(place / _AREAS[0])]
