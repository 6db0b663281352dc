"""Posts on an account's own timeline that are nearly the one looked for: a person says whether they are."""

from __future__ import annotations


def near_post(url: str) -> str:
    """Why a look-up cannot tell: the post at `url` (empty: unknown) is nearly it."""
    return (
        f"{url or 'something on the account’s own timeline'} may be it, as its server gives it back, "
        "so it is not sent again before somebody has looked"
    )
