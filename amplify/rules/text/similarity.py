"""Similarity of texts: which are duplicates that X forbids on several accounts, and many Mastodon servers too. Pure.

Texts are compared in a normal form, by rapidfuzz's `ratio`: 1 for the same letters in the same order, 0 for none in
common. Comparing all with all would be too slow, so only texts that share some of their rarer shingles (stretches of
six letters) are compared. Texts of which little is left are similar only where they are identical.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Final

from amplify.model.message import Message, Part

SHORTEST: Final = 20
"""Normal forms of fewer letters are never *nearly* the same: “number one” and “number two” would be."""
_SHINGLE: Final = 6
_RAREST: Final = 40
"""Shingles by which a text is found. Those that no other text has do not count."""
_MOST: Final = 128
"""Texts remembered a shingle, the latest, and texts compared with one: bounds on the time of the worst library."""

_NOISE = re.compile(r"https?://\S+|[^\w\s]|_")


def comparable_text(message: Message) -> str:
    """A message's words in normal form: NFC, lower case; no links, hashtags, mentions, emoji, punctuation.

    Where nothing else is there, the hashtags, mentions and links themselves: such posts are the same only if those
    are.
    """
    text = unicodedata.normalize("NFC", " ".join(_without_entities(part) for part in message.parts))
    words = " ".join(_NOISE.sub(" ", text).casefold().split())
    return words or "\n".join(entity.value.casefold() for part in message.parts for entity in part.entities)


def _without_entities(part: Part) -> str:
    kept, position = [], 0
    for entity in part.entities:
        kept.append(part.text[position : entity.start])
        position = max(position, entity.end)
    kept.append(part.text[position:])
    return " ".join(kept)


def similar_pairs(texts: Sequence[str], similar: float) -> Iterator[tuple[int, int, float]]:
    """Every pair (later, earlier) of texts in normal form that are similar, by their numbers, and how similar.

    `similar`: from which ratio on (0 to 1). The time grows with the number of texts, not with its square; so a pair
    that is barely alike and has one changed letter in every word may be missed.
    """
    counts = Counter(chain.from_iterable(map(_shingles, texts)))
    shared = sorted((count, shingle) for shingle, count in counts.items() if count > 1)
    rank = {shingle: number for number, (_, shingle) in enumerate(shared)}
    having: dict[int, list[int]] = defaultdict(list)
    for number, text in enumerate(texts):
        keys = sorted([rank[shingle] for shingle in _shingles(text) if shingle in rank])[:_RAREST]
        near = _near(keys, having)
        if near:
            for other, likeness in similar_to(text, [texts[other] for other in near], similar):
                yield number, near[other], likeness
        for key in keys:
            having[key].append(number)


def similar_to(text: str, texts: Sequence[str], similar: float) -> list[tuple[int, float]]:
    """The numbers of the texts to which one text is similar, and how much; all in normal form."""
    from rapidfuzz import fuzz, process

    found = process.extract(text, texts, scorer=fuzz.ratio, score_cutoff=similar * 100, limit=None)
    return sorted((number, score / 100) for _, score, number in found)


def _near(keys: Sequence[int], having: Mapping[int, list[int]]) -> list[int]:
    """The texts to compare: those that have more than a few of the same rare shingles."""
    shared = Counter(chain.from_iterable([having[key][-_MOST:] for key in keys if key in having]))
    least = max(1, len(keys) // 10)
    near = [number for number, count in shared.items() if count >= least]
    return sorted(near, key=lambda number: (-shared[number], -number))[:_MOST] if len(near) > _MOST else near


def _shingles(text: str) -> set[str]:
    if len(text) < SHORTEST:
        return set()
    return {text[start : start + _SHINGLE] for start in range(len(text) - _SHINGLE + 1)}
