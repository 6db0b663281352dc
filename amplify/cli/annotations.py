"""Problems as GitHub's workflow commands: annotations at the lines of a pull request.

The form and what must be escaped are those of `actions/toolkit` (`core.issueCommand`): `%`, CR and LF in the
sentence; `:` and `,` too in a property. So no text of a post can begin a command of its own.
"""

from __future__ import annotations

from pathlib import Path

from amplify.model.problem import Problem


def format_annotation(problem: Problem, folder: str = "") -> str:
    """One line for one problem. `folder` leads from the repository's root to the workspace: `campaigns/spring`."""
    place = problem.place
    path = f"{folder}/{place.path}" if folder else place.path
    fields = {"file": path}
    if place.line:
        fields |= {"line": str(place.line), "col": str(max(1, place.column))}
    fields["title"] = problem.code
    packed = ",".join(f"{name}={_property(value)}" for name, value in fields.items())
    return f"::{problem.severity.value} {packed}::{_sentence(problem.message)}"


def folder_in_repository(root: Path) -> str:
    """From the nearest folder above that holds `.git` to the workspace; empty where they are the same."""
    root = root.resolve()
    for above in (root, *root.parents):
        if (above / ".git").exists():
            return "" if above == root else root.relative_to(above).as_posix()
    return ""


def _sentence(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _sentence(text).replace(":", "%3A").replace(",", "%2C")
