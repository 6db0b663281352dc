"""Creates a new workspace from the files of `starter/`, with their dates counted from today."""

from __future__ import annotations

import re
from datetime import date, timedelta
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from amplify.model.errors import NeedsPerson, WrongUse, is_disk_error
from amplify.workspace.atomic_write import write_whole
from amplify.workspace.schema import write_schemas

IGNORED: Final = """\
# The ledger, rendered pictures and locks: never shared.
.amplify/
# Who we are on this machine: never shared.
config/accounts.yaml
"""
"""The `.gitignore` of a new workspace."""

_DATE = re.compile(r"\b(TODAY|LASTYEAR|MONTH|DAY)(?:([+-]\d+))?(?=T\d\d:|\b)")
_NO_ID = re.compile(r"[^a-z0-9_-]+")


def scaffold_workspace(folder: Path, today: date) -> tuple[Path, ...]:
    """Create a workspace in `folder`, which is new or empty; gives the files in it. Raises WrongUse otherwise.

    The workspace's id is the folder's name. A folder that holds nothing but `.git` counts as empty.
    """
    if folder.exists() and not folder.is_dir():
        raise WrongUse(f"{folder} is a file: name a new folder")
    if folder.is_dir() and any(entry.name != ".git" for entry in folder.iterdir()):
        raise WrongUse(f"{folder} is not empty: name a new folder, so that nothing of yours is overwritten")
    name = _NO_ID.sub("-", folder.resolve().name.lower()).strip("-_")[:64] or "workspace"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        written = list(_copy(files("amplify.workspace") / "starter", folder, name, today))
        write_whole(folder / ".gitignore", IGNORED)
        written += [folder / ".gitignore", *write_schemas(folder)]
    except OSError as error:
        if is_disk_error(error):
            raise NeedsPerson(f"{folder} cannot be written ({error.strerror}): mend the disk first") from error
        raise WrongUse(f"{folder} cannot be written: {(error.strerror or 'no reason given').lower()}") from None
    return tuple(sorted(written))


def _copy(source: Traversable, target: Path, name: str, today: date) -> list[Path]:
    target.mkdir(exist_ok=True)
    written: list[Path] = []
    for entry in source.iterdir():
        if entry.name.startswith((".", "__")):
            continue
        path = target / entry.name
        if entry.is_dir():
            written += _copy(entry, path, name, today)
            continue
        if entry.name.endswith((".yaml", ".md")):
            write_whole(path, fill_placeholders(entry.read_text(encoding="utf-8"), name, today))
        else:
            path.write_bytes(entry.read_bytes())
        written.append(path)
    return written


def fill_placeholders(text: str, name: str, today: date) -> str:
    """Fill in the starter's placeholders: `WORKSPACE` → the id; `TODAY+2` → that day; `LASTYEAR+12` → the day in 12
    days, a year earlier; `MONTH+12`, `DAY+12` → its month and day.
    """

    def day(found: re.Match[str]) -> str:
        then = today + timedelta(days=int(found[2] or 0))
        before = then.replace(year=then.year - 1, day=min(then.day, 28) if then.month == 2 else then.day)
        meant = {"TODAY": then, "LASTYEAR": before, "MONTH": then.month, "DAY": then.day}
        return str(meant[found[1]])

    return _DATE.sub(day, text.replace("WORKSPACE", name))
