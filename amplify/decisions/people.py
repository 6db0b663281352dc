"""People's states: listing them, and setting one, which stops posts at once where the state asks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from amplify.context.app_context import AppContext, UnreadableFiles
from amplify.decisions.stop import StopResult, stop_subject
from amplify.ledger.database import LedgerConnection
from amplify.ledger.holds.gates import GATES, put_gates, read_gates
from amplify.ledger.holds.stops import StopRequest, in_force
from amplify.ledger.queries.audit_log import record_event
from amplify.ledger.queries.waiting_by_subject import WaitingDeliveries
from amplify.ledger.queries.waiting_by_subject import count_waiting as waiting_for
from amplify.model.errors import WrongUse
from amplify.model.legal_stage import StageKind
from amplify.model.person import Person, PersonState
from amplify.model.subject import person_in
from amplify.rules.plan.calendar_days import begun_somewhere, utc_day
from amplify.rules.plan.person_gates import caption_languages, last_day, people_gates
from amplify.rules.text.registrable_domain import registrable_domain

if TYPE_CHECKING:
    from amplify.workspace.parsed import ParsedWorkspace

WITHOUT_SOURCE: Final = frozenset({PersonState.FAMILY_HOLD, PersonState.UNKNOWN})
"""States that need no source: a wish of the family, and what nobody knows, are on no web page."""
TWO_SOURCES: Final = frozenset({PersonState.RELEASE_CONFIRMED, PersonState.DIED})


@dataclass(frozen=True, slots=True)
class PersonStatus:
    """Status of one person, and what depends on them."""

    person: Person
    state_until: date
    """The last day on which the state counts without another check."""
    consent_until: date
    days_left: int
    """Days until the first of both is over; negative: posts are held."""
    waiting: WaitingDeliveries
    """Our waiting deliveries that speak of them."""

    def as_json(self) -> dict[str, Any]:
        person = self.person
        return {
            "id": person.id,
            "state": person.state.value,
            "state_since": person.state_since.isoformat() if person.state_since else None,
            "reviewed": person.reviewed.isoformat(),
            "state_until": self.state_until.isoformat(),
            "consent_until": self.consent_until.isoformat(),
            "consent_withdrawn": person.consent.withdrawn.isoformat() if person.consent.withdrawn else None,
            "days_left": self.days_left,
            "speaks": person.state.speaks and person.consent.withdrawn is None,
            "waiting": self.waiting.count,
            "next": self.waiting.first.isoformat() if self.waiting.first else None,
        }


@dataclass(frozen=True, slots=True)
class PersonEdit:
    """What is to be set for one person; what is not given stays."""

    state: PersonState | None = None
    sources: Sequence[str] = ()
    """Web addresses where the state was learned."""
    reviewed: date | None = None
    """The day on which somebody checked; None: today, where a state is set."""
    withdrawn: date | None = None
    """The day on which consent was taken back."""
    why: str | None = None
    """For the audit log; None: said from the rest."""
    stage: Mapping[str, Any] | None = None
    """A legal stage to be added, with the keys of the file but `source`: that is the first of `sources`."""

    @property
    def act(self) -> str:
        """What the audit log calls it."""
        if self.state is not None:
            return "set state"
        if self.withdrawn is not None:
            return "withdraw consent"
        return "set stage" if self.stage is not None else "review"

    @property
    def silences(self) -> bool:
        """Whether the person must not be spoken of any more."""
        return self.withdrawn is not None or (self.state is not None and not self.state.speaks)


@dataclass(frozen=True, slots=True)
class PersonChange:
    """Result of setting something."""

    person: Person
    """As it stands in the file now."""
    stopped: StopResult | None
    """The stop, where the person must not be spoken of any more."""
    still_stopped: bool
    """Nothing was stopped now, and a stop from before holds on."""
    elsewhere: tuple[str, ...]
    """Problems of other files: they hold what they name until they are mended."""


def list_people(connection: LedgerConnection, everybody: Mapping[str, Person], now: datetime) -> list[PersonStatus]:
    """List everybody, those first whose review comes first. `now`: campaign time."""
    waits = waiting_for(connection, person_in)
    found = []
    for person in everybody.values():
        state, asked = last_day(person), person.consent.review
        left = (min(state, asked) - utc_day(now)).days
        found.append(PersonStatus(person, state, asked, left, waits.get(person.id, WaitingDeliveries())))
    return sorted(found, key=lambda one: (one.days_left, one.person.id))


def set_person(app: AppContext, id: str, actor: str, edit: PersonEdit) -> PersonChange:
    """Write a person's state, review or withdrawn consent into `config/people.yaml`, and act on it at once.

    Where the person must not be spoken of, the stop comes first; whatever goes wrong afterwards, it holds. Mistakes in
    other files do not matter. Raises WrongUse where sources are missing, or nobody has this id.
    """
    from amplify.workspace.file_types import PEOPLE
    from amplify.workspace.yaml_edit import change_entry

    now = app.clock.now().astimezone(UTC)
    before = _person(_survey(app), id)
    _check_sources(before, edit.state, edit.sources)
    changes = _changes(before, edit, now)
    if not changes:
        raise WrongUse(f"say what to set for {id}: --state, --stage, --reviewed or --consent-withdrawn")
    reason = edit.why or _reason(edit)
    told = edit.state.value if edit.state is not None and edit.withdrawn is None else None
    stopped = stop_subject(app, StopRequest("person", id, reason, actor, state=told)) if edit.silences else None
    change_entry(app.root, PEOPLE, id, changes)
    person, elsewhere = _copy(app, id)
    with app.ledger.write() as connection:
        payload = {"before": before.state.value, "sources": list(edit.sources)}
        payload |= {".".join(path): str(value) for path, value in changes.items() if path not in _LISTS}
        if edit.stage is not None:
            payload["stage"] = str(edit.stage["stage"])
        record_event(connection, edit.act, actor, f"person:{id}", reason, payload, app.timestamp(connection))
        before_now = any((one.kind, one.subject) == ("person", id) for one in in_force(connection))
    return PersonChange(person, stopped, stopped is None and before_now, elsewhere)


_LISTS: Final = (("sources",), ("stages",))


def _changes(before: Person, edit: PersonEdit, now: datetime) -> dict[tuple[str, ...], Any]:
    """What is to be written into the person's entry, by its key."""
    changes: dict[tuple[str, ...], Any] = {}
    if edit.state is not None and edit.state is not before.state:
        changes[("state",)] = edit.state.value
        changes[("state_since",)] = now.isoformat(timespec="seconds")
    day = edit.reviewed or now.date()
    if edit.state is not None or edit.reviewed is not None or edit.stage is not None:
        changes[("reviewed",)] = day
    if edit.stage is not None:
        changes[("stages",)] = [_stage(before, edit.stage, edit.sources, now)]
    if edit.sources and (edit.stage is None or edit.state is not None):
        changes[("sources",)] = [{"url": url, "seen": day} for url in edit.sources]
    if edit.withdrawn is not None:
        changes[("consent", "withdrawn")] = edit.withdrawn
    return changes


def _stage(before: Person, stage: Mapping[str, Any], sources: Sequence[str], now: datetime) -> Mapping[str, Any]:
    """A legal stage as it is written behind the others. Raises WrongUse where it has no source, began before the last
    one, or has not happened yet."""
    if not sources:
        raise WrongUse("say where the stage was learned: --source URL")
    if before.stages and stage["since"] < before.stages[-1].since:
        raise WrongUse(
            f"the last stage of {before.id} began on {before.stages[-1].since}, after this one: write it into "
            "config/people.yaml, the oldest first"
        )
    if not StageKind(stage["stage"]).scheduled and not begun_somewhere(stage["since"], now):
        raise WrongUse(f"{stage['since']} is still to come: only the day of a trial is known ahead")
    return {**stage, "source": {"url": sources[0], "seen": now.date()}}


def _check_sources(before: Person, state: PersonState | None, sources: Sequence[str]) -> None:
    if state is None or state in WITHOUT_SOURCE or (state is before.state and not sources):
        return
    hint = f"; to hold everything at once, before you have looked: `amplify stop --person {before.id} --reason …`"
    if not sources:
        raise WrongUse(f"say where it was learned: --source URL{hint}")
    if state in TWO_SOURCES and len({registrable_domain(url) for url in sources}) < 2:
        what = "a release" if state is PersonState.RELEASE_CONFIRMED else "a death"
        raise WrongUse(
            f"{what} wants two sources that do not repeat each other: give --source twice, from two sites{hint}"
        )


def _reason(edit: PersonEdit) -> str:
    if edit.withdrawn is not None:
        return "consent was withdrawn"
    if edit.state is None and edit.stage is not None:
        return f"legal stage {edit.stage['stage']}"
    return f"set to {edit.state.value.replace('_', ' ')}" if edit.state is not None else "reviewed"


def _survey(app: AppContext) -> ParsedWorkspace:
    """Read all files, as far as that is possible."""
    from amplify.platforms import registry
    from amplify.workspace.load import parse_files

    return parse_files(app.root, frozenset(registry.names()))


def _person(findings: ParsedWorkspace, id: str) -> Person:
    found = next((one.word for one in findings.people if one.word.id == id), None)
    if found is None:
        from amplify.workspace.suggest import did_you_mean

        raise WrongUse(f"nobody in config/people.yaml is called `{id}`" + did_you_mean(id, findings.known("people")))
    return found


def _copy(app: AppContext, id: str) -> tuple[Person, tuple[str, ...]]:
    """Copy the gates to the ledger; where other files cannot be read, this person's own only."""
    from amplify.planning.follow_people import follow_people, learn_one_person

    try:
        workspace = app.files()
    except UnreadableFiles as error:
        findings = _survey(app)
        person = _person(findings, id)
        with app.ledger.write() as connection:
            app.ledger.lock(connection, GATES)
            before, mine = read_gates(connection), {id: person}
            known = learn_one_person(connection, person, app.clock.now())
            captioned = caption_languages(findings.pictures.values())
            gates = people_gates([person], [found.word for found in findings.posts], captioned)
            put_gates(connection, known.gates_from(gates))
            follow_people(app, connection, mine, before, known)
        return person, tuple(f"{problem.place}: {problem.message}" for problem in error.problems)
    from amplify.planning.queue import copy_gates

    app.ledger.serve(workspace.settings.id)
    copy_gates(app, workspace)
    return workspace.people[id], tuple(f"{problem.place}: {problem.message}" for problem in workspace.problems)


def due_for_review(standings: Sequence[PersonStatus], days: int) -> list[PersonStatus]:
    """Keep the people whose state or consent has to be reviewed within so many days, or is overdue."""
    return [one for one in standings if timedelta(days=one.days_left) <= timedelta(days=days)]
