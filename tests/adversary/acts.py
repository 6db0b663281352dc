"""What the adversary does, by kind. Each act is drawn with numbers, and means whatever they then stand for."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from engine.fake import ANSWERS

from adversary.oracle import SILENT, said_by
from adversary.site import ACCOUNTS, WAYS, WHO, Entry, Post, Words
from amplify.decisions.accept_changes import STOP as STOP_CARD
from amplify.decisions.accept_changes import accept_change, list_changes
from amplify.decisions.approve import approve_reviews, reject_review, to_review
from amplify.decisions.resume import resume_subject
from amplify.decisions.stop import stop_subject, stops_in_force
from amplify.decisions.takedown import take_down_deliveries
from amplify.ledger.holds.stops import StopRequest
from amplify.model.errors import NeedsPerson, WrongUse

if TYPE_CHECKING:
    from adversary.play import House

MINUTE = timedelta(minutes=1)
PEOPLE = ("vera", "max", "nina")
STATES = (*SILENT, "detained", "convicted")
STOPS = ("person", "person", "person", "all", "account", "platform", "partner", "campaign", "hashtag", "entry")
Draw = Callable[[random.Random], tuple[Any, ...]]


@dataclass(frozen=True)
class Kind:
    """A kind of act."""

    do: Callable[..., None]
    draw: Draw = lambda chance: ()
    weight: int = 1


def _number(chance: random.Random) -> tuple[Any, ...]:
    return (chance.randrange(100),)


def _pick(keys: Any, number: int) -> Any:
    """One of them, or None where there is none."""
    found = sorted(keys)
    return found[number % len(found)] if found else None


# Time and machines


def wait(house: House, minutes: int) -> None:
    house.wait(minutes * MINUTE)
    house.run_pass()


def clock_back(house: House, minutes: int) -> None:
    """The campaign's clock is put back; leases do not notice."""
    house.clock.set(house.clock.now() - minutes * MINUTE)
    house.oracle.excuse("the clock was put back")
    house.run_pass()


def restart(house: House) -> None:
    house.restart()
    house.run_pass()


def crash(house: House, moment: str, seconds: int) -> None:
    """The pass dies at this moment of a delivery, and the next one comes so many seconds later."""
    house.dies_at = moment
    house.run_pass()
    house.dies_at = None
    house.wait(timedelta(seconds=seconds))
    house.run_pass()


def answer(house: House, account: int, kind: str) -> None:
    """What a server says next."""
    house.world.answers[ACCOUNTS[account % 2]].append(kind)  # type: ignore[arg-type]


# Files


def add(house: House, way: str, minutes: int, campaign: str, thread: bool) -> None:
    house.numbers += 1
    words = Words(house.numbers, way, campaign, thread)
    house.oracle.words[words.number] = words
    now = house.clock.now()
    house.site.posts[f"p{words.number}"] = Post(words)
    house.site.entries[f"e{words.number}"] = Entry(f"p{words.number}", now + minutes * MINUTE, now)


def edit(house: House, number: int) -> None:
    """The post says something else."""
    id = _pick(house.site.posts, number)
    if id is not None:
        house.numbers += 1
        words = replace(house.site.posts[id].words, number=house.numbers)
        house.oracle.words[words.number] = words
        house.site.change_post(id, words=words)
        _stop_follows(house, id)


def _stop_follows(house: House, post: str) -> None:
    """A stop of an entry holds whatever its post says by now."""
    words = house.site.posts[post].words.number
    numbers = {str(number) for number, one in house.oracle.words.items() if one == house.site.posts[post].words}
    for kind, subject in list(house.oracle.stops):
        if kind == "entry" and any(
            id in house.entry_stops.get(subject, ()) for id, one in house.site.entries.items() if one.post == post
        ):
            house.oracle.stops.discard((kind, subject))
            again = " ".join(sorted({*subject.split(), *numbers, str(words)}))
            house.entry_stops[again] = house.entry_stops.pop(subject)
            house.oracle.stops.add((kind, again))


def move(house: House, number: int, minutes: int) -> None:
    id = _pick(house.site.entries, number)
    if id is not None:
        entry, now = house.site.entries[id], house.clock.now()
        house.site.entries[id] = replace(entry, due=now + minutes * MINUTE, since=now)


def remove(house: House, number: int) -> None:
    id = _pick(house.site.entries, number)
    if id is not None:
        house.removed.append((id, house.site.entries.pop(id)))


def restore(house: House) -> None:
    if house.removed:
        id, entry = house.removed.pop()
        if id not in house.site.entries and entry.post in house.site.posts:
            house.site.entries[id] = replace(entry, since=house.clock.now())


def rename_entry(house: House, number: int) -> None:
    id = _pick(house.site.entries, number)
    if id is not None:
        house.numbers += 1
        entry = house.site.entries.pop(id)
        house.site.entries[f"e{house.numbers}"] = replace(entry, since=house.clock.now())
        house.oracle.renamed.add(house.site.posts[entry.post].words.number)
        for subject, ids in house.entry_stops.items():
            if id in ids:
                house.entry_stops[subject] = ids | {f"e{house.numbers}"}


def rename_post(house: House, number: int) -> None:
    id = _pick(house.site.posts, number)
    if id is not None:
        house.numbers += 1
        again = f"p{house.numbers}"
        house.site.posts[again] = house.site.posts.pop(id)
        house.oracle.renamed.add(house.site.posts[again].words.number)
        for entry_id, entry in house.site.entries.items():
            if entry.post == id:
                house.site.entries[entry_id] = replace(entry, post=again)


def copy(house: House, number: int, minutes: int) -> None:
    """The same words again, as another post of another entry."""
    id = _pick(house.site.posts, number)
    if id is not None:
        house.numbers += 1
        again, now = house.numbers, house.clock.now()
        house.site.posts[f"p{again}"] = house.site.posts[id]
        house.site.entries[f"e{again}"] = Entry(f"p{again}", now + minutes * MINUTE, now)
        house.oracle.double(house.site.posts[id].words.number)


def broken(house: House, number: int) -> None:
    """A file that cannot be read, or is mended."""
    id = _pick(house.site.posts, number)
    if id is not None:
        house.site.change_post(id, broken=not house.site.posts[id].broken)


def embargo(house: House, number: int, minutes: int) -> None:
    id = _pick(house.site.posts, number)
    if id is not None:
        house.site.change_post(id, embargo=house.clock.now() + minutes * MINUTE)


def expire(house: House, number: int, minutes: int) -> None:
    id = _pick(house.site.posts, number)
    if id is not None:
        house.site.change_post(id, expires=house.clock.now() + minutes * MINUTE)


# What is spoken of


def state(house: House, number: int, state: str) -> None:
    key = _pick(house.site.people, number)
    if key is not None:
        house.site.people[key] = replace(house.site.people[key], state=state)


def consent(house: House, number: int) -> None:
    key = _pick(house.site.people, number)
    if key is not None:
        house.site.people[key] = replace(house.site.people[key], consent=not house.site.people[key].consent)


def remove_person(house: House, number: int) -> None:
    key = _pick(house.site.people, number)
    if key is not None:
        house.away[key] = house.site.people.pop(key)


def restore_person(house: House, state: str) -> None:
    """Back in the files, as somebody who is detained."""
    for key in list(house.away):
        house.site.people[key] = replace(house.away.pop(key), state=state)


def rename_person(house: House, number: int) -> None:
    key = _pick(house.site.people, number)
    if key is not None:
        house.numbers += 1
        house.ids[key].add(f"{key}{house.numbers}")
        house.site.people[key] = replace(house.site.people[key], id=f"{key}{house.numbers}")


def drop_spellings(house: House, number: int) -> None:
    key = _pick(house.site.people, number)
    if key is not None:
        house.site.people[key] = replace(house.site.people[key], aliases=not house.site.people[key].aliases)


def pause(house: House, campaign: str) -> None:
    house.site.paused ^= {campaign}


def quiet(house: House, start: int, minutes: int) -> None:
    begins = house.clock.now() + start * MINUTE
    house.site.quiet = (*house.site.quiet, (begins, begins + minutes * MINUTE))


def fact_ends(house: House, days: int) -> None:
    house.site.fact_ends = house.clock.now() + timedelta(days=days)


def call_closes(house: House, minutes: int) -> None:
    house.site.call_closes = house.clock.now() + minutes * MINUTE


# Stops and approvals


def stop(house: House, kind: str, number: int, who: str) -> None:
    if kind == "person":
        key = _pick(WHO, number)
        person = house.site.people.get(key) or house.away.get(key)
        assert person is not None
        known = house.site.people.get(key)
        spellings = (WHO[key],) if known is None else ()
        stop_subject(house.app, StopRequest("person", person.id, "a reason", who, spellings))
        house.ids[key].add(person.id)
        house.asked.pop(person.id, None)
        house.oracle.stops.add(("person", key))
        house.oracle.heard(key, known)
        return
    if kind == "entry":
        id = _pick(house.site.entries, number)
        if id is None:
            return
        words = house.site.posts.get(house.site.entries[id].post)
        if words is None:
            return
        stop_subject(house.app, StopRequest("entry", id, "a reason", who))
        subject = str(words.words.number)
        house.entry_stops[subject] = frozenset({id})
        house.oracle.stops.add(("entry", subject))
        return
    subjects = {
        "all": ("",), "account": ACCOUNTS, "platform": ("x", "mastodon"), "partner": ("union",),
        "campaign": ("free", "theirs"), "hashtag": ("solidarity", "freeannapetrova"),
    }  # fmt: skip
    subject = _pick(subjects[kind], number)
    stop_subject(house.app, StopRequest(kind, subject, "a reason", who))
    house.oracle.stops.add((kind, subject))


def resume(house: House, number: int, one: int, two: int) -> None:
    """Two people lift what is held: of a person, under every name that it ever had."""
    held = sorted({*house.oracle.stops, *(("person", key) for key in house.oracle.silenced)})
    if not held:
        return
    kind, subject = held[number % len(held)]
    names = {
        "person": lambda: house.ids[subject],
        "entry": lambda: house.entry_stops.get(subject, frozenset()),
    }.get(kind, lambda: {subject})()
    actors = (PEOPLE[one % 3], PEOPLE[two % 3])
    for stop in stops_in_force(house.app):
        if stop.kind == kind and stop.subject in names:
            lifted = False
            asked = house.asked.setdefault(stop.subject, set())
            for who in actors if kind == "person" else actors[:1]:
                asked.add(who)
                try:
                    lifted = resume_subject(house.app, kind, stop.subject, "a reason", who).lifted
                except (WrongUse, NeedsPerson):
                    break
                if lifted:
                    break
            if not lifted and kind == "person":
                if len(asked) > 1:
                    house.oracle.faults.append(f"two people could not resume: {stop.subject}")
                return
            if kind == "person" and len(asked) < 2:
                house.oracle.faults.append(f"one person resumed alone: {stop.subject}")
            asked.clear()
    speaks = (
        kind != "person" or house.oracle.known.get(subject) is None or (house.oracle.known[subject].state not in SILENT)
    )
    if speaks:
        house.oracle.lifted(kind, subject)
    else:
        house.oracle.stops.discard((kind, subject))


def approve(house: House, who: str) -> None:
    reviews = to_review(house.app, rejected=True)
    shown = [
        (said_by(one.message.parts[0].text, one.row.account)[0], one.row.account, one.row.due_at) for one in reviews
    ]
    for review, one in zip(reviews, shown, strict=True):
        try:
            approve_reviews(house.app, [review], who)
        except NeedsPerson:
            continue
        house.oracle.approve([one], who)


def accept(house: House, who: str) -> None:
    """Somebody here accepts what the files make weaker."""
    house.run_pass()
    keys = {id: key for key, ids in house.ids.items() for id in ids}
    for change in list_changes(house.app):
        if change.kind != STOP_CARD and accept_change(house.app, change, who):
            house.oracle.weakened(change.kind, keys.get(change.subject, change.subject))
    house.run_pass()


def reject(house: House, number: int, who: str) -> None:
    reviews = to_review(house.app)
    if reviews:
        one = reviews[number % len(reviews)]
        reject_review(house.app, one, who, "no")
        number, *_ = said_by(one.message.parts[0].text, one.row.account)
        house.oracle.reject(number, one.row.account, one.row.due_at, who)


def policy(house: House, approvals: int) -> None:
    """Our own campaign asks for more."""
    house.site.approvals["free"] = max(approvals, house.site.approvals["free"])


def take_down(house: House, number: int) -> None:
    sent = house.sent_deliveries()
    if sent:
        take_down_deliveries(house.app, [sent[number % len(sent)]], "they asked us to", "vera")


# A partner who can push, and a second machine


def push_lower(house: House, approvals: int) -> None:
    """Their campaign is said to need nobody, or to be ours."""
    if approvals:
        house.site.owners["theirs"] = "union"
    else:
        house.site.approvals["theirs"] = 0


def push_nobody(house: House) -> None:
    """`people.yaml` is emptied."""
    house.away |= house.site.people
    house.site.people.clear()


def older_files(house: House, back: int) -> None:
    """A second machine on the same ledger, which has not fetched since, runs a pass of its own after ours."""
    house.run_pass()
    house.older_pass(back)


def meanwhile(house: House, act: tuple[Any, ...]) -> None:
    """Something happens in the middle of the next delivery."""
    house.between.append(act)


def _meanwhile(chance: random.Random) -> tuple[Any, ...]:
    name = chance.choice(["stop", "stop", "reject"])
    return ((name, *ACTS[name].draw(chance)),)


def _of(*draws: Callable[[random.Random], Any]) -> Draw:
    return lambda chance: tuple(draw(chance) for draw in draws)


def _some(chance: random.Random) -> int:
    return chance.randrange(100)


def _minutes(least: int, most: int) -> Callable[[random.Random], int]:
    return lambda chance: chance.randint(least, most)


def _one(*those: Any) -> Callable[[random.Random], Any]:
    return lambda chance: chance.choice(those)


ACTS: Final[dict[str, Kind]] = {
    "wait": Kind(wait, _of(_minutes(1, 30)), weight=6),
    "clock back": Kind(clock_back, _of(_minutes(1, 20))),
    "restart": Kind(restart),
    "crash": Kind(crash, _of(_one("prepare", "before", "after"), _one(1, 11, 61)), weight=2),
    "answer": Kind(answer, _of(_some, _one(*ANSWERS)), weight=2),
    "add": Kind(
        add,
        _of(_one(*WAYS), _minutes(-5, 60), _one("free", "free", "free", "theirs"), _one(False, False, False, True)),
        weight=8,
    ),
    "edit": Kind(edit, _of(_some)),
    "move": Kind(move, _of(_some, _minutes(-5, 60))),
    "remove": Kind(remove, _of(_some)),
    "restore": Kind(restore),
    "rename entry": Kind(rename_entry, _of(_some)),
    "rename post": Kind(rename_post, _of(_some)),
    "copy": Kind(copy, _of(_some, _minutes(-5, 60))),
    "broken": Kind(broken, _of(_some)),
    "embargo": Kind(embargo, _of(_some, _minutes(-10, 60))),
    "expire": Kind(expire, _of(_some, _minutes(-10, 60))),
    "state": Kind(state, _of(_some, _one(*STATES)), weight=2),
    "consent": Kind(consent, _of(_some)),
    "remove person": Kind(remove_person, _of(_some)),
    "restore person": Kind(restore_person, _of(_one("detained", "convicted"))),
    "rename person": Kind(rename_person, _of(_some)),
    "drop spellings": Kind(drop_spellings, _of(_some)),
    "pause": Kind(pause, _of(_one("free", "theirs"))),
    "quiet": Kind(quiet, _of(_minutes(-5, 40), _minutes(5, 40))),
    "fact ends": Kind(fact_ends, _of(_minutes(-1, 1))),
    "call closes": Kind(call_closes, _of(_minutes(-10, 60))),
    "stop": Kind(stop, _of(_one(*STOPS), _some, _one(*PEOPLE)), weight=3),
    "resume": Kind(resume, _of(_some, _some, _some), weight=2),
    "approve": Kind(approve, _of(_one(*PEOPLE)), weight=3),
    "accept": Kind(accept, _of(_one(*PEOPLE)), weight=2),
    "reject": Kind(reject, _of(_some, _one(*PEOPLE))),
    "policy": Kind(policy, _of(_minutes(0, 2))),
    "take down": Kind(take_down, _of(_some)),
    "push lower": Kind(push_lower, _of(_minutes(0, 1))),
    "push nobody": Kind(push_nobody),
    "older files": Kind(older_files, _of(_minutes(1, 4))),
    "meanwhile": Kind(meanwhile, _meanwhile, weight=2),
}

PENDING: Final[dict[str, str]] = {}
"""Kinds of acts that are known to break the program, and why they may for now. Empty when all is well."""
