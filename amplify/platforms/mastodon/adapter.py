"""The Mastodon adapter, through Mastodon.py: for Mastodon and servers that speak its API.

The server is asked what it is before anything is taken for granted: some ignore idempotency keys, some have no
look-up of many posts at once. It need not answer: no look-up depends on it.

Doubt is settled on the account's own timeline, always, and never by sending again under the same key first: looking
writes nothing. Mastodon itself notes a key only after the status, so that a repetition beside a slow first request
can double, and it forgets it after an hour; other servers know no keys. What the timeline does not show is sent again
under its old key, so that within the hour a Mastodon server is a second witness. Where it is the only one
(`keeps_keys`), the engine gives it longer to show the post.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from amplify.model.errors import LoggedOut, PlatformError, Refused, TryLater, Unknown
from amplify.model.message import Message, Part
from amplify.model.platform import AccountConnection, Engagement, Json, Limits, PublishRequest, Receipt, Whoami
from amplify.platforms import http
from amplify.platforms.loopback import guard_loopback
from amplify.platforms.mastodon import errors, matching, rate_limits
from amplify.platforms.mastodon.matching import same_post
from amplify.platforms.mastodon.media import MastodonMedia
from amplify.platforms.mastodon.responses import REBLOG, boost_of, reading_of, receipt_of
from amplify.platforms.mastodon.server_description import ServerDescription, ask_server
from amplify.platforms.near_posts import NOT_OURS, NOT_THERE, near_post
from amplify.platforms.rate_headers import response_listener
from amplify.rules.text.language import primary_language
from amplify.rules.text.text_length import normalise_text

_SPOKEN: Final = "4.5.0"
"""The version given to Mastodon.py, so that it neither guesses nor asks: with the server down its own check
recurses for ever, and an unusual version string stops it."""
_PAGE: Final = 40
_NOTHING: Final = "0"
"""An id that no post and no upload has."""
_WINDOW: Final = timedelta(minutes=5)
"""Mastodon's usual rate window, where the server does not say when it ends."""
_SKEW: Final = timedelta(minutes=1)
"""How far the server's clock may stand from ours when looking back."""


class MastodonAdapter:
    """One account on one server."""

    def __init__(self, connection: AccountConnection) -> None:
        if connection.server is None:
            raise LoggedOut(f"{connection.account} has no `server:` in config/accounts.yaml: name its Mastodon server")
        guard_loopback(connection, connection.server)
        self._connection = connection
        self._session = http.requests_session(connection)
        self._session.hooks["response"] += [self._note_wait, response_listener(connection, rate_limits.heard)]
        self._wait: timedelta | None = None
        self._behind = timedelta()
        self._account: str | None = None
        self._described: ServerDescription | None = None
        self._batches = True
        with self._asking(repeatable=True):
            from mastodon import Mastodon as Client

            self._client = Client(
                access_token=connection.secrets["access_token"],
                api_base_url=connection.server,
                ratelimit_method="throw",  # its own "wait" sends again by itself
                request_timeout=connection.timeout,
                session=self._session,
                version_check_mode="created",
                mastodon_version=_SPOKEN,
            )
        self._media = MastodonMedia(connection, self._client)

    def whoami(self) -> Whoami:
        with self._asking(repeatable=True):
            me = self._client.account_verify_credentials()
            self._account = str(me["id"])
            return Whoami(id=self._account, handle=str(me["acct"]))

    def check_write_access(self) -> None:
        """Edit a post and describe an upload that are not there: a server looks at the token's scopes first. (Deletions
        are few, and takedowns need them.) Some (Pleroma, Akkoma) answer 500 to whoever may."""
        from mastodon import MastodonAPIError

        with self._asking(repeatable=True):
            for scope in ("write:statuses", "write:media"):
                try:
                    if scope == "write:statuses":
                        self._client.status_update(_NOTHING, status=".")
                    else:
                        self._client.media_update(_NOTHING, description="")
                except MastodonAPIError as error:
                    status = error.args[1] if len(error.args) == 4 else None
                    if status in (401, 403):
                        raise LoggedOut(errors.missing_scope(status, scope)) from None
                    if not isinstance(status, int) or status > 500:
                        raise

    def limits(self) -> Limits:
        self._described = None
        return self._description().limits

    def resolve(self, handle: str) -> str | None:
        """Look up a handle at the account's own server, which asks the handle's server (WebFinger) where it does not
        know it.
        """
        from mastodon import MastodonNotFoundError

        with self._asking(repeatable=True):
            try:
                return str(self._client.account_lookup(handle)["id"])
            except MastodonNotFoundError:
                found = self._client.search_v2(f"@{handle}", resolve=True, result_type="accounts")["accounts"]
        return next((str(one["id"]) for one in found if self._is(one, handle)), None)

    def payload(self, call: PublishRequest) -> Json:
        message = call.message
        body: Json = {
            "status": normalise_text(call.part.text),
            "visibility": message.visibility,
            "idempotency_key": call.key,
        }
        if self._plain_text():
            body["content_type"] = "text/plain"
        if message.langs:
            body["language"] = primary_language(message.langs[0])
        if message.content_warning:
            body["spoiler_text"] = normalise_text(message.content_warning)
            body["sensitive"] = True
        if call.part.pictures:
            waiting = [f"({one.file}: uploaded just before)" for one in call.part.pictures]
            body["media_ids"] = list(call.prepared.get("media_ids", waiting))
        if call.parent is not None:
            body["in_reply_to_id"] = call.parent.id
        return body

    def prepare(self, message: Message, part: Part) -> Json:
        if self._connection.limits is None:  # before its first post: so that the text is not read as Markdown
            self._what_it_says()
        return self._media.prepare(message, part, lambda: self._asking(part, repeatable=True, upload=True))

    def publish(self, call: PublishRequest) -> Receipt:
        body = self.payload(call)
        if call.part.pictures and len(call.prepared.get("media_ids", ())) != len(call.part.pictures):
            raise TryLater("its pictures are not uploaded yet")
        with self._asking(call.part, repeatable=False):
            receipt = receipt_of(self._client.status_post(**body))
        self._media.out(call.message, call.part)
        return receipt

    def find(self, call: PublishRequest, since: datetime, taken: Collection[str] = ()) -> Receipt | None:
        """Look on the account's own timeline, back to `since`: what is not there is absent.

        Raises Unknown where something there is nearly this part, or cannot be read: servers change texts.
        """
        if call.target is not None:
            return self._find_boost(call.target, since)
        with self._asking(call.part, repeatable=True):
            own = [one for one in self._own(since) if str(one.get("id")) not in taken]
            found = next((one for one in own if one.get("id") and same_post(call, one)), None)
            if found is not None:
                return receipt_of(found)
        near = next((one for one in own if matching.may_be(call, one)), None)
        if near is not None:
            raise Unknown(near_post(str(near.get("url") or near.get("uri") or "")))
        return None

    def keeps_keys(self) -> bool:
        return self._what_it_says().keeps_keys

    def page(self) -> str:
        return f"{(self._connection.server or '').rstrip('/')}/@{self._connection.handle.partition('@')[0]}"

    def locate(self, url: str) -> Receipt:
        from mastodon import MastodonNotFoundError

        account, post = self._account or self.whoami().id, self._id_of(url)
        with self._asking(repeatable=True):
            try:
                status = self._client.status(post)
            except MastodonNotFoundError:
                raise Refused(NOT_THERE) from None
            if str(status["account"]["id"]) != account or status.get("reblog"):
                raise Refused(NOT_OURS)
        return Receipt(id=post, url=url)

    def boost(self, target: Receipt, key: str, record_key: str, created_at: datetime) -> Receipt:
        post = target.id or self._id_of(target.url)
        with self._asking(repeatable=False):
            return boost_of(self._client.status_reblog(post), post, target)

    def delete(self, receipt: Receipt) -> None:
        from mastodon import MastodonNotFoundError

        with self._asking(repeatable=True):
            try:
                if receipt.extra.startswith(REBLOG):
                    self._client.status_unreblog(receipt.extra.removeprefix(REBLOG))
                else:
                    self._client.status_delete(receipt.id)
            except MastodonNotFoundError:
                return

    def read(self, ids: Sequence[str]) -> Mapping[str, Engagement | None]:
        from mastodon import MastodonAPIError

        with self._asking(repeatable=True):
            if self._batches and self._what_it_says().batches:
                try:
                    counts = {str(one["id"]): reading_of(one) for one in self._client.statuses(list(ids))}
                    return {one: counts.get(one) for one in ids}
                except MastodonAPIError as error:
                    if error.args[1:2] not in ((400,), (404,), (405,), (501,)):
                        raise
                    self._batches = False  # it says it is newer than it is
            return {one: self._read_one(one) for one in ids}

    def close(self) -> None:
        self._session.close()

    def _plain_text(self) -> bool:
        limits = self._connection.limits or (self._described.limits if self._described is not None else Limits())
        return limits.plain_text is True

    def _description(self) -> ServerDescription:
        """What the server says of itself, asked once. Raises a platform error where it cannot be asked now."""
        if self._described is None:
            with self._asking(repeatable=True):
                self._described = ask_server(
                    self._session, self._connection.server or "", self._connection.secrets["access_token"]
                )
        return self._described

    def _what_it_says(self) -> ServerDescription:
        """The same, for what can go on without: nothing is known of a server that cannot be asked now."""
        try:
            return self._description()
        except PlatformError:
            return ServerDescription()

    def _read_one(self, post: str) -> Engagement | None:
        from mastodon import MastodonNotFoundError

        try:
            return reading_of(self._client.status(post))
        except MastodonNotFoundError:
            return None

    def _find_boost(self, target: Receipt, since: datetime) -> Receipt | None:
        from mastodon import MastodonNotFoundError

        post = target.id or self._id_of(target.url)
        with self._asking(repeatable=True):
            found = next((one for one in self._own(since, boosts=True) if matching.repeats(post, one)), None)
            try:
                status = found or self._client.status(post)
            except MastodonNotFoundError:  # deleted, and its boosts with it
                return None
            return boost_of(status, post, target) if found or status.get("reblogged") else None

    def _own(self, since: datetime, *, boosts: bool = False) -> Iterator[Mapping[str, Any]]:
        """The account's own posts back to `since`, newest first, and those of no certain time. Some servers put pinned
        ones first. An empty one stands for what cannot be read: a server that gives the same page again and again.
        """
        account = self._account or self.whoami().id
        before, seen = "", set[str]()
        while page := self._page(account, before, boosts):
            ids = {str(one.get("id")) for one in page}
            if ids <= seen:
                yield from () if ids == {before} else ({},)
                return
            start = since - _SKEW - self._behind
            yield from (one for one in page if not _older(one, start) and str(one.get("id")) not in seen)
            if _older(page[-1], start) or not page[-1].get("id"):
                return
            before, seen = str(page[-1]["id"]), seen | ids

    def _page(self, account: str, before: str, boosts: bool) -> list[Mapping[str, Any]]:
        """A page of an account's timeline. What is no list of posts is something that cannot be read, and no end of
        it."""
        page = self._client.account_statuses(account, exclude_reblogs=not boosts, max_id=before or None, limit=_PAGE)
        return [one if isinstance(one, Mapping) else {} for one in (page if isinstance(page, list) else [page])]

    def _id_of(self, url: str) -> str:
        """The id of a post on our own server."""
        here, there = urlsplit(self._connection.server or ""), urlsplit(url)
        if here.netloc == there.netloc and (match := re.search(r"/(\w+)/?$", there.path)):
            return match[1]
        with self._asking(repeatable=True):
            found = self._client.search_v2(url, resolve=True, result_type="statuses")["statuses"]
        if not found:
            raise Refused("the account's own server cannot find the post at this address")
        return str(found[0]["id"])

    def _is(self, account: Mapping[str, Any], handle: str) -> bool:
        """Whether a found account has exactly this handle; the server's own accounts stand without their host."""
        home = self._connection.handle.partition("@")[2]
        user, _, host = str(account["acct"]).partition("@")
        return f"{user}@{host or home}".casefold() == handle.casefold()

    def _asking(
        self, part: Part | None = None, *, repeatable: bool, upload: bool = False
    ) -> AbstractContextManager[None]:
        hidden = [*self._connection.secrets.values(), *([part.text] if part else [])]

        return http.translate_errors(
            lambda error: errors.translate(error, hidden, self._wait), repeatable=repeatable, upload=upload
        )

    def _note_wait(self, response: Any, **_: object) -> None:
        """Remember how long a rate-limited answer asks to wait: Mastodon.py's exception does not say. And how far the
        server's clock stands behind ours: its timeline goes by it.
        """
        self._behind = http.clock_lag(response.headers.get("Date"))
        if response.status_code == 429:
            said = (response.headers.get("Retry-After"), response.headers.get("X-RateLimit-Reset"))
            waits = (http.seconds_until(one) for one in said)
            self._wait = next((one for one in waits if one is not None), _WINDOW)


def _older(status: Mapping[str, Any], since: datetime) -> bool:
    """Whether a status surely is of before `since`."""
    made = status.get("created_at")
    return isinstance(made, datetime) and made.tzinfo is not None and made < since
