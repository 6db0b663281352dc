"""Texts for sharing by hand as CSV: one row a message."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC

from amplify.export.export_model import Exported, Offer
from amplify.pages.csv_cells import guarded

PICTURES = 4
COLUMNS = (
    *("day", "suggested", "zone", "until", "purpose", "post", "campaign", "platform", "accounts", "said_by"),
    *("variant", "lang", "message", "messages", "text", "length", "length_max", "links", "hashtags"),
    *("content_warning", "translate_to"),
    *(f"{word}_{number}" for number in range(1, PICTURES + 1) for word in ("picture", "alt")),
)
"""In this order for ever; new ones are added at the end."""

Value = str | int | None


def as_csv(exported: Exported) -> str:
    """Several accounts, links or hashtags in one cell are separated by blanks. Lines end with CR LF (RFC 4180).

    A text that a spreadsheet would take for a formula has an apostrophe before it, which is no part of the text.
    """
    file = io.StringIO()
    writer = csv.DictWriter(file, COLUMNS)
    writer.writeheader()
    for offer in exported.offers:
        for row in _rows(offer):
            writer.writerow({name: guarded(value) for name, value in row.items()})
    return file.getvalue()


def _rows(offer: Offer) -> Iterator[dict[str, Value]]:
    for number, message in enumerate(offer.messages, start=1):
        row: dict[str, Value] = {
            "day": offer.wall.date().isoformat(),
            "suggested": offer.wall.isoformat(),
            "zone": offer.zone,
            "until": offer.until.astimezone(UTC).isoformat() if offer.until is not None else None,
            "purpose": offer.purpose,
            "post": offer.post,
            "campaign": offer.campaign,
            "platform": offer.platform,
            "accounts": " ".join(offer.accounts),
            "said_by": " ".join(offer.said_by),
            "variant": offer.variant,
            "lang": offer.lang,
            "message": number,
            "messages": len(offer.messages),
            "text": message.text,
            "length": message.length,
            "length_max": offer.length_max,
            "links": " ".join(offer.links),
            "hashtags": " ".join(f"#{tag}" for tag in offer.hashtags),
            "content_warning": offer.content_warning,
            "translate_to": offer.translate_to,
        }
        for place, picture in enumerate(offer.pictures[:PICTURES] if number == 1 else (), start=1):
            row |= {f"picture_{place}": f"media/{picture.file}", f"alt_{place}": picture.alt}
        yield row
