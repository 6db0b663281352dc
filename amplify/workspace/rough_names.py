"""People's names out of a `people.yaml` that cannot be read: a stop never waits for a typo.

Line by line, and only from `name:` and `aliases:`. What is found is searched for in texts and printed to nobody.
"""

from __future__ import annotations

import re
from typing import Final

from amplify.model.person import Person

_KEYS: Final = frozenset(Person.model_fields)
_LINE = re.compile(r"^\s*(?:-\s+)?(?:([A-Za-z][\w-]*)\s*:(?=\s|$))?\s*(?:-\s+)?(.*)$")
_COMMENT = re.compile(r"\s#.*$")
_FLOW_KEY = re.compile(r"(?:^|[{,])\s*[A-Za-z][\w-]*\s*:\s")
_PIECE = re.compile(r"\"([^\"]*)\"|'([^']*)'|([^\[\]{},\"'#]+)")


def rough_names(data: bytes) -> dict[str, tuple[str, ...]]:
    """Person → every spelling that a broken file seems to give."""
    found: dict[str, dict[str, None]] = {}
    person, section = "", ""
    for line in data.decode("utf-8", "replace").splitlines():
        match = _LINE.match(line)
        if match is None or line.lstrip().startswith("#"):
            continue
        key, rest = match[1] or "", _COMMENT.sub("", match[2])
        if key == "id":
            person, section = rest.strip().strip("\"'"), ""
            found.setdefault(person, {})
        elif key in _KEYS:
            section = key
        if person and section in ("name", "aliases"):
            pieces = _PIECE.findall(_FLOW_KEY.sub(", ", rest))
            found[person].update(dict.fromkeys(said for one in pieces if (said := "".join(one).strip(" \t-"))))
    return {person: tuple(names) for person, names in found.items()}
