"""Lint rules about numbers and years typed into texts that disagree with a fact or with a person's dates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from amplify.model.fact import Fact
from amplify.model.legal_stage import PrisonTerm, parse_term
from amplify.model.person import Person
from amplify.model.plan import LintFinding, Planned
from amplify.model.problem import Problem, Severity, SourceLocation
from amplify.model.subject import people_in
from amplify.rules.lint.lint_context import LintContext
from amplify.rules.plan.calendar_days import readers_day
from amplify.rules.plan.legal_stages import stage_on
from amplify.rules.plan.subjects import people_in_texts, templated_people
from amplify.rules.plan.template import name_in_template
from amplify.rules.plan.template_context import days_detained
from amplify.rules.text.language import fallback_chain, format_number, pick_text
from amplify.rules.text.number_words import NUMBER, read_number
from amplify.rules.text.prose_claims import Bound, ProseClaim, blank_out, bound_before, find_claims

_MONTH: Final = 30.4375
_YEAR: Final = 365.25
_CODES: Final = {"since": "PROSE-YEAR", "faces": "PROSE-TERM", "sentence": "PROSE-TERM"}
_OTHER_TIME: Final = re.compile(
    r"\b(?:were|was|had|ago|then|last|by|since|released|freed|new|died|among|of them|"
    r"было|былі|была|был|были|была|таму|назад|тогда|тады|вызвал\w+|освобо\w+|памер\w+|умер\w+|сярод|среди|з іх|из них|"
    r"новых|стала|стало)\b|\b(?:19|20)\d\d\b",
    re.IGNORECASE,
)
"""A sentence with one of these may count something else than the fact: another year, some of them."""


@dataclass(frozen=True, slots=True)
class _Text:
    """One text as it was typed, and where."""

    words: str
    place: SourceLocation
    day: date
    """The due day on the readers' calendar."""
    whole_file: bool = False
    """The place is that of its file: nobody knows the line."""


def typed_number_disagrees(context: LintContext, deliveries: Sequence[Planned]) -> Iterator[LintFinding]:
    """PROSE-NUMBER, PROSE-YEAR, PROSE-TERM: a number, a year or a term that is typed into a text disagrees with a fact,
    or with a person's dates or legal stage on the day on which the text is due."""
    # Each is told once, with the first day on which it is wrong.
    told: dict[tuple[SourceLocation, str], Problem] = {}
    counted: dict[tuple[str, str], Sequence[_Found]] = {}
    for delivery in sorted(deliveries, key=lambda one: (one.due, one.id)):
        for text in _texts(context, delivery):
            key = (text.words, delivery.lang)
            if key not in counted:
                counted[key] = tuple(_about_facts(context, delivery.lang, text.words))
            for code, start, words, sentence in (*_about_people(context, delivery, text), *counted[key]):
                place = _place(text, start)
                problem = told.setdefault((place, words), Problem(place, code, sentence, Severity.WARNING))
                yield LintFinding(problem, (delivery.account,), deliveries=(delivery.id,))


_Found = tuple[str, int, str, str]
"""Code, where in the text, the words, the sentence."""


def _texts(context: LintContext, delivery: Planned) -> Iterator[_Text]:
    variant = context.variant(delivery)
    day = readers_day(delivery.due, delivery.zone)
    for part in variant.parts_on(delivery.platform) if variant is not None else ():
        yield _Text(part.template, part.place, day)
    fallback = context.workspace.settings.fallback
    for picture in (one for part in delivery.message.parts for one in part.pictures):
        template = context.workspace.banners.get(picture.banner.template) if picture.banner is not None else None
        for layer in template.layers if template is not None else ():
            said = pick_text(layer.text.say, delivery.lang, fallback) if layer.text is not None else None
            if template is not None and said is not None:
                yield _Text(said, template.place, day, whole_file=True)


def _place(text: _Text, start: int) -> SourceLocation:
    if text.whole_file:
        return text.place
    line = text.words.count("\n", 0, start)
    column = start - (text.words.rfind("\n", 0, start) + 1) + 1
    return SourceLocation(text.place.path, text.place.line + line, column)


def _about_people(context: LintContext, delivery: Planned, text: _Text) -> Iterator[_Found]:
    for claim in find_claims(text.words):
        people = _meant(context, delivery, claim)
        if people and not any(_agrees(claim, person, text.day) for person in people):
            yield (
                _CODES.get(claim.kind, "PROSE-NUMBER"),
                claim.start,
                claim.text,
                _sentence(claim, people[0], text.day),
            )


def _meant(context: LintContext, delivery: Planned, claim: ProseClaim) -> list[Person]:
    """Whom a claim is about: those named in its sentence, else the one person whom the message speaks of."""
    known = context.workspace.people
    named = people_in_texts((claim.sentence,), delivery.campaign, context.workspace)
    here = sorted(named | {who for who in templated_people(claim.sentence) if who in known})
    if not here and claim.kind != "age":
        everybody = [who for who in people_in(delivery.subjects) if who in known]
        here = everybody if len(everybody) == 1 else []
    if claim.kind == "age":
        here = [who for who in here if known[who].born is not None] if len(here) == 1 else []
    return [known[who] for who in here]


def _agrees(claim: ProseClaim, person: Person, day: date) -> bool:
    """Whether a claim is true of a person on that day, or so far off that it must mean something else."""
    if claim.kind == "age":
        assert person.born is not None
        return claim.value == _full_years(person.born, day) or abs(claim.value - _full_years(person.born, day)) > 10
    if claim.kind == "since":
        years = {one.year for held in person.detentions for one in (held.start, held.end or held.start)}
        return claim.value in years or min(abs(claim.value - year) for year in years) > 6 or claim.value > day.year
    if claim.kind in ("faces", "sentence"):
        known = _terms(person, day, claim.kind == "sentence")
        return not known or claim.value in known
    counts = _counts(person, day)
    if not counts:
        return True
    if claim.kind == "days":
        far = (0.8, 1.25) if claim.alone else (0.5, 2.0)
        near = [count for count in counts if far[0] <= claim.value / count <= far[1]]
        return not near or any(_day_fits(claim.value, claim.bound, count) for count in near)
    unit, most = (_MONTH, 12.0) if claim.kind == "months" else (_YEAR, 3.0)
    spans = [count / unit for count in counts if abs(count / unit - claim.value) <= most]
    return not spans or any(_span_fits(claim.value, claim.bound, span, claim.kind == "years") for span in spans)


def _terms(person: Person, day: date, passed: bool) -> set[int]:
    """All terms that may be said of a person on a day, in months; empty where nothing is known to compare with.
    `passed`: sentences, also such as an appeal has changed; else what is threatened, 0 where it is over."""
    found = stage_on(person, day)
    if found is None:
        return set()
    if passed:
        return {parse_term(one.sentence).weight for one in person.stages if one.sentence is not None}
    if not found.stage.stage.threatens:
        return {0}
    most = found.up_to
    said = (one.up_to for one in found.charges)
    terms = {parse_term(one).weight for one in said if one is not None}
    return terms | {most.weight} if most is not None else set()


def _counts(person: Person, day: date) -> set[int]:
    """All numbers of days that may be said of a person: of each detention, of all together, with the first day and
    without."""
    found = {days_detained(person, day)}
    for held in person.detentions:
        since = (min(held.end or day, day) - held.start).days
        found |= {since, since + 1, (day - held.start).days, (day - held.start).days + 1}
    return {one for one in found if one > 0}


def _day_fits(value: int, bound: Bound, count: int) -> bool:
    if bound == "over":
        return count >= value
    if bound == "almost":
        return count <= value
    return abs(count - value) <= 0.05 * count if bound == "about" else value == count


def _span_fits(value: int, bound: Bound, span: float, years: bool) -> bool:
    """Whether somebody says so many months or years of a span: a round one is said a little early."""
    early = 0.13 if years else 0.5
    if bound == "over":
        return span >= value - early
    if bound == "almost":
        return value - 1 <= span <= value + early
    return abs(span - value) <= 1 if bound == "about" else value - early <= span < value + 1


def _full_years(since: date, day: date) -> int:
    return day.year - since.year - ((day.month, day.day) < (since.month, since.day))


def _sentence(claim: ProseClaim, person: Person, day: date) -> str:
    named, since = name_in_template("person", person.id), person.detentions[-1].start
    if claim.kind == "age":
        assert person.born is not None
        return f"“{claim.text}”: {person.id} is {_full_years(person.born, day)} on {day}: correct the number"
    if claim.kind == "since":
        return (
            f"“{claim.text}”: {person.id} has been held since {since}: correct the year, or write "
            f"`{{{{ {named}.detained_since }}}}`"
        )
    if claim.kind in ("faces", "sentence"):
        return _term_sentence(claim, person, day)
    count = days_detained(person, day)
    counted = f"{person.id} has been held for {count:,} days on {day}, when this is due"
    if claim.kind == "days":
        return f"“{claim.text}”: {counted}: write `{{{{ {named}.days_detained }}}}`, which counts by itself"
    return f"“{claim.text}”: {counted}: correct it, or write `{{{{ {named}.days_detained.in_words }}}}`"


def _term_sentence(claim: ProseClaim, person: Person, day: date) -> str:
    found, named = stage_on(person, day), name_in_template("person", person.id)
    assert found is not None
    passed = claim.kind == "sentence" or not found.stage.stage.threatens
    term = found.sentence if passed else found.up_to
    how = f"{person.id} is {found.stage.stage.value.replace('_', ' ')} since {found.stage.since}"
    if term is not None:
        how += f", {'' if passed else 'up to '}{_spelled(term)}"
    instead = "sentence" if passed and term is not None else "stage" if passed else "up_to"
    return f"“{claim.text}”: {how}: write `{{{{ {named}.{instead} }}}}`"


def _spelled(term: PrisonTerm) -> str:
    parts = [f"{number} {unit}" for number, unit in ((term.years, "years"), (term.months, "months")) if number]
    return "life" if term.life else " ".join(parts)


# ── facts ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _about_facts(context: LintContext, lang: str, template: str) -> Iterator[_Found]:
    prose = blank_out(template)
    if not any(one.isdigit() for one in prose) and not _SPELLED.search(prose):
        return
    replaced = {fact.supersedes for fact in context.workspace.facts.values()}
    facts = [one for one in context.workspace.facts.values() if isinstance(one.value, int)]
    fallback = context.workspace.settings.fallback
    for fact in facts:
        if fact.id in replaced:
            continue
        unit = next((fact.unit[one] for one in fallback_chain(lang, fallback) if one in fact.unit), None)
        if unit is None:
            continue
        forms = (unit,) if isinstance(unit, str) else tuple(sorted(set(unit.values())))
        for found in _counted(forms).finditer(prose):
            value = read_number(found[1])
            if _fact_fits(fact, value, bound_before(prose[: found.start()])) or _of_another_time(prose, found):
                continue
            now = format_number(_whole(fact), lang, fallback)
            named = name_in_template("fact", fact.id)
            sentence = (
                f"“{found[0]}”: the fact `{fact.id}` says {now} as of {fact.as_of}: write `{{{{ {named} }}}}`, or "
                f"`{{{{ {named}.value }}}}` for the number alone"
            )
            yield "PROSE-NUMBER", found.start(), found[0], sentence


_SPELLED: Final = re.compile(NUMBER, re.IGNORECASE)


@lru_cache(maxsize=1024)
def _counted(forms: tuple[str, ...]) -> re.Pattern[str]:
    """A number, and behind it what is counted, in any of these forms and with other endings; between the two at most
    the word for a country's people."""
    said = "|".join(r"\s+".join(_with_endings(word) for word in form.split()) for form in forms)
    return re.compile(
        rf"({NUMBER})\s+(?:[A-Z]\w+(?:ian|ean|ish|ese)\s+|\w+ск(?:іх|их|ія|ие|ага|ого)\s+)?(?:{said})\b", re.I
    )


def _with_endings(word: str) -> str:
    """A word of Cyrillic letters in all of its forms; others as they stand."""
    bare = word.strip(",.")
    if len(bare) > 4 and re.fullmatch(r"[а-яёіў’ʼ'-]+", bare, re.IGNORECASE):
        return re.escape(bare[:-2]) + r"\w{0,4}" + re.escape(word[len(bare) :])
    return re.escape(word)


def _whole(fact: Fact) -> int:
    assert isinstance(fact.value, int)
    return fact.value


def _fact_fits(fact: Fact, value: int, bound: Bound) -> bool:
    """Whether a typed number says what the fact says, or counts something else: far more, or some of them."""
    known = _whole(fact)
    if not 0.5 <= value / max(known, 1) <= 2:
        return True
    if bound == "over":
        return value <= known
    if bound == "almost":
        return value >= known
    return abs(value - known) <= 0.05 * known if bound == "about" else value == known


def _of_another_time(prose: str, found: re.Match[str]) -> bool:
    ends = ".!?…\n"
    first = max(prose.rfind(one, 0, found.start()) for one in ends) + 1
    lasts = [at for one in ends if (at := prose.find(one, found.end())) >= 0]
    around = f"{prose[first : found.start()]} {prose[found.end() : min(lasts, default=len(prose))]}"
    return _OTHER_TIME.search(around) is not None
