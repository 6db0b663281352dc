"""Nothing but its own package (and the stage, which plays it) names a platform: import contracts cannot see names.

Docstrings may, for they explain. Whatever else of the house knows a platform asks its profile.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from amplify.platforms import registry

HOUSE = Path(__file__).parents[2] / "amplify"
ELSEWHERE = ("platforms/", "stage/", "workspace/starter/")
"""Where names belong. The starter is somebody's workspace, and workspaces name platforms."""
ALLOWED = {
    "cli/banner.py": "`bluesky` is the name of a banner's size: an option's value, which is frozen",
    "model/banner_size.py": "names of sizes are keys of YAML and options, frozen; their titles say where they are used",
    "rules/lint/rulebook.py": "codes are frozen, and a policy is quoted by the name of whose policy it is",
    "rules/text/url_library.py": "the name of a library on PyPI",
}
LONG = sorted({*registry.names(), "twitter", "tweet", "bsky"} - {"x"})
"""Platforms, and what else they are called. X is looked for by itself: it is a letter, too."""

_WORD = re.compile(rf"(?<![a-z])(?:{'|'.join(LONG)})", re.IGNORECASE)
_X = re.compile(r"(?<![\w\\./-])[Xx](?![\w-])|\bx\.com\b")
_IN_TEMPLATES = re.compile(rf"\b(?:{'|'.join(LONG)})|\b(?:on|at|way)-x\b|==\s*['\"]x['\"]", re.IGNORECASE)


def named_in(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of everything in Python code that names a platform, docstrings apart."""
    tree = ast.parse(source)
    passed = set(_docstrings(tree)) | set(_between_numbers(tree))
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        said = node.value if isinstance(node, ast.Constant) and id(node) not in passed else None
        if isinstance(said, str) and (_WORD.search(said) or _X.search(said)):
            yield line, said
        for field in ("id", "attr", "name", "arg", "asname", "module"):
            word = getattr(node, field, None)
            if isinstance(word, str) and _names_one(word):
                yield line, word


def _docstrings(tree: ast.AST) -> Iterator[int]:
    """Strings that stand alone: docstrings of modules, classes, functions and attributes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield id(node.value)


def _between_numbers(tree: ast.AST) -> Iterator[int]:
    """The `x` of `f"{width}x{height}"`, and of `"x".join(...)`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "join":
            yield id(node.value)
        if isinstance(node, ast.JoinedStr):
            yield from (id(part) for part in node.values if isinstance(part, ast.Constant) and part.value == "x")


def _names_one(identifier: str) -> bool:
    """`link_on_x`, `bluesky_links`, `_X_TAG`; but not a coordinate `x`."""
    parts = re.split(r"[_.]+", identifier.strip("_").lower())
    return bool(_WORD.search(identifier)) or (len(parts) > 1 and "x" in parts)


def house(*suffixes: str) -> Iterator[tuple[str, str]]:
    """Path and text of each file of these kinds, but for those where names belong."""
    for path in sorted(HOUSE.rglob("*")):
        name = path.relative_to(HOUSE).as_posix()
        if path.suffix in suffixes and not name.startswith(ELSEWHERE):
            yield name, path.read_text(encoding="utf-8")


def test_no_code_names_a_platform() -> None:
    found = {name: list(named_in(text)) for name, text in house(".py")}
    assert not {name: said for name, said in found.items() if said and name not in ALLOWED}
    assert not [name for name in ALLOWED if not found.get(name)], "these need no leave any more"


def test_no_page_names_a_platform() -> None:
    found = {name: _IN_TEMPLATES.findall(text) for name, text in house(".j2", ".js", ".css", ".yaml", ".html")}
    assert len(found) > 10
    assert not {name: said for name, said in found.items() if said}


@pytest.mark.parametrize(
    "line",
    [
        'if platform == "x": pass',
        'MOST = {"x": 2, "plaza": 3}',
        '_DRAWS = {"mastodon": 0}',
        "def x_weight(text): ...",
        "from amplify.rules.text import x_valid",
        "def link_on_x(): ...",
        "_BLUESKY_HOST = 1",
        "call(mastodon=True)",
        'say(f"about {cost} on X, at the prices of {day}")',
        'host = "x.com"',
        'site = "https://bsky.app/profile"',
    ],
)
def test_a_name_is_seen(line: str) -> None:
    assert list(named_in(line))


@pytest.mark.parametrize(
    "line",
    [
        '"""As X does it, and Mastodon."""',
        'MOST: int = 2\n"""Mastodon takes more."""',
        "x, y = 1, 2",
        'size = f"{width}x{height}"',
        'size = "x".join(numbers)',
        r'grapheme = compile(r"\X")',
        'code = "X-DUP"',
        "max_length = 3",
        'calendar = "x-wr-calname"',
    ],
)
def test_what_is_no_name_passes(line: str) -> None:
    assert not list(named_in(line))


def test_a_page_that_asks_for_a_platform_is_seen() -> None:
    for line in ("{% if way.id == 'x' %}", ".on-x { color: red }", 'all("button.mastodon")', "#at-bluesky:checked"):
        assert _IN_TEMPLATES.search(line)
