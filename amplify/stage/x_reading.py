"""Emulates reading from X: look-ups, own timeline and `/2/users/me`, with the public metrics."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from starlette.requests import Request

from amplify.stage.engagement import engagement_at
from amplify.stage.identity import StageAccount
from amplify.stage.state import StageState
from amplify.stage.timeline_items import Json, StagePost, utc_stamp
from amplify.stage.x_problems import invalid_request, x_problem
from amplify.stage.x_text import as_returned

_FIELDS: Final = frozenset(
    [
        "article",
        "attachments",
        "author_id",
        "card_uri",
        "community_id",
        "context_annotations",
        "conversation_id",
        "created_at",
        "display_text_range",
        "edit_controls",
        "edit_history_tweet_ids",
        "entities",
        "geo",
        "id",
        "in_reply_to_user_id",
        "lang",
        "matched_media_notes",
        "media_metadata",
        "non_public_metrics",
        "note_request_suggestions",
        "note_tweet",
        "organic_metrics",
        "paid_partnership",
        "possibly_sensitive",
        "promoted_metrics",
        "public_metrics",
        "referenced_tweets",
        "reply_settings",
        "scopes",
        "source",
        "suggested_source_links",
        "suggested_source_links_with_counts",
        "text",
        "withheld",
    ]
)


_USERNAME: Final = re.compile(r"[A-Za-z0-9_]{1,15}")


class XReadEndpoints:
    """The endpoints that change nothing."""

    def __init__(self, state: StageState) -> None:
        self.state = state

    async def me(self, account: StageAccount, request: Request) -> tuple[int, Json]:
        return 200, {"data": {"id": account.id, "name": account.name, "username": account.handle}}

    async def user(self, account: StageAccount, request: Request) -> tuple[int, Json]:
        name = request.path_params["username"]
        if not _USERNAME.fullmatch(name):
            raise invalid_request(
                f"The `username` query parameter value [{name}] does not match ^[A-Za-z0-9_]{{1,15}}$"
            )
        found = next(
            (a for (on, who), a in self.state.accounts.items() if on == "x" and who.lower() == name.lower()), None
        )
        if found is None:
            return 200, {"errors": [_nobody(name)]}
        return 200, {"data": {"id": found.id, "name": found.name, "username": found.handle}}

    async def look_up(self, account: StageAccount, request: Request) -> tuple[int, Json]:
        ids = [id for id in request.query_params.get("ids", "").split(",") if id]
        if not 1 <= len(ids) <= 100:
            raise invalid_request(
                f"The number of values in the `ids` query parameter list [{len(ids)}] is not between 1 and 100"
            )
        wanted = _wanted(request)
        found = {id: self.state.post("x", id) for id in ids}
        body: Json = {}
        data = [self._shape(post, wanted) for post in found.values() if post]
        if data:
            body["data"] = data
        errors = [_missing(id) for id, post in found.items() if post is None]
        if errors:
            body["errors"] = errors
        return 200, body

    async def timeline(self, account: StageAccount, request: Request) -> tuple[int, Json]:
        query = request.query_params
        owner = self.state.by_account_id.get(("x", request.path_params["id"]))
        if owner is None:
            raise x_problem(404, "Not Found Error", "Could not find user with that id.")
        wanted = _wanted(request)
        size = _whole(request, "max_results", 10)
        if not 5 <= size <= 100:
            raise invalid_request(f"The `max_results` query parameter value [{size}] is not between 5 and 100")
        since, until = _instant(request, "start_time"), _instant(request, "end_time")
        above, below = _whole(request, "since_id", 0), _whole(request, "until_id", 10**20)
        below = min(below, _whole(request, "pagination_token", 10**20))
        hidden = query.get("exclude", "").split(",")
        page: list[StagePost] = []
        for post in self.state.newest(owner):
            if int(post.id) >= below or (until and post.created_at > until):
                continue
            if int(post.id) <= above:
                break
            if ("retweets" in hidden and post.boost_of) or ("replies" in hidden and post.reply_to):
                continue
            if since and post.created_at < since:
                continue
            page.append(post)
            if len(page) > size:
                break
        more, page = len(page) > size, page[:size]
        meta: Json = {"result_count": len(page)}
        if not page:
            return 200, {"meta": meta}
        meta |= {"newest_id": page[0].id, "oldest_id": page[-1].id}
        if more:
            meta["next_token"] = page[-1].id
        return 200, {"data": [self._shape(post, wanted) for post in page], "meta": meta}

    def _shape(self, post: StagePost, wanted: set[str]) -> Json:
        text, entities = as_returned(post)
        seen = engagement_at(self.state, post, self.state.now())
        referenced = []
        if post.boost_of:
            target = self.state.posts["x", post.boost_of]
            text = f"RT @{target.handle}: {as_returned(target)[0]}"
            referenced = [{"type": "retweeted", "id": target.id}]
        elif post.reply_to:
            referenced = [{"type": "replied_to", "id": post.reply_to}]
        author = self.state.account_of(post)
        whole: Json = {
            "id": post.id,
            "text": text,
            "edit_history_tweet_ids": [post.id],
            "author_id": author.id,
            "created_at": utc_stamp(post.created_at),
            "entities": entities,
            "lang": "und",
            "possibly_sensitive": False,
            "conversation_id": self._conversation(post),
            "referenced_tweets": referenced,
            "attachments": {"media_keys": [f"3_{p.media}" for p in post.pictures]} if post.pictures else {},
            "in_reply_to_user_id": author.id if post.reply_to else None,
            "reply_settings": "everyone",
            "public_metrics": {
                "retweet_count": seen.reposts,
                "reply_count": seen.replies,
                "like_count": seen.likes,
                "quote_count": seen.quotes,
                "bookmark_count": seen.bookmarks,
                "impression_count": seen.views,
            },
        }
        always = {"id", "text", "edit_history_tweet_ids"}
        return {k: v for k, v in whole.items() if k in always or (k in wanted and v not in (None, [], {}))}

    def _conversation(self, post: StagePost) -> str:
        while post.reply_to and (parent := self.state.posts.get(("x", post.reply_to))):
            post = parent
        return post.id


def _wanted(request: Request) -> set[str]:
    """The requested `tweet.fields`, which newer schemas call `post.fields`."""
    query = request.query_params
    wanted = {f for name in ("tweet.fields", "post.fields") for f in query.get(name, "").split(",") if f}
    for unknown in wanted - _FIELDS:
        raise invalid_request(f"The `tweet.fields` query parameter value [{unknown}] is not one of its values")
    return wanted


def _whole(request: Request, name: str, default: int) -> int:
    given = request.query_params.get(name, str(default))
    if not given.isascii() or not given.isdigit():
        raise invalid_request(f"The `{name}` query parameter value [{given}] is not valid")
    return int(given)


def _instant(request: Request, name: str) -> datetime | None:
    given = request.query_params.get(name)
    if given is None:
        return None
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise invalid_request(f"The `{name}` query parameter value [{given}] is not a valid RFC3339 date-time")
    return moment


def _nobody(name: str) -> Json:
    return {
        "value": name,
        "detail": f"Could not find user with username: [{name}].",
        "title": "Not Found Error",
        "resource_type": "user",
        "parameter": "username",
        "resource_id": name,
        "type": "https://api.twitter.com/2/problems/resource-not-found",
    }


def _missing(id: str) -> Json:
    return {
        "value": id,
        "detail": f"Could not find tweet with ids: [{id}].",
        "title": "Not Found Error",
        "resource_type": "tweet",
        "parameter": "ids",
        "resource_id": id,
        "type": "https://api.twitter.com/2/problems/resource-not-found",
    }
