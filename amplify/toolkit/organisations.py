"""Organisations on a page: whom to tag, who signed, who we are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from amplify.model.campaign import Campaign
from amplify.model.message import Message, Part
from amplify.model.partner import Partner
from amplify.model.platform_profile import PlatformProfile
from amplify.model.post import Post
from amplify.planning.eligibility import EligibilityChecker, WithheldItem
from amplify.rules.plan.risk import find_risks
from amplify.rules.plan.statements import signatory_names, signatory_subject
from amplify.rules.text.language import pick_any
from amplify.toolkit.toolkit_model import HandleList, PartnerLink, SignedBy

Stands = Callable[..., bool]
"""(what, *texts, subjects=…) → whether it may stand on the page; what may not is noted as left out."""


class Organisations:
    """The partners of the handle book and the signatories of a campaign, for one page."""

    def __init__(
        self,
        care: EligibilityChecker,
        profiles: Mapping[str, PlatformProfile],
        campaign: Campaign,
        lang: str,
        page_as_post: Post,
        stands: Stands,
    ) -> None:
        """`page_as_post`: the page, for the rules of risk; readers are at risk where it says so."""
        self._care, self._profiles, self._campaign, self._lang = care, profiles, campaign, lang
        self._workspace, self._page, self._stands = care.workspace, page_as_post, stands

    def to_tag(self) -> tuple[tuple[HandleList, ...], tuple[str, ...]]:
        """Handles by platform of those who agreed to be mentioned; and the names of those whom readers at risk do not
        tag.
        """
        lists: dict[str, list[str]] = {}
        named = []
        for partner in self._partners():
            handles = {platform: handle for platform, handle in partner.handles.items() if platform in self._profiles}
            if not partner.mention_consent or not handles:
                continue
            name, subject = self._name(partner), f"partner:{partner.id}"
            if not self._stands(f"handle of {partner.id}", name, *handles.values(), subjects=(subject,)):
                continue
            written = [f"@{handle}" for handle in handles.values()]
            if any(self._is_risk(one) for one in written) or (self._at_risk and partner.designated_in):
                named.append(name)
                continue
            for platform, handle in handles.items():
                if self._open(platform):
                    lists.setdefault(platform, []).append(f"@{handle}")
        places = (
            HandleList(name, profile.title, tuple(lists[name]))
            for name, profile in self._profiles.items()
            if name in lists
        )
        return tuple(places), tuple(named)

    def who_we_are(self) -> tuple[PartnerLink, ...]:
        """Partner organisations with websites, whoever leads the campaign first; none that is designated anywhere."""
        found = []
        for partner in sorted(self._partners(), key=lambda one: one.id != self._campaign.owner):
            if partner.website is None or partner.designated_in or self._is_risk(partner.website):
                continue
            name, subject = self._name(partner), f"partner:{partner.id}"
            if self._stands(f"partner {partner.id}", name, partner.website, subjects=(subject,)):
                found.append(PartnerLink(name, partner.website))
        return tuple(found)

    def signatories(self) -> tuple[SignedBy, ...]:
        """All who signed the campaign's joint statement and stand by it, in order."""
        found = []
        for signed, subjects in self._signed():
            if self._stands(f"signature of {signed.name}", signed.name, subjects=subjects):
                found.append(signed)
        return tuple(found)

    def _signed(self) -> Iterator[tuple[SignedBy, tuple[str, ...]]]:
        campaign, partners, fallback = self._campaign, self._workspace.partners, self._workspace.settings.fallback
        statement = self._workspace.statements.get(campaign.statement) if campaign.statement is not None else None
        if statement is not None:
            for one in signatory_names(statement, partners, self._lang, fallback):
                subjects = [f"statement:{statement.id}", signatory_subject(statement.id, one.signatory)]
                subjects += [f"partner:{one.signatory.partner}"] if one.signatory.partner is not None else []
                yield SignedBy(one.name, one.signatory.signed), tuple(subjects)
            return
        named = [
            (one.order, self._name(partners[one.partner]) if one.partner is not None else one.name or "", one.partner)
            for one in campaign.signatories
            if one.signed
        ]
        for _, name, partner in sorted(named, key=lambda one: (one[0], one[1])):
            yield SignedBy(name, None), (f"partner:{partner}",) if partner is not None else ()

    def _partners(self) -> Sequence[Partner]:
        return list(self._workspace.partners.values())

    @property
    def _at_risk(self) -> bool:
        return self._page.front.risk.audience == "in_country"

    def _is_risk(self, said: str) -> bool:
        """Whether readers of the page may be prosecuted for following what is said."""
        message = Message("", (self._lang,), (Part(said),))
        return bool(find_risks(self._workspace, self._profiles, self._page, self._lang, message, ()))

    def _open(self, platform: str) -> bool:
        """Whether the campaign speaks on a platform at present."""
        return self._barred_on(platform) is None

    def _barred_on(self, platform: str) -> WithheldItem | None:
        return self._care.bar(replace(self._care.asked(self._campaign.id, self._lang, ()), platform=platform))

    def _name(self, partner: Partner) -> str:
        return pick_any(partner.name, self._lang, self._workspace.settings.fallback)
