"""Checks the words by which campaigns call people: each should stand under the person's `aliases:`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from amplify.model.campaign import Campaign
from amplify.model.person import Person
from amplify.model.problem import Problem, Severity, SourceLocation
from amplify.rules.text.aliases import name_matcher
from amplify.rules.text.first_names import first_name_matcher, first_names
from amplify.rules.text.name_words import without_marks
from amplify.workspace.media_places import media_places
from amplify.workspace.parsed import Parsed, ParsedWorkspace

_SAID: Final = ("name", "background", "key_messages", "hashtags", "occasions", "toolkit")
"""Keys of a campaign whose texts readers meet."""
_FILLED_IN = re.compile(r"\{\{(?:(?!\{\{).)*?\}\}|\{%(?:(?!\{%).)*?%\}", re.DOTALL)
_SIGNS: Final = ("#", "@", "/")
_BEGINS: Final = 2
"""Letters by which a text is recognised that may hold one of the words."""

Said = Iterator[tuple[str, SourceLocation]]


def check_aliases(findings: ParsedWorkspace) -> Iterator[Problem]:
    """REF-ALIAS: words of a person's name by which her campaign calls her, and which none of her aliases lists."""
    people = {found.word.id: found.word for found in findings.people}
    told: set[tuple[str, str]] = set()
    for found in findings.campaigns:
        campaign = found.word
        about = {id: people[id] for id in campaign.people if id in people}
        if not about:
            continue
        begins = _beginnings(about)
        texts = (*_of_campaign(found), *_of_actions(findings, campaign), *_of_posts(findings, campaign))
        for text, place in texts:
            if begins.search(without_marks(text).casefold()):
                for who, word in _unlisted(text, people, campaign):
                    if (who, word.casefold()) not in told:
                        told.add((who, word.casefold()))
                        yield Problem(place, "REF-ALIAS", _sentence(who, word), Severity.WARNING)


def _sentence(who: str, word: str) -> str:
    return (
        f"“{word}” calls `{who}` by a word of the name that is none of the aliases, so that only this campaign’s posts "
        f"count: add `{word}` to `aliases:` of `{who}` in config/people.yaml"
    )


def _beginnings(about: Mapping[str, Person]) -> re.Pattern[str]:
    """A quick look, for most texts hold none of the words."""
    forms = {without_marks(form).casefold()[:_BEGINS] for person in about.values() for form in first_names(person)}
    return re.compile("|".join(map(re.escape, sorted(forms))) or r"(?!)")


def _unlisted(text: str, people: Mapping[str, Person], campaign: Campaign) -> Iterator[tuple[str, str]]:
    """Words of names that are left where all listed spellings are taken out."""
    found = first_name_matcher(people, campaign.people).found(text)
    if not found:
        return
    rest = without_marks(text)
    for listed in sorted(name_matcher(people).found(text), key=lambda one: -len(one.words)):
        rest = rest.replace(listed.words, " ")
    for one in found:
        if any(other.who == one.who and other.words != one.words and other.words in one.words for other in found):
            continue  # “Vera” is said already where `#FreeVera` stands
        at = rest.find(one.words)
        if at >= 0 and (not one.words.islower() or rest[:at].endswith(_SIGNS)):  # in small letters: another word
            yield one.who, one.words


def _of_campaign(found: Parsed[Campaign]) -> Said:
    for key in _SAID:
        yield from _leaves(found.spot.plain.get(key), (key,), found)


def _leaves(value: Any, loc: tuple[str | int, ...], found: Parsed[Any]) -> Said:
    if isinstance(value, str):
        yield f"#{value}" if loc[-1] == "tag" else value, found.spot.place(*loc)
    elif isinstance(value, dict):
        for key, one in value.items():
            if key not in ("id", "why", "colour"):
                yield from _leaves(one, (*loc, key), found)
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from _leaves(one, (*loc, number), found)


def _of_actions(findings: ParsedWorkspace, campaign: Campaign) -> Said:
    for found in findings.actions:
        if found.word.campaign == campaign.id:
            for key in ("title", "text"):
                yield from _leaves(found.spot.plain.get(key), (key,), found)


def _of_posts(findings: ParsedWorkspace, campaign: Campaign) -> Said:
    for found in findings.posts:
        front = found.word.front
        if front.campaign != campaign.id:
            continue
        for key in ("required", "optional"):
            for number, tag in enumerate(getattr(front.hashtags, key)):
                yield f"#{tag}", found.spot.place("hashtags", key, number)
        for lang, warning in front.content_warning.items():
            yield warning, found.spot.place("content_warning", lang)
        for file, place in media_places(found):
            picture = findings.pictures.get(file) if isinstance(file, str) else None
            for text in (*picture.note.alt.values(), *picture.note.caption.values()) if picture is not None else ():
                yield text, place
        for variant in found.word.variants:
            for part in (*variant.parts, *(one for parts in variant.by_platform.values() for one in parts)):
                yield _FILLED_IN.sub(" ", part.template), part.place
