"""Whether the workspace's folder is shared through git: whether somebody else's changes can come into it."""

from __future__ import annotations

import re
from pathlib import Path

_REMOTE = re.compile(r"^[ \t]*\[remote\b", re.MULTILINE)


def has_git_remote(root: Path) -> bool:
    """Whether the git repository that `root` belongs to has a remote. In doubt, yes."""
    if not root.is_dir():
        return False
    folders = (root.resolve(), *root.resolve().parents)
    try:
        found = next((one / ".git" for one in folders if (one / ".git").exists()), None)
        if found is None:
            return False
        # A file: a linked worktree or a submodule, which is part of something larger.
        return not found.is_dir() or bool(_REMOTE.search((found / "config").read_text("utf-8", "replace")))
    except OSError:
        return True
