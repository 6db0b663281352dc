"""Makes the card of a delivery: as readers will see it, and what staff want to know beside it."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from amplify.model.message import Part
from amplify.model.partner import Partner
from amplify.model.plan import Planned
from amplify.model.platform_profile import PlatformProfile
from amplify.pages import formatting
from amplify.pages.view_models import Author, LinkPreview
from amplify.planning.eligibility import EligibilityChecker, WithheldItem
from amplify.planning.preview import DeliveryPreview
from amplify.preview.card_problems import DeliveryProblems, hold_reasons
from amplify.preview.preview_model import Boosted, Counter, PreviewCard, ThreadMessage
from amplify.preview.text_pieces import guessed_card, link_domain, opens_link, text_pieces
from amplify.preview.thumbnails import Thumbnails
from amplify.rules.plan.cost import cost_of, format_dollars
from amplify.rules.text.language import pick_any

HUES = 10
"""How many colours for initials the style sheet has."""


class Cards:
    """Makes the cards of one page."""

    def __init__(
        self,
        care: EligibilityChecker,
        profiles: Mapping[str, PlatformProfile],
        troubles: DeliveryProblems,
        gallery: Thumbnails,
        everything: Sequence[Planned],
    ) -> None:
        """`everything`: what a boost may repeat."""
        self._workspace, self._now = care.workspace, care.now
        self._profiles, self._troubles, self._gallery = profiles, troubles, gallery
        self._planned = {delivery.id: delivery for delivery in everything}

    def card(self, preview: DeliveryPreview, found: Sequence[WithheldItem], sealed: bool) -> PreviewCard:
        """The card of a delivery. `found`: what holds it; `sealed`: nothing of it may be shown."""
        if sealed:
            return self._sealed(preview, found)
        delivery, workspace = preview.delivery, self._workspace
        message, profile = delivery.message, self._profiles[delivery.platform]
        wall = delivery.due.astimezone(ZoneInfo(delivery.zone))
        embargo = workspace.posts[delivery.post].front.embargo_until
        cost = cost_of(delivery, len(workspace.settings.readings), profile.prices)
        waits = hold_reasons(found)
        return PreviewCard(
            post=delivery.post,
            entry=delivery.entry,
            variant=delivery.variant,
            campaign=pick_any(workspace.campaigns[delivery.campaign].name, "en"),
            account=delivery.account,
            platform=delivery.platform,
            title=profile.title,
            author=_author(workspace.partners[delivery.partner], delivery),
            due=delivery.due.isoformat(),
            day=wall.date().isoformat(),
            clock=f"{wall:%H:%M}",
            zone=f"{delivery.zone}, {utc_offset(wall)}" if delivery.zone != "UTC" else "UTC",
            lang=delivery.lang,
            langs=message.langs,
            warning=message.content_warning or "",
            visibility=message.visibility if profile.unlisted else "public",
            parts=tuple(self._message(part, profile) for part in message.parts),
            boosted=self._boosted(delivery),
            boost_verb=profile.look.repost_verb,
            counters=_counters(preview, profile),
            asked=f"{formatting.instant(preview.asked)} UTC" if preview.asked is not None else "",
            cost=format_dollars(cost) if cost else "",
            held=waits.reasons,
            # A reason withheld for a person stands for the problems about that person too.
            troubles=tuple(one for one in self._troubles.of(delivery) if not (one.of_person and waits.of_person)),
            embargo=f"{formatting.instant(embargo)} UTC" if embargo is not None and self._now < embargo else "",
        )

    def _sealed(self, preview: DeliveryPreview, found: Sequence[WithheldItem]) -> PreviewCard:
        """Only when, where, and that it is held."""
        delivery, profile = preview.delivery, self._profiles[preview.delivery.platform]
        wall = delivery.due.astimezone(ZoneInfo(delivery.zone))
        return PreviewCard(
            post="",
            entry="",
            variant="",
            campaign="",
            account=delivery.account,
            platform=delivery.platform,
            title=profile.title,
            author=_author(self._workspace.partners[delivery.partner], delivery),
            due=delivery.due.isoformat(),
            day=wall.date().isoformat(),
            clock=f"{wall:%H:%M}",
            zone=f"{delivery.zone}, {utc_offset(wall)}" if delivery.zone != "UTC" else "UTC",
            lang=delivery.lang,
            langs=(),
            warning="",
            visibility="public",
            parts=(),
            boosted=None,
            boost_verb="",
            counters=(),
            asked="",
            cost="",
            held=hold_reasons(found, sealed=True).reasons,
            troubles=(),
            embargo="",
            sealed=True,
        )

    def _message(self, part: Part, profile: PlatformProfile) -> ThreadMessage:
        card = guessed_card(part, profile.look)
        if part.card is not None:
            picture = self._gallery.show(part.card.picture) if part.card.picture is not None else None
            card = LinkPreview(part.card.url, link_domain(part.card.url), part.card.title, part.card.text, picture)
        pictures = tuple(self._gallery.show(picture) for picture in part.pictures)
        return ThreadMessage(text_pieces(part, profile.look), pictures, card)

    def _boosted(self, delivery: Planned) -> Boosted | None:
        boost = delivery.message.boost
        if boost is None:
            return None
        if boost.url is not None:
            return Boosted("", (), boost.url if opens_link(boost.url) else "")
        target = self._planned.get(boost.delivery or "")
        if target is None or not target.message.parts:
            return Boosted("", (), "")
        by = pick_any(self._workspace.partners[target.partner].name, target.lang)
        return Boosted(by, text_pieces(target.message.parts[0], self._profiles[target.platform].look), "", target.lang)


def utc_offset(wall: datetime) -> str:
    """The offset from UTC: `UTC+3`, `UTC−3:30`, `UTC`."""
    distance = wall.utcoffset() or timedelta()
    hours, minutes = divmod(abs(int(distance.total_seconds())) // 60, 60)
    if not hours and not minutes:
        return "UTC"
    return f"UTC{'−' if distance < timedelta() else '+'}{hours}" + (f":{minutes:02}" if minutes else "")


def _author(partner: Partner, delivery: Planned) -> Author:
    name = pick_any(partner.name, delivery.lang)
    words = [letters for word in name.split() if (letters := word.strip("«»“”„\"'()"))]
    initials = (words[0][0] + (words[-1][0] if len(words) > 1 else "")) if words else "?"
    return Author(
        name, f"@{partner.handles[delivery.platform]}", initials.upper(), zlib.crc32(partner.id.encode()) % HUES
    )


def _counters(preview: DeliveryPreview, profile: PlatformProfile) -> tuple[Counter, ...]:
    parts = preview.delivery.message.parts
    found = []
    for number, (part, length) in enumerate(zip(parts, preview.lengths, strict=True), 1):
        label = f"Part {number}" if len(parts) > 1 else "Length"
        found.append(Counter(label, length, preview.length_max, preview.unit))
        size = len(part.text.encode("utf-8", "surrogatepass"))
        if profile.bytes_max is not None and size / profile.bytes_max > max(0.5, length / preview.length_max):
            found.append(Counter("Bytes", size, profile.bytes_max, "bytes"))
    return tuple(found)
