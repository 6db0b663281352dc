"""Lint rules about unsafe text: invisible characters, stacked marks, and handles that cannot exist."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator

from amplify.model.plan import Planned
from amplify.model.platform_profile import HandleSyntax
from amplify.model.problem import Problem, SourceLocation
from amplify.rules.lint.lint_context import LintContext
from amplify.rules.text.unsafe_characters import (
    UnsafeText,
    find_endless_text,
    find_open_direction,
    find_stacked_marks,
    hidden_in_handles,
)


def change_of_direction(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """TXT-BIDI: An invisible mark turns letters around, or changes their direction and never closes (UAX #9)."""
    return _each(context, delivery, find_open_direction)


def marks_on_marks(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """TXT-MARKS: More than eight marks on one letter: they cover the lines around it."""
    return _each(context, delivery, find_stacked_marks)


def hidden_in_handle(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """TXT-HIDDEN: An invisible character inside a handle, which ends there for every platform."""
    return _each(context, delivery, hidden_in_handles)


def far_too_long(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """TXT-HUGE: More than 10,000 characters: no message, but a wrong file."""
    return _each(context, delivery, find_endless_text)


def _each(context: LintContext, delivery: Planned, look: Callable[[str], UnsafeText | None]) -> Iterator[Problem]:
    for number, part in enumerate(delivery.message.parts):
        one = look(part.text)
        if one is not None:
            yield Problem(_place(context, delivery, number, part.text, one), one.code, one.sentence)


def impossible_handle(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """HANDLE-FORM: A handle of the handle book that its platform cannot have."""
    for name in (delivery.partner, *context.post(delivery).front.mentions):
        partner = context.workspace.partners.get(name)
        handle = partner.handles.get(delivery.platform) if partner else None
        profile = context.profiles[delivery.platform]
        why = handle_fault(profile.handles, handle) if handle is not None else None
        if partner is not None and why is not None:
            yield Problem(partner.place, "HANDLE-FORM", f"the handle of {name} on {profile.title} cannot be one: {why}")


def _place(context: LintContext, delivery: Planned, number: int, text: str, one: UnsafeText) -> SourceLocation:
    """The character's own line and column where the author typed it; else the source location of the text.

    A text from which parts were split is looked for by the words before the character.
    """
    place = context.place(delivery, number)
    variant = context.variant(delivery)
    if variant is None:
        return place
    parts = variant.parts_on(delivery.platform)
    template = parts[min(number, len(parts) - 1)].template
    words = text[max(0, one.at - 10) : one.at + 1]
    found = template.find(words)
    if found < 0:
        found = template.find(text[one.at])
        words = text[one.at]
    if found < 0:  # it came with a name: a person's, a fact's
        return place
    at = found + len(words) - 1
    line = template.count("\n", 0, at)
    column = at - template.rfind("\n", 0, at)
    return SourceLocation(place.path, place.line + line, column if line else column + place.column - 1)


def is_handle(syntax: HandleSyntax | None, handle: str) -> bool:
    """Whether a platform could have this handle, without its `@`."""
    if syntax is None:
        return True
    short = syntax.length_max is None or len(handle) <= syntax.length_max
    return short and syntax.pattern.fullmatch(handle) is not None


def handle_fault(syntax: HandleSyntax | None, handle: str) -> str | None:
    """Why no such handle can exist on the platform, as a sentence; None where it can."""
    if syntax is None or is_handle(syntax, handle):
        return None
    hidden = next((letter for letter in handle if unicodedata.category(letter) in ("Cf", "Cc", "Mn", "Me")), None)
    if hidden is not None:
        return f"an invisible character (U+{ord(hidden):04X}) stands in it: type it again"
    return f"a handle there is {syntax.form}"
