"""Standard output and error as surroundings leave them: a full disk behind them, a reader that has gone, no descriptor
at all, letters that an 8-bit locale lacks. None of it stops a command in its middle."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TextIO

from amplify.model.errors import NeedsPerson

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_STANDARD: Final = (0, 1, 2)
_LOST: Final = (
    "amplify: standard output cannot be written ({why}): what this command did is done, and what it printed is not "
    "whole. Make room, then look with `amplify status`\n"
)


class LenientFile(io.FileIO):
    """A descriptor that swallows what it cannot write, and remembers why: the command goes on to its end."""

    failure: OSError | None = None

    def write(self, data: ReadableBuffer) -> int | None:  # type: ignore[override]
        if self.failure is None:
            try:
                return super().write(data)
            except OSError as error:
                self.failure = error
        return memoryview(data).nbytes


def run_with_output(run: Callable[[], int]) -> int:
    """Run a command whose `sys.stdout` and `sys.stderr` never raise; its exit code, or 3 where its output is lost."""
    _fill_gaps()
    before = sys.stdout, sys.stderr
    sys.stdout, out = _lenient(sys.stdout, 1)
    sys.stderr, _ = _lenient(sys.stderr, 2)
    try:
        code = run()
        sys.stdout.flush()
        # A reader that has gone has seen enough.
        if out is not None and out.failure is not None and not isinstance(out.failure, BrokenPipeError):
            sys.stderr.write(_LOST.format(why=out.failure.strerror))
            code = code or NeedsPerson.exit_code
        return code
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        sys.stdout, sys.stderr = before


def use_utf8() -> None:
    """Let standard output be UTF-8 from now on, whatever the locale: programs read it."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")


def _lenient(stream: TextIO | None, number: int) -> tuple[TextIO, LenientFile | None]:
    """The stream on a descriptor that never fails; one that is on another (a test's) stays as it is."""
    try:
        if stream is not None and stream.fileno() != number:
            return stream, None
    except (OSError, ValueError):
        assert stream is not None
        return stream, None
    if stream is not None:
        stream.flush()
    raw = LenientFile(number, "wb", closefd=False)
    at_once = number == 2 or getattr(stream, "line_buffering", False) or getattr(stream, "write_through", False)
    # A letter that the locale lacks is shown by its number.
    made = io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=getattr(stream, "encoding", "utf-8"),
        errors="backslashreplace",
        line_buffering=at_once,
    )
    return made, raw


def _fill_gaps() -> None:
    """Let standard descriptors that are closed lead nowhere: a file that took such a number would get our output."""
    for number in _STANDARD:
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free
