"""Numbers and dates as a language writes them (CLDR, through Babel), and which of several texts to take."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache


def pick(texts: Mapping[str, str], lang: str) -> str | None:
    """The text for `lang`, then for its base language (`be-tarask` → `be`); None where there is neither."""
    return texts.get(lang) or texts.get(lang.partition("-")[0])


def pick_any(texts: Mapping[str, str], lang: str) -> str:
    """Like `pick`, then English, then the first there is: for names, which must not vanish."""
    return pick(texts, lang) or texts.get("en") or next(iter(texts.values()), "")


@lru_cache(maxsize=256)
def _locale(lang: str) -> str:
    from babel import Locale, UnknownLocaleError

    for tag in (lang, lang.partition("-")[0]):
        try:
            return str(Locale.parse(tag, sep="-"))
        except (UnknownLocaleError, ValueError):
            continue
    return "en"


@lru_cache(maxsize=4096)
def number(value: int, lang: str) -> str:
    """`1495` → `1,495` in English, `1 495` in Belarusian and Russian."""
    from babel.numbers import format_decimal

    return str(format_decimal(value, locale=_locale(lang)))


@lru_cache(maxsize=4096)
def spelled_date(day: date, lang: str) -> str:
    """A date with its month in words: all-numeric dates mean different days to different readers."""
    from babel.dates import format_date

    return str(format_date(day, format="long", locale=_locale(lang)))
