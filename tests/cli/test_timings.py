"""Leases and time-outs are settings of a machine; a lease in which a request could still land is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from amplify.context.timings import Timings, read_timings
from amplify.model.errors import WrongUse


def test_without_settings_the_usual_hold() -> None:
    assert read_timings() == Timings()
    assert Timings().lease >= Timings().timeout * 2


def test_each_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"TIMEOUT": "2s", "LEASE": "3s", "BACKOFF": "1m", "PAUSE": "2h"}.items():
        monkeypatch.setenv(f"AMPLIFY_{name}", value)
    assert read_timings() == Timings(
        timeout=timedelta(seconds=2), lease=timedelta(seconds=3), backoff=timedelta(minutes=1), pause=timedelta(hours=2)
    )


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"AMPLIFY_LEASE": "30s"}, "AMPLIFY_LEASE (30 s) is too short for AMPLIFY_TIMEOUT (30 s)"),
        ({"AMPLIFY_LEASE": "44s"}, "half as long again"),
        ({"AMPLIFY_TIMEOUT": "2m"}, "too short for AMPLIFY_TIMEOUT (120 s)"),
        ({"AMPLIFY_LEASE": "long"}, "AMPLIFY_LEASE is no duration: write a duration as a number and a unit"),
        ({"AMPLIFY_TIMEOUT": "0s"}, "AMPLIFY_TIMEOUT cannot be nothing"),
    ],
)
def test_what_could_double_a_post_is_refused(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], words: str
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(WrongUse) as error:
        read_timings()
    assert words in str(error.value)
