"""“Already said”: posts of ours that are out, to be reposted. The original is better than a copy on every platform."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from amplify.ledger.database import Ledger
from amplify.ledger.queries.lately_said import SaidLately, find_said_lately
from amplify.model.platform_profile import PlatformProfile
from amplify.model.post import Post, PostFront, Risk
from amplify.model.subject import declared_state
from amplify.planning.eligibility import EligibilityChecker, EligibilityRequest
from amplify.rules.plan.risk import find_risks
from amplify.rules.text.aliases import texts_of
from amplify.rules.text.language import pick_any, primary_language
from amplify.toolkit.opening_words import opening_words
from amplify.toolkit.toolkit_model import OmittedItem, OwnPost, OwnPosts, ShareLink

LATELY: Final = timedelta(days=30)


class SaidPosts:
    """What the ledger knows to be out, asked once for all pages of a build."""

    def __init__(self, ledger: Ledger, profiles: Mapping[str, PlatformProfile], care: EligibilityChecker) -> None:
        self._profiles, self._care = profiles, care
        with ledger.read() as connection:
            self._said = find_said_lately(connection, care.now - LATELY)

    def on_page(
        self, campaign: str, lang: str, risky: bool
    ) -> tuple[tuple[OwnPosts, ...], frozenset[str], list[OmittedItem]]:
        """By platform, the newest first; whom and what they speak of; and what is left out. `risky`: readers of the
        page may be prosecuted.
        """
        mine = [one for one in self._said if one.campaign == campaign and _same_language(one.lang, lang)]
        mine = [one for one in mine if self._link(one) is not None]
        asked = [self._asked(one, lang) for one in mine]
        left: list[OmittedItem] = []
        shown: dict[str, list[OwnPost]] = {}
        subjects: set[str] = set()
        for one, wanted, barred in zip(mine, asked, self._care.bars(asked), strict=True):
            reason = (barred.reason, barred.why) if barred is not None else self._unfit(one, lang, risky)
            if reason is not None:
                left.append(OmittedItem(reason[0], campaign, lang, f"post {one.post}, already said", reason[1]))
                continue
            shown.setdefault(one.platform, []).append(self._line(one, lang))
            subjects |= {*wanted.subjects, f"account:{one.account}", f"partner:{one.partner}"}
            subjects |= {f"hashtag:{tag}" for tag in one.hashtags} | {f"platform:{one.platform}"}
        places = (OwnPosts(name, self._profiles[name].title, tuple(shown[name])) for name in self._order(shown))
        return tuple(places), frozenset(subjects), _each_once(left)

    def _order(self, shown: Mapping[str, object]) -> Iterable[str]:
        return (name for name in self._profiles if name in shown)

    def _link(self, one: SaidLately) -> ShareLink | None:
        """How it is reposted; None for an address that not everybody can open."""
        profile = self._profiles.get(one.platform)
        if profile is None or profile.repost_link is None:
            return None
        made = profile.repost_link(one.url)
        return ShareLink(profile.name, profile.title, made.url, made.path) if made is not None else None

    def _asked(self, one: SaidLately, lang: str) -> EligibilityRequest:
        """Its words are asked as they went out, with all that the platform shows beside them."""
        words = (*texts_of(one.message), one.url, one.post)
        asked = self._care.asked(one.campaign, lang, words, *one.subjects)
        return replace(
            asked,
            platform=one.platform,
            hashtags=one.hashtags,
            post=one.post,
            message=one.message,
            partner=one.partner,
            entry=one.entry,
            account=one.account,
        )

    def _unfit(self, one: SaidLately, lang: str, risky: bool) -> tuple[str, str] | None:
        """Why it is not passed on although it may be spoken of."""
        post = self._care.workspace.posts.get(one.post)
        if post is not None and post.front.status != "ready":
            return "season", "it is not to be said any more"
        if any(declared_state(subject) for subject in one.subjects):
            return "approval", "two people approved it for one account and one time"
        if not risky:
            return None
        partner = self._care.workspace.partners.get(one.partner)
        if partner is not None and partner.designated_in:
            return "risk", f"{one.partner} is designated"
        found = find_risks(
            self._care.workspace, self._profiles, _for_readers_at_risk(one, lang), lang, one.message, one.subjects
        )
        return ("risk", found[0].why) if found else None

    def _line(self, one: SaidLately, lang: str) -> OwnPost:
        partner = self._care.workspace.partners.get(one.partner)
        repost = self._link(one)
        assert repost is not None
        zone = ZoneInfo(partner.zone) if partner is not None else UTC
        return OwnPost(
            title=opening_words(one.message.parts[0].text),
            author=pick_any(partner.name, lang, self._care.workspace.settings.fallback) if partner else one.partner,
            day=one.sent_at.astimezone(zone).date(),
            url=one.url,
            repost=repost,
        )


def _for_readers_at_risk(one: SaidLately, lang: str) -> Post:
    front = PostFront(
        id="toolkit",
        campaign=one.campaign,
        kind="cta",
        lang=lang,
        author="toolkit",
        risk=Risk(audience="in_country"),
    )
    return Post(front, ())


def _same_language(said: str, lang: str) -> bool:
    return primary_language(said) == primary_language(lang)


def _each_once(left: Iterable[OmittedItem]) -> list[OmittedItem]:
    return list(dict.fromkeys(left))
