"""Maps X errors: every exception of tweepy and of the HTTP libraries under it to a platform error."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from amplify.model.errors import LoggedOut, PlatformError, Refused, TryLater, Unknown
from amplify.platforms import http

_RATE_FAMILIES: Final = ("x-rate-limit", "x-user-limit-24hour", "x-app-limit-24hour")
_QUARTER: Final = timedelta(minutes=15)  # X's usual window, where it does not say when it ends
_MUTE: Final = re.compile(
    r"suspended|locked|client-forbidden|client-not-enrolled|unsupported-authentication|oauth1-permissions|usage-capped",
    re.IGNORECASE,
)
_MEND_KEYS: Final = "Make new keys and tokens for it in X's developer portal, with the right to write, and store them"
_MEND_CREDITS: Final = "The credits of the app are used up: buy some in X's developer portal"
_MEND_CAP: Final = "The app's monthly cap is spent: raise it in X's developer portal"
_MEND_STANDING: Final = "Open X in a browser as this account, and the developer portal, and do what they ask"


def translate(error: Exception, hidden: Sequence[str] = ()) -> PlatformError:
    """Map any exception of tweepy, requests or urllib3 to a platform error, named by what to do next. Total."""
    response = getattr(error, "response", None)
    status = getattr(response, "status_code", None)
    if type(error).__module__.partition(".")[0] != "tweepy" or not isinstance(status, int):
        if http.not_sent(error):
            return TryLater("X cannot be reached", account=True)
        return Unknown(f"X gave no usable answer ({type(error).__name__})")
    told = error_messages(response)
    words = " ".join(told).lower()
    why = f"X answered {status}: {http.redact(told[-1] if told else '', hidden)}".rstrip(": ")
    if status == 403 and "duplicate content" in words:
        return Unknown("X says it already has this text: it is looked for on the account's own timeline")
    if status in (403, 429) and _MUTE.search(words):
        return LoggedOut(f"{why}. {_MEND_CAP if 'usage-capped' in words else _MEND_STANDING}")
    if status in (401, 402):  # 402: the credits are used up. Nothing is wrong with the post, so it waits
        return LoggedOut(f"{why}. {_MEND_KEYS if status == 401 else _MEND_CREDITS}")
    if status == 400 and "invalid-request" in words and "authentication" not in words:
        return Refused(why)  # it names the parameter: text or media
    return http.error_for_status(status, why, _after(response) if status == 429 else None)


def read_only(level: str) -> str:
    """The sentence for tokens that were made without the right to write."""
    return f"X says that the tokens may do this alone: {http.redact(level, ())}. {_MEND_KEYS}"


def error_messages(response: Any) -> list[str]:
    """Messages in the answer's body, the most telling last. Empty where none is readable."""
    try:
        body = response.json()
    except (ValueError, AttributeError, RecursionError):
        return []
    if not isinstance(body, dict):
        return []
    errors = [one for one in body.get("errors") or () if isinstance(one, dict)]
    words = [body.get("type"), body.get("title"), *(one.get("message") for one in errors), body.get("detail")]
    return [one for one in words if isinstance(one, str)]


def _after(response: Any) -> timedelta:
    headers = response.headers
    spent = [
        http.seconds_until(headers.get(f"{family}-reset"))
        for family in _RATE_FAMILIES
        if headers.get(f"{family}-remaining") == "0"
    ]
    ends = [one for one in spent if one is not None]
    first = http.first_wait(headers.get("x-rate-limit-reset"), headers.get("retry-after"))
    return max(ends) if ends else _QUARTER if first is None else first
