"""Parses the body of a post: variants, texts for single platforms, and the messages of a thread.

    default text                        variant `default`, in the post's language
    ## variant NAME [in LANG]           another way of saying it
    ## on PLATFORM[, PLATFORM]          the text of this variant on these platforms
    ## variant NAME [in LANG] on …      both at once
    ## part                             the next message of the thread

Right below the heading of a variant its own head may stand, between two lines of `---`: what it shows (`media:`).
Headings stand at the beginning of a line. Texts are trimmed at both ends; blank lines inside are kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from amplify.model.base import Id, Lang
from amplify.model.post import Media, TextPart, Variant, VariantHead
from amplify.model.problem import Problem, SourceLocation
from amplify.workspace.frontmatter import FENCE
from amplify.workspace.suggest import did_you_mean
from amplify.workspace.validate import SourceNode, pattern_of, read_word
from amplify.workspace.yaml_reader import read_yaml

_VARIANT = re.compile(r"## variant[ \t]+(?P<name>\S+)(?:[ \t]+in[ \t]+(?P<lang>\S+))?(?:[ \t]+on[ \t]+(?P<on>.+))?")
_ON = re.compile(r"## on[ \t]+(?P<on>.+)")
_PART = "## part"
_ALMOST = re.compile(r"\A[ \t]*+##[ \t]*+(variant|part|on)\b", re.IGNORECASE)
_ID = re.compile(pattern_of(Id))
_LANG = re.compile(pattern_of(Lang))
DEFAULT = "default"


@dataclass(slots=True)
class _Section:
    """A heading and the messages below it."""

    place: SourceLocation
    title: str
    place_of_part: SourceLocation
    parts: list[TextPart] = field(default_factory=list)
    lines: list[tuple[int, str]] = field(default_factory=list)


@dataclass(slots=True)
class _Variant:
    name: str
    lang: str
    place: SourceLocation
    own: _Section | None = None
    media: Media | None = None
    on: dict[str, _Section] = field(default_factory=dict)


class _Texts:
    """Parses one body, line by line."""

    def __init__(self, path: str, first_line: int, lang: str, platforms: frozenset[str]) -> None:
        self.path, self.lang, self.platforms = path, lang, platforms
        self.problems: list[Problem] = []
        start = SourceLocation(path, first_line, 1)
        self.section = _Section(start, "the text below the front matter", place_of_part=start)
        self.variant = _Variant(DEFAULT, lang, start, own=self.section)
        self.variants = {DEFAULT: self.variant}
        self.heads: dict[str, SourceNode] = {}
        self.just_named = False
        """Whether nothing stands between the heading of a variant and the line at hand."""
        self.head: list[str] | None = None
        """The lines of a variant's head, while it is read."""
        self.head_at = start

    def note(self, place: SourceLocation, code: str, message: str) -> None:
        self.problems.append(Problem(place, code, message))

    def line(self, number: int, text: str) -> None:
        place = SourceLocation(self.path, number, 1)
        heading = text.rstrip()
        if self.head is not None:
            if heading == FENCE:
                self.close_head()
            else:
                self.head.append(text)
            return
        if self.just_named and heading == FENCE:
            self.head, self.head_at, self.just_named = [], place, False
            return
        self.just_named = self.just_named and not heading
        if heading == _PART:
            self.close_part()
            self.section.place_of_part = place
        elif (found := _VARIANT.fullmatch(heading)) is not None:
            self.close_part()
            self.open_variant(place, found["name"], found["lang"], found["on"])
        elif (found := _ON.fullmatch(heading)) is not None:
            self.close_part()
            self.open_platforms(place, found["on"])
        elif heading.startswith("## ") or heading == "##" or _ALMOST.match(text):
            self.note(
                place,
                "POST-HEADING",
                f"`{heading.strip()[:60]}` is no heading of a post: `## variant NAME`, `## variant NAME in LANG`, "
                "`## on PLATFORM` or `## part`, at the beginning of the line",
            )
        else:
            self.section.lines.append((number, text))

    def open_variant(self, place: SourceLocation, name: str, lang: str | None, on: str | None) -> None:
        if _ID.search(name) is None:
            self.note(place, "POST-HEADING", f"`{name}` is no name for a variant: use a-z, 0-9, `-` and `_`")
        if lang is not None and _LANG.search(lang) is None:
            self.note(place, "POST-LANGUAGE", f"`{lang}` is no language tag: write `be`, `be-tarask`, `ru` or `en`")
        known = self.variants.get(name)
        self.variant = known or _Variant(name, lang or self.lang, place)
        self.variants.setdefault(name, self.variant)
        if known is not None and lang is not None and known.lang != lang:
            self.note(
                place,
                "POST-VARIANT",
                f"variant `{name}` is in `{known.lang}` on line {known.place.line}: give it one language",
            )
        if on is not None:
            self.open_platforms(place, on)
            return
        self.section = _Section(place, f"variant `{name}`", place_of_part=place)
        self.just_named = True
        if self.variant.own is None:
            self.variant.own = self.section
        else:
            first = self.variant.own.place.line
            self.note(
                place,
                "POST-VARIANT",
                f"variant `{name}` has a text already, on line {first}: give this one its own name",
            )

    def open_platforms(self, place: SourceLocation, names: str) -> None:
        self.section = _Section(place, f"the text on {names.strip()}", place_of_part=place)
        for name in (word.strip() for word in names.split(",")):
            if name not in self.platforms:
                self.note(place, "REF-PLATFORM", f"unknown platform `{name}`" + did_you_mean(name, self.platforms))
            elif name in self.variant.on:
                self.note(
                    place,
                    "POST-VARIANT",
                    f"variant `{self.variant.name}` has a text on {name} already, "
                    f"on line {self.variant.on[name].place.line}: keep one of them",
                )
            else:
                self.variant.on[name] = self.section

    def close_head(self) -> None:
        """The head of the variant at hand ends here."""
        lines, self.head = self.head or [], None
        document, problems = read_yaml("\n".join(lines), self.path, first_line=self.head_at.line + 1)
        self.problems += problems
        if document is None:
            return
        node = SourceNode(document)
        head, wrong = read_word(VariantHead, node)
        self.problems += wrong
        if head is not None:
            self.variant.media = head.media
            self.heads[self.variant.name] = node

    def close_text(self) -> None:
        """The body ends here."""
        if self.head is not None:
            self.note(
                self.head_at,
                "POST-UNCLOSED",
                "the head of a variant that begins here never ends: put a line of `---` between its keys and its text",
            )
            self.head = None
        self.close_part()

    def close_part(self) -> None:
        """The message that ends here becomes a part of the section."""
        section = self.section
        lines, section.lines = section.lines, []
        while lines and not lines[0][1].strip():
            lines.pop(0)
        text = "\n".join(line for _, line in lines).strip()
        if text:
            number, first = lines[0]
            column = len(first) - len(first.lstrip()) + 1
            section.parts.append(TextPart(text, SourceLocation(self.path, number, column)))
        else:
            what = section.title if section.place_of_part == section.place else "this part"
            self.note(section.place_of_part, "POST-EMPTY", f"{what} is empty: write it, or remove its heading")

    def result(self) -> tuple[Variant, ...]:
        return tuple(
            Variant(
                name=variant.name,
                lang=variant.lang,
                parts=tuple(variant.own.parts) if variant.own else (),
                by_platform={name: tuple(section.parts) for name, section in variant.on.items()},
                place=variant.place,
                media=variant.media,
            )
            for variant in self.variants.values()
        )


def read_texts(
    body: str,
    path: str,
    first_line: int,
    lang: str,
    platforms: frozenset[str],
    heads: dict[str, SourceNode] | None = None,
) -> tuple[tuple[Variant, ...], tuple[Problem, ...]]:
    """The variants of a post's body, the default one first, and the body's problems. `heads`: takes the heads of
    variants, by their names."""
    reader = _Texts(path, first_line, lang, platforms)
    for number, line in enumerate(body.split("\n"), start=first_line):
        reader.line(number, line)
    reader.close_text()
    if heads is not None:
        heads.update(reader.heads)
    return reader.result(), tuple(reader.problems)
