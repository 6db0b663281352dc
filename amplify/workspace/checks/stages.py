"""Checks the legal stages of people: their order, and whether they agree with the state and with the calendar."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from itertools import pairwise
from typing import Final

from amplify.model.legal_stage import StageKind
from amplify.model.person import Person, PersonState
from amplify.model.problem import Problem, Severity
from amplify.rules.plan.calendar_days import begun_somewhere, utc_day
from amplify.rules.plan.legal_stages import stage_on
from amplify.workspace.parsed import Parsed, ParsedWorkspace
from amplify.workspace.yaml_reader import Loc

_OPEN: Final = frozenset({StageKind.CHARGED, StageKind.RELEASED_PENDING, StageKind.ON_TRIAL})
_OVER: Final = frozenset({StageKind.ACQUITTED, StageKind.DROPPED})
_DISAGREE: Final = {
    PersonState.DIED: _OPEN | {StageKind.APPEALED},
    PersonState.DETAINED: _OVER | {StageKind.RELEASED_PENDING, StageKind.SENTENCED},
    PersonState.CONVICTED: _OPEN | _OVER,
}
"""State → stages that cannot be true beside it. Whoever was released may still be on trial."""


def check_stage_order(findings: ParsedWorkspace) -> Iterator[Problem]:
    """Stages that stand in another order than they happened in, and appeals against nothing."""
    for found in findings.people:
        stages = found.word.stages
        for i, (before, after) in enumerate(pairwise(stages), start=1):
            if after.since < before.since:
                message = "this stage began before the one above it: the oldest stands first"
                yield Problem(found.spot.place("stages", i, "since"), "VALUE-SENSE", message)
        for i, stage in enumerate(stages):
            if stage.stage is StageKind.APPEALED and not any(
                one.stage is StageKind.SENTENCED or one.sentence for one in stages[: i + 1]
            ):
                message = "an appeal needs a sentence: write the stage `sentenced` above it"
                yield Problem(found.spot.place("stages", i, "stage"), "VALUE-SENSE", message)


def check_stage_days(findings: ParsedWorkspace, now: datetime) -> Iterator[Problem]:
    """Stages of days that have not begun (but a trial's may be ahead), stages beside which the state cannot be true
    today (STAGE-STATE), and days in court after which nobody has looked (STAGE-REVIEW). `now`: UTC."""
    for found in findings.people:
        for i, stage in enumerate(found.word.stages):
            if not stage.stage.scheduled and not begun_somewhere(stage.since, now):
                message = (
                    "`since` is a day in the future: only the day of a trial is known ahead; write a stage once it has "
                    "happened"
                )
                yield Problem(found.spot.place("stages", i, "since"), "VALUE-SENSE", message)
            if not begun_somewhere(stage.source.seen, now):
                message = "`seen` is a day in the future: write the day on which the page was read"
                yield Problem(found.spot.place("stages", i, "source", "seen"), "VALUE-SENSE", message)
        if found.whole and found.word.stages:
            yield from _agrees(found, now)
            yield from _was_in_court(found, now)


def _agrees(found: Parsed[Person], now: datetime) -> Iterator[Problem]:
    person = found.word
    today = stage_on(person, utc_day(now))
    if today is not None and today.stage.stage in _DISAGREE.get(person.state, ()):
        message = (
            f"`{person.id}` is {person.state.value}, and the last of `stages:` is `{today.stage.stage.value}`: one of "
            "the two is out of date; look, and mend it"
        )
        yield Problem(found.spot.place("state"), "STAGE-STATE", message, Severity.WARNING)


def _was_in_court(found: Parsed[Person], now: datetime) -> Iterator[Problem]:
    """The last day in court is over, no later stage stands there, and nobody has looked since."""
    person, today = found.word, utc_day(now)
    last = person.stages[-1]
    days: list[tuple[date, Loc]] = [(day, ("hearings", at)) for at, day in enumerate(last.hearings)]
    if last.stage.scheduled:
        days.append((last.since, ("since",)))
    past = [one for one in days if one[0] < today]
    if not past or last.stage in _OVER:
        return
    day, key = max(past)
    if person.reviewed <= day:
        loc = ("stages", len(person.stages) - 1, *key)
        message = (
            f"`{person.id}` was in court on {day}, and nobody has looked since: what came of it? Write the next stage, "
            f"or `amplify people set {person.id} --reviewed today`"
        )
        yield Problem(found.spot.place(*loc), "STAGE-REVIEW", message, Severity.WARNING)
