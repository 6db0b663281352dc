"""Finds whom and what people mean by the words that they type: by id, name, alias, handle, hashtag or title. Pure.

Case, script look-alikes, `#`, `@`, blanks, hyphens and underscores do not count (`rules.text.name_words`). The longest
stretch of the words that is a whole name wins; what is left over is sought as part of a name, and told where nothing
goes by it. Where a name fits several, all are meant: to stop too much is mended in a minute.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from amplify.rules.text.aliases import NameMatcher
from amplify.rules.text.name_words import NameWord, split_words, without_marks

_SCHEME = re.compile(r"\bhttps?://(?:www\.)?", re.IGNORECASE)
_WHOLE_ONLY: Final = "all"
"""The kind that is meant only by all of the words: “all” is a word of many sentences."""
_SHORT: Final = 3
"""Letters from which on a word among others can be a name by itself, or a part of one."""
_NEAREST: Final = 5
_NEAR: Final = 65
_ROMAN: Final = str.maketrans("абвгґдеєёзийіїклмнопрстуўфцыэ", "abvhgdeeeziiiiklmnoprstuufcye") | {
    ord(letter): sound
    for letter, sound in zip("жхчшщюяъь’'", ["zh", "kh", "ch", "sh", "shch", "iu", "ia", "", "", "", ""], strict=True)
}
"""For nearness only, and never printed: whoever remembers a name in another script is shown it."""

Width = Literal["wide", "narrow"]
"""`wide`: a name also means everybody of whose name it is a part. `narrow`: only where it is nobody's whole name."""


@dataclass(frozen=True, slots=True)
class NamedSubject:
    """Somebody or something that can be meant, and everything it goes by."""

    kind: str
    id: str
    names: tuple[str, ...] = ()
    """Beside the id."""

    @property
    def title(self) -> str:
        """`person anna (Anna Petrova)`."""
        name = next((name for name in self.names if name.casefold() != self.id.casefold()), None)
        return f"{self.kind} {self.id}".strip() + (f" ({name})" if name else "")


@dataclass(frozen=True, slots=True)
class NameSearch:
    """Result of a search."""

    hits: tuple[NamedSubject, ...]
    missing: tuple[str, ...] = ()
    """Words that nothing goes by, in stretches."""
    near: tuple[NamedSubject, ...] = ()
    """What has a name like them, the nearest first; only where words are missing."""


def search_names(text: str, known: Sequence[NamedSubject], width: Width = "wide") -> NameSearch:
    """Find what the words mean among everything that is known."""
    plain = _SCHEME.sub("", without_marks(text)).strip()
    words = list(split_words(plain))
    search = _Search(plain, words, known, width)
    search.whole_names()
    search.spellings()
    search.parts_of_names()
    missing = tuple(plain[words[first].start : words[last - 1].end] for first, last in search.gaps())
    if not words and plain:
        missing = (plain,)
    return NameSearch(tuple(search.hits), missing, tuple(nearest_names(missing, known)) if missing else ())


def nearest_names(missing: Sequence[str], known: Sequence[NamedSubject]) -> list[NamedSubject]:
    """What has names like these words, the nearest first."""
    from rapidfuzz import fuzz, process

    names = [(_roman(name), one) for one in known for name in (one.id, *one.names) if name]
    found: dict[NamedSubject, float] = {}
    for text in missing:
        choices = [name for name, _ in names]
        for _, score, number in process.extract(
            _roman(text), choices, scorer=fuzz.WRatio, score_cutoff=_NEAR, limit=8 * _NEAREST
        ):
            found[names[number][1]] = max(score, found.get(names[number][1], 0))
    return sorted(found, key=lambda one: -found[one])[:_NEAREST]


class _Search:
    """One search: which words are accounted for, and whom they mean."""

    def __init__(self, plain: str, words: Sequence[NameWord], known: Sequence[NamedSubject], width: Width) -> None:
        self._plain, self._words, self._known, self._wide = plain, words, known, width == "wide"
        self._covered = [False] * len(words)
        self.hits: dict[NamedSubject, None] = {}
        self._whole: dict[str, list[NamedSubject]] = {}
        self._parts: dict[str, set[tuple[int, int]]] = {}
        for number, one in enumerate(known):
            for place, name in enumerate((one.id, *one.names)):
                own = list(split_words(_SCHEME.sub("", without_marks(name.replace("*", "")))))
                for fold in _folds(own):
                    self._whole.setdefault(fold, []).append(one)
                for word in own:
                    for key in word.keys:
                        self._parts.setdefault(key, set()).add((number, place))

    def gaps(self) -> Iterator[tuple[int, int]]:
        """Stretches of words that nothing goes by yet."""
        first: int | None = None
        for number, covered in enumerate([*self._covered, True]):
            if covered and first is not None:
                yield first, number
                first = None
            elif not covered and first is None:
                first = number

    def whole_names(self) -> None:
        """The longest stretches that are whole names."""
        for first, last in self._stretches():
            everything = last - first == len(self._words)
            hits = [
                one
                for fold in _folds(self._words[first:last])
                for one in self._whole.get(fold, ())
                if everything or one.kind == "person" or (one.kind != _WHOLE_ONLY and len(fold) >= _SHORT)
            ]
            if hits:
                self._meant(first, last, hits)
                if self._wide:
                    self._meant(first, last, self._having(first, last, people=True))

    def spellings(self) -> None:
        """People by any form that is looked for in texts: stems, `CamelCase`, what stands behind a call."""
        gaps = list(self.gaps())
        if not gaps:
            return
        people = [one for one in self._known if one.kind == "person"]
        matcher = NameMatcher({str(number): (one.id, *one.names) for number, one in enumerate(people)})
        for first, last in gaps:
            said = self._plain[self._words[first].start : self._words[last - 1].end]
            for match in matcher.found(f"#{said}" if last - first == 1 else said):
                keys = {key for word in split_words(match.words) for key in word.keys}
                for number in range(first, last):
                    if last - first == 1 or keys.intersection(self._words[number].keys):
                        self._meant(number, number + 1, [people[int(match.who)]])

    def parts_of_names(self) -> None:
        """What is left over, as part of a name: all of it of anything, some of it of a person only."""
        for first, last in list(self.gaps()):
            hits = self._having(first, last, people=False)
            if hits:
                self._meant(first, last, hits)
        for first, last in self._stretches():
            hits = self._having(first, last, people=True)
            if hits:
                self._meant(first, last, hits)

    def _stretches(self) -> Iterator[tuple[int, int]]:
        """Every stretch of words that are not accounted for, the longest first."""
        for length in range(len(self._words), 0, -1):
            for first in range(len(self._words) - length + 1):
                if not any(self._covered[first : first + length]):
                    yield first, first + length

    def _having(self, first: int, last: int, people: bool) -> list[NamedSubject]:
        """Everything, or everybody, one of whose names has all of these words."""
        found: set[tuple[int, int]] | None = None
        for word in self._words[first:last]:
            if max(map(len, word.keys)) < _SHORT:
                return []
            named = {place for key in word.keys for place in self._parts.get(key, ())}
            found = named if found is None else found & named
        hits = [self._known[number] for number in sorted({number for number, _ in found or ()})]
        return [one for one in hits if one.kind != _WHOLE_ONLY and (one.kind == "person" or not people)]

    def _meant(self, first: int, last: int, hits: Sequence[NamedSubject]) -> None:
        self._covered[first:last] = [True] * (last - first)
        self.hits.update(dict.fromkeys(hits))


def _folds(words: Sequence[NameWord]) -> set[str]:
    """The words as one, in each script that they may be meant in."""
    most = max((len(word.keys) for word in words), default=0)
    return {"".join(word.keys[min(number, len(word.keys) - 1)] for word in words) for number in range(most)}


def _roman(text: str) -> str:
    return " ".join(without_marks(text).casefold().translate(_ROMAN).replace("_", " ").replace("-", " ").split())
