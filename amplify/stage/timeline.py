"""Timelines as readers see them: threads joined, boosts attributed, deletions as gaps, newest first."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from amplify.stage.engagement import EngagementCounts, engagement_at
from amplify.stage.identity import StageAccount
from amplify.stage.reader_text import ReaderSpan, full_address, reader_spans
from amplify.stage.state import StageState
from amplify.stage.timeline_items import StagePost, UploadedPicture

TITLES: Final = {"x": "X", "bluesky": "Bluesky", "mastodon": "Mastodon"}
HUES: Final = 10
"""How many avatar colours the style sheet has."""
_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_SHORT: Final = {"x": 27, "mastodon": 30}
"""Characters of an address that the platform shows."""


@dataclass(frozen=True, slots=True)
class CaptionTrack:
    """Captions of a video in one language."""

    lang: str
    address: str
    """With the captions in it: a page on disk may load no other file for them."""


@dataclass(frozen=True, slots=True)
class TimelinePicture:
    """A picture or a video on a post."""

    file: str
    alt: str
    width: int
    height: int
    film: bool = False
    tracks: tuple[CaptionTrack, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownCard:
    """A link card: ours on Bluesky, on the others the platform's own, which is only known when it is live."""

    url: str
    domain: str
    title: str = ""
    text: str = ""
    picture: str | None = None


@dataclass(frozen=True, slots=True)
class TimelineSpan:
    """A stretch of text as shown. Only links have an `href`."""

    kind: str
    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class TimelineAuthor:
    """The author of a post as shown."""

    name: str
    handle: str
    """With its sign, as the platform writes it."""
    initials: str
    hue: int


@dataclass(frozen=True, slots=True)
class Seen:
    """A post as shown on the page."""

    anchor: str
    by: TimelineAuthor
    at: datetime
    pieces: tuple[TimelineSpan, ...]
    pictures: tuple[TimelinePicture, ...]
    counts: EngagementCounts
    url: str
    card: ShownCard | None
    lang: str
    warning: str
    visibility: str
    outside: bool
    deleted_at: datetime | None

    @property
    def excerpt(self) -> str:
        """The beginning, for what was deleted."""
        text = " ".join("".join(piece.text for piece in self.pieces).split())
        return text if len(text) <= 90 else text[:89].rstrip() + "…"


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One entry of a timeline: a post, a thread, or somebody's boost of one."""

    posts: tuple[Seen, ...]
    boosted_by: TimelineAuthor | None = None
    boosted_at: datetime | None = None
    withdrawn: bool = False


def timeline_entries(state: StageState, platform: str) -> list[TimelineEntry]:
    """The entries of a timeline, newest first; a thread stands where its first part stands."""
    out: list[tuple[datetime, int, TimelineEntry]] = []
    for at, post in enumerate(state.order[platform]):
        if post.outside or (post.reply_to and _own_parent(state, post)):
            continue
        out.append((_time(post), at, _item(state, post)))
    out.sort(key=lambda row: row[:2], reverse=True)
    return [item for _, _, item in out]


def _item(state: StageState, post: StagePost) -> TimelineEntry:
    if not post.boost_of:
        return TimelineEntry(tuple(seen_post(state, part) for part in _thread(state, post)))
    target = state.posts.get((post.platform, post.boost_of))
    posts = (seen_post(state, target),) if target is not None else ()
    return TimelineEntry(posts, author_of(state.account_of(post)), post.accepted_at, not post.standing)


def _own_parent(state: StageState, post: StagePost) -> StagePost | None:
    parent = state.posts.get((post.platform, post.reply_to or ""))
    return parent if parent is not None and parent.handle == post.handle and not parent.boost_of else None


def _thread(state: StageState, first: StagePost) -> list[StagePost]:
    """A thread: the first part and every answer the account gave itself, in the order they were accepted."""
    parts, at = [first], 0
    while at < len(parts):
        parts.extend(reply for reply in state.replies_to(parts[at]) if reply.handle == first.handle)
        at += 1
    return parts


def _time(post: StagePost) -> datetime:
    return min(post.created_at, post.accepted_at)


def seen_post(state: StageState, post: StagePost) -> Seen:
    """A post as a reader would see it."""
    return Seen(
        anchor=f"p{post.local_id}",
        by=author_of(state.account_of(post)),
        at=_time(post),
        pieces=tuple(_piece(state, post, span) for span in reader_spans(post)),
        pictures=tuple(
            TimelinePicture(p.file, s.alt, p.width, p.height, p.film, tuple(_tracks(state, post, p)))
            for p, s in state.shown(post)
        ),
        counts=engagement_at(state, post, state.now()),
        url=web_address(post),
        card=_card(state, post),
        lang=post.langs[0] if post.langs else "",
        warning=post.content_warning or "",
        visibility=post.visibility,
        outside=post.outside,
        deleted_at=post.deleted_at,
    )


def _tracks(state: StageState, post: StagePost, film: UploadedPicture) -> Iterator[CaptionTrack]:
    """The captions of a video, as the post or its upload gives them."""
    account = state.account_of(post)
    embed = (post.record or {}).get("embed") or {}
    given = [(one["lang"], one["file"]["ref"]["$link"]) for one in embed.get("captions") or ()]
    for lang, media in given or [(code.lower(), id) for code, _, id in film.subtitles]:
        file = state.picture(account, media)
        if file is not None:
            data = base64.b64encode((state.media / file.file).read_bytes()).decode()
            yield CaptionTrack(lang, f"data:{file.mime};base64,{data}")


def author_of(account: StageAccount) -> TimelineAuthor:
    words = [word for word in account.name.replace("-", " ").split() if word[0].isalnum()] or [account.handle]
    initials = words[0][0] + (words[-1][0] if len(words) > 1 else "")
    return TimelineAuthor(
        account.name, f"@{account.handle}", initials.upper(), zlib.crc32(account.name.encode()) % HUES
    )


def _piece(state: StageState, post: StagePost, span: ReaderSpan) -> TimelineSpan:
    if span.kind == "text":
        return TimelineSpan("text", span.text)
    if span.kind == "link":
        href = full_address(span.target) if post.platform == "x" else span.target
        if not _opens(href):
            return TimelineSpan("text", span.text)
        shown = span.text
        if limit := _SHORT.get(post.platform):
            shown = shown.split("://", 1)[-1]
            shown = shown if len(shown) <= limit else shown[:limit] + "…"
        return TimelineSpan("link", shown, href)
    if span.kind == "mention" and post.platform == "mastodon":
        return TimelineSpan("mention", "@" + span.target.split("@")[0])
    return TimelineSpan(span.kind, span.text)


def _card(state: StageState, post: StagePost) -> ShownCard | None:
    if post.platform == "bluesky":
        said = ((post.record or {}).get("embed") or {}).get("external")
        if not said or not _opens(said["uri"]):
            return None
        thumb = ((said.get("thumb") or {}).get("ref") or {}).get("$link")
        picture = state.picture(state.account_of(post), thumb) if thumb else None
        file = picture.file if picture else None
        return ShownCard(said["uri"], _domain(said["uri"]), said["title"], said["description"], file)
    if post.pictures or post.outside:
        return None
    links = [full_address(span.target) for span in reader_spans(post) if span.kind == "link"]
    # X draws the card of the last link, Mastodon that of the first.
    url = (links[-1] if post.platform == "x" else links[0]) if links else None
    return ShownCard(url, _domain(url)) if url else None


def _opens(url: str) -> bool:
    """Whether a page may link to an address: never a script."""
    return url.lower().startswith(("http://", "https://"))


def _domain(url: str) -> str:
    try:
        return urlsplit(url).hostname or url
    except ValueError:
        return url


def web_address(post: StagePost) -> str:
    """The address of the post; on Mastodon the server is the stage itself, so the address begins with `/`."""
    if post.platform == "x":
        return f"https://x.com/{post.handle}/status/{post.id}"
    if post.platform == "bluesky":
        return f"https://bsky.app/profile/{post.handle}/post/{post.local_id}"
    return f"/@{post.handle}/{post.id}"


def pictures_of(state: StageState) -> set[str]:
    """Files of `media/` that the timelines show."""
    out: set[str] = set()
    for posts in state.order.values():
        for post in posts:
            out.update(picture.file for picture, _ in state.shown(post))
            card = _card(state, post) if post.platform == "bluesky" else None
            if card and card.picture:
                out.add(card.picture)
    return out


def spell_instant(moment: datetime) -> str:
    """An instant for readers: `21 May 2027, 09:30 UTC`."""
    there = moment.astimezone(UTC)
    return f"{there.day} {_MONTHS[there.month - 1]} {there.year}, {there:%H:%M} UTC"
