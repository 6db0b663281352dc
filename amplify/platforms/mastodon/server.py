"""What a server that speaks Mastodon's API is, as it says itself."""

from __future__ import annotations

import re
from typing import Final

from amplify.model.platform import Json

_MASTODON: Final = re.compile(r"v?([2-9]|\d{2,})\.\d+\.\d+(?:[-+.]?[\w.+-]*)?")
"""`4.5.0`, `4.3.0+glitch`, `4.4.0-rc.1`: Mastodon and its forks count from 2 on and add no further words.
GoToSocial counts from 0, Takahe writes `takahe/0.11.0`, Pleroma and others `2.7.2 (compatible; Pleroma 2.5.0)`."""


def keeps_keys(instance: Json) -> bool:
    """Whether it surely honours idempotency keys: Mastodon does since 2.0. Who is not known is not trusted.

    `instance`: its description, from `/api/v2/instance` or the older `/api/v1/instance`.
    """
    return _MASTODON.fullmatch(str(instance.get("version") or "").strip()) is not None
