"""Maps Mastodon errors to platform errors."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from amplify.model.errors import LoggedOut, PlatformError, Refused, TryLater, Unknown
from amplify.platforms import http

_MUTE: Final = re.compile(r"suspend|disabled|authorized scopes|not confirmed|pending approval|moved", re.IGNORECASE)
_MEND: Final = "Make a new access token for it on its server (Preferences, Development: read and write), and store it"
_MEND_STANDING: Final = "Sign in on its server as this account, and do what it asks"

_SILENT: Final = {
    400: "it does not say why: look whether the access token is whole, and may read and write",
    404: "it has nothing at this address: look whether `server:` in config/accounts.yaml is the server's own address",
}
"""What to do where a server gives no reason; for 404, Mastodon.py makes up words of its own."""


def translate(error: Exception, hidden: Sequence[str] = (), wait: timedelta | None = None) -> PlatformError:
    """Map any exception of Mastodon.py, requests or urllib3 to a platform error, named by what to do next. Total.

    `wait`: how long the last answer of too many requests asked to wait (real time).
    """
    kind = type(error).__name__
    if kind == "MastodonRatelimitError" and error.args[:1] == ("Hit rate limit.",):
        return TryLater("the server asks for a pause", wait)
    if kind in ("MastodonIllegalArgumentError", "MastodonVersionError", "MastodonFileNotFoundError"):
        return Refused(f"Mastodon.py would not send it ({kind})")  # raised before any request
    status = error.args[1] if len(error.args) == 4 and isinstance(error.args[1], int) else None
    if status is None or type(error).__module__.partition(".")[0] != "mastodon":
        if http.not_sent(error):
            return TryLater(http.why_not_sent(error))
        return Unknown(f"the server gave no usable answer ({kind})")
    words = _SILENT.get(status, "") if error.args[3] in (None, "", "Endpoint not found.") else str(error.args[3])
    why = f"the server answered {status}: {http.redact(words, hidden)}".rstrip(": ")
    if status == 403 and _MUTE.search(words):
        return LoggedOut(f"{why}. {_MEND if 'scope' in words else _MEND_STANDING}")
    if status == 401:
        return LoggedOut(f"{why}. {_MEND}")
    if status == 422 and "already attached to another post" in words:  # ours alone: so an earlier attempt was taken
        return Unknown("the server says that its pictures stand in a post already: it is looked for")
    if status == 422 and "not finished processing" in words:
        return TryLater(why, timedelta(minutes=1))
    return http.error_for_status(status, why)
