"""Finds where a YAML text is nested too deeply: by a scan of our own, in linear time, before any parser sees the text.

Parsers have limits too, and each release has others. The scan knows only what nesting depends on: indentation, `-`,
`?` and keys outside brackets; brackets, quotes, comments and block scalars. It need not be right about a text that is
no YAML: the reader lets the parser confirm what it found, on the part of the text before it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_BLANK_LINE = re.compile(r"[ \t]*(?:#[^\n]*)?(?:\n|\Z)")
_SPACES = re.compile(r"[ \t]*+")
_MARKER = re.compile(r"(?:---|\.\.\.)(?=[ \t\n]|\Z)")
_INDICATOR = re.compile(r"[-?:](?=[ \t\n]|\Z)")
_PROPERTIES = re.compile(r"(?:[&!][^\s]*+[ \t]*+)*+")
_DOUBLE = re.compile(r'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_SINGLE = re.compile(r"'(?:[^']++|'')*+'")
_BLOCK_SCALAR = re.compile(r"[|>](?:[-+]?([1-9])?[-+]?)[ \t]*(?:#[^\n]*)?(?:\n|\Z)")
_EMPTY_LINES = re.compile(r"(?: *\n)*+")
_PLAIN_END = re.compile(r":(?=[ \t\n]|\Z)|[ \t]#|\n|\Z")
_COLON = re.compile(r"[ \t]*:(?=[ \t\n]|\Z)")

_FLOW_SPACE = re.compile(r"(?:\s++|#[^\n]*+)*+")
_FLOW_PLAIN_END = re.compile(r"[,\[\]{}\n]|:(?=[\s,\[\]{}]|\Z)|\s#|\Z")
_FLOW_PROPERTY = re.compile(r"[&*!][^\s,\[\]{}]*+")

_SHALLOW: Final = 8
"""Columns of indentation and dashes; blocks that begin further left give at most two levels more than this."""
_INDENTED = re.compile(rf"^[ \t?:-]{{{_SHALLOW + 1}}}", re.MULTILINE)


def first_too_deep(text: str, limit: int) -> int | None:
    """The offset of the first list or mapping inside `limit` others; None where nothing is nested so deeply."""
    brackets = 2 * text.count("[") + text.count("{")  # `[a: b]` holds a mapping, too
    if brackets + _SHALLOW + 2 <= limit and _INDENTED.search(text) is None:
        return None
    scan = _Scan(text, limit)
    try:
        scan.lines()
    except _TooDeep as found:
        return found.offset
    return None


class _TooDeep(Exception):
    def __init__(self, offset: int) -> None:
        super().__init__(offset)
        self.offset = offset


class _Bracket:
    """An open `[` or `{`."""

    __slots__ = ("entry", "pair", "square")

    def __init__(self, square: bool, entry: int) -> None:
        self.square = square
        self.entry = entry
        """Where its present entry begins."""
        self.pair = False
        """Whether that entry is a mapping without braces: `[a: b]`."""


class _Scan:
    def __init__(self, text: str, limit: int) -> None:
        self.text, self.limit = text, limit
        self.at = 0
        self.blocks: list[tuple[int, str]] = []
        """Open block collections: their column, and `-`, `:`, or `=` for a list on the column of the key above it."""

    def lines(self) -> None:
        """Scan to the end of the text. Raises _TooDeep."""
        text = self.text
        while self.at < len(text):
            if blank := _BLANK_LINE.match(text, self.at):
                if blank.end() == self.at:
                    return
                self.at = blank.end()
            elif marker := _MARKER.match(text, self.at):
                self.blocks.clear()
                self._nodes(self.at, self._spaces(marker.end()), fresh=False)
            elif text[self.at] == "%":
                self._to_next_line()
            else:
                self._nodes(self.at, self._spaces(self.at), fresh=True)

    def _spaces(self, at: int) -> int:
        found = _SPACES.match(self.text, at)
        return found.end() if found else at

    def _to_next_line(self) -> None:
        end = self.text.find("\n", self.at)
        self.at = len(self.text) if end < 0 else end + 1

    def _nodes(self, start: int, at: int, fresh: bool) -> None:
        """What stands on a line that begins at `start`. `fresh`: a block collection may still begin here."""
        text = self.text
        while at < len(text) and not _BLANK_LINE.match(text, at):
            if fresh and (indicator := _INDICATOR.match(text, at)):
                self._block(at, at - start, "-" if indicator[0] == "-" else ":")
                at = self._spaces(indicator.end())
                continue
            key = at
            if (properties := _PROPERTIES.match(text, at)) and properties.end() > at:
                at = properties.end()
                if at >= len(text) or text[at] == "\n":
                    break
            if scalar := _BLOCK_SCALAR.match(text, at):
                self._block_scalar(scalar)
                return
            end = self._node(at)
            if end is None:
                return
            colon = _COLON.match(text, end)
            if colon is None or "\n" in text[at:end]:
                at = end
                break
            if fresh:
                self._block(key, key - start, ":")
            fresh = False
            at = self._spaces(colon.end())
        self.at = at
        self._to_next_line()

    def _block(self, at: int, column: int, kind: str) -> None:
        """A `-`, a `?` or a key stands on `column`: go back to its collection, or open one."""
        blocks = self.blocks
        while blocks and (blocks[-1][0] > column or (kind == ":" and blocks[-1] == (column, "="))):
            blocks.pop()
        if blocks and blocks[-1][0] == column and (kind == blocks[-1][1] or blocks[-1][1] == "="):
            return
        beside = blocks and blocks[-1][0] == column
        if len(blocks) >= self.limit:
            raise _TooDeep(at)
        blocks.append((column, "=" if beside else kind))

    def _node(self, at: int) -> int | None:
        """The end of the scalar or the brackets that begin here; None where the line has been left for good."""
        text = self.text
        first = text[at]
        if first in "\"'":
            quoted = (_DOUBLE if first == '"' else _SINGLE).match(text, at)
            if quoted is None:  # never closed
                self.at = len(text)
                return None
            return quoted.end()
        if first in "[{":
            return self._flow(at)
        return self._plain(at)

    def _plain(self, at: int) -> int | None:
        """A scalar without quotes: it goes on over every line that is indented further than what it belongs to."""
        text = self.text
        end = _PLAIN_END.search(text, at)
        while end is not None and end[0] == "\n":
            line = end.end()
            empty = _EMPTY_LINES.match(text, line)
            line = empty.end() if empty else line
            begin = self._spaces(line)
            parent = self.blocks[-1][0] if self.blocks else -1
            if begin >= len(text) or begin - line <= parent or text[begin] == "#" or _MARKER.match(text, line):
                self.at = line
                return None
            end = _PLAIN_END.search(text, begin)
            at = begin
        return end.start() if end is not None else len(text)

    def _block_scalar(self, header: re.Match[str]) -> None:
        text = self.text
        parent = self.blocks[-1][0] if self.blocks else -1
        if header[1] is not None:
            indent = max(parent, 0) + int(header[1])
        else:
            empty = _EMPTY_LINES.match(text, header.end())
            line = empty.end() if empty else header.end()
            indent = max(parent + 1, 1, len(text[line : self._spaces(line)].split("\t")[0]))
        body = _body(indent).match(text, header.end())
        self.at = body.end() if body else header.end()

    def _flow(self, at: int) -> int | None:
        """Everything up to the bracket that closes the one at `at`."""
        text = self.text
        brackets: list[_Bracket] = []
        depth = len(self.blocks)
        while True:
            space = _FLOW_SPACE.match(text, at)
            at = space.end() if space else at
            if at >= len(text):
                self.at = at
                return None
            first = text[at]
            if first in "[{":
                if depth >= self.limit:
                    raise _TooDeep(at)
                depth += 1
                brackets.append(_Bracket(first == "[", at + 1))
                at += 1
            elif first in "]}":
                depth -= 1 + brackets.pop().pair
                at += 1
                if not brackets:
                    return at
            elif first == ",":
                depth -= brackets[-1].pair
                brackets[-1].pair = False
                brackets[-1].entry = at + 1
                at += 1
            elif first == ":" or (first == "?" and text[at + 1 : at + 2].isspace()):
                innermost = brackets[-1]
                if innermost.square and not innermost.pair:
                    if depth >= self.limit:
                        begin = _FLOW_SPACE.match(text, innermost.entry)
                        raise _TooDeep(begin.end() if begin else innermost.entry)
                    innermost.pair = True
                    depth += 1
                at += 1
            else:
                end = self._flow_scalar(at)
                if end is None:
                    return None
                at = end

    def _flow_scalar(self, at: int) -> int | None:
        text = self.text
        first = text[at]
        if first in "\"'":
            return self._node(at)
        if first in "&*!" and (found := _FLOW_PROPERTY.match(text, at)):
            return found.end()
        end = _FLOW_PLAIN_END.search(text, at)
        while end is not None and end[0] == "\n":
            at = end.end()
            while at < len(text) and text[at].isspace():
                at += 1
            if at >= len(text) or text[at] == "#":
                return at
            end = _FLOW_PLAIN_END.search(text, at)
        return end.start() if end is not None else len(text)


@lru_cache(maxsize=256)
def _body(indent: int) -> re.Pattern[str]:
    """The lines of a block scalar: indented so far, or empty."""
    return re.compile(rf"(?:(?: {{{indent}}}[^\n]*+| {{0,{indent - 1}}})(?:\n|\Z))*+")
