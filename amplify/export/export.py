"""Exports texts for sharing by hand. Nothing leaves that may not be said (`planning.eligibility`), or breaks a rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from amplify.export.export_model import Exported, Offer
from amplify.model.gate import Gate
from amplify.model.plan import Planned
from amplify.model.platform_profile import PlatformProfile
from amplify.model.post import Post, Variant
from amplify.model.problem import Severity
from amplify.model.server_info import NOTHING_KNOWN, ServerInfo
from amplify.pages.view_models import MessageText, PictureRef
from amplify.pages.withheld_reasons import WITHHELD
from amplify.planning.eligibility import EligibilityChecker
from amplify.planning.plan import plan_deliveries
from amplify.rules.lint.care import HELD_BY_GATES
from amplify.rules.lint.lint import lint_deliveries
from amplify.rules.plan.assign import assign_variants, spoken_languages
from amplify.rules.plan.calendar_days import speaks_on
from amplify.rules.plan.compose import ComposeFault, compose_message
from amplify.rules.plan.expand import Occurrence, expand_entry, speakers_by_post
from amplify.rules.plan.file_gates import derive_gates
from amplify.rules.plan.template_context import RenderContext
from amplify.rules.text.language import pick_any

ANYBODY = ""
"""Stands where a partner would: the text is for whoever wants it."""


def export_texts(
    care: EligibilityChecker,
    start: datetime,
    end: datetime,
    profiles: Mapping[str, PlatformProfile],
    everything: bool = False,
    known: ServerInfo = NOTHING_KNOWN,
) -> Exported:
    """Texts due from `start` up to `end` (UTC) that no account publishes by itself; with `everything`, those that
    accounts publish too.

    Two kinds: variants beyond the accounts, and accounts that are left out for lack of a variant. These are given
    one in their language that somebody else says. `known`: what the servers of accounts said of their limits.
    """
    return _Exporter(care, start, end, profiles, known).export(everything)


class _Exporter:
    def __init__(
        self,
        care: EligibilityChecker,
        start: datetime,
        end: datetime,
        profiles: Mapping[str, PlatformProfile],
        known: ServerInfo,
    ) -> None:
        self._care, self._workspace, self._start, self._end = care, care.workspace, start, end
        self._profiles, self._known = profiles, known
        self._speakers = speakers_by_post(care.workspace)
        self._gates = {(gate.kind, gate.subject): gate for gate in derive_gates(care.workspace)}
        self._withheld: Counter[str] = Counter()

    def export(self, everything: bool) -> Exported:
        offers = [offer for group in self._groups().values() for offer in self._by_hand(group)]
        if everything:
            planned = plan_deliveries(self._workspace, self._start, self._end, self._profiles, known=self._known)
            offers += [
                offer
                for delivery in planned.deliveries
                if delivery.message.parts and (offer := self._offer("queued", delivery, (delivery.account,)))
            ]
        offers.sort(key=lambda o: (o.wall.date(), o.post, o.platform, o.purpose, o.variant, o.due, o.accounts))
        withheld = {reason: self._withheld[reason] for reason in WITHHELD if self._withheld[reason]}
        name = self._workspace.settings.name
        told = name if self._care.names_nobody_held(name) else ""
        return Exported(told, self._start, self._end, tuple(offers), withheld)

    def _groups(self) -> dict[tuple[str, str], list[Occurrence]]:
        """(post, platform) → the first time it is due for each account, the earliest first."""
        found: dict[tuple[str, str, str], Occurrence] = {}
        for entry in self._workspace.queue.values():
            for one in expand_entry(self._workspace, entry, self._start, self._end):
                key = (one.slot.post, one.platform, one.partner.id)
                if self._planned(one) and (key not in found or one.slot.due < found[key].slot.due):
                    found[key] = one
        groups: dict[tuple[str, str], list[Occurrence]] = {}
        for one in sorted(found.values(), key=lambda o: (o.slot.due, o.account)):
            groups.setdefault((one.slot.post, one.platform), []).append(one)
        return groups

    def _planned(self, one: Occurrence) -> bool:
        """As `plan` has it: only ready posts, on days of their campaign; boosts have no text to share."""
        front = self._workspace.posts[one.slot.post].front
        campaign = self._workspace.campaigns[front.campaign]
        return (
            front.status == "ready"
            and front.boost is None
            and campaign.status != "ended"
            and speaks_on(campaign, one.slot.due)
        )

    def _by_hand(self, group: Sequence[Occurrence]) -> Iterator[Offer]:
        first = group[0]
        post, platform = self._workspace.posts[first.slot.post], first.platform
        fallback = self._workspace.settings.fallback
        assigned = assign_variants(post, platform, self._speakers[post.id, platform].values(), fallback)
        said = {variant.name: f"{partner}/{platform}" for partner, variant in assigned.items()}
        usable = [variant for variant in post.variants if variant.parts_on(platform)]
        for variant in usable:
            if variant.name not in said:
                yield from self._compose("spare", first, post, variant, ANYBODY, ())
        for one in group:
            if one.partner.id not in assigned and usable:
                variant = _nearest(usable, spoken_languages(one.partner.languages, fallback))
                by = (said[variant.name],) if variant.name in said else ()
                yield from self._compose("left out", one, post, variant, one.partner.id, by)

    def _compose(
        self, purpose: str, one: Occurrence, post: Post, variant: Variant, partner: str, said_by: tuple[str, ...]
    ) -> Iterator[Offer]:
        """`partner`: an id, or ANYBODY."""
        setting = RenderContext(
            self._workspace, self._profiles, post, one.platform, variant.lang, one.slot.due, one.zone
        )
        try:
            composed = compose_message(
                setting, variant, partner, self._profile(f"{partner}/{one.platform}", one.platform)
            )
        except ComposeFault:
            self._withheld["embargo" if post.id in self._care.embargoed else "problem"] += 1
            return
        made = Planned(
            id="",
            entry=one.entry.id,
            post=post.id,
            variant=variant.name,
            campaign=post.front.campaign,
            partner=ANYBODY,  # rules about accounts that speak by themselves do not count for hands
            platform=one.platform,
            occurrence=one.slot.occurrence,
            kind=post.front.kind,
            lang=variant.lang,
            due=one.slot.due,
            late=self._end,
            zone=one.zone,
            message=composed.message,
            content_hash="",
            subjects=composed.subjects,
            hashtags=composed.hashtags,
            ours=False,
        )
        offer = self._offer(purpose, made, (f"{partner}/{one.platform}",) if partner else ())
        if offer is not None:
            known = (
                spoken_languages(one.partner.languages, self._workspace.settings.fallback)
                if partner
                else (variant.lang,)
            )
            yield replace(offer, said_by=said_by, translate_to="" if variant.lang in known else known[0])

    def _offer(self, purpose: str, made: Planned, accounts: tuple[str, ...]) -> Offer | None:
        """None where it must not be handed out; then it is counted."""
        campaign = pick_any(self._workspace.campaigns[made.campaign].name, "en")
        why_not = self._why_not(made, campaign, accounts)
        if why_not is not None:
            self._withheld[why_not] += 1
            return None
        profile, message = self._profile(accounts[0] if accounts else ANYBODY, made.platform), made.message
        links = [entity.value for part in message.parts for entity in part.entities if entity.kind == "link"]
        links += [part.card.url for part in message.parts if part.card is not None]
        return Offer(
            purpose=purpose,
            post=made.post,
            campaign=campaign,
            variant=made.variant,
            lang=made.lang,
            platform=made.platform,
            title=profile.title,
            accounts=accounts,
            said_by=(),
            translate_to="",
            due=made.due,
            zone=made.zone,
            until=self._until(made),
            messages=tuple(MessageText(part.text, profile.measure(part.text)) for part in message.parts),
            length_max=profile.text_max,
            unit=profile.unit,
            pictures=tuple(
                PictureRef(
                    "",
                    picture.file,
                    picture.alt,
                    picture.width,
                    picture.height,
                    film=picture.film,
                    captions=picture.captions,
                )
                for part in message.parts
                for picture in part.pictures
            ),
            links=tuple(dict.fromkeys(links)),
            hashtags=made.hashtags,
            content_warning=message.content_warning or "",
        )

    def _why_not(self, made: Planned, campaign: str, accounts: Sequence[str]) -> str | None:
        """A key of WITHHELD: what bars it, with the title of its campaign, at the later of its due time and now."""
        partner = accounts[0].partition("/")[0] if accounts else ANYBODY
        barred = self._care.bar(self._care.to_hand_out(made, campaign, made.variant, partner=partner))
        if barred is not None:
            return barred.reason
        errors = {
            finding.problem.code
            for finding in lint_deliveries(self._workspace, (made,), self._profiles, known=self._known)
            if finding.problem.severity is Severity.ERROR
        }
        return "problem" if errors - HELD_BY_GATES else None

    def _profile(self, account: str, platform: str) -> PlatformProfile:
        """With the limits of the account's own server; for anybody, with the platform's usual ones."""
        return self._known.on(self._profiles[platform], account, self._workspace.accounts)

    def _asked(self, made: Planned) -> Iterator[Gate]:
        for subject in made.subjects:
            kind, _, name = subject.partition(":")
            gate = self._gates.get((kind, name))
            if gate is not None and kind != "account":
                yield gate

    def _until(self, made: Planned) -> datetime | None:
        ends = [gate.closes_at for gate in self._asked(made) if gate.closes_at is not None]
        expires = self._workspace.posts[made.post].front.expires_at
        return min([*ends, *([expires] if expires is not None else [])], default=None)


def _nearest(usable: Sequence[Variant], languages: Sequence[str]) -> Variant:
    """The variant in the language that a partner prefers most; where it has none of its languages, the post's own
    text.
    """
    for language in languages:
        for variant in usable:
            if variant.lang == language:
                return variant
    return usable[0]
