"""The stage's state: accounts, pictures, posts and the campaign's clock, indexed in memory, journalled on disk."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from amplify.stage.identity import StageAccount
from amplify.stage.journal import Journal
from amplify.stage.server_ways import MASTODON, WAYS, ServerWays
from amplify.stage.timeline_items import AttachedPicture, Json, StagePost, UploadedPicture, post_from_json

_X_EPOCH: Final = 1_288_834_974_657
"""Milliseconds since 1970 at which X's ids begin."""
_SUFFIX: Final = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/webp": "webp",
    "image/gif": "gif",
    "video/mp4": "mp4",
    "text/vtt": "vtt",
}


class StageState:
    """The state of the stage. Every change is journalled before it is answered; opening the same folder again replays
    it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.media = folder / "media"
        self.media.mkdir(parents=True, exist_ok=True)
        self.accounts: dict[tuple[str, str], StageAccount] = {}
        self.by_account_id: dict[tuple[str, str], StageAccount] = {}
        self.by_token: dict[str, StageAccount] = {}
        """Access tokens of X and Mastodon."""
        self.posts: dict[tuple[str, str], StagePost] = {}
        self.order: dict[str, list[StagePost]] = defaultdict(list)
        """Platform → posts in the order they were accepted."""
        self._of: dict[tuple[str, str], list[StagePost]] = defaultdict(list)
        self._standing: dict[tuple[str, str], int] = defaultdict(int)
        self._boosts: dict[tuple[str, str], list[StagePost]] = defaultdict(list)
        self._replies: dict[tuple[str, str], list[StagePost]] = defaultdict(list)
        self._pictures: dict[tuple[str, str, str], UploadedPicture] = {}
        self._used: set[tuple[str, str]] = set()
        self._last: dict[str, int] = defaultdict(int)
        self.text_max: dict[str, int] = {}
        """Mastodon host → the longest text its server takes, where it is not the usual one."""
        self._ways: dict[str, ServerWays] = {}
        self._clock: datetime | None = None
        self._journal = Journal(folder)
        for event in self._journal.events():
            self._replay(event)

    # Campaign time

    def now(self) -> datetime:
        """Campaign time: where the clock was put, real time until it is."""
        return self._clock or datetime.now(UTC)

    def set_clock(self, now: datetime) -> None:
        self._clock = now.astimezone(UTC)
        self._journal.write({"event": "clock", "now": self._clock.isoformat()})

    def set_server(self, host: str, most: int | None, software: str) -> None:
        """Set what software the server of this host is, and its length limit (None: the usual one)."""
        self._journal.write({"event": "server", "host": host, "text_max": most, "software": software})
        self._keep_server(host, most, software)

    def _keep_server(self, host: str, most: int | None, software: str) -> None:
        self._ways[host] = WAYS[software]
        self.text_max[host] = WAYS[software].text_max if most is None else most

    def ways_of(self, account: StageAccount | None) -> ServerWays:
        """How the account's own server behaves, on Mastodon."""
        return self._ways.get(account.handle.partition("@")[2], MASTODON) if account is not None else MASTODON

    # Accounts

    def register(self, account: StageAccount) -> StageAccount:
        """Open an account, or rename it. An account of the rehearsal is never demoted to an outside one."""
        known = self.accounts.get((account.platform, account.handle))
        if known is not None and (known == account or (account.outside and not known.outside)):
            return known
        self._journal.write(
            {
                "event": "account",
                "platform": account.platform,
                "handle": account.handle,
                "name": account.name,
                "languages": list(account.languages),
                "outside": account.outside,
            }
        )
        return self._keep_account(account)

    def _keep_account(self, account: StageAccount) -> StageAccount:
        self.accounts[account.platform, account.handle] = account
        self.by_account_id[account.platform, account.id] = account
        token = account.secrets.get("access_token")
        if token is not None and not account.outside:
            self.by_token[token] = account
        return account

    # Pictures

    def add_picture(self, picture: UploadedPicture, data: bytes) -> UploadedPicture:
        """Keep an upload. `picture.file` is filled in here; its bytes are stored once, by their hash."""
        name = f"{hashlib.sha256(data).hexdigest()}.{_SUFFIX.get(picture.mime, 'bin')}"
        path = self.media / name
        if not path.exists():
            part = path.with_suffix(".part")
            part.write_bytes(data)
            part.replace(path)
        kept = replace(picture, file=name)
        self._journal.write({"event": "picture", **{f.name: getattr(kept, f.name) for f in fields(kept)}})
        self._pictures[kept.platform, kept.handle, kept.id] = kept
        return kept

    def set_alt(self, picture: UploadedPicture, alt: str) -> UploadedPicture:
        kept = replace(picture, alt=alt)
        self._journal.write(
            {"event": "alt", "platform": kept.platform, "handle": kept.handle, "id": kept.id, "alt": alt}
        )
        self._pictures[kept.platform, kept.handle, kept.id] = kept
        return kept

    def set_subtitles(self, film: UploadedPicture, subtitles: tuple[tuple[str, str, str], ...]) -> UploadedPicture:
        """Give captions to an uploaded video."""
        kept = replace(film, subtitles=subtitles)
        at = {"platform": kept.platform, "handle": kept.handle, "id": kept.id}
        self._journal.write({"event": "subtitles", **at, "subtitles": [list(one) for one in subtitles]})
        self._pictures[kept.platform, kept.handle, kept.id] = kept
        return kept

    def picture(self, account: StageAccount, media: str) -> UploadedPicture | None:
        """An upload of this account."""
        return self._pictures.get((account.platform, account.handle, media))

    def shown(self, post: StagePost) -> list[tuple[UploadedPicture, AttachedPicture]]:
        """The pictures of a post with the alt text they were posted with."""
        found = ((self._pictures.get((post.platform, post.handle, s.media)), s) for s in post.pictures)
        return [(picture, shown) for picture, shown in found if picture is not None]

    def used(self, platform: str, media: str) -> bool:
        """Whether a post uses the upload already."""
        return (platform, media) in self._used

    # Posts

    def next_id(self, platform: str) -> str:
        """A new id that sorts by campaign time and never comes twice."""
        ms = int(self.now().timestamp() * 1000)
        made = (ms - _X_EPOCH) << 22 if platform == "x" else ms << 16
        self._last[platform] = max(self._last[platform] + 1, made)
        while (platform, str(self._last[platform])) in self.posts:
            self._last[platform] += 1
        return str(self._last[platform])

    def put(self, post: StagePost) -> StagePost:
        """Accept a post, or what replaces it under the same id."""
        self._journal.write({"event": "post", **post.as_json()})
        return self._keep_post(post)

    def _keep_post(self, post: StagePost) -> StagePost:
        at = (post.platform, post.id)
        known = self.posts.get(at)
        if known is None or not known.standing:
            self._standing[post.platform, post.handle] += 1
        if known is not None:
            for field in fields(post):
                setattr(known, field.name, getattr(post, field.name))
            post = known
        else:
            self.posts[at] = post
            self.order[post.platform].append(post)
            self._of[post.platform, post.handle].append(post)
            if post.boost_of:
                self._boosts[post.platform, post.boost_of].append(post)
            if post.reply_to:
                self._replies[post.platform, post.reply_to].append(post)
        self._used.update((post.platform, shown.media) for shown in post.pictures)
        if post.platform != "bluesky" and not post.outside:
            self._last[post.platform] = max(self._last[post.platform], int(post.id))
        return post

    def delete(self, post: StagePost) -> None:
        """Take a post down, and the boosts of it with it."""
        now = self.now()
        self._journal.write({"event": "delete", "platform": post.platform, "id": post.id, "at": now.isoformat()})
        self._drop(post, now)

    def _drop(self, post: StagePost, now: datetime) -> None:
        post.deleted_at = now
        self._standing[post.platform, post.handle] -= 1
        if not post.boost_of and post.platform != "bluesky":
            for boost in self.boosts_of(post):
                if boost.standing:
                    self._drop(boost, now)

    def post(self, platform: str, id: str) -> StagePost | None:
        """A post or boost that is not deleted."""
        post = self.posts.get((platform, id))
        return post if post is not None and post.standing else None

    def account_of(self, post: StagePost) -> StageAccount:
        return self.accounts[post.platform, post.handle]

    def newest(self, account: StageAccount) -> Iterator[StagePost]:
        """An account's posts and boosts that are not deleted, newest first."""
        return (p for p in reversed(self._of[account.platform, account.handle]) if p.standing)

    def standing(self, account: StageAccount) -> int:
        """Number of an account's posts and boosts that are not deleted."""
        return self._standing[account.platform, account.handle]

    def boosts_of(self, post: StagePost) -> list[StagePost]:
        """Every boost of it ever made."""
        return self._boosts.get((post.platform, post.id), [])

    def replies_to(self, post: StagePost) -> list[StagePost]:
        """Every reply to it ever made."""
        return self._replies.get((post.platform, post.id), [])

    # Replaying

    def _replay(self, event: Json) -> None:
        kind = event.pop("event")
        if kind == "post":
            self._keep_post(post_from_json(event))
        elif kind == "delete":
            self._drop(self.posts[event["platform"], event["id"]], datetime.fromisoformat(event["at"]))
        elif kind == "account":
            self._keep_account(StageAccount(**{**event, "languages": tuple(event["languages"])}))
        elif kind == "picture":
            picture = UploadedPicture(**event)
            self._pictures[picture.platform, picture.handle, picture.id] = picture
            if picture.platform != "bluesky":
                self._last[picture.platform] = max(self._last[picture.platform], int(picture.id))
        elif kind == "alt":
            at = (event["platform"], event["handle"], event["id"])
            self._pictures[at] = replace(self._pictures[at], alt=event["alt"])
        elif kind == "subtitles":
            at = (event["platform"], event["handle"], event["id"])
            self._pictures[at] = replace(self._pictures[at], subtitles=tuple(map(tuple, event["subtitles"])))
        elif kind == "server":
            self._keep_server(event["host"], event["text_max"], event.get("software", "mastodon"))
        elif kind == "clock":
            self._clock = datetime.fromisoformat(event["now"])

    def close(self) -> None:
        self._journal.close()
