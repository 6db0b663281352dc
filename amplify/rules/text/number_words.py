"""Whole numbers as people type them: digits with the thousands parted as each language does, and words up to twelve,
in English, Belarusian and Russian. Pure.
"""

from __future__ import annotations

import re
from typing import Final

_SPELLED: Final = (
    "one один одна одно одного одной адзін адна адно аднаго адной",
    "two два две двух двум дзве дзвюх дзвюм",
    "three три трёх трех трём трем тры трох тром",
    "four четыре четырёх четырех четырём четырем чатыры чатырох чатыром",
    "five пять пяти пяць пяці",
    "six шесть шести шэсць шасці",
    "seven семь семи сем сямі",
    "eight восемь восьми восем васьмі",
    "nine девять девяти дзевяць дзевяці",
    "ten десять десяти дзесяць дзесяці",
    "eleven одиннадцать одиннадцати адзінаццаць адзінаццаці",
    "twelve двенадцать двенадцати дванаццаць дванаццаці",
)
_VALUES: Final = {word: number for number, words in enumerate(_SPELLED, 1) for word in words.split()}
_PARTED: Final = r"\d{1,3}(?:[,\u00a0\u202f\u2009 ]\d{3})+"
_WORDS: Final = "|".join(sorted(_VALUES, key=len, reverse=True))

DIGITS: Final = rf"(?<![\w.,:/+#№$€£₽%-])(?:{_PARTED}|\d{{1,7}})(?!\d|[.,:/]\d)"
"""Pattern of a number in digits: no part of a time, a price, a date, a version, a telephone number."""
NUMBER: Final = rf"(?:{DIGITS}|\b(?:{_WORDS})\b)"
"""Pattern of a number in digits or in a word."""


def read_number(text: str) -> int:
    """The value of what NUMBER matched."""
    word = _VALUES.get(text.casefold())
    return word if word is not None else int(re.sub(r"\D", "", text))
