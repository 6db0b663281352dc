"""The error for banners that cannot be painted."""

from __future__ import annotations


class BannerFault(ValueError):
    """The banner cannot be painted as it stands; `str()` is the sentence that says what to do.

    `picture`: the file that it is about; the sentence then begins with it, and `bare` is the sentence without.
    """

    def __init__(self, sentence: str, picture: str | None = None) -> None:
        super().__init__(f"{picture}: {sentence}" if picture is not None else sentence)
        self.bare, self.picture = sentence, picture
