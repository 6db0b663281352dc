"""X, API v2, as far as tweepy needs it, with X's hard rules (its OpenAPI 2.166 names every field and path here)."""

from __future__ import annotations

import base64
import binascii
import unicodedata
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from amplify.stage.allowance import Allowance
from amplify.stage.answers import Denied, answer, read_form, read_json
from amplify.stage.identity import StageAccount
from amplify.stage.pixels import look_at
from amplify.stage.post import Json, Picture, Shown, StagePost
from amplify.stage.signature import oauth_fields, signed_by
from amplify.stage.state import State
from amplify.stage.x_problems import forbidden, injected, invalid, problem
from amplify.stage.x_reading import Reading
from amplify.stage.x_text import as_returned, weight

TEXT_MAX: Final = 280
PICTURES_MAX: Final = 4
PICTURE_BYTES: Final = 5_000_000
ALT_MAX: Final = 1000
WINDOW: Final = 900.0
"""Seconds of X's rate windows."""

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


class X:
    """The `/2/…` endpoints."""

    def __init__(self, state: State, allowance: Allowance) -> None:
        self.state = state
        self.allowance = allowance
        self.reading = Reading(state)
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
            self._route("/2/media/upload", "POST", 500, self.upload),
            self._route("/2/media/metadata", "POST", 500, self.metadata),
        ]

    async def speaker(self, request: Request) -> StageAccount | None:
        """Whose secrets signed the request."""
        fields = oauth_fields(request)
        account = self.state.by_token.get(fields.get("oauth_token", ""))
        if account is None or account.platform != "x" or not await signed_by(request, account, fields):
            return None
        return account

    def _route(self, path: str, method: str, limit: int, handler: Handler) -> Route:
        family = f"{method} {path}"

        async def endpoint(request: Request) -> Response:
            account = await self.speaker(request)
            budget = self.allowance.take(account.id if account else "nobody", family, limit, WINDOW)
            headers = {
                "x-rate-limit-limit": str(budget.limit),
                "x-rate-limit-remaining": str(budget.remaining),
                "x-rate-limit-reset": str(budget.reset),
            }
            try:
                if account is None:
                    raise injected("logged_out")
                if budget.exceeded:
                    raise injected("429")
                status, body = await handler(account, request)
            except Denied as no:
                return answer(no.body, no.status, {**headers, **no.headers})
            return answer(body, status, headers)

        return Route(path, endpoint, methods=[method])

    # Writing

    async def create(self, account: StageAccount, request: Request) -> tuple[int, Json]:
        body = await read_json(request)
        reply, media = body.get("reply", {}), body.get("media", {})
        for given, known in ((body, _TWEET_KEYS), (reply, _REPLY_KEYS), (media, _MEDIA_KEYS)):
            if not isinstance(given, dict):
                raise invalid("[] is not of type object")
            for key in given.keys() - known:
                raise invalid(
                    f"[$.{key}] is not defined in the schema and the schema does not allow additional properties"
                )
        text = body.get("text", "")
        ids = media.get("media_ids", [])
        if not isinstance(text, str) or not isinstance(ids, list) or not all(isinstance(i, str) for i in ids):
            raise invalid("text must be a string and media_ids a list of strings")
        if not text.strip() and not ids:
            raise invalid("You must provide either text or media.")
        if weight(text) > TEXT_MAX:
            raise forbidden("You are not permitted to perform this action.")
        pictures = self._attached(account, ids) if "media" in body else ()
        parent = self._parent(account, reply.get("in_reply_to_tweet_id")) if "reply" in body else None
        if text.strip() and self._repeats(account, text):
            raise forbidden("You are not allowed to create a Tweet with duplicate content.")
        now = self.state.now()
        post = self.state.put(
            StagePost("x", self.state.next_id("x"), account.handle, now, now, text, reply_to=parent, pictures=pictures)
        )
        returned, _ = as_returned(post)
        return 201, {"data": {"id": post.id, "text": returned, "edit_history_tweet_ids": [post.id]}}

    def _attached(self, account: StageAccount, ids: list[str]) -> tuple[Shown, ...]:
        if not 1 <= len(ids) <= PICTURES_MAX:
            raise invalid(f"media_ids must hold 1 to {PICTURES_MAX} ids")
        found = [self.state.picture(account, id) for id in ids]
        if None in found or len(set(ids)) != len(ids):
            raise invalid("Your media IDs are invalid.", media_ids=",".join(ids))
        return tuple(Shown(p.id, p.alt) for p in found if p is not None)

    def _parent(self, account: StageAccount, id: str | None) -> str:
        parent = self.state.post("x", id) if isinstance(id, str) else None
        if parent is None:
            raise forbidden("You attempted to reply to a Tweet that is deleted or not visible to you.")
        if parent.handle != account.handle:
            raise forbidden("You can only reply to or quote posts where you are mentioned or are the author.")
        return parent.id

    def _repeats(self, account: StageAccount, text: str) -> bool:
        """The same text stands on this account already."""
        accepted = self.state.order["x"]
        for post in accepted[self._read :]:
            self._texts.setdefault((post.handle, _folded(post.text)), []).append(post)
        self._read = len(accepted)
        same = self._texts.get((account.handle, _folded(text)), [])
        return any(post.standing and not post.boost_of for post in same)

    async def delete(self, account: StageAccount, request: Request) -> tuple[int, Json]:
        post = self.state.post("x", request.path_params["id"])
        if post is None:
            raise problem(404, "Not Found", "No status found with that ID.")
        if post.handle != account.handle:
            raise forbidden("You are not permitted to perform this action.")
        self.state.delete(post)
        return 200, {"data": {"deleted": True}}

    async def retweet(self, account: StageAccount, request: Request) -> tuple[int, Json]:
        self._own(account, request)
        body = await read_json(request)
        if body.keys() != {"tweet_id"}:
            raise invalid("tweet_id is required, and nothing else is allowed")
        target = self.state.post("x", str(body["tweet_id"]))
        if target is None:
            raise problem(404, "Not Found", "The Tweet you are trying to retweet does not exist.")
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
            raise forbidden("You are not permitted to perform this action.")

    # Pictures

    async def upload(self, account: StageAccount, request: Request) -> tuple[int, Json]:
        if request.headers.get("content-type", "").startswith("application/json"):
            body = await read_json(request)
            category = body.get("media_category")
            try:
                data = base64.b64decode(str(body.get("media", "")), validate=True)
            except binascii.Error:
                raise invalid("media is not valid base64") from None
        else:
            form = await read_form(request)
            category = form.get("media_category")
            data = form.files["media"].data if "media" in form.files else b""
        if category not in ("tweet_image", "tweet_gif"):
            raise invalid("media_category must be tweet_image", media_category=str(category))
        if len(data) > PICTURE_BYTES:
            raise invalid(f"File size exceeds {PICTURE_BYTES} bytes.")
        pixels = look_at(data)
        if pixels is None:
            raise invalid("media type unrecognized.")
        id = self.state.next_id("x")
        self.state.add_picture(
            Picture(id, "x", account.handle, "", pixels.mime, len(data), pixels.width, pixels.height), data
        )
        said = {"id": id, "media_key": f"3_{id}", "size": len(data), "expires_after_secs": 86400}
        return 200, {"data": said, "meta": {}}

    async def metadata(self, account: StageAccount, request: Request) -> tuple[int, Json]:
        body = await read_json(request)
        picture = self.state.picture(account, str(body.get("id", "")))
        if picture is None or body.keys() - {"id", "metadata"}:
            raise invalid("id must name an upload of yours; besides it only metadata is allowed")
        alt = (body.get("metadata") or {}).get("alt_text") or {}
        text = alt.get("text", picture.alt) if isinstance(alt, dict) else None
        if not isinstance(text, str) or len(text) > ALT_MAX:
            raise invalid(f"alt_text.text must be a string of at most {ALT_MAX} characters")
        self.state.set_alt(picture, text)
        return 200, {"data": {"id": picture.id, "associated_metadata": {"alt_text": {"text": text}}}}


def _folded(text: str) -> str:
    """What makes two texts the same: not their blanks, not how letters are composed."""
    return " ".join(unicodedata.normalize("NFC", text).split())
