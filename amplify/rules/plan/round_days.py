"""Round numbers, anniversaries and birthdays of people. Pure.

A day counts as the texts of that day count it: what is listed here for a day is what `{{ person.NAME.days_detained }}`
or `{{ person.NAME.days_since }}` renders in a message that is due on that day of its readers' calendar, in any zone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from amplify.model.person import Person
from amplify.rules.plan.template_context import days_detained, days_since

_HUNDREDS_UNTIL: Final = 1000

Counted = Literal["days_detained", "days_since", "detained_since", "first_detained", "born"]
"""What is counted: the two counters of texts in days, then years since the arrest, the first arrest, birth."""


@dataclass(frozen=True, slots=True)
class RoundDay:
    """One day of a person with a round number."""

    day: date
    counted: Counted
    number: int
    """Days or years."""


def is_round(days: int) -> bool:
    """Whether a number of days is one that people keep: each hundred up to 1,000, then each 500."""
    return days > 0 and days % (100 if days <= _HUNDREDS_UNTIL else 500) == 0


def round_days(person: Person, first: date, last: date) -> Iterator[RoundDay]:
    """The person's round days from `first` to `last`, both included, while the person is held; birthdays only with
    consent to them."""
    arrest = person.detentions[-1]
    again = len(person.detentions) > 1
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        if person.born is not None and "birthday" in person.consent.scope and (age := years_on(day, person.born)):
            yield RoundDay(day, "born", age)
        if day < arrest.start or (arrest.end is not None and day > arrest.end):
            continue
        if is_round(total := days_detained(person, day)):
            yield RoundDay(day, "days_detained", total)
        # Of a first arrest the day after says the same number once more: only one of the two is kept.
        if again and is_round(present := days_since(person, day)):
            yield RoundDay(day, "days_since", present)
        if years := years_on(day, arrest.start):
            yield RoundDay(day, "detained_since", years)
        if again and (years := years_on(day, person.detentions[0].start)):
            yield RoundDay(day, "first_detained", years)


def years_on(day: date, since: date) -> int:
    """The whole years that are full on exactly this day; 0 on every other. 29 February is kept on the 28th in other
    years."""
    years = day.year - since.year
    return years if years > 0 and day == yearly_day(day.year, since.month, since.day) else 0


def yearly_day(year: int, month: int, day: int) -> date:
    """A day that comes every year; 29 February is kept on the 28th in other years."""
    try:
        return date(year, month, day)
    except ValueError:
        return date(year, month, 28)
