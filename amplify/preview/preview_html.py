"""Previews as one HTML file that asks nothing of the network: to look at together, to print, to send to a partner."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from importlib.resources import files
from itertools import groupby

from amplify.context.app_context import AppContext
from amplify.model.plan import Plan
from amplify.model.platform_profile import PlatformProfile
from amplify.model.queue_entry import QueueEntry
from amplify.pages.formatting import day as spelled
from amplify.pages.formatting import days, instant
from amplify.planning.embargo import embargoed_posts
from amplify.planning.preview import DeliveryPreview
from amplify.platforms import registry
from amplify.preview.card_problems import Troubles
from amplify.preview.cards import Cards
from amplify.preview.preview_model import Card, Cost, Day, Page
from amplify.preview.thumbnails import Gallery
from amplify.rules.plan.cost import format_dollars, join_titles, total_costs

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def page_of(desk: AppContext, planned: Plan, previews: Iterable[DeliveryPreview], with_embargoed: bool = False) -> Page:
    """The page of these previews. Embargoed posts are left out and counted, unless they were asked for."""
    workspace, now = desk.workspace(), desk.clock.now()
    previews = list(previews)
    closed = embargoed_posts(workspace, now)
    shown = [one for one in previews if with_embargoed or one.delivery.post not in closed]
    secret = frozenset() if with_embargoed else _names(closed, workspace.queue.values())
    gallery = Gallery(workspace.root / "media")
    troubles = Troubles(workspace, desk.profiles, planned.findings, secret, desk.server_info())
    # Boosts look among all deliveries, also those of others: `shown` may be ours alone.
    cards = Cards(workspace, desk.profiles, troubles, gallery, planned.deliveries, now)
    made = sorted((cards.card(one) for one in shown), key=lambda card: (card.day, card.due, card.post, card.account))
    return Page(
        name=workspace.settings.name,
        period=_period(planned.start, planned.end),
        made=f"{instant(now)} UTC",
        days=tuple(_day(found, of_day) for found, of_day in groupby(made, key=lambda card: card.day)),
        cost=_cost(shown, len(workspace.settings.readings), desk.profiles),
        left_out=len(previews) - len(shown),
        embargoed=sum(one.delivery.post in closed for one in shown),
        drawings=gallery.drawings,
    )


def as_html(page: Page) -> str:
    """Readable without its few lines of script, in light and dark, on paper, from 320 pixels on."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup, escape

    def marked(sentence: str) -> Markup:
        return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(sentence))))  # noqa: S704  # escaped here

    here = files("amplify.preview")
    css, script = (
        (here / name).read_text(encoding="utf-8").replace("\r\n", "\n") for name in ("page.css", "filters.js")
    )
    shown = {card.platform for card in page.cards}
    css = "".join((css, *(registry.preview_style(name) for name in registry.names() if name in shown)))
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.filters["marked"] = marked
    return environment.from_string((here / "page.html.j2").read_text(encoding="utf-8")).render(
        page=page,
        css=Markup(css),  # noqa: S704  # our own file
        script=Markup(script),  # noqa: S704  # our own file
        policy=f"default-src 'none'; style-src '{_hash(css)}'; script-src '{_hash(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'",
    )


def _hash(text: str) -> str:
    """As a content security policy wants it: of exactly what stands between the tags."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _names(closed: frozenset[str], entries: Iterable[QueueEntry]) -> frozenset[str]:
    """The closed posts, and the entries that queue one of them."""
    return closed | {entry.id for entry in entries if closed.intersection(entry.posts)}


def _day(found: str, cards: Iterable[Card]) -> Day:
    value = date.fromisoformat(found)
    return Day(
        found,
        f"{_WEEKDAYS[value.weekday()]} {value.day} {_MONTHS[value.month - 1]} {value.year}",
        tuple(cards),
    )


def _period(start: datetime, end: datetime) -> str:
    return days(start.date(), (end - timedelta(microseconds=1)).date())


def _cost(shown: Iterable[DeliveryPreview], readings: int, profiles: Mapping[str, PlatformProfile]) -> Cost:
    found = total_costs((one.delivery for one in shown), readings, profiles)
    return Cost(
        paid=found.paid,
        asks=_asks(profiles),
        total=format_dollars(found.total),
        removal=format_dollars(found.removal),
        prices_of=spelled(found.prices_of) if found.prices_of is not None else "",
        days=tuple((spelled(date.fromisoformat(name)), format_dollars(cost)) for name, cost in found.by_day.items()),
        months=tuple(
            (f"{_MONTHS[int(name[5:]) - 1]} {name[:4]}", format_dollars(cost)) for name, cost in found.by_month.items()
        ),
    )


def _asks(profiles: Mapping[str, PlatformProfile]) -> str:
    """`X asks for money by the request; Bluesky and Mastodon ask for none.`"""
    paid = [one.title for one in profiles.values() if one.prices is not None]
    free = [one.title for one in profiles.values() if one.prices is None]
    said = [
        f"{join_titles(titles)} {'asks' if len(titles) == 1 else 'ask'} for {what}"
        for titles, what in ((paid, "money by the request"), (free, "none"))
        if titles
    ]
    return f"{'; '.join(said)}."
