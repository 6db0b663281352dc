"""Themes of banners: colours by name, chosen so that `ink` and `accent` stand at 4.5:1 on `ground` and `deep`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

THEMES: Final[Mapping[str, Mapping[str, str]]] = {
    "night": {
        "ground": "#0f1b2d",
        "deep": "#1b2c46",
        "ink": "#f7f1e3",
        "muted": "#a9b6c8",
        "accent": "#f5b84b",
        "second": "#d9694a",
    },
    "paper": {
        "ground": "#f6f0e4",
        "deep": "#e9dfcc",
        "ink": "#22262e",
        "muted": "#5f5a50",
        "accent": "#a3341f",
        "second": "#d49a3a",
    },
    "dawn": {
        "ground": "#3a1d3f",
        "deep": "#552a4f",
        "ink": "#fff4e8",
        "muted": "#dcbccb",
        "accent": "#ffb98a",
        "second": "#e0605a",
    },
    "sea": {
        "ground": "#0b3a42",
        "deep": "#135059",
        "ink": "#f2f7f1",
        "muted": "#a8cdc8",
        "accent": "#f6cf65",
        "second": "#3c8c8c",
    },
    "iron": {
        "ground": "#24272c",
        "deep": "#343940",
        "ink": "#f5f5f2",
        "muted": "#b4b9bf",
        "accent": "#ffd23f",
        "second": "#7c858f",
    },
}
