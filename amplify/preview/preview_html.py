"""Previews as one HTML file that makes no network requests: to look at together, to print, to send to a partner."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from itertools import groupby

from amplify.context.app_context import AppContext
from amplify.model.plan import Plan
from amplify.model.platform_profile import PlatformProfile
from amplify.model.queue_entry import QueueEntry
from amplify.pages import formatting
from amplify.pages.formatting import long_day, long_month
from amplify.pages.page_html import PageFrame, packaged_text, rendered_page, style_sheet
from amplify.planning.embargo import embargoed_posts
from amplify.planning.preview import DeliveryPreview
from amplify.platforms import registry
from amplify.preview.card_problems import DeliveryProblems
from amplify.preview.cards import Cards
from amplify.preview.preview_model import Cost, PreviewCard, PreviewDay, PreviewPage
from amplify.preview.thumbnails import Thumbnails
from amplify.rules.plan.cost import format_dollars, join_titles, total_costs


def page_of(
    app: AppContext, planned: Plan, previews: Iterable[DeliveryPreview], with_embargoed: bool = False
) -> PreviewPage:
    """The view model of the page. Embargoed posts are left out and counted, unless they were asked for."""
    workspace, now = app.whole_workspace(), app.clock.now()
    previews = list(previews)
    closed = embargoed_posts(workspace, now)
    shown = [one for one in previews if with_embargoed or one.delivery.post not in closed]
    secret = frozenset() if with_embargoed else _names(closed, workspace.queue.values())
    gallery = Thumbnails(workspace.root / "media")
    troubles = DeliveryProblems(workspace, app.profiles, planned.findings, secret, app.server_info())
    # Boosts look among all deliveries, also those of others: `shown` may be ours alone.
    cards = Cards(workspace, app.profiles, troubles, gallery, planned.deliveries, now)
    made = sorted((cards.card(one) for one in shown), key=lambda card: (card.day, card.due, card.post, card.account))
    return PreviewPage(
        name=workspace.settings.name,
        period=_period(planned.start, planned.end),
        made=f"{formatting.instant(now)} UTC",
        days=tuple(_day(found, of_day) for found, of_day in groupby(made, key=lambda card: card.day)),
        cost=_cost(shown, len(workspace.settings.readings), app.profiles),
        left_out=len(previews) - len(shown),
        embargoed=sum(one.delivery.post in closed for one in shown),
        drawings=gallery.drawings,
    )


def as_html(page: PreviewPage) -> str:
    """The page as HTML: readable without its few lines of script, in light and dark, on paper, from 320 pixels on."""
    shown = {card.platform for card in page.cards}
    looks = [registry.preview_style(name) for name in registry.names() if name in shown]
    css = "\n".join((style_sheet("amplify.preview", "cards.css"), *looks))
    frame = PageFrame(css, packaged_text("amplify.preview", "filters.js"))
    return rendered_page("amplify.preview", "page.html.j2", frame, page=page)


def _names(closed: frozenset[str], entries: Iterable[QueueEntry]) -> frozenset[str]:
    """Ids of the embargoed posts, and of the entries that queue one of them."""
    return closed | {entry.id for entry in entries if closed.intersection(entry.posts)}


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
