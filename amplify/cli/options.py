"""Options that several commands share: their subject, who acts, confirmation, where health is shown."""

from __future__ import annotations

import getpass
import os
import sys
from typing import Annotated

import typer

from amplify.cli.output import ask_yes_no
from amplify.model.errors import NeedsPerson, WrongUse

Person = Annotated[str | None, typer.Option("--person", metavar="ID", help="A person of config/people.yaml.")]
Campaign = Annotated[str | None, typer.Option("--campaign", metavar="ID", help="Everything of a campaign.")]
Partner = Annotated[
    str | None, typer.Option("--partner", metavar="ID", help="What a partner says, and what mentions or boosts it.")
]
Hashtag = Annotated[str | None, typer.Option("--hashtag", metavar="TAG", help="What carries a hashtag, in any case.")]
Platform = Annotated[str | None, typer.Option("--platform", metavar="NAME", help="A whole platform.")]
Account = Annotated[str | None, typer.Option("--account", metavar="PARTNER/PLATFORM", help="One of our accounts.")]
Entry = Annotated[str | None, typer.Option("--entry", metavar="ID", help="One queue entry.")]
All = Annotated[bool, typer.Option("--all", help="Everything.")]


def chosen_subject(everything: bool, **named: str | None) -> tuple[str, str] | None:
    """Kind and id of the subject option that was given; None where none was. Raises WrongUse for several."""
    given = [(kind, subject) for kind, subject in named.items() if subject is not None]
    if everything:
        given.append(("all", ""))
    if len(given) > 1:
        raise WrongUse(f"name one thing at a time, not {' and '.join(f'--{kind}' for kind, _ in given)}")
    if given and given[0][0] == "hashtag":
        from amplify.ledger.holds.stops import fold_tag

        return "hashtag", fold_tag(given[0][1].strip())
    return (given[0][0], given[0][1].strip()) if given else None


def acting_person() -> str:
    """The name of the acting person that history records."""
    named = " ".join(os.environ.get("AMPLIFY_ACTOR", "").split())
    if named:
        return named
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without a name, as in some containers
        return f"user {os.getuid()}"


Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def confirm_action(question: str, yes: bool) -> bool:
    """Ask for confirmation: whether somebody says yes. Raises NeedsPerson where nobody is there to be asked."""
    if yes:
        return True
    if not sys.stdin.isatty():
        raise NeedsPerson(f"{question} Nobody is here to be asked: say `--yes`")
    return ask_yes_no(question)


HealthAt = Annotated[
    str | None,
    typer.Option(
        "--health", metavar="PORT", help="Answer /healthz and Prometheus' /metrics on this port of 127.0.0.1."
    ),
]
