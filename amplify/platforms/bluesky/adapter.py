"""The Bluesky adapter, through atproto: records are put under keys of our own, so that a retry changes nothing."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from functools import partial
from typing import Any, Final

from amplify.model.errors import Refused, TryLater, Unknown
from amplify.model.message import Message, Part
from amplify.model.platform import AccountConnection, Engagement, Json, Limits, PublishRequest, Receipt, Whoami
from amplify.platforms import http
from amplify.platforms.bluesky import errors
from amplify.platforms.bluesky.errors import error_message, error_name
from amplify.platforms.bluesky.facets import entities_of
from amplify.platforms.bluesky.media import BlueskyMedia
from amplify.platforms.bluesky.record import POST, REPOST, post_record, repost_record
from amplify.platforms.bluesky.session import BlueskySession
from amplify.platforms.loopback import guard_loopback, is_loopback
from amplify.platforms.near_posts import NOT_OURS, NOT_THERE, near_post
from amplify.rules.text.near_match import is_near_match

_SERVER: Final = "https://bsky.social"
_SITE: Final = "https://bsky.app"
_NOTHING: Final = "2222222222222"
"""A record key that no post has: it stands for the year 1970."""


class BlueskyAdapter:
    """One account on Bluesky, or on any server that speaks its protocol."""

    def __init__(self, connection: AccountConnection) -> None:
        self._connection = connection
        self._server = (connection.server or _SERVER).rstrip("/")
        guard_loopback(connection, self._server)
        self._session = BlueskySession(connection, self._server)
        self._media = BlueskyMedia(connection, self._session, self._server)

    def whoami(self) -> Whoami:
        with self._asking(repeatable=True):
            session = self._session.do(lambda client: client.com.atproto.server.get_session())
            return Whoami(id=session.did, handle=session.handle)

    def check_write_access(self) -> None:
        """Delete a record that is not there: its server allows it to whoever may write."""
        with self._asking(repeatable=True):
            nothing = {"repo": self._session.did(), "collection": POST, "rkey": _NOTHING}
            self._session.do(lambda client: client.com.atproto.repo.delete_record(nothing))

    def limits(self) -> Limits:
        return Limits()  # the lexicon's own, which the profile knows

    def resolve(self, handle: str) -> str | None:
        with self._asking(repeatable=True):
            return self._resolve(handle)

    def payload(self, call: PublishRequest) -> Json:
        return {
            "repo": call.prepared.get("repo", self._connection.handle),
            "collection": POST,
            "rkey": call.record_key,
            "record": post_record(call),
        }

    def prepare(self, message: Message, part: Part) -> Json:
        with self._asking(part, repeatable=True, upload=True):
            prepared: Json = {"repo": self._session.did(), "mentions": {}} | self._media.prepare(message, part)
            for handle in {one.value for one in entities_of(part) if one.kind == "mention"}:
                did = self._resolve(handle)
                if did is not None:
                    prepared["mentions"][handle] = did
        return prepared

    def publish(self, call: PublishRequest) -> Receipt:
        if len(call.prepared.get("pictures", ())) != len(call.part.pictures):
            raise TryLater("its pictures are not uploaded yet")
        with self._asking(repeatable=True):
            repo = self._session.did()  # signing in is no part of what may have been accepted
        with self._asking(call.part, repeatable=False):
            receipt = self._put({**self.payload(call), "repo": repo})
        self._media.out(call.message, call.part)
        return receipt

    def find(self, call: PublishRequest, since: datetime, taken: Collection[str] = ()) -> Receipt | None:
        """Look up the record key: what is stored there is this post, even where somebody has edited it since.

        None right after a lost connection proves nothing: ask after the lease. Raises Unknown where nearly the same
        stands under another key: somebody may have posted it by hand.
        """
        with self._asking(call.part, repeatable=True):
            kind = POST if call.target is None else REPOST
            found = self._record(f"at://{self._session.did()}/{kind}/{call.record_key}")
            own = self._own(since) if found is None and call.target is None else ()
            near = next((one for one in own if one.uri not in taken and _may_be(call, one.value)), None)
        if near is not None:
            raise Unknown(near_post(self._receipt(near.uri, near.cid).url))
        with self._asking(call.part, repeatable=True):
            if found is None or call.target is None:
                return self._receipt(found.uri, found.cid) if found is not None else None
            boosted = Receipt(found.value.subject.uri, call.target.url, found.value.subject.cid)
            return self._boosted(self._receipt(found.uri, found.cid), boosted)

    def keeps_keys(self) -> bool:
        return True

    def page(self) -> str:
        site = self._server if is_loopback(self._server) else _SITE
        return f"{site}/profile/{self._connection.handle}"

    def locate(self, url: str) -> Receipt:
        with self._asking(repeatable=True):
            uri = self._uri_of(url)
            if _parts(uri)[0] != self._session.did():
                raise Refused(NOT_OURS)
            return self._at(uri, url)

    def boost(self, target: Receipt, key: str, record_key: str, created_at: datetime) -> Receipt:
        with self._asking(repeatable=True):  # only reading so far
            if not target.id or not target.extra:
                target = self._at(target.id or self._uri_of(target.url), target.url)
            did = self._session.did()
        with self._asking(repeatable=False):
            record = repost_record(target, created_at)
            put = self._put({"repo": did, "collection": REPOST, "rkey": record_key, "record": record})
            return self._boosted(put, target)

    def delete(self, receipt: Receipt) -> None:
        repo, collection, key = _parts(receipt.id)
        with self._asking(repeatable=True):
            data = {"repo": repo, "collection": collection, "rkey": key}
            self._session.do(lambda client: client.com.atproto.repo.delete_record(data))

    def read(self, ids: Sequence[str]) -> Mapping[str, Engagement | None]:
        readings: dict[str, Engagement | None] = {}
        with self._asking(repeatable=True):
            answer = self._session.do(lambda client: client.app.bsky.feed.get_posts({"uris": list(ids)}))
            seen = {post.uri: post for post in answer.posts}
            for one in ids:
                if one in seen:
                    readings[one] = _reading(seen[one])
                else:  # deleted, or not yet counted: its own repository knows
                    readings[one] = Engagement() if self._record(one) is not None else None
        return readings

    def close(self) -> None:
        self._media.close()
        self._session.close()

    def _put(self, data: Json) -> Receipt:
        put = self._session.do(lambda client: client.com.atproto.repo.put_record(data))
        return self._receipt(put.uri, put.cid)

    def _resolve(self, handle: str) -> str | None:
        from atproto_client.exceptions import BadRequestError

        try:
            found = self._session.do(lambda client: client.com.atproto.identity.resolve_handle({"handle": handle}))
            return str(found.did)
        except BadRequestError:  # nobody of that name: the mention stays plain text
            return None

    def _record(self, uri: str) -> Any:
        """The record with its uri and cid, or None where there is none."""
        from atproto_client.exceptions import BadRequestError

        repo, collection, key = _parts(uri)
        try:
            return self._session.do(
                lambda client: client.com.atproto.repo.get_record({"repo": repo, "collection": collection, "rkey": key})
            )
        except BadRequestError as error:
            if error_name(error) == "RecordNotFound" or "could not locate record" in error_message(error).lower():
                return None
            raise

    def _own(self, since: datetime) -> Iterator[Any]:
        """The account's posts back to `since`, newest first, and those of no certain time."""
        asked: Json = {"repo": self._session.did(), "collection": POST, "limit": 100}
        while True:
            page = self._session.do(partial(_list_records, asked))
            recent = [one for one in page.records if not _older(one.value, since)]
            yield from recent
            if not recent or not page.cursor or page.cursor == asked.get("cursor"):
                return
            asked = {**asked, "cursor": page.cursor}

    def _at(self, uri: str, url: str) -> Receipt:
        found = self._record(uri)
        if found is None:
            raise Refused(NOT_THERE)
        return Receipt(id=found.uri, url=url or self._receipt(found.uri, found.cid).url, extra=found.cid)

    def _uri_of(self, url: str) -> str:
        if url.startswith("at://"):
            return url
        match = re.search(r"/profile/([^/?#]+)/post/([^/?#]+)", url)
        if match is None:
            raise Refused("the address of a post on Bluesky looks like https://bsky.app/profile/HANDLE/post/KEY")
        did: str | None = match[1] if match[1].startswith("did:") else self._resolve(match[1])
        if did is None:
            raise Refused("the account at this address is not there (any more)")
        return f"at://{did}/{POST}/{match[2]}"

    def _receipt(self, uri: str, cid: str) -> Receipt:
        return Receipt(id=uri, url=f"{self.page()}/post/{_parts(uri)[2]}", extra=cid)

    def _boosted(self, repost: Receipt, target: Receipt) -> Receipt:
        """The receipt of a repost: people open what was boosted; a takedown deletes the repost."""
        url = target.url or self._receipt(target.id, target.extra).url
        return Receipt(id=repost.id, url=url, extra=repost.extra)

    def _asking(
        self, part: Part | None = None, *, repeatable: bool, upload: bool = False
    ) -> AbstractContextManager[None]:
        hidden = [*self._connection.secrets.values(), *([part.text] if part else [])]
        return http.translate_errors(
            lambda error: errors.translate(error, hidden), repeatable=repeatable, upload=upload
        )


def _parts(uri: str) -> tuple[str, str, str]:
    match = re.fullmatch(r"at://([^/]+)/([^/]+)/([^/]+)", uri)
    if match is None:
        raise Refused("this is not the address of a record: at://DID/COLLECTION/KEY")
    return match[1], match[2], match[3]


def _list_records(asked: Json, client: Any) -> Any:
    return client.com.atproto.repo.list_records(asked)


def _may_be(call: PublishRequest, record: Any) -> bool:
    text = getattr(record, "text", None)
    return not isinstance(text, str) or is_near_match(call.part.text, text)


def _older(record: Any, since: datetime) -> bool:
    """Whether a record surely is of before `since`."""
    try:
        return datetime.fromisoformat(record.created_at) < since
    except (AttributeError, TypeError, ValueError):
        return False


def _reading(post: Any) -> Engagement:
    return Engagement(
        likes=post.like_count,
        reposts=post.repost_count,
        replies=post.reply_count,
        quotes=post.quote_count,
        bookmarks=post.bookmark_count,
    )
