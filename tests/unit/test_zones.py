"""Zones are places: whatever else the time zone data lists is refused."""

from __future__ import annotations

import re
from zoneinfo import available_timezones

import pytest
from pydantic import TypeAdapter, ValidationError

from amplify.model.base import Zone

ZONE: TypeAdapter[str] = TypeAdapter(Zone)
COUNTRIES = {
    *("Cuba", "Egypt", "Eire", "GB", "GB-Eire", "Hongkong", "Iceland", "Iran", "Israel", "Jamaica", "Japan"),
    *("Kwajalein", "Libya", "NZ", "NZ-CHAT", "Navajo", "PRC", "Poland", "Portugal", "ROC", "ROK", "Singapore"),
    *("Turkey", "W-SU"),
}
"""Old names of places without an area."""


def is_taken(name: str) -> bool:
    try:
        return ZONE.validate_python(name) == name
    except ValidationError:
        return False


def test_every_name_of_the_data_is_a_place_or_refused() -> None:
    for name in available_timezones():
        area = re.match(r"(Etc|SystemV|posix|right)/", name)
        place = name in ("UTC", "Etc/UTC") or ("/" in name and not area) or name in COUNTRIES
        assert is_taken(name) == place, name


@pytest.mark.parametrize(
    "name",
    [
        *(
            "EST",
            "CET",
            "MET",
            "HST",
            "EST5EDT",
            "PST8PDT",
            "Etc/GMT+3",
            "Etc/GMT-14",
            "Etc/GMT",
            "Etc/Unknown",
            "GMT0",
        ),
        *("Factory", "localtime", "posixrules", "Zulu", "UTC+3", "+03:00", "MSK", "europe/vilnius", "Europe/Vilnius "),
        *("", "/etc/localtime", "../UTC", "posix/Europe/Vilnius", "right/UTC"),
    ],
)
def test_abbreviations_offsets_and_the_machines_own_are_none(name: str) -> None:
    assert not is_taken(name)


@pytest.mark.parametrize("name", ["Europe/Vilnius", "America/Argentina/Ushuaia", "US/Eastern", "Asia/Calcutta", "UTC"])
def test_places_are(name: str) -> None:
    assert is_taken(name)
