"""A message as it goes out: composed for one platform and one due time, frozen, hashed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Literal

from amplify.model.banner import SizeName


@dataclass(frozen=True, slots=True)
class Entity:
    """A link, hashtag or mention in a text. `start`, `end`: code points, end-exclusive."""

    kind: Literal["link", "tag", "mention", "cashtag"]
    start: int
    end: int
    value: str
    """link: the address · tag, cashtag: without its sign · mention: the handle without `@`."""


@dataclass(frozen=True, slots=True)
class BannerRecipe:
    """All that a banner is painted from. Its hash stands for the picture, which is painted once somebody needs it.

    Nothing of it depends on the machine: two clones of the same files have the same recipe.
    """

    template: str
    """The template's id."""
    drawing: str
    """SHA-256 of all in the template that is painted (`rules.plan.banner_recipe`)."""
    lang: str
    size: SizeName
    person: str | None
    """Whom it is made for."""
    words: tuple[str | None, ...]
    """By layer: its text, or what it counts; None for layers without words."""
    pictures: tuple[tuple[str, str] | None, ...]
    """By layer: the picture that is shown (path under `media/`) and the SHA-256 of its bytes."""
    fonts: tuple[str, ...]
    """Families and weights of its letters: `sans bold`."""
    shows: tuple[str, ...] = ()
    """Persons whose face is seen."""

    def as_json(self) -> dict[str, Any]:
        return {
            "template": self.template,
            "drawing": self.drawing,
            "lang": self.lang,
            "size": self.size,
            "person": self.person,
            "words": list(self.words),
            "pictures": [list(one) if one is not None else None for one in self.pictures],
            "fonts": list(self.fonts),
            "shows": list(self.shows),
        }

    def recipe_hash(self) -> str:
        """SHA-256 over the recipe, canonical JSON."""
        packed = json.dumps(self.as_json(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(packed.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Attachment:
    """A picture or a video as it was when the message was frozen."""

    file: str
    """Path under `media/`; of a banner the name it would have there, without an ending."""
    sha256: str
    """Of the bytes in the workspace; of a banner the hash of its recipe."""
    mime: str
    """Of a banner what it is painted as, where that is small enough."""
    width: int
    height: int
    alt: str
    caption: str = ""
    """The words that stand in the picture: whoever they name is named by the message."""
    banner: BannerRecipe | None = None
    """How it is painted, where it is a banner."""

    @property
    def film(self) -> bool:
        """Whether the attachment is a video."""
        return self.mime.startswith("video/")


@dataclass(frozen=True, slots=True)
class LinkCard:
    """A link card, from the call to action's own words: nothing is fetched."""

    url: str
    title: str
    text: str
    picture: Attachment | None


@dataclass(frozen=True, slots=True)
class Part:
    """One message of a thread."""

    text: str
    entities: tuple[Entity, ...] = ()
    pictures: tuple[Attachment, ...] = ()
    card: LinkCard | None = None


@dataclass(frozen=True, slots=True)
class BoostOf:
    """What a boost reposts: a delivery of this ledger, or an address."""

    delivery: str | None
    """The id of the delivery it waits for."""
    url: str | None


@dataclass(frozen=True, slots=True)
class Message:
    """One delivery's content. `parts` is empty for a boost."""

    platform: str
    langs: tuple[str, ...]
    """BCP-47, at most three."""
    parts: tuple[Part, ...]
    content_warning: str | None = None
    visibility: str = "public"
    boost: BoostOf | None = None

    def as_json(self) -> dict[str, Any]:
        """The message as plain values. By hand: `dataclasses.asdict` is ten times slower, and plans hold tens of
        thousands.
        """
        boost = self.boost
        return {
            "platform": self.platform,
            "langs": list(self.langs),
            "parts": [_part_json(part) for part in self.parts],
            "content_warning": self.content_warning,
            "visibility": self.visibility,
            "boost": {"delivery": boost.delivery, "url": boost.url} if boost is not None else None,
        }

    def content_hash(self) -> str:
        """SHA-256 over everything a reader would see, canonical JSON."""
        packed = json.dumps(self.as_json(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(packed.encode()).hexdigest()


def _part_json(part: Part) -> dict[str, Any]:
    card = part.card
    return {
        "text": part.text,
        "entities": [
            {"kind": one.kind, "start": one.start, "end": one.end, "value": one.value} for one in part.entities
        ],
        "pictures": [_attachment_json(picture) for picture in part.pictures],
        "card": {
            "url": card.url,
            "title": card.title,
            "text": card.text,
            "picture": _attachment_json(card.picture) if card.picture is not None else None,
        }
        if card is not None
        else None,
    }


def _attachment_json(picture: Attachment) -> dict[str, Any]:
    said: dict[str, Any] = {
        "file": picture.file,
        "sha256": picture.sha256,
        "mime": picture.mime,
        "width": picture.width,
        "height": picture.height,
        "alt": picture.alt,
    }
    if picture.caption:
        said["caption"] = picture.caption
    if picture.banner is not None:
        said["banner"] = picture.banner.as_json()
    return said


def message_from_json(data: dict[str, Any]) -> Message:
    """The inverse of `Message.as_json`."""
    return Message(
        platform=data["platform"],
        langs=tuple(data["langs"]),
        parts=tuple(_part(p) for p in data["parts"]),
        content_warning=data["content_warning"],
        visibility=data["visibility"],
        boost=BoostOf(**data["boost"]) if data["boost"] else None,
    )


def _part(data: dict[str, Any]) -> Part:
    card = data["card"]
    return Part(
        text=data["text"],
        entities=tuple(Entity(**e) for e in data["entities"]),
        pictures=tuple(_attachment(a) for a in data["pictures"]),
        card=LinkCard(
            url=card["url"],
            title=card["title"],
            text=card["text"],
            picture=_attachment(card["picture"]) if card["picture"] else None,
        )
        if card
        else None,
    )


def _attachment(data: dict[str, Any]) -> Attachment:
    banner = data.get("banner")
    if banner is None:
        return Attachment(**data)
    listed = ("words", "fonts", "shows")
    pictures = tuple(tuple(one) if one is not None else None for one in banner["pictures"])
    recipe = BannerRecipe(**{**banner, **{key: tuple(banner[key]) for key in listed}, "pictures": pictures})
    return Attachment(**{**data, "banner": recipe})
