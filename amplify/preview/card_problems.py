"""Which problems belong to which delivery, and what of them may be passed on.

A page of previews is given to people who must not learn a person's state from it, nor what is under embargo.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from amplify.model.gate import Gate
from amplify.model.plan import LintFinding, Planned
from amplify.model.platform_profile import PlatformProfile
from amplify.model.problem import Problem
from amplify.model.server_info import ServerInfo
from amplify.model.subject import people_in
from amplify.model.workspace import Workspace
from amplify.preview.preview_model import Trouble
from amplify.rules.lint.lint import lint_deliveries
from amplify.rules.lint.lint_context import LintContext

UNTOLD: Final = "for the sake of a person it names: `amplify check` tells why"
PERSON: Final = "A problem with a person it names: `amplify check` tells which"
UNKNOWN: Final = "not told here, for the sake of an embargo: `amplify check` tells it"
_PEOPLE = "config/people.yaml"
_QUEUE = "config/queue.yaml"
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


class Troubles:
    """The problems of a plan, by delivery."""

    def __init__(
        self,
        workspace: Workspace,
        profiles: Mapping[str, PlatformProfile],
        findings: Sequence[LintFinding],
        secret: Collection[str],
        known: ServerInfo,
    ) -> None:
        """`secret`: ids of posts and entries that no sentence may name. `known`: what servers said of their limits."""
        self._workspace, self._profiles, self._known = workspace, profiles, known
        self._context = LintContext(workspace, profiles)
        self._findings, self._secret = findings, secret

    def of(self, delivery: Planned) -> tuple[Trouble, ...]:
        """Errors first. What the delivery breaks by itself, then what it breaks beside others."""
        own = {
            finding.problem
            for finding in lint_deliveries(self._workspace, (delivery,), self._profiles, known=self._known)
        }
        beside = {finding.problem for finding in self._findings if self._concerns(finding, delivery)}
        found = sorted(own | beside, key=lambda problem: (problem.severity.value, problem))
        return tuple(dict.fromkeys(self._told(problem, delivery) for problem in found))

    def _concerns(self, finding: LintFinding, delivery: Planned) -> bool:
        """Rules about several deliveries name accounts, a place and often a day, but no delivery."""
        if delivery.account not in finding.accounts:
            return False
        place = finding.problem.place
        if place.path == _QUEUE:
            local = delivery.due.astimezone(ZoneInfo(delivery.zone)).date().isoformat()
            days = _DATE.findall(finding.problem.message)
            return place == self._workspace.queue[delivery.entry].place and (
                not days or local in days or delivery.due.date().isoformat() in days
            )
        return place in {self._context.place(delivery, number) for number in range(len(delivery.message.parts))}

    def _told(self, problem: Problem, delivery: Planned) -> Trouble:
        if problem.place.path == _PEOPLE or names_any(problem.message, people_of(delivery)):
            return Trouble(problem.severity.value, "", PERSON)
        if names_any(problem.message, self._secret):
            return Trouble(problem.severity.value, problem.code, UNKNOWN)
        return Trouble(problem.severity.value, problem.code, problem.message)


def reasons(delivery: Planned, known: Mapping[tuple[str, str], Gate]) -> tuple[str, ...]:
    """Why it would be held at its due time, without what that says of a person."""
    said = []
    for subject in delivery.subjects:
        kind, _, name = subject.partition(":")
        gate = known.get((kind, name))
        why = gate.why_not(delivery.due) if gate is not None else None
        if why is not None:
            said.append(UNTOLD if kind in ("person", "consent") else why)
    return tuple(dict.fromkeys(said))


def people_of(delivery: Planned) -> list[str]:
    return list(people_in(delivery.subjects))


def names_any(sentence: str, ids: Collection[str]) -> bool:
    """Whether one of these ids stands in the sentence as a whole word."""
    return any(re.search(rf"(?<![\w-]){re.escape(id)}(?![\w-])", sentence, re.IGNORECASE) for id in ids)
