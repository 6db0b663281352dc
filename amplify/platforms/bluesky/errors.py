"""Maps Bluesky errors: every exception of atproto and of the HTTP library under it to a platform error."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from amplify.model.errors import LoggedOut, PlatformError, TryLater, Unknown
from amplify.platforms import http

WORN_OUT: Final = frozenset({"ExpiredToken", "InvalidToken"})
"""Names of errors after which signing in again may help."""
_MUTE: Final = frozenset(
    {
        *WORN_OUT,
        "AccountDeactivated",
        "AccountSuspended",
        "AccountTakedown",
        "AuthenticationRequired",
        "AuthFactorTokenRequired",
        "AuthMissing",
        "RepoDeactivated",
        "RepoSuspended",
        "RepoTakendown",
    }
)
_PASSWORD: Final = frozenset({*WORN_OUT, "AuthenticationRequired", "AuthMissing"})
_MEND: Final = "Make a new app password for it on Bluesky (Settings, Privacy and security), and store it"
_MEND_STANDING: Final = "Sign in on Bluesky as this account, and do what it asks"


def translate(error: Exception, hidden: Sequence[str] = ()) -> PlatformError:
    """Map any exception of atproto, pydantic, httpx or httpcore to a platform error, named by what to do next.
    Total.
    """
    response = getattr(error, "response", None)
    status = getattr(response, "status_code", None)
    if type(error).__name__ == "LoginRequiredError":
        return LoggedOut(f"Bluesky asks to sign in again. {_MEND}")
    if type(error).__module__.partition(".")[0] != "atproto_client" or not isinstance(status, int):
        if http.not_sent(error):
            return TryLater(http.why_not_sent(error, "Bluesky"))
        return Unknown(f"Bluesky gave no usable answer ({type(error).__name__})")
    name, message = error_name(error), http.redact(error_message(error), hidden)
    why = f"Bluesky answered {status}: {f'{name}: {message}'.strip(': ')}".rstrip(": ")
    if name in _MUTE:
        return LoggedOut(f"{why}. {_MEND if name in _PASSWORD else _MEND_STANDING}")
    if status == 401:
        return LoggedOut(f"{why}. {_MEND}")
    if name == "BlobNotFound" or "could not find blob" in message.lower():
        return TryLater(why)  # its pictures are not there any more: nothing was accepted, they are uploaded again
    return http.error_for_status(status, why, _after(error) if status == 429 else None)


def _after(error: Exception) -> timedelta | None:
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    return http.seconds_until(headers.get("retry-after")) or http.seconds_until(headers.get("ratelimit-reset"))


def error_name(error: Exception) -> str:
    """The protocol's own name of an error (`ExpiredToken`), or empty."""
    content = getattr(getattr(error, "response", None), "content", None)
    return str(getattr(content, "error", None) or "")


def error_message(error: Exception) -> str:
    """The server's message in words, or empty."""
    content = getattr(getattr(error, "response", None), "content", None)
    return str(getattr(content, "message", None) or "")
