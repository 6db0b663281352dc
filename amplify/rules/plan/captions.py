"""Captions of a video for one text: which are in its language, and what they say without their times. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from amplify.model.video import Captions
from amplify.rules.text.language import Fallback, fallback_chain


def captions_in(lang: str, captions: Iterable[Captions], fallback: Fallback) -> Captions | None:
    """The captions for readers of `lang`: in it, or in the first language of its chain that there is."""
    by_lang = {one.lang: one for one in captions}
    return next((by_lang[one] for one in fallback_chain(lang, fallback) if one in by_lang), None)


def spoken_text(captions: Captions) -> str:
    """What is said, without times: one line for each caption."""
    return "\n".join(" ".join(cue.split("\n")) for cue in captions.words.split("\n\n"))
