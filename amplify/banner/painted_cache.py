"""Cache of painted banners, by the hash of all they are made of: each is painted once, whoever asks."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from amplify.banner.encode import EncodedPicture, encode_banner
from amplify.banner.fonts import file_of
from amplify.banner.paint import Pictures, paint_banner
from amplify.model.banner import Size
from amplify.rules.plan.banner_text import WordedTemplate

PAINTER: Final = 1
"""Raise it whenever the same template comes out differently: what was kept is then painted anew."""

_TYPES: Final = {".png": "image/png", ".jpg": "image/jpeg"}


def banner_key(worded: WordedTemplate, size: Size, hashes: Mapping[str, str]) -> str:
    """The cache key: 64 hex digits of the template, its words, the size, its pictures (path → SHA-256), the fonts and
    the painter.
    """
    from PIL import __version__

    digest = hashlib.sha256(f"{PAINTER} pillow {__version__} {size}\n".encode())
    for family in ("sans", "serif", "dejavu"):
        digest.update(f"{family} {file_of(family, 'bold').stat().st_size}\n".encode())
    digest.update(worded.template.model_dump_json(exclude={"about", "scene", "credit", "licence"}).encode())
    digest.update(repr((worded.lang, worded.words, worded.shown)).encode())
    for file in sorted({one for one in worded.shown if one}):
        digest.update(f"{file} {hashes.get(file, '')}\n".encode())
    return digest.hexdigest()


def painted_banner(
    worded: WordedTemplate, size: Size, pictures: Pictures, hashes: Mapping[str, str], folder: Path | None
) -> EncodedPicture:
    """The banner's bytes, from the cache or painted and cached. `folder` None: no cache."""
    name = banner_key(worded, size, hashes) if folder is not None else ""
    if folder is not None:
        for suffix, mime in _TYPES.items():
            path = folder / f"{name}{suffix}"
            if path.exists():
                return EncodedPicture(path.read_bytes(), mime, suffix)
    saved = encode_banner(paint_banner(worded, size, pictures), any(worded.shown), size.most_bytes)
    if folder is not None:
        _keep(folder / f"{name}{saved.suffix}", lambda partial: partial.write_bytes(saved.data))
    return saved


def _keep(path: Path, write: Callable[[Path], object]) -> None:
    """Write into the cache atomically, whoever else writes the same."""
    for folder in (path.parent.parent, path.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    write(partial)
    partial.chmod(0o600)  # before anybody may see it, it may be under embargo
    partial.replace(path)
