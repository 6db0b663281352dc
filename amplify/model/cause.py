"""Cause codes: a machine-readable reason for a hold, or for the end of a delivery.

A reason is a sentence for people, and may be worded anew at any time. Whoever has to know what it is about (what a stop
held, whether a report may pass the reason on) asks its cause. A delivery without one is held or ended by something
that nobody has to tell apart.

| cause | the reason |
|---|---|
| `stop:person:anna`, `stop:all:` | a stop of that kind and subject |
| `gate:person:anna`, `gate:fact:prisoners` | the gate of that subject (`model.subject`) |
| `error:TXT-LONG:` | an error in the files of what is held, by its code |
| `account:press_union/x` | a refusal that names neither text nor media: it may be that account's fault |
| `mended:press_union/x` | such a refusal, and the account was mended since: it is queued anew |
| `platform:press_union/x` | that account's platform took nothing of it: it is tried again |
| `upload:press_union/x` | likewise, and nothing failed: an upload goes on |
"""

from __future__ import annotations

from typing import Final

_OF_PEOPLE: Final = frozenset({"person", "consent", "words", "signatory"})


def stop(kind: str, subject: str) -> str:
    """The cause code of a hold by a stop."""
    return f"stop:{kind}:{subject}"


def gate(subject: str) -> str:
    """The cause code of a hold by the gate of `subject` (`kind:name`)."""
    return f"gate:{subject}"


def error(code: str) -> str:
    """The cause code of a hold for an error in files."""
    return f"error:{code}:"


ACCOUNT: Final = "account"
_MENDED: Final = "mended"


def account(name: str) -> str:
    """The cause code of a refusal that may have been the account's fault."""
    return f"{ACCOUNT}:{name}"


def mended(name: str) -> str:
    """The cause code of such a refusal once the account was mended."""
    return f"{_MENDED}:{name}"


def is_mended(cause: str | None) -> bool:
    """Whether a refusal may have been the account's fault, which was mended since."""
    return cause is not None and cause.partition(":")[0] == _MENDED


PLATFORM: Final = "platform"
UPLOAD: Final = "upload"


def platform(account: str, working: bool) -> str:
    """The cause code of a delivery that its platform did not take just now. `working`: nothing failed."""
    return f"{UPLOAD if working else PLATFORM}:{account}"


def is_of_person(cause: str | None) -> bool:
    """Whether the reason may reveal something about somebody: who is stopped, their state, their consent; or that an
    organisation took its signature back."""
    return cause is not None and cause.split(":", 2)[1] in _OF_PEOPLE
