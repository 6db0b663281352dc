"""Lint rules about alt texts: who cannot see a picture still takes part (W3C, Web Accessibility Initiative)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from amplify.model.message import Attachment
from amplify.model.plan import Planned
from amplify.model.problem import Problem
from amplify.rules.lint.lint_context import LintContext


def _all(delivery: Planned) -> Iterator[Attachment]:
    for part in delivery.message.parts:
        yield from part.pictures


def alt_missing(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """ALT-MISSING: no alt text in the language of the post."""
    for picture in _all(delivery):
        if not picture.alt.strip():
            yield Problem(
                context.picture_place(delivery, picture),
                "ALT-MISSING",
                f"{picture.file} has no alt text in `{delivery.lang}`: say what a reader who cannot see it should know",
            )


def alt_is_file_name(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """ALT-NAME: a file name tells nobody anything."""
    for picture in _all(delivery):
        path = PurePosixPath(picture.file)
        if picture.alt.strip().casefold() in {path.name.casefold(), path.stem.casefold()}:
            yield Problem(
                context.picture_place(delivery, picture),
                "ALT-NAME",
                f"the alt text of {picture.file} is its file name: describe the picture",
            )


def alt_repeated(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """ALT-SAME: two pictures of one post with one alt text."""
    for part in delivery.message.parts:
        alts = [picture.alt for picture in part.pictures if picture.alt]
        if len(set(alts)) < len(alts):
            yield Problem(
                context.place(delivery),
                "ALT-SAME",
                "two pictures have the same alt text: say what differs between them",
            )


def alt_too_long(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """ALT-LONG: over what the platform takes."""
    profile = context.profile(delivery)
    for picture in _all(delivery):
        if len(picture.alt) > profile.alt_max:
            yield Problem(
                context.picture_place(delivery, picture),
                "ALT-LONG",
                f"the alt text of {picture.file} is {len(picture.alt)} characters; "
                f"{profile.title} takes {profile.alt_max}",
            )
