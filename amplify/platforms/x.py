"""X, through tweepy: posts and pictures by API v2, signed with OAuth 1.0a.

X has no idempotency key: whatever is in doubt is looked up on the account's own timeline, and what is not found
there is for a person to decide.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any, Final

from amplify.model.dialect import Dialect
from amplify.model.errors import LoggedOut, PlatformError, Refused, TryLater, Unknown
from amplify.model.message import Message, Part
from amplify.model.platform import Call, Connection, Json, Limits, Reading, Receipt, Whoami
from amplify.platforms import picture, transport
from amplify.platforms.loopback import guard
from amplify.platforms.x_likeness import same_post
from amplify.rules.entities import x_entities
from amplify.rules.measure import normal, x_length

DIALECT: Final = Dialect(
    name="x",
    title="X",
    text_max=280,
    measure=x_length,
    unit="characters",
    entities=x_entities,
    secrets=("api_key", "api_secret", "access_token", "access_secret"),
    pictures_max=4,
    picture_bytes=5_000_000,
    alt_max=1000,
    batch=100,
)

_HOST: Final = "https://api.twitter.com"  # tweepy 4 knows no other
_SITE: Final = "https://x.com"
_MEDIA_TYPES: Final = frozenset({"image/jpeg", "image/png", "image/webp"})  # GIF: X finds out by itself
_RATE_FAMILIES: Final = ("x-rate-limit", "x-user-limit-24hour", "x-app-limit-24hour")
_QUARTER: Final = timedelta(minutes=15)  # X's usual window, where it does not say when it ends
_MUTE: Final = re.compile(
    r"suspended|locked|client-forbidden|client-not-enrolled|unsupported-authentication|oauth1-permissions|usage-capped",
    re.IGNORECASE,
)
_SKEW: Final = timedelta(minutes=1)
"""How far X's clock may stand from ours when looking back."""
_HANDLE: Final = re.compile(r"[A-Za-z0-9_]{1,15}")
_RETWEET: Final = "retweet"
"""`Receipt.extra` of a boost: its id is the target's, and taking it down undoes the retweet."""


class X:
    """One account on X."""

    def __init__(self, connection: Connection) -> None:
        guard(connection, connection.server)
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
        self._client.session = transport.requests_session(connection, replacing=_HOST)

    def whoami(self) -> Whoami:
        with self._asking(repeatable=True):
            me = self._client.get_me(user_auth=True)["data"]
            return Whoami(id=str(me["id"]), handle=str(me["username"]))

    def limits(self) -> Limits:
        return Limits()  # X does not say; the dialect knows

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

    def payload(self, call: Call) -> Json:
        body: Json = {"text": normal(call.part.text)}
        if call.part.pictures:
            waiting = [f"({one.file}: uploaded just before)" for one in call.part.pictures]
            body["media"] = {"media_ids": list(call.prepared.get("media_ids", waiting))}
        if call.parent is not None:
            body["reply"] = {"in_reply_to_tweet_id": call.parent.id}
        return body

    def prepare(self, message: Message, part: Part) -> Json:
        ids: list[str] = []
        for one in part.pictures:
            data, mime = picture.load(self._connection, one)
            with self._asking(part, repeatable=True):
                upload: Json = {"media": b64encode(data).decode(), "media_category": "tweet_image"}
                if mime in _MEDIA_TYPES:
                    upload["media_type"] = mime
                media_id = str(self._post("/2/media/upload", upload)["data"]["id"])
                if one.alt:
                    words = {"id": media_id, "metadata": {"alt_text": {"text": one.alt}}}
                    self._post("/2/media/metadata", words)
                ids.append(media_id)
        return {"media_ids": ids}

    def publish(self, call: Call) -> Receipt:
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
            return self._receipt(str(answer["data"]["id"]))

    def find(self, call: Call, since: datetime) -> Receipt | None:
        """Look on the account's own timeline. Absence cannot be proved on X, so None is never returned.

        Raises Unknown where the post is not found.
        """
        with self._asking(call.part, repeatable=True):
            found = next((one for one in self._own(since) if same_post(call, one)), None)
        if found is not None:
            return self._receipt(str(found["id"]))
        raise Unknown(
            "it is not on the account's own timeline, but X does not promise to show everything there: "
            "open the account, look, and settle it by hand"
        )

    def locate(self, url: str) -> Receipt:
        return Receipt(id=_id_in(url), url=url)

    def boost(self, target: Receipt, key: str, record_key: str, created_at: datetime) -> Receipt:
        post = target.id or _id_in(target.url)
        with self._asking(repeatable=False):
            try:
                self._client.retweet(post, user_auth=True)
            except self._http_error() as error:
                if "already retweeted" not in " ".join(_said(error.response)).lower():
                    raise
        return Receipt(id=post, url=target.url or self._receipt(post).url, extra=_RETWEET)

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

    def read(self, ids: Sequence[str]) -> Mapping[str, Reading | None]:
        with self._asking(repeatable=True):
            answer = self._client.get_tweets(list(ids), tweet_fields=["public_metrics"], user_auth=True)
            counts = {str(one["id"]): one.get("public_metrics", {}) for one in answer.get("data") or ()}
            # A post that is protected or withheld is still there: nothing is said about it.
            silent = {
                str(problem.get("value", problem.get("resource_id")))
                for problem in answer.get("errors") or ()
                if not str(problem.get("type", "")).endswith("resource-not-found")
            }
        return {one: _reading(counts[one]) if one in counts else (Reading() if one in silent else None) for one in ids}

    def close(self) -> None:
        self._client.session.close()

    def _post(self, route: str, body: Json) -> Json:
        answer: Json = self._client.request("POST", route, json=body, user_auth=True).json()
        return answer

    def _own(self, since: datetime) -> Iterator[Json]:
        """The account's own posts from `since` on, newest first."""
        me = self._connection.secrets["access_token"].partition("-")[0]
        if not me.isdigit():
            me = self.whoami().id
        token: str | None = None
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
        site = self._connection.server or _SITE
        return Receipt(id=post, url=f"{site.rstrip('/')}/{self._connection.handle}/status/{post}")

    def _not_found(self) -> type[Any]:
        import tweepy

        return tweepy.NotFound  # type: ignore[no-any-return]  # tweepy has no types

    def _http_error(self) -> type[Any]:
        import tweepy

        return tweepy.HTTPException  # type: ignore[no-any-return]  # tweepy has no types

    def _asking(self, part: Part | None = None, *, repeatable: bool) -> AbstractContextManager[None]:
        hidden = [*self._connection.secrets.values(), *([part.text] if part else [])]
        return transport.asking(lambda error: translate(error, hidden), repeatable=repeatable)


def translate(error: Exception, hidden: Sequence[str] = ()) -> PlatformError:
    """Any exception of tweepy, requests or urllib3, named by what to do next. Total."""
    response = getattr(error, "response", None)
    status = getattr(response, "status_code", None)
    if type(error).__module__.partition(".")[0] != "tweepy" or not isinstance(status, int):
        if transport.never_left(error):
            return TryLater("X cannot be reached")
        return Unknown(f"X gave no usable answer ({type(error).__name__})")
    said = _said(response)
    words = " ".join(said).lower()
    why = f"X answered {status}: {transport.quoted(said[-1] if said else '', hidden)}".rstrip(": ")
    if status == 403 and "duplicate content" in words:
        return Unknown("X says it already has this text: it is looked for on the account's own timeline")
    if status in (403, 429) and _MUTE.search(words):
        return LoggedOut(why)
    return transport.by_status(status, why, _after(response) if status == 429 else None)


def _said(response: Any) -> list[str]:
    """What the answer's body says, the most telling last. Empty where it says nothing readable."""
    try:
        body = response.json()
    except (ValueError, AttributeError):
        return []
    if not isinstance(body, dict):
        return []
    errors = [one for one in body.get("errors") or () if isinstance(one, dict)]
    words = [body.get("type"), body.get("title"), *(one.get("message") for one in errors), body.get("detail")]
    return [one for one in words if isinstance(one, str)]


def _after(response: Any) -> timedelta:
    headers = response.headers
    spent = [
        transport.seconds_until(headers.get(f"{family}-reset"))
        for family in _RATE_FAMILIES
        if headers.get(f"{family}-remaining") == "0"
    ]
    said = [one for one in spent if one is not None]
    first = transport.seconds_until(headers.get("x-rate-limit-reset")) or transport.seconds_until(
        headers.get("retry-after")
    )
    return max(said) if said else first or _QUARTER


def _nobody(error: Json) -> bool:
    """Whether one of X's partial errors says that a user is not there, or is suspended."""
    missing = str(error.get("type", "")).endswith("resource-not-found")
    return missing or "has been suspended" in str(error.get("detail", ""))


def _id_in(url: str) -> str:
    match = re.search(r"/status(?:es)?/(\d{1,19})(?:[/?#]|$)", url)
    if match is None:
        raise Refused("the address of a post on X looks like https://x.com/NAME/status/NUMBER")
    return match[1]


def _reading(counts: Json) -> Reading:
    return Reading(
        likes=counts.get("like_count"),
        reposts=counts.get("retweet_count", counts.get("repost_count")),  # renamed in X's API 2.167
        replies=counts.get("reply_count"),
        quotes=counts.get("quote_count"),
        bookmarks=counts.get("bookmark_count"),
        views=counts.get("impression_count"),
    )
