"""Loads the bytes of a picture, or the file of a video, for an adapter to upload."""

from __future__ import annotations

from pathlib import Path

from amplify.model.errors import Refused
from amplify.model.message import Attachment
from amplify.model.platform import AccountConnection
from amplify.rules.file_formats.leftover_metadata import kind_of


def load_picture(connection: AccountConnection, picture: Attachment) -> tuple[bytes, str]:
    """The cleaned bytes and their true MIME type: fitting to a platform may have changed the format.

    Raises Refused where the picture is gone or changed.
    """
    if connection.picture_bytes is None:
        raise Refused(f"{picture.file} cannot be read here: this connection was made without pictures")
    data = connection.picture_bytes(picture)
    return data, kind_of(data) or picture.mime


def load_card(connection: AccountConnection, picture: Attachment) -> tuple[bytes, str]:
    """The same for the picture of a link card."""
    if connection.card_bytes is None:
        return load_picture(connection, picture)
    data = connection.card_bytes(picture)
    return data, kind_of(data) or picture.mime


def load_video(connection: AccountConnection, picture: Attachment) -> Path:
    """The path of the cleaned video. Raises Refused where it is gone, TryLater where this machine cannot clean it."""
    if connection.film is None:
        raise Refused(f"{picture.file} cannot be read here: this connection was made without videos")
    return connection.film(picture)
