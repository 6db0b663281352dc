"""Platform profiles: capabilities and limits of a platform as data and pure functions, so that no other code names one.

Each platform has one, built in the file `profile.py` of its package (`amplify/platforms/<name>/`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from amplify.model.banner import SizeName
from amplify.model.message import Entity
from amplify.model.problem import Severity
from amplify.model.rate_limit import RateLimit
from amplify.model.video import VideoLimits


@dataclass(frozen=True, slots=True)
class HandleSyntax:
    """Syntax of handles that can exist on the platform."""

    pattern: re.Pattern[str]
    """All of a handle, without its `@`."""
    form: str
    """What a handle is there, for people: “a domain name, such as `press.example`”."""
    length_max: int | None = None


@dataclass(frozen=True, slots=True)
class Prices:
    """What one request costs, in US dollars."""

    as_of: date
    """The day on which the prices were read: they change without notice."""
    post: Decimal
    """A post without an address, or a repost."""
    post_with_link: Decimal
    """A post with an address in its text."""
    alt_text: Decimal
    """Alt text of one picture."""
    delete: Decimal
    """Taking one post down."""
    read: Decimal
    """The counts of one post, once."""
    read_own: Decimal
    """The same, by the account that owns the app."""


@dataclass(frozen=True, slots=True)
class PolicyRules:
    """The platform's policy for automated accounts, and the codes of the lint rules that enforce it here."""

    label: str = "X-LABEL"
    """A live account that does not say that it is automated."""
    label_severity: Severity = Severity.ERROR
    mention: str = "X-MENTION"
    """A mention of somebody who did not agree."""
    boost: str = "X-BOOST"
    """A repost of somebody who did not agree."""
    many_mentions: Severity = Severity.WARNING
    """How serious it is to mention more people than the campaign allows."""
    each_server: bool = False
    """Each server has rules of its own, which somebody has to read."""


@dataclass(frozen=True, slots=True)
class CardLook:
    """How a post looks in previews; colours stand in the package's `preview.css`."""

    link_max: int | None = None
    """Characters of an address that are shown, without its scheme; None: all of it."""
    draws_card: Literal["first", "last"] | None = None
    """The link of which the platform draws a card by itself; None: of none."""
    mention_host: bool = True
    """Whether a mention of `@user@host` shows the host."""
    repost_verb: str = "reposts"


@dataclass(frozen=True, slots=True)
class Counting:
    """One way in which servers of a platform count a text."""

    name: str
    """As files write it, and as the ledger keeps it."""
    measure: Callable[[str], int]
    unit: str
    """What it counts, for people."""


@dataclass(frozen=True, slots=True)
class PlatformProfile:
    """One platform's limits and customs. Two profiles are equal if all fields are."""

    name: str
    """As files write it: small letters and digits."""
    title: str
    """As people write it."""
    text_max: int
    """Longest text, in units of `measure`; a server may report another."""
    measure: Callable[[str], int]
    """Length of a text as the platform counts it (after NFC)."""
    unit: str
    """What `measure` counts, for people: “characters”, “graphemes”."""
    entities: Callable[[str], tuple[Entity, ...]]
    """What becomes a link, a tag, a mention."""
    secrets: tuple[str, ...]
    """The fields a credential has here."""
    handles: HandleSyntax | None = None
    """None: any handle may exist."""
    also_called: tuple[str, ...] = ()
    """Other names by which people mean it when they stop it."""

    countings: tuple[Counting, ...] = ()
    """The ways in which its servers count, where they differ; `measure` is that of a server that nobody has asked."""
    length_key: str = "length"
    """What `amplify text --batch` calls the length."""
    bytes_max: int | None = None
    """Longest text in UTF-8 bytes, where the platform counts those too."""
    fitting: Callable[[str, int], int] | None = None
    """Code points of a text that fit into so many units, from its beginning; None: found by measuring."""
    text_faults: Callable[[str], Iterable[str]] | None = None
    """Why the platform refuses a text for its characters, in sentences; None: it takes whatever can be written."""
    blank_is_text: bool = False
    """Whether a text of blanks alone is taken."""
    links_address: Callable[[str], bool] | None = None
    """Whether it makes a link of an address with a scheme; None: of each."""
    cashtags_max: int | None = None
    """Most cashtags of a post, where it limits them."""
    hashtags_max: int = 3
    """Most hashtags of a message by its readers' custom: more reads as spam."""
    langs_max: int | None = None
    """Most languages of a post, where it limits them."""

    pictures_max: int = 4
    banner_size: SizeName = "post"
    """The size in which banners of a post are painted here."""
    picture_bytes: int = 5_000_000
    """Largest picture in bytes."""
    picture_pixels: int | None = None
    """Most pixels of a picture."""
    picture_sides: tuple[int, int | None] = (1, None)
    """Fewest and most pixels of a side of a picture; None: only their product counts."""
    card_bytes: int | None = None
    """Largest picture of a link card, where it is less."""
    moving: VideoLimits = field(default_factory=VideoLimits)
    """GIFs and videos."""
    alt_max: int = 1000
    """Longest alt text, in characters."""
    card: bool = False
    """Draws a link card that we supply: the address need not stand in the text."""
    content_warning: bool = False
    unlisted: bool = False
    """Whether a post can be kept off public timelines."""

    batch: int = 1
    """Most posts a `read` takes."""
    read_any: bool = True
    """Any account of the server can read the counts of any other."""
    allowances: tuple[RateLimit, ...] = ()
    """How much it lets us ask, as its documentation says."""
    prices: Prices | None = None
    """None: it asks for no money."""
    policy: PolicyRules = PolicyRules()
    account_page: Callable[[str, Sequence[str], str], bool] | None = None
    """Whether an address leads to somebody's account or below it: its host and the segments of its path, and the
    handle, all in small letters and without `@` in front."""

    share_url: str = ""
    """Address that opens it with a text filled in, which is put behind it; empty: it has none."""
    share_path: str = ""
    """The same on the reader's own server, who is asked for its name."""
    look: CardLook = CardLook()
