"""Options that several commands share: their subject, who acts, confirmation, where health is shown."""

from __future__ import annotations

import getpass
import os
import sys
from datetime import datetime
from typing import Annotated

import typer

from amplify.cli.output import ask_yes_no
from amplify.cli.outside_words import readable_text
from amplify.model.errors import NeedsPerson, WrongUse

Person = Annotated[
    str | None, typer.Option("--person", metavar="NAME", help="A person, by id, name or alias in any script.")
]
Campaign = Annotated[str | None, typer.Option("--campaign", metavar="NAME", help="Everything of a campaign.")]
Partner = Annotated[
    str | None, typer.Option("--partner", metavar="NAME", help="What a partner says, and what mentions or boosts it.")
]
Hashtag = Annotated[str | None, typer.Option("--hashtag", metavar="TAG", help="What carries a hashtag, in any case.")]
Platform = Annotated[str | None, typer.Option("--platform", metavar="NAME", help="A whole platform.")]
Account = Annotated[
    str | None,
    typer.Option("--account", metavar="NAME", help="One of our accounts, or its handle."),
]
Entry = Annotated[str | None, typer.Option("--entry", metavar="ID", help="One queue entry.")]
OfPost = Annotated[str | None, typer.Option("--post", metavar="ID", help="One post, wherever it goes.")]
Words = Annotated[
    list[str] | None,
    typer.Argument(metavar="[WORDS]…", help="Whom or what, as you remember it: a name, a handle, a '#tag', an id."),
]
All = Annotated[bool, typer.Option("--all", help="Everything.")]


def chosen_words(words: list[str] | None, everything: bool, **named: str | None) -> tuple[str | None, str] | None:
    """The kind of what was named (None: any), and the words for it; None where nothing was. `person:anna` is a person,
    as in the history. Raises WrongUse for several options, and for one without a word in it."""
    given: list[tuple[str | None, str]] = [(kind, said) for kind, said in named.items() if said is not None]
    if everything:
        given.append(("all", "all"))
    if words:
        given.append(kind_of_words(" ".join(words)))
    if len(given) > 1:
        named_twice = " and ".join(f"--{kind}" if kind else "words" for kind, _ in given)
        raise WrongUse(f"name one thing at a time, not {named_twice}")
    if given and not given[0][1].strip():
        raise WrongUse(f"say which {given[0][0]}" if given[0][0] else "say whom or what")
    return (given[0][0], given[0][1].strip()) if given else None


def kind_of_words(text: str) -> tuple[str | None, str]:
    """`person:anna` → its kind and its id; other words are of any kind."""
    from amplify.ledger.holds.stops import KINDS

    kind, _, rest = text.partition(":")
    return (kind, rest) if kind in KINDS and rest.strip() else (None, text)


def check_day(value: datetime | None) -> datetime | None:
    """Option callback: a day in a year that can be reckoned with. Raises WrongUse."""
    from amplify.model.base import YearOutOfRange, check_year

    try:
        return check_year(value) if value is not None else None
    except YearOutOfRange as error:
        raise WrongUse(str(error)) from None


def acting_person() -> str:
    """The name of the acting person that history records."""
    named = " ".join(readable_text(os.environ.get("AMPLIFY_ACTOR", "")).split())
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
