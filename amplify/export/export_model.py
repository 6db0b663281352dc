"""View models of exported texts, which people share by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from amplify.pages.view_models import MessageText, PictureRef


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
    messages: tuple[MessageText, ...]
    length_max: int
    unit: str
    pictures: tuple[PictureRef, ...]
    links: tuple[str, ...]
    """Addresses it carries, also those that stand in a link card only."""
    hashtags: tuple[str, ...]
    content_warning: str

    @property
    def wall(self) -> datetime:
        """The due time on the clock of `zone`."""
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
            "pictures": [
                {"file": picture.file, "alt": picture.alt}
                | ({"captions": [one.file for one in picture.captions]} if picture.captions else {})
                for picture in self.pictures
            ],
            "links": list(self.links),
            "hashtags": list(self.hashtags),
            "content_warning": self.content_warning or None,
        }


@dataclass(frozen=True, slots=True)
class Exported:
    """The texts that may be handed out, and the numbers of those withheld."""

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
