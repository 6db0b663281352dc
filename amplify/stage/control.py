"""Control endpoints of the stage: opening accounts, setting the clock, injecting failures, reading back what was
accepted.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from amplify.stage.failures import KINDS, Failure, Failures
from amplify.stage.identity import PLATFORMS, StageAccount
from amplify.stage.responses import HTTPDenial, json_response, read_json
from amplify.stage.server_ways import WAYS
from amplify.stage.state import StageState
from amplify.stage.timeline import pictures_of, web_address
from amplify.stage.timeline_items import Json, StagePost
from amplify.stage.timeline_pages import Pages

_OUTSIDE = {
    "x": re.compile(r"https?://(?:www\.)?(?:x|twitter)\.com/(\w+)/status/(\d+)"),
    "bluesky": re.compile(r"https?://bsky\.app/profile/([^/]+)/post/([^/?#]+)"),
    "mastodon": re.compile(r"https?://([^/]+)/@([^/]+)/(\d+)"),
}


class ControlEndpoints:
    """The `/stage/…` endpoints. They want an `X-Stage` header and a loopback name, so that no web page can use them."""

    def __init__(self, state: StageState, failures: Failures, pages: Pages) -> None:
        self.state = state
        self.failures = failures
        self.pages = pages

    def routes(self) -> list[Route]:
        doors = {
            "account": self.account,
            "outside": self.outside,
            "server": self.server,
            "clock": self.clock,
            "latency": self.latency,
            "fail": self.fail,
            "clear": self.clear,
            "posts": self.posts,
            "pages": self.printed,
        }
        return [Route(f"/stage/{name}", _guarded(door), methods=["POST"]) for name, door in doors.items()]

    def account(self, asked: Json) -> Any:
        platform = _one_of(asked, "platform", PLATFORMS)
        handle = str(asked["handle"]).lstrip("@")
        languages = tuple(str(lang) for lang in asked.get("languages") or ())
        return self.state.register(StageAccount(platform, handle, str(asked["name"]), languages)).secrets

    def outside(self, asked: Json) -> Any:
        """Create a post that stands outside the rehearsal, so that it can be boosted here."""
        url = str(asked["url"])
        for platform, pattern in _OUTSIDE.items():
            match = pattern.match(url)
            if match is None:
                continue
            handle, id = match[1], match[match.re.groups]
            if platform == "mastodon":
                handle = match[2] if "@" in match[2] else f"{match[2]}@{match[1]}"
            known = self.state.accounts.get((platform, handle))
            account = known or self.state.register(StageAccount(platform, handle, handle, outside=True))
            if platform == "bluesky":
                id = f"at://{account.id}/app.bsky.feed.post/{id}"
            if self.state.post(platform, id) is None:
                self.state.put(_unseen(self.state, platform, id, account, url))
            return {"platform": platform, "id": id}
        raise HTTPDenial(400, {"error": f"not the address of a post: {url}"})

    def server(self, asked: Json) -> Any:
        """Set what software the server of this host is, and how long a text it takes."""
        most = asked.get("max_characters")
        software = _one_of({"software": "mastodon"} | asked, "software", tuple(WAYS))
        self.state.set_server(str(asked["host"]), int(most) if most is not None else None, software)
        return {}

    def clock(self, asked: Json) -> Any:
        self.state.set_clock(datetime.fromisoformat(asked["now"]))
        return {}

    def latency(self, asked: Json) -> Any:
        self.failures.latency = float(asked["seconds"])
        return {}

    def fail(self, asked: Json) -> Any:
        _one_of(asked, "kind", KINDS)
        self.failures.orders.append(Failure(**asked))
        return {}

    def clear(self, asked: Json) -> Any:
        self.failures.orders.clear()
        return {}

    def posts(self, asked: Json) -> Any:
        wanted = (asked["platform"],) if asked.get("platform") else PLATFORMS
        kept = [post for platform in wanted for post in self.state.order[platform]]
        kept.sort(key=lambda post: post.accepted_at)
        return [self._told(post) for post in kept]

    def _told(self, post: StagePost) -> Json:
        pictures = [
            {"id": p.id, "alt": s.alt, "mime": p.mime, "size": p.size, "width": p.width, "height": p.height}
            | {"file": str(self.state.media / p.file)}
            for p, s in self.state.shown(post)
        ]
        told = post.as_json() | {"url": web_address(post), "media": pictures, "deleted": not post.standing}
        del told["pictures"]
        return told

    def printed(self, asked: Json) -> Any:
        """Write the timelines as files that open from disk, and the pictures they show."""
        return {"files": self.pages.printed(), "pictures": sorted(pictures_of(self.state))}


def _guarded(door: Any) -> Any:
    async def endpoint(request: Request) -> Response:
        if "x-stage" not in request.headers:  # which no web page may set
            return json_response({"error": "this door is for the rehearsal only"}, 403)
        try:
            return json_response(door(await read_json(request)))
        except HTTPDenial as no:
            return json_response(no.body, no.status)
        except (KeyError, TypeError, ValueError) as wrong:
            return json_response({"error": f"not understood: {wrong}"}, 400)

    return endpoint


def _one_of(asked: Json, name: str, known: tuple[str, ...]) -> str:
    given = str(asked.get(name))
    if given not in known:
        raise HTTPDenial(400, {"error": f"{name} must be one of {', '.join(known)}"})
    return given


def _unseen(state: StageState, platform: str, id: str, account: StageAccount, url: str) -> StagePost:
    from amplify.stage.bluesky_records import record_cid
    from amplify.stage.timeline_items import utc_stamp

    now = state.now()
    text = f"A post outside this rehearsal: {url}"
    record: Json | None = None
    if platform == "bluesky":
        record = {"$type": "app.bsky.feed.post", "text": text, "createdAt": utc_stamp(now)}
    return StagePost(
        platform,
        id,
        account.handle,
        now,
        now,
        text,
        record=record,
        cid=record_cid(record) if record else "",
        outside=True,
    )
