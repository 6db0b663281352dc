"""`amplify resume`: lifts a stop. Nothing goes out late."""

from __future__ import annotations

from typing import Annotated

import typer

from amplify.cli import output
from amplify.cli.open_context import AsJson, Workspace, open_context
from amplify.cli.options import (
    Account,
    All,
    Campaign,
    Entry,
    Hashtag,
    Partner,
    Person,
    Platform,
    acting_person,
    chosen_subject,
)
from amplify.cli.output import print_json
from amplify.model.errors import WrongUse


def command(
    person: Person = None,
    campaign: Campaign = None,
    partner: Partner = None,
    hashtag: Hashtag = None,
    platform: Platform = None,
    account: Account = None,
    entry: Entry = None,
    everything: All = False,
    reason: Annotated[str, typer.Option("--reason", help="Why, in a sentence: it is kept.")] = "",
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> int:
    """Lift a stop. For a person two people have to say so, each with this command, within a day.

    What was due meanwhile is missed and never goes out late; what had been approved has to be approved anew.
    """
    from amplify.decisions.resume import resume_subject

    subject = chosen_subject(
        everything,
        person=person,
        campaign=campaign,
        partner=partner,
        hashtag=hashtag,
        platform=platform,
        account=account,
        entry=entry,
    )
    if subject is None:
        raise WrongUse("say what to resume: `amplify stop` lists what is stopped")
    if not reason.strip():
        raise WrongUse('resuming wants a reason, for those who come after you: `--reason "the family agreed"`')
    done = resume_subject(open_context(workspace, existing=True), *subject, reason.strip(), acting_person())
    if as_json:
        print_json(
            {
                "kind": done.stop.kind,
                "subject": done.stop.subject,
                "resumed": done.lifted,
                "missed": done.missed,
                "approvals_voided": done.voided,
            }
        )
    elif not done.lifted:
        output.console().print(
            f"{done.stop.name} is still stopped: a second person has to confirm it within a day, with the same command"
        )
    else:
        output.console().print(f"resumed: {done.stop.name}")
        if done.missed:
            output.console().print(f"missed, because it was due meanwhile: {done.missed}")
        if done.voided:
            output.console().print(f"approvals to be given anew: {done.voided} (`amplify approve`)")
    return 0 if done.lifted else 3
