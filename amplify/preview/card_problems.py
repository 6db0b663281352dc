"""Which problems belong to which delivery on a preview page, and which of them may be passed on.

A page of previews is given to people who must not learn a person's state from it, nor what is under embargo.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from amplify.model.plan import LintFinding, Planned
from amplify.model.platform_profile import PlatformProfile
from amplify.model.problem import Problem
from amplify.model.server_info import ServerInfo
from amplify.model.subject import people_in
from amplify.planning.eligibility import EligibilityChecker, WithheldItem
from amplify.preview.preview_model import CardProblem
from amplify.rules.lint.lint import lint_deliveries
from amplify.rules.lint.lint_context import LintContext

UNTOLD: Final = "for the sake of a person it names: `amplify check` tells why"
PERSON: Final = "A problem with a person it names: `amplify check` tells which"
UNKNOWN: Final = "not told here, for the sake of an embargo or a stop: `amplify check` tells it"
STOPPED: Final = "stopped: `amplify preview` tells why"
_PEOPLE = "config/people.yaml"
_QUEUE = "config/queue.yaml"


class DeliveryProblems:
    """The problems of a plan, by delivery."""

    def __init__(
        self,
        care: EligibilityChecker,
        profiles: Mapping[str, PlatformProfile],
        findings: Sequence[LintFinding],
        secret: Collection[str],
        known: ServerInfo,
    ) -> None:
        """`secret`: ids of posts and entries that no sentence may name. `known`: limits that servers reported."""
        self._care, self._workspace, self._profiles, self._known = care, care.workspace, profiles, known
        workspace = care.workspace
        self._context = LintContext(workspace, profiles)
        self._findings, self._secret = findings, secret

    def of(self, delivery: Planned) -> tuple[CardProblem, ...]:
        """The problems of a delivery, errors first: what it breaks by itself, then what it breaks beside others."""
        own = {
            finding.problem
            for finding in lint_deliveries(self._workspace, (delivery,), self._profiles, known=self._known)
        }
        beside = {finding.problem for finding in self._findings if self._concerns(finding, delivery)}
        found = sorted(own | beside, key=lambda problem: (problem.severity.value, problem))
        return tuple(dict.fromkeys(self._told(problem, delivery) for problem in found))

    def _concerns(self, finding: LintFinding, delivery: Planned) -> bool:
        """Whether a finding concerns the delivery: some rules name deliveries, others only accounts and a source
        location.
        """
        if delivery.account not in finding.accounts:
            return False
        if finding.deliveries:
            return delivery.id in finding.deliveries
        place = finding.problem.place
        if place.path == _QUEUE:
            return place == self._workspace.queue[delivery.entry].place
        return place in {self._context.place(delivery, number) for number in range(len(delivery.message.parts))}

    def _told(self, problem: Problem, delivery: Planned) -> CardProblem:
        if problem.place.path == _PEOPLE or names_any(problem.message, people_of(delivery)):
            return CardProblem(problem.severity.value, "", PERSON, of_person=True)
        if names_any(problem.message, self._secret):
            return CardProblem(problem.severity.value, problem.code, UNKNOWN)
        if not self._care.names_nobody_held(problem.message):
            return CardProblem(problem.severity.value, "", PERSON, of_person=True)
        return CardProblem(problem.severity.value, problem.code, problem.message)


@dataclass(frozen=True, slots=True)
class HoldReasons:
    """The reasons for which a delivery would be held at its due time, as far as they may be passed on."""

    reasons: tuple[str, ...]
    of_person: bool
    """One of the reasons is a person's, and is withheld."""


def hold_reasons(found: Iterable[WithheldItem], sealed: bool = False) -> HoldReasons:
    """The reasons for a hold, without what they reveal of a person; on a `sealed` card without a stop's words too."""
    found = list(found)
    told = (STOPPED if sealed and one.reason == "stop" else one.why for one in found)
    said = [UNTOLD if one.of_person else why for one, why in zip(found, told, strict=True)]
    return HoldReasons(tuple(dict.fromkeys(said)), any(one.of_person for one in found))


def people_of(delivery: Planned) -> list[str]:
    return list(people_in(delivery.subjects))


def names_any(sentence: str, ids: Collection[str]) -> bool:
    """Whether one of these ids is in the sentence as a whole word."""
    return any(re.search(rf"(?<![\w-]){re.escape(id)}(?![\w-])", sentence, re.IGNORECASE) for id in ids)
