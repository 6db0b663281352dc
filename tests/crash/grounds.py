"""Where the posts of a killed process go: a platform on the stage, or its real counterpart."""

from __future__ import annotations

import html
import os
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
from counterparts.mastodon import MastodonServer
from counterparts.network import Network
from engine.files import handle

from amplify.stage.process import Stage

_numbers = iter(range(10**6))


class Ground:
    """One account that nobody else uses, on one platform."""

    def __init__(self, platform: str) -> None:
        self.platform = platform
        self.partner = f"killed{os.getpid()}n{next(_numbers)}"
        self.handle = handle(self.partner, platform)
        self.server = ""
        self.secrets: dict[str, str] = {}

    def accepted(self) -> list[str]:
        """The texts that stand on its timeline, the oldest first."""
        raise NotImplementedError


class OnStage(Ground):
    def __init__(self, platform: str, stage: Stage) -> None:
        super().__init__(platform)
        self.stage = stage
        stage.control.clear_failures()
        stage.control.clock(datetime.now(UTC))
        self.server = stage.url
        self.secrets = stage.control.account(platform, self.handle, self.partner)

    def accepted(self) -> list[str]:
        return [post["text"] for post in self.stage.control.posts(self.platform) if post["handle"] == self.handle]

    def uploads(self) -> int:
        """How many pictures of the account have arrived."""
        lines = Path(self.stage.dir, "journal.jsonl").read_text("utf-8").splitlines()
        return sum(1 for line in lines if line.startswith('{"event":"picture"') and self.handle in line)


class OnNetwork(Ground):
    """Bluesky's own servers."""

    def __init__(self, network: Network) -> None:
        super().__init__("bluesky")
        self._member = network.join(f"k{os.getpid()}n{next(_numbers)}")
        self.handle, self.server = self._member.handle, network.pds
        self.secrets = {"app_password": self._member.password}

    def accepted(self) -> list[str]:
        answer = httpx.get(
            f"{self.server}/xrpc/com.atproto.repo.listRecords",
            params={"repo": self._member.did, "collection": "app.bsky.feed.post", "limit": 100, "reverse": "true"},
            trust_env=False,
        )
        records = answer.raise_for_status().json()["records"]
        records.sort(key=lambda record: record["value"]["createdAt"])
        return [record["value"]["text"] for record in records]


class OnMock(Ground):
    """mastodon_mock."""

    def __init__(self, server: MastodonServer) -> None:
        super().__init__("mastodon")
        member, token = server.member()
        self.handle, self.server = f"{member}@mock.example", server.url
        self.secrets = {"access_token": token}

    def accepted(self) -> list[str]:
        with httpx.Client(
            base_url=self.server,
            headers={"Authorization": f"Bearer {self.secrets['access_token']}"},
            trust_env=False,
        ) as client:
            me = client.get("/api/v1/accounts/verify_credentials").raise_for_status().json()["id"]
            statuses = client.get(f"/api/v1/accounts/{me}/statuses", params={"limit": 40}).raise_for_status().json()
        return [html.unescape(re.sub(r"<[^>]*>", "", one["content"])).strip() for one in reversed(statuses)]


GROUNDS: dict[str, Callable[[Callable[[str], object]], Ground]] = {
    "x": lambda fixture: OnStage("x", fixture("stage")),  # type: ignore[arg-type]
    "bluesky": lambda fixture: OnStage("bluesky", fixture("stage")),  # type: ignore[arg-type]
    "mastodon": lambda fixture: OnStage("mastodon", fixture("stage")),  # type: ignore[arg-type]
    "bluesky's own servers": lambda fixture: OnNetwork(fixture("bluesky_network")),  # type: ignore[arg-type]
    "mastodon_mock": lambda fixture: OnMock(fixture("mastodon_server")),  # type: ignore[arg-type]
}
"""By name; each is given pytest's way to a fixture."""
