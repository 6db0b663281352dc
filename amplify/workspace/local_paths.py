"""Finds local files that git tracks: `git pull` would overwrite them without a word, with whatever others pushed."""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import amplify
from amplify.model.errors import NeedsPerson
from amplify.model.problem import Problem, Severity, SourceLocation
from amplify.workspace.git_index import Repository, UnreadableIndex, repositories_around, tracked_names

HOME: Final = ".amplify"
ACCOUNTS: Final = "config/accounts.yaml"
_SHORT: Final = re.compile(r"(?<![^/])amplif~\d(?![^/])")
"""How Windows shortens the folder's name."""

_MANY: Final = frozenset({"media", "banners", "thumbnails", "rehearsal"})
"""Folders that hold thousands of files."""

Signature = tuple[int, ...]


def check_home(root: Path) -> None:
    """Raise NeedsPerson where `.amplify` is a link or no folder: a pull can put either there."""
    try:
        kind = os.lstat(root / HOME).st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISDIR(kind):
        what = "a link" if stat.S_ISLNK(kind) else "no folder"
        raise NeedsPerson(
            f"the ledger cannot be opened: {root / HOME} is {what}. Ledger, sessions and pictures lie there, and "
            "nothing follows or deletes it: look where it came from (`git log -- .amplify`), remove it, and put a "
            "backup back"
        )


def close_home(root: Path) -> None:
    """Close `.amplify` to everybody but its owner, with everything in it: also what an older amplify left open. Frozen
    pictures are looked through only where they could be reached."""
    home = root / HOME
    waiting = [os.fspath(home)] if home.is_dir() and not home.is_symlink() else []
    opened = False
    while waiting:
        folder = waiting.pop()
        with suppress(PermissionError, FileNotFoundError):  # somebody else's: `doctor` says so
            opened |= _close(folder, 0o700)
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        if opened or entry.name not in _MANY or entry.stat().st_mode & 0o077:
                            waiting.append(entry.path)
                    elif not entry.is_symlink() and entry.stat().st_mode & 0o077:
                        _close(entry.path, 0o600)


def _close(path: str, mode: int) -> bool:
    """Take everybody else's rights from it; whether they had any."""
    if not os.stat(path, follow_symlinks=False).st_mode & 0o077:
        return False
    os.chmod(path, mode)
    return True


def find_tracked(root: Path, others: Iterable[Path] = (), known: Signature = ()) -> tuple[list[str], Signature]:
    """Local paths that a repository tracks, and what identifies the indexes in which none was found. `others`: more
    paths that are local, such as the file of secrets. `known`: nothing was found in the indexes that this identifies.

    The repository of the program itself holds a sample with invented accounts, which is no local file. Raises
    NeedsPerson where an index cannot be read.
    """
    wanted = list(_wanted(root, others))
    found: list[str] = []
    signature: list[int] = []
    try:
        around = {one.top: one for path in wanted for one in repositories_around(path.parent)}
        for one in around.values():
            signature += one.signature()
        if signature and tuple(signature) == known:
            return [], known
        for one in around.values():
            found += _tracked(one, wanted)
    except UnreadableIndex as error:
        raise NeedsPerson(
            f"git's index cannot be read ({error}), so that nobody can tell whether others may overwrite our local "
            "files: mend it (`git status` says more), or install git"
        ) from None
    return sorted(set(found)), () if found else tuple(signature)


def tracked_sentence(names: Sequence[str]) -> str:
    """Why nothing goes on while git tracks these."""
    many = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    return (
        f"git tracks {many}: a local file, which whoever pushes can overwrite. See who added it "
        f"(`git log -- {names[0]}`), take it out (`git rm -r --cached {names[0]}`, then commit), look whether it is "
        "still ours, and run `amplify confirm`"
    )


def tracked_problems(root: Path, shared: bool = False) -> list[Problem]:
    """The same as problems, for `check` and whoever judges a change that somebody proposes. `shared`: the folder holds
    only what is shared, as in a hook, so that a local file in it is one that somebody pushes."""
    found = {name: f"git tracks it: `git rm -r --cached {name}`" for name in find_tracked(root)[0]}
    if shared:
        found |= dict.fromkeys(_local_in(root), "somebody shares it: take it out")
    return [
        Problem(
            SourceLocation(name, 0, 0),
            "FILE-LOCAL",
            f"this is local to each partner, whoever pulls would have their own overwritten, and {why}",
            Severity.ERROR,
        )
        for name, why in found.items()
    ]


def _local_in(root: Path) -> Iterator[str]:
    """Everything in the folder that goes by the name of something local, in any spelling."""
    names = [entry.name for entry in root.iterdir()]
    for folder in (name for name in names if _folded(os.fsencode(name)) == "config" and (root / name).is_dir()):
        names += [f"{folder}/{entry.name}" for entry in (root / folder).iterdir()]
    for name in names:
        if _folded(os.fsencode(name)) in (HOME, ACCOUNTS):
            yield os.fsencode(name).decode("utf-8", "replace")


def is_sample(root: Path) -> bool:
    """Whether `root` is the repository that this program runs from: who can push there can change the program."""
    return root == Path(amplify.__file__).resolve().parents[1]


def _wanted(root: Path, others: Iterable[Path]) -> Iterator[Path]:
    """Every local path, and what it leads to."""
    local = [] if is_sample(root) else [root / ACCOUNTS]
    for path in (*local, root / HOME, *others):
        yield path
        real = Path(os.path.realpath(path))
        if real != path:
            yield real


def _tracked(repository: Repository, wanted: Sequence[Path]) -> Iterator[str]:
    """The tracked names that are a local path, lie in one, or lead to one by a link."""
    local = {}
    for path in wanted:
        if path.is_relative_to(repository.top):
            local[_folded(os.fsencode(path.relative_to(repository.top)))] = path
    above = {parent for name in local for parent in _parents(name)}
    for name, is_link in tracked_names(repository):
        folded = _folded(name)
        if folded in local or (is_link and folded in above) or any(one in local for one in _parents(folded)):
            yield os.fsdecode(name).encode("utf-8", "replace").decode()


def _parents(name: str) -> Iterator[str]:
    at = name.rfind("/")
    while at > 0:
        yield name[:at]
        at = name.rfind("/", 0, at)


def _folded(name: bytes) -> str:
    """The name as the most careless file system takes it: case, invisible characters, trailing dots, short names."""
    text = os.fsdecode(name)
    if not text.isascii():
        kept = (one for one in unicodedata.normalize("NFKC", text) if unicodedata.category(one) != "Cf")
        text = unicodedata.normalize("NFKC", "".join(kept).casefold())
    text = text.lower()
    if "~" in text:
        text = _SHORT.sub(HOME, text)
    if ". " in text or "./" in text or " /" in text or ":" in text or text.endswith((".", " ")):
        text = "/".join(part.partition(":")[0].rstrip(". ") or part for part in text.split("/"))
    return text
