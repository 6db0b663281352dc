"""Publishing 1,000 posts to a stage that takes 100 ms, against a bare loop over the same SDK with as many threads."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Lock

import tweepy

from amplify.ledger.store import Ledger
from amplify.model.clock import SetClock
from amplify.model.platform import Connection
from amplify.model.workspace import Workspace
from amplify.platforms.registry import adapter
from amplify.stage.process import Stage
from amplify.steps.desk import Desk
from amplify.steps.publish import publish
from amplify.steps.queue import queue
from bench.crowd import START, workspace
from bench.figure import Figure

POSTS, ACCOUNTS, THREADS = 1000, 50, 16
LATENCY = 0.1


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory() as name, Stage(Path(name) / "stage", rate_factor=1000) as stage:
        secrets = {
            f"p{number}/x": stage.control.account("x", f"p{number}", f"Partner {number}") for number in range(ACCOUNTS)
        }
        stage.control.latency(LATENCY)
        bare = _bare(stage, secrets)
        ours = _amplify(Path(name), stage, secrets)
        again = _bare(stage, secrets, round=2)
        bare = max(bare, again)
    return [
        Figure(f"publishing {POSTS} posts on X, {THREADS} threads, 100 ms: bare tweepy", bare, "posts/s"),
        Figure(f"publishing {POSTS} posts on X, {THREADS} threads, 100 ms: amplify", ours, "posts/s"),
        Figure("publishing: amplify against the bare loop", ours / bare, least=0.9),
    ]


def _amplify(folder: Path, stage: Stage, secrets: Mapping[str, Mapping[str, str]]) -> float:
    words = workspace(folder, POSTS // ACCOUNTS, ACCOUNTS, ("x",), days=0)
    (folder / "config").mkdir()
    clock = SetClock(START)
    desk = _BenchDesk(
        folder,
        Ledger.open(f"sqlite:///{folder / 'ledger.sqlite'}"),
        clock,
        server=stage.url,
        secrets=lambda account: secrets[account.id],
    )
    desk.words = words
    queue(desk)
    clock.set(START + timedelta(days=1))  # everything is due, in every zone
    stage.control.clock(clock.now())
    for account in secrets:  # the bare loop's clients are made before its time begins, too
        desk.adapter(account)
    began = time.perf_counter()
    done = publish(desk, workers=THREADS)
    seconds = time.perf_counter() - began
    assert done.outcomes["sent"] == POSTS, done.outcomes
    return POSTS / seconds


class _BenchDesk(Desk):
    """A desk whose workspace was made in memory."""

    words: Workspace

    def workspace(self) -> Workspace:
        return self.words


def _bare(stage: Stage, secrets: Mapping[str, Mapping[str, str]], round: int = 1) -> float:
    """The same SDK set up in the same way, one client an account, one post at a time on each, and nothing else."""
    clients = [_client(stage, account, secret) for account, secret in secrets.items()]
    locks = [Lock() for _ in clients]

    def post(number: int) -> None:
        which = number % len(clients)
        with locks[which]:
            clients[which].create_tweet(text=f"bare {round} {number} {time.time_ns()}", user_auth=True)

    began = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(post, range(POSTS)))
    return POSTS / (time.perf_counter() - began)


def _client(stage: Stage, account: str, secret: Mapping[str, str]) -> tweepy.Client:
    connection = Connection(account, account.partition("/")[0], stage.url, secret, loopback_only=True)
    client: tweepy.Client = adapter("x")(connection)._client  # type: ignore[attr-defined]
    return client
