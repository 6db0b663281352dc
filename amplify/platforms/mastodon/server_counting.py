"""How servers that speak Mastodon's API count a text, each in its own way. Pure.

Sources: Mastodon's `StatusLengthValidator`; `validateNormalizeCreateStatus` of GoToSocial, `post_status` of Takahe
and `validate_character_limit` of Pleroma, which Akkoma shares. Which of them a server is, it says itself, or
`server_limits:` in config/accounts.yaml.
"""

from __future__ import annotations

from typing import Final

from amplify.model.platform_profile import Counting
from amplify.platforms.mastodon.text_length import conjunct_status_length, status_length
from amplify.rules.text import memoize
from amplify.rules.text.text_length import count_code_points, count_separate_graphemes, count_utf16_units

GRAPHEMES: Final = "graphemes"
IN_FULL: Final = "graphemes_in_full"
CODE_POINTS: Final = "code_points"
STRICTEST: Final = "strictest"


@memoize.memoized
def strictest_length(text: str) -> int:
    """The most that any of them counts: for servers of which nobody here knows how they do it."""
    return max(status_length(text), count_utf16_units(text))


COUNTINGS: Final = (
    Counting(GRAPHEMES, status_length, "graphemes"),
    Counting("graphemes_with_conjuncts", conjunct_status_length, "graphemes, conjuncts as one"),
    Counting(IN_FULL, count_separate_graphemes, "graphemes, addresses in full"),
    Counting(CODE_POINTS, count_code_points, "code points, addresses in full"),
    Counting(STRICTEST, strictest_length, "units, counted strictly"),
)

_COUNTED: Final = {
    "mastodon": GRAPHEMES,
    "pleroma": IN_FULL,
    "akkoma": IN_FULL,
    "gotosocial": CODE_POINTS,
    "takahe": CODE_POINTS,
}


def counting_of(software: str) -> str | None:
    """The name of the way in which a server counts; None where it does not say what it is."""
    return _COUNTED.get(software, STRICTEST) if software else None
