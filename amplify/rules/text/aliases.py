"""Finds names of people in a text, by any spelling in any script. Pure; built once for all people, run on every text.

Matching is exact about words: `Anna` is found in “Anna’s”, “pro-Anna”, `#FreeAnna` and `/free-anna`, and not in
“Annabel” or “Susanna”. What counts as the same word says `rules.text.name_words`. Inflected forms are listed, several
in one line if one likes (`Ганны, Ганну, Ганне`), or stand as a stem: `Ганн*` is that and up to three letters more,
which is the longest ending of a Slavic name.

In hashtags, handles and addresses the words of a `CamelCase` one count, a name of several words counts wherever it
stands joined (`#freeannapetrova`), and a name of one word beside digits or one of the usual calls (`#freeanna2027`).
Names in scripts without blanks between words are found anywhere. Where two people share a spelling, both are named.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from amplify.model.message import Attachment, Message
from amplify.model.person import Person
from amplify.rules.text.name_words import (
    NameWord,
    in_one_script,
    possible_looks,
    split_camel_case,
    split_words,
    without_marks,
    word_keys,
)

ENDING_MOST: Final = 3
"""Letters that may follow a stem: `-ого`, `-ому`, `-ыми`."""

_CALLS: Final = """
free save release justicefor standwith standfor wearewith iamwith weare iam bring letgo
свабода свабоду свабоды волю вызваліце выпусціце за свобода свободу свободы освободите отпустите ямы
svaboda svabodu svoboda svobodu volia freiheitfur libertad liberte
"""
CALLS: Final = tuple(_CALLS.split())
"""What stands before a name in a hashtag in small letters."""
_CALLS_BEHIND: Final = ("mustbefree", "isfree", "free", "now", "наволю", "наволі")
_DIGITS = re.compile(r"^\d+|(?<!\d)\d+\Z")
_JOINED_LEAST: Final = 8
"""Letters of a name that is found inside a longer word of a hashtag."""
_MANY: Final = 8192

_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
"""Thai, Lao, Burmese, Khmer, Japanese, Chinese."""


@dataclass(frozen=True, slots=True)
class NameMatch:
    """A name found in the text."""

    who: str
    words: str
    """As it stands there, without invisible characters."""


def name_forms(person: Person) -> tuple[str, ...]:
    """Every spelling that names the person: names, and aliases, of which one line may hold several."""
    listed = (form.strip().removeprefix("#") for alias in person.aliases for form in alias.split(","))
    return tuple(dict.fromkeys(form for form in (*person.name.values(), *listed) if form))


@dataclass(slots=True)
class _Node:
    """A node of the search tree: what may follow in a name, and whom it names if it ends here."""

    words: dict[str, _Node] = field(default_factory=dict)
    stems: dict[str, _Node] = field(default_factory=dict)
    who: set[str] = field(default_factory=set)

    def after(self, key: str) -> list[_Node]:
        nodes = [found] if (found := self.words.get(key)) is not None else []
        if self.stems:
            for length in range(max(1, len(key) - ENDING_MOST), len(key) + 1):
                if (found := self.stems.get(key[:length])) is not None:
                    nodes.append(found)
        return nodes


class NameMatcher:
    """Finds names in texts. `spellings`: who → every spelling (`forms`)."""

    def __init__(self, spellings: Mapping[str, Iterable[str]]) -> None:
        self._root = _Node()
        self._joined: dict[str, set[str]] = {}
        self._unspaced: dict[str, set[str]] = {}
        for who, listed in spellings.items():
            for form in listed:
                self._learn(who, without_marks(form))
        self._remembered = lru_cache(_MANY)(self._found)

    def found(self, text: str) -> tuple[NameMatch, ...]:
        """Every name in the text, in order, each person and spelling once."""
        return self._remembered(text)

    def names(self, text: str) -> frozenset[str]:
        """The people who are named in the text."""
        return frozenset(one.who for one in self._remembered(text))

    def in_message(self, message: Message) -> frozenset[str]:
        """The people who are named in a message: texts, content warning, alt texts, captions, link cards."""
        return frozenset(one.who for text in texts_of(message) for one in self._remembered(text))

    def in_words(self, message: str) -> frozenset[str]:
        """Like `in_message`, for a message frozen as JSON text."""
        return frozenset(one.who for text in _readable(json.loads(message)) for one in self._remembered(text))

    def _learn(self, who: str, form: str) -> None:
        if _UNSPACED.search(form):
            self._unspaced.setdefault("".join(form.casefold().split()), set()).add(who)
            return
        looks = in_one_script(form)
        if looks != form:  # a letter of another script, by mistake: texts without it name the person, too
            self._learn(who, looks)
        whole = list(split_words(form.replace("*", "")))
        if not whole:
            return
        stems = _stems(form)
        self._add(who, whole, stems)
        parts = [one for word in whole for one in split_camel_case(word) or (word,)]
        if len(parts) > len(whole):
            self._add(who, parts, frozenset())
        if len(whole) > 1:
            joined = "".join(word.keys[0] for word in whole)
            node = self._root.words if whole[-1].keys[0] not in stems else self._root.stems
            node.setdefault(joined, _Node()).who.add(who)
            if len(joined) >= _JOINED_LEAST:
                self._joined.setdefault(joined, set()).add(who)

    def _add(self, who: str, pieces: Sequence[NameWord], stems: frozenset[str]) -> None:
        node = self._root
        for piece in pieces:
            key = piece.keys[0]
            node = (node.stems if key in stems else node.words).setdefault(key, _Node())
        node.who.add(who)

    def _found(self, text: str) -> tuple[NameMatch, ...]:
        said = without_marks(text)
        found: dict[NameMatch, int] = {}
        whole = list(split_words(said))
        self._walk(whole, said, found)
        cut = [split_camel_case(word) for word in whole]
        if any(cut):
            self._walk([one for word, parts in zip(whole, cut, strict=True) for one in parts or (word,)], said, found)
        for word in whole:
            if word.tagged:
                self._inside(word, said, found)
        if self._unspaced and _UNSPACED.search(said):
            unspaced = "".join(said.casefold().split())
            for form, people in self._unspaced.items():
                if (at := unspaced.find(form)) >= 0:
                    found.update({NameMatch(who, form): at for who in people})
        return tuple(sorted(found, key=lambda one: (found[one], one.who, one.words)))

    def _walk(self, pieces: Sequence[NameWord], said: str, found: dict[NameMatch, int]) -> None:
        for number, first in enumerate(pieces):
            nodes = [node for key in first.keys for node in self._root.after(key)]
            at = number
            while nodes:
                last = pieces[at]
                for node in nodes:
                    # One piece of a `CamelCase` word in a sentence is no name: “DeAnna”.
                    if node.who and (at > number or last.tagged or all(last.whole)):
                        found.update({NameMatch(who, said[first.start : last.end]): first.start for who in node.who})
                at += 1
                if at == len(pieces) or not pieces[at].joined:
                    break
                nodes = [node for before in nodes for key in pieces[at].keys for node in before.after(key)]

    def _inside(self, word: NameWord, said: str, found: dict[NameMatch, int]) -> None:
        """A name that stands joined with others in a word of a hashtag, a handle or an address."""
        shown = said[word.start : word.end]
        for key in word.keys:
            if len(key) > _JOINED_LEAST:
                for joined, people in self._joined.items():
                    if joined in key:
                        found.update({NameMatch(who, shown): word.start for who in people})
        for bare in _without_calls(word.text):
            for node in self._root.after(bare):
                found.update({NameMatch(who, shown): word.start for who in node.who})


def _stems(form: str) -> frozenset[str]:
    """The words of a form that are stems, in the form in which they are compared."""
    return frozenset(word_keys(stem)[0] for stem in re.findall(r"([^\W_](?:[^\W_]|')*)\*", form))


def _without_calls(word: str) -> Iterator[str]:
    """The keys of what is left of a word of a hashtag without the calls, and the digits, that stand around a name. A
    call counts in look-alikes, too."""
    bare = _DIGITS.sub("", word.replace("'", ""))
    if bare != word:
        yield from word_keys(bare)
    looks = [one for one in (bare.casefold(), *map(str.casefold, possible_looks(bare))) if len(one) == len(bare)]
    starts = [call for call in CALLS if any(one.startswith(call) for one in looks)]
    ends = [call for call in _CALLS_BEHIND if any(one.endswith(call) for one in looks)]
    for start in ("", *starts):
        for end in ("", *ends):
            if (start or end) and len(bare) > len(start) + len(end):
                yield from word_keys(_DIGITS.sub("", bare[len(start) : len(bare) - len(end)]))


_latest: tuple[Mapping[str, Person], NameMatcher] | None = None


def name_matcher(people: Mapping[str, Person]) -> NameMatcher:
    """The matcher of a workspace's people, cached for as long as the same people are asked for."""
    global _latest
    latest = _latest
    if latest is None or latest[0] is not people:
        latest = _latest = (people, NameMatcher({id: name_forms(person) for id, person in people.items()}))
    return latest[1]


def texts_of(message: Message) -> Iterator[str]:
    """Every text of a message that a reader meets."""
    if message.content_warning:
        yield message.content_warning
    for part in message.parts:
        yield part.text
        for picture in part.pictures:
            yield from _of_picture(picture)
        if part.card is not None:
            yield from (part.card.url, part.card.title, part.card.text)
            if part.card.picture is not None:
                yield from _of_picture(part.card.picture)
    if message.boost is not None and message.boost.url is not None:
        yield message.boost.url


def _of_picture(picture: Attachment) -> Iterator[str]:
    yield picture.alt
    if picture.caption:
        yield picture.caption
    if picture.banner is not None:  # a credit line is no caption, and is read all the same
        yield from (words for words in picture.banner.words if words and words not in picture.caption)


_UNREAD: Final = frozenset({"platform", "langs", "visibility", "entities", "file", "sha256", "mime", "delivery"})


def _readable(value: Any) -> Iterator[str]:
    """The texts of a message in JSON; entities repeat them."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _readable(one)
    elif isinstance(value, dict):
        for key, one in value.items():
            if key not in _UNREAD:
                yield from _readable(one)
