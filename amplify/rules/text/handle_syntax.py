"""Which handles can exist on a platform, and which cannot, whoever is asked. Pure; the forms stand in the profiles."""

from __future__ import annotations

import unicodedata

from amplify.model.platform_profile import HandleSyntax


def is_handle(syntax: HandleSyntax | None, handle: str) -> bool:
    """Whether a platform could have this handle, without its `@`."""
    if syntax is None:
        return True
    short = syntax.length_max is None or len(handle) <= syntax.length_max
    return short and syntax.pattern.fullmatch(handle) is not None


def handle_fault(syntax: HandleSyntax | None, handle: str) -> str | None:
    """Why a platform can have no such handle, in words; None where it can."""
    if syntax is None or is_handle(syntax, handle):
        return None
    hidden = next((letter for letter in handle if unicodedata.category(letter) in ("Cf", "Cc", "Mn", "Me")), None)
    if hidden is not None:
        return f"an invisible character (U+{ord(hidden):04X}) stands in it: type it again"
    return f"a handle there is {syntax.form}"
