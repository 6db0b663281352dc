"""A partner: an organisation with a handle per platform."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from amplify.model.base import Day, FileEntry, Id, Lang, Text, Url, Zone
from amplify.model.platform_name import PlatformName


class Partner(FileEntry):
    """One entry of `config/partners.yaml`, the handle book."""

    id: Id
    """Name used by posts, queue entries and mentions."""
    name: dict[Lang, Text]
    """The organisation's name, by language; rendered where it has no handle."""
    handles: dict[PlatformName, Annotated[str, Field(pattern=r"^[^@\s/]+(@[^@\s/]+)?$", max_length=253)]] = {}
    """Platform → handle, without the leading `@`: `press_union`, `press.example`, `press@social.example`."""
    zone: Zone
    """Where its readers are: wall-clock times of the queue mean this zone."""
    languages: Annotated[tuple[Lang, ...], Field(min_length=1)]
    """The languages its accounts speak, the first one preferred."""
    joined: Day
    """The day it joined. Variants are given out in this order, so that a newcomer changes nobody else's text."""
    publishes: bool = True
    """False: in the book only to be mentioned or boosted; nothing is planned for it."""
    mention_consent: bool = False
    """It agreed to be mentioned by automated posts."""
    boost_consent: bool = False
    """It agreed to be boosted."""
    designated_in: tuple[Annotated[str, Field(pattern=r"^[A-Z]{2}$")], ...] = ()
    """ISO 3166 codes of countries where following or sharing it is prosecuted."""
    website: Url | None = None
    """Its public address."""
