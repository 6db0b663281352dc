"""Emulates X, API v2, as far as tweepy needs it, with X's hard rules (its OpenAPI 2.166 names every field and path
here).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from amplify.stage.identity import StageAccount
from amplify.stage.rate_windows import RateWindows
from amplify.stage.responses import HTTPDenial, json_response, read_json
from amplify.stage.signature import is_timely, oauth_fields, signed_by
from amplify.stage.state import StageState
from amplify.stage.timeline_items import AttachedPicture, Json, StagePost
from amplify.stage.x_media import XMediaEndpoints
from amplify.stage.x_problems import forbidden_request, invalid_request, x_failure, x_problem
from amplify.stage.x_reading import XReadEndpoints
from amplify.stage.x_text import as_returned, text_weight

TEXT_MAX: Final = 280
PICTURES_MAX: Final = 4
WINDOW: Final = 900.0
"""Seconds of X's rate windows."""
DAY: Final = 86_400.0
APP_DAY: Final = 10_000
"""Posts that one app may make in a day, whichever accounts it speaks for."""
_POSTS: Final = "POST /2/tweets"

_TWEET_KEYS: Final = frozenset(
    [
        "card_uri",
        "community_id",
        "direct_message_deep_link",
        "edit_options",
        "for_super_followers_only",
        "geo",
        "made_with_ai",
        "media",
        "nullcast",
        "paid_partnership",
        "poll",
        "quote_tweet_id",
        "reply",
        "reply_settings",
        "share_with_followers",
        "text",
    ]
)
_REPLY_KEYS: Final = frozenset(("auto_populate_reply_metadata", "exclude_reply_user_ids", "in_reply_to_tweet_id"))
_MEDIA_KEYS: Final = frozenset(
    ("call_to_actions", "description", "embeddable", "media_ids", "preview_media_id", "tagged_user_ids", "title")
)
Handler = Callable[[StageAccount, Request], Awaitable[tuple[int, Json]]]


class StageX:
    """The `/2/…` endpoints."""

    def __init__(self, state: StageState, allowance: RateWindows) -> None:
        self.state = state
        self.allowance = allowance
        self.reading = XReadEndpoints(state)
        self._used: set[tuple[str, str, str]] = set()
        """Account, nonce and time of every signature: one serves once."""
        self.media = XMediaEndpoints(state)
        self._read = 0
        self._texts: dict[tuple[str, str], list[StagePost]] = {}

    def routes(self) -> list[Route]:
        return [
            self._route("/2/tweets", "POST", 100, self.create),
            self._route("/2/tweets", "GET", 900, self.reading.look_up),
            self._route("/2/tweets/{id}", "DELETE", 50, self.delete),
            self._route("/2/users/me", "GET", 75, self.reading.me),
            self._route("/2/users/by/username/{username}", "GET", 900, self.reading.user),
            self._route("/2/users/{id}/tweets", "GET", 900, self.reading.timeline),
            self._route("/2/users/{id}/retweets", "POST", 50, self.retweet),
            self._route("/2/users/{id}/retweets/{source}", "DELETE", 50, self.unretweet),
            self._route("/2/media/upload", "POST", 500, self.media.upload),
            self._route("/2/media/upload", "GET", 1000, self.media.status),
            self._route("/2/media/upload/initialize", "POST", 1875, self.media.initialize),
            self._route("/2/media/upload/{id}/append", "POST", 1875, self.media.append),
            self._route("/2/media/upload/{id}/finalize", "POST", 1875, self.media.finalize),
            self._route("/2/media/metadata", "POST", 500, self.media.metadata),
            self._route("/2/media/subtitles", "POST", 500, self.media.subtitles),
        ]

    async def speaker(self, request: Request) -> StageAccount | None:
        """Whose secrets signed the request, just now and for the first time."""
        fields = oauth_fields(request)
        account = self.state.by_token.get(fields.get("oauth_token", ""))
        if account is None or account.platform != "x" or not await signed_by(request, account, fields):
            return None
        used = account.id, fields.get("oauth_nonce", ""), fields.get("oauth_timestamp", "")
        if used in self._used or not is_timely(fields):
            return None
        self._used.add(used)
        return account

    def _route(self, path: str, method: str, limit: int, handler: Handler) -> Route:
        family = f"{method} {path}"

        async def endpoint(request: Request) -> Response:
            account = await self.speaker(request)
            budgets = {"x-rate-limit": self.allowance.take(account.id if account else "nobody", family, limit, WINDOW)}
            if family == _POSTS:  # the accounts of a stage share one app, as those of most organisations do
                budgets["x-app-limit-24hour"] = self.allowance.take("the app", family, APP_DAY, DAY)
            headers = {
                f"{name}-{what}": str(value)
                for name, budget in budgets.items()
                for what, value in (("limit", budget.limit), ("remaining", budget.remaining), ("reset", budget.reset))
            }
            try:
                if account is None:
                    raise x_failure("logged_out")
                if any(budget.exceeded for budget in budgets.values()):
                    raise x_failure("429")
                status, body = await handler(account, request)
            except HTTPDenial as no:
                return json_response(no.body, no.status, {**headers, **no.headers})
            return json_response(body, status, headers)

        return Route(path, endpoint, methods=[method])

    # Writing

    async def create(self, account: StageAccount, request: Request) -> tuple[int, Json]:
        body = await read_json(request)
        reply, media = body.get("reply", {}), body.get("media", {})
        for given, known in ((body, _TWEET_KEYS), (reply, _REPLY_KEYS), (media, _MEDIA_KEYS)):
            if not isinstance(given, dict):
                raise invalid_request("[] is not of type object")
            for key in given.keys() - known:
                raise invalid_request(
                    f"[$.{key}] is not defined in the schema and the schema does not allow additional properties"
                )
        text = body.get("text", "")
        ids = media.get("media_ids", [])
        if not isinstance(text, str) or not isinstance(ids, list) or not all(isinstance(i, str) for i in ids):
            raise invalid_request("text must be a string and media_ids a list of strings")
        if not text.strip() and not ids:
            raise invalid_request("You must provide either text or media.")
        if text_weight(text) > TEXT_MAX:
            raise forbidden_request("You are not permitted to perform this action.")
        pictures = self._attached(account, ids) if "media" in body else ()
        parent = self._parent(account, reply.get("in_reply_to_tweet_id")) if "reply" in body else None
        if text.strip() and self._repeats(account, text):
            raise forbidden_request("You are not allowed to create a Tweet with duplicate content.")
        now = self.state.now()
        post = self.state.put(
            StagePost("x", self.state.next_id("x"), account.handle, now, now, text, reply_to=parent, pictures=pictures)
        )
        returned, _ = as_returned(post)
        return 201, {"data": {"id": post.id, "text": returned, "edit_history_tweet_ids": [post.id]}}

    def _attached(self, account: StageAccount, ids: list[str]) -> tuple[AttachedPicture, ...]:
        if not 1 <= len(ids) <= PICTURES_MAX:
            raise invalid_request(f"media_ids must hold 1 to {PICTURES_MAX} ids")
        found = [self.state.picture(account, id) for id in ids]
        if None in found or len(set(ids)) != len(ids) or not all(self.media.ready(id) for id in ids):
            raise invalid_request("Your media IDs are invalid.", media_ids=",".join(ids))
        if len(ids) > 1 and any(p.moves for p in found if p is not None):
            raise invalid_request("You may attach 4 photos, or 1 animated GIF, or 1 video.", media_ids=",".join(ids))
        return tuple(AttachedPicture(p.id, p.alt) for p in found if p is not None)

    def _parent(self, account: StageAccount, id: str | None) -> str:
        parent = self.state.post("x", id) if isinstance(id, str) else None
        if parent is None:
            raise forbidden_request("You attempted to reply to a Tweet that is deleted or not visible to you.")
        if parent.handle != account.handle:
            raise forbidden_request("You can only reply to or quote posts where you are mentioned or are the author.")
        return parent.id

    def _repeats(self, account: StageAccount, text: str) -> bool:
        """Whether the account has a post with the same text already."""
        accepted = self.state.order["x"]
        for post in accepted[self._read :]:
            self._texts.setdefault((post.handle, _folded(post.text)), []).append(post)
        self._read = len(accepted)
        same = self._texts.get((account.handle, _folded(text)), [])
        return any(post.standing and not post.boost_of for post in same)

    async def delete(self, account: StageAccount, request: Request) -> tuple[int, Json]:
        post = self.state.post("x", request.path_params["id"])
        if post is None:
            raise x_problem(404, "Not Found", "No status found with that ID.")
        if post.handle != account.handle:
            raise forbidden_request("You are not permitted to perform this action.")
        self.state.delete(post)
        return 200, {"data": {"deleted": True}}

    async def retweet(self, account: StageAccount, request: Request) -> tuple[int, Json]:
        self._own(account, request)
        body = await read_json(request)
        if body.keys() != {"tweet_id"}:
            raise invalid_request("tweet_id is required, and nothing else is allowed")
        target = self.state.post("x", str(body["tweet_id"]))
        if target is None:
            raise x_problem(404, "Not Found", "The Tweet you are trying to retweet does not exist.")
        boost = next((b for b in self.state.boosts_of(target) if b.standing and b.handle == account.handle), None)
        if boost is None:
            now = self.state.now()
            id = self.state.next_id("x")
            boost = self.state.put(StagePost("x", id, account.handle, now, now, boost_of=target.id))
        return 200, {"data": {"id": boost.id, "retweeted": True}}

    async def unretweet(self, account: StageAccount, request: Request) -> tuple[int, Json]:
        self._own(account, request)
        target = self.state.post("x", request.path_params["source"])
        for boost in self.state.boosts_of(target) if target else []:
            if boost.standing and boost.handle == account.handle:
                self.state.delete(boost)
        return 200, {"data": {"retweeted": False}}

    def _own(self, account: StageAccount, request: Request) -> None:
        if request.path_params["id"] != account.id:
            raise forbidden_request("You are not permitted to perform this action.")


def _folded(text: str) -> str:
    """The text in the form in which duplicates are found: without blanks, with letters composed."""
    return " ".join(unicodedata.normalize("NFC", text).split())
