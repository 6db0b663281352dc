"""What cannot be painted, in a sentence."""

from __future__ import annotations


class BannerFault(ValueError):
    """The banner cannot be painted as it stands; `str()` is the sentence that says what to do."""
