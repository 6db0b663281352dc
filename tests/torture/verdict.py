"""The ledger beside the stage's journal: what was sent, lost, repeated, and what nobody can know."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.files import handle
from ledger import rows

from amplify.ledger.database import Ledger
from amplify.model.plan import Planned
from torture.journal import Journal, Said
from torture.town import Town


@dataclass
class Verdict:
    """The numbers of a long run, and what speaks against it."""

    sent: int = 0
    """Deliveries whose every part stands on the stage once, and whose row says so."""
    lost: int = 0
    """Deliveries that ended otherwise than they should: not out, or out and not known to be."""
    repeated: int = 0
    """Posts that stand more than once, or that nobody asked for."""
    unsure: int = 0
    """Deliveries of which only a person could tell."""
    faults: list[str] = field(default_factory=list)

    @property
    def line(self) -> str:
        return f"{self.sent:,} sent, {self.lost:,} lost, {self.repeated:,} repeated, {self.unsure:,} unsure"


def judge(ledger: Ledger, town: Town, journal: Journal) -> Verdict:
    """Compare every part of every delivery with what was accepted."""
    verdict, said = Verdict(), journal.said()
    with ledger.read() as connection:
        states = {row.id: row for row in connection.execute(rows.select(rows.DELIVERY))}
        remote: dict[str, list[str | None]] = {}
        for part in connection.execute(rows.select(rows.PART).order_by(rows.PART.c.delivery, rows.PART.c.number)):
            remote.setdefault(part.delivery, []).append(part.remote_id)
        died = _died_while_sending(connection)
    wanted: set[Said] = set()
    for one in town.deliveries:
        state, parts = states[one.id].state, _parts(one, remote)
        verdict.faults += _other_keys(one, parts, town, journal)
        wanted.update(parts)
        out = [said[part] for part in parts]
        if state == "unsure":
            verdict.unsure += 1
            _question(verdict, one, died, said=bool(out and all(out)))
        elif state == "waiting" and one.message.boost and states[one.message.boost.delivery or ""].state == "unsure":
            verdict.unsure += 1  # what it repeats is
        elif state == "sent" and all(out) and all(remote[one.id]):
            verdict.sent += 1
        else:
            verdict.lost += 1
            verdict.faults.append(f"{one.account} {one.post} is {state} ({states[one.id].why}), out {out}")
    for what, times in said.items():
        if times > 1 or what not in wanted:
            verdict.repeated += 1
            verdict.faults.append(f"{times} times on the stage: {what}")
    return verdict


def _parts(one: Planned, remote: dict[str, list[str | None]]) -> list[Said]:
    name = handle(one.partner, one.platform)
    boost = one.message.boost
    if boost is not None:
        return [(one.platform, name, "", remote[boost.delivery or ""][0] or "nothing")]
    return [(one.platform, name, part.text, "") for part in one.message.parts]


def _other_keys(one: Planned, parts: list[Said], town: Town, journal: Journal) -> list[str]:
    """Parts that went out under another key than their first."""
    return [
        f"{one.account} {one.post} went out under another key than its first"
        for number, part in enumerate(parts)
        if part in journal.keys and journal.keys[part] not in town.keys[one.id, number]
    ]


def _died_while_sending(connection: rows.Connection) -> set[str]:
    """Deliveries whose worker was killed between the mark and its settlement."""
    after = rows.MOVE.c.after == "unsure"
    found = rows.select(rows.DELIVERY.c.id).join(rows.MOVE, rows.MOVE.c.folio == rows.DELIVERY.c.folio)
    return set(connection.execute(found.where(after, rows.MOVE.c.by == "reap")).scalars())


def _question(verdict: Verdict, one: Planned, died: set[str], said: bool) -> None:
    """An unsure delivery has to be explained: on X, by a worker killed in its call, and not found since."""
    if one.platform != "x":
        verdict.faults.append(f"{one.account} {one.post} is unsure: {one.platform} can tell")
    elif one.id not in died:
        verdict.faults.append(f"{one.account} {one.post} is unsure, and no worker was killed while sending it")
    elif said:
        verdict.faults.append(f"{one.account} {one.post} is unsure, and stands on its timeline")
