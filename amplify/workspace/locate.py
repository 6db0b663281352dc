"""Finds the folder of the workspace."""

from __future__ import annotations

import shlex
from pathlib import Path

from amplify.model.errors import WrongUse
from amplify.workspace.local_paths import check_home

_SIGN = Path("config", "workspace.yaml")


def find_root(folder: Path | None = None) -> Path:
    """The root of the workspace: `folder`; without one, the current folder or the nearest parent that is a workspace.

    Raises WrongUse with a sentence that says what to do, and NeedsPerson where its `.amplify` is no folder of its own.
    """
    try:
        root = _find(folder)
        check_home(root)
        return root
    except PermissionError as error:
        raise WrongUse(f"{error.filename} may not be looked at: ask whoever owns it, or name another folder") from None


def _find(folder: Path | None) -> Path:
    if folder is not None:
        if not folder.is_dir():
            again = shlex.quote(str(folder))
            raise WrongUse(f"there is no folder {folder}: name a workspace, or make one with `amplify init {again}`")
        if not (folder / _SIGN).is_file():
            raise WrongUse(
                f"{folder} is no workspace, for it has no {_SIGN.as_posix()}: make one with `amplify init DIR`"
            )
        return folder.resolve()
    here = Path.cwd()
    for candidate in (here, *here.parents):
        if (candidate / _SIGN).is_file():
            return candidate
    raise WrongUse(
        f"neither {here} nor a folder above it is a workspace: go into one, name one with `--workspace DIR`, "
        "or make one with `amplify init DIR`"
    )
