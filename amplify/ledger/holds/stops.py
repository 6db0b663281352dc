"""Stops (kill switches): what may not go out until somebody lifts it.

One row each, read in the transaction of every claim and every begin mark: however many deliveries wait, a stop costs
one row and holds at once."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, RowMapping, delete, insert, select, text, update

from amplify.ledger.decision_tables import STOP
from amplify.ledger.holds.known_people import read_known_names
from amplify.ledger.rows.claimed_delivery import COLUMNS, candidate_in
from amplify.ledger.rows.due_delivery import DueDelivery, Hold
from amplify.ledger.tables import DELIVERY
from amplify.model import cause
from amplify.model.clock import Timestamp
from amplify.model.subject import person_in

if TYPE_CHECKING:
    from amplify.rules.text.aliases import NameMatcher

KINDS: Final = ("person", "campaign", "partner", "hashtag", "platform", "account", "entry", "all")
"""What can be stopped."""

_IN_FORCE = select(STOP).where(STOP.c.lifted_at.is_(None)).order_by(STOP.c.id)
_TAG = re.compile(r"[#＃]([\w·\u200c\u200d]+)")
_ANY: Final = text("SELECT 1 FROM stop WHERE lifted_at IS NULL LIMIT 1")


@dataclass(frozen=True, slots=True)
class StopRequest:
    """Asks for a stop of one subject."""

    kind: str
    subject: str
    """As in `Stop`."""
    why: str
    by: str
    words: tuple[str, ...] = ()
    """Spellings of a person's name."""
    state: str | None = None
    """The state that a person is set to, where that is why; what was written for it may pass."""


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop in force."""

    id: int
    kind: str
    subject: str
    """The id, a hashtag without its sign, or empty for `all`."""
    words: tuple[str, ...]
    """Every form of a person's name that is searched for in texts."""
    why: str
    by: str
    at: datetime
    """Campaign time."""
    real_at: datetime
    asked_by: str | None = None
    """Who asked first to lift it, where two people have to."""
    asked_why: str | None = None
    real_asked: datetime | None = None
    state: str | None = None
    """Set together with this state of a person: a post that was written for it (`for_states`) may pass, since a gate
    and two approvals of its own stand before it."""

    @property
    def name(self) -> str:
        """`person anna`, or `everything`."""
        return f"{self.kind} {self.subject}" if self.kind != "all" else "everything"

    @property
    def sentence(self) -> str:
        """Why a delivery is held by it."""
        return f"stopped by {self.by} ({self.name}): {self.why}"

    @property
    def cause(self) -> str:
        """The same as a code (`model.cause`), by which the deliveries that it held are found again."""
        return cause.stop(self.kind, self.subject)


def find_stopped(connection: Connection, candidates: Sequence[DueDelivery], now: datetime) -> Mapping[str, Hold]:
    """Hold deliveries that a stop in force means, and boosts of such, until somebody lifts it."""
    if connection.execute(_ANY).first() is None:
        return {}
    stops = in_force(connection)
    return {one: Hold(stop.sentence, cause=stop.cause) for one, stop in held_by(connection, stops, candidates).items()}


def in_force(connection: Connection) -> list[Stop]:
    """Read the stops that nobody has lifted, the oldest first."""
    return [_stop(row) for row in connection.execute(_IN_FORCE).mappings()]


def held_by(connection: Connection, stops: Sequence[Stop], candidates: Sequence[DueDelivery]) -> Mapping[str, Stop]:
    """Match deliveries against stops: delivery id → the first of these stops that holds it."""
    if not stops or not candidates:
        return {}
    repeated = _targets(connection, candidates)
    known = read_known_names(connection, [stop.subject for stop in stops if stop.kind == "person"])
    named = _matcher(tuple((str(stop.id), stop.words) for stop in stops if stop.words))
    found: dict[str, Stop] = {}
    for one in candidates:
        target = repeated.get(one.boost_of) if one.boost_of is not None else None
        both = [known.add_to(each) for each in ((one,) if target is None else (one, target))]
        stop = next((stop for each in both for stop in _holding(stops, each, named)), None)
        if stop is not None:
            found[one.id] = stop
    return found


def find_deliveries_held_by(connection: Connection, stop: Stop, deliveries: Sequence[str]) -> list[str]:
    """The ids of those of these deliveries that a stop holds."""
    rows = connection.execute(select(*COLUMNS).where(DELIVERY.c.id.in_(deliveries))).mappings()
    return list(held_by(connection, [stop], [candidate_in(row) for row in rows]))


def read_stop_rows(connection: Connection) -> list[dict[str, Any]]:
    """Read the rows of all stops that were ever made, lifted ones too, with all their columns."""
    return [dict(row) for row in connection.execute(select(STOP)).mappings()]


def replace_stop_rows(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Replace all stops by another ledger's (`read_stop_rows`)."""
    connection.execute(delete(STOP))
    if rows:
        connection.execute(insert(STOP), [dict(row) for row in rows])


def stop_mark(row: Mapping[str, Any] | RowMapping) -> str:
    """What tells a stop from all others, and whether it was lifted: for the audit log of a ledger that took it over."""
    said = [row["kind"], row["subject"], *(str(row[name]) for name in ("at", "lifted_at", "lifted_by"))]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def write_stop(connection: Connection, asked: StopRequest, stamp: Timestamp) -> Stop:
    """Insert a stop: from its commit on no new request begins."""
    row = asdict(asked) | {"words": list(asked.words), "at": stamp.at, "real_at": stamp.real}
    number = connection.execute(insert(STOP).values(**row).returning(STOP.c.id)).scalar_one()
    return Stop(id=number, at=stamp.at, real_at=stamp.real, **asdict(asked))


def add_aliases(connection: Connection, stop: Stop, words: Sequence[str], why: str | None = None) -> None:
    """Add spellings to a stop's search, and perhaps a newer reason; a request to lift it no longer counts then."""
    both = list(dict.fromkeys((*stop.words, *words)))
    anew = {"why": why, "asked_by": None, "asked_why": None, "real_asked": None} if why is not None else {}
    stored = connection.execute(select(STOP.c.words).where(STOP.c.id == stop.id)).scalar_one()
    if anew or both != stored:
        connection.execute(update(STOP).where(STOP.c.id == stop.id).values(words=both, **anew))


def widen_all(connection: Connection, spellings: Mapping[str, Sequence[str]]) -> None:
    """Add the files' new spellings of names to the stops in force: person → every spelling."""
    for stop in in_force(connection):
        if stop.kind == "person" and stop.subject in spellings:
            add_aliases(connection, stop, spellings[stop.subject])


def set_for(connection: Connection, stop: Stop, state: str | None) -> None:
    """Bind a stop to the person's state that it came with; None: somebody asked for the stop itself, nothing passes."""
    if state != stop.state:
        connection.execute(update(STOP).where(STOP.c.id == stop.id).values(state=state))


def ask_to_lift(connection: Connection, stop: Stop, by: str, why: str, real: datetime) -> None:
    """Record the first of the two people who have to agree that a stop may be lifted."""
    mine = update(STOP).where(STOP.c.id == stop.id, STOP.c.lifted_at.is_(None))
    connection.execute(mine.values(asked_by=by, asked_why=why, real_asked=real))


def lift_stop(connection: Connection, stop: Stop, by: str, why: str, at: datetime) -> bool:
    """Lift a stop. False where somebody else has."""
    mine = update(STOP).where(STOP.c.id == stop.id, STOP.c.lifted_at.is_(None))
    return connection.execute(mine.values(lifted_at=at, lifted_by=by, lifted_why=why)).rowcount == 1


def fold_tag(tag: str) -> str:
    """Normalise a hashtag for comparison: NFC, without its sign, case-folded."""
    return unicodedata.normalize("NFC", tag.removeprefix("#")).casefold()


def _holding(stops: Sequence[Stop], one: DueDelivery, named: NameMatcher | None) -> Iterator[Stop]:
    who: frozenset[str] | None = None
    for stop in stops:
        if stop.state is not None and f"person:{stop.subject}@{stop.state}" in one.subjects:
            continue
        if _names(stop, one):
            yield stop
        elif stop.words and named is not None:
            who = named.in_words(one.message_json) if who is None else who
            if str(stop.id) in who:
                yield stop


def _names(stop: Stop, one: DueDelivery) -> bool:
    """Whether a stop means a delivery by its account, entry, subjects or hashtags; names in texts are sought apart."""
    match stop.kind:
        case "all":
            return True
        case "campaign" | "platform" | "account" | "entry":
            return bool(getattr(one, stop.kind) == stop.subject)
        case "partner":
            return one.partner == stop.subject or f"partner:{stop.subject}" in one.subjects
        case "person":
            return any(person_in(subject) == stop.subject for subject in one.subjects)
        case "hashtag":
            wanted = fold_tag(stop.subject)
            return any(fold_tag(tag) == wanted for tag in one.hashtags) or _tagged(one.message_json, wanted)
    return True  # a kind of a newer amplify: better silent than wrong


def _tagged(words: str, wanted: str) -> bool:
    """Whether a hashtag stands anywhere in a message, in an alt text or a caption too."""
    said = unicodedata.normalize("NFC", "\n".join(_strings(json.loads(words)))).casefold()
    return wanted in _TAG.findall(said)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)


@lru_cache(maxsize=4)
def _matcher(forms: tuple[tuple[str, tuple[str, ...]], ...]) -> NameMatcher | None:
    """The matcher of all searched spellings, cached while the stops in force are the same."""
    if not forms:
        return None
    from amplify.rules.text.aliases import NameMatcher

    return NameMatcher(dict(forms))


def _targets(connection: Connection, candidates: Sequence[DueDelivery]) -> Mapping[str, DueDelivery]:
    """Read the targets of boosts, in their newest generation: a boost of something stopped is stopped."""
    wanted = sorted({one.boost_of for one in candidates if one.boost_of is not None})
    if not wanted:
        return {}
    query = select(*COLUMNS).where(DELIVERY.c.base.in_(wanted)).order_by(DELIVERY.c.generation)
    return {row["base"]: candidate_in(row) for row in connection.execute(query).mappings()}


def _stop(row: RowMapping) -> Stop:
    return Stop(
        row["id"],
        row["kind"],
        row["subject"],
        tuple(row["words"]),
        row["why"],
        row["by"],
        row["at"],
        row["real_at"],
        row["asked_by"],
        row["asked_why"],
        row["real_asked"],
        row["state"],
    )
