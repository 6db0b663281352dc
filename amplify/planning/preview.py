"""Preview (dry run): the requests that would be made, by the code that publishes, stopped just before the network."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from amplify.context.app_context import AppContext
from amplify.ledger.holds.approvals import find_unapproved
from amplify.ledger.holds.stops import find_stopped
from amplify.ledger.rows.due_delivery import DueDelivery
from amplify.model.gate import Gate
from amplify.model.plan import Planned
from amplify.model.platform import AccountConnection, Platform, PublishRequest, Receipt
from amplify.model.platform_profile import PlatformProfile
from amplify.model.queue_entry import QueueEntry, When
from amplify.model.server_info import ServerInfo
from amplify.model.workspace import Workspace
from amplify.platforms import registry
from amplify.rules.plan.cost import cost_of
from amplify.rules.plan.file_gates import derive_gates
from amplify.rules.plan.idempotency import idempotency_key, record_key

_NOWHERE: Final = "http://127.0.0.1:9"
"""Address with the discard port: a preview that tried to use the network would fail at once."""


@dataclass(frozen=True, slots=True)
class DeliveryPreview:
    """One delivery as it would go out."""

    delivery: Planned
    requests: tuple[dict[str, Any], ...]
    """Arguments for the SDK, a part each; pictures and parents that do not exist yet are named in brackets."""
    lengths: tuple[int, ...]
    """Length of each part, as the platform counts."""
    length_max: int
    unit: str
    asked: datetime | None
    """When the account's server said its limits (UTC, real time); None: nobody asked, and the usual ones count."""
    why_not: tuple[str, ...]
    """Why it would be held: stops, missing approvals, and gates that would be closed at the due time."""
    cost: Decimal
    """An estimate, in US dollars."""

    def as_json(self) -> dict[str, Any]:
        delivery = self.delivery
        return {
            "id": delivery.id,
            "account": delivery.account,
            "post": delivery.post,
            "variant": delivery.variant,
            "due": delivery.due.isoformat(),
            "zone": delivery.zone,
            "lengths": list(self.lengths),
            "length_max": self.length_max,
            "unit": self.unit,
            "limits_asked": self.asked.isoformat() if self.asked else None,
            "why_not": list(self.why_not),
            "cost": str(self.cost),
            "requests": list(self.requests),
        }


def as_if_queued(workspace: Workspace, posts: Iterable[str], now: datetime) -> Workspace:
    """The workspace with these posts due at once, whatever their status: a draft can be looked at, too."""
    wanted = list(posts)
    entry = QueueEntry(id="preview", posts=tuple(wanted), when=When(at=now + timedelta(minutes=1)))
    ready = {
        name: replace(workspace.posts[name], front=workspace.posts[name].front.model_copy(update={"status": "ready"}))
        for name in wanted
    }
    return replace(workspace, posts={**workspace.posts, **ready}, queue={**workspace.queue, entry.id: entry})


def preview_deliveries(app: AppContext, deliveries: tuple[Planned, ...]) -> list[DeliveryPreview]:
    """Preview what each delivery would send, and why it would be held. Needs no credentials and no network."""
    workspace = app.whole_workspace()
    known = {(gate.kind, gate.subject): gate for gate in derive_gates(workspace)}
    known_limits = app.server_info()
    clients: dict[str, Platform] = {}
    asked = _asked_of_people(app, deliveries)
    previews = []
    for delivery in deliveries:
        if delivery.account not in clients:
            clients[delivery.account] = _silent(app, workspace, delivery)
        profile = known_limits.on(app.profiles[delivery.platform], delivery.account)
        previews.append(
            DeliveryPreview(
                delivery,
                _requests(clients[delivery.account], delivery),
                _lengths(delivery, profile),
                profile.text_max,
                profile.unit,
                _asked(known_limits, delivery.account),
                (*asked.get(delivery.id, ()), *_why_not(known, delivery)),
                cost_of(delivery, len(workspace.settings.readings), profile.prices),
            )
        )
    for client in clients.values():
        client.close()
    return previews


def _silent(app: AppContext, workspace: Workspace, delivery: Planned) -> Platform:
    """The account's real adapter, with made-up secrets and an address that nothing answers."""
    return registry.adapter(delivery.platform)(
        AccountConnection(
            account=delivery.account,
            handle=workspace.partners[delivery.partner].handles[delivery.platform],
            server=_NOWHERE,
            secrets=dict.fromkeys(app.profiles[delivery.platform].secrets, "preview"),
            loopback_only=True,
        )
    )


def _requests(client: Platform, delivery: Planned) -> tuple[dict[str, Any], ...]:
    if delivery.message.boost is not None:
        target = delivery.message.boost
        return ({"boost": target.url or f"(what delivery {target.delivery} becomes)"},)
    said: list[dict[str, Any]] = []
    for number, part in enumerate(delivery.message.parts):
        before = [Receipt(f"(part {earlier + 1})", "", "(its cid)") for earlier in range(number)]
        call = PublishRequest(
            part=part,
            message=delivery.message,
            key=idempotency_key(delivery.id, number),
            record_key=record_key(delivery.id, number, delivery.due),
            created_at=delivery.due,
            prepared={},
            root=before[0] if before else None,
            parent=before[-1] if before else None,
        )
        said.append(client.payload(call))
    return tuple(said)


def _lengths(delivery: Planned, profile: PlatformProfile) -> tuple[int, ...]:
    """Length of each part; a content warning counts too, where there is one."""
    warning = delivery.message.content_warning
    more = profile.measure(warning) if warning else 0
    return tuple(profile.measure(part.text) + more for part in delivery.message.parts)


def _asked(known: ServerInfo, account: str) -> datetime | None:
    said = known.limits.get(account)
    return said.at if said is not None and said.limits.text is not None else None


def _asked_of_people(app: AppContext, deliveries: tuple[Planned, ...]) -> Mapping[str, tuple[str, ...]]:
    """Holds by people: stops and missing approvals of deliveries as they would be planned now, queued or not."""
    candidates = [_candidate(delivery) for delivery in deliveries]
    with app.ledger.read() as connection:
        now = app.clock.now()
        answers = [ask(connection, candidates, now) for ask in (find_stopped, find_unapproved)]
    return {one.id: tuple(found[one.id].why for found in answers if one.id in found) for one in candidates}


def _candidate(one: Planned) -> DueDelivery:
    message = one.message
    return DueDelivery(
        id=one.id,
        base=one.id,
        entry=one.entry,
        post=one.post,
        campaign=one.campaign,
        partner=one.partner,
        platform=one.platform,
        account=one.account,
        subjects=one.subjects,
        hashtags=one.hashtags,
        content_hash=one.content_hash,
        cost=0,
        boost_of=message.boost.delivery if message.boost is not None else None,
        due_at=one.due,
        late_at=one.late,
        message_json=json.dumps(message.as_json(), ensure_ascii=False),
        approvals=one.approvals,
        author=one.author,
    )


def _why_not(known: dict[tuple[str, str], Gate], delivery: Planned) -> tuple[str, ...]:
    closed = []
    for subject in delivery.subjects:
        kind, _, name = subject.partition(":")
        gate = known.get((kind, name))
        why = gate.why_not(delivery.due) if gate is not None else None
        if why is not None:
            closed.append(why)
    return tuple(closed)
