"""The X adapter, through tweepy: posts and pictures by API v2, signed with OAuth 1.0a.

X has no idempotency key: whatever is in doubt is looked up on the account's own timeline, and what is not found
there is for a person to decide.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any, Final

from amplify.model.errors import LoggedOut, Refused, TryLater, Unknown
from amplify.model.message import Message, Part
from amplify.model.platform import AccountConnection, Engagement, Json, Limits, PublishRequest, Receipt, Whoami
from amplify.platforms import http
from amplify.platforms.loopback import guard_loopback
from amplify.platforms.near_posts import NOT_OURS, NOT_THERE, near_post
from amplify.platforms.rate_headers import response_listener
from amplify.platforms.x import errors as x_errors
from amplify.platforms.x import matching, rate_limits
from amplify.platforms.x.errors import error_messages
from amplify.platforms.x.matching import same_post
from amplify.platforms.x.media import XMedia
from amplify.platforms.x.signing import Signer
from amplify.rules.text.text_length import normalise_text

_HOST: Final = "https://api.twitter.com"  # tweepy 4 knows no other
_SITE: Final = "https://x.com"
_SKEW: Final = timedelta(minutes=1)
"""How far X's clock may stand from ours when looking back."""
_HANDLE: Final = re.compile(r"[A-Za-z0-9_]{1,15}")
_RETWEET: Final = "retweet"
"""`Receipt.extra` of a boost: its id is the target's, and taking it down undoes the retweet."""


class XAdapter:
    """One account on X."""

    def __init__(self, connection: AccountConnection) -> None:
        guard_loopback(connection, connection.server)
        import tweepy

        secrets = connection.secrets
        self._connection = connection
        self._client = tweepy.Client(
            consumer_key=secrets["api_key"],
            consumer_secret=secrets["api_secret"],
            access_token=secrets["access_token"],
            access_token_secret=secrets["access_secret"],
            return_type=dict,
            wait_on_rate_limit=False,
        )
        self._signer = Signer(_signature(secrets))
        self._client.session = http.requests_session(connection, replacing=_HOST, sign=self._signer)
        self._client.session.hooks["response"] += [
            self._note_access,
            response_listener(connection, rate_limits.heard),
        ]
        self._access: str | None = None
        """What the tokens may do, as X said last."""
        self._media = XMedia(connection, self._ask)

    def whoami(self) -> Whoami:
        with self._asking(repeatable=True):
            me = self._client.get_me(user_auth=True)["data"]
            return Whoami(id=str(me["id"]), handle=str(me["username"]))

    def check_write_access(self) -> None:
        """X says in each answer what the tokens may do; nothing is asked where it has said so."""
        if self._access is None:
            self.whoami()
        if self._access is not None and "write" not in self._access:
            raise LoggedOut(x_errors.read_only(self._access))

    def limits(self) -> Limits:
        return Limits()  # X does not say; the profile knows

    def resolve(self, handle: str) -> str | None:
        if not _HANDLE.fullmatch(handle):  # X has no such names, and each question costs money
            return None
        with self._asking(repeatable=True):
            try:
                answer = self._client.get_user(username=handle, user_auth=True)
            except self._not_found():
                return None
            if answer.get("data"):
                return str(answer["data"]["id"])
            errors = [one for one in answer.get("errors") or () if isinstance(one, dict)]
            if any(_nobody(one) for one in errors):
                return None
            raise TryLater(f"X did not say who goes by @{handle}")

    def payload(self, call: PublishRequest) -> Json:
        body: Json = {"text": normalise_text(call.part.text)}
        if call.part.pictures:
            waiting = [f"({one.file}: uploaded just before)" for one in call.part.pictures]
            body["media"] = {"media_ids": list(call.prepared.get("media_ids", waiting))}
        if call.parent is not None:
            body["reply"] = {"in_reply_to_tweet_id": call.parent.id}
        return body

    def prepare(self, message: Message, part: Part) -> Json:
        prepared = self._media.prepare(message, part, lambda: self._asking(part, repeatable=True, upload=True))
        self._signer.ahead("POST", f"{_HOST}/2/tweets")
        return prepared

    def publish(self, call: PublishRequest) -> Receipt:
        body = self.payload(call)
        if call.part.pictures and len(call.prepared.get("media_ids", ())) != len(call.part.pictures):
            raise TryLater("its pictures are not uploaded yet")
        with self._asking(call.part, repeatable=False):
            answer = self._client.create_tweet(
                text=body["text"],
                media_ids=body.get("media", {}).get("media_ids"),
                in_reply_to_tweet_id=body.get("reply", {}).get("in_reply_to_tweet_id"),
                user_auth=True,
            )
            receipt = self._receipt(str(answer["data"]["id"]))
        self._media.out(call.message, call.part)
        return receipt

    def find(self, call: PublishRequest, since: datetime, taken: Collection[str] = ()) -> Receipt | None:
        """Look on the account's own timeline. Absence cannot be proved on X, so None is never returned.

        Raises Unknown where the post, or the boost, is not found.
        """
        near: Json | None = None
        with self._asking(call.part, repeatable=True):
            if call.target is not None:
                target = call.target.id or _id_in(call.target.url)
                if any(matching.repeats(target, one) for one in self._own(since)):
                    return self._boosted(target, call.target)
            else:
                own = [one for one in self._own(since) if str(one["id"]) not in taken]
                found = next((one for one in own if same_post(call, one)), None)
                if found is not None:
                    return self._receipt(str(found["id"]))
                near = next((one for one in own if matching.may_be(call, one)), None)
        if near is not None:
            raise Unknown(near_post(self._receipt(str(near["id"])).url))
        raise Unknown("it is not on the account's own timeline, but X does not promise to show everything there")

    def keeps_keys(self) -> bool:
        return False

    def page(self) -> str:
        return f"{(self._connection.server or _SITE).rstrip('/')}/{self._connection.handle}"

    def locate(self, url: str) -> Receipt:
        post = _id_in(url)
        with self._asking(repeatable=True):
            fields = ["author_id", "referenced_tweets"]
            found = self._client.get_tweets([post], tweet_fields=fields, user_auth=True).get("data")
            if not found:
                raise Refused(NOT_THERE)
            if str(found[0].get("author_id")) != self._me() or matching.is_boost(found[0]):
                raise Refused(NOT_OURS)
        return Receipt(id=post, url=url)

    def boost(self, target: Receipt, key: str, record_key: str, created_at: datetime) -> Receipt:
        post = target.id or _id_in(target.url)
        with self._asking(repeatable=False):
            try:
                self._client.retweet(post, user_auth=True)
            except self._http_error() as error:
                if "already retweeted" not in " ".join(error_messages(error.response)).lower():
                    raise
        return self._boosted(post, target)

    def delete(self, receipt: Receipt) -> None:
        import tweepy

        with self._asking(repeatable=True):
            try:
                if receipt.extra == _RETWEET:
                    self._client.unretweet(receipt.id, user_auth=True)
                else:
                    self._client.delete_tweet(receipt.id, user_auth=True)
            except tweepy.NotFound:
                return

    def read(self, ids: Sequence[str]) -> Mapping[str, Engagement | None]:
        with self._asking(repeatable=True):
            answer = self._client.get_tweets(list(ids), tweet_fields=["public_metrics"], user_auth=True)
            counts = {str(one["id"]): one.get("public_metrics", {}) for one in answer.get("data") or ()}
            # A post that is protected or withheld is still there: nothing is said about it.
            silent = {
                str(problem.get("value", problem.get("resource_id")))
                for problem in answer.get("errors") or ()
                if not str(problem.get("type", "")).endswith("resource-not-found")
            }
        return {
            one: _reading(counts[one]) if one in counts else (Engagement() if one in silent else None) for one in ids
        }

    def _note_access(self, response: Any, **_: object) -> None:
        self._access = response.headers.get("x-access-level") or self._access

    def close(self) -> None:
        self._client.session.close()

    def _ask(self, method: str, route: str, body: Json | http.PiecewiseJson | None) -> Json:
        """Send a request that tweepy has no call for. An empty answer is an empty mapping."""
        answer = self._client.request(method, route, json=body, user_auth=True)
        return answer.json() if answer.content else {}

    def _me(self) -> str:
        """The account's own id, which its token begins with."""
        me = self._connection.secrets["access_token"].partition("-")[0]
        return me if me.isdigit() else self.whoami().id

    def _own(self, since: datetime) -> Iterator[Json]:
        """The account's own posts from `since` on, newest first."""
        me, token = self._me(), None
        while True:
            page = self._client.get_users_tweets(
                me,
                start_time=since - _SKEW,
                max_results=100,
                pagination_token=token,
                tweet_fields=["created_at", "entities", "referenced_tweets"],
                user_auth=True,
            )
            yield from page.get("data") or ()
            token = page.get("meta", {}).get("next_token")
            if token is None:
                return

    def _receipt(self, post: str) -> Receipt:
        return Receipt(id=post, url=f"{self.page()}/status/{post}")

    def _boosted(self, post: str, target: Receipt) -> Receipt:
        return Receipt(id=post, url=target.url or self._receipt(post).url, extra=_RETWEET)

    def _not_found(self) -> type[Any]:
        import tweepy

        return tweepy.NotFound  # type: ignore[no-any-return]  # tweepy has no types

    def _http_error(self) -> type[Any]:
        import tweepy

        return tweepy.HTTPException  # type: ignore[no-any-return]  # tweepy has no types

    def _asking(
        self, part: Part | None = None, *, repeatable: bool, upload: bool = False
    ) -> AbstractContextManager[None]:
        hidden = [*self._connection.secrets.values(), *([part.text] if part else [])]
        return http.translate_errors(
            lambda error: x_errors.translate(error, hidden), repeatable=repeatable, upload=upload
        )


def _signature(secrets: Mapping[str, str]) -> Any:
    """The signer of a request as tweepy would build it. Cached, where tweepy builds one for each request."""
    import tweepy

    names = ("api_key", "api_secret", "access_token", "access_secret")
    return tweepy.OAuth1UserHandler(*(secrets[name] for name in names)).apply_auth()


def _nobody(error: Json) -> bool:
    """Whether one of X's partial errors says that a user does not exist, or is suspended."""
    missing = str(error.get("type", "")).endswith("resource-not-found")
    return missing or "has been suspended" in str(error.get("detail", ""))


def _id_in(url: str) -> str:
    match = re.search(r"/status(?:es)?/(\d{1,19})(?:[/?#]|$)", url)
    if match is None:
        raise Refused("the address of a post on X looks like https://x.com/NAME/status/NUMBER")
    return match[1]


def _reading(counts: Json) -> Engagement:
    return Engagement(
        likes=counts.get("like_count"),
        reposts=counts.get("retweet_count", counts.get("repost_count")),  # renamed in X's API 2.167
        replies=counts.get("reply_count"),
        quotes=counts.get("quote_count"),
        bookmarks=counts.get("bookmark_count"),
        views=counts.get("impression_count"),
    )
