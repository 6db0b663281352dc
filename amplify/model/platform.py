"""The protocol that every platform adapter implements, owned by its callers. SDK types never leave an adapter."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from amplify.model.message import Attachment, Message, Part
from amplify.model.rate_limit import ObservedLimit

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof that the platform accepted a message. `id` is what reads, replies and deletions want; `url` what people
    open.
    """

    id: str
    """X: status id · Bluesky: at-uri · Mastodon: status id."""
    url: str
    extra: str = ""
    """What else the platform needs to refer to it (Bluesky: the cid)."""


@dataclass(frozen=True, slots=True)
class Engagement:
    """Likes, reposts and replies at one time. None: the platform does not report it; never 0 for it."""

    likes: int | None = None
    reposts: int | None = None
    replies: int | None = None
    quotes: int | None = None
    bookmarks: int | None = None
    views: int | None = None


@dataclass(frozen=True, slots=True)
class Whoami:
    """The account that credentials belong to."""

    id: str
    handle: str

    def goes_by(self, handle: str) -> bool:
        """Whether this is the account of that handle; a server names its own accounts without their host."""
        wanted = handle if "@" in self.handle else handle.partition("@")[0]
        return self.handle.casefold() == wanted.casefold()


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of the account's own server, where it reports them; None: not reported."""

    text: int | None = None
    pictures: int | None = None
    picture_bytes: int | None = None
    alt: int | None = None
    video_bytes: int | None = None
    picture_pixels: int | None = None
    counts: str | None = None
    """How it counts a text: the name of one of the profile's `countings`."""
    plain_text: bool | None = None
    """It reads texts as Markdown, or may, and can be told that one is plain."""
    video_pixels: int | None = None
    video_rate: int | None = None
    """Pictures of a video a second."""


@dataclass(frozen=True, slots=True)
class PublishRequest:
    """The arguments of one publish request; the same at every retry."""

    part: Part
    message: Message
    key: str
    """Idempotency key, fixed when the delivery was created."""
    record_key: str
    """Bluesky record key (a TID), fixed likewise."""
    created_at: datetime
    """UTC, campaign time of the first attempt; identical on every retry."""
    prepared: Json
    """What `prepare` returned, stored before the first attempt: media ids or blob references, resolved handles."""
    root: Receipt | None = None
    """First part of the thread, where this is not it."""
    parent: Receipt | None = None
    """The part before."""
    target: Receipt | None = None
    """What a boost repeats; None for a post."""


@dataclass(frozen=True, slots=True)
class AccountConnection:
    """What an adapter is built from. Holds secrets: never log or print it."""

    account: str
    """`partner/platform`."""
    handle: str
    server: str | None
    """Base URL; None: the platform's own."""
    secrets: Mapping[str, str]
    loopback_only: bool
    """True until the account's entry says `live: true`."""
    sessions: Any = None
    """A folder (pathlib.Path) for login sessions, or None to keep them in memory."""
    picture_bytes: Callable[[Attachment], bytes] | None = None
    """Reads the clean bytes of a frozen attachment. Raises Refused where they are gone or changed."""
    card_bytes: Callable[[Attachment], bytes] | None = None
    """Likewise, small enough for a link card; None: as `picture_bytes`."""
    film: Callable[[Attachment], Path] | None = None
    """Where the cleaned video of a frozen attachment lies: it may be larger than memory is."""
    timeout: float = 30.0
    """Seconds for a whole request."""
    limits: Limits | None = None
    """What the account's server last said of itself, or config/accounts.yaml says of it; None: nobody asked yet."""
    heard: Callable[[ObservedLimit], None] | None = None
    """Callback for the rate limits in the headers of every answer. Called from any thread."""

    def __repr__(self) -> str:
        return f"Connection({self.account!r})"


class Platform(Protocol):
    """One account on one platform. Every method may raise one of the four platform errors, and nothing else."""

    def whoami(self) -> Whoami:
        """The account that the credentials belong to."""
        ...

    def check_write_access(self) -> None:
        """Raise LoggedOut where the credentials may read and not write. Publishes and changes nothing."""
        ...

    def limits(self) -> Limits:
        """The limits of the account's server."""
        ...

    def resolve(self, handle: str) -> str | None:
        """The platform's id of whoever goes by this handle (Bluesky: the DID); None: nobody does."""
        ...

    def payload(self, call: PublishRequest) -> Json:
        """The request exactly as `publish` will hand it over; pure, no network. `amplify preview` shows it."""
        ...

    def prepare(self, message: Message, part: Part) -> Json:
        """Upload pictures, resolve handles: all that may be repeated freely. The result is stored before the call.

        Where the platform does not keep uploads for ever, `until` says how long they hold (ISO 8601, real time).
        """
        ...

    def publish(self, call: PublishRequest) -> Receipt:
        """Send one part."""
        ...

    def find(self, call: PublishRequest, since: datetime, taken: Collection[str] = ()) -> Receipt | None:
        """Look up whether this part, or this boost, is already published: by record key, or on the account's own
        timeline.

        Nothing is written. `taken`: ids that are known to be other parts, however alike they look. None means that
        it was proved absent; where absence cannot be proved, raise Unknown.
        """
        ...

    def keeps_keys(self) -> bool:
        """Whether the same call twice within the hour is one post, however the first one fared."""
        ...

    def page(self) -> str:
        """The address of the account's page."""
        ...

    def locate(self, url: str) -> Receipt:
        """The account's own post at an address people open: the platform is asked whose it is. Raises Refused where it
        is somebody else's, none of this platform, or gone.
        """
        ...

    def boost(self, target: Receipt, key: str, record_key: str, created_at: datetime) -> Receipt:
        """Repost `target` (its `id` may be empty where only the URL is known). Repeating it changes nothing."""
        ...

    def delete(self, receipt: Receipt) -> None:
        """Take it down. Something already gone counts as done."""
        ...

    def read(self, ids: Sequence[str]) -> Mapping[str, Engagement | None]:
        """Engagement of up to `profile.batch` ids, in as few requests as the server allows.

        Every id is in the answer; None: deleted by somebody.
        """
        ...

    def close(self) -> None:
        """Close connections."""
        ...
