"""Preview (dry run): the requests that would be made, by the code that publishes, stopped just before the network."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from amplify.context.app_context import AppContext
from amplify.ledger.holds.approvals import find_unapproved
from amplify.ledger.rows.due_delivery import DueDelivery
from amplify.model.account import Account
from amplify.model.plan import Planned
from amplify.model.platform import AccountConnection, Platform, PublishRequest, Receipt
from amplify.model.platform_profile import PlatformProfile
from amplify.model.queue_entry import QueueEntry, When
from amplify.model.server_info import ServerInfo
from amplify.model.workspace import Workspace
from amplify.planning.eligibility import EligibilityChecker, WithheldItem
from amplify.planning.paint_ahead import BannerView, look_at_banners
from amplify.platforms import registry
from amplify.rules.plan.cost import cost_of
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
    """Why it would be held: stops, gates that would be closed at the due time, and missing approvals."""
    cost: Decimal
    """An estimate, in US dollars."""
    embargoed: bool = False
    """Nobody but staff may know of it yet."""
    banners: tuple[BannerView, ...] = ()

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
            "embargoed": self.embargoed,
            "cost": str(self.cost),
            "requests": list(self.requests),
            "banners": [one.as_json() for one in self.banners],
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


def preview_deliveries(app: AppContext, deliveries: tuple[Planned, ...], paint: bool = False) -> list[DeliveryPreview]:
    """Preview what each delivery would send, and why it would be held. Needs no credentials and no network. `paint`:
    paint the banners that nobody has painted yet."""
    workspace = app.whole_workspace()
    care = EligibilityChecker(workspace, app.clock.now(), app.ledger)
    held = dict(zip((one.id for one in deliveries), why_not_sent(care, deliveries), strict=True))
    known_limits = app.server_info()
    clients: dict[str, Platform] = {}
    unapproved = _unapproved(app, deliveries)
    previews = []
    for delivery in deliveries:
        if delivery.account not in clients:
            clients[delivery.account] = _silent(app, workspace, delivery, known_limits)
        profile = known_limits.on(app.profiles[delivery.platform], delivery.account, workspace.accounts)
        previews.append(
            DeliveryPreview(
                delivery,
                _requests(clients[delivery.account], delivery),
                _lengths(delivery, profile),
                profile.text_max,
                profile.unit,
                _asked(known_limits, delivery.account, workspace.accounts.get(delivery.account)),
                (*(one.why for one in held[delivery.id]), *unapproved.get(delivery.id, ())),
                cost_of(delivery, len(workspace.settings.readings), profile.prices),
                delivery.post in care.embargoed,
                tuple(look_at_banners(app, delivery.message, paint)),
            )
        )
    for client in clients.values():
        client.close()
    return previews


def why_not_sent(care: EligibilityChecker, deliveries: Sequence[Planned]) -> list[tuple[WithheldItem, ...]]:
    """For each delivery what a stop or a gate would hold it for at its due time; a boost for its target's sake too."""
    known = {one.id: one for one in deliveries}
    targets = [known.get(one.message.boost.delivery or "") if one.message.boost else None for one in deliveries]
    found = care.reasons([care.to_send(one) for one in deliveries])
    repeated = care.reasons([care.to_send(target or one) for one, target in zip(deliveries, targets, strict=True)])
    return [
        tuple(one for one in dict.fromkeys((*own, *others)) if one.reason != "embargo")
        for own, others in zip(found, repeated, strict=True)
    ]


def _silent(app: AppContext, workspace: Workspace, delivery: Planned, known: ServerInfo) -> Platform:
    """The account's real adapter, with made-up secrets and an address that nothing answers."""
    return registry.adapter(delivery.platform)(
        AccountConnection(
            account=delivery.account,
            handle=workspace.partners[delivery.partner].handles[delivery.platform],
            server=_NOWHERE,
            secrets=dict.fromkeys(app.profiles[delivery.platform].secrets, "preview"),
            loopback_only=True,
            limits=known.limits_of(delivery.account, workspace.accounts),
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


def _asked(known: ServerInfo, account: str, own: Account | None) -> datetime | None:
    said = known.limits.get(account)
    if own is not None and own.server_limits is not None and own.server_limits.text is not None:
        return None  # the limit stands in our own file
    return said.at if said is not None and said.limits.text is not None else None


def _unapproved(app: AppContext, deliveries: tuple[Planned, ...]) -> Mapping[str, tuple[str, ...]]:
    """Missing approvals of deliveries as they would be planned now, queued or not."""
    candidates = [_candidate(delivery) for delivery in deliveries]
    with app.ledger.read() as connection:
        found = find_unapproved(connection, candidates, app.clock.now())
    return {id: (hold.why,) for id, hold in found.items()}


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
