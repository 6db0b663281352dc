"""A person's legal stage on a day, and how each language says it: “faces up to 7 years”, “sentenced to 3 years”. Pure.

A stage counts from its day on the readers' calendar; one that is still to come counts for nothing. Stages of an earlier
detention do not count for a later one, unless somebody waited at home for the trial (`released_pending`): the case went
on. What a stage does not say of its charges, the stage before said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from amplify.model.legal_stage import Charge, LegalStage, PrisonTerm, StageKind, parse_term
from amplify.model.person import Person
from amplify.rules.text.language import Fallback, fallback_chain, format_number
from amplify.rules.text.plurals import plural_form


@dataclass(frozen=True, slots=True)
class StageOnDay:
    """The stage of a case on one day, with what stages before it have said."""

    stage: LegalStage
    case: tuple[LegalStage, ...]
    """All stages of the case by then, the oldest first."""

    @property
    def charges(self) -> tuple[Charge, ...]:
        """What the person is charged with, as it was said last."""
        return next((one.charges for one in reversed(self.case) if one.charges), ())

    @property
    def articles(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.article for one in self.charges if one.article is not None))

    @property
    def up_to(self) -> PrisonTerm | None:
        """The most that is threatened; None once a sentence was passed, the case is over, or nobody knows."""
        if not self.stage.stage.threatens:
            return None
        return next((most for one in reversed(self.case) if (most := one.most) is not None), None)

    @property
    def sentence(self) -> PrisonTerm | None:
        """The sentence that stands; None where there is none, or nobody knows it."""
        if not self.stage.stage.stands:
            return None
        passed = next((one for one in reversed(self.case) if one.stage is StageKind.SENTENCED or one.sentence), None)
        return parse_term(passed.sentence) if passed is not None and passed.sentence is not None else None

    @property
    def sentenced(self) -> LegalStage | None:
        """The stage in which the sentence that stands was passed."""
        if not self.stage.stage.stands:
            return None
        return next((one for one in reversed(self.case) if one.stage is StageKind.SENTENCED), self.stage)

    @property
    def trial(self) -> LegalStage | None:
        """The last trial that has begun."""
        return next((one for one in reversed(self.case) if one.stage is StageKind.ON_TRIAL), None)


def stage_on(person: Person, day: date) -> StageOnDay | None:
    """The legal stage on a day; None where nothing is known of the case by then."""
    known = [one for one in person.stages if one.since <= day]
    started = [one for one in person.detentions if one.start <= day]
    freed = max((one.end for one in started[:-1] if one.end is not None), default=None)
    if freed is not None and not _waits_at_home(one for one in known if one.since < started[-1].start):
        known = [one for one in known if one.since > freed]
    case: list[LegalStage] = []
    for one in known:
        if one.stage is StageKind.CHARGED and case and not case[-1].stage.threatens:
            case = []  # charged anew, after a sentence or an acquittal: another case
        case.append(one)
    return StageOnDay(case[-1], tuple(case)) if case else None


def _waits_at_home(stages: Iterable[LegalStage]) -> bool:
    """Whether somebody was let go until the trial, and nothing has ended the case since."""
    waits = False
    for one in stages:
        waits = one.stage is StageKind.RELEASED_PENDING or (waits and one.stage.threatens)
    return waits


def next_hearing(person: Person, day: date) -> date | None:
    """The next day in court, that day included: of the stages known by then, and the first day of a trial to come."""
    found = stage_on(person, day)
    days = {hearing for one in (found.case if found is not None else ()) for hearing in one.hearings}
    days |= {one for stage in person.stages if stage.stage.scheduled for one in (stage.since, *stage.hearings)}
    over = found is not None and found.stage.stage in (StageKind.ACQUITTED, StageKind.DROPPED)
    return None if over else min((one for one in days if one >= day), default=None)


_NOUNS: Final[Mapping[str, Mapping[str, Mapping[str, str]]]] = {
    "en": {"year": {"one": "year", "other": "years"}, "month": {"one": "month", "other": "months"}},
    "be": {
        "year": {"one": "год", "few": "гады", "many": "гадоў"},
        "month": {"one": "месяц", "few": "месяцы", "many": "месяцаў"},
    },
    "be-Latn": {
        "year": {"one": "hod", "few": "hady", "many": "hadoŭ"},
        "month": {"one": "miesiac", "few": "miesiacy", "many": "miesiacaŭ"},
    },
    "ru": {
        "year": {"one": "год", "few": "года", "many": "лет"},
        "month": {"one": "месяц", "few": "месяца", "many": "месяцев"},
    },
}
_AFTER_UP_TO: Final[Mapping[str, Mapping[str, Mapping[str, str]]]] = {
    "en": _NOUNS["en"],
    "be": {"year": {"one": "года", "many": "гадоў"}, "month": {"one": "месяца", "many": "месяцаў"}},
    "be-Latn": {"year": {"one": "hoda", "many": "hadoŭ"}, "month": {"one": "miesiaca", "many": "miesiacaŭ"}},
    "ru": {"year": {"one": "года", "many": "лет"}, "month": {"one": "месяца", "many": "месяцев"}},
}
"""The genitive that `up to` asks for where a language has one."""


@dataclass(frozen=True, slots=True)
class _Phrases:
    """How a language says it, of a woman and of a man alike."""

    up_to: str
    faces: str
    life: str
    sentenced: str
    plain: Mapping[StageKind, str]


_PHRASES: Final[Mapping[str, _Phrases]] = {
    "en": _Phrases(
        "up to {}", "faces {}", "life in prison", "sentenced to {}",
        {
            StageKind.CHARGED: "charged", StageKind.RELEASED_PENDING: "awaiting trial at home",
            StageKind.ON_TRIAL: "on trial", StageKind.SENTENCED: "sentenced",
            StageKind.APPEALED: "appealing against the sentence", StageKind.ACQUITTED: "acquitted",
            StageKind.DROPPED: "no longer charged",
        },
    ),
    "be": _Phrases(
        "да {}", "пагражае {}", "пажыццёвае зняволенне", "прысуд — {}",
        {
            StageKind.CHARGED: "прад’яўлена абвінавачанне", StageKind.RELEASED_PENDING: "суд чакаецца на волі",
            StageKind.ON_TRIAL: "ідзе суд", StageKind.SENTENCED: "вынесены прысуд",
            StageKind.APPEALED: "прысуд абскарджаны", StageKind.ACQUITTED: "апраўдальны прысуд",
            StageKind.DROPPED: "абвінавачанне знята",
        },
    ),
    "be-Latn": _Phrases(
        "da {}", "pahražaje {}", "pažyćciovaje źniavolennie", "prysud — {}",
        {
            StageKind.CHARGED: "pradjaŭlena abvinavačannie", StageKind.RELEASED_PENDING: "sud čakajecca na voli",
            StageKind.ON_TRIAL: "idzie sud", StageKind.SENTENCED: "vyniesieny prysud",
            StageKind.APPEALED: "prysud abskardžany", StageKind.ACQUITTED: "apraŭdalny prysud",
            StageKind.DROPPED: "abvinavačannie źniata",
        },
    ),
    "ru": _Phrases(
        "до {}", "грозит {}", "пожизненное заключение", "приговор — {}",
        {
            StageKind.CHARGED: "предъявлено обвинение", StageKind.RELEASED_PENDING: "суд ожидается на свободе",
            StageKind.ON_TRIAL: "идёт суд", StageKind.SENTENCED: "вынесен приговор",
            StageKind.APPEALED: "приговор обжалован", StageKind.ACQUITTED: "оправдательный приговор",
            StageKind.DROPPED: "обвинение снято",
        },
    ),
}  # fmt: skip


class UnknownWords(Exception):
    """Nobody has written down how a language says this."""


def spelled_term(term: PrisonTerm, lang: str, fallback: Fallback) -> str:
    """“3 years 6 months” as the language says it. Raises UnknownWords."""
    known = _known(lang, fallback)
    return _PHRASES[known].life if term.life else _counted(term, known, _NOUNS[known])


def spelled_up_to(term: PrisonTerm, lang: str, fallback: Fallback) -> str:
    """“up to 7 years”; a threat of life in prison knows no “up to”. Raises UnknownWords."""
    known = _known(lang, fallback)
    phrases = _PHRASES[known]
    return phrases.life if term.life else phrases.up_to.format(_counted(term, known, _AFTER_UP_TO[known]))


def spelled_stage(found: StageOnDay, lang: str, fallback: Fallback) -> str:
    """“faces up to 7 years”, “sentenced to 3 years 6 months”, “on trial”: as much as is known. Raises UnknownWords."""
    phrases = _PHRASES[_known(lang, fallback)]
    if (most := found.up_to) is not None:
        return phrases.faces.format(spelled_up_to(most, lang, fallback))
    if (passed := found.sentence) is not None:
        return phrases.sentenced.format(spelled_term(passed, lang, fallback))
    return phrases.plain[found.stage.stage]


def _known(lang: str, fallback: Fallback) -> str:
    found = next((one for one in fallback_chain(lang, fallback) if one in _PHRASES), None)
    if found is None or (found == "be" and "Latn" in lang):
        raise UnknownWords(
            f"how `{lang}` says it is not known here: write the words out, or name a language under `fallback:` in "
            "config/workspace.yaml"
        )
    return found


def _counted(term: PrisonTerm, lang: str, nouns: Mapping[str, Mapping[str, str]]) -> str:
    said = []
    for noun, count in (("year", term.years), ("month", term.months)):
        if count:
            forms = nouns[noun]
            form = forms.get(plural_form(count, lang.partition("-")[0])) or forms.get("many") or forms["other"]
            said.append(f"{format_number(count, lang)} {form}")
    return " ".join(said)


_THREATS: Final[Mapping[str, Sequence[str]]] = {
    "en": ("faces up to", "face up to", "facing up to", "faces life", "facing life", "could be sentenced to up to"),
    "be": ("пагражае да", "пагражае пажыццёвае", "можа атрымаць да"),
    "ru": ("грозит до", "грозит пожизненн", "может получить до"),
}


def typed_threat(text: str, lang: str) -> str | None:
    """Words in a text that say that a sentence is still to come, such as “faces up to”; None where there are none."""
    said = " ".join(text.casefold().split())
    phrases = (phrase for one in fallback_chain(lang) if one in _THREATS for phrase in _THREATS[one])
    return next((phrase for phrase in phrases if phrase in said), None)
