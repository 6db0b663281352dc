"""Previews as one HTML file that makes no network requests: to look at together, to print, to send to a partner."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from amplify.context.app_context import AppContext
from amplify.model.plan import Plan, Planned
from amplify.model.platform_profile import PlatformProfile
from amplify.model.queue_entry import QueueEntry
from amplify.pages import formatting
from amplify.pages.formatting import long_day, long_month
from amplify.pages.page_html import PageFrame, packaged_text, rendered_page, style_sheet
from amplify.pages.withheld_reasons import UNTOLD
from amplify.planning.eligibility import EligibilityChecker, WithheldItem
from amplify.planning.preview import DeliveryPreview, why_not_sent
from amplify.platforms import registry
from amplify.preview.card_problems import DeliveryProblems
from amplify.preview.cards import Cards
from amplify.preview.preview_model import Cost, PreviewCard, PreviewDay, PreviewPage
from amplify.preview.thumbnails import Thumbnails
from amplify.rules.plan.cost import format_dollars, join_titles, total_costs


def page_of(
    app: AppContext, planned: Plan, previews: Iterable[DeliveryPreview], with_embargoed: bool = False
) -> PreviewPage:
    """The view model of the page. It is made to be passed on: embargoed posts are left out and counted, and of what is
    stopped or held for the sake of a person only time and account stand there; `with_embargoed`: all of it."""
    workspace, now = app.whole_workspace(), app.clock.now()
    previews = list(previews)
    care = EligibilityChecker(workspace, now, app.ledger)
    # Boosts look among all deliveries, also those of others: `previews` may be ours alone.
    found = _withheld(care, [one.delivery for one in previews], planned.deliveries)
    closed = {one.delivery.post for one in previews if "embargo" in found[one.delivery.id].untold} | care.embargoed
    shown = [one for one in previews if with_embargoed or one.delivery.post not in closed]
    sealed = {id for id, one in found.items() if one.untold and not with_embargoed}
    hidden = closed | {one.delivery.post for one in shown if one.delivery.id in sealed}
    secret = frozenset() if with_embargoed else _names(frozenset(hidden), workspace.queue.values())
    gallery = Thumbnails(workspace.root / "media", app.thumbnails, app.pictures.painted_file)
    troubles = DeliveryProblems(care, app.profiles, planned.findings, secret, app.server_info())
    cards = Cards(care, app.profiles, troubles, gallery, planned.deliveries)
    made = sorted(
        (cards.card(one, found[one.delivery.id].reasons, one.delivery.id in sealed) for one in shown),
        key=lambda card: (card.day, card.due, card.post, card.account),
    )
    return PreviewPage(
        name=workspace.settings.name if care.names_nobody_held(workspace.settings.name) else "",
        period=_period(planned.start, planned.end),
        made=f"{formatting.instant(now)} UTC",
        days=tuple(_day(found, of_day) for found, of_day in groupby(made, key=lambda card: card.day)),
        cost=_cost(shown, len(workspace.settings.readings), app.profiles),
        left_out=len(previews) - len(shown),
        embargoed=sum(one.delivery.post in closed for one in shown),
        sealed=sum(card.sealed for card in made),
        deliveries=frozenset(one.delivery.id for one in shown),
        drawings=gallery.drawings,
    )


def as_html(page: PreviewPage) -> str:
    """The page as HTML: readable without its few lines of script, in light and dark, on paper, from 320 pixels on."""
    shown = {card.platform for card in page.cards}
    looks = [registry.preview_style(name) for name in registry.names() if name in shown]
    css = "\n".join((style_sheet("amplify.preview", "cards.css"), *looks))
    frame = PageFrame(css, packaged_text("amplify.preview", "filters.js"))
    return rendered_page("amplify.preview", "page.html.j2", frame, page=page)


@dataclass(frozen=True, slots=True)
class _Withheld:
    """What holds a delivery, and for which of UNTOLD its words must not be passed on."""

    reasons: tuple[WithheldItem, ...]
    untold: frozenset[str]


def _withheld(
    care: EligibilityChecker, deliveries: Sequence[Planned], everything: Sequence[Planned]
) -> Mapping[str, _Withheld]:
    """By delivery; of a boost also what its target is withheld for."""
    known = {one.id: one for one in everything}
    both = [(one, known.get(one.message.boost.delivery or "", one) if one.message.boost else one) for one in deliveries]
    told = [care.reasons([care.to_show(one[number]) for one in both]) for number in (0, 1)]
    found = {}
    for (one, _), held, own, others in zip(both, why_not_sent(care, deliveries), *told, strict=True):
        untold = [item for item in (*own, *others) if item.reason in UNTOLD]
        reasons = tuple(dict.fromkeys((*held, *(item for item in untold if item.reason != "embargo"))))
        found[one.id] = _Withheld(reasons, frozenset(item.reason for item in untold))
    return found


def _names(hidden: frozenset[str], entries: Iterable[QueueEntry]) -> frozenset[str]:
    """Ids of the posts that are not shown, and of the entries that queue one of them."""
    return hidden | {entry.id for entry in entries if hidden.intersection(entry.posts)}


def _day(found: str, cards: Iterable[PreviewCard]) -> PreviewDay:
    return PreviewDay(found, long_day(date.fromisoformat(found)), tuple(cards))


def _period(start: datetime, end: datetime) -> str:
    return formatting.days(start.date(), (end - timedelta(microseconds=1)).date())


def _cost(shown: Iterable[DeliveryPreview], readings: int, profiles: Mapping[str, PlatformProfile]) -> Cost:
    found = total_costs((one.delivery for one in shown), readings, profiles)
    return Cost(
        paid=found.paid,
        asks=_asks(profiles),
        total=format_dollars(found.total),
        removal=format_dollars(found.removal),
        prices_of=formatting.day(found.prices_of) if found.prices_of is not None else "",
        days=tuple(
            (formatting.day(date.fromisoformat(name)), format_dollars(cost)) for name, cost in found.by_day.items()
        ),
        months=tuple(
            (long_month(date.fromisoformat(f"{name}-01")), format_dollars(cost))
            for name, cost in found.by_month.items()
        ),
    )


def _asks(profiles: Mapping[str, PlatformProfile]) -> str:
    """The sentence about costs: `X asks for money by the request; Bluesky and Mastodon ask for none.`"""
    paid = [one.title for one in profiles.values() if one.prices is not None]
    free = [one.title for one in profiles.values() if one.prices is None]
    said = [
        f"{join_titles(titles)} {'asks' if len(titles) == 1 else 'ask'} for {what}"
        for titles, what in ((paid, "money by the request"), (free, "none"))
        if titles
    ]
    return f"{'; '.join(said)}."
