"""Finds where a text may be divided: after sentences, and between words. Pure; English, Belarusian, Russian and alike.

A break is a stretch of blanks that a message need not keep. No-break spaces are none: who wrote one wanted the two
sides to stay together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import regex

_BLANK: Final = r"[ \t\n\r\f\v\u1680\u2000-\u2006\u2008-\u200a\u2028\u2029\u205f\u3000]"
_CLOSING: Final = "\"'”’»›)\\]}"
_DASHES: Final = "-‐–—―"

_BREAK = regex.compile(rf"{_BLANK}++|(?<=[。！？][{_CLOSING}」』）]{{0,3}})(?![。！？{_CLOSING}」』）])(?=[^\s.!?…])")
_SENTENCE_END = regex.compile(rf"[.!?…。！？][{_CLOSING}」』）]{{0,4}}$")
_FULL_STOP = regex.compile(rf"(?<![.!?…])\.[{_CLOSING}]{{0,4}}$")
_LAST_WORD = regex.compile(r"(?<![\p{L}\p{M}\p{Nd}.ʼ’'-])[\p{L}\p{M}\p{Nd}.ʼ’'-]++$")
_INITIALS = regex.compile(r"(?:\p{L}\p{M}*\.[-\u2010]?)+")
_LOOK_BACK: Final = 40  # code points: enough for a word that may be an abbreviation

_ENGLISH: Final = """
al. approx. ca. capt. cf. ch. col. corp. dept. dr. ed. eds. esp. etc. fig. gen. gov. hon. inc. jr. lt. ltd. maj. messrs.
mr. mrs. ms. nos. pp. prof. resp. rev. sen. sgt. sr. st. viz. vol. vs. jan. feb. apr. aug. sept. oct. nov. dec.
"""
_BELARUSIAN: Final = """
акад. арт. вобл. вул. гг. гл. глядз. гр. дац. др. заг. зб. ім. інш. кв. млн. млрд. напр. нач. пав. паз. перакл. пл.
праф. рэд. рэсп. руб. св. стар. сум. табл. тав. тыс. чал. студз. сак. чэрв. жн. вер. кастр. ліст. снеж.
"""
_RUSSIAN: Final = """
акад. адв. англ. вв. гг. гл. гр. деп. доп. доц. др. зав. зам. изд. илл. им. кв. коп. корп. млн. млрд. напр. обл. оз.
пер. пл. пос. пп. пр. просп. проф. ред. респ. руб. св. сек. см. соч. ср. ст. стр. табл. тел. тов. тыс. ул. чел. экз.
янв. февр. апр. авг. сент. окт. нояб. дек.
"""
ABBREVIATIONS: Final = frozenset((_ENGLISH + _BELARUSIAN + _RUSSIAN).split())
"""Words whose full stop does not end a sentence, in lower case."""

_BEFORE_A_NUMBER: Final = frozenset({"art.", "no.", "sec."})
"""These are shortened only where a number follows: “No. 5”."""


@dataclass(frozen=True, slots=True, order=True)
class TextBreak:
    """A stretch of blanks (or nothing, after `。`) between two words. Code points, end-exclusive."""

    start: int
    end: int
    sentence: bool
    """A sentence ends here."""
    paragraph: bool = False
    """A paragraph ends here, and with it a sentence."""


def find_breaks(text: str) -> tuple[TextBreak, ...]:
    """Every place where `text` may be divided, in order. Blanks at its two ends are none of them."""
    found = []
    for match in _BREAK.finditer(text):
        start, end = match.span()
        if start == 0 or end == len(text) or _before_a_dash(text, end):
            continue
        lines = match[0].count("\n")
        found.append(TextBreak(start, end, lines > 0 or _ends_a_sentence(text, start, end), lines > 1))
    return tuple(found)


def _before_a_dash(text: str, end: int) -> bool:
    """A message does not begin with the dash of the sentence before; a dialogue or list at a line's start may."""
    return text[end] in _DASHES and text[end + 1 : end + 2].isspace() and text[end - 1] not in "\n\r"


def _ends_a_sentence(text: str, start: int, end: int) -> bool:
    before = text[max(0, start - _LOOK_BACK) : start]
    if _SENTENCE_END.search(before) is None or text[end].islower():
        return False
    stop = _FULL_STOP.search(before)
    if stop is None:  # an exclamation mark, a question mark, an ellipsis
        return True
    word = _LAST_WORD.search(before[: stop.start() + 1])
    return word is None or not _shortened(word[0], text[end])


def _shortened(word: str, following: str) -> bool:
    """Initials (`А.`, `J.-P.`, `e.g.`) and abbreviations."""
    if word.casefold() in _BEFORE_A_NUMBER:
        return following.isdigit()
    initials = _INITIALS.fullmatch(word) is not None and word != "я."  # a word of its own: “Гэта я.”
    return initials or word.casefold() in ABBREVIATIONS
