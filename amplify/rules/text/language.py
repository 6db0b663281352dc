"""Languages: fallback chains, numbers and dates as each language writes them (CLDR, through Babel), and language tags.

A language's *chain* is the order in which texts are tried. The workspace can state it (`fallback:`); without that it
is the language and its bases: `be-Latn-BY`, `be-Latn`, `be`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from babel import Locale

Fallback = Mapping[str, Sequence[str]]
"""Language → the languages to take where it has no text, in order."""

NO_FALLBACK: Final[Fallback] = {}

EnglishDates = Literal["british", "international", "american"]
"""How dates are written in English: `19 May 2027`, `2027-05-19`, `May 19, 2027`."""


def fallback_chain(lang: str, fallback: Fallback = NO_FALLBACK) -> tuple[str, ...]:
    """The languages to try for `lang`, itself first, each once.

    A stated list is taken as it stands: neither bases nor the lists of its members are added. A language without a
    list takes its bases, and goes on with the list of the first of them that has one.
    """
    tried = [lang]
    while lang not in fallback and "-" in lang:
        lang = lang.rpartition("-")[0]
        tried.append(lang)
    return tuple(dict.fromkeys((*tried, *fallback.get(lang, ()))))


def pick_text(texts: Mapping[str, str], lang: str, fallback: Fallback = NO_FALLBACK) -> str | None:
    """The first text along the chain of `lang`; None where there is none."""
    found = texts.get(lang)
    if found is None and texts:
        found = next((texts[one] for one in fallback_chain(lang, fallback) if one in texts), None)
    return found


def pick_any(texts: Mapping[str, str], lang: str, fallback: Fallback = NO_FALLBACK) -> str:
    """Like `pick`, then English, then the first there is: for names, which must not vanish."""
    return pick_text(texts, lang, fallback) or texts.get("en") or next(iter(texts.values()), "")


def known_locale(lang: str, fallback: Fallback = NO_FALLBACK) -> tuple[str, Locale] | None:
    """The first language along the chain of `lang` that CLDR can write in, and CLDR's locale for it, or None.

    A base that nobody has stated (`uk` of `uk-Latn`) counts only where it is written in the script that was asked for.
    """
    stated = {one for listed in fallback.values() for one in listed}
    chain = fallback_chain(lang, fallback)
    return _known(tuple((one, one if one in stated or not lang.startswith(f"{one}-") else lang) for one in chain))


@lru_cache(maxsize=256)
def _known(chain: tuple[tuple[str, str], ...]) -> tuple[str, Locale] | None:
    from babel import Locale, UnknownLocaleError

    for tag, asked in chain:
        try:
            locale = Locale.parse(bcp47_tag(tag), sep="-")
        except (UnknownLocaleError, ValueError):
            continue
        if _is_latin_belarusian(asked) or (_has_months(locale) and _writes_in(asked, locale)):
            return asked, locale
    return None


def _has_months(locale: Locale) -> bool:
    """Of some languages CLDR knows little: `M01` is their January."""
    return not any(name.startswith(("M0", "M1")) for name in locale.months["format"]["wide"].values())


def _writes_in(tag: str, locale: Locale) -> bool:
    from babel.core import get_global

    wanted = script_of(tag)
    if wanted is None or locale.script:
        return wanted in (None, locale.script)
    return f"_{wanted}" in str(get_global("likely_subtags").get(locale.language, ""))


def _is_latin_belarusian(lang: str) -> bool:
    return script_of(lang) == "Latn" and primary_language(lang) == "be"


def format_number(value: int, lang: str, fallback: Fallback = NO_FALLBACK) -> str:
    """`1495` → `1,495` in English; Belarusian and Russian part the thousands with a blank that does not break, and so
    does a language that CLDR lacks."""
    known = known_locale(lang, fallback)
    return _number(value, known[1]) if known else f"{value:,}".replace(",", "\u00a0")


@lru_cache(maxsize=4096)
def _number(value: int, locale: Locale) -> str:
    from babel.numbers import format_decimal

    return str(format_decimal(value, locale=locale))


_LATIN_MONTHS: Final = (
    *("studzienia", "lutaha", "sakavika", "krasavika", "maja", "červienia"),
    *("lipienia", "žniŭnia", "vieraśnia", "kastryčnika", "listapada", "śniežnia"),
)
"""Belarusian months in Latin letters, which CLDR lacks: its Cyrillic ones would mix two scripts in a sentence."""


def spelled_date(day: date, lang: str, fallback: Fallback = NO_FALLBACK, english: EnglishDates | None = None) -> str:
    """A date with its month in words: most all-numeric dates mean different days to different readers. In a language
    that CLDR lacks, as the next one of its chain has it; `2027-05-21` where there is none: never in a language that
    nobody asked for. `english`: how English that names no country writes dates; None: as CLDR has it, American."""
    known = known_locale(lang, fallback)
    if known is None or (english == "international" and known[0] == "en"):
        return day.isoformat()
    if english == "british" and known[0] == "en":
        return _date(day, _british())
    if _is_latin_belarusian(known[0]):
        return f"{day.day} {_LATIN_MONTHS[day.month - 1]} {day.year}\u00a0h."
    return _date(day, known[1])


@lru_cache(maxsize=1)
def _british() -> Locale:
    from babel import Locale

    return Locale("en", "GB")


@lru_cache(maxsize=4096)
def _date(day: date, locale: Locale) -> str:
    from babel.dates import format_date

    return str(format_date(day, format="long", locale=locale))


def has_dates(lang: str, fallback: Fallback = NO_FALLBACK) -> bool:
    """Whether the months of a language, or of one in its chain, are known."""
    return known_locale(lang, fallback) is not None


# ── tags ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@lru_cache(maxsize=256)
def primary_language(lang: str) -> str:
    """The language alone, in the shortest code there is: ISO 639-1, or 639-3 where that has none (`be-tarask` and
    `bel` → `be`, `szl` → `szl`). What Mastodon takes."""
    from babel.core import get_global

    first = lang.partition("-")[0].lower()
    shorter = get_global("language_aliases").get(first) if len(first) == 3 else None
    return shorter if isinstance(shorter, str) and len(shorter) == 2 else first


@lru_cache(maxsize=256)
def bcp47_tag(lang: str) -> str:
    """The tag as BCP-47 (RFC 5646, 2.1.1 and 4.5) writes it: the shortest code, `Latn`, `BY`, and variants small."""
    written, extension = [primary_language(lang)], False
    for subtag in lang.lower().split("-")[1:]:
        extension = extension or len(subtag) == 1
        if subtag.isalpha() and not extension:
            subtag = {2: subtag.upper(), 4: subtag.title()}.get(len(subtag), subtag)
        written.append(subtag)
    return "-".join(written)


def script_of(lang: str) -> str | None:
    """The script that a tag names (`be-Latn` → `Latn`); None where it names none."""
    return next((part.title() for part in lang.split("-")[1:] if len(part) == 4 and part.isalpha()), None)
