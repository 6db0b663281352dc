"""A loop over a platform's library and nothing else: `python -m bench.bare_loop PLATFORM SERVER THREADS POSTS FILE`.

FILE is JSON: the credentials of each account. It begins with nothing loaded, and makes its clients when they are
needed, one an account, one post at a time on each: as amplify does.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

Post = Callable[[str], object]
_SENTENCE = "and some twenty words, as long as posts are, with a hashtag and a link: #FreeThem https://example.org/1"


def x(server: str, handle: str, secrets: Mapping[str, str]) -> Post:
    import tweepy

    class Here(tweepy.Client):
        def request(self, method: str, route: str, **options: Any) -> Any:
            self.session.trust_env = False
            return super().request(method, route, **options)

    client = Here(
        consumer_key=secrets["api_key"],
        consumer_secret=secrets["api_secret"],
        access_token=secrets["access_token"],
        access_token_secret=secrets["access_secret"],
        return_type=dict,
    )
    _redirect(client.session, server)
    return lambda text: client.create_tweet(text=text, user_auth=True)


def _redirect(session: Any, server: str) -> None:
    """tweepy knows one address only."""
    send = session.send

    def elsewhere(request: Any, **options: Any) -> Any:
        request.url = request.url.replace("https://api.twitter.com", server)
        return send(request, **options)

    session.send = elsewhere


def mastodon(server: str, handle: str, secrets: Mapping[str, str]) -> Post:
    from mastodon import Mastodon

    client = Mastodon(
        access_token=secrets["access_token"],
        api_base_url=server,
        ratelimit_method="throw",
        version_check_mode="none",
    )
    return client.status_post


def bluesky(server: str, handle: str, secrets: Mapping[str, str]) -> Post:
    from atproto_client import Client

    client = Client(base_url=f"{server}/xrpc")
    client.login(handle, secrets["app_password"], fetch_bsky_profile=False)
    did = client._session.did  # type: ignore[union-attr]  # signed in just now
    numbers = iter(range(1_000))

    def post(text: str) -> object:
        record = {"$type": "app.bsky.feed.post", "text": text, "createdAt": datetime.now(UTC).isoformat()}
        put = {"repo": did, "collection": "app.bsky.feed.post", "rkey": str(next(numbers)), "record": record}
        return client.com.atproto.repo.put_record(put)

    return post


CONNECT: Mapping[str, Callable[[str, str, Mapping[str, str]], Post]] = {
    "x": x,
    "mastodon": mastodon,
    "bluesky": bluesky,
}


def main(platform: str, server: str, threads: str, posts: str, file: str) -> None:
    accounts: list[dict[str, Any]] = json.loads(Path(file).read_text())
    clients: dict[int, Post] = {}
    locks = [Lock() for _ in accounts]

    def post(number: int) -> None:
        which = number % len(accounts)
        with locks[which]:
            if which not in clients:
                own = accounts[which]
                clients[which] = CONNECT[platform](server, own["handle"], own["secrets"])
            clients[which](f"{number} {time.time_ns()} {_SENTENCE}")

    with ThreadPoolExecutor(int(threads)) as pool:
        list(pool.map(post, range(int(posts))))


if __name__ == "__main__":
    main(*sys.argv[1:])
