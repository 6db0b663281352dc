"""Display names: names from the workspace, languages in English, marks in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from amplify.model.base import parse_duration
from amplify.model.workspace import Workspace
from amplify.report.report_model import Names
from amplify.rules.plan.file_gates import derive_gates
from amplify.rules.text.aliases import name_forms
from amplify.rules.text.first_names import first_names

LANGUAGES: Mapping[str, str] = {
    "ar": "Arabic",
    "be": "Belarusian",
    "cs": "Czech",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "et": "Estonian",
    "fa": "Persian",
    "fi": "Finnish",
    "fr": "French",
    "it": "Italian",
    "ka": "Georgian",
    "lt": "Lithuanian",
    "lv": "Latvian",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "ru": "Russian",
    "sv": "Swedish",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "zh": "Chinese",
}
"""English names of languages campaigns often speak; others stand as their tag."""


def names_of(workspace: Workspace, now: datetime, platforms: Mapping[str, str] | None = None) -> Names:
    """The display names of a workspace, in English where it has them, and whom its files silence at `now`; `platforms`:
    id → title."""
    return Names(
        workspace=workspace.settings.name,
        campaigns={id: _english(campaign.name) for id, campaign in workspace.campaigns.items()},
        partners={id: _english(partner.name) for id, partner in workspace.partners.items()},
        platforms=dict(platforms or {}),
        people={id: (*name_forms(person), *first_names(person)) for id, person in workspace.people.items()},
        silent=frozenset(
            f"{gate.kind}:{gate.subject}"
            for gate in derive_gates(workspace)
            if gate.kind in ("person", "consent") and gate.why_not(now) is not None
        ),
    )


def language_name(tag: str, names: Names) -> str:
    """The English name of a language: `be-tarask` → `Belarusian (be-tarask)`; an unknown tag stands for itself."""
    name = names.languages.get(tag) or LANGUAGES.get(tag.split("-")[0])
    return f"{name} ({tag})" if name else tag


def mark_age(mark: str) -> timedelta | None:
    """The nominal age of a reading's mark, however it is spelled; None for readings on demand."""
    try:
        return parse_duration(mark)
    except ValueError:
        return None


def _english(by_language: Mapping[str, str]) -> str:
    return by_language.get("en") or next(iter(by_language.values()))
