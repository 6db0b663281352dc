"""Emulates reading from Bluesky: records as stored, and posts, profiles and feeds as an AppView shows them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from amplify.stage.bluesky_records import POST, refuse_record
from amplify.stage.engagement import engagement_at
from amplify.stage.identity import StageAccount
from amplify.stage.responses import HTTPDenial, json_response
from amplify.stage.state import StageState
from amplify.stage.timeline_items import Json, StagePost, utc_stamp

BATCH = 25
"""Most addresses of one `getPosts`."""

Handler = Callable[[Request], Awaitable[Json]]


class Views:
    """The endpoints that change nothing. They ask for no login, as the public AppView does."""

    def __init__(self, state: StageState) -> None:
        self.state = state

    def routes(self) -> list[Route]:
        return [
            self._route("com.atproto.identity.resolveHandle", self.resolve),
            self._route("com.atproto.repo.getRecord", self.record),
            self._route("com.atproto.repo.listRecords", self.records),
            self._route("com.atproto.repo.describeRepo", self.repo),
            self._route("app.bsky.feed.getPosts", self.posts),
            self._route("app.bsky.feed.getAuthorFeed", self.feed),
            self._route("app.bsky.actor.getProfile", self.profile),
        ]

    def _route(self, method: str, handler: Handler) -> Route:
        async def endpoint(request: Request) -> Response:
            try:
                return json_response(await handler(request))
            except HTTPDenial as no:
                return json_response(no.body, no.status, no.headers)

        return Route(f"/xrpc/{method}", endpoint, methods=["GET"])

    def account(self, name: str) -> StageAccount | None:
        """The account with this DID or handle."""
        return self.state.by_account_id.get(("bluesky", name)) or self.state.accounts.get(("bluesky", name))

    def _asked(self, request: Request, parameter: str, missing: str = "Could not find repo") -> StageAccount:
        account = self.account(request.query_params.get(parameter, ""))
        if account is None:
            raise refuse_record(missing)
        return account

    async def resolve(self, request: Request) -> Json:
        return {"did": self._asked(request, "handle", "Unable to resolve handle").id}

    async def repo(self, request: Request) -> Json:
        account = self._asked(request, "repo")
        return {
            "handle": account.handle,
            "did": account.id,
            "didDoc": {},
            "collections": [POST],
            "handleIsCorrect": True,
        }

    async def record(self, request: Request) -> Json:
        query = request.query_params
        account = self._asked(request, "repo")
        uri = f"at://{account.id}/{query.get('collection')}/{query.get('rkey')}"
        post = self.state.post("bluesky", uri)
        if post is None or (query.get("cid") and query["cid"] != post.cid):
            raise refuse_record(f"Could not locate record: {uri}", "RecordNotFound")
        return _record(post)

    async def records(self, request: Request) -> Json:
        account = self._asked(request, "repo")
        query = request.query_params
        prefix = f"at://{account.id}/{query.get('collection')}/"
        kept = sorted((p for p in self.state.newest(account) if p.id.startswith(prefix)), key=lambda p: p.local_id)
        if query.get("reverse") != "true":
            kept.reverse()
        page, cursor = _page(request, kept, 50)
        return {"records": [_record(post) for post in page]} | cursor

    async def posts(self, request: Request) -> Json:
        uris = request.query_params.getlist("uris")
        if not 1 <= len(uris) <= BATCH:
            raise refuse_record(f"Params/uris must not have more than {BATCH} elements")
        found = (self.state.post("bluesky", self._by_did(uri)) for uri in uris)
        return {"posts": [self.view(post) for post in found if post and not post.boost_of]}

    async def feed(self, request: Request) -> Json:
        account = self._asked(request, "actor", "Profile not found")
        newest = sorted(self.state.newest(account), key=_feed_time, reverse=True)
        hidden = request.query_params.get("filter") in ("posts_no_replies", "posts_and_author_threads")
        newest = [p for p in newest if not (hidden and p.reply_to)]
        page, cursor = _page(request, newest, 50)
        return {"feed": [item for item in map(self._feed_item, page) if item]} | cursor

    def _feed_item(self, post: StagePost) -> Json | None:
        if not post.boost_of:
            return {"post": self.view(post)}
        target = self.state.post("bluesky", post.boost_of)
        if target is None:
            return None
        reason = {
            "$type": "app.bsky.feed.defs#reasonRepost",
            "by": self._author(post),
            "uri": post.id,
            "cid": post.cid,
            "indexedAt": utc_stamp(post.accepted_at),
        }
        return {"post": self.view(target), "reason": reason}

    async def profile(self, request: Request) -> Json:
        account = self._asked(request, "actor", "Profile not found")
        return {
            "did": account.id,
            "handle": account.handle,
            "displayName": account.name,
            "postsCount": self.state.standing(account),
            "followersCount": 0,
            "followsCount": 0,
            "labels": [],
        }

    def _by_did(self, uri: str) -> str:
        """Turn an at-uri that names the account by its handle into one with its DID."""
        name, _, rest = uri.removeprefix("at://").partition("/")
        account = self.account(name)
        return f"at://{account.id}/{rest}" if account else uri

    def view(self, post: StagePost) -> Json:
        """A post with its counts at campaign time."""
        seen = engagement_at(self.state, post, self.state.now())
        return {
            "uri": post.id,
            "cid": post.cid,
            "author": self._author(post),
            "record": post.record,
            "likeCount": seen.likes,
            "repostCount": seen.reposts,
            "replyCount": seen.replies,
            "quoteCount": seen.quotes,
            "bookmarkCount": seen.bookmarks,
            "indexedAt": utc_stamp(post.accepted_at),
            "labels": [],
        }

    def _author(self, post: StagePost) -> Json:
        account = self.state.account_of(post)
        return {"did": account.id, "handle": account.handle, "displayName": account.name, "labels": []}


def _record(post: StagePost) -> Json:
    return {"uri": post.id, "cid": post.cid, "value": post.record}


def _feed_time(post: StagePost) -> tuple[float, str]:
    """The time by which feeds sort: the earlier of what a record claims and when it came."""
    return min(post.created_at, post.accepted_at).timestamp(), post.id


def _page(request: Request, kept: list[StagePost], default: int) -> tuple[list[StagePost], Json]:
    query = request.query_params
    size, at = query.get("limit", str(default)), query.get("cursor", "0")
    if not (size.isascii() and size.isdigit() and 1 <= int(size) <= 100):
        raise refuse_record("Params/limit must be between 1 and 100")
    start = int(at) if at.isascii() and at.isdigit() else 0
    page = kept[start : start + int(size)]
    more = start + len(page)
    return page, {"cursor": str(more)} if more < len(kept) else {}
