"""Parses YAML 1.2 into plain values, each with its line and column. Anchors, tags and merge keys are refused.

PyYAML's C parser cuts the text into events (the Python parser where the C one is absent); the *core* schema of
YAML 1.2 (chapter 10.3) is applied here, because PyYAML itself reads YAML 1.1, where `no` is false and
`2027-05-21` is a date. Mapping keys always become strings: the years of a theme stand as `2027` or `"2027"`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from amplify.model.problem import Problem, Severity, SourceLocation
from amplify.workspace.yaml_depth import first_too_deep
from amplify.workspace.yaml_scalars import NotANumber, plain_scalar

if TYPE_CHECKING:
    from yaml.events import Event


Loc = tuple[str | int, ...]
"""A path into a document: `("people", 0, "name", "en")`."""

# What double quotes can write with a backslash although no text may hold it.
_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")

# A comment that looks like a word with its sign, behind a value or on the next line, deeper than its key.
_SWALLOWED = re.compile(r"(?<![ \t])(?:[ \t]++|[ \t]*+\n(?P<deep>[ ]++))#(?P<word>[^\W_][^\s#]*+)")
_SWALLOWS_WORDS = re.compile(r"[ \t]#[^\W_]")
_DAY_OR_TIME = re.compile(r"[\d:.TZ+-]+[smhd]?")
_BEFORE_VALUE = re.compile(r"[ ]*+(?:-[ ]++)*+")

MAX_DEPTH = 30
"""Levels of nesting; ours need seven."""

_TOO_DEEP = f"nested more than {MAX_DEPTH} levels deep"


@dataclass(frozen=True, slots=True)
class YamlMarks:
    """Where values and keys stand: (line, column), both from 1."""

    values: dict[Loc, tuple[int, int]] = field(default_factory=dict)
    keys: dict[Loc, tuple[int, int]] = field(default_factory=dict)


class YamlDocument:
    """One parsed YAML document."""

    def __init__(self, path: str, text: str, first_line: int, plain: Any, start: tuple[int, int]) -> None:
        self.path = path
        self.plain = plain
        self.start = SourceLocation(path, *start)
        """Where its first value stands."""
        self._text = text
        self._first_line = first_line
        self._marks: YamlMarks | None = None

    def _where(self) -> YamlMarks:
        # Places are rarely asked for (a library of posts without mistakes asks for none): read again when they are.
        if self._marks is None:
            self._marks = YamlMarks()
            _Reader(self._text, self.path, self._first_line, self._marks).read()
        return self._marks

    def place(self, loc: Loc) -> SourceLocation:
        """Source location of the value at `loc`, or of the nearest value around it that exists."""
        if not loc:
            return self.start
        values = self._where().values
        while loc and loc not in values:
            loc = loc[:-1]
        return SourceLocation(self.path, *values[loc]) if loc in values else self.start

    def key_place(self, loc: Loc) -> SourceLocation:
        """Source location of the key that ends `loc`; the value's location for list items."""
        keys = self._where().keys
        return SourceLocation(self.path, *keys[loc]) if loc in keys else self.place(loc)

    def line(self, number: int) -> str:
        """The text of one line, numbered as in the file."""
        lines = self._text.split("\n")
        index = number - self._first_line
        return lines[index] if 0 <= index < len(lines) else ""


VALUES_MOST: Final = 600_000
"""Most values of one file, as far as its signs tell: thousands of queue entries, and read within seconds."""


def read_yaml(text: str, path: str, first_line: int = 1) -> tuple[YamlDocument | None, tuple[Problem, ...]]:
    """Read one document. `first_line`: the line of the file on which `text` begins.

    The document is None where its values cannot be trusted; a document may come with problems (a key given twice).
    Never raises for any text. Our own limit of nesting comes before the parser's, whichever that has.
    """
    values = sum(map(text.count, "\n,[{:-"))
    if values > VALUES_MOST:
        sentence = f"this file holds more than {VALUES_MOST:,} values: divide it, or take out what nobody needs"
        return None, (Problem(SourceLocation(path, first_line, 1), "YAML-MANY", sentence),)
    reader = _Reader(text, path, first_line, None)
    deep = first_too_deep(text, MAX_DEPTH)
    if deep is None or not reader.read_up_to(deep):
        reader = _Reader(text, path, first_line, None)
        reader.read()
    if reader.broken:
        return None, tuple(reader.problems)
    return YamlDocument(path, text, first_line, reader.plain, reader.start), tuple(reader.problems)


class _Stop(Exception):
    """Reading cannot go on; the problem has been noted."""


class _NoKey:
    """No key has been read yet."""


_NO_KEY = _NoKey()
_DROPPED = _NoKey()


class _Level:
    """One collection being filled."""

    __slots__ = ("container", "dropped", "key", "loc")

    def __init__(self, container: dict[str, Any] | list[Any], loc: Loc, dropped: bool) -> None:
        self.container = container
        self.loc = loc
        self.key: str | _NoKey = _NO_KEY
        self.dropped = dropped


class _Reader:
    def __init__(self, text: str, path: str, first_line: int, marks: YamlMarks | None) -> None:
        self.text, self.path, self.first_line, self.marks = text, path, first_line, marks
        self.problems: list[Problem] = []
        self.broken = False
        self.plain: Any = None
        self.start = (first_line, 1)
        self._levels: list[_Level] = []
        self._documents = 0
        self._swallows = _SWALLOWS_WORDS.search(text) is not None

    def read(self) -> None:
        try:
            for event in _events(self):
                self._take(event)
        except _Stop:
            self.broken = True
        if not self._documents and not self.broken:
            self._broken_note(self.first_line, 1, "FILE-EMPTY", "nothing stands here but blank lines and comments")

    def read_up_to(self, deep: int) -> bool:
        """Read what stands before the offset `deep`, where a scan found too much nesting.

        False where the scan was wrong, as it may be about a text that is no YAML. What is wrong before it comes first.
        """
        before = self.text[:deep]
        whole, self.text = self.text, before
        try:
            for event in _events(self, until=deep):
                self._take(event)
        except _Stop:
            self.broken = True
            return True
        finally:
            self.text = whole
        if len(self._levels) != MAX_DEPTH:
            return False
        line, column = before.count("\n") + self.first_line, deep - before.rfind("\n")
        self._broken_note(line, column, "YAML-DEPTH", _TOO_DEEP)
        return True

    def note(self, line: int, column: int, code: str, message: str) -> None:
        self.problems.append(Problem(SourceLocation(self.path, line, column), code, message))

    def _broken_note(self, line: int, column: int, code: str, message: str) -> None:
        self.note(line, column, code, message)
        self.broken = True

    def _take(self, event: Event) -> None:
        kind = type(event).__name__
        mark: Any = event.start_mark
        line, column = mark.line + self.first_line, mark.column + 1
        if kind == "ScalarEvent":
            self._refuse_extras(event, line, column)
            self._scalar(event, line, column)
        elif kind in ("MappingStartEvent", "SequenceStartEvent"):
            self._refuse_extras(event, line, column)
            self._open(kind == "MappingStartEvent", line, column)
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            self._levels.pop()
        elif kind == "AliasEvent":
            self._broken_note(
                line, column, "YAML-ANCHOR", "aliases (`*name`) are not read: write the value out in full"
            )
            self._put(None, line, column, "an alias")
        elif kind == "DocumentStartEvent":
            self._documents += 1
            if self._documents > 1:
                self._broken_note(
                    line, column, "YAML-DOCUMENTS", "one file holds one document: remove this `---` or split the file"
                )
                raise _Stop

    def _refuse_extras(self, event: Any, line: int, column: int) -> None:
        if event.anchor is not None:
            self.note(
                line, column, "YAML-ANCHOR", f"anchors (`&{event.anchor}`) are not read: write each value out in full"
            )
        if event.tag is not None:
            self.note(line, column, "YAML-TAG", f"tags (`{event.tag}`) are not read: remove it, or quote the value")

    def _scalar(self, event: Any, line: int, column: int) -> None:
        value = event.value
        if event.implicit[0] and event.style in (None, ""):
            try:
                value = plain_scalar(value)
            except NotANumber as no:
                self.note(line, column, "YAML-NUMBER", str(no))
            if self._swallows and (value is None or isinstance(value, str)):
                self._tell_swallowed(event)
        elif event.style == '"' and (hidden := _HIDDEN.search(value)):
            self.note(
                line,
                column,
                "FILE-CHARACTER",
                f"an invisible character (U+{ord(hidden[0]):04X}) is written here: remove it",
            )
        self._put(value, line, column, event.value)

    def _tell_swallowed(self, event: Any) -> None:
        """An unquoted value that a ` #word` cuts off, or leaves empty: most likely a hashtag."""
        found = _SWALLOWED.match(self.text, event.end_mark.index)
        if found is None or _DAY_OR_TIME.fullmatch(event.value):
            return
        if found["deep"] is not None:
            begins = self.text.rfind("\n", 0, event.start_mark.index) + 1
            key = _BEFORE_VALUE.match(self.text, begins)
            if not event.value or key is None or len(found["deep"]) <= key.end() - begins:
                return
        line, column = _line_and_column(self.text, found.start("word") - 1)
        sentence = (
            f"`#{found['word'][:40]}` and what follows is a comment here, and is left out: put the whole value in "
        )
        place = SourceLocation(self.path, line + self.first_line - 1, column)
        sentence += "quotes, or a blank behind the `#`"
        self.problems.append(Problem(place, "YAML-COMMENT", sentence, Severity.WARNING))

    def _open(self, mapping: bool, line: int, column: int) -> None:
        if len(self._levels) >= MAX_DEPTH:
            self._broken_note(line, column, "YAML-DEPTH", _TOO_DEEP)
            raise _Stop
        container: dict[str, Any] | list[Any] = {} if mapping else []
        loc, dropped = self._put(container, line, column, "a list or mapping")
        self._levels.append(_Level(container, loc, dropped))

    def _put(self, value: Any, line: int, column: int, source: str) -> tuple[Loc, bool]:
        """Put a value where it belongs: its path, and whether it was thrown away."""
        if not self._levels:
            self.plain = value
            self.start = (line, column)
            if self.marks is not None:
                self.marks.values[()] = self.start
            return (), False
        level = self._levels[-1]
        if isinstance(level.container, list):
            loc: Loc = (*level.loc, len(level.container)) if self.marks is not None else ()
            level.container.append(value)
        elif level.key is _NO_KEY:
            self._key(level, value, line, column, source)
            return (), True
        else:
            key, level.key = level.key, _NO_KEY
            if isinstance(key, _NoKey):
                return (), True
            loc = (*level.loc, key) if self.marks is not None else ()
            level.container[key] = value
        if self.marks is not None and not level.dropped:
            self.marks.values[loc] = (line, column)
        return loc, level.dropped

    def _key(self, level: _Level, value: Any, line: int, column: int, source: str) -> None:
        if isinstance(value, dict | list):
            self._broken_note(line, column, "YAML-KEY", "a key is a plain word: quote it, or mend the brackets")
            raise _Stop
        level.key = _DROPPED
        if value == "<<":
            self._broken_note(line, column, "YAML-MERGE", "merge keys (`<<`) are not read: write the keys out in full")
        elif not isinstance(value, str) and type(value) is not int:
            self.note(line, column, "YAML-KEY", f"a key is a word: put `{source}` in quotes, or give the key a name")
        elif str(value) in level.container:
            self.note(line, column, "YAML-DUPLICATE", f"the key `{value}` stands here a second time: keep one of them")
        else:
            level.key = str(value)
            if self.marks is not None and not level.dropped:
                self.marks.keys[(*level.loc, level.key)] = (line, column)


def _events(reader: _Reader, until: int | None = None) -> Iterator[Event]:
    """The parser's events. `until`: the text was cut off at this offset, so an error found there says nothing."""
    import yaml

    # CSafeLoader is there when PyYAML was built with libyaml; both give the same events.
    parser: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(reader.text)
    try:
        while (event := parser.get_event()) is not None:
            if until is not None and event.start_mark.index >= until:
                return
            yield event
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        if until is not None and mark is not None and mark.index >= until:
            return
        line, column, code, message = explain_syntax(error, reader.text)
        reader.note(line + reader.first_line - 1, column, code, message)
        raise _Stop from None
    finally:
        parser.dispose()


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
            return where.line + 1, where.column + 1, "YAML-SYNTAX", sentence + _hashtag_hint(text, where.line)
    return mark.line + 1, mark.column + 1, "YAML-SYNTAX", _ELSE + _hashtag_hint(text, mark.line)


def _hashtag_hint(text: str, index: int) -> str:
    """For a bracket, or a quotation mark, that a hashtag has cut off on the line of the error or the one before it."""
    near = text.split("\n")[max(0, index - 1) : index + 1]
    swallows = any(_SWALLOWS_WORDS.search(line) for line in near)
    return "; behind a blank, `#` begins a comment: put a hashtag in quotes" if swallows else ""


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
