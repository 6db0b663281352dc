"""The workspace's files as the adversary means them: plain data, written to disk, and what each text is about.

Nothing here asks the program. Each text has a number of its own, so that what stands on a timeline is found again
whatever files, entries and persons are called by then.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

LATENESS = timedelta(minutes=40)
ACCOUNTS = ("union/mastodon", "union/x")
HANDLES = {"x": "{0}", "bluesky": "{0}.example", "mastodon": "{0}@social.example"}
WHO = {"anna": "Anna Petrova", "boris": "Boris Kern"}
"""Each person's key, which never changes, and the name that texts say."""
ALIASES = {"anna": ("Hanna Piatrova", "FreeAnnaPetrova"), "boris": ("FreeBorisKern",)}
WAYS: dict[str, tuple[str, str | None]] = {
    "nobody": ("of the week", None),
    "template": ("for {{{{ person.{anna}.name }}}}", "anna"),
    "typed": ("for Anna Petrova", "anna"),
    "alias": ("for Hanna Piatrova", "anna"),
    "hashtag": ("is #FreeAnnaPetrova", "anna"),
    "other": ("for Boris Kern", "boris"),
    "fact": ("of {{{{ fact.count }}}}", None),
    "call": ("with a call", None),
    "tagged": ("for all #Solidarity", None),
}
"""How a text speaks, and of whom."""
SPELLED = ("alias",)
"""Ways that only a list of spellings finds: a tag that holds the whole name is found by the name."""
THREADED = " and it goes on"


@dataclass(frozen=True)
class Words:
    """One text, for ever: its number, and what it is about."""

    number: int
    way: str
    campaign: str = "free"
    thread: bool = False

    @property
    def who(self) -> str | None:
        return WAYS[self.way][1]

    @property
    def parts(self) -> int:
        return 2 if self.thread else 1


@dataclass(frozen=True)
class Post:
    words: Words
    embargo: datetime | None = None
    expires: datetime | None = None
    broken: bool = False


@dataclass(frozen=True)
class Entry:
    post: str
    due: datetime
    since: datetime
    """When it came to stand in the files as it is."""

    @property
    def late(self) -> datetime:
        return self.due + LATENESS


@dataclass(frozen=True)
class Person:
    id: str
    state: str = "detained"
    consent: bool = True
    aliases: bool = True
    """Whether the spellings beside the name are listed."""


@dataclass
class Site:
    """All files. Person, post and entry are known by keys of the adversary's own."""

    people: dict[str, Person] = field(default_factory=lambda: {key: Person(key) for key in WHO})
    posts: dict[str, Post] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    paused: set[str] = field(default_factory=set)
    """Campaigns."""
    fact_ends: datetime | None = None
    """The last instant at which the fact may be said."""
    call_closes: datetime | None = None
    quiet: tuple[tuple[datetime, datetime], ...] = ()
    approvals: dict[str, int] = field(default_factory=lambda: {"free": 0, "theirs": 0})
    owners: dict[str, str] = field(default_factory=lambda: {"free": "union", "theirs": "league"})

    def copy(self) -> Site:
        return Site(
            dict(self.people), dict(self.posts), dict(self.entries), set(self.paused), self.fact_ends,
            self.call_closes, self.quiet, dict(self.approvals), dict(self.owners),
        )  # fmt: skip

    def change_post(self, key: str, **fields: Any) -> None:
        self.posts[key] = replace(self.posts[key], **fields)


class Folder:
    """Where a site is written: only what changed, as an editor would."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._written: dict[str, str] = {}

    def write(self, site: Site) -> None:
        wanted = dict(_files(site))
        for name in self._written.keys() - wanted.keys():
            (self.root / name).unlink()
        for name, text in wanted.items():
            if self._written.get(name) != text:
                path = self.root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, "utf-8")
        self._written = wanted


def _files(site: Site) -> Mapping[str, str]:
    named = {key: person.id for key, person in site.people.items()}
    files: dict[str, Any] = {
        "config/workspace.yaml": {
            "id": "adversary", "name": "A house", "lateness": f"{int(LATENESS.total_seconds()) // 60}m",
            "cancel_limit": 1000,
            "quiet": [{"start": start.isoformat(), "end": end.isoformat(), "owner": "Desk", "reason": "A disaster"}
                      for start, end in site.quiet],
        },
        "config/partners.yaml": {"partners": [_partner(one, number) for number, one in enumerate(("union", "league"))]},
        "config/people.yaml": {"people": [_person(key, person) for key, person in site.people.items()]},
        "config/facts.yaml": {"facts": [_fact(site)]},
        "config/actions.yaml": {"actions": [_call(site)]},
        "config/queue.yaml": {"entries": [
            {"id": id, "posts": [entry.post], "when": {"at": entry.due.isoformat()}, "partners": ["union"]}
            for id, entry in site.entries.items()
        ]},
        "config/accounts.yaml": {"partner": "union", "campaigns": ["free"], "accounts": [
            {"partner": "union", "platform": one.partition("/")[2], "credential": one.replace("/", "_"),
             "caps": {"per_day": 50, "gap": "0s"}} for one in ACCOUNTS
        ]},
    }  # fmt: skip
    for id in ("free", "theirs"):
        files[f"config/campaigns/{id}.yaml"] = _campaign(id, site)
    texts = {name: json.dumps(content, ensure_ascii=False) for name, content in files.items()}
    for id, post in site.posts.items():
        texts[f"posts/{id}.md"] = _post(id, post, named)
    return texts


def _partner(id: str, number: int) -> dict[str, Any]:
    handles = {platform: form.format(id) for platform, form in HANDLES.items()}
    return {"id": id, "name": {"en": id.title()}, "handles": handles, "zone": "UTC", "languages": ["en"],
            "joined": f"2024-01-0{number + 1}"}  # fmt: skip


def _person(key: str, person: Person) -> dict[str, Any]:
    consent = {"given_by": "family", "channel": "letter", "scope": ["name"], "given": "2027-01-02",
               "review": "2029-01-01"} | ({} if person.consent else {"withdrawn": "2027-05-01"})  # fmt: skip
    aliases = list(ALIASES[key]) if person.aliases else []
    return {"id": person.id, "name": {"en": WHO[key]}, "aliases": aliases, "detentions": [{"start": "2027-01-01"}],
            "state": person.state, "reviewed": "2027-05-10", "review_days": 365, "consent": consent,
            "sources": [{"url": f"https://{host}.example/a", "seen": "2027-05-10"} for host in ("one", "two")],
            }  # fmt: skip


def _fact(site: Site) -> dict[str, Any]:
    ends = site.fact_ends.date().isoformat() if site.fact_ends else "2028-12-31"
    return {"id": "count", "value": 1495, "as_of": "2027-05-01", "counted_by": {"en": "Example Watch"},
            "source": "https://example.org/count", "expires": ends, "unit": {"en": "people"}}  # fmt: skip


def _call(site: Site) -> dict[str, Any]:
    closes = {"closes": site.call_closes.isoformat()} if site.call_closes else {}
    return {"id": "petition", "campaign": "free", "kind": "petition", "owner": "union",
            "url": {"en": "https://example.org/petition"}, "title": {"en": "A petition"}} | closes  # fmt: skip


def _campaign(id: str, site: Site) -> dict[str, Any]:
    return {"id": id, "name": {"en": "A campaign"}, "owner": site.owners[id], "languages": ["en"],
            "background": {"en": "What happened."}, "key_messages": [{"en": text} for text in ("1.", "2.", "3.")],
            "contact": {"name": "Desk", "email": "desk@example.org"}, "links": ["example.org"],
            "approvals": site.approvals[id], "status": "paused" if id in site.paused else "active"}  # fmt: skip


def _own_words(number: int) -> str:
    """Words of this text alone: what stops or embargoes one text holds others that say nearly the same."""
    chance = random.Random(number)
    return " ".join("".join(chance.choices("bdgklmnrstvz", k=5)) for _ in range(12))


def _post(id: str, post: Post, named: Mapping[str, str]) -> str:
    words = post.words
    way = WAYS[words.way][0].format(**{key: named.get(key, "nobody") for key in WHO})
    fields: dict[str, Any] = {"id": id, "campaign": words.campaign, "kind": "statement", "lang": "en",
                              "status": "ready", "author": "Desk"}  # fmt: skip
    if words.way == "call":
        fields |= {"kind": "cta", "cta": "petition"}
    if post.embargo is not None:
        fields["embargo_until"] = post.embargo.isoformat()
    if post.expires is not None:
        fields["expires_at"] = post.expires.isoformat()
    text = f"Message {words.number} {_own_words(words.number)} {way}."
    if words.thread:
        text += f"\n\n## part\n\nMessage {words.number}{THREADED} {_own_words(-words.number)}."
    front = "[" if post.broken else json.dumps(fields)
    return f"---\n{front}\n---\n{text}\n"
