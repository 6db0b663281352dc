"""Reads the posts under `posts/`, and the pictures and banner templates under `media/`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any, Final

from amplify.model.banner import Template
from amplify.model.picture import Picture, PictureMetadata
from amplify.model.post import BannerItem, Post, PostFront, Variant
from amplify.model.problem import Problem, Severity, SourceLocation, unexpected_problem
from amplify.workspace.file_types import BANNERS
from amplify.workspace.files import (
    PICTURE_BYTES,
    POST_BYTES,
    UnreadableFile,
    files_below,
    read_bytes,
    read_head,
    read_text,
)
from amplify.workspace.frontmatter import PostFile, split_front
from amplify.workspace.media_places import media_places
from amplify.workspace.parsed import Parsed, ParsedWorkspace
from amplify.workspace.picture_names import missing_picture, name_key
from amplify.workspace.picture_sizes import read_sizes, write_sizes
from amplify.workspace.post_body import read_texts
from amplify.workspace.read_config import read_document, read_entry
from amplify.workspace.read_pictures import BrokenPicture, is_picture, measure_picture
from amplify.workspace.read_videos import is_film, measure_film
from amplify.workspace.validate import SourceNode
from amplify.workspace.yaml_reader import read_yaml

_ENDING: Final = ".yaml"
TEXT_MOST: Final = 20_000
"""Most characters of one text of a post, all parts of a thread together: some seventy messages."""


def read_media(findings: ParsedWorkspace) -> None:
    """Read every picture and video under `media/` with the metadata file beside it."""
    files, problems = files_below(findings.root, "media")
    findings.problems += problems
    notes = {path for path in files if path.endswith(".yaml") and not is_template(path)}
    spelled = {name_key(path): path for path in notes}
    described: set[str] = set()
    sizes, whole = read_sizes(findings.root), dict[str, tuple[int, int]]()
    for path in files:
        if is_template(path):
            read_template(findings, path)
        if not _is_shown(path):
            if not path.endswith(".yaml"):
                findings.other_media.add(path.removeprefix("media/"))
            continue
        file = path.removeprefix("media/")
        findings.picture_files.add(file)
        beside = _beside(path, notes, spelled)
        described.add(beside)
        note = _note(findings, path, beside, beside in notes)
        try:
            if is_film(path):
                measures = measure_film(findings.root, path)
            else:
                measures = measure_picture(read_bytes(findings.root, path, PICTURE_BYTES), path, sizes)
                whole[measures.sha256] = (measures.width, measures.height)
        except UnreadableFile as unreadable:
            findings.problems.append(unreadable.problem)
            continue
        except BrokenPicture as broken:
            findings.problems.append(Problem(SourceLocation(path), broken.code, str(broken)))
            continue
        except Exception as error:  # of this picture only
            findings.problems.append(unexpected_problem(SourceLocation(path), error))
            continue
        if note is not None:
            if note.sha256 not in (None, measures.sha256):
                findings.problems.append(
                    Problem(
                        note.place,
                        "PICTURE-NOTE",
                        "this note describes another picture than the one beside it (`sha256`): render the banner "
                        "again, or describe the new picture",
                    )
                )
            findings.pictures[file] = Picture(
                file=file,
                sha256=measures.sha256,
                size=measures.size,
                mime=measures.mime,
                width=measures.width,
                height=measures.height,
                note=note,
                motion=measures.motion,
            )
    if whole != sizes:
        write_sizes(findings.root, whole)
    _describe_nothing(findings, notes - described)


def _beside(path: str, notes: set[str], spelled: Mapping[str, str]) -> str:
    """The note beside a picture, whose name may be spelled as another system does."""
    exact = str(PurePosixPath(path).with_suffix(_ENDING))
    return exact if exact in notes else spelled.get(name_key(exact), exact)


def _describe_nothing(findings: ParsedWorkspace, notes: set[str]) -> None:
    """Notes that describe no picture, or a file that cannot be published."""
    beside = {name_key(str(PurePosixPath("media", one).with_suffix(_ENDING))): one for one in findings.other_media}
    for path in sorted(notes):
        other = beside.get(name_key(path))
        place = SourceLocation(path if other is None else f"media/{other}")
        if other is not None:
            code, message = "PICTURE-FORMAT", missing_picture(findings, other)
        else:
            code = "PICTURE-NOTE"
            message = "this note describes a picture that is not here: add the picture or remove the note"
        findings.problems.append(Problem(place, code, message, Severity.WARNING))


def _is_shown(path: str) -> bool:
    return is_picture(path) or is_film(path)


def _note(findings: ParsedWorkspace, path: str, beside: str, there: bool) -> PictureMetadata | None:
    if not there:
        findings.problems.append(
            Problem(
                SourceLocation(path),
                "ALT-MISSING",
                f"this picture has no alt text: write `{beside}` beside it with alt, credit and licence",
            )
        )
        return None
    document = read_document(findings, beside, "pictures")
    if document is None:
        return None
    found = read_entry(findings, PictureMetadata, SourceNode(document), "pictures")
    if found is None:
        return None
    if found.whole and not found.word.alt:
        findings.problems.append(
            Problem(
                found.spot.place("alt"),
                "ALT-MISSING",
                "this picture has no alt text: say in each language what a reader who cannot see it should know",
            )
        )
    return found.word


def read_posts(findings: ParsedWorkspace) -> None:
    """Read every post under `posts/`."""
    files, problems = files_below(findings.root, "posts")
    findings.problems += problems
    for path in files:
        if not path.endswith(".md"):
            findings.problems.append(
                Problem(
                    SourceLocation(path),
                    "FILE-NAME",
                    "this file is not read: a post's file ends in .md",
                    Severity.WARNING,
                )
            )
            continue
        try:
            file = split_front(read_text(findings.root, path, POST_BYTES), path)
        except UnreadableFile as unreadable:
            findings.problems.append(unreadable.problem)
            findings.hear_bytes("posts", read_head(findings.root, path))
            continue
        known = len(findings.posts)
        try:
            _read_post(findings, file)
        except Exception as error:  # of this post only
            del findings.posts[known:]
            findings.problems.append(unexpected_problem(SourceLocation(path, 1, 1), error))


def _read_post(findings: ParsedWorkspace, file: PostFile) -> None:
    document, problems = read_yaml(file.front, file.path, first_line=2)
    findings.problems += problems
    front: Parsed[PostFront] | None = None
    plain: Any = None
    if document is None:
        findings.hear_bytes("posts", file.front.encode())
    else:
        plain = document.plain
        front = read_entry(findings, PostFront, SourceNode(document), "posts")
    lang = front.word.lang if front else str(_said(plain, "lang"))
    if (front.word.kind if front else _said(plain, "kind")) == "boost":
        _no_text(findings, file)
        if front:
            findings.posts.append(Parsed(Post(front.word, ()), front.spot, front.whole))
        return
    heads: dict[str, SourceNode] = {}
    variants, wrong = read_texts(file.body, file.path, file.body_line, lang, findings.platforms, heads)
    if endless := [found for one in variants if (found := _too_long(one)) is not None]:
        variants, wrong = (), (*wrong, *endless)
    findings.problems += wrong
    if front:
        post = Parsed(Post(front.word, variants), front.spot, front.whole and not wrong, heads)
        for item, place in media_places(post):
            if isinstance(item, BannerItem):
                item.at(place)
        findings.posts.append(post)


def _too_long(variant: Variant) -> Problem | None:
    """A text that is far longer than any platform takes, even as a thread: nothing more is asked of it."""
    for parts in (variant.parts, *variant.by_platform.values()):
        length = sum(len(part.template) for part in parts)
        if length > TEXT_MOST:
            return Problem(
                variant.place,
                "POST-LONG",
                f"this text has {length:,} characters, and {TEXT_MOST:,} are the most: divide it into several posts",
            )
    return None


def _said(plain: Any, key: str) -> Any:
    return plain.get(key) if isinstance(plain, dict) else None


def _no_text(findings: ParsedWorkspace, file: PostFile) -> None:
    for number, line in enumerate(file.body.split("\n"), start=file.body_line):
        if line.strip():
            findings.problems.append(
                Problem(
                    SourceLocation(file.path, number, 1),
                    "POST-BOOST",
                    "a boost has no text of its own, and this would never be said: remove it, or choose another `kind`",
                )
            )
            return


def is_template(path: str) -> bool:
    """Whether a file under `media/` is a banner template, and no picture metadata."""
    return path.startswith(f"{BANNERS}/") and path.endswith(_ENDING)


def read_template(findings: ParsedWorkspace, path: str) -> None:
    """Read one banner template."""
    document = read_document(findings, path, "banners")
    found = read_entry(findings, Template, SourceNode(document), "banners") if document is not None else None
    if found is not None:
        findings.banners.append(found)
