"""A missing counterpart is a skip, unless it is required."""

from __future__ import annotations

import pytest
from counterparts.require import NAMES, need, required


def test_a_missing_counterpart_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMPLIFY_REQUIRE", "")
    with pytest.raises(pytest.skip.Exception, match="bluesky is not here: not installed"):
        need("bluesky", "not installed")


@pytest.mark.parametrize("name", NAMES)
def test_a_required_one_fails(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("AMPLIFY_REQUIRE", f"mastodon, {name}")
    with pytest.raises(pytest.fail.Exception, match=f"{name} is required"):
        need(name, "not installed")


def test_a_name_that_nothing_has_is_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMPLIFY_REQUIRE", "bluesky,postgress")
    with pytest.raises(pytest.fail.Exception, match="postgress"):
        required("bluesky")
