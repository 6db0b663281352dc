"""Whom and what people mean when they stop, resume or take down: files and ledger together, broken files included."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

from amplify.context.app_context import AppContext
from amplify.ledger.holds.known_people import EVERYWHERE, read_known_people
from amplify.ledger.holds.stops import Stop, fold_tag, in_force, unwritten_stop
from amplify.ledger.queries.known_subjects import delivered_subjects, gated_subjects
from amplify.model.event import log_event
from amplify.rules.plan.stop_words import typed_addresses, words_to_stop
from amplify.rules.text.name_finder import NamedSubject, NameSearch, Width, search_names

if TYPE_CHECKING:
    from amplify.model.account import Account
    from amplify.workspace.parsed import ParsedWorkspace

_POST_ID = re.compile(rb"(?m)(?:^|[\s{,])[\"']?id[\"']?\s*:\s*[\"']?([a-z0-9][a-z0-9_-]{0,63})")
_HEAD: Final = 2000
"""Bytes of a post in which its id is sought."""
_EVERYTHING: Final = NamedSubject("all", "", ("all", "everything"))


@dataclass(frozen=True)
class Directory:
    """Everything that can be meant, with its names, and what a stop of it searches for."""

    app: AppContext
    named: tuple[NamedSubject, ...]
    words: Mapping[tuple[str, str], tuple[str, ...]]

    def find(self, text: str, kind: str | None = None, width: Width = "wide") -> NameSearch:
        """Find what these words mean, of any kind or of one. Within a kind, an id that is exactly that means nobody
        else."""
        known = (*self.named, *self._posts) if kind in ("post", None) else self.named
        found = _search(text, kind, known, width)
        if found.missing:  # what only the ledger's rows know costs more to read
            found = _search(text, kind, (*known, *self._delivered), width)
        return found

    def stop_for(self, kind: str, subject: str, in_ledger: Sequence[Stop] = ()) -> Stop:
        """What a stop of it would be: for finding what it means. `in_ledger`: stops in force, whose words count too."""
        known = [word for one in in_ledger if (one.kind, one.subject) == (kind, subject) for word in one.words]
        words = tuple(dict.fromkeys((*self.words.get((kind, subject), ()), *known)))
        return unwritten_stop(kind, subject, words or ((subject,) if kind == "words" else ()))

    def named_as(self, kind: str, subject: str) -> NamedSubject:
        """What goes by this id."""
        found = next((one for one in self.named if (one.kind, one.id) == (kind, subject)), None)
        return found or NamedSubject(kind, subject)

    @cached_property
    def _posts(self) -> Sequence[NamedSubject]:
        return [NamedSubject("post", id) for id in _post_ids(self.app)]

    @cached_property
    def _delivered(self) -> Sequence[NamedSubject]:
        with self.app.ledger.read() as connection:
            subjects = delivered_subjects(connection)
        known = {(one.kind, one.id) for one in self.named}
        return [NamedSubject(kind, name) for kind, name in sorted(subjects) if (kind, name) not in known]


def read_directory(app: AppContext) -> Directory:
    """Read all names, as far as files and ledger can be read: whoever stops something does not wait for a typo."""
    files = _parse(app)
    shelves = (files.people, files.campaigns, files.partners, files.actions, files.queue)
    words = dict(words_to_stop(*([found.word for found in shelf] for shelf in shelves)))  # type: ignore[arg-type]
    named = {(one.kind, one.id): one for one in _in_files(app, files)}
    with app.ledger.read() as connection:
        for person, known in read_known_people(connection).items():
            listed = (*words.get(("person", person), ()), *known.forms.get(EVERYWHERE, ()))
            words["person", person] = tuple(dict.fromkeys(listed))
        for (kind, id), spellings in words.items():
            if kind == "person":
                named["person", id] = NamedSubject("person", id, spellings)
        for kind, id in sorted(gated_subjects(connection)):
            named.setdefault((kind, id), NamedSubject(kind, id))
    return Directory(app, (*named.values(), _EVERYTHING), words)


def stops_meant(app: AppContext, text: str, kind: str | None) -> list[Stop]:
    """The stops in force that these words mean; ids under which a stopped one went on count too."""
    directory = read_directory(app)
    with app.ledger.read() as connection:
        stops = in_force(connection)
    known = []
    for stop in stops:
        named = directory.named_as(stop.kind, stop.subject)
        went_on = tuple(word.partition(":")[2] for word in stop.words if word.startswith(f"{stop.kind}:"))
        words = stop.words if stop.kind in ("person", "words") else ()
        known.append(NamedSubject(stop.kind, stop.subject, (*named.names, *went_on, *words)))
    found = _search(text, kind, known, "narrow")
    meant = {(one.kind, one.id) for one in found.hits}
    return [stop for stop in stops if (stop.kind, stop.subject) in meant]


def _search(text: str, kind: str | None, named: Iterable[NamedSubject], width: Width) -> NameSearch:
    known = [one for one in named if kind in (None, one.kind)]
    exact = tuple(one for one in known if kind is not None and one.id == text)
    if exact:
        return NameSearch(exact)
    found = search_names(text, known, width)
    return found if found.hits else replace(found, missing=(text,))


def people_spellings(app: AppContext) -> Mapping[str, Sequence[str]]:
    """All spellings of each person's name, as far as `config/people.yaml` can be read."""
    return {id: words for (kind, id), words in read_directory(app).words.items() if kind == "person"}


def _parse(app: AppContext) -> ParsedWorkspace:
    from amplify.platforms import registry
    from amplify.workspace.parsed import ParsedWorkspace
    from amplify.workspace.read_config import read_config

    findings = ParsedWorkspace(app.root, frozenset(registry.names()))
    try:
        read_config(findings)
    except Exception as error:  # whatever stands in a file: a stop is not refused for it, and the ledger knows names
        log_event("error", kind=type(error).__name__)
    return findings


def _in_files(app: AppContext, files: ParsedWorkspace) -> Iterable[NamedSubject]:
    tags: dict[str, dict[str, None]] = {}
    for campaign in (found.word for found in files.campaigns):
        yield NamedSubject("campaign", campaign.id, tuple(campaign.name.values()))
        for tag in campaign.hashtags:
            tags.setdefault(fold_tag(tag.tag), {})[tag.tag] = None
    for partner in (found.word for found in files.partners):
        users = [handle.partition("@")[0] for handle in partner.handles.values()]
        yield NamedSubject("partner", partner.id, (*partner.name.values(), *typed_addresses(partner), *users))
    for account in (found.word for found in files.accounts):
        yield NamedSubject("account", account.id, _account_names(account, files))
    for action in (found.word for found in files.actions):
        yield NamedSubject("action", action.id, (*action.title.values(), *action.url.values()))
    yield from (NamedSubject("fact", found.word.id) for found in files.facts)
    yield from (NamedSubject("hashtag", tag, tuple(forms)) for tag, forms in tags.items())
    for shelf, kind in (("people", "person"), ("campaigns", "campaign"), ("partners", "partner"), ("queue", "entry")):
        known = {found.word.id for found in getattr(files, shelf)} if shelf != "queue" else set()
        yield from (NamedSubject(kind, id) for id in sorted(files.known(shelf) - known))
    for profile in app.profiles.values():
        yield NamedSubject("platform", profile.name, (profile.title, *profile.also_called))


def _account_names(account: Account, files: ParsedWorkspace) -> tuple[str, ...]:
    partner = next((found.word for found in files.partners if found.word.id == account.partner), None)
    handle = partner.handles.get(account.platform) if partner is not None else None
    return tuple(name for name in (handle, handle and handle.partition("@")[0], account.credential) if name)


def _post_ids(app: AppContext) -> Iterable[str]:
    """Ids of all posts, from their first lines: reading them whole would take seconds in a large library."""
    for path in sorted((app.root / "posts").rglob("*.md")):
        try:
            with path.open("rb") as file:
                found = _POST_ID.search(file.read(_HEAD))
        except OSError:
            continue
        yield found[1].decode() if found is not None else path.stem
