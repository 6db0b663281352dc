"""Names of pictures as people write them, against the names of the files.

A Mac writes letters with their signs taken apart (NFD), other systems do not tell capitals from small letters, and
whoever copies a path copies `media/` with it. Such a name means the one file that it can mean.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Final, TypeVar

from amplify.model.banner import Layer
from amplify.model.base import FileModel
from amplify.rules.file_formats.format_names import name_format, way_out, with_article
from amplify.workspace.files import read_head
from amplify.workspace.media_places import with_file_names
from amplify.workspace.parsed import ParsedWorkspace
from amplify.workspace.suggest import did_you_mean

M = TypeVar("M", bound=FileModel)
_FOLDER: Final = "media/"


@lru_cache(maxsize=16_384)
def name_key(path: str) -> str:
    """The same for all spellings of a path that a careless file system takes for one."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def find_file(name: str, files: Iterable[str]) -> str | None:
    """The one file (a path under `media/`) that the name can mean; None where there is none, or more than one."""
    wanted = PurePosixPath(name.strip().replace("\\", "/").lstrip("/")).as_posix()
    inside = wanted.removeprefix("../")
    if name_key(inside).startswith(_FOLDER):
        inside = inside[len(_FOLDER) :]
    keys = {name_key(wanted), name_key(inside)}
    found = [one for one in files if name_key(one) in keys]
    composed = unicodedata.normalize("NFC", inside)
    exact = [one for one in found if unicodedata.normalize("NFC", one) == composed]
    close = exact if len(exact) == 1 else found
    return close[0] if len(close) == 1 else None


def resolve_picture_names(findings: ParsedWorkspace) -> None:
    """Let posts, calls and banners name their pictures by the names of the files."""

    def real(name: str) -> str:
        return name if name in findings.picture_files else find_file(name, findings.picture_files) or name

    for number, post in enumerate(findings.posts):
        named = with_file_names(post.word, real)
        if named is not post.word:
            findings.posts[number] = replace(post, word=named)
    for number, action in enumerate(findings.actions):
        findings.actions[number] = replace(action, word=_renamed(action.word, "picture", real))
    for number, banner in enumerate(findings.banners):
        layers = tuple(_layer(one, real) for one in banner.word.layers)
        findings.banners[number] = replace(banner, word=banner.word.model_copy(update={"layers": layers}))


def _layer(layer: Layer, real: Callable[[str], str]) -> Layer:
    changed = {
        kind: _renamed(slot, key, real)
        for kind, key in (("picture", "file"), ("portrait", "picture"), ("logo", "picture"))
        if (slot := getattr(layer, kind)) is not None
    }
    return layer.model_copy(update=changed)


def _renamed(model: M, key: str, real: Callable[[str], str]) -> M:
    name = getattr(model, key)
    return model if name is None or real(name) == name else model.model_copy(update={key: real(name)})


def missing_picture(findings: ParsedWorkspace, name: str) -> str:
    """Why there is no picture of this name, and what to do: a sentence."""
    files = findings.picture_files
    other = name if name in findings.other_media else find_file(name, findings.other_media)
    if other is not None:
        found = name_format(read_head(findings.root, f"media/{other}"))
        if found is None:
            return f"`media/{other}` is no picture or video that can be published: {way_out(None)}"
        return f"`media/{other}` is {with_article(found)}, which is not published under this name: {way_out(found)}"
    alike = sorted(one for one in files if name_key(one) == name_key(name))
    if len(alike) > 1:
        return f"`media/{name}` may be {' or '.join(alike)}, whose names differ in capitals only: write which"
    elsewhere = [one for one in files if name_key(PurePosixPath(one).name) == name_key(PurePosixPath(name).name)]
    if len(elsewhere) == 1:
        return f"there is no picture `media/{name}`; did you mean `{elsewhere[0]}`?"
    return f"there is no picture `media/{name}`" + did_you_mean(name, files)
