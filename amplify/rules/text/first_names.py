"""The single words of a person's name, with their endings: in a campaign that is about her, `Vera` is Vera Lind. Pure.

Such a form is too common to be looked for everywhere. In the posts of her own campaign each of them counts as her: a
word too many is held, none too few.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from amplify.model.person import Person
from amplify.rules.text.aliases import NameMatcher
from amplify.rules.text.name_words import split_words, without_marks

_VOWELS: Final = frozenset("aeiouyаеіиоуыэюяєї")
_SOFT: Final = frozenset("йьj")
"""Letters besides vowels that an ending replaces."""
_ADJECTIVE: Final = ("ая", "яя", "ое", "ий", "ый", "ій", "ой")
_ALTERED: Final = {
    "г": "з", "к": "ц", "х": "с", "т": "ц", "д": "дз", "g": "z", "k": "c", "h": "z", "t": "c", "d": "dz", "r": "rz",
}  # fmt: skip
"""A consonant before the ending → what it may become: Вольга, Вользе."""
_CYRILLIC: Final = """
а я ы и і у ю е є э о ї ой ей ай яй ою ею аю яю ом ем ам ям ім им ым ого ага яго его ому аму ему ову еві ові ове
"""
_LATIN: Final = """
a ia ya ja y i u iu yu ju e ie ye je o oj ej aj iaj oy ey ay iej oju aju eju iaju om em am iem ego emu s
"""
_SCRIPTS: Final = (("[\u0400-\u052f]", 4, tuple(_CYRILLIC.split())), ("[A-Za-z]", 5, tuple(_LATIN.split())))
"""Letters of a script · letters of a stem that may take any ending, for a shorter one would find other words · the
endings that shorter ones take."""
_OTHER_LEAST: Final = 4
_FLEETING = re.compile(r"(.+[бвгдзклмнпрстўхцчшbcdfghklmnprstvwz])[еоeo]([клмнрцklmnrc])$")
"""A vowel that goes when an ending comes: Павел, Паўла."""


def first_names(person: Person) -> list[str]:
    """Every word of the name, and of aliases of several words, by itself and with its endings: as spellings."""
    words: dict[str, None] = {}
    for name in person.name.values():
        words.update(dict.fromkeys(_words(name)))
    for alias in person.aliases:
        for form in alias.split(","):
            several = list(_words(form))
            if len(several) > 1:
                words.update(dict.fromkeys(several))
    return sorted({form for word in words for form in _with_endings(word)})


def _words(name: str) -> Iterator[str]:
    """The words of a name that name somebody: no initials, and no `de`, `von`, `ibn`, which begin small."""
    stems = {one.casefold() for one in re.findall(r"([^\W_]+)\*", without_marks(name))}
    words = [one.text for one in split_words(without_marks(name)) if len(one.text) > 1]
    great = [word for word in words if not word.islower()] or words
    for word in great:
        yield f"{word}*" if word.casefold() in stems else word


def _with_endings(word: str) -> Iterator[str]:
    yield word
    if word.endswith("*"):
        return
    for stem in _stems(word.casefold()):
        least, endings = _endings_of(stem)
        if len(stem) >= least:
            yield f"{stem}*"
        else:
            yield from (stem + ending for ending in endings)


def _stems(word: str) -> Iterator[str]:
    stem = word[:-1] if word[-1] in _VOWELS or word[-1] in _SOFT else word
    yield stem
    if len(stem) > 1 and stem != word and stem[-1] in _ALTERED:
        yield stem[:-1] + _ALTERED[stem[-1]]
    if len(word) > 5 and word.endswith(_ADJECTIVE):
        yield word[:-2]
    fleeting = _FLEETING.match(stem)
    if fleeting is not None:
        yield fleeting[1] + fleeting[2]
        if fleeting[1].endswith("в"):
            yield f"{fleeting[1][:-1]}ў{fleeting[2]}"


def _endings_of(stem: str) -> tuple[int, tuple[str, ...]]:
    found = ((least, endings) for letters, least, endings in _SCRIPTS if re.search(letters, stem))
    return next(found, (_OTHER_LEAST, ()))


_latest: tuple[Mapping[str, Person], dict[tuple[str, ...], NameMatcher]] | None = None


def first_name_matcher(people: Mapping[str, Person], about: Sequence[str]) -> NameMatcher:
    """The matcher of single words of the names of those `about` whom a campaign is, cached while the same people are
    asked for."""
    global _latest
    latest = _latest
    if latest is None or latest[0] is not people:
        latest = _latest = (people, {})
    whom = tuple(about)
    known = latest[1].get(whom)
    if known is None:
        known = latest[1][whom] = NameMatcher({id: first_names(people[id]) for id in whom if id in people})
    return known
