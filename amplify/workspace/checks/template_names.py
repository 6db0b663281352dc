"""Checks names inside texts: `{{ fact.prisoners }}` must be a fact, on the line where it is used."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from itertools import islice
from typing import Final

from amplify.model.post import Post, TextPart, Variant
from amplify.model.problem import PROBLEMS_MOST, Problem, SourceLocation
from amplify.rules.plan.template import SWALLOWED
from amplify.workspace.parsed import ParsedWorkspace
from amplify.workspace.suggest import did_you_mean

BOOKS: Final[Mapping[str, tuple[str, str, str]]] = {
    "fact": ("facts", "fact", "REF-FACT"),
    "person": ("people", "person", "REF-PERSON"),
    "cta": ("actions", "call to action", "REF-ACTION"),
    "partner": ("partners", "partner", "REF-PARTNER"),
}
"""First word of a name in a text → the collection, the noun, the code of an unknown one."""

ALONE: Final = frozenset({"occasion", "campaign", "signatories", "statement", "date"})
"""Names that need no id behind them."""

_OPENS = re.compile(r"\{[{%]")
_CLOSES: Final = {"{{": "}}", "{%": "%}"}
_DOTTED = re.compile(r"(?<![\w.\"'])(fact|person|cta|partner)\s*(?:\.\s*(\w+)|\[\s*[\"']([^\"']*)[\"']\s*\])")
_FIRST = re.compile(r"\A\s*+-?\s*+([A-Za-z_]\w*)")
_MINUS = re.compile(r"(?<!-)(?:-++\w++)++")


def check_names_in_texts(findings: ParsedWorkspace) -> Iterator[Problem]:
    """Every name used in a text that no file defines."""
    known = {word: findings.known(shelf) for word, (shelf, _, _) in BOOKS.items()}
    for found in findings.posts:
        told: set[tuple[SourceLocation, str]] = set()
        for _, part in texts_of_post(found.word):
            if len(told) > PROBLEMS_MOST:
                break
            for problem in islice(unknown_names(part, found.word.front.occasion is None, known), PROBLEMS_MOST):
                if (problem.place, problem.message) not in told:
                    told.add((problem.place, problem.message))
                    yield problem


def texts_of_post(post: Post) -> Iterator[tuple[Variant, TextPart]]:
    """Every text of a post, with the variant whose language it has."""
    for variant in post.variants:
        for parts in (variant.parts, *variant.by_platform.values()):
            yield from ((variant, part) for part in parts)


def unknown_names(
    part: TextPart, no_occasion: bool, known: Mapping[str, frozenset[str]], alone: AbstractSet[str] = ALONE
) -> Iterator[Problem]:
    """Names in one text that nothing defines. `no_occasion`: its post names none; `alone`: names without an id."""
    if "{" not in part.template:
        return
    if (comment := part.template.find("{#")) >= 0 and "raw" not in part.template:  # what is raw, the renderer knows
        yield Problem(place_in_text(part, comment), "TXT-COMMENT", SWALLOWED)
    own_names = "{%" in part.template  # a text with statements may make names of its own: the renderer judges those
    for at, inside, said in _blocks(part.template):
        first = _FIRST.match(inside) if said else None
        if first and first[1] not in BOOKS and first[1] not in alone and not own_names:
            yield Problem(
                place_in_text(part, at + first.start(1)),
                "TXT-NAME",
                f"unknown name `{first[1]}` in a text" + did_you_mean(first[1], [*BOOKS, *sorted(alone)]),
            )
        if first and first[1] == "occasion" and no_occasion:
            yield Problem(
                place_in_text(part, at + first.start(1)),
                "TXT-NAME",
                "this post names no occasion: add `occasion:` to its front matter",
            )
        for use in _DOTTED.finditer(inside):
            _, noun, code = BOOKS[use[1]]
            name = use[2] if use[2] is not None else use[3]
            if name in known[use[1]]:
                continue
            longer = _MINUS.match(inside, use.end()) if use[2] else None
            if longer and name + longer[0] in known[use[1]]:
                hint = f": a name with `-` is written `{use[1]}['{name}{longer[0]}']`"
            else:
                hint = did_you_mean(name, known[use[1]])
            yield Problem(place_in_text(part, at + use.start()), code, f"unknown {noun} `{name}` in a text{hint}")


def _blocks(template: str) -> Iterator[tuple[int, str, bool]]:
    """What stands between `{{ }}` and `{% %}`: where it begins, itself, and whether it is said. Each sign is looked at
    once: a sign that nothing closes ends the search for its kind."""
    at, open_kinds = 0, dict(_CLOSES)
    while opened := _OPENS.search(template, at):
        at = opened.end()
        close = open_kinds.get(opened[0])
        end = template.find(close, at) if close is not None else -1
        if end < 0:
            open_kinds.pop(opened[0], None)
            at = opened.start() + 1
            if not open_kinds:
                return
            continue
        yield at, template[at:end], opened[0] == "{{"
        at = end + 2


def place_in_text(part: TextPart, offset: int) -> SourceLocation:
    """The source location of a character of a text."""
    before = part.template[:offset]
    below = before.count("\n")
    column = len(before) - before.rfind("\n")
    return SourceLocation(part.place.path, part.place.line + below, column if below else column + part.place.column - 1)
