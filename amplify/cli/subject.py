"""The options by which commands name what they are about: exactly one of them."""

from __future__ import annotations

from typing import Annotated

import typer

from amplify.model.errors import WrongUse

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
    """Kind and id of the only option that was given; None where none was. Raises WrongUse for several."""
    given = [(kind, subject) for kind, subject in named.items() if subject is not None]
    if everything:
        given.append(("all", ""))
    if len(given) > 1:
        raise WrongUse(f"name one thing at a time, not {' and '.join(f'--{kind}' for kind, _ in given)}")
    if given and given[0][0] == "hashtag":
        from amplify.ledger.holds.stops import fold_tag

        return "hashtag", fold_tag(given[0][1].strip())
    return (given[0][0], given[0][1].strip()) if given else None
