"""Finds what a text claims in typed numbers: how long somebody has been held, since which year, at what age. Pure.

Precise rather than greedy: a number counts only in words that can hardly mean anything else, in English, Belarusian
and Russian. Whoever writes of somebody's brother, of a sentence, or of what happened before, is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from amplify.rules.text.number_words import DIGITS, NUMBER, read_number

ClaimKind = Literal["days", "months", "years", "since", "age", "faces", "sentence"]
Bound = Literal["", "over", "almost", "about"]

_BLANKS: Final = re.compile(r"\{\{[^{}]{0,400}\}\}|\{%[^{}]{0,400}%\}|https?://\S+|[@#]\w\S*")
_SENTENCE: Final = re.compile(r"(?:[^.!?…\n]|[.](?=\S))+")
_CLAUSE_ENDS: Final = re.compile(r"[,;:()«»“”\"]|\s[—–-]\s")
_NEAR: Final = 4
"""Words between a number and what it counts."""

_UNITS: Final[dict[ClaimKind, str]] = {
    "days": r"days?|дзень|дні|дзён|дня|день|дней",
    "months": r"months?|месяц|месяца|месяцы|месяцаў|месяцев",
    "years": r"years?|год|года|гады|гадоў|лет|годы",
}
_DURATION: Final = {kind: re.compile(rf"({NUMBER})\s+(?:long\s+)?(?:{unit})\b", re.I) for kind, unit in _UNITS.items()}
_HELD: Final = re.compile(
    r"behind bars|\bin (?:prison|jail|custody|detention|captivity|a cell)\b|\b(?:detained|imprisoned|jailed|arrested|"
    r"incarcerated|locked up|held|detention|imprisonment|captivity)\b|за кратамі|за реш[её]ткой|\b(?:[уўв]) "
    r"(?:турме|тюрьме|зняволенні|заключении|няволі|неволе|СІЗА|СИЗО|калоніі|колонии|арышце)\b|пад вартай|под стражей|"
    r"\b(?:зняволенн|заключени|няволі|неволи|затрыма|задержа|арышт|арест)\w*",
    re.I,
)
_APART: Final = re.compile(
    r"\b(?:without|waits?|waiting|waited|away from|apart|not seen|silenced)\b|\b(?:без|чака\w+|жд[её]т|не бачы\w+|"
    r"не виде\w+)\b",
    re.I,
)
_LASTING: Final = re.compile(
    r"\b(?:for|already|spent|been|past|has|have)\b|\b(?:ўжо|ужо|уже|прав[её]ў|правяла|пров[её]л|провела|сядзіць|сидит|"
    r"знаходзіцца|находится|трымаюць|держат|на працягу|в течение)\b",
    re.I,
)
_OF_SOMEBODY: Final = re.compile(r"(?:\b[A-ZА-ЯЁІЎ]\w+|\ufffc|\b(?:она|он|яна|ён))\s+$")
_OTHERWISE: Final = re.compile(
    r"\b(?:sentence[sd]?|sentencing|faces?|facing|up to|ago|later|before|earlier|old|term|since then|worked|studied|"
    r"married|lived|every|each|first|maximum|minimum|or)\b|\b(?:прысуд\w*|прыгавор\w*|приговор\w*|пагража\w+|грозит|"
    r"асудж\w+|осужд\w+|осудил\w*|асудзіл\w*|таму|назад|праз|через|до|да|раней|ранее|першыя|первые|кожныя|каждые|"
    r"працава\w+|работа\w+|вучы\w+|учил\w+|максім\w*|максим\w*|або|или|тэрмін\w*|срок\w*|калоніі|колонии строг\w*)\b",
    re.I,
)
"""A clause with one of these speaks of a term, of the past, or of another life than that behind bars."""
_KIN: Final = re.compile(
    r"\b(?:brother|sister|husband|wife|mother|father|son|daughter|parents|colleagues?|lawyer|cellmate|neighbour|"
    r"брат|сястр|муж|жонк|жен[аеуы]|маці|мат[ье]|бацьк|от[еэ]?ц|сын|дачк|доч|калег|коллег|адвакат|адвокат|сукамер|сокамер)\w*",
    re.I,
)
_OVER: Final = re.compile(
    r"(?:over|more than|at least|больш(?: за| як| чым)?|звыш|больше(?: чем)?|более(?: чем)?|"
    r"свыше|не менее|не менш)\s*$",
    re.I,
)
_ALMOST: Final = re.compile(r"(?:almost|nearly|close to|амаль|без малага|почти|без малого)\s*$", re.I)
_ABOUT: Final = re.compile(r"(?:about|around|some|roughly|~|≈|каля|прыкладна|около|примерно|порядка)\s*$", re.I)

_COUNTER: Final = re.compile(
    rf"\bday\s+(?:number\s+|no\.?\s*)?(?P<a>{DIGITS})\b|\b(?P<b>\d{{2,6}})(?:st|nd|rd|th)\s+day\b"
    rf"|\b(?:дзень|день)\s+(?:№\s*)?(?P<c>{DIGITS})\b|\b(?P<d>\d{{2,6}})-(?:й|ы|ый|і|ий)\s+(?:дзень|день)\b",
    re.I,
)
_COUNTS_ON: Final = re.compile(
    r"(?:$|[.,:;!?…—–-]|(?:of|in) (?:\w+ )?(?:detention|imprisonment|captivity|custody|prison|jail)|behind bars|"
    r"without|за|без|пад|под|у|ў|в|няволі|неволи|зняволення|заключения|арышту|ареста)",
    re.I,
)
_LEAST_COUNTER: Final = 10

_MONTH: Final = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december|"
    r"студзен\w+|лют\w+|сакавік\w*|красавік\w*|ма[йяі]\w*|чэрвен\w+|ліпен\w+|жнів\w+|верас\w+|кастрычнік\w*|лістапад\w*|"
    r"снежн\w+|январ\w+|феврал\w+|март\w*|апрел\w+|ма[йяе]|июн\w+|июл\w+|август\w*|сентябр\w+|октябр\w+|ноябр\w+|декабр\w+)"
)
_YEAR: Final = r"(?P<year>(?:19|20)\d\d)(?!\d|[-–/]\d)"
_ARREST: Final = (
    r"\b(?:arrested|detained|jailed|imprisoned|arrest|detention|taken into custody|арыштава\w+|затрыма\w+|арышту|"
    r"затрымання|арестова\w+|задержа\w+|ареста|задержания)\b"
)
_SINCE: Final = (
    r"(?:behind bars|in (?:prison|jail|custody|detention)|за кратамі|за реш[её]ткой|пад вартай|под стражей|[уўв] "
    r"(?:турме|тюрьме|зняволенні|заключении|няволі|неволе))"
)
_DATE: Final = rf"(?:(?:\d{{1,2}}(?:st|nd|rd|th)?\s+)?{_MONTH}(?:\s+\d{{1,2}})?,?\s+)?"
_ARRESTED_IN: Final = re.compile(
    rf"{_ARREST}(?P<between>(?:\s+[^\s\d.;:!?,]+){{0,4}}?)\s+(?:in|on|since|[уўв]|во|с|со|з|са|от|ад)?\s*{_DATE}{_YEAR}"
    rf"|{_SINCE}\s+(?:since|с|со|з|са|ад|от)\s+{_DATE}(?P<year2>(?:19|20)\d\d)(?!\d|[-–/]\d)"
    rf"|\b(?:in|on|since|[уўв]|во|с|з)\s+{_DATE}(?P<year3>(?:19|20)\d\d)(?:\s*(?:год\w*|г\.))?,?"
    rf"(?P<before>(?:\s+[^\s\d.;:!?,]+){{0,3}}?)\s+{_ARREST}",
    re.I,
)
_NOT_THE_ARREST: Final = re.compile(
    r"\b(?:for|over|after|because|under|by|and|released?|freed|born|law|protests?|за|из-за|после|пасля|па|по|паводле|і|и|"
    r"вызвал\w+|освобо\w+|нарадз\w+|родил\w+|тых|тех|тысяч\w*|людзей|людей|people|many|hundreds|thousands|сот\w*)\b",
    re.I,
)
_AGE: Final = re.compile(
    r"\baged (?P<a>\d{1,2})\b|\b(?P<b>\d{1,2})[- ]year[- ]old\b|\b(?:is|turned|turns) (?P<c>\d{1,2}) years old\b|"
    r"\b(?P<d>\d{1,2})-(?:гадов|летн)\w+|"
    r"\b(?:ёй|яму|ей|ему) (?:ўжо |уже )?(?P<e>\d{1,2}) (?:год|года|гады|гадоў|лет)\b",
    re.I,
)
_TERM: Final = (
    rf"(?P<years>{NUMBER})\s+(?:years?|год|года|годам|годом|гады|гадоў|гадам|лет)\b"
    rf"(?:\s+(?:and|и|і)?\s*(?P<months>{NUMBER})\s+(?:months?|месяц\w*))?"
)
_IN_PRISON: Final = (
    r"(?:\s+(?:in (?:prison|jail|a (?:prison )?colony)|behind bars|of imprisonment|imprisonment|лишения свободы|тюрьмы|"
    r"колонии|заключения|зняволення|пазбаўлення волі|турмы|калоніі|за кратамі|за реш[её]ткой))"
)
_FACES: Final = re.compile(
    rf"\b(?:faces|facing|(?:could|may|might|can) face)\s+(?:up to |a maximum of |as much as )?{_TERM}"
    rf"|\b(?:up to|да|до)\s+{_TERM.replace('years>', 'years2>').replace('months>', 'months2>')}{_IN_PRISON}"
    rf"|\b(?:грозит|пагражае)\s+(?:да |до )?{_TERM.replace('years>', 'years3>').replace('months>', 'months3>')}",
    re.I,
)
_SENTENCED: Final = re.compile(
    rf"\b(?:sentenced|condemned)\s+(?:\w+\s+)?to\s+{_TERM}"
    rf"|\b(?:приговор\w*|осужд\w*|осудил\w*|асудж\w*|асудзіл\w*|прысуд\w*|прыгавор\w*)\s+(?:\w+\s+){{0,2}}?"
    rf"(?:к|да|на|до)\s+{_TERM.replace('years>', 'years2>').replace('months>', 'months2>')}",
    re.I,
)
_ANYBODY: Final = re.compile(
    r"\b(?:anyone|anybody|people|those|others|readers|whoever|everyone|кожны|любы|усім|тым|каждый|любой|всем|тем|"
    r"люд\w+|чытач\w*|читател\w*|іншы\w*|другие|другим)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class ProseClaim:
    """One number, and what it is claimed to be; `start`, `end`: in the text."""

    kind: ClaimKind
    value: int
    """Days, months or years; a year; months of a term that somebody faces or was sentenced to."""
    bound: Bound
    start: int
    end: int
    text: str
    """The words as they stand there."""
    sentence: str
    """The sentence, with its templates."""
    alone: bool = False
    """A counter that stands alone (`Day 171.`): only near the right number is it one."""


def blank_out(text: str) -> str:
    """A template with everything that is not typed prose blanked: names, addresses, hashtags. Its length stays."""
    return _BLANKS.sub(lambda found: "\ufffc" * len(found[0]), text)


def bound_before(words: str) -> Bound:
    """Whether the words before a number make it a bound."""
    if _OVER.search(words):
        return "over"
    if _ALMOST.search(words):
        return "almost"
    return "about" if _ABOUT.search(words) else ""


@lru_cache(maxsize=8192)
def find_claims(template: str) -> tuple[ProseClaim, ...]:
    """All claims about a person's time in detention or age, in the order of the text."""
    prose = blank_out(template)
    found: list[ProseClaim] = []
    for sentence in _SENTENCE.finditer(prose):
        said, at = sentence[0], sentence.start()
        if not any(one.isalpha() for one in said) or _KIN.search(said):
            continue
        whole = template[at : sentence.end()]
        for kind, start, end, value, alone in (
            *_durations(said),
            *_counters(said),
            *_years(said),
            *_ages(said),
            *_terms(said),
        ):
            bound = bound_before(said[:start])
            words = template[at + start : at + end]
            found.append(ProseClaim(kind, value, bound, at + start, at + end, words, whole, alone))
    return tuple(sorted(set(found), key=lambda one: (one.start, one.kind)))


_Found = tuple[ClaimKind, int, int, int, bool]


def _found_in(said: str) -> Iterator[_Found]:
    for find in (_durations, _counters, _years, _ages, _terms):
        yield from find(said)


def _durations(said: str) -> Iterator[_Found]:
    for kind, pattern in _DURATION.items():
        for found in pattern.finditer(said):
            first, last = _clause(said, found.start(), found.end())
            clause = said[first:last]
            if _OTHERWISE.search(clause):
                continue
            near = f"{_last_words(said[first : found.start()])} {found[0]} {_first_words(said[found.end() : last])}"
            before = said[first : found.start()]
            lasting = bool(_LASTING.search(clause) or _OF_SOMEBODY.search(before) or bound_before(before))
            held = _HELD.search(near) is not None
            alone = _HELD.fullmatch(clause.replace(found[0], "").strip(" -–—…"))
            if (held and (kind == "days" or lasting or alone)) or (lasting and _APART.search(clause)):
                yield kind, found.start(), found.end(), read_number(found[1]), False


def _counters(said: str) -> Iterator[_Found]:
    for found in _COUNTER.finditer(said):
        value = int(re.sub(r"\D", "", next(one for one in found.groups() if one)))
        rest = said[found.end() :].lstrip()
        if value < _LEAST_COUNTER or not _COUNTS_ON.match(rest):
            continue
        held = _HELD.search(said) is not None
        starts = not said[: found.start()].strip(" \ufffc—–-:•·*")
        if held or starts:
            yield "days", found.start(), found.end(), value, not held


def _years(said: str) -> Iterator[_Found]:
    for found in _ARRESTED_IN.finditer(said):
        if _ANYBODY.search(said) or _NOT_THE_ARREST.search(f"{found['between'] or ''} {found['before'] or ''}"):
            continue
        year = next(found[name] for name in ("year", "year2", "year3") if found[name])
        yield "since", found.start(), found.end(), int(year), False


def _ages(said: str) -> Iterator[_Found]:
    for found in _AGE.finditer(said):
        yield "age", found.start(), found.end(), int(next(one for one in found.groups() if one)), False


def _terms(said: str) -> Iterator[_Found]:
    if _ANYBODY.search(said):
        return
    patterns: tuple[tuple[ClaimKind, re.Pattern[str]], ...] = (("sentence", _SENTENCED), ("faces", _FACES))
    taken: list[tuple[int, int]] = []
    for kind, pattern in patterns:
        for found in pattern.finditer(said):
            if any(first < found.end() and found.start() < last for first, last in taken):
                continue
            named = {name.rstrip("23"): text for name, text in found.groupdict().items() if text}
            months = read_number(named["months"]) if "months" in named else 0
            taken.append(found.span())
            yield kind, found.start(), found.end(), 12 * read_number(named["years"]) + months, False


def _clause(said: str, start: int, end: int) -> tuple[int, int]:
    ends = [found.end() for found in _CLAUSE_ENDS.finditer(said, 0, start)]
    after = _CLAUSE_ENDS.search(said, end)
    return (ends[-1] if ends else 0), (after.start() if after else len(said))


def _last_words(text: str) -> str:
    return " ".join(text.split()[-_NEAR:])


def _first_words(text: str) -> str:
    return " ".join(text.split()[:_NEAR])
