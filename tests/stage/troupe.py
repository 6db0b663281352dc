"""The three SDKs, pointed at a stage: nothing about them is changed but the address."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import tweepy
from atproto import Client
from mastodon import Mastodon
from requests.adapters import HTTPAdapter

from amplify.stage.process import Stage

START = datetime(2027, 5, 17, 9, tzinfo=UTC)


class ToTheStage(HTTPAdapter):
    """Sends what was signed for X's host to the stage."""

    def __init__(self, base: str, timeout: float) -> None:
        super().__init__(pool_maxsize=64)
        self.base, self.timeout_seconds = base, timeout

    def send(self, request: Any, **options: Any) -> Any:
        request.url = request.url.replace("https://api.twitter.com", self.base)
        return super().send(request, **(options | {"timeout": self.timeout_seconds}))


class Troupe:
    """Opens accounts on a stage and hands out SDK clients for them."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.control = stage.control

    def x(self, handle: str, timeout: float = 10, **wrong: str) -> tweepy.Client:
        s = self.control.account("x", handle, handle.title()) | wrong
        client = tweepy.Client(
            consumer_key=s["api_key"],
            consumer_secret=s["api_secret"],
            access_token=s["access_token"],
            access_token_secret=s["access_secret"],
        )
        client.session.trust_env = False
        client.session.mount("https://api.twitter.com", ToTheStage(self.stage.url, timeout))
        return client

    def mastodon(self, handle: str, timeout: float = 10, **wrong: str) -> Mastodon:
        s = self.control.account("mastodon", handle, handle.title()) | wrong
        return Mastodon(
            access_token=s["access_token"],
            api_base_url=self.stage.url,
            ratelimit_method="throw",
            request_timeout=timeout,
            version_check_mode="created",
            mastodon_version="4.5.0",
        )

    def bluesky(self, handle: str) -> Client:
        s = self.control.account("bluesky", handle, handle.title())
        client = Client(base_url=f"{self.stage.url}/xrpc")
        client.login(handle, s["app_password"])
        return client
