"""Subjects of a message: everybody and everything it speaks of, whose gates must be open when it goes out
(`model.subject`). Pure.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from typing import Final

from amplify.model.message import Message
from amplify.model.person import Person, PersonState
from amplify.model.post import Post
from amplify.model.subject import people_in, person_in
from amplify.model.workspace import Workspace
from amplify.rules.plan.risk import find_risks
from amplify.rules.plan.template_context import RenderContext
from amplify.rules.text.aliases import name_matcher, texts_of
from amplify.rules.text.first_names import first_name_matcher

USES: Final = {"health": "health", "torture": "health", "children": "family", "family": "family"}
"""A sensitive class of a post → the scope of consent that everybody it names must have given."""

_TEMPLATE_NAME: Final = re.compile(r"\bperson\s*(?:\.\s*|\[\s*['\"])([a-z0-9][a-z0-9_-]*)")


def message_subjects(
    setting: RenderContext,
    message: Message,
    account: str,
    original: tuple[Message, Iterable[str]] | None = None,
) -> tuple[str, ...]:
    """Every subject of what `account` publishes. `setting`, the render context, knows the names that templates used.

    `original`: what a boost repeats, and its subjects: the boost speaks of all of them, to its own readers.
    """
    front, workspace = setting.post.front, setting.workspace
    said, carried = original if original is not None else (message, ())
    found = {subject for subject in setting.used if not subject.startswith("person:")}
    found |= {f"account:{account}", f"campaign:{front.campaign}", *(f"fact:{fact}" for fact in front.facts)}
    found |= {subject for subject in carried if not subject.startswith("account:")}
    portraits = faces_in(said, workspace)
    pictured = picture_subjects(pictures_of(said), workspace)
    found |= {one for one in pictured if person_in(one) is None}
    people = {*named_people(setting.post, said, workspace), *people_in((*setting.used, *carried, *pictured))}
    found.update(_people(people, portraits, setting))
    found.update(
        one.subject for one in find_risks(workspace, setting.profiles, setting.post, setting.lang, said, sorted(found))
    )
    found.update(f"quiet:{lang}" for lang in quiet_languages(workspace, setting.lang))
    return tuple(sorted(found))


def named_people(post: Post, message: Message, workspace: Workspace) -> frozenset[str]:
    """Persons a message of a post names or shows: listed, in texts, in pictures."""
    named = people_in_texts(texts_of(message), post.front.campaign, workspace)
    return frozenset({*post.front.people, *named, *faces_in(message, workspace)})


def people_in_texts(texts: Iterable[str], campaign: str, workspace: Workspace) -> frozenset[str]:
    """Persons whom these texts of a campaign name: by any spelling, and those whom it is about
    by any word of their names."""
    everybody = name_matcher(workspace.people)
    about = first_name_matcher(workspace.people, workspace.campaigns[campaign].people)
    return frozenset(who for text in texts for who in everybody.names(text) | about.names(text))


def faces_in(message: Message, workspace: Workspace) -> frozenset[str]:
    """Persons whose face a message shows, in pictures and in banners."""
    banners = (picture.banner for part in message.parts for picture in part.pictures if picture.banner is not None)
    return shown_people(pictures_of(message), workspace).union(*(one.shows for one in banners))


def pictures_of(message: Message) -> Iterator[str]:
    """Files of the pictures that readers see, also those on link cards and in banners."""
    for part in message.parts:
        for picture in part.pictures:
            if picture.banner is None:
                yield picture.file
            else:
                yield from (one[0] for one in picture.banner.pictures if one is not None)
        if part.card is not None and part.card.picture is not None:
            yield part.card.picture.file


def shown_people(files: Iterable[str], workspace: Workspace) -> frozenset[str]:
    """Persons whose face these pictures show."""
    known = (workspace.pictures[file] for file in files if file in workspace.pictures)
    return frozenset(person for picture in known for person in picture.note.shows)


def picture_subjects(files: Iterable[str], workspace: Workspace) -> frozenset[str]:
    """Everybody and everything that these pictures show or speak of."""
    notes = [workspace.pictures[file].note for file in files if file in workspace.pictures]
    return frozenset(one for note in notes for one in (*note.speaks_of, *(f"person:{person}" for person in note.shows)))


def templated_people(template: str) -> list[str]:
    """Names that stand as `{{ person.NAME … }}` in a text."""
    return _TEMPLATE_NAME.findall(template)


def quiet_languages(workspace: Workspace, lang: str) -> Iterator[str]:
    """Languages of the workspace's quiet periods that hold for a text in `lang` (`be` for `be-tarask` too)."""
    for period in workspace.settings.quiet:
        for quiet in period.languages:
            if lang == quiet or lang.startswith(f"{quiet}-"):
                yield quiet


def _people(people: Iterable[str], portraits: Container[str], setting: RenderContext) -> Iterator[str]:
    front, workspace = setting.post.front, setting.workspace
    known = [workspace.people[person] for person in sorted(people) if person in workspace.people]
    for person in known:
        yield _person(person, known, front.for_states)
        if front.consent is not None:
            continue  # a consent of its own covers it; a withdrawn one still closes the person's gate
        uses = {USES[one] for one in front.risk.sensitive} | ({"portrait"} if person.id in portraits else set())
        yield from (f"consent:{person.id}/{use}" for use in uses)
        if person.consent.languages:
            yield f"consent:{person.id}/{setting.lang}"


def _person(person: Person, named_too: Iterable[Person], declared: Iterable[PersonState]) -> str:
    """`person:anna@died` where the post was written for that state and it is hers; where it is nobody's (yet), for
    everybody, so that the post waits."""
    states = [state for state in declared if not state.speaks]
    if person.state in states:
        return f"person:{person.id}@{person.state.value}"
    somebody = any(other.state in states for other in named_too)
    return f"person:{person.id}" if somebody or not states else f"person:{person.id}@{states[0].value}"
