"""How many people must approve a post before it goes out, and what exactly they approve. Pure.

None for our own posts, one for whatever was received from outside, two for sensitive classes and for posts that are
written for a state such as `died`; the campaign may want more, never less.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from amplify.model.post import Post
from amplify.model.workspace import Workspace

TWO: Final = 2
"""As many as are ever needed: the second never wrote it."""


@dataclass(frozen=True, slots=True)
class ApprovalNeed:
    """How many approvals, and why so many."""

    approvals: int
    why: str | None


def approvals_needed_by(workspace: Workspace, post: Post) -> ApprovalNeed:
    """How many approvals this post needs, a boost at least as many as what it repeats. Where the workspace does not
    say who we are, everything counts as from outside.
    """
    front = post.front
    original = workspace.posts.get(front.boost.post) if front.boost is not None and front.boost.post else None
    campaign = workspace.campaigns[front.campaign]
    needs = [ApprovalNeed(campaign.approvals, f"the campaign {campaign.id} asks for {campaign.approvals}")]
    outside = [owner for owner in (front.owner, campaign.owner) if owner is not None and owner != workspace.us]
    if outside:
        needs.append(ApprovalNeed(1, f"it comes from {outside[0]}"))
    if front.for_states:
        states = ", ".join(state.value.replace("_", " ") for state in front.for_states)
        needs.append(ApprovalNeed(TWO, f"it is written for a state: {states}"))
    if front.risk.sensitive:
        needs.append(ApprovalNeed(TWO, f"it is sensitive: {', '.join(front.risk.sensitive)}"))
    if original is not None and original.front.boost is None:
        needs.append(approvals_needed_by(workspace, original))
    most = max(needs, key=lambda one: one.approvals)
    return most if most.approvals else ApprovalNeed(0, None)


def seen_hash(content_hash: str, account: str, due: datetime) -> str:
    """The hash an approval is bound to: text and pictures (`content_hash`), the account, and the due time (UTC)."""
    packed = json.dumps([content_hash, account, due.astimezone(UTC).isoformat()])
    return hashlib.sha256(packed.encode()).hexdigest()


def same_person(one: str, other: str | None) -> bool:
    """Whether two names belong to one person, as far as names can tell."""
    return other is not None and one.strip().casefold() == other.strip().casefold()


def counting_approvers(approvers: Sequence[str], needed: int, author: str | None) -> list[str]:
    """Names whose approvals count, in the order given: each person once, and the author never as the second."""
    found: list[str] = []
    for approver in approvers:
        again = any(same_person(approver, one) for one in found)
        second = needed >= TWO and len(found) >= 1 and same_person(approver, author)
        if not again and not second:
            found.append(approver)
    return found
