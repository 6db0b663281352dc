"""What is said of posts that are not, or not surely, the ones looked for: a person says whether they are."""

from __future__ import annotations

from typing import Final

NOT_THERE: Final = "the post at this address is not there (any more)"
NOT_OURS: Final = "the post at this address is somebody else's, and not of this account"


def near_post(url: str) -> str:
    """Why a look-up cannot tell: the post at `url` (empty: unknown) is nearly it."""
    return (
        f"{url or 'something on the account’s own timeline'} may be it, as its server gives it back, "
        "so it is not sent again before somebody has looked"
    )
