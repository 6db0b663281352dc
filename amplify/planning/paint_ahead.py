"""Banners between plan and sending: whether they can be painted, and painting those that come near."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from amplify.context.app_context import AppContext
from amplify.model.banner import SIZES
from amplify.model.event import log_event
from amplify.model.message import Attachment
from amplify.model.plan import FaultyDelivery, LintFinding, Plan, Planned
from amplify.model.post import BannerItem
from amplify.model.problem import Problem, SourceLocation
from amplify.model.workspace import Workspace
from amplify.rules.plan.banner_recipe import drawing_of, worded_from

PAINT_AHEAD: Final = timedelta(hours=48)
"""How long before its time a banner is painted."""


def with_paint_faults(plan: Plan, workspace: Workspace) -> Plan:
    """The plan, with the banners that cannot be painted as problems of what shows them: words that do not fit, letters
    or fonts that are not there. Nothing is painted. What waits in the ledger as it is planned was asked before."""
    found: dict[str, str | None] = {}
    faulty: dict[Problem, dict[str, FaultyDelivery]] = {}
    known = {one.id for one in plan.faulty}
    for one in plan.deliveries:
        for picture in banners_of(one):
            if picture.sha256 not in found:
                found[picture.sha256] = _why_unpaintable(picture, workspace)
            why = found[picture.sha256]
            if why is not None:
                recipe = picture.banner
                assert recipe is not None
                sentence = f"banner `{recipe.template}`, in `{recipe.lang}`, size {recipe.size}: {why}"
                problem = Problem(_place(one, picture, workspace), "BANNER-PAINT", sentence)
                of = FaultyDelivery(one.id, one.entry, one.post, one.account, one.due, problem)
                faulty.setdefault(problem, {})[one.id] = of
    if not faulty:
        return plan
    findings = (
        LintFinding(problem, tuple(sorted({one.account for one in of.values()})), deliveries=tuple(sorted(of)))
        for problem, of in faulty.items()
    )
    ours = {one.id for one in plan.deliveries if one.ours}
    more = (one for of in faulty.values() for one in of.values() if one.id in ours and one.id not in known)
    unique = {one.id: one for one in more}
    return replace(plan, findings=(*plan.findings, *findings), faulty=(*plan.faulty, *unique.values()))


def paint_ahead(app: AppContext, deliveries: Iterable[Planned], now: datetime) -> int:
    """Paint the banners of our deliveries that are due soon; returns how many were painted. One that cannot be painted
    is tried again before it is sent, and holds nothing but its own post."""
    from amplify.banner.cannot_paint import BannerFault

    painted = 0
    for one in deliveries:
        if one.ours and one.due < now + PAINT_AHEAD:
            for picture in banners_of(one):
                if not app.pictures.is_painted(picture):
                    try:
                        app.pictures.painted_file(picture)
                        painted += 1
                    except BannerFault:
                        log_event("unpainted", delivery=one.id, post=one.post)
    return painted


def banners_of(planned: Planned) -> Iterator[Attachment]:
    """The banners that a delivery shows."""
    for part in planned.message.parts:
        for picture in part.pictures:
            if picture.banner is not None:
                yield picture


def _why_unpaintable(picture: Attachment, workspace: Workspace) -> str | None:
    from amplify.banner.cannot_paint import BannerFault
    from amplify.banner.paint import check_paintable

    assert picture.banner is not None
    template = workspace.banners[picture.banner.template]
    try:
        check_paintable(worded_from(picture.banner, drawing_of(template)), SIZES[picture.banner.size])
    except BannerFault as fault:
        return str(fault)
    return None


def _place(planned: Planned, picture: Attachment, workspace: Workspace) -> SourceLocation:
    """Where the post asks for the banner."""
    assert picture.banner is not None
    post = workspace.posts[planned.post]
    wanted = (one for one in post.media_banners if one.banner == picture.banner.template)
    return next((one.place for one in wanted if isinstance(one, BannerItem)), post.place)
