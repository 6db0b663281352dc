"""Names of a person's legal stage at the due day: `{{ person.anna.stage }}`, `{{ person.anna.sentence }}` … Pure.

What is not so on that day, or is not known, is a fault of the text, never a guess: “up to 7 years” ends with the
sentence, and there is no sentence before it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from amplify.model.legal_stage import PrisonTerm
from amplify.model.person import Person
from amplify.rules.plan.legal_stages import (
    StageOnDay,
    UnknownWords,
    next_hearing,
    spelled_stage,
    spelled_term,
    spelled_up_to,
    stage_on,
)
from amplify.rules.plan.template import TemplateFault
from amplify.rules.text.language import Fallback

if TYPE_CHECKING:
    from amplify.rules.plan.template_context import RenderContext


def legal_names(person: Person, setting: RenderContext) -> Mapping[str, Callable[[], str]]:
    """What a text may say of a person's legal stage, each made when it is asked for. Raises TemplateFault then."""
    said = _LegalWords(person, setting)
    return {
        "stage": said.stage,
        "up_to": said.up_to,
        "sentence": said.sentence,
        "regime": said.regime,
        "article": said.article,
        "charged_on": said.charged_on,
        "trial_since": said.trial_since,
        "sentenced_on": said.sentenced_on,
        "next_hearing": said.next_hearing,
    }


class _LegalWords:
    """What is said of one person at the due day."""

    def __init__(self, person: Person, setting: RenderContext) -> None:
        self._person, self._setting = person, setting

    def stage(self) -> str:
        found, fallback = self._found(), self._fallback
        return _words(lambda: spelled_stage(found, self._setting.lang, fallback))

    def up_to(self) -> str:
        found = self._found()
        if not found.stage.stage.threatens:
            how = found.stage.stage.value.replace("_", " ")
            raise self._fault(f"is {how} since {found.stage.since}, and this is due after that: take `up to` out")
        if (most := found.up_to) is None:
            raise self._fault("has no `up_to:` in `stages:`: nobody wrote what is threatened")
        return self._spelled(spelled_up_to, most)

    def sentence(self) -> str:
        found = self._found()
        if (passed := found.sentence) is None:
            raise self._fault(f"has no sentence that is known on {self._setting.day}: see `stages:`")
        return self._spelled(spelled_term, passed)

    def regime(self) -> str:
        sentenced = self._found().sentenced
        said = self._setting.pick(sentenced.regime) if sentenced is not None else None
        if said is None:
            raise self._fault(f"has no `regime:` in `{self._setting.lang}` with the sentence that stands")
        return said

    def article(self) -> str:
        articles = self._found().articles
        if not articles:
            raise self._fault("is charged under an article that is not known: see `charges:` in `stages:`")
        return ", ".join(articles)

    def charged_on(self) -> str:
        return self._date(self._found().case[0].since)

    def trial_since(self) -> str:
        trial = self._found().trial
        return self._date(trial.since if trial is not None else None, "has no trial that has begun by then")

    def sentenced_on(self) -> str:
        sentenced = self._found().sentenced
        return self._date(sentenced.since if sentenced is not None else None, "has no sentence by then")

    def next_hearing(self) -> str:
        day = next_hearing(self._person, self._setting.day)
        return self._date(day, f"has no day in court on or after {self._setting.day}: see `hearings:` in `stages:`")

    @property
    def _fallback(self) -> Fallback:
        return self._setting.workspace.settings.fallback

    def _found(self) -> StageOnDay:
        found = stage_on(self._person, self._setting.day)
        if found is None:
            raise self._fault(f"has no legal stage on {self._setting.day}: write `stages:` into config/people.yaml")
        return found

    def _spelled(self, spell: Callable[[PrisonTerm, str, Fallback], str], term: PrisonTerm) -> str:
        return _words(lambda: spell(term, self._setting.lang, self._fallback))

    def _date(self, day: date | None, lacking: str = "") -> str:
        if day is None:
            raise self._fault(lacking)
        return self._setting.date(day)

    def _fault(self, what: str) -> TemplateFault:
        return TemplateFault(f"`{self._person.id}` {what}")


def _words(spell: Callable[[], str]) -> str:
    try:
        return spell()
    except UnknownWords as unknown:
        raise TemplateFault(str(unknown)) from None
