"""The grounds on which every adapter is tried."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from ground import BlueskyNetwork, BlueskyOnStage, Ground, MastodonMock, MastodonOnStage, OnStage, XOnStage

STAGE = {"x@stage": XOnStage, "bluesky@stage": BlueskyOnStage, "mastodon@stage": MastodonOnStage}
REAL = {"bluesky@network": "bluesky_network", "mastodon@mock": "mastodon_server"}


def made(name: str, request: pytest.FixtureRequest, folder: Path) -> Ground:
    if name in STAGE:
        return STAGE[name](folder, request.getfixturevalue("stage"))
    counterpart = request.getfixturevalue(REAL[name])
    return BlueskyNetwork(folder, counterpart) if name == "bluesky@network" else MastodonMock(folder, counterpart)


def _grounds(*names: str) -> list[object]:
    # One worker starts each counterpart, where the tests run in several.
    return [pytest.param(name, marks=pytest.mark.xdist_group(name.partition("@")[2]), id=name) for name in names]


@pytest.fixture(params=_grounds(*STAGE, *REAL))
def ground(request: pytest.FixtureRequest, tmp_path: Path) -> Ground:
    """Every platform, on the stage and on its real counterpart."""
    return made(request.param, request, tmp_path)


@pytest.fixture(params=_grounds(*STAGE))
def on_stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OnStage]:
    """Every platform on the stage, which fails on demand."""
    ground = made(request.param, request, tmp_path)
    assert isinstance(ground, OnStage)
    yield ground
    ground.stage.control.clear_failures()


@pytest.fixture(params=_grounds("bluesky@stage", "bluesky@network"))
def bluesky(request: pytest.FixtureRequest, tmp_path: Path) -> Ground:
    return made(request.param, request, tmp_path)


@pytest.fixture(params=_grounds("mastodon@stage", "mastodon@mock"))
def mastodon(request: pytest.FixtureRequest, tmp_path: Path) -> Ground:
    return made(request.param, request, tmp_path)


@pytest.fixture(params=_grounds(*REAL))
def real(request: pytest.FixtureRequest, tmp_path: Path) -> Ground:
    """The real counterparts alone."""
    return made(request.param, request, tmp_path)
