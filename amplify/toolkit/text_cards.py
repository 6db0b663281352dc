"""Makes the text cards of a page from the library: every wording for every place, ready to copy and to share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from amplify.model.plan import Planned
from amplify.model.platform_profile import PlatformProfile
from amplify.model.post import Post, TextPart, Variant
from amplify.model.workspace import Workspace
from amplify.planning.eligibility import EligibilityChecker, EligibilityRequest
from amplify.rules.plan.approval_policy import TWO, approvals_needed_by
from amplify.rules.plan.compose import Composed, ComposeFault, compose_message
from amplify.rules.plan.expand import expand_entry
from amplify.rules.plan.file_gates import derive_gates
from amplify.rules.plan.horizon import plan_end
from amplify.rules.plan.template_context import RenderContext
from amplify.rules.text.language import pick_any
from amplify.toolkit.share_links import ANYWHERE, ANYWHERE_PROFILE, share_links
from amplify.toolkit.toolkit_model import Item, OmittedItem, ShareText, Wording, WordingCard

_COUNTS: Final = re.compile(r"\b(?:days_detained|days_since)\b|\{\{\s*date\b")
_SOON: Final = timedelta(days=120)
_LATELY: Final = timedelta(days=30)
_RETURNING: Final = frozenset({"yearly", "monthly", "moment"})
"""Ways to be due that bind a text to its day: on others it is out of place."""


@dataclass(frozen=True, slots=True)
class MeantTime:
    """The time at which a post should be shared."""

    due: datetime
    """UTC: for what is counted up to then."""
    zone: str
    day: date | None


@dataclass(frozen=True, slots=True)
class _Made:
    """A text that was made for the page."""

    post: Post
    variant: Variant
    platform: str
    planned: Planned


@dataclass(frozen=True, slots=True)
class OfferedCards:
    """The cards of one page."""

    items: tuple[Item, ...]
    subjects: frozenset[str]
    """Whom and what they speak of."""
    left_out: tuple[OmittedItem, ...]


class CardWriter:
    """Composes the cards for one build of the site."""

    def __init__(
        self, workspace: Workspace, profiles: Mapping[str, PlatformProfile], care: EligibilityChecker, now: datetime
    ) -> None:
        self._care, self._now = care, now
        self._workspace = _as_agreed(workspace)
        self._profiles = by_hand(profiles)
        self._meant = _next_days(workspace, now)
        self._gates = {(gate.kind, gate.subject): gate for gate in derive_gates(workspace)}
        self._binding = {
            post for entry in workspace.queue.values() if entry.when.way in _RETURNING for post in entry.posts
        }
        self._gone_by = _gone_by(workspace, now) - self._meant.keys()

    def offered(self, campaign: str, lang: str, pictures: Mapping[str, str], risky: bool) -> OfferedCards:
        """The cards of a campaign in a language, those with a day first. `pictures`: file → its id on the page.

        `risky`: readers of the page may be prosecuted, whichever of its texts was written for them: all of them keep to
        the rules for readers at risk.
        """
        left: list[OmittedItem] = []
        made: list[_Made] = []
        for post in self._workspace.posts.values():
            if post.front.campaign == campaign and post.front.status == "ready" and post.front.boost is None:
                wanted = [one for one in post.variants if one.lang == lang]
                reason = self._beforehand(post) if wanted else None
                if reason is not None:
                    left.append(OmittedItem(reason[0], campaign, lang, f"post {post.id}", reason[1]))
                    continue
                said = _for_readers_at_risk(post) if risky else post
                made += [one for variant in wanted for one in self._composed(said, variant, lang, left)]
        barred = self._care.bars([self._asked(one.planned) for one in made])
        standing: dict[str, dict[str, list[_Made]]] = {}
        out: dict[tuple[str, str], str] = {}
        for one, bar in zip(made, barred, strict=True):
            faults = "" if bar is not None else self._care.faults(one.planned, self._profiles)
            if bar is not None:
                out.setdefault((one.post.id, bar.reason), bar.why)
            elif faults:
                out.setdefault((one.post.id, "problem"), faults)
            else:
                standing.setdefault(one.post.id, {}).setdefault(one.variant.name, []).append(one)
        left += [OmittedItem(reason, campaign, lang, f"post {post}", why) for (post, reason), why in out.items()]
        items = [self._item(self._workspace.posts[id], found, lang, pictures) for id, found in standing.items()]
        items.sort(key=lambda one: (one.day or date.max, one.post))
        made = [one for wordings in standing.values() for every in wordings.values() for one in every]
        return OfferedCards(
            tuple(items), frozenset(subject for one in made for subject in _spoken_of(one)), tuple(left)
        )

    def _beforehand(self, post: Post) -> tuple[str, str] | None:
        """The reason why a post is withheld whatever its text."""
        front = post.front
        if post.id in self._care.embargoed:
            return "embargo", ""
        if approvals_needed_by(self._workspace, post).approvals >= TWO and (front.risk.sensitive or front.for_states):
            return "approval", "two people approve such a text for one account and one time"
        if front.expires_at is not None and front.expires_at <= self._now:
            return "season", f"it was to be said until {front.expires_at.astimezone(UTC):%Y-%m-%d}"
        if post.id in self._meant:
            return None
        if front.not_before is not None and self._now < front.not_before:
            return "season", f"not before {front.not_before.astimezone(UTC):%Y-%m-%d}"
        if post.id in self._binding or post.id in self._gone_by:
            return "season", "its day is over, or too far away"
        return None

    def _composed(self, post: Post, variant: Variant, lang: str, left: list[OmittedItem]) -> Iterator[_Made]:
        for platform in self._profiles:
            if not variant.parts_on(platform):
                continue
            try:
                composed = self._compose(post, variant, platform)
            except ComposeFault as fault:
                what = f"post {post.id}"
                if not any(one.what == what and one.reason == "problem" for one in left):
                    left.append(OmittedItem("problem", post.front.campaign, lang, what, str(fault)))
                return
            yield _Made(post, variant, platform, self._planned(post, variant, platform, composed))

    def _compose(self, post: Post, variant: Variant, platform: str) -> Composed:
        meant = self._when(post)
        setting = RenderContext(self._workspace, self._profiles, post, platform, variant.lang, meant.due, meant.zone)
        return compose_message(setting, variant, "", self._profiles[platform])

    def _when(self, post: Post) -> MeantTime:
        found = self._meant.get(post.id)
        if found is not None:
            return found
        owner = self._workspace.partners.get(self._workspace.campaigns[post.front.campaign].owner)
        return MeantTime(self._now, owner.zone if owner is not None else "UTC", None)

    def _planned(self, post: Post, variant: Variant, platform: str, composed: Composed) -> Planned:
        """The text as a planned delivery, for the lint rules; it has no account."""
        meant = self._when(post)
        return Planned(
            id="",
            entry="",
            post=post.id,
            variant=variant.name,
            campaign=post.front.campaign,
            partner="",
            platform=platform,
            occurrence="",
            kind=post.front.kind,
            lang=variant.lang,
            due=meant.due,
            late=meant.due + timedelta(days=1),
            zone=meant.zone,
            message=composed.message,
            content_hash="",
            subjects=composed.subjects,
            hashtags=composed.hashtags,
            ours=False,
        )

    def _asked(self, planned: Planned) -> EligibilityRequest:
        """A page is read at once, and its texts are said on their day: both times are asked."""
        return replace(self._care.to_hand_out(planned), moments=(self._now, max(planned.due, self._now)))

    def _item(self, post: Post, wordings: Mapping[str, list[_Made]], lang: str, pictures: Mapping[str, str]) -> Item:
        meant, campaign = self._when(post), self._workspace.campaigns[post.front.campaign]
        subject = pick_any(campaign.name, lang)
        templates = [part.template for made in wordings.values() for one in made for part in _templates(one)]
        return Item(
            post=post.id,
            kind=post.front.kind,
            day=meant.day,
            until=self._until(post, wordings.values()),
            counts=any(_COUNTS.search(template) for template in templates),
            wordings=tuple(
                Wording(name, tuple(self._card(one, subject) for one in made)) for name, made in wordings.items()
            ),
            pictures=tuple(pictures[file] for file in post.media_files if file in pictures),
        )

    def _card(self, made: _Made, subject: str) -> WordingCard:
        profile, message = self._profiles[made.platform], made.planned.message
        texts = [part.text for part in message.parts]
        if made.platform == ANYWHERE:
            texts = ["\n\n".join(texts)]
        return WordingCard(
            platform=made.platform,
            title=profile.title,
            length_max=profile.text_max if made.platform != ANYWHERE else None,
            messages=tuple(
                ShareText(text, profile.measure(text), share_links(profile, text, subject)) for text in texts
            ),
            warning=message.content_warning or "",
        )

    def _until(self, post: Post, wordings: Iterable[Sequence[_Made]]) -> date | None:
        """The end date shown to readers: the post's own, its call's, its facts'."""
        ends = [post.front.expires_at] if post.front.expires_at is not None else []
        subjects = {subject for made in wordings for one in made for subject in one.planned.subjects}
        for subject in subjects:
            kind, _, name = subject.partition(":")
            gate = self._gates.get((kind, name))
            if kind in ("action", "fact") and gate is not None and gate.closes_at is not None:
                ends.append(gate.closes_at)
        first = min(ends, default=None)
        if first is None or first - self._now > _SOON:
            return None
        zone = ZoneInfo(self._when(post).zone)
        return (first - timedelta(microseconds=1)).astimezone(zone).date()


def by_hand(profiles: Mapping[str, PlatformProfile]) -> dict[str, PlatformProfile]:
    """Platform profiles for sharing by hand, without cards that we would supply, and `anywhere` beside them."""
    found = {name: replace(profile, card=False) for name, profile in profiles.items()}
    return {**found, ANYWHERE: ANYWHERE_PROFILE}


def _for_readers_at_risk(post: Post) -> Post:
    risk = post.front.risk.model_copy(update={"audience": "in_country"})
    return Post(post.front.model_copy(update={"risk": risk}), post.variants)


def _spoken_of(made: _Made) -> Iterator[str]:
    planned = made.planned
    yield from (one for one in planned.subjects if not one.startswith("account:"))
    yield from (f"hashtag:{tag}" for tag in planned.hashtags)
    yield f"platform:{made.platform}"


def _templates(made: _Made) -> Sequence[TextPart]:
    return made.variant.parts_on(made.platform)


def _as_agreed(workspace: Workspace) -> Workspace:
    """Partners as they agreed to be mentioned: without consent they have no handles, only names."""
    partners = {
        id: partner if partner.mention_consent else partner.model_copy(update={"handles": {}})
        for id, partner in workspace.partners.items()
    }
    return replace(workspace, partners=partners)


def _gone_by(workspace: Workspace, now: datetime) -> set[str]:
    """Posts that were queued, and not lately: what was published before Christmas is out of place in May."""
    found: set[str] = set()
    lately: set[str] = set()
    for entry in workspace.queue.values():
        found.update(entry.posts)
        lately.update(one.slot.post for one in expand_entry(workspace, entry, now - _LATELY, now))
    return found - lately


def _next_days(workspace: Workspace, now: datetime) -> dict[str, MeantTime]:
    """Post → when it is due next, from today to the horizon; a moment that is over is over."""
    start = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    end = plan_end(workspace, now)
    found: dict[str, MeantTime] = {}
    for entry in workspace.queue.values():
        for one in expand_entry(workspace, entry, now if entry.when.moment is not None else start, end):
            post, due = one.slot.post, one.slot.due
            if post not in found or due < found[post].due:
                found[post] = MeantTime(due, one.zone, due.astimezone(ZoneInfo(one.zone)).date())
    return found
