"""The plan: which account sends which post, and when. Pure and deterministic: the same files, the same answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta

from amplify.model.delivery import delivery_id
from amplify.model.message import BoostOf
from amplify.model.plan import (
    FaultyDelivery,
    LintFinding,
    Plan,
    Planned,
    PriorPost,
    SkippedPost,
)
from amplify.model.platform_profile import PlatformProfile
from amplify.model.post import Post, Variant
from amplify.model.problem import Problem, Severity, unexpected_problem
from amplify.model.queue_entry import QueueEntry
from amplify.model.server_info import NOTHING_KNOWN, ServerInfo
from amplify.model.workspace import UNNAMED, Workspace
from amplify.rules.lint.care import HELD_BY_GATES
from amplify.rules.lint.lint import lint_all
from amplify.rules.plan.approval_policy import approvals_needed_by
from amplify.rules.plan.assign import assign_variants, spoken_languages
from amplify.rules.plan.calendar_days import readers_midnight, speaks_on
from amplify.rules.plan.compose import Composed, ComposeFault, compose_boost, compose_message
from amplify.rules.plan.expand import Occurrence, expand_entry, speakers_by_post
from amplify.rules.plan.template_context import RenderContext, says_today

_BOOST_REACH = timedelta(days=60)
"""How far back a boost looks for the post it repeats."""
_LAST_MINUTE = timedelta(minutes=1)
"""What is due at the very instant at which it expires may go out for so long."""


def plan_deliveries(
    workspace: Workspace,
    now: datetime,
    end: datetime,
    profiles: Mapping[str, PlatformProfile],
    progress: Callable[[int, int], None] | None = None,
    known: ServerInfo = NOTHING_KNOWN,
    said: Iterable[PriorPost] = (),
) -> Plan:
    """Plan every delivery that is not late at `now` and due before `end` (UTC), for all partners.

    `progress(done, total)` counts queue entries. `known`: cached server info; without it, the platforms' usual limits
    count. `said`: the prior posts of our accounts, from the ledger; without it, there are none.
    """
    return _Planner(workspace, now, end, profiles, known).plan(progress, said)


class _Planner:
    def __init__(
        self,
        workspace: Workspace,
        now: datetime,
        end: datetime,
        profiles: Mapping[str, PlatformProfile],
        known: ServerInfo,
    ) -> None:
        self.workspace, self.now, self.end, self.profiles, self.known = workspace, now, end, profiles, known
        self.speakers = speakers_by_post(workspace)
        self.variants: dict[tuple[str, str], Mapping[str, Variant]] = {}
        self.deliveries: list[Planned] = []
        self.left_out: dict[tuple[str, str, str], SkippedPost] = {}
        self.faults: dict[Problem, dict[str, FaultyDelivery]] = {}
        self.broken: dict[str, Problem] = dict(workspace.faulty_entries)

    def plan(self, progress: Callable[[int, int], None] | None, said: Iterable[PriorPost]) -> Plan:
        entries = list(self.workspace.queue.values())
        for done, entry in enumerate(entries):
            if progress is not None:
                progress(done, len(entries))
            try:
                self._entry(entry)
            except Exception as error:  # of this entry only
                self.broken[entry.id] = problem = unexpected_problem(entry.place, error)
                self.faults.setdefault(problem, {})
        deliveries = sorted(self.deliveries, key=lambda d: (d.due, d.account, d.id))
        linted = lint_all(self.workspace, deliveries, self.profiles, said, self.known)
        faults = tuple(
            LintFinding(problem, tuple(sorted({one.account for one in of.values()})), deliveries=tuple(sorted(of)))
            for problem, of in self.faults.items()
        )
        return Plan(
            self.now,
            self.end,
            tuple(deliveries),
            tuple(self.left_out.values()),
            tuple(one for one in faults if one.problem not in self.workspace.problems) + linted.findings,
            linted.silenced,
            self._faulty(deliveries, linted.findings),
            self.workspace.problems,
            self.workspace.faulty_posts,
            self.broken,
        )

    def _entry(self, entry: QueueEntry) -> None:
        lateness = entry.lateness if entry.lateness is not None else self.workspace.settings.lateness
        for occurrence in expand_entry(self.workspace, entry, self.now - lateness, self.end):
            if occurrence.slot.due + lateness > self.now:
                self._try(occurrence, lateness)

    def _faulty(self, deliveries: Iterable[Planned], findings: Iterable[LintFinding]) -> tuple[FaultyDelivery, ...]:
        """Our deliveries with errors that no gate holds by itself, each with the first of them."""
        found = {one.id: one for of in self.faults.values() for one in of.values()}
        wrong: dict[str, Problem] = {}
        for finding in findings:
            problem = finding.problem
            if problem.severity is Severity.ERROR and problem.code not in HELD_BY_GATES:
                for id in finding.deliveries:
                    wrong.setdefault(id, problem)
        for one in deliveries:
            if one.id in wrong:
                found[one.id] = FaultyDelivery(one.id, one.entry, one.post, one.account, one.due, wrong[one.id])
        ours = (one for one in found.values() if one.account in self.workspace.accounts)
        return tuple(sorted(ours, key=lambda one: (one.due, one.account, one.id)))

    def _try(self, occurrence: Occurrence, lateness: timedelta) -> None:
        """Plan one delivery. Whatever goes wrong is a problem of its post, and of nothing else."""
        name = occurrence.slot.post
        problem = self._left_out_with(name)
        if problem is None:
            post = self.workspace.posts[name]
            try:
                self._place(occurrence, post, lateness)
                return
            except ComposeFault as fault:
                problem = Problem(fault.place, fault.code, str(fault))
                if post.front.boost is not None:
                    self._leave_out(occurrence, f"`{post.front.boost.post}`, which it boosts, has a mistake: {fault}")
            except Exception as error:
                problem = unexpected_problem(post.place, error)
        due, account = occurrence.slot.due, occurrence.account
        faulty = FaultyDelivery(self._id(occurrence), occurrence.entry.id, name, account, due, problem)
        self.faults.setdefault(problem, {})[faulty.id] = faulty

    def _left_out_with(self, post: str) -> Problem | None:
        """Why this post, or what it boosts, was left out of the workspace."""
        found = self.workspace.posts.get(post)
        if found is None:
            return self.workspace.faulty_posts.get(post) or self.workspace.faulty_posts[UNNAMED]
        boosted = found.front.boost.post if found.front.boost is not None else None
        if boosted is None or boosted in self.workspace.posts:
            return None
        return self._left_out_with(boosted)

    def _place(self, occurrence: Occurrence, post: Post, lateness: timedelta) -> None:
        why_not = self._not_planned(occurrence, post)
        if why_not is not None:
            self._leave_out(occurrence, why_not)
            return
        late = _late(occurrence.slot.due, lateness, self._expiries(post))
        variant = None
        if post.front.boost is not None:
            target = self._target(occurrence)
            if isinstance(target, str):
                self._leave_out(occurrence, target)
                return
            setting = self._setting(occurrence, post.front.lang)
            composed = compose_boost(setting, occurrence.partner.id, self._profile(occurrence), *target)
        else:
            variant = self._variant(post.id, occurrence.platform, occurrence.partner.id)
            if variant is None:
                self._leave_out(occurrence, self._why_no_variant(occurrence))
                return
            composed = self._compose(occurrence, variant)
            if composed.today or any(says_today(part.template) for part in variant.parts_on(occurrence.platform)):
                late = min(late, readers_midnight(occurrence.slot.due, occurrence.zone))
        if late > self.now:
            self.deliveries.append(self._planned(occurrence, variant, composed, late))

    def _compose(self, occurrence: Occurrence, variant: Variant) -> Composed:
        setting = self._setting(occurrence, variant.lang)
        return compose_message(setting, variant, occurrence.partner.id, self._profile(occurrence))

    def _setting(self, occurrence: Occurrence, lang: str) -> RenderContext:
        slot, post = occurrence.slot, self.workspace.posts[occurrence.slot.post]
        return RenderContext(self.workspace, self.profiles, post, occurrence.platform, lang, slot.due, occurrence.zone)

    def _profile(self, occurrence: Occurrence) -> PlatformProfile:
        return self.known.on(self.profiles[occurrence.platform], occurrence.account, self.workspace.accounts)

    def _expiries(self, post: Post) -> list[datetime]:
        """When the post, and the one that it boosts, may no longer be said."""
        boost = post.front.boost
        both = (post, self.workspace.posts.get(boost.post) if boost is not None and boost.post is not None else None)
        return [one.front.expires_at for one in both if one is not None and one.front.expires_at is not None]

    def _not_planned(self, occurrence: Occurrence, post: Post) -> str | None:
        """Why this post is not planned for anybody. A paused campaign is planned, and held by its gate."""
        if post.front.status != "ready":
            return f"the post is {post.front.status}"
        campaign = self.workspace.campaigns[post.front.campaign]
        if campaign.status == "ended" or not speaks_on(campaign, occurrence.slot.due):
            return f"outside the days of the campaign {campaign.id}"
        return None

    def _planned(self, occurrence: Occurrence, variant: Variant | None, composed: Composed, late: datetime) -> Planned:
        slot, post = occurrence.slot, self.workspace.posts[occurrence.slot.post]
        needs = approvals_needed_by(self.workspace, post)
        return Planned(
            id=self._id(occurrence),
            entry=occurrence.entry.id,
            post=post.id,
            variant=variant.name if variant else "",
            campaign=post.front.campaign,
            partner=occurrence.partner.id,
            platform=occurrence.platform,
            occurrence=slot.occurrence,
            kind=post.front.kind,
            lang=variant.lang if variant else post.front.lang,
            due=slot.due,
            late=late,
            zone=occurrence.zone,
            message=composed.message,
            content_hash=composed.message.content_hash(),
            subjects=composed.subjects,
            hashtags=composed.hashtags,
            ours=occurrence.account in self.workspace.accounts,
            approvals=needs.approvals,
            approvals_why=needs.why,
            author=post.front.author,
        )

    def _variant(self, post: str, platform: str, partner: str) -> Variant | None:
        key = (post, platform)
        if key not in self.variants:
            self.variants[key] = assign_variants(
                self.workspace.posts[post],
                platform,
                self.speakers[key].values(),
                self.workspace.settings.fallback,
            )
        return self.variants[key].get(partner)

    def _why_no_variant(self, occurrence: Occurrence) -> str:
        written = {variant.lang for variant in self.workspace.posts[occurrence.slot.post].variants}
        understood = spoken_languages(occurrence.partner.languages, self.workspace.settings.fallback)
        if not written.intersection(understood):
            return f"no variant in {', '.join(understood)}"
        return "no variant left: write one more, or share it by hand"

    def _target(self, occurrence: Occurrence) -> tuple[BoostOf, Composed | None] | str:
        """The target of a boost on this platform, composed where it stands in our files; or why there is none."""
        boost = self.workspace.posts[occurrence.slot.post].front.boost
        assert boost is not None
        if boost.post is None:
            url = boost.urls.get(occurrence.platform)
            return (BoostOf(None, url), None) if url else f"no address on {occurrence.platform} to boost"
        partner, target = boost.partner or occurrence.partner.id, self.workspace.posts[boost.post]
        account = f"{partner}/{occurrence.platform}"
        if account not in self.workspace.accounts and occurrence.account in self.workspace.accounts:
            return f"{account} is not ours to follow: give the address of its post under `urls:`"
        if target.front.status != "ready" or self.workspace.campaigns[target.front.campaign].status != "active":
            return f"`{boost.post}`, which it boosts, is not going out"
        found = self._latest(boost.post, account, occurrence.slot.due)
        if found is None:
            return f"`{boost.post}` is not queued on {account} before this boost"
        variant = self._variant(boost.post, occurrence.platform, partner)
        if variant is None:
            return f"{account} has no variant of `{boost.post}` to boost"
        return BoostOf(self._id(found), None), self._compose(found, variant)

    def _latest(self, post: str, account: str, before: datetime) -> Occurrence | None:
        candidates = (
            target
            for entry in self.workspace.queue.values()
            if post in entry.posts
            for target in expand_entry(self.workspace, entry, before - _BOOST_REACH, before)
            if target.slot.post == post and target.account == account
        )
        return max(candidates, key=lambda one: (one.slot.due, self._id(one)), default=None)

    def _id(self, occurrence: Occurrence) -> str:
        slot = occurrence.slot
        settings = self.workspace.settings
        return delivery_id(settings.id, occurrence.entry.id, slot.post, occurrence.account, slot.occurrence)

    def _leave_out(self, occurrence: Occurrence, why: str) -> None:
        key = (occurrence.entry.id, occurrence.slot.post, occurrence.account)
        ours = occurrence.account in self.workspace.accounts
        self.left_out.setdefault(key, SkippedPost(*key, why, ours))


def _late(due: datetime, lateness: timedelta, expiries: Iterable[datetime]) -> datetime:
    """From when on a delivery is too late: at the end of its window, or when what it says expires in it. What is due
    after that is a mistake, which the rules tell."""
    ends = (one.astimezone(UTC) if one > due else due + _LAST_MINUTE for one in expiries if one >= due)
    return min((due + lateness, *ends))
