"""Embargo: what must not leave the machine yet, in whatever form."""

from __future__ import annotations

from datetime import datetime

from amplify.model.workspace import Workspace


def embargoed_posts(workspace: Workspace, now: datetime) -> frozenset[str]:
    """Posts whose `embargo_until` lies after `now` (UTC), and boosts of them: these tell that they are coming.

    So are posts that were left out for an error: nobody knows what they say. `now` is the present, and never the day
    that somebody looks ahead to.
    """
    closed = {
        post.id
        for post in workspace.posts.values()
        if post.front.embargo_until is not None and now < post.front.embargo_until
    }
    boosts = {
        post.id for post in workspace.posts.values() if post.front.boost is not None and post.front.boost.post in closed
    }
    return frozenset({*closed, *boosts, *workspace.faulty_posts})
