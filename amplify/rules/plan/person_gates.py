"""Gates of persons: state, review, and consent, for ordinary posts and for those written for a state. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final

from amplify.model.gate import Gate
from amplify.model.person import Person, PersonState
from amplify.model.picture import Picture
from amplify.model.post import Post
from amplify.rules.plan.calendar_days import FIRST_ZONE, end_of_day, start_of_day

SCOPES: Final = ("portrait", "health", "family")
"""Uses that consent may leave out; without `name`, nothing that names the person goes out."""


def people_gates(people: Iterable[Person], posts: Collection[Post], captioned: Iterable[str] = ()) -> Iterator[Gate]:
    """Gates of all persons: the person's own, one per state that a post is written for, and one per use of consent.

    `captioned`: languages of captions.
    """
    declared = sorted({state for post in posts for state in post.front.for_states})
    languages = sorted(
        {post.front.lang for post in posts} | {each.lang for post in posts for each in post.variants} | {*captioned}
    )
    for person in people:
        yield _ordinary(person)
        yield from (_for_state(person, state) for state in declared if not state.speaks)
        yield from _consent(person, languages)


def caption_languages(pictures: Iterable[Picture]) -> set[str]:
    """The languages in which videos have captions."""
    return {one.lang for picture in pictures for one in picture.captions}


def covers_language(person: Person, lang: str) -> bool:
    """Whether the consent holds for texts in `lang`; given for `be`, it holds for `be-tarask` too."""
    given = person.consent.languages
    return not given or any(lang == one or lang.startswith(f"{one}-") for one in given)


def state_words(state: PersonState) -> str:
    """A person's state as it is written in a sentence."""
    return state.value.replace("_", " ")


def last_day(person: Person) -> date:
    """The last day on which the state counts without another review."""
    return person.reviewed + timedelta(days=person.review_days)


def _ordinary(person: Person) -> Gate:
    if not person.state.speaks:
        return Gate("person", person.id, closed=f"{person.id} is {state_words(person.state)}", state=person.state.value)
    # A review counts from its day on: `reviewed` in the future is none yet.
    return _while_reviewed(person, person.id, start_of_day(person.reviewed) - FIRST_ZONE)


def _for_state(person: Person, state: PersonState) -> Gate:
    """The gate of posts written for `state`. A hold of the family has no exception."""
    name = f"{person.id}@{state.value}"
    if state is PersonState.FAMILY_HOLD:
        return Gate("person", name, closed=f"nothing is written for a family hold: what names {person.id} waits")
    if person.state is not state:
        why = f"{person.id} is {state_words(person.state)}, and this was written for {state_words(state)}"
        return Gate("person", name, closed=why)
    if person.state_since is None:
        since = f"nobody wrote since when {person.id} is {state_words(state)}"
        why = f"{since}: set `state_since`, or use `amplify people set`"
        return Gate("person", name, closed=why)
    return _while_reviewed(person, name, person.state_since.astimezone(UTC))


def _while_reviewed(person: Person, name: str, opens_at: datetime | None) -> Gate:
    consent = person.consent
    if consent.withdrawn is not None:
        return Gate("person", name, closed=f"the consent of {person.id} was withdrawn")
    if "name" not in consent.scope:
        return Gate("person", name, closed=f"the consent of {person.id} does not cover the name")
    state, asked = last_day(person), consent.review
    after = f"the {'consent' if asked <= state else 'state'} of {person.id} is due for review"
    return Gate("person", name, opens_at=opens_at, closes_at=end_of_day(min(state, asked)), after=after)


def _consent(person: Person, languages: Iterable[str]) -> Iterator[Gate]:
    for scope in SCOPES:
        missing = None if scope in person.consent.scope else f"the consent of {person.id} does not cover {scope}"
        yield Gate("consent", f"{person.id}/{scope}", closed=missing)
    if person.consent.languages:
        for lang in languages:
            missing = f"the consent of {person.id} does not cover texts in {lang}"
            yield Gate("consent", f"{person.id}/{lang}", closed=None if covers_language(person, lang) else missing)
