"""What is handed to people who share by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

WITHHELD: Final = {
    "embargo": "under embargo",
    "person": "held for the sake of a person",
    "consent": "beyond what a person agreed to",
    "risk": "with what readers at risk are not given",
    "fact": "with a fact that must not be said any more",
    "action": "with a call to action that is not open",
    "campaign": "of a campaign that is silent",
    "quiet": "in a time of silence",
    "problem": "with a problem that `amplify check` tells",
}
"""Why a text is not handed out, in the order in which it is asked."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a text, ready to copy."""

    text: str
    length: int
    """As the platform counts."""


@dataclass(frozen=True, slots=True)
class Hung:
    """A picture that goes with it."""

    file: str
    """Path under `media/`."""
    alt: str


@dataclass(frozen=True, slots=True)
class Offer:
    """One text for one platform."""

    purpose: str
    """`spare`: nobody says it · `left out`: for accounts without a variant · `queued`: an account says it by itself."""
    post: str
    campaign: str
    variant: str
    lang: str
    platform: str
    title: str
    """The platform's name as people write it."""
    accounts: tuple[str, ...]
    """Whom it is for; none: anybody."""
    said_by: tuple[str, ...]
    """Accounts that say these very words by themselves."""
    translate_to: str
    """The language of its account, where there is no text in it; empty where there is."""
    due: datetime
    """When to say it (UTC)."""
    zone: str
    """Whose clock `due` is shown on."""
    until: datetime | None
    """Not to be said from this instant on (UTC); None: nothing in it runs out."""
    messages: tuple[Message, ...]
    length_max: int
    unit: str
    pictures: tuple[Hung, ...]
    links: tuple[str, ...]
    """Addresses it carries, also those that stand in a link card only."""
    hashtags: tuple[str, ...]
    content_warning: str

    @property
    def wall(self) -> datetime:
        """`due` on the clock of `zone`."""
        return self.due.astimezone(ZoneInfo(self.zone))

    def as_json(self) -> dict[str, Any]:
        return {
            "purpose": self.purpose,
            "post": self.post,
            "campaign": self.campaign,
            "variant": self.variant,
            "lang": self.lang,
            "platform": self.platform,
            "accounts": list(self.accounts),
            "said_by": list(self.said_by),
            "translate_to": self.translate_to or None,
            "suggested": self.wall.isoformat(),
            "zone": self.zone,
            "until": self.until.astimezone(UTC).isoformat() if self.until is not None else None,
            "messages": [{"text": message.text, "length": message.length} for message in self.messages],
            "length_max": self.length_max,
            "unit": self.unit,
            "pictures": [{"file": picture.file, "alt": picture.alt} for picture in self.pictures],
            "links": list(self.links),
            "hashtags": list(self.hashtags),
            "content_warning": self.content_warning or None,
        }


@dataclass(frozen=True, slots=True)
class Exported:
    """Everything that may be handed out, and how much may not."""

    name: str
    """The workspace's."""
    start: datetime
    end: datetime
    offers: tuple[Offer, ...]
    """By day, post and platform."""
    withheld: dict[str, int]
    """Reason (a key of WITHHELD) → texts."""

    def as_json(self) -> dict[str, Any]:
        return {
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "texts": [offer.as_json() for offer in self.offers],
            "withheld": self.withheld,
        }
