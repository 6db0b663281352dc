"""`amplify prune`: erases texts of old deliveries."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Final

import typer

from amplify.cli import output
from amplify.cli.open_context import Workspace, open_context
from amplify.cli.options import Yes, acting_person, confirm_action
from amplify.cli.output import progress_bar
from amplify.model.errors import WrongUse

_DAYS = {"d": 1, "w": 7, "m": 31, "y": 366}
_OLDEST: Final = 100 * 366
"""Days: reckoning with more leaves the calendar."""


def command(
    older_than: Annotated[
        str, typer.Option("--older-than", metavar="AGE", help="`2y`, `6m`, `8w`, `90d`: years, months, weeks, days.")
    ],
    yes: Yes = False,
    workspace: Workspace = None,
) -> int:
    """Erase the texts of old deliveries and what old acts were about. That they were, and their counts, stay."""
    from amplify.decisions.prune import find_old, prune_old

    app = open_context(workspace)
    found = find_old(app, _age(older_than))
    if not found:
        output.console().print(f"nothing from before {found.before:%Y-%m-%d} has words left")
        return 0
    output.console().print(
        f"from before {found.before:%Y-%m-%d}: {found.deliveries:,} deliveries, {len(found.deeds)} acts in the "
        f"history, {len(found.stops)} lifted stops"
    )
    if not confirm_action("erase their words? They cannot be brought back.", yes):
        return 3
    with progress_bar("erasing") as told:
        prune_old(app, found, acting_person(), told)
    output.console().print("erased")
    return 0


def _age(text: str) -> timedelta:
    found = re.fullmatch(r"(\d{1,4})\s*([dwmy])", text.strip().lower())
    if found is None or not int(found[1]):
        raise WrongUse(f"{text!r} is no age: write 2y, 6m, 8w or 90d")
    days = int(found[1]) * _DAYS[found[2]]
    if days > _OLDEST:
        raise WrongUse(f"{text!r} is older than anything here can be: write 2y, 6m, 8w or 90d")
    return timedelta(days=days)
