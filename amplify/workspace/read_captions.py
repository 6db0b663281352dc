"""Reads what lies beside a video: captions (`film.be.vtt`), one file a language, and the picture that stands for it
(`film.poster.png`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Final

from pydantic import TypeAdapter, ValidationError

from amplify.model.base import Lang
from amplify.model.problem import Problem, Severity, SourceLocation
from amplify.model.video import Captions
from amplify.rules.file_formats.webvtt import join_cues, read_captions
from amplify.rules.text.language import bcp47_tag
from amplify.workspace.files import CAPTION_BYTES, UnreadableFile, read_text
from amplify.workspace.parsed import ParsedWorkspace
from amplify.workspace.picture_names import name_key
from amplify.workspace.read_pictures import is_picture
from amplify.workspace.read_videos import is_film

_ENDING: Final = ".vtt"
_OTHERS: Final = frozenset((".srt", ".sbv", ".sub", ".ass", ".ssa", ".ttml", ".dfxp", ".scc", ".stl", ".lrc"))
"""Endings of captions in formats that are not published."""
_POSTER: Final = ".poster"
_LANG: Final[TypeAdapter[str]] = TypeAdapter(Lang)
_SHAPE: Final = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]+)*")


class FilesBesideVideos:
    """Files under `media/` that belong to a video: by its name, whatever way it is spelled."""

    def __init__(self, paths: Sequence[str]) -> None:
        """`paths`: of all files, from the workspace's root."""
        self._films = {name_key(_stem(path)): path for path in paths if is_film(path)}
        self._captions: dict[str, list[tuple[str, str | None]]] = {}
        """Key of a video's name → files of captions, and the language in their names."""
        self._posters: dict[str, str] = {}
        self._strays: list[str] = []
        described = {name_key(_stem(path)) for path in paths if path.endswith(".yaml")}
        self._own: set[str] = set()
        for path in paths:
            ending = PurePosixPath(path).suffix.lower()
            if ending == _ENDING or ending in _OTHERS:
                self._sort(path)
            elif is_picture(path) and PurePosixPath(_stem(path)).suffix.lower() == _POSTER:
                film = name_key(_stem(_stem(path)))
                if film in self._films:
                    self._posters.setdefault(film, path)
                    if name_key(_stem(path)) not in described:  # with a note of its own it is a picture as well
                        self._own.add(path)

    def belongs(self, path: str) -> bool:
        """Whether a file is nothing but a part of a video."""
        return path in self._own

    def poster(self, film: str) -> str | None:
        """The picture that stands for a video, as a path under `media/`."""
        found = self._posters.get(name_key(_stem(film)))
        return found.removeprefix("media/") if found is not None else None

    def captions(self, findings: ParsedWorkspace, film: str, seconds: float) -> tuple[Captions, ...]:
        """The captions of a video that can be read, by language; what is wrong with the others is a problem."""
        found: dict[str, Captions] = {}
        for path, said in self._captions.get(name_key(_stem(film)), ()):
            lang = _language(findings, path, said)
            if lang is None:
                continue
            if lang in found:
                _tell(findings, path, "CAPTION-NAME", f"`media/{found[lang].file}` is in the same language: keep one")
            elif (one := _read(findings, path, lang, seconds)) is not None:
                found[lang] = one
        return tuple(found.values())

    def tell_strays(self, findings: ParsedWorkspace) -> None:
        """Warn of captions that belong to no video."""
        for path in self._strays:
            message = f"no video lies beside these captions: `film.be{_ENDING}` belongs to `film.mp4`"
            _tell(findings, path, "CAPTION-NAME", message, Severity.WARNING)

    def _sort(self, path: str) -> None:
        stem = _stem(path)
        lang = PurePosixPath(stem).suffix[1:]
        for film, said in ((_stem(stem) if lang else stem, lang or None), (stem, _last(stem))):
            if name_key(film) in self._films:
                self._captions.setdefault(name_key(film), []).append((path, said))
                return
        self._strays.append(path)


def stems_meant(path: str) -> frozenset[str]:
    """Keys of the names, without their endings, of whatever a file describes: a note, captions, a poster."""
    stem, ending = _stem(path), PurePosixPath(path).suffix.lower()
    beside = ending == _ENDING or ending in _OTHERS or PurePosixPath(stem).suffix.lower() == _POSTER
    return frozenset(map(name_key, (stem, _stem(stem)) if beside else (stem,)))


def _language(findings: ParsedWorkspace, path: str, said: str | None) -> str | None:
    if PurePosixPath(path).suffix.lower() != _ENDING:
        message = f"captions are published as WebVTT: save them as {_ENDING} in the program that made them"
        _tell(findings, path, "CAPTION-FORM", message)
        return None
    if said is None:
        message = f"the name does not say which language this is: `film.be{_ENDING}` for Belarusian"
        _tell(findings, path, "CAPTION-NAME", message)
        return None
    try:
        lang = _LANG.validate_python(said)
    except ValidationError:
        lang = ""
    if not lang or not _is_known(lang):
        meant = said.replace("_", "-")
        meant = meant[:2].lower() + meant[2:] if _SHAPE.fullmatch(said) else ""
        hint = f": write `{meant}`" if meant and meant != said and _is_known(meant) else ""
        message = f"`{said}` is no language{hint or ', as in `film.be.vtt`'}"
        _tell(findings, path, "CAPTION-NAME", message)
        return None
    return lang


def _is_known(lang: str) -> bool:
    """Whether CLDR has a name for the language: `film.old.vtt` is in none."""
    from babel import Locale

    return bcp47_tag(lang).partition("-")[0] in Locale("en").languages


def _read(findings: ParsedWorkspace, path: str, lang: str, seconds: float) -> Captions | None:
    try:
        text = read_text(findings.root, path, CAPTION_BYTES)
    except UnreadableFile as unreadable:
        findings.problems.append(unreadable.problem)
        return None
    parsed = read_captions(text, seconds)
    findings.problems += [
        Problem(SourceLocation(path, one.line, one.column), one.code, one.sentence) for one in parsed.faults
    ]
    return None if parsed.faults else Captions(lang, path.removeprefix("media/"), *join_cues(parsed.cues))


def _tell(findings: ParsedWorkspace, path: str, code: str, message: str, severity: Severity = Severity.ERROR) -> None:
    findings.problems.append(Problem(SourceLocation(path), code, message, severity))


def _stem(path: str) -> str:
    return str(PurePosixPath(path).with_suffix(""))


def _last(stem: str) -> str | None:
    """The language at the end of a video's own name: `film.be.mp4`."""
    last = PurePosixPath(stem).suffix[1:]
    return last if _SHAPE.fullmatch(last) else None
