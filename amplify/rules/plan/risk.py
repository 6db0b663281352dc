"""Risk rules: what posts may not ask of readers who may be prosecuted for it, and whom they may not lead to. Pure.

A text is *for readers at risk* if its post says so (`risk: {audience: in_country}`, or `risk: {in_country: [XZ]}`) or
its language does (the campaign's `in_country_languages`). What is *designated* (a partner, a domain) is so in certain
countries; it counts where the post names one of these, and wherever the post does not say which country it is for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final
from urllib.parse import urlsplit

from amplify.model.campaign import Campaign
from amplify.model.message import Message
from amplify.model.partner import Partner
from amplify.model.platform_profile import PlatformProfile
from amplify.model.post import Post
from amplify.model.subject import kind_and_name
from amplify.model.workspace import Workspace
from amplify.rules.text.aliases import NameMatcher, texts_of
from amplify.rules.text.loose_references import (
    LooseAddress,
    LooseReferences,
    find_references,
    fold_address,
    unicode_host,
)
from amplify.rules.text.name_words import without_marks, word_keys

AsksCountries = Callable[[Sequence[str]], bool]
"""Whether the readers of a text may be prosecuted over what is designated in these countries."""
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
    asked = partial(at_risk, post=post, campaign=campaign, lang=lang)
    said = find_references(texts_of(message))
    found = [
        *_calls(workspace, subjects, asked),
        *_boost(workspace, post, asked),
        *(_designated(one, said) for one in find_designations(workspace) if asked(one.countries)),
        *_accounts(workspace, profiles, said, asked),
    ]
    first: dict[str, RiskFinding] = {}
    for one in found:
        if one is not None:
            first.setdefault(one.subject, one)
    return tuple(first.values())


@dataclass(frozen=True, slots=True)
class Designation:
    """A domain, a hashtag or a handle that readers are prosecuted for."""

    name: str
    """In its gate: `link/waves.test`, `hashtag/waves`, `handle/waves`."""
    said: str
    """In a sentence: `waves.test`, `#waves`, `@waves`."""
    countries: tuple[str, ...]
    keys: frozenset[str]
    """What it is compared as; for an address its host."""
    path: tuple[str, ...] = ()


def find_designations(workspace: Workspace) -> tuple[Designation, ...]:
    """Everything designated besides accounts of partners: the settings' own, and the websites of such partners."""
    found: dict[str, Designation] = {}
    for one in workspace.settings.designated:
        if one.domain is not None:
            made = _address(one.domain, one.designated_in)
        elif one.hashtag is not None:
            keys = frozenset(word_keys(without_marks(one.hashtag)))
            made = Designation(f"hashtag/{one.hashtag.casefold()}", f"#{one.hashtag}", one.designated_in, keys)
        else:
            handle = fold_address(one.handle or "")
            made = Designation(f"handle/{handle}", f"@{one.handle}", one.designated_in, frozenset({handle}))
        found.setdefault(made.name, made)
    for partner in workspace.partners.values():
        if partner.designated_in and partner.website is not None:
            made = _address(_host(partner.website), partner.designated_in)
            found.setdefault(made.name, made)
    return tuple(found.values())


def _address(domain: str, countries: tuple[str, ...]) -> Designation:
    host, slash, path = fold_address(domain).partition("/")
    plain = frozenset({unicode_host(host.removeprefix("www."))})
    return Designation(f"link/{domain}", domain, countries, plain, LooseAddress(host, slash + path).segments)


def _designated(one: Designation, said: LooseReferences) -> RiskFinding | None:
    """The finding where a text leads to what is designated."""
    kind = one.name.partition("/")[0]
    if kind == "link":
        below = (each for each in said.addresses if not one.keys.isdisjoint(each.domains))
        there = any(each.segments[: len(one.path)] == one.path for each in below)
    elif kind == "hashtag":
        there = any(not one.keys.isdisjoint(word_keys(without_marks(tag))) for tag in said.hashtags)
    else:
        there = not one.keys.isdisjoint(said.handles)
    if not there:
        return None
    code, doing = ("RISK-LINK", "opening or sharing") if kind == "link" else ("TAG-DESIGNATED", "following or sharing")
    where = f"is prosecuted in {', '.join(one.countries)}, and this text is for readers there"
    return RiskFinding(f"risk:{one.name}", code, f"{doing} {one.said} {where}: take it out")


def _calls(workspace: Workspace, subjects: Sequence[str], asked: AsksCountries) -> Iterator[RiskFinding]:
    for subject in subjects:
        kind, name = kind_and_name(subject)
        if kind != "action":
            continue
        action = workspace.actions[name]
        owner = _owner(workspace, action.owner)
        if action.kind in UNASKED:
            yield RiskFinding(
                f"risk:action/{name}",
                "RISK-CALL",
                f"`{name}` asks readers at risk {UNASKED[action.kind]}: give another call, or none",
            )
        elif owner is not None and asked(owner.designated_in):
            yield RiskFinding(
                f"risk:action/{name}",
                "RISK-CALL",
                f"`{name}` is a call of {owner.id}, and following or sharing it is prosecuted in "
                f"{', '.join(owner.designated_in)}: give another call, or none",
            )


def _owner(workspace: Workspace, owner: str) -> Partner | None:
    """The partner that a call belongs to: by id, or a designated one whose name stands there, in any spelling."""
    known = workspace.partners.get(owner)
    if known is not None:
        return known
    for partner in workspace.partners.values():
        if partner.designated_in and NameMatcher({partner.id: partner.name.values()}).names(owner):
            return partner
    return None


def _accounts(
    workspace: Workspace,
    profiles: Mapping[str, PlatformProfile],
    said: LooseReferences,
    asked: AsksCountries,
) -> Iterator[RiskFinding]:
    """Accounts of designated partners, by an address or by a handle of any platform."""
    for partner in workspace.partners.values():
        if not partner.designated_in or not asked(partner.designated_in):
            continue
        subject = f"risk:partner/{partner.id}"
        if any(_leads_to(partner, one, profiles) for one in said.addresses):
            yield RiskFinding(
                subject,
                "RISK-LINK",
                f"this leads to an account of {partner.id}, which readers there are prosecuted for following: "
                "take the link out",
            )
        handle = next((one for one in map(fold_address, partner.handles.values()) if _mentions(one, said)), None)
        if handle is not None:
            yield RiskFinding(
                subject,
                "TAG-DESIGNATED",
                f"following @{handle} is prosecuted in {', '.join(partner.designated_in)}, and this text is for "
                f"readers there: write `{{{{ partner.{partner.id} }}}}`, which becomes its name",
            )


def _mentions(handle: str, said: LooseReferences) -> bool:
    """Whether a handle is typed out, with its server or, as on that server, without."""
    return handle in said.handles or handle.partition("@")[0] in said.handles


def _boost(workspace: Workspace, post: Post, asked: AsksCountries) -> Iterator[RiskFinding]:
    boost = post.front.boost
    partner = workspace.partners.get(boost.partner) if boost is not None and boost.partner is not None else None
    if partner is not None and asked(partner.designated_in):
        yield RiskFinding(
            f"risk:partner/{partner.id}",
            "RISK-BOOST",
            f"boosting {partner.id} leads readers at risk to it, and sharing it is prosecuted in "
            f"{', '.join(partner.designated_in)}: write a post of your own",
        )


def _leads_to(partner: Partner, address: LooseAddress, profiles: Mapping[str, PlatformProfile]) -> bool:
    """Whether an address lies below one of the partner's accounts."""
    host = address.host.removeprefix("www.")
    pages = ((profiles[platform].account_page, fold_address(handle)) for platform, handle in partner.handles.items())
    return any(is_page is not None and is_page(host, address.segments, handle) for is_page, handle in pages)


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.").casefold()
