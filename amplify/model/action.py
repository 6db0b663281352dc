"""A call to action: something a reader can do now, with an address and a closing date."""

from __future__ import annotations

from typing import Literal

from amplify.model.base import FileEntry, Id, Instant, Lang, Text, Url


class Action(FileEntry):
    """One entry of `config/actions.yaml`; `{{ cta.petition }}` renders its address."""

    id: Id
    """Name used by posts."""
    campaign: Id
    """The campaign it belongs to."""
    kind: Literal["petition", "letter", "statement", "video", "event", "donate", "subscribe"]
    """What it asks for."""
    owner: Text
    """Whose it is: an organisation's name, or a partner's id."""
    url: dict[Lang, Url]
    """The address, by language; the first is the fallback."""
    title: dict[Lang, Text]
    """Title of its link card, by language."""
    text: dict[Lang, Text] = {}
    """One sentence for its link card, by language."""
    picture: str | None = None
    """Picture of its link card, a path under `media/`."""
    opens: Instant | None = None
    """Not before this instant."""
    closes: Instant | None = None
    """Not after this instant: posts that carry it are held."""
