"""Asking before something that cannot be undone."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from amplify.model.errors import NeedsPerson

Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def confirm_action(question: str, yes: bool) -> bool:
    """Whether somebody says yes. Raises NeedsPerson where nobody is there to be asked."""
    if yes:
        return True
    if not sys.stdin.isatty():
        raise NeedsPerson(f"{question} Nobody is here to be asked: say `--yes`")
    return typer.confirm(question, default=False)
