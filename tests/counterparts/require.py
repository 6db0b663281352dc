"""What a test does where its counterpart is not there: skip, or fail where `AMPLIFY_REQUIRE` asks for it."""

from __future__ import annotations

import os
from typing import Final, NoReturn

import pytest

NAMES: Final = ("bluesky", "mastodon", "postgres", "browser", "conformance", "registry", "oracles")
"""What `AMPLIFY_REQUIRE` may name, separated by commas."""


def required(name: str) -> bool:
    """Whether `AMPLIFY_REQUIRE` names this counterpart."""
    asked = {word.strip() for word in os.environ.get("AMPLIFY_REQUIRE", "").split(",") if word.strip()}
    unknown = asked - set(NAMES)
    if unknown:
        pytest.fail(f"AMPLIFY_REQUIRE names {', '.join(sorted(unknown))}; it knows {', '.join(NAMES)}", pytrace=False)
    return name in asked


def need(name: str, reason: str) -> NoReturn:
    """The counterpart `name` is missing, for `reason`: fail where it is required, skip elsewhere."""
    if required(name):
        pytest.fail(f"{name} is required (AMPLIFY_REQUIRE) and missing: {reason}", pytrace=False)
    pytest.skip(f"{name} is not here: {reason}")
