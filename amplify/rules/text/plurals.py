"""Plurals: the form that a number asks for in each language (CLDR, through Babel). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from amplify.model.fact import Fact, PluralForm, general_form
from amplify.rules.text.language import (
    NO_FALLBACK,
    Fallback,
    fallback_chain,
    format_number,
    known_locale,
    primary_language,
    script_of,
)

_ORDER: Final[tuple[PluralForm, ...]] = ("zero", "one", "two", "few", "many", "other")
_COUNTED: Final = (*range(201), 1000)
"""Whole numbers among which each language shows all of its forms; `many` of French begins at a million."""
_BELARUSIAN_DAYS: Final[Mapping[str | None, Mapping[str, str]]] = {
    None: {"one": "дзень", "few": "дні", "many": "дзён"},
    "Latn": {"one": "dzień", "few": "dni", "many": "dzion"},
}
"""CLDR has `суткі`, which nobody counts behind bars, and nothing in Latin letters."""


@lru_cache(maxsize=4096)
def plural_form(count: int, lang: str) -> PluralForm:
    """The CLDR category of a whole number in a language: `one`, `few` … `other` where the language is unknown."""
    from babel import Locale, UnknownLocaleError

    try:
        found = Locale.parse(primary_language(lang)).plural_form(abs(count))
    except (UnknownLocaleError, ValueError):
        return "other"
    return next((form for form in _ORDER if form == found), "other")


@lru_cache(maxsize=256)
def whole_forms(lang: str) -> tuple[PluralForm, ...]:
    """The categories that whole numbers have in a language, in CLDR's order: `one`, `few`, `many` in Belarusian."""
    found = {plural_form(count, lang) for count in _COUNTED}
    return tuple(form for form in _ORDER if form in found)


def unit_of(fact: Fact, lang: str, fallback: Fallback = NO_FALLBACK) -> str:
    """What a fact counts, in the form that its value asks for in the language its unit is written in; empty: unsaid."""
    written = next((one for one in fallback_chain(lang, fallback) if one in fact.unit), None)
    unit = fact.unit[written] if written is not None else ""
    if written is None or isinstance(unit, str):
        return unit if isinstance(unit, str) else ""
    # Texts such as “3–6” take the form of many.
    asked = plural_form(fact.value, written) if isinstance(fact.value, int) else "many"
    return unit.get(asked) or unit.get("other") or general_form(unit)


def missing_forms(fact: Fact, lang: str) -> tuple[PluralForm, ...]:
    """The forms of whole numbers that a fact's unit in this language lacks; a single text has one."""
    unit = fact.unit.get(lang)
    if unit is None or not isinstance(fact.value, int):
        return ()
    needed = whole_forms(lang)
    if isinstance(unit, str):
        return needed if len(needed) > 2 else ()
    return () if "other" in unit else tuple(form for form in needed if form not in unit)


def spelled_days(count: int, lang: str, fallback: Fallback = NO_FALLBACK) -> str | None:
    """“165 days” as the language says it; None where neither it nor its chain is known."""
    from babel.units import format_unit

    known = known_locale(lang, fallback)
    if known is None:
        return None
    tag, locale = known
    if primary_language(tag) == "be":
        days = _BELARUSIAN_DAYS["Latn" if script_of(tag) == "Latn" else None]
        return f"{format_number(count, tag)} {days[plural_form(count, 'be')]}"
    return str(format_unit(count, "duration-day", "long", locale=locale))
