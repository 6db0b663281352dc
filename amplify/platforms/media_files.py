"""The bytes of a picture, and the file of a video, as an adapter uploads them."""

from __future__ import annotations

from pathlib import Path

from amplify.model.errors import Refused
from amplify.model.message import Attachment
from amplify.model.platform import AccountConnection
from amplify.rules.file_formats.leftover_metadata import kind_of


def load_picture(connection: AccountConnection, picture: Attachment) -> tuple[bytes, str]:
    """Clean bytes and their true type: fitting to a platform may have changed the format.

    Raises Refused where the picture is gone or changed.
    """
    if connection.picture_bytes is None:
        raise Refused(f"{picture.file} cannot be read here: this connection was made without pictures")
    data = connection.picture_bytes(picture)
    return data, kind_of(data) or picture.mime


def load_card(connection: AccountConnection, picture: Attachment) -> tuple[bytes, str]:
    """Likewise, for a link card."""
    if connection.card_bytes is None:
        return load_picture(connection, picture)
    data = connection.card_bytes(picture)
    return data, kind_of(data) or picture.mime


def load_video(connection: AccountConnection, picture: Attachment) -> Path:
    """Where the cleaned video lies. Raises Refused where it is gone, TryLater where this machine cannot clean it."""
    if connection.film is None:
        raise Refused(f"{picture.file} cannot be read here: this connection was made without videos")
    return connection.film(picture)
