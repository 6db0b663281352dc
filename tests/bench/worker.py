"""One worker process of the publishing bench: ready with all its clients, then as fast as it can.

`python -m bench.worker bare|amplify|punctual SERVER THREADS POSTS ACCOUNTS [DATABASE FOLDER]`. It says `ready`, waits
for a line, and says how many it sent, when it began and ended (this machine's monotonic clock, seconds), and the most
memory it had (bytes). `punctual` sends nothing before its time, as the daemon does, and ends after POSTS. `bare` may be
given an instant (seconds since 1970) for which its threads wait.
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Lock

import tweepy

from amplify.engine.files_sync import files_mark
from amplify.engine.worker import Worker, deliver_due
from amplify.ledger.rows.claimed_delivery import ClaimedDelivery
from amplify.model.clock import Clock, ManualClock, RealClock
from amplify.model.platform import AccountConnection
from amplify.platforms import registry
from bench.app import SECRETS, BenchDesk, bench_desk
from bench.machine import resident
from bench.stock import NOW, account


def main(kind: str, server: str, threads: str, posts: str, accounts: str, *where: str) -> None:
    if kind == "bare":
        begin = _bare(server, int(threads), int(posts), int(accounts), *(float(at) for at in where))
    elif kind == "amplify":
        begin = _amplify(server, int(threads), int(accounts), *where)
    else:
        begin = _punctual(server, int(threads), int(posts), int(accounts), *where)
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.monotonic()
    done = begin()
    ended = time.monotonic()
    print(done, began, ended, resident(os.getpid(), "VmHWM"), flush=True)


def _amplify(server: str, threads: int, accounts: int, database: str, folder: str) -> Callable[[], int]:
    app = _app(server, accounts, ManualClock(NOW), database, folder)

    def begin() -> int:
        outcomes: Counter[str] = Counter()
        deliver_due(app, threads, None, None, outcomes, files_mark(app))
        assert not outcomes - Counter(sent=outcomes["sent"]), outcomes
        return outcomes["sent"]

    return begin


def _punctual(server: str, threads: int, posts: int, accounts: int, database: str, folder: str) -> Callable[[], int]:
    app = _app(server, accounts, RealClock(), database, folder)

    def begin() -> int:
        outcomes: Counter[str] = Counter()
        stop = Event()

        def told(_: ClaimedDelivery, outcome: str) -> None:
            if outcomes.total() == posts:
                stop.set()

        def broken(_: ClaimedDelivery, error: BaseException) -> None:
            raise error

        Worker(app, threads, told, stop, outcomes, broken, forever=True).run(files_mark(app))
        return outcomes["sent"]

    return begin


def _app(server: str, accounts: int, clock: Clock, database: str, folder: str) -> BenchDesk:
    """With a client for every account, as a daemon has them after a while."""
    app = bench_desk(Path(folder), database, clock, server, accounts)
    for number in range(accounts):
        app.adapter(account(number))
    return app


def _bare(server: str, threads: int, posts: int, accounts: int, at: float = 0) -> Callable[[], int]:
    """The same SDK set up in the same way, one client an account, one post at a time on each, and nothing else."""
    clients = [_client(server, account(number)) for number in range(accounts)]
    locks = [Lock() for _ in clients]

    def post(number: int) -> None:
        which = number % len(clients)
        with locks[which]:
            time.sleep(max(at - time.time(), 0))
            clients[which].create_tweet(text=f"{number} {os.getpid()} {time.time_ns()}", user_auth=True)

    def begin() -> int:
        with ThreadPoolExecutor(threads) as pool:
            return sum(1 for _ in pool.map(post, range(posts)))

    return begin


def _client(server: str, name: str) -> tweepy.Client:
    connection = AccountConnection(name, name.partition("/")[0], server, SECRETS["x"], loopback_only=True)
    client: tweepy.Client = registry.adapter("x")(connection)._client  # type: ignore[attr-defined]
    return client


if __name__ == "__main__":
    main(*sys.argv[1:])
