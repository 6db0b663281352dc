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
from datetime import UTC, datetime
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
    from amplify.rules.text.typed_addresses import AddressMatcher

KINDS: Final = (
    *("person", "campaign", "partner", "hashtag", "platform", "account", "entry", "post", "action", "fact"),
    *("words", "all"),
)
"""What can be stopped. `words`: every text in which these stand, whoever goes by them."""
_SPELLED: Final = ("person", "words")
"""Kinds whose words are names and nothing else."""

_IN_FORCE = select(STOP).where(STOP.c.lifted_at.is_(None)).order_by(STOP.c.id)
_TAG = re.compile(r"[#＃]([\w·\u200c\u200d]+)")
_OTHER = re.compile(r"@|https?://|[a-z]+:[a-z0-9]")
"""How a word begins that is no name: a handle, an address, a subject or an id (`action:petition`, `entry:monday`)."""
_NEVER: Final = datetime.min.replace(tzinfo=UTC)
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
    """As in `Stop`."""
    state: str | None = None
    """The state that a person is set to, where that is why; what was written for it may pass."""


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop in force."""

    id: int
    kind: str
    subject: str
    """The id, a hashtag without its sign, words as they were typed, or empty for `all`."""
    words: tuple[str, ...]
    """What else means it: forms of a name that are searched for in texts; handles (`@press_union`) and addresses, as
    somebody may have typed them; subjects (`action:petition`); ids under which it went on (`entry:monday-2`)."""
    why: str
    """Empty where nobody has given a reason yet."""
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
        """`person anna`, `the words “Anna P.”`, or `everything`."""
        if self.kind == "words":
            return f"the words “{self.subject}”"
        return f"{self.kind} {self.subject}" if self.kind != "all" else "everything"

    @property
    def sentence(self) -> str:
        """Why a delivery is held by it."""
        return f"stopped by {self.by} ({self.name})" + (f": {self.why}" if self.why else "")

    @property
    def names_somebody(self) -> bool:
        """Whether it may be about a person: two people have to lift it."""
        return self.kind in _SPELLED

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
    sought = _sought(tuple((stop.kind, stop.words) for stop in stops))
    found: dict[str, Stop] = {}
    for one in candidates:
        target = repeated.get(one.boost_of) if one.boost_of is not None else None
        both = [known.add_to(each) for each in ((one,) if target is None else (one, target))]
        stop = next((stop for each in both for stop in _holding(stops, each, sought)), None)
        if stop is not None:
            found[one.id] = stop
    return found


def stands_in_text(stop: Stop, text: str) -> bool:
    """Whether what a stop searches for stands in a text that is no message, such as a page."""
    return bool(stop.words) and bool(_sought(((stop.kind, stop.words),)).found(json.dumps(text)))


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


def unwritten_stop(kind: str, subject: str, words: Sequence[str] = ()) -> Stop:
    """A stop that stands in no ledger: for finding what one would hold."""
    return Stop(0, kind, subject, tuple(words), "", "", _NEVER, _NEVER)


def add_aliases(connection: Connection, stop: Stop, words: Sequence[str], why: str | None = None) -> None:
    """Add spellings to a stop's search, and perhaps a newer reason; a request to lift it no longer counts then."""
    both = list(dict.fromkeys((*stop.words, *words)))
    anew = {"why": why, "asked_by": None, "asked_why": None, "real_asked": None} if why is not None else {}
    stored = connection.execute(select(STOP.c.words).where(STOP.c.id == stop.id)).scalar_one()
    if anew or both != stored:
        connection.execute(update(STOP).where(STOP.c.id == stop.id).values(words=both, **anew))


def widen_all(connection: Connection, words: Mapping[tuple[str, str], Sequence[str]]) -> None:
    """Add what the files know by now to the stops in force: kind and id → what else means it."""
    for stop in in_force(connection):
        add_aliases(connection, stop, words.get((stop.kind, stop.subject), ()))


def give_reason(connection: Connection, stop: Stop, why: str) -> None:
    """Write a stop's reason, after it came into force."""
    connection.execute(update(STOP).where(STOP.c.id == stop.id).values(why=why))


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
    return unicodedata.normalize("NFC", tag.lstrip("#＃")).casefold()


def _holding(stops: Sequence[Stop], one: DueDelivery, sought: _Sought) -> Iterator[Stop]:
    who: frozenset[int] | None = None
    for number, stop in enumerate(stops):
        if stop.state is not None and f"person:{stop.subject}@{stop.state}" in one.subjects:
            continue
        if _names(stop, one):
            yield stop
        elif stop.words and sought.anything:
            who = sought.found(one.message_json) if who is None else who
            if number in who:
                yield stop


def _names(stop: Stop, one: DueDelivery) -> bool:
    """Whether a stop means a delivery by its account, entry, subjects or hashtags; names in texts are sought apart."""
    if stop.kind not in _SPELLED and not frozenset(one.subjects).isdisjoint(stop.words):
        return True  # what is its own: a call of a stopped campaign, whoever gives it
    match stop.kind:
        case "all":
            return True
        case "campaign" | "platform" | "account" | "entry" | "post":
            own = getattr(one, stop.kind)
            return bool(own == stop.subject or f"{stop.kind}:{own}" in stop.words)
        case "partner":
            return one.partner == stop.subject or f"partner:{stop.subject}" in one.subjects
        case "person":
            return any(person_in(subject) == stop.subject for subject in one.subjects)
        case "action" | "fact":
            return f"{stop.kind}:{stop.subject}" in one.subjects
        case "hashtag":
            wanted = fold_tag(stop.subject)
            return any(fold_tag(tag) == wanted for tag in one.hashtags) or _tagged(one.message_json, wanted)
        case "words":
            return False
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


class _Sought:
    """What stops search for in texts. `listed`: kind and words of each stop."""

    def __init__(self, listed: Sequence[tuple[str, tuple[str, ...]]]) -> None:
        names = {str(number): _spellings(kind, words) for number, (kind, words) in enumerate(listed)}
        typed = {number: _addresses(kind, words) for number, (kind, words) in enumerate(listed)}
        self._names: NameMatcher | None = None
        self._typed: dict[int, AddressMatcher] = {}
        if any(names.values()):
            from amplify.rules.text.aliases import NameMatcher

            self._names = NameMatcher(names)
        if any(typed.values()):
            from amplify.platforms import registry
            from amplify.rules.text.typed_addresses import AddressMatcher

            pages = [one.account_page for one in registry.profiles().values() if one.account_page is not None]
            self._typed = {number: AddressMatcher(words, pages) for number, words in typed.items() if words}
        self.anything = self._names is not None or bool(self._typed)

    def found(self, message_json: str) -> frozenset[int]:
        """The numbers of the stops whose words stand in a message."""
        found = {int(who) for who in self._names.in_words(message_json)} if self._names is not None else set()
        if self._typed:
            texts = list(_strings(json.loads(message_json)))
            found |= {number for number, matcher in self._typed.items() if matcher.finds(texts)}
        return frozenset(found)


_sought = lru_cache(maxsize=4)(_Sought)
"""The search, cached while the stops in force are the same."""


def _spellings(kind: str, words: Sequence[str]) -> list[str]:
    return [word for word in words if kind in _SPELLED or not _OTHER.match(word)]


def _addresses(kind: str, words: Sequence[str]) -> list[str]:
    return [word for word in words if kind != "person" and word.startswith(("@", "http://", "https://"))]


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
