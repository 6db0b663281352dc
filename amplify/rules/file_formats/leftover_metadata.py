"""Whether an image file is a picture and nothing else: finds leftover metadata in any format we send."""

from __future__ import annotations

from amplify.rules.file_formats import format_names, gif, jpeg, png, webp


def kind_of(data: bytes) -> str | None:
    """The MIME type found in the bytes, whatever the file is called; None: no picture that we can paint."""
    if data.startswith(png.START):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith(gif.STARTS):
        return "image/gif"
    if webp.is_webp(data):
        return "image/webp"
    return "image/avif" if format_names.name_format(data[: format_names.ENOUGH]) == "AVIF" else None


def leftover_metadata(data: bytes) -> tuple[str, ...]:
    """Names of everything the file holds besides its picture, once each; empty for a clean file."""
    readers = {
        "image/png": png.png_metadata,
        "image/jpeg": jpeg.jpeg_metadata,
        "image/gif": gif.gif_metadata,
        "image/webp": webp.webp_metadata,
    }
    kind = kind_of(data)
    if kind not in readers:
        return ("no picture",)
    return tuple(dict.fromkeys(readers[kind](data)))
