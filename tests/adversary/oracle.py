"""The second opinion: what people did, as it stood at each instant, and what follows for every text.

It knows what `docs/care.md` promises and nothing of how the program keeps it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from adversary.site import ACCOUNTS, SPELLED, THREADED, Entry, Person, Site, Words

SILENT = ("release_reported", "release_confirmed", "died", "transferred", "family_hold", "unknown")
_NUMBER = re.compile(r"Message (\d+)")
_APART = timedelta(minutes=2)
Said = tuple[int, int, str]
"""Number of the words, part, account."""


def said_by(text: str, account: str) -> Said:
    """Which words a text on a timeline is, and which part of them."""
    found = _NUMBER.search(text)
    assert found is not None, text
    return int(found[1]), int(THREADED in text), account


@dataclass
class Wish:
    """One entry as it stands in the files, on one account: it must go out, unless something spoke against it."""

    words: Words
    account: str
    entry: Entry
    passes: list[datetime] = field(default_factory=list)
    """When a pass could have sent it."""
    excuse: str | None = None

    @property
    def enough(self) -> bool:
        return len(self.passes) > 1 and self.passes[-1] - self.passes[0] >= _APART


@dataclass
class Oracle:
    """Everything that was ever said about what may go out."""

    words: dict[int, Words] = field(default_factory=dict)
    seen: Site = field(default_factory=Site)
    """The files as the last pass could read them."""
    kept: Site = field(default_factory=Site)
    """What protects, as it is in force: campaigns, approvals, the fact and the call."""
    withdrawn: set[str] = field(default_factory=set)
    """Persons whose consent was withdrawn, and nobody has accepted otherwise."""
    weaker: set[tuple[str, str]] = field(default_factory=set)
    """Changes that wait to be accepted."""
    stops: set[tuple[str, str]] = field(default_factory=set)
    """Kind and subject: of persons their key, of entries the numbers of their words."""
    silenced: set[str] = field(default_factory=set)
    """Persons whom the ledger has known to be silent, until two people resume."""
    spelled: set[str] = field(default_factory=set)
    """Persons whose other spellings the files listed while they were held."""
    yes: dict[tuple[int, str, datetime], set[str]] = field(default_factory=dict)
    """Words, account, due → who approved exactly that."""
    renamed: set[int] = field(default_factory=set)
    """Words whose entry or post has another name since the last pass."""
    no: dict[tuple[int, str], set[str]] = field(default_factory=dict)
    """Words, account → who rejected it, and has not said otherwise."""
    wishes: dict[tuple[str, str], Wish] = field(default_factory=dict)
    """Entry, account → what is expected of it."""
    done: list[Wish] = field(default_factory=list)
    """Wishes whose entry was changed or taken away."""
    touched: set[tuple[str, str, str]] = field(default_factory=set)
    """Entry, post, account: something of it was begun; whatever the files say later changes nothing of it."""
    doubled: set[int] = field(default_factory=set)
    """Words that more than one post says: nobody knows which of them may."""
    resting: dict[str, datetime] = field(default_factory=dict)
    """Account → until when nothing is promised of it, after its server said no."""
    out: Counter[Said] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    known: dict[str, Person] = field(default_factory=dict)
    """Persons as the last pass saw them, also when their entry is gone."""

    def passes(self, site: Site, now: datetime) -> None:
        """A pass begins, and reads the files."""
        self.seen = site.copy()
        self._keep(site, now)
        self._rename(site)
        for key, person in site.people.items():
            self.known[key] = person
            if person.state in SILENT:
                self.silenced.add(key)
            if key in self.silenced or ("person", key) in self.stops:
                self.heard(key, person)
        keys = {(id, account) for id in site.entries for account in ACCOUNTS}
        for gone in self.wishes.keys() - keys:
            self.done.append(self.wishes.pop(gone))
        for id, entry in site.entries.items():
            for account in ACCOUNTS:
                self._wish(id, entry, account, now)

    def _keep(self, site: Site, now: datetime) -> None:
        """What the files make stronger counts at once, what they make weaker once it was accepted here; and until then
        no approval counts that was given before."""
        kept = self.kept
        weaker: set[tuple[str, str]] = {("campaign", id) for id in kept.paused - site.paused}
        kept.paused |= site.paused
        for id, most in site.approvals.items():
            if most < kept.approvals[id]:
                weaker.add(("campaign", id))
            kept.approvals[id] = max(most, kept.approvals[id])
        for key, person in site.people.items():
            if person.consent and key in self.withdrawn:
                weaker.add(("person", key))
            elif not person.consent:
                self.withdrawn.add(key)
        if kept.call_closes is not None and kept.call_closes <= now and site.call_closes != kept.call_closes:
            kept.call_closes = min(kept.call_closes, site.call_closes or kept.call_closes)
            weaker.add(("action", "petition"))
        else:
            kept.call_closes = site.call_closes
        if kept.fact_ends is not None and kept.fact_ends.date() < now.date() and site.fact_ends != kept.fact_ends:
            kept.fact_ends = min(kept.fact_ends, site.fact_ends or kept.fact_ends)
            weaker.add(("fact", "count"))
        else:
            kept.fact_ends = site.fact_ends
        for change in weaker - self.weaker:
            self._void(change)
        self.weaker = weaker

    def _rename(self, site: Site) -> None:
        """People look anew at what has another name, also where they approved it under its former one meanwhile."""
        read = {post.words.number for post in site.posts.values() if not post.broken}
        for key in [one for one in self.yes if one[0] in self.renamed & read]:
            del self.yes[key]
        self.renamed -= read

    def _void(self, change: tuple[str, str]) -> None:
        kind, subject = change
        for key in list(self.yes):
            words = self.words[key[0]]
            if (
                (kind == "campaign" and words.campaign == subject)
                or (kind == "person" and words.who == subject)
                or (kind == "action" and words.way == "call")
                or (kind == "fact" and words.way == "fact")
            ):
                del self.yes[key]

    def weakened(self, kind: str, subject: str) -> None:
        """Somebody here accepts what the files make weaker, as the last pass saw them."""
        if kind == "campaign":
            self.kept.paused -= {subject} - self.seen.paused
            self.kept.approvals[subject] = self.seen.approvals[subject]
        elif kind == "person":
            self.withdrawn.discard(subject)
        elif kind == "action":
            self.kept.call_closes = self.seen.call_closes
        elif kind == "fact":
            self.kept.fact_ends = self.seen.fact_ends
        self.weaker.discard((kind, subject))

    def _wish(self, id: str, entry: Entry, account: str, now: datetime) -> None:
        words, before = self.seen.posts[entry.post].words, self.wishes.get((id, account))
        if before is not None and (before.words, before.entry) == (words, entry):
            return
        excuse = None
        if before is not None:
            self.done.append(before)
        if (id, entry.post, account) in self.touched or any(self.out[words.number, part, account] for part in (0, 1)):
            excuse = "it was said or tried before"
        elif words.number in self.doubled:
            excuse = "another post says it, too"
        elif entry.due <= now:
            excuse = "it was late in the files"
        self.wishes[id, account] = Wish(words, account, entry, excuse=excuse)

    def excuse(self, why: str, *, account: str | None = None, number: int | None = None) -> None:
        """Something happened after which nothing is promised of these."""
        for wish in self.wishes.values():
            if account in (None, wish.account) and number in (None, wish.words.number):
                wish.excuse = wish.excuse or why

    def double(self, number: int) -> None:
        """Another post says these words, too."""
        self.doubled.add(number)
        self.excuse("another post says it, too", number=number)

    def look(self, now: datetime) -> None:
        """Whatever is barred at this moment is not expected any more."""
        for wish in self.wishes.values():
            if wish.excuse is None and now < wish.entry.late:
                why = self.barred(wish.words, wish.account, now, wish.entry) or self._unsayable(wish.words)
                wish.excuse = why or self._formerly(wish.words) or self._early(wish.entry)

    def _formerly(self, words: Words) -> str | None:
        """A spelling that was dropped goes on in the ledger, if it came to know it: it asks the same consent, and what
        holds the person may hold it."""
        held = words.who in self.withdrawn | self.silenced or ("person", words.who) in self.stops
        return "a spelling of theirs, once" if held and words.way in SPELLED else None

    def _early(self, entry: Entry) -> str | None:
        """An entry before its post's embargo ends is an error in the files, also once the embargo is over."""
        post = self.seen.posts.get(entry.post)
        early = post is not None and post.embargo is not None and entry.due < post.embargo
        return "it stands before its embargo ends" if early else None

    def _unsayable(self, words: Words) -> str | None:
        """A text that says a name by a person's id, who stands in no file: nobody can tell what it would say."""
        gone = words.way == "template" and words.who not in self.seen.people
        return "its person stands in no file" if gone else None

    def passed(self, now: datetime) -> None:
        """A pass has ended well."""
        self.look(now)
        for wish in self.wishes.values():
            rests = now < self.resting.get(wish.account, now)
            if wish.excuse is None and not rests and wish.entry.due <= now < wish.entry.late:
                wish.passes.append(now)

    def tried(self, number: int, account: str) -> None:
        """A request for these words was made: their entries are what they were from now on."""
        for id, entry in self.seen.entries.items():
            if self.seen.posts[entry.post].words.number == number:
                self.touched.add((id, entry.post, account))

    def troubled(self, account: str, until: datetime) -> None:
        """Its server refused to listen: until then, passes do not count."""
        self.resting[account] = max(until, self.resting.get(account, until))
        for wish in self.wishes.values():
            if wish.account == account:
                wish.passes.clear()

    def accepted(self, text: str, account: str, now: datetime) -> None:
        """A text came to stand on a timeline: was it to?"""
        said = number, part, _ = said_by(text, account)
        words = self.words[number]
        self.out[said] += 1
        if self.out[said] > 1:
            self.faults.append(f"twice: words {number} part {part} on {account}")
        entries = {id: one for id, one in self.seen.entries.items() if self.seen.posts[one.post].words == words}
        timely = [one for one in entries.values() if one.due <= now < one.late]
        if not timely:
            self.faults.append(f"not in the files, or not now: words {number} on {account}")
            return
        whys = [self.barred(words, account, now, one) for one in timely]
        if all(whys):
            self.faults.append(f"barred ({whys[0]}): words {number} part {part} on {account}")

    def lost(self) -> list[str]:
        """What should have gone out, and did not."""
        return [
            f"lost: words {one.words.number} ({one.words.way}) on {one.account}, due {one.entry.due:%H:%M}"
            for one in [*self.done, *self.wishes.values()]
            if one.excuse is None
            and one.enough
            and not all(self.out[one.words.number, part, one.account] for part in range(one.words.parts))
        ]

    # Gates, each as it stands in `docs/care.md`

    def barred(self, words: Words, account: str, now: datetime, entry: Entry) -> str | None:
        """Why these words must not be said now."""
        return (
            self._stopped(words, account)
            or self._silent(words)
            or self._closed(words, now)
            or self._held_back(entry, now)
            or self._unapproved(words, account, entry)
        )

    def _stopped(self, words: Words, account: str) -> str | None:
        for kind, subject in sorted(self.stops):
            if self.stop_means(kind, subject, words, account):
                return f"stopped: {kind} {subject}"
        return None

    def stop_means(self, kind: str, subject: str, words: Words, account: str) -> bool:
        """Whether a stop speaks of these words."""
        partner, platform = account.split("/")
        return {
            "all": True,
            "account": subject == account,
            "platform": subject == platform,
            "partner": subject == partner,
            "campaign": subject == words.campaign,
            "person": subject == words.who and self._spelled(words),
            "hashtag": (subject, words.way) in (("solidarity", "tagged"), ("freeannapetrova", "hashtag")),
            "entry": str(words.number) in subject.split(),
        }[kind]

    def _silent(self, words: Words) -> str | None:
        if words.who is None:
            return None
        if words.who in self.silenced and self._spelled(words):
            return f"{words.who} was in a silent state, and nobody resumed"
        known = self.known.get(words.who)
        if known is None or words.who not in self.withdrawn or not (known.aliases or words.way not in SPELLED):
            return None
        return f"{words.who}'s consent was withdrawn"

    def heard(self, key: str, person: Person | None) -> None:
        """While somebody is held, these spellings of them stand in the files."""
        if person is not None and person.aliases:
            self.spelled.add(key)

    def _spelled(self, words: Words) -> bool:
        """Whether the files ever listed the spelling that these words use, while it was held."""
        return words.way not in SPELLED or words.who in self.spelled

    def _closed(self, words: Words, now: datetime) -> str | None:
        site, kept = self.seen, self.kept
        if words.campaign in kept.paused:
            return "its campaign is paused"
        if words.way == "fact" and kept.fact_ends is not None and now.date() > kept.fact_ends.date():
            return "its fact is over"
        if words.way == "call" and kept.call_closes is not None and now >= kept.call_closes:
            return "its call is closed"
        if any(start <= now < end for start, end in site.quiet):
            return "quiet"
        return None

    def _held_back(self, entry: Entry, now: datetime) -> str | None:
        post = self.seen.posts.get(entry.post)
        if post is None:
            return "there is no such post"
        if post.broken:
            return "it cannot be read"
        if post.embargo is not None and now < post.embargo:
            return "embargoed"
        return "expired" if post.expires is not None and now > post.expires else None

    def _unapproved(self, words: Words, account: str, entry: Entry) -> str | None:
        if self.no.get((words.number, account)):
            return "rejected"
        needed = max(self.kept.approvals[words.campaign], int(words.campaign == "theirs"))
        has = self.yes.get((words.number, account, entry.due), set())
        return None if len(has) >= needed else f"{len(has)} of {needed} approvals"

    # What people do

    def approve(self, shown: Iterable[tuple[int, str, datetime]], who: str) -> None:
        for number, account, due in shown:
            self.yes.setdefault((number, account, due), set()).add(who)
            self.no.get((number, account), set()).discard(who)

    def reject(self, number: int, account: str, due: datetime, who: str) -> None:
        self.no.setdefault((number, account), set()).add(who)
        self.yes.get((number, account, due), set()).discard(who)

    def lifted(self, kind: str, subject: str) -> None:
        """Two people, or one where that is enough, have said so. What had been approved is approved anew."""
        self.stops.discard((kind, subject))
        if kind == "person":
            self.silenced.discard(subject)
            self.spelled.discard(subject)
        for key in [one for one in self.yes if self.stop_means(kind, subject, self.words[one[0]], one[1])]:
            del self.yes[key]
