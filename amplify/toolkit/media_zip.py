"""Everything of a page that can be downloaded, as one zip: pictures and films with their words."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Final

from amplify.toolkit.output_dir import OutputDir
from amplify.toolkit.toolkit_model import FilmFile, PictureFile, ToolkitPageModel

_SAME_TIME: Final = (1980, 1, 1, 0, 0, 0)
"""In the zip: the same pictures give the same bytes, and nobody learns when they were made."""

Offered = PictureFile | FilmFile


def zip_media(page: ToolkitPageModel, site: OutputDir, target: Path) -> None:
    """Write the page's pictures, and its films with stills and captions, with alt texts, licences, and a manifest of
    hashes. Films are large: nothing is held in memory.
    """
    offered: list[Offered] = [picture for motif in page.motifs for picture in motif.pictures]
    for film in page.films:
        offered += [film, film.still]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:  # pictures are packed already
        for one in offered:
            _add_file(archive, _inside(one.file), site.folder / one.file)
        for captions in (one for film in page.films for one in film.captions):
            _add_file(archive, _inside(captions.file), site.folder / captions.file)
        _add(archive, "alt-texts.txt", _alts(offered))
        _add(archive, "licences.txt", _licences(offered))
        manifest = {_inside(one.file): {"sha256": one.sha256, "bytes": one.size, "alt": one.alt} for one in offered}
        said = {"campaign": page.campaign, "language": page.lang, "files": manifest}
        _add(archive, "manifest.json", (json.dumps(said, ensure_ascii=False, indent=2) + "\n").encode())


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _SAME_TIME)
    entry.external_attr = 0o644 << 16
    return entry


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    archive.writestr(_entry(name), data)


def _add_file(archive: zipfile.ZipFile, name: str, path: Path) -> None:
    import shutil

    entry = _entry(name)
    entry.file_size = path.stat().st_size
    with path.open("rb") as source, archive.open(entry, "w") as target:
        shutil.copyfileobj(source, target, 1 << 20)


def _inside(file: str) -> str:
    return PurePosixPath(file).name


def _alts(offered: Iterable[Offered]) -> bytes:
    return "\n\n".join(f"{_inside(one.file)}\n{one.alt}" for one in offered).encode() + b"\n"


def _licences(offered: Iterable[Offered]) -> bytes:
    return "\n\n".join(f"{_inside(one.file)}\n{one.credit}\n{one.licence}" for one in offered).encode() + b"\n"
