"""Checks names in picture metadata and quiet periods, and spellings of people's names that would match too much."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from amplify.model.problem import Problem
from amplify.workspace.parsed import ParsedWorkspace
from amplify.workspace.suggest import did_you_mean

STEM_LEAST: Final = 3
"""Letters of a stem: with fewer it would name half the language."""
_STEM: Final = re.compile(r"(?<![^\W_])(?<!['’ʼ])(?:[^\W_]|['’ʼ])*+\*")


def pictures_show(findings: ParsedWorkspace) -> Iterator[Problem]:
    known = findings.known("people")
    for picture in findings.pictures.values():
        for name in picture.note.shows:
            if name not in known:
                message = f"unknown person `{name}`" + did_you_mean(name, known)
                yield Problem(picture.note.place, "REF-PERSON", message)


def quiet_names(findings: ParsedWorkspace) -> Iterator[Problem]:
    if findings.settings is None:
        return
    known, spot = findings.known("partners"), findings.settings.spot
    for index, period in enumerate(findings.settings.word.quiet):
        for at, name in enumerate(period.partners):
            if name not in known:
                message = f"unknown partner `{name}`" + did_you_mean(name, known)
                yield Problem(spot.place("quiet", index, "partners", at), "REF-PARTNER", message)
        if period.end <= period.start:
            message = "this quiet period ends before it begins: swap `start` and `end`"
            yield Problem(spot.place("quiet", index, "end"), "VALUE-SENSE", message)


def check_spellings(findings: ParsedWorkspace) -> Iterator[Problem]:
    for found in findings.people:
        for index, alias in enumerate(found.word.aliases):
            for stem in _STEM.findall(alias):
                if len(stem) - 1 < STEM_LEAST:
                    yield Problem(
                        found.spot.place("aliases", index),
                        "VALUE-SENSE",
                        f"`{stem}` is too short for a stem, and would find other words: give at least {STEM_LEAST} "
                        "letters before the `*`, or list the forms",
                    )
