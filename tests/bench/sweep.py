"""Requests of a measuring sweep for 1,000 posts on each platform, counted where they arrive: at the stage."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Final

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from amplify.engine.files_sync import files_mark
from amplify.engine.measure import measure_engagement as sweep
from amplify.engine.worker import deliver_due
from amplify.model.clock import ManualClock
from amplify.stage.app import build_stage
from amplify.stage.process import StageControl
from bench.app import bench_desk
from bench.figure import Figure
from bench.stock import NOW, account, fill

POSTS, ACCOUNTS, THREADS = 1_000, 20, 8
MOST: Final = {"x": 10, "bluesky": 40, "mastodon": 50}
"""As many as their largest batches make: 100, 25 and 20."""


def measure() -> list[Figure]:
    figures = []
    for platform, most in MOST.items():
        with tempfile.TemporaryDirectory() as name:
            calls = _calls(Path(name), platform)
        what = f"a measuring sweep of {POSTS:,} posts from {ACCOUNTS} accounts: {platform}"
        figures.append(Figure(what, calls, "calls", most=most))
    return figures


def _calls(folder: Path, platform: str) -> int:
    with _stage(folder / "stage") as (url, asked):
        control = StageControl(url)
        control.clock(NOW)
        secrets = {
            account(number, platform): control.account(platform, _handle(platform, number), f"Partner {number}")
            for number in range(ACCOUNTS)
        }
        database = f"sqlite:///{folder / 'ledger.sqlite'}"
        context = bench_desk(folder, database, ManualClock(NOW), url, ACCOUNTS, platform, secrets)
        fill(context.ledger, POSTS, ACCOUNTS, platform=platform)
        outcomes: Counter[str] = Counter()
        deliver_due(context, THREADS, None, None, outcomes, files_mark(context))
        assert outcomes == Counter(sent=POSTS), outcomes
        sweep(context, everything=True)  # once a client asks what kind of server it speaks to
        asked.clear()
        done = sweep(context, everything=True)
        assert (done.readings, done.failed) == (POSTS, {}), done
        context.close()
        return asked.total()


def _handle(platform: str, number: int) -> str:
    return {"x": f"p{number}", "bluesky": f"p{number}.example"}.get(platform, f"p{number}@social.example")


@contextmanager
def _stage(folder: Path) -> Iterator[tuple[str, Counter[str]]]:
    """A stage within this process, and the paths of the requests to it."""
    asked: Counter[str] = Counter()
    app, state = build_stage(folder, rate_factor=1000)
    config = uvicorn.Config(_counted(app, asked), port=0, log_level="warning", access_log=False, lifespan="off")
    server = uvicorn.Server(config)
    listener = config.bind_socket()
    listener.listen(2048)
    serving = Thread(target=asyncio.run, args=(server.serve([listener]),), daemon=True)
    serving.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", asked
    finally:
        server.should_exit = True
        app.let_go()
        serving.join()
        state.close()


def _counted(app: ASGIApp, asked: Counter[str]) -> ASGIApp:
    async def counting(scope: Scope, receive: Receive, send: Send) -> None:
        asked[scope["path"]] += 1
        await app(scope, receive, send)

    return counting
