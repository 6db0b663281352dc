"""`amplify resume`: lifts a stop. Nothing goes out late."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from amplify.cli import output
from amplify.cli.open_context import AsJson, Workspace, open_context
from amplify.cli.options import (
    Account,
    All,
    Campaign,
    Entry,
    Hashtag,
    OfPost,
    Partner,
    Person,
    Platform,
    Words,
    acting_person,
    chosen_words,
)
from amplify.cli.output import print_json
from amplify.model.errors import WrongUse
from amplify.rules.text.terminal_text import one_line

if TYPE_CHECKING:
    from amplify.context.app_context import AppContext
    from amplify.decisions.resume import ResumeResult
    from amplify.ledger.holds.stops import Stop


def command(
    words: Words = None,
    person: Person = None,
    campaign: Campaign = None,
    partner: Partner = None,
    hashtag: Hashtag = None,
    platform: Platform = None,
    account: Account = None,
    entry: Entry = None,
    post: OfPost = None,
    everything: All = False,
    reason: Annotated[str, typer.Option("--reason", help="Why, in a sentence: it is kept.")] = "",
    miss_due: Annotated[
        bool, typer.Option("--miss-due", help="What was due meanwhile is missed, even where it would still be in time.")
    ] = False,
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> int:
    """Lift a stop. For a person two people have to say so, each with this command, within a day.

    What was due meanwhile goes out if its lateness window is still open, and is missed if not; what had been approved
    has to be approved anew.
    """
    from amplify.decisions.resume import resume_subject

    named = {"person": person, "campaign": campaign, "partner": partner, "hashtag": hashtag, "platform": platform}
    asked = chosen_words(words, everything, **named, account=account, entry=entry, post=post)
    if asked is None:
        raise WrongUse("say what to resume: `amplify stop` lists what is stopped")
    if not reason.strip():
        raise WrongUse('resuming wants a reason, for those who come after you: `--reason "the family agreed"`')
    app = open_context(workspace, existing=True)
    stop = _meant(app, *asked)
    done = resume_subject(app, stop.kind, stop.subject, reason.strip(), acting_person(), miss_due)
    if as_json:
        print_json(
            {
                "kind": done.stop.kind,
                "subject": done.stop.subject,
                "resumed": done.lifted,
                "missed": done.missed,
                "in_time": done.in_time,
                "approvals_voided": done.voided,
            }
        )
    else:
        _show(done)
    return 0 if done.lifted else 3


def _meant(app: AppContext, kind: str | None, text: str) -> Stop:
    """The one stop in force that these words mean. Raises WrongUse for none, and for several: lifting too much cannot
    be mended."""
    from amplify.cli.stop_report import stop_selection
    from amplify.decisions.find_subject import stops_meant
    from amplify.decisions.stop import stops_in_force

    stops = stops_meant(app, text, kind)
    if len(stops) > 1:
        which = ", ".join(f"`{stop_selection(one)}`" for one in stops)
        raise WrongUse(f"several stops are meant by {one_line(text)}: lift them one by one, with {which}")
    if not stops:
        there = ", ".join(one_line(one.name) for one in stops_in_force(app)) or "nothing is stopped"
        what = "everything" if kind == "all" else one_line(f"{kind or ''} {text}".strip())
        raise WrongUse(f"no stop of {what} is in force; stopped: {there}")
    return stops[0]


def _show(done: ResumeResult) -> None:
    out, name = output.console(), one_line(done.stop.name)
    if not done.lifted:
        out.print(f"{name} is still stopped: a second person has to confirm it within a day, with the same command")
        return
    out.print(f"resumed: {name}")
    if done.missed:
        out.print(f"missed, because it was due meanwhile: {done.missed}")
    if done.in_time:
        out.print(f"due meanwhile and still in time, so it goes on now: {done.in_time}")
    if done.voided:
        out.print(f"approvals to be given anew: {done.voided} (`amplify approve`)")
