"""Words from outside, in whatever encoding the surroundings have: arguments, the environment, names of files."""

from __future__ import annotations

import codecs
import locale
import os
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

_UTF8 = "utf-8"


def use_utf8_names() -> None:
    """Start this program anew in Python's UTF-8 mode. A locale would have it read names of files in another encoding:
    the names in the files of a workspace are UTF-8 on every machine. What people read stays in theirs."""
    letters = locale.getencoding()
    if not _is_ascii(letters):
        os.environ.setdefault("PYTHONIOENCODING", f"{letters}:backslashreplace")
    os.environ["PYTHONUTF8"] = "1"  # for the programs that this one starts
    os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])  # noqa: S606 - ourselves


def _is_ascii(encoding: str) -> bool:
    return codecs.lookup(encoding).name == "ascii"


def readable_text(text: str) -> str:
    """The text, where it holds bytes that are not UTF-8 read as the locale has them: neither a ledger nor a platform
    takes them, and no stop may fail because of its reason."""
    try:
        text.encode(_UTF8)
    except UnicodeEncodeError:
        try:
            raw = text.encode(_UTF8, "surrogateescape")
        except UnicodeEncodeError:  # half of a character, which no system hands over
            return text
        try:
            return raw.decode(locale.getencoding())
        except UnicodeDecodeError:
            return raw.decode(_UTF8, "replace")
    return text


def with_readable_texts(command: Callable[..., Any]) -> Callable[..., Any]:
    """The command, given texts that are text, whatever was typed. Names of files (`Path`) keep their bytes."""

    @wraps(command)
    def called(**given: Any) -> Any:
        return command(**{name: _readable(value) for name, value in given.items()})

    return called


def _readable(value: Any) -> Any:
    if type(value) is str:
        return readable_text(value)
    return [_readable(one) for one in value] if isinstance(value, list) else value
