"""Explains YAML syntax errors in sentences a campaigner can act on."""

from __future__ import annotations

from typing import Any

_SENTENCES: tuple[tuple[str, str, bool], ...] = (
    # what the parser says (C and Python parsers differ) · what we say · whether the trouble began at the context
    ("unexpected end of stream", "this quotation mark is never closed: add the closing one", True),
    ("unexpected end of document", "this quotation mark is never closed: add the closing one", True),
    ("document indicator", "this quotation mark is never closed: add the closing one", True),
    ("mapping values are not allowed", "a colon does not fit here: quote the value, or mend the indentation", False),
    ("could not find expected ':'", "write this line as `key: value`, or mend the indentation above it", True),
    ("',' or ']'", "this `[` is never closed: add `]`, or a comma between the items", True),
    ("',' or '}'", "this `{` is never closed: add `}`, or a comma between the items", True),
    ("unknown escape", "inside double quotes a backslash begins an escape: use single quotes, or write `\\\\`", False),
    ("expected '-' indicator", "the list items do not line up: give every `-` the same indentation", False),
    ("<block end>", "the lines do not line up: give keys of one block the same indentation", False),
    ("expected key", "the lines do not line up: give keys of one block the same indentation", False),
    ("undefined alias", "aliases (`*name`) are not read: write the value out in full", False),
    ("block sequence entries are not allowed", "no list can begin here: put each `-` on a line below the key", False),
    ("block mapping keys", "a key cannot stand here: put it on a line of its own", False),
    ("cannot start any token", "a value cannot begin with this character: put the whole value in quotes", False),
    ("document start", "nothing can follow here: mend the indentation of the lines above", False),
)  # fmt: skip

_ELSE = "this is not valid YAML: mend the indentation, or put the value in quotes"
"""For everything that is not in the table: the parser's own words are for programmers, and change with its releases."""


def explain_syntax(error: Any, text: str) -> tuple[int, int, str, str]:
    """Line and column (from 1), code and sentence for a `yaml.YAMLError`."""
    mark = getattr(error, "problem_mark", None)
    if mark is None:  # a character the parser does not take at all; the file reader has found it before
        line, column = _line_and_column(text, getattr(error, "position", 0) or 0)
        return line, column, "FILE-CHARACTER", "a character stands here that no text file may hold: delete it"
    tab = _tab_near(text, mark.line)
    if tab is not None:
        return (*tab, "YAML-TAB", "a tab stands here: YAML is indented with spaces, so replace it by spaces")
    problem = str(error.problem or "")
    for said, sentence, at_context in _SENTENCES:
        if said in problem:
            context = getattr(error, "context_mark", None)
            where = context if at_context and context is not None else mark
            return where.line + 1, where.column + 1, "YAML-SYNTAX", sentence
    return mark.line + 1, mark.column + 1, "YAML-SYNTAX", _ELSE


def _tab_near(text: str, index: int) -> tuple[int, int] | None:
    """The tab in the indentation of the line of the error, or of the line before it."""
    lines = text.split("\n")
    for number in (index, index - 1):
        if 0 <= number < len(lines):
            line = lines[number]
            blank = line[: len(line) - len(line.lstrip(" \t"))]
            if "\t" in blank and line.strip():
                return number + 1, blank.index("\t") + 1
    return None


def _line_and_column(text: str, position: int) -> tuple[int, int]:
    before = text[: max(0, position)]
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
