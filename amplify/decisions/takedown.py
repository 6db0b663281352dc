"""Takedown: delete what is published, and see to it that nothing of it comes back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from amplify.context.app_context import AppContext
from amplify.decisions.find_subject import read_directory
from amplify.engine.takedown_worker import run_takedowns
from amplify.ledger.holds.stops import Stop, in_force
from amplify.ledger.listener import notify_workers
from amplify.ledger.queries.audit_log import record_event
from amplify.ledger.queries.delivery_lookup import read_posts_and_accounts
from amplify.ledger.queries.published import PublishedDelivery, PublishedFilter, find_published_deliveries
from amplify.ledger.rows.takedowns import boosts_of, read_takedown_outcomes, request_takedown
from amplify.model.delivery import DeliveryState
from amplify.rules.text.name_finder import NameSearch


@dataclass(frozen=True, slots=True)
class TakedownResult:
    """State of one delivery after the takedown."""

    id: str
    state: DeliveryState
    """`removed`; or `removing`, while something of it may still be up: every pass goes on with it."""
    why: str
    """What is still up, and why."""
    post: str
    account: str


def find_meant(
    app: AppContext, asked: Sequence[tuple[str | None, str]]
) -> tuple[tuple[tuple[Stop, ...], ...], list[NameSearch]]:
    """For each kind (None: any) and words, the stops that would mean it, for a `PublishedFilter`; and the searches in
    which nothing goes by the words. These are looked for in texts then, as a stop does."""
    directory = read_directory(app)
    with app.ledger.read() as connection:
        stops = in_force(connection)
    groups, unknown = [], []
    for kind, text in asked:
        found = directory.find(text, kind, "narrow")
        group = [directory.stop_for(one.kind, one.id, stops) for one in found.hits]
        group += [directory.stop_for(kind or "words", words, stops) for words in found.missing]
        groups.append(tuple(group))
        if found.missing and kind != "words":
            unknown.append(found)
    return tuple(groups), unknown


def what_is_up(app: AppContext, wanted: PublishedFilter) -> list[PublishedDelivery]:
    """Find what a takedown of `wanted` would delete, our own boosts of it among them. Read-only."""
    with app.ledger.read() as connection:
        found = find_published_deliveries(connection, wanted)
        more = set(boosts_of(connection, [one.id for one in found])) - {one.id for one in found}
        return [
            *(find_published_deliveries(connection, PublishedFilter(deliveries=tuple(sorted(more)))) if more else []),
            *found,
        ]


def take_down_deliveries(
    app: AppContext, deliveries: Sequence[str], why: str, actor: str, told: Callable[[str], None] | None = None
) -> list[TakedownResult]:
    """Take deliveries down, our own boosts of them first. `why`: for the audit log; `actor`: who says so.

    The request is durable before the first deletion: killed in the middle, the next pass goes on.
    """
    with app.ledger.write() as connection:
        stamp = app.timestamp(connection)
        all_ = list(dict.fromkeys([*boosts_of(connection, deliveries), *deliveries]))
        asked = [one for one in all_ if request_takedown(app.ledger, connection, one, stamp.at, actor, why)]
        if asked:
            notify_workers(app.ledger, connection)
            about = read_posts_and_accounts(connection, asked)
            for one in asked:
                record_event(connection, "take down", actor, f"delivery:{one}", why, about[one], stamp)
    run_takedowns(app, told)
    with app.ledger.read() as connection:
        return [TakedownResult(*row) for row in read_takedown_outcomes(connection, all_)]
