"""The one door to twitter-text-parser: X's own counting rules."""

from __future__ import annotations

import warnings
from functools import cache
from typing import Any


@cache
def library() -> Any:
    """The library, loaded when it is first needed: its tables take 60 ms.

    It imports `pkg_resources`, which warns everybody about its own end; setuptools is pinned for it instead.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        import twitter_text
        import twitter_text.config
        import twitter_text.extract_urls
    return twitter_text
