"""Splits a post file: front matter between two lines of `---`, then the texts."""

from __future__ import annotations

from dataclasses import dataclass

from amplify.model.problem import Problem, SourceLocation
from amplify.workspace.files import UnreadableFile

FENCE = "---"


@dataclass(frozen=True, slots=True)
class PostFile:
    """One post file, split in two."""

    path: str
    front: str
    """The YAML between the fences; it begins on line 2."""
    body: str
    """Everything below the second fence."""
    body_line: int
    """The line on which the body begins."""


def split_front(text: str, path: str, what: str = "a post") -> PostFile:
    """Split at the fences. `what` it is stands in the problem.

    Raises UnreadableFile where they are missing: front matter is never taken for text.
    """
    lines = text.split("\n")
    if lines[0].rstrip() != FENCE:
        raise UnreadableFile(
            Problem(
                SourceLocation(path, 1, 1),
                "POST-FRONT",
                f"{what} begins with its front matter: put `---` on the first line, the keys below it, and `---` again",
            )
        )
    for index in range(1, len(lines)):
        if lines[index].rstrip() == FENCE:
            return PostFile(path, "\n".join(lines[1:index]), "\n".join(lines[index + 1 :]), index + 2)
    raise UnreadableFile(
        Problem(
            SourceLocation(path, 1, 1),
            "POST-UNCLOSED",
            "the front matter that begins here never ends: put a line of `---` between the keys and the text",
        )
    )
