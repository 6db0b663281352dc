"""Mastodon and servers that speak its API, through Mastodon.py.

The server is asked what it is before anything is taken for granted: some ignore idempotency keys, some have no
look-up of many posts at once. So doubt is settled on the account's own timeline.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from amplify.model.dialect import Dialect
from amplify.model.errors import LoggedOut, Refused, TryLater
from amplify.model.message import Message, Part
from amplify.model.platform import Call, Connection, Json, Limits, Reading, Receipt, Whoami
from amplify.platforms import picture, transport
from amplify.platforms.loopback import guard
from amplify.platforms.mastodon_errors import translate
from amplify.platforms.mastodon_likeness import same_post
from amplify.rules.entities import mastodon_entities
from amplify.rules.language import primary
from amplify.rules.measure import mastodon_length, normal

DIALECT: Final = Dialect(
    name="mastodon",
    title="Mastodon",
    text_max=500,
    measure=mastodon_length,
    unit="graphemes",
    entities=mastodon_entities,
    secrets=("access_token",),
    pictures_max=4,
    picture_bytes=16_777_216,
    picture_pixels=33_177_600,
    alt_max=1500,
    content_warning=True,
    batch=20,
)

_SPOKEN: Final = "4.5.0"
"""The version told to Mastodon.py, so that it neither guesses nor asks: with the server down its own check
recurses for ever, and an unusual version string stops it."""
_BATCH_SINCE: Final = 2
"""`api_versions.mastodon` of 4.3, the first with the look-up of many posts."""
_PAGE: Final = 40
_WINDOW: Final = timedelta(minutes=5)
"""Mastodon's usual rate window, where the server does not say when it ends."""
_SKEW: Final = timedelta(minutes=1)
"""How far the server's clock may stand from ours when looking back."""
_REBLOG: Final = "reblog:"
"""`Receipt.extra` of a boost begins so; the id of what was boosted follows."""


class Mastodon:
    """One account on one server."""

    def __init__(self, connection: Connection) -> None:
        if connection.server is None:
            raise LoggedOut(f"{connection.account} has no `server:` in config/accounts.yaml: name its Mastodon server")
        guard(connection, connection.server)
        self._connection = connection
        self._session = transport.requests_session(connection)
        self._session.hooks["response"].append(self._note_wait)
        self._wait: timedelta | None = None
        self._account: str | None = None
        self._batches: bool | None = None
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

    def whoami(self) -> Whoami:
        with self._asking(repeatable=True):
            me = self._client.account_verify_credentials()
            self._account = str(me["id"])
            return Whoami(id=self._account, handle=str(me["acct"]))

    def limits(self) -> Limits:
        with self._asking(repeatable=True):
            said = self._instance().get("configuration") or {}
        statuses, media = said.get("statuses") or {}, said.get("media_attachments") or {}
        return Limits(
            text=_most(statuses.get("max_characters")),
            pictures=_most(statuses.get("max_media_attachments")),
            picture_bytes=_most(media.get("image_size_limit")),
            alt=_most(media.get("description_limit")),
        )

    def resolve(self, handle: str) -> str | None:
        """Ask the account's own server, which asks the handle's server (WebFinger) where it does not know it."""
        from mastodon import MastodonNotFoundError

        with self._asking(repeatable=True):
            try:
                return str(self._client.account_lookup(handle)["id"])
            except MastodonNotFoundError:
                found = self._client.search_v2(f"@{handle}", resolve=True, result_type="accounts")["accounts"]
        return next((str(one["id"]) for one in found if self._is(one, handle)), None)

    def payload(self, call: Call) -> Json:
        message = call.message
        body: Json = {
            "status": normal(call.part.text),
            "visibility": message.visibility,
            "idempotency_key": call.key,
        }
        if message.langs:
            body["language"] = primary(message.langs[0])
        if message.content_warning:
            body["spoiler_text"] = normal(message.content_warning)
            body["sensitive"] = True
        if call.part.pictures:
            waiting = [f"({one.file}: uploaded just before)" for one in call.part.pictures]
            body["media_ids"] = list(call.prepared.get("media_ids", waiting))
        if call.parent is not None:
            body["in_reply_to_id"] = call.parent.id
        return body

    def prepare(self, message: Message, part: Part) -> Json:
        ids: list[str] = []
        for one in part.pictures:
            data, mime = picture.load(self._connection, one)
            with self._asking(part, repeatable=True):
                name = f"picture.{mime.partition('/')[2]}"  # the file's own name stays here
                media = self._client.media_post(data, mime_type=mime, description=one.alt or None, file_name=name)
                self._wait_for(media)
                ids.append(str(media["id"]))
        return {"media_ids": ids}

    def publish(self, call: Call) -> Receipt:
        body = self.payload(call)
        if call.part.pictures and len(call.prepared.get("media_ids", ())) != len(call.part.pictures):
            raise TryLater("its pictures are not uploaded yet")
        with self._asking(call.part, repeatable=False):
            return _receipt(self._client.status_post(**body))

    def find(self, call: Call, since: datetime) -> Receipt | None:
        """Look on the account's own timeline, back to `since`: what is not there is absent."""
        with self._asking(call.part, repeatable=True):
            found = next((one for one in self._own(since) if same_post(call, one)), None)
            return _receipt(found) if found is not None else None

    def locate(self, url: str) -> Receipt:
        return Receipt(id=self._id_of(url), url=url)

    def boost(self, target: Receipt, key: str, record_key: str, created_at: datetime) -> Receipt:
        post = target.id or self._id_of(target.url)
        with self._asking(repeatable=False):
            wrapped = self._client.status_reblog(post)
            url = target.url or str((wrapped.get("reblog") or wrapped).get("url") or "")
            return Receipt(id=str(wrapped["id"]), url=url, extra=f"{_REBLOG}{post}")

    def delete(self, receipt: Receipt) -> None:
        from mastodon import MastodonNotFoundError

        with self._asking(repeatable=True):
            try:
                if receipt.extra.startswith(_REBLOG):
                    self._client.status_unreblog(receipt.extra.removeprefix(_REBLOG))
                else:
                    self._client.status_delete(receipt.id)
            except MastodonNotFoundError:
                return

    def read(self, ids: Sequence[str]) -> Mapping[str, Reading | None]:
        from mastodon import MastodonAPIError

        with self._asking(repeatable=True):
            if self._looks_up_many():
                try:
                    counts = {str(one["id"]): _reading(one) for one in self._client.statuses(list(ids))}
                    return {one: counts.get(one) for one in ids}
                except MastodonAPIError as error:
                    if error.args[1:2] not in ((404,), (405,)):
                        raise
                    self._batches = False  # it says it is newer than it is
            return {one: self._read_one(one) for one in ids}

    def close(self) -> None:
        self._session.close()

    def _instance(self) -> Json:
        """What the server says it is; its older description where it has no newer one."""
        from mastodon import MastodonNotFoundError

        try:
            return dict(self._client.instance_v2())
        except MastodonNotFoundError:
            return dict(self._client.instance_v1())

    def _looks_up_many(self) -> bool:
        if self._batches is None:
            version = (self._instance().get("api_versions") or {}).get("mastodon")
            self._batches = isinstance(version, int) and version >= _BATCH_SINCE
        return self._batches

    def _read_one(self, post: str) -> Reading | None:
        from mastodon import MastodonNotFoundError

        try:
            return _reading(self._client.status(post))
        except MastodonNotFoundError:
            return None

    def _wait_for(self, media: Mapping[str, Any]) -> None:
        """Until the server has made its sizes of the picture: a post that comes earlier is refused."""
        end = time.monotonic() + self._connection.timeout
        pause = 0.2
        while not media.get("url"):
            if time.monotonic() > end:
                raise TryLater("the server is still working on a picture", timedelta(minutes=1))
            time.sleep(pause)
            pause = min(pause * 2, 2.0)
            media = self._client.media(media["id"])

    def _own(self, since: datetime) -> Iterator[Mapping[str, Any]]:
        """The account's own posts back to `since`, newest first. Pinned ones come in their time."""
        account = self._account or self.whoami().id
        before: str | None = None
        while True:
            page = self._client.account_statuses(account, exclude_reblogs=True, max_id=before, limit=_PAGE)
            for one in page:
                if one["created_at"] < since - _SKEW:
                    return
                yield one
            if not page:
                return
            before = str(page[-1]["id"])

    def _id_of(self, url: str) -> str:
        """The id by which our own server knows a post."""
        here, there = urlsplit(self._connection.server or ""), urlsplit(url)
        if here.netloc == there.netloc and (match := re.search(r"/(\w+)/?$", there.path)):
            return match[1]
        with self._asking(repeatable=True):
            found = self._client.search_v2(url, resolve=True, result_type="statuses")["statuses"]
        if not found:
            raise Refused("the account's own server cannot find the post to boost")
        return str(found[0]["id"])

    def _is(self, account: Mapping[str, Any], handle: str) -> bool:
        """Whether a found account goes by exactly this handle; the server's own accounts stand without their host."""
        home = self._connection.handle.partition("@")[2]
        user, _, host = str(account["acct"]).partition("@")
        return f"{user}@{host or home}".casefold() == handle.casefold()

    def _asking(self, part: Part | None = None, *, repeatable: bool) -> AbstractContextManager[None]:
        hidden = [*self._connection.secrets.values(), *([part.text] if part else [])]

        return transport.asking(lambda error: translate(error, hidden, self._wait), repeatable=repeatable)

    def _note_wait(self, response: Any, **_: object) -> None:
        """Mastodon.py's exception does not say for how long: the answer itself does."""
        if response.status_code == 429:
            said = (response.headers.get("Retry-After"), response.headers.get("X-RateLimit-Reset"))
            waits = (transport.seconds_until(one) for one in said)
            self._wait = next((one for one in waits if one is not None), _WINDOW)


def _most(said: object) -> int | None:
    """A limit as a server states it; what is no number above zero says nothing."""
    return said if isinstance(said, int) and not isinstance(said, bool) and said > 0 else None


def _receipt(status: Mapping[str, Any]) -> Receipt:
    return Receipt(id=str(status["id"]), url=str(status.get("url") or status.get("uri") or ""))


def _reading(status: Mapping[str, Any]) -> Reading:
    return Reading(
        likes=status.get("favourites_count"),
        reposts=status.get("reblogs_count"),
        replies=status.get("replies_count"),
        quotes=status.get("quotes_count"),
    )
