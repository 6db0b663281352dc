"""A stage in its own process, with its clock set, and pictures to post."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from troupe import START, Troupe

from amplify.stage.process import Stage


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with Stage(tmp_path_factory.mktemp("stage"), rate_factor=100) as running:
        running.control.clock(START)
        yield running


@pytest.fixture
def troupe(stage: Stage) -> Iterator[Troupe]:
    stage.control.clock(START)
    yield Troupe(stage)
    stage.control.clear_failures()
    stage.control.latency(0)


@pytest.fixture(scope="session")
def picture() -> Callable[..., bytes]:
    def paint(colour: str = "teal", *, size: tuple[int, int] = (120, 68), noise: int = 0) -> bytes:
        out = io.BytesIO()
        image = Image.effect_noise(size, noise).convert("RGB") if noise else Image.new("RGB", size, colour)
        image.save(out, "PNG", compress_level=0 if noise else 6)
        return out.getvalue()

    return paint


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "stage"
