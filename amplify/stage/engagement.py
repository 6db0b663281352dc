"""Simulated engagement: plausible, deterministic, and never falling as campaign time goes on.

Each post has an appeal of its own, drawn from a hash of its id, and reaches it along a saturating curve of
its age. Pictures and boosts widen it; a boost starts a curve of its own. Replies and boosts that were really
made on the stage are counted on top.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from amplify.stage.state import StageState
from amplify.stage.timeline_items import StagePost

_HALF_DAY: Final = 9 * 3600.0
"""Seconds in which a post gathers 63 % of what it ever will."""


@dataclass(frozen=True, slots=True)
class EngagementCounts:
    """Engagement at one instant of campaign time."""

    likes: int
    reposts: int
    replies: int
    quotes: int
    bookmarks: int
    views: int


def engagement_at(state: StageState, post: StagePost, now: datetime) -> EngagementCounts:
    """The counts that a platform would report at `now`."""
    luck = [byte / 255 for byte in hashlib.sha256(f"{post.platform} {post.id}".encode()).digest()[:6]]
    appeal = 12 + 85 * luck[0] ** 2
    if post.pictures:
        appeal *= 1.6
    if post.reply_to:
        appeal *= 0.45
    boosts = state.boosts_of(post)
    reach = appeal * _grown(post.accepted_at, now)
    reach += sum(appeal * (0.25 + 0.15 * luck[1]) * _grown(b.accepted_at, now) for b in boosts)
    return EngagementCounts(
        likes=int(reach),
        reposts=int(reach * (0.22 + 0.2 * luck[2])) + len(boosts),
        replies=int(reach * (0.03 + 0.08 * luck[3])) + len(state.replies_to(post)),
        quotes=int(reach * 0.07 * luck[4]),
        bookmarks=int(reach * 0.12 * luck[5]),
        views=int(reach * (22 + 18 * luck[1])),
    )


def _grown(since: datetime, now: datetime) -> float:
    """The saturating curve of growth: 0 at first, towards 1 with age."""
    return 1 - math.exp(-max(0.0, (now - since).total_seconds()) / _HALF_DAY)
