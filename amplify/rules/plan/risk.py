"""Risk rules: what posts may not ask of readers who may be prosecuted for it, and whom they may not lead to. Pure.

A text is *for readers at risk* if its post says so (`risk: {audience: in_country}`, or `risk: {in_country: [XZ]}`) or
its language does (the campaign's `in_country_languages`). What is *designated* (a partner, a domain) is so in certain
countries; it counts where the post names one of these, and wherever the post does not say which country it is for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

from amplify.model.campaign import Campaign
from amplify.model.message import Message
from amplify.model.partner import Partner
from amplify.model.platform_profile import PlatformProfile
from amplify.model.post import Post
from amplify.model.subject import kind_and_name
from amplify.model.workspace import Workspace

UNASKED: Final[Mapping[str, str]] = {"subscribe": "to follow a channel", "donate": "for money"}
"""Kinds of calls that put readers at risk → what they ask."""


@dataclass(frozen=True, slots=True)
class RiskFinding:
    """Something that must not be given to readers at risk."""

    subject: str
    """Of the kind `risk`: its gate is closed."""
    code: str
    why: str


def in_country(post: Post, campaign: Campaign, lang: str) -> bool:
    """Whether a text in `lang` is for readers who may be prosecuted.

    A language counts with everything derived from it: `be` holds for `be-tarask` too.
    """
    risk = post.front.risk
    return risk.audience == "in_country" or bool(risk.in_country) or _spoken_there(campaign, lang)


def _spoken_there(campaign: Campaign, lang: str) -> bool:
    spoken = lang.casefold()
    declared = [one.casefold() for one in campaign.in_country_languages]
    return any(spoken == one or spoken.startswith(f"{one}-") for one in declared)


def at_risk(designated_in: Sequence[str], post: Post, campaign: Campaign, lang: str) -> bool:
    """Whether readers of this text may be prosecuted over what is designated in these countries."""
    if not designated_in or not in_country(post, campaign, lang):
        return False
    countries = post.front.risk.in_country
    # A language is spoken in more countries than the post names.
    return not countries or _spoken_there(campaign, lang) or bool(set(countries) & set(designated_in))


def find_risks(
    workspace: Workspace,
    profiles: Mapping[str, PlatformProfile],
    post: Post,
    lang: str,
    message: Message,
    subjects: Sequence[str],
) -> tuple[RiskFinding, ...]:
    """What of a message its readers must not be given; nothing where they are not at risk. `subjects`: as composed."""
    campaign = workspace.campaigns[post.front.campaign]
    if not in_country(post, campaign, lang):
        return ()
    found = [
        *_calls(workspace, post, campaign, lang, subjects),
        *_links(workspace, profiles, post, campaign, lang, message),
        *_boost(workspace, post, campaign, lang),
    ]
    return tuple(dict.fromkeys(found))


def designated_hosts(workspace: Workspace) -> Mapping[str, tuple[str, ...]]:
    """Domain → the countries in which reading or sharing it is prosecuted: the settings' own, and the websites of
    designated partners."""
    hosts = {one.domain: one.designated_in for one in workspace.settings.designated}
    for partner in workspace.partners.values():
        if partner.designated_in and partner.website is not None:
            hosts.setdefault(_host(partner.website), partner.designated_in)
    return hosts


def _calls(
    workspace: Workspace, post: Post, campaign: Campaign, lang: str, subjects: Sequence[str]
) -> Iterator[RiskFinding]:
    for subject in subjects:
        kind, name = kind_and_name(subject)
        if kind != "action":
            continue
        action = workspace.actions[name]
        owner = workspace.partners.get(action.owner)
        if action.kind in UNASKED:
            yield RiskFinding(
                f"risk:action/{name}",
                "RISK-CALL",
                f"`{name}` asks readers at risk {UNASKED[action.kind]}: give another call, or none",
            )
        elif owner is not None and at_risk(owner.designated_in, post, campaign, lang):
            yield RiskFinding(
                f"risk:action/{name}",
                "RISK-CALL",
                f"`{name}` is a call of {owner.id}, and following or sharing it is prosecuted in "
                f"{', '.join(owner.designated_in)}: give another call, or none",
            )


def _links(
    workspace: Workspace,
    profiles: Mapping[str, PlatformProfile],
    post: Post,
    campaign: Campaign,
    lang: str,
    message: Message,
) -> Iterator[RiskFinding]:
    urls = [entity.value for part in message.parts for entity in part.entities if entity.kind == "link"]
    urls += [part.card.url for part in message.parts if part.card is not None]
    hosts = designated_hosts(workspace) if urls else {}
    for url in urls:
        host = _host(url)
        for domain, countries in hosts.items():
            if (host == domain or host.endswith(f".{domain}")) and at_risk(countries, post, campaign, lang):
                yield RiskFinding(
                    f"risk:link/{domain}",
                    "RISK-LINK",
                    f"opening or sharing {domain} is prosecuted in {', '.join(countries)}, and this text is for "
                    "readers there: take the link out",
                )
        for partner in workspace.partners.values():
            if at_risk(partner.designated_in, post, campaign, lang) and _leads_to(partner, url, profiles):
                yield RiskFinding(
                    f"risk:partner/{partner.id}",
                    "RISK-LINK",
                    f"this leads to an account of {partner.id}, which readers there are prosecuted for following: "
                    "take the link out",
                )


def _boost(workspace: Workspace, post: Post, campaign: Campaign, lang: str) -> Iterator[RiskFinding]:
    boost = post.front.boost
    partner = workspace.partners.get(boost.partner) if boost is not None and boost.partner is not None else None
    if partner is not None and at_risk(partner.designated_in, post, campaign, lang):
        yield RiskFinding(
            f"risk:partner/{partner.id}",
            "RISK-BOOST",
            f"boosting {partner.id} leads readers at risk to it, and sharing it is prosecuted in "
            f"{', '.join(partner.designated_in)}: write a post of your own",
        )


def _leads_to(partner: Partner, url: str, profiles: Mapping[str, PlatformProfile]) -> bool:
    """Whether an address lies below one of the partner's accounts."""
    host = _host(url)
    segments = [unquote(one).casefold().removeprefix("@") for one in urlsplit(url).path.split("/") if one]
    pages = ((profiles[platform].account_page, handle.casefold()) for platform, handle in partner.handles.items())
    return any(is_page is not None and is_page(host, segments, handle) for is_page, handle in pages)


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.").casefold()
