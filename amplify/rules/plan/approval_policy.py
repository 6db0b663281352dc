"""How many people must approve a post before it goes out, and what exactly they approve. Pure.

One for whatever may have been received from outside: where others can change the files that is everything, unless the
local file says otherwise. Two for sensitive classes and for posts that are written for a state such as `died`; the
campaign may want more, never less.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from amplify.model.post import Post
from amplify.model.workspace import Workspace
from amplify.rules.text.confusables import look_alike_key, without_invisible

TWO: Final = 2
"""As many as are ever needed: the second never wrote it."""

_BESIDE_LETTERS: Final = re.compile(r"[\W_\u0300-\u036f]+")
"""Blanks, signs, and marks on letters: nobody is told apart by them."""
_ONE_STROKE: Final = str.maketrans({"i": "l", "1": "l", "|": "l", "0": "o"})


@dataclass(frozen=True, slots=True)
class ApprovalNeed:
    """How many approvals, and why so many."""

    approvals: int
    why: str | None


def approvals_needed_by(workspace: Workspace, post: Post) -> ApprovalNeed:
    """How many approvals this post needs, a boost at least as many as what it repeats. Where the workspace does not
    say who we are, everything counts as from outside.

    What this organisation wrote into its local file is decided by no other file: which campaigns are ours, and the
    least number. The shared files may only ask for more.
    """
    front, local = post.front, workspace.local
    original = workspace.posts.get(front.boost.post) if front.boost is not None and front.boost.post else None
    campaign = workspace.campaigns[front.campaign]
    needs = [ApprovalNeed(campaign.approvals, f"the campaign {campaign.id} asks for {campaign.approvals}")]
    outside = [owner for owner in (front.owner, campaign.owner) if owner is not None and owner != workspace.us]
    if local.campaigns is not None and campaign.id in local.campaigns:
        outside = [owner for owner in outside if owner == front.owner]
    if outside:
        needs.append(ApprovalNeed(1, f"it comes from {outside[0]}"))
    elif local.campaigns is not None and campaign.id not in local.campaigns:
        needs.append(ApprovalNeed(1, f"nobody here has said that the campaign {campaign.id} is ours"))
    if front.for_states:
        states = ", ".join(state.value.replace("_", " ") for state in front.for_states)
        needs.append(ApprovalNeed(TWO, f"it is written for a state: {states}"))
    if front.risk.sensitive:
        needs.append(ApprovalNeed(TWO, f"it is sensitive: {', '.join(front.risk.sensitive)}"))
    if original is not None and original.front.boost is None:
        needs.append(approvals_needed_by(workspace, original))
    needs.append(_asked_by_us(workspace))
    most = max(needs, key=lambda one: one.approvals)
    return most if most.approvals else ApprovalNeed(0, None)


def _asked_by_us(workspace: Workspace) -> ApprovalNeed:
    """What the local file asks for. Where it names no number and others can change the files, somebody reads first."""
    asked = workspace.local.approvals
    if asked is None:
        return ApprovalNeed(int(workspace.shared), "others can change these files")
    return ApprovalNeed(asked, f"config/accounts.yaml asks for {asked}")


def seen_hash(content_hash: str, account: str, due: datetime, late: datetime, original: str | None = None) -> str:
    """The hash an approval is bound to: text and pictures (`content_hash`), the account, the due time and the instant
    from which on it is too late (UTC); for a boost also the content hash of its `original`."""
    times = [due.astimezone(UTC).isoformat(), late.astimezone(UTC).isoformat()]
    return _digest([content_hash, account, *times, original])


def words_hash(message: Mapping[str, Any], original: str | None = None) -> str:
    """The hash a rejection is bound to: what readers meet in a frozen message, whatever post, entry, account or time
    carries it. What cannot be seen (blanks, invisible characters, look-alikes of other scripts) changes nothing.
    `original`: the same hash of the post that a boost repeats."""
    parts, boost = message["parts"], message["boost"]
    pictures = [picture for part in parts for picture in part["pictures"]]
    cards = [part["card"] for part in parts if part["card"] is not None]
    pictures += [card["picture"] for card in cards if card["picture"] is not None]
    texts = [" ".join(part["text"] for part in parts), message["content_warning"] or ""]
    texts += [card[name] for card in cards for name in ("url", "title", "text")]
    texts += [picture["alt"] for picture in pictures]
    texts += [captions["words"] for picture in pictures for captions in picture.get("captions", ())]
    return _digest(
        [
            [_visible(text) for text in texts],
            [picture["sha256"] for picture in pictures],
            None if boost is None else [boost["url"], original or boost["delivery"]],
        ]
    )


def _visible(text: str) -> str:
    """A text as it looks."""
    return " ".join(look_alike_key(without_invisible(unicodedata.normalize("NFKC", text))).split())


def _digest(said: Sequence[Any]) -> str:
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()


def same_person(one: str, other: str | None) -> bool:
    """Whether two names belong to one person, as far as names can tell: names that look alike do."""
    return other is not None and not _person_keys(one).isdisjoint(_person_keys(other))


@lru_cache(maxsize=1024)
def _person_keys(name: str) -> frozenset[str]:
    """What an actor's name is compared as. A letter may look like one of another script in one case only, so all cases
    count."""
    said = without_invisible(unicodedata.normalize("NFKC", name))
    said = _BESIDE_LETTERS.sub("", unicodedata.normalize("NFD", said)) or said.strip()
    cases = (said.casefold(), said.upper().casefold())
    alike = (look_alike_key(each).casefold() for each in (said, said.casefold(), said.upper()))
    return frozenset(each.translate(_ONE_STROKE) for each in (*cases, *alike))


def counting_approvers(approvers: Sequence[str], needed: int, author: str | None) -> list[str]:
    """Names whose approvals count, in the order given: each person once, and the author never as the second."""
    found: list[str] = []
    for approver in approvers:
        again = any(same_person(approver, one) for one in found)
        second = needed >= TWO and len(found) >= 1 and same_person(approver, author)
        if not again and not second:
            found.append(approver)
    return found
