"""The bytes of a picture, as an adapter uploads them."""

from __future__ import annotations

from typing import Final

from amplify.model.errors import Refused
from amplify.model.message import Attachment
from amplify.model.platform import Connection

_BEGINNINGS: Final = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF8", "image/gif"))


def load(connection: Connection, picture: Attachment) -> tuple[bytes, str]:
    """Clean bytes and their true type: fitting to a platform may have changed the format.

    Raises Refused where the picture is gone or changed.
    """
    if connection.picture_bytes is None:
        raise Refused(f"{picture.file} cannot be read here: this connection was made without pictures")
    data = connection.picture_bytes(picture)
    return data, _type(data) or picture.mime


def _type(data: bytes) -> str | None:
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((mime for beginning, mime in _BEGINNINGS if data.startswith(beginning)), None)
