"""Translations of the page's own words: one YAML file for each language, so that a translator needs to see nothing
else.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from amplify.rules.text.language import fallback_chain

LANGUAGES: Final = ("be", "en", "ru")
"""Languages that have a file here."""
ELSE: Final = "en"
"""The page's own words where its language has none."""


class Words:
    """Looks up translations: `words("updated", date=…)`, `words("kinds.fact")`."""

    def __init__(self, lang: str, said: Mapping[str, str]) -> None:
        self.lang, self._said = lang, said

    def __call__(self, key: str, **values: object) -> str:
        """Raises KeyError for an unknown key, or a value that is missing."""
        said = self._said[key]
        return said.format(**values) if values else said

    @property
    def known(self) -> frozenset[str]:
        return frozenset(self._said)


@lru_cache(maxsize=64)
def page_words(lang: str) -> Words:
    """The translations for a page in `lang`, along its fallback chain (`be-tarask` takes those of `be`), else English
    ones.
    """
    found = next((one for one in fallback_chain(lang) if one in LANGUAGES), ELSE)
    return Words(found, _flat(_read(found)))


def _read(lang: str) -> Mapping[str, Any]:
    import yaml

    text = (files("amplify.toolkit") / f"{lang}.yaml").read_text(encoding="utf-8")
    read: Mapping[str, Any] = yaml.safe_load(text)
    return read


def _flat(said: Mapping[str, Any]) -> dict[str, str]:
    """Flattens keys: `{"kinds": {"fact": …}}` → `{"kinds.fact": …}`."""
    found: dict[str, str] = {}
    for key, value in said.items():
        if isinstance(value, Mapping):
            found |= {f"{key}.{inner}": text for inner, text in value.items()}
        else:
            found[key] = value
    return found
