"""Every error this program raises on purpose.

AmplifyError                what a person reads: one sentence that says what to do
├── WrongUse                the command was called wrongly                   exit 2
├── ProblemsFound           the workspace has problems; they are listed      exit 1
├── NeedsPerson             somebody must decide or mend something first     exit 3
└── PlatformError           a platform did not answer with a receipt; named by what to do next
    ├── TryLater            nothing was accepted: try again, not before `after`
    │   └── StillWorking    nor did anything fail: an upload goes on
    ├── Refused             the platform will never accept this: edit it
    ├── LoggedOut           the account cannot speak: pause it, mend its credentials
    └── Unknown             it may have been accepted: look it up, never send it blindly again
"""

from __future__ import annotations

import errno
from datetime import timedelta
from typing import ClassVar, Final


class AmplifyError(Exception):
    """Base of all: `str(error)` is the sentence shown to the person."""

    exit_code: ClassVar[int] = 1


class WrongUse(AmplifyError):
    """The command was called in a way that cannot mean anything."""

    exit_code = 2


class ProblemsFound(AmplifyError):
    """The workspace has problems that must be mended first."""

    exit_code = 1


class NeedsPerson(AmplifyError):
    """Somebody has to decide, sign in, or mend something before this can go on."""

    exit_code = 3


_DISK: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO})
"""Errors of the disk and not of the place: another name on it would not help."""


def is_disk_error(error: BaseException) -> bool:
    """Whether a disk is full, read-only or broken."""
    return isinstance(error, OSError) and error.errno in _DISK


def unwritable_output(place: object, error: OSError) -> AmplifyError:
    """The error of output that cannot be written where the caller wants it: NeedsPerson where the disk is at fault."""
    if is_disk_error(error):
        return NeedsPerson(f"{place} cannot be written ({error.strerror}): mend the disk, or give another --out")
    return WrongUse(f"{place} cannot be written ({error.strerror or 'no reason given'}): give another --out")


class PlatformError(AmplifyError):
    """What an adapter raises instead of returning a receipt. `why` never holds a secret or a text."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class TryLater(PlatformError):
    """Nothing was accepted. Try this delivery again in `after` (None: the platform did not say).

    `account`: the platform said so of the whole account, or could not be reached at all: nothing else of the account
    is tried before then, either. Without it, only this delivery waits.
    """

    def __init__(self, why: str, after: timedelta | None = None, *, account: bool = False) -> None:
        super().__init__(why)
        self.after = after
        self.account = account


class StillWorking(TryLater):
    """Nothing failed: an upload goes on, or the platform still works on what was uploaded."""


class Refused(PlatformError):
    """The platform will not accept this content, now or later.

    `unexplained`: its answer names neither text nor media, so it may as well be the account's fault.
    """

    def __init__(self, why: str, *, unexplained: bool = False) -> None:
        super().__init__(why)
        self.unexplained = unexplained


class LoggedOut(PlatformError):
    """The account's credentials are missing, expired or revoked, or the account is suspended.

    `local`: nobody was asked, for our own files already lack something: each pass may look again.
    """

    def __init__(self, why: str, *, local: bool = False) -> None:
        super().__init__(why)
        self.local = local


class Unknown(PlatformError):
    """The request may have been accepted; only the platform knows."""
