"""Banners between plan and sending: whether they can be painted, and painting those that come near."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from amplify.context.app_context import AppContext
from amplify.model.banner import SIZES
from amplify.model.event import log_event
from amplify.model.message import Attachment, Message
from amplify.model.plan import FaultyDelivery, LintFinding, Plan, Planned, Queued
from amplify.model.post import BannerItem
from amplify.model.problem import Problem, SourceLocation
from amplify.model.workspace import Workspace
from amplify.rules.plan.banner_recipe import drawing_of, worded_from
from amplify.rules.plan.message_diff import banner_lines

PAINT_AHEAD: Final = timedelta(hours=48)
"""How long before its time a banner is painted."""


def with_paint_faults(plan: Plan, workspace: Workspace, queued: Queued | None = None) -> Plan:
    """The plan, with the banners that cannot be painted as problems of what shows them: words that do not fit, letters
    or fonts that are not there. Nothing is painted. `queued`: what waits in the ledger as it is planned is not asked
    again; without it, everything is."""
    before = queued or {}
    found: dict[str, str | None] = {}
    faulty: dict[Problem, dict[str, FaultyDelivery]] = {}
    known = {one.id for one in plan.faulty}
    for one in plan.deliveries:
        if before.get(one.id, ("",))[0] == one.content_hash or (queued is not None and not one.ours):
            continue
        for picture in banners_of(one.message):
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


def paint_ahead(app: AppContext, go_on: Callable[[], bool] = lambda: True) -> int:
    """Paint the banners of everything that waits and is due soon; returns how many. One that cannot be painted is tried
    again before it is sent, and holds nothing but its own post. `go_on` is asked before each."""
    from amplify.banner.cannot_paint import BannerFault
    from amplify.ledger.queries.queued_messages import waiting_with_banners

    with app.ledger.read() as connection:
        near = waiting_with_banners(connection, app.clock.now() + PAINT_AHEAD)
    painted = 0
    for id, post, message in near:
        for picture in banners_of(message):
            if not go_on():
                return painted
            if not app.pictures.is_painted(picture):
                try:
                    app.pictures.painted_file(picture)
                    painted += 1
                except BannerFault:
                    log_event("unpainted", delivery=id, post=post)
    return painted


@dataclass(frozen=True, slots=True)
class BannerView:
    """A banner of a message, as people look at it."""

    picture: Attachment
    lines: tuple[str, ...]
    """Its recipe in words."""
    file: Path | None
    """Its painted picture; None: nobody has painted it, or it cannot be."""
    problem: str | None = None
    """Why it cannot be painted, in a sentence."""

    def as_json(self) -> dict[str, Any]:
        recipe = self.picture.banner
        assert recipe is not None
        return {
            "template": recipe.template,
            "person": recipe.person,
            "lang": recipe.lang,
            "size": recipe.size,
            "recipe": self.picture.sha256,
            "lines": list(self.lines),
            "alt": self.picture.alt,
            "painted": str(self.file) if self.file is not None else None,
            "problem": self.problem,
        }


def look_at_banners(app: AppContext, message: Message, paint: bool = True) -> list[BannerView]:
    """The banners of a message: recipes in words, and the painted pictures. `paint`: paint those that nobody has
    painted; else only what is there is shown. Never raises for a banner."""
    from amplify.banner.cannot_paint import BannerFault

    seen = []
    for picture in banners_of(message):
        assert picture.banner is not None
        file, problem = None, None
        try:
            if paint or app.pictures.is_painted(picture):
                file = app.pictures.painted_file(picture)
        except BannerFault as fault:
            problem = str(fault)
        seen.append(BannerView(picture, tuple(banner_lines(picture.banner)), file, problem))
    return seen


def banners_of(message: Message) -> Iterator[Attachment]:
    """The banners that a message shows."""
    for part in message.parts:
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
