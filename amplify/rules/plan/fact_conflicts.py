"""Conflicts between facts: which replaces which, and which disagree. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from amplify.model.fact import Fact, general_form


def replaces_fact(newer: Fact, older: Fact) -> bool:
    """Whether `newer` says that it replaces the other; from its `as_of` on, the older one may not be published."""
    return newer.supersedes == older.id and newer.id != older.id


def facts_differ(one: Fact, other: Fact) -> bool:
    """Whether two facts count the same thing by the same organisation, differ, and neither replaces the other.

    The same thing: `unit` and `counted_by` are the same in every language, and a unit is given. Counts by different
    organisations may differ.
    """
    return (
        one.value != other.value
        and bool(one.unit)
        and _what(one) == _what(other)
        and not replaces_fact(one, other)
        and not replaces_fact(other, one)
    )


def comparable_facts(facts: Iterable[Fact]) -> Mapping[str, Sequence[Fact]]:
    """Fact → those it has to be compared with: that replace it, or count the same. So that thousands take no time."""
    newer: dict[str, list[Fact]] = defaultdict(list)
    counting: dict[object, list[Fact]] = defaultdict(list)
    every = list(facts)
    for fact in every:
        if fact.supersedes is not None:
            newer[fact.supersedes].append(fact)
        if fact.unit:
            counting[_what(fact)].append(fact)
    both = {fact.id: [*newer[fact.id], *(counting[_what(fact)] if fact.unit else ())] for fact in every}
    return {id: list({one.id: one for one in found}.values()) for id, found in both.items()}


def _what(fact: Fact) -> object:
    """What is counted, and by whom. A unit in one form counts the same as one in several: it is mostly that of many."""
    units = ((lang, unit if isinstance(unit, str) else general_form(unit)) for lang, unit in fact.unit.items())
    return tuple(sorted(units)), tuple(sorted(fact.counted_by.items()))
