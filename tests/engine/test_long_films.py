"""A film is never held in memory: planned, frozen and uploaded, it costs what a short one does."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from amplify.stage.process import Stage
from engine.files import Files, handle, soon

MEGABYTES = int(os.environ.get("AMPLIFY_FILM_MB", "60"))
"""So large that Bluesky's video service takes it. `AMPLIFY_FILM_MB=299` measures the longest that it takes."""
MOST = 200_000_000
MASTODON_MOST = 99
SECONDS = 20


def noise_film(path: Path, megabytes: int) -> None:
    """H.264 that hardly packs, as large as that."""
    rate = f"{megabytes * 8 // SECONDS}M"
    noise = f"nullsrc=s=640x360:r=25:d={SECONDS},geq=random(1)*255:128:128"
    how = ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-b:v", rate, "-minrate", rate]
    how += ["-maxrate", rate, "-bufsize", rate, "-x264-params", "nal-hrd=cbr:force-cfr=1", "-pix_fmt", "yuv420p"]
    quiet = ["ffmpeg", "-nostdin", "-v", "error", "-y"]
    subprocess.run([*quiet, "-f", "lavfi", "-i", noise, *how, "-f", "mp4", str(path)], check=True)


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")
@pytest.mark.parametrize("platform", ["x", "bluesky", "mastodon"])
def test_a_long_film_needs_no_more_memory_than_a_short_one(tmp_path: Path, platform: str) -> None:
    megabytes = min(MEGABYTES, MASTODON_MOST) if platform == "mastodon" else MEGABYTES
    house = Files(tmp_path / "house", "union")
    account = {"partner": "union", "platform": platform, "credential": "c", "caps": {"per_day": 50, "gap": "0s"}}
    house.write("config/accounts.yaml", {"partner": "union", "approvals": 0, "accounts": [account]})
    film = house.root / "media/walk.mp4"
    noise_film(film, megabytes)
    assert film.stat().st_size > 0.9 * megabytes * 1e6
    house.write("media/walk.yaml", {"alt": {"en": "Noise."}, "credit": "Desk", "licence": "CC0-1.0"})
    house.post("walk", "It walks.", media=["walk.mp4"])
    house.queue("walk", at=soon(-5), platforms=[platform])
    with Stage(tmp_path / "stage") as stage:
        secrets = {platform: stage.control.account(platform, handle("union", platform), "Union")}
        command = [sys.executable, "-m", "engine.long_film_child", str(house.root), stage.url, json.dumps(secrets)]
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        assert done.returncode == 0, done.stderr
        took = json.loads(done.stdout)
        (post,) = stage.control.posts(platform)
    print(f"{platform}, {film.stat().st_size / 1e6:.0f} MB:", {k: round(v / 1e6) for k, v in took.items()})
    assert took["sent"] == 1
    assert post["media"][0]["size"] > 0.9 * megabytes * 1e6
    assert took["uploading"] < MOST, took
