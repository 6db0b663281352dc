"""Reads the joint statements under `statements/`: front matter as posts have it, then the words.

    the text                 in the language that the front matter names
    ## in LANG               the same in another language
    ### NAME                 what follows is the part NAME, which posts may quote; the line itself is not said

Blank lines divide paragraphs. Headings stand at the beginning of a line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from amplify.model.base import Id, Lang
from amplify.model.problem import Problem, Severity, SourceLocation, unexpected_problem
from amplify.model.statement import Statement, StatementHead, StatementText
from amplify.workspace.files import POST_BYTES, UnreadableFile, files_below, read_head, read_text
from amplify.workspace.frontmatter import PostFile, split_front
from amplify.workspace.parsed import Parsed, ParsedWorkspace
from amplify.workspace.partial import NO_LANGUAGE
from amplify.workspace.read_config import read_entry
from amplify.workspace.validate import SourceNode, pattern_of
from amplify.workspace.yaml_reader import read_yaml

STATEMENTS: Final = "statements"
TEXT_MOST: Final = 20_000
"""Most characters of a statement in one language: ten printed pages."""
_IN = re.compile(r"## in[ \t]+(\S+)")
_NAMED = re.compile(r"### (\S+)")
_ID = re.compile(pattern_of(Id))
_LANG = re.compile(pattern_of(Lang))
_HEADINGS: Final = "`## in LANG` or `### NAME`, at the beginning of the line"


def read_statements(findings: ParsedWorkspace) -> None:
    """Read every statement under `statements/`; most workspaces have none."""
    if not (findings.root / STATEMENTS).exists():
        return
    files, problems = files_below(findings.root, STATEMENTS)
    findings.problems += problems
    for path in files:
        if not path.endswith(".md"):
            message = "this file is not read: a statement's file ends in .md"
            findings.problems.append(Problem(SourceLocation(path), "FILE-NAME", message, Severity.WARNING))
            continue
        try:
            file = split_front(read_text(findings.root, path, POST_BYTES), path, "a statement")
        except UnreadableFile as unreadable:
            findings.problems.append(unreadable.problem)
            findings.hear_bytes(STATEMENTS, read_head(findings.root, path))
            continue
        known = len(findings.statements)
        try:
            _read_statement(findings, file)
        except Exception as error:  # of this statement only
            del findings.statements[known:]
            findings.problems.append(unexpected_problem(SourceLocation(path, 1, 1), error))


def _read_statement(findings: ParsedWorkspace, file: PostFile) -> None:
    document, problems = read_yaml(file.front, file.path, first_line=2)
    findings.problems += problems
    head: Parsed[StatementHead] | None = None
    if document is None:
        findings.hear_bytes(STATEMENTS, file.front.encode())
    else:
        head = read_entry(findings, StatementHead, SourceNode(document), STATEMENTS)
    texts, wrong = read_words(file.body, file.path, file.body_line, head.word.lang if head else NO_LANGUAGE)
    findings.problems += wrong
    if head is not None:
        findings.statements.append(Parsed(Statement(head.word, texts), head.spot, head.whole and not wrong))


def read_words(
    body: str, path: str, first_line: int, lang: str
) -> tuple[dict[str, StatementText], tuple[Problem, ...]]:
    """The words of a statement's body by language, `lang` first, and the body's problems."""
    reader = _Words(path, first_line, lang)
    for number, line in enumerate(body.split("\n"), start=first_line):
        reader.line(number, line)
    reader.close_section()
    return reader.texts, tuple(reader.problems)


@dataclass(slots=True)
class _Part:
    """A named part: where its heading stands, and its paragraphs."""

    place: SourceLocation
    paragraphs: list[str] = field(default_factory=list)


class _Words:
    """Parses one body, line by line."""

    def __init__(self, path: str, first_line: int, lang: str) -> None:
        self.path, self.lang = path, lang
        self.place = SourceLocation(path, first_line, 1)
        self.texts: dict[str, StatementText] = {}
        self.problems: list[Problem] = []
        self.paragraphs: list[str] = []
        self.parts: dict[str, _Part] = {}
        self.part: _Part | None = None
        self.lines: list[str] = []

    def note(self, place: SourceLocation, code: str, message: str) -> None:
        self.problems.append(Problem(place, code, message))

    def line(self, number: int, text: str) -> None:
        place, heading = SourceLocation(self.path, number, 1), text.rstrip()
        if (found := _IN.fullmatch(heading)) is not None:
            self.open_language(place, found[1])
        elif (found := _NAMED.fullmatch(heading)) is not None:
            self.open_part(place, found[1])
        elif heading.lstrip().startswith("#") and heading.lstrip("# \t") != heading.lstrip("#"):
            self.note(place, "STATEMENT-HEADING", f"`{heading.strip()[:60]}` is no heading of a statement: {_HEADINGS}")
        elif heading:
            self.lines.append(heading)
            if "{{" in heading or "{%" in heading:
                column = min(at for at in (heading.find("{{"), heading.find("{%")) if at >= 0) + 1
                message = "the words of a statement are fixed, and nothing in them is filled in: write them out"
                self.note(SourceLocation(self.path, number, column), "TXT-NAME", message)
        else:
            self.close_paragraph()

    def open_language(self, place: SourceLocation, lang: str) -> None:
        self.close_section()
        self.lang, self.place = lang, place
        if _LANG.search(lang) is None:
            message = f"`{lang}` is no language tag: write `be`, `be-tarask`, `ru` or `en`"
            self.note(place, "STATEMENT-LANGUAGE", message)

    def open_part(self, place: SourceLocation, name: str) -> None:
        self.close_part()
        if _ID.search(name) is None:
            message = f"`{name}` is no name for a part of a statement: use a-z, 0-9, `-` and `_`"
            self.note(place, "STATEMENT-HEADING", message)
        elif name in self.parts:
            before = self.parts[name].place.line
            message = f"the part `{name}` stands on line {before} already: give this one its own name"
            self.note(place, "STATEMENT-HEADING", message)
        self.part = _Part(place)
        self.parts.setdefault(name, self.part)

    def close_paragraph(self) -> None:
        if self.lines:
            paragraph = "\n".join(self.lines).strip()
            self.paragraphs.append(paragraph)
            if self.part is not None:
                self.part.paragraphs.append(paragraph)
        self.lines = []

    def close_part(self) -> None:
        self.close_paragraph()
        if self.part is not None and not self.part.paragraphs:
            self.note(self.part.place, "STATEMENT-EMPTY", "this part is empty: write it, or remove its heading")
        self.part = None

    def close_section(self) -> None:
        """The words that end here are the statement in their language."""
        self.close_part()
        text = StatementText(
            self.lang,
            tuple(self.paragraphs),
            {name: "\n\n".join(part.paragraphs) for name, part in self.parts.items()},
            self.place,
        )
        length = len(text.whole)
        if not length:
            message = f"the statement has no words in `{self.lang}`: write them, or remove the heading"
            self.note(self.place, "STATEMENT-EMPTY", message)
        elif length > TEXT_MOST:
            message = f"the statement has {length:,} characters in `{self.lang}`, and {TEXT_MOST:,} are the most"
            self.note(self.place, "STATEMENT-LONG", message)
        elif (before := self.texts.get(self.lang)) is not None:
            message = f"the words in `{self.lang}` stand on line {before.place.line} already: keep one of the two"
            self.note(self.place, "STATEMENT-LANGUAGE", message)
        self.texts.setdefault(self.lang, text)
        self.paragraphs, self.parts = [], {}
