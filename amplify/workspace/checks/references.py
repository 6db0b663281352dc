"""Checks references: every name that one file uses must be defined in another.

A list of plain functions, each looking at one kind of reference. A new check is one function and one line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, Final

from amplify.model.problem import PROBLEMS_MOST, Problem, Severity, SourceLocation, unexpected_problem
from amplify.rules.lint.rulebook import RULEBOOK, weakens_rule
from amplify.workspace.checks.banner_names import banners_name
from amplify.workspace.checks.dates import check_calendar, check_queue_dates
from amplify.workspace.checks.person_aliases import check_aliases
from amplify.workspace.checks.post_banners import posts_show_banners
from amplify.workspace.checks.spellings import check_spellings, pictures_show, quiet_names
from amplify.workspace.checks.template_names import check_names_in_texts
from amplify.workspace.media_places import media_places
from amplify.workspace.parsed import Parsed, ParsedWorkspace
from amplify.workspace.partial import NO_LANGUAGE, NO_PLATFORM, NOT_READ
from amplify.workspace.picture_names import missing_picture
from amplify.workspace.suggest import did_you_mean
from amplify.workspace.validate import SourceNode
from amplify.workspace.yaml_reader import Loc

NOUNS: Final = {
    "campaigns": ("campaign", "REF-CAMPAIGN"),
    "people": ("person", "REF-PERSON"),
    "facts": ("fact", "REF-FACT"),
    "actions": ("call to action", "REF-ACTION"),
    "partners": ("partner", "REF-PARTNER"),
    "posts": ("post", "REF-POST"),
    "banners": ("banner template", "REF-BANNER"),
}
"""Shelf → what one of its entries is called, and the code of a name that is not on it."""


def check_references(findings: ParsedWorkspace) -> tuple[Problem, ...]:
    """Every reference to something that does not exist, and every id that is defined twice."""
    return tuple(problem for check in CHECKS for problem in _found_by(check, findings))


def _found_by(check: Check, findings: ParsedWorkspace) -> list[Problem]:
    """What a check finds; where it fails at posts, that is a problem of these, and the others are checked."""
    try:
        return list(check(findings))
    except Exception as error:
        culprits = [post for post in findings.posts if _fails(check, findings.only([post]))]
        if not culprits:
            raise
        at = {id(post) for post in culprits}
        rest = findings.only([post for post in findings.posts if id(post) not in at])
        return [*(unexpected_problem(post.word.place, error) for post in culprits), *check(rest)]


def _fails(check: Check, findings: ParsedWorkspace) -> bool:
    try:
        list(check(findings))
    except Exception:
        return True
    return False


def unknown_name(
    findings: ParsedWorkspace, shelf: str, name: str | None, spot: SourceNode, *loc: str | int
) -> Iterator[Problem]:
    """A problem at `loc` below `spot`, unless `name` (where given) is in the collection."""
    if name is None or name == NOT_READ:
        return
    known = findings.known(shelf)
    if name not in known:
        noun, code = NOUNS[shelf]
        yield Problem(spot.place(*loc), code, f"unknown {noun} `{name}`" + did_you_mean(name, known))


def _all(
    findings: ParsedWorkspace, shelf: str, names: Iterable[str], found: Parsed[Any], *loc: str | int
) -> Iterator[Problem]:
    unknown = (
        problem
        for index, name in enumerate(names)
        for problem in unknown_name(findings, shelf, name, found.spot, *loc, index)
    )
    yield from islice(unknown, PROBLEMS_MOST)  # each is compared with all names there are


def _platforms(findings: ParsedWorkspace, named: Iterable[tuple[str, SourceLocation]]) -> Iterator[Problem]:
    for name, place in named:
        if name not in findings.platforms and name != NO_PLATFORM:
            message = f"unknown platform `{name}`" + did_you_mean(name, findings.platforms)
            yield Problem(place, "REF-PLATFORM", message)


def _twice(named: Iterable[tuple[str, SourceNode, Loc]], noun: str) -> Iterator[Problem]:
    first: dict[str, tuple[SourceNode, Loc]] = {}
    for name, spot, loc in named:
        if NOT_READ in name or NO_PLATFORM in name:
            continue
        if name in first:
            before, at = first[name]
            message = f"{noun} `{name}` stands at {before.place(*at)} already: give this one another id"
            yield Problem(spot.place(*loc), "ID-DUPLICATE", message)
        first.setdefault(name, (spot, loc))


def duplicate_ids(findings: ParsedWorkspace) -> Iterator[Problem]:
    for shelf, (noun, _) in (*NOUNS.items(), ("queue", ("queue entry", ""))):
        everything: list[Parsed[Any]] = getattr(findings, shelf)
        yield from _twice(((found.word.id, found.spot, ("id",)) for found in everything), noun)
    yield from _twice(((found.word.id, found.spot, ("platform",)) for found in findings.accounts), "the account")
    for campaign in findings.campaigns:
        occasions = enumerate(campaign.word.occasions)
        yield from _twice(((o.id, campaign.spot, ("occasions", i, "id")) for i, o in occasions), "occasion")


def one_handle_one_partner(findings: ParsedWorkspace) -> Iterator[Problem]:
    first: dict[tuple[str, str], SourceLocation] = {}
    for found in findings.partners:
        for platform, handle in found.word.handles.items():
            place = found.spot.place("handles", platform)
            known = first.setdefault((platform, handle.lower()), place)
            if known != place:
                yield Problem(
                    place, "REF-HANDLE", f"the handle `{handle}` on {platform} stands at {known} already: whose is it?"
                )


def rules_named(findings: ParsedWorkspace) -> Iterator[Problem]:
    if findings.settings is None:
        return
    seen: set[str] = set()
    for index, change in enumerate(findings.settings.word.rules):
        place = findings.settings.spot.place("rules", index, "id")
        if change.id not in RULEBOOK:
            yield Problem(place, "REF-RULE", f"unknown rule `{change.id}`" + did_you_mean(change.id, RULEBOOK))
        elif weakens_rule(change.id, change.severity):
            yield Problem(
                place,
                "REF-RULE",
                f"{change.id} protects others and cannot be weakened: take this out, and mend what it finds",
            )
        elif change.id in seen:
            yield Problem(place, "ID-DUPLICATE", f"`{change.id}` is decided on already above: keep one")
        seen.add(change.id)


def campaigns_name(findings: ParsedWorkspace) -> Iterator[Problem]:
    for found in findings.campaigns:
        campaign, spot = found.word, found.spot
        yield from unknown_name(findings, "partners", campaign.owner, spot, "owner")
        yield from _all(findings, "people", campaign.people, found, "people")
        for i, tag in enumerate(campaign.hashtags):
            places = (spot.place("hashtags", i, "platforms", j) for j in range(len(tag.platforms)))
            yield from _platforms(findings, zip(tag.platforms, places, strict=True))
        for key in ("banned", "hijacked"):
            for i, banned in enumerate(getattr(campaign, key)):
                places = (spot.place(key, i, "platforms", j) for j in range(len(banned.platforms)))
                yield from _platforms(findings, zip(banned.platforms, places, strict=True))
        customs = [(name, spot.key_place("hashtag_customs", name)) for name in campaign.hashtag_customs]
        yield from _platforms(findings, customs)
        for i, signatory in enumerate(campaign.signatories):
            yield from unknown_name(findings, "partners", signatory.partner, spot, "signatories", i, "partner")
            if (signatory.partner is None) == (signatory.name is None):
                yield Problem(
                    spot.place("signatories", i), "VALUE-SENSE", "give a signatory either a `partner` or a `name`"
                )


def posts_name(findings: ParsedWorkspace) -> Iterator[Problem]:
    for found in findings.posts:
        front, spot = found.word.front, found.spot
        yield from unknown_name(findings, "campaigns", front.campaign, spot, "campaign")
        yield from unknown_name(findings, "partners", front.owner, spot, "owner")
        yield from _all(findings, "people", front.people, found, "people")
        yield from _all(findings, "partners", front.mentions, found, "mentions")
        yield from _all(findings, "facts", front.facts, found, "facts")
        yield from unknown_name(findings, "actions", front.cta, spot, "cta")
        for item, place in media_places(found):
            if isinstance(item, str) and item not in findings.picture_files:
                yield Problem(place, "REF-PICTURE", missing_picture(findings, item))


def boosts_name(findings: ParsedWorkspace) -> Iterator[Problem]:
    boosts = {found.word.id for found in findings.posts if found.word.front.kind == "boost"}
    for found in findings.posts:
        boost, spot = found.word.front.boost, found.spot
        if boost is None:
            continue
        yield from unknown_name(findings, "posts", boost.post, spot, "boost", "post")
        yield from unknown_name(findings, "partners", boost.partner, spot, "boost", "partner")
        yield from _platforms(findings, [(name, spot.key_place("boost", "urls", name)) for name in boost.urls])
        if boost.post in boosts:
            yield Problem(
                spot.place("boost", "post"), "REF-BOOST", f"`{boost.post}` is a boost itself: name the post it boosts"
            )


def posts_keep_to_their_campaign(findings: ParsedWorkspace) -> Iterator[Problem]:
    campaigns = {found.word.id: found.word for found in findings.campaigns if found.whole}
    actions = {found.word.id: found.word for found in findings.actions if found.whole}
    for found in findings.posts:
        post, spot = found.word, found.spot
        campaign = campaigns.get(post.front.campaign)
        if campaign is None:
            continue
        occasions = {occasion.id for occasion in campaign.occasions}
        if post.front.occasion is not None and post.front.occasion not in occasions:
            name = post.front.occasion
            message = f"campaign `{campaign.id}` has no occasion `{name}`" + did_you_mean(name, occasions)
            yield Problem(spot.place("occasion"), "REF-OCCASION", message)
        spoken = [(variant.lang, variant.place) for variant in post.variants if variant.lang != post.front.lang]
        for lang, at in [(post.front.lang, None), *spoken]:
            if lang not in (*campaign.languages, NO_LANGUAGE):
                place = at or spot.place("lang")
                message = f"campaign `{campaign.id}` does not speak `{lang}`: add it to its languages, or mend it here"
                yield Problem(place, "REF-LANGUAGE", message)
        action = actions.get(post.front.cta or "")
        if action is not None and action.campaign != campaign.id:
            yield Problem(
                spot.place("cta"),
                "REF-FOREIGN",
                f"`{action.id}` belongs to campaign `{action.campaign}`, the post to `{campaign.id}`: is it meant?",
                Severity.WARNING,
            )


def facts_and_actions_name(findings: ParsedWorkspace) -> Iterator[Problem]:
    for found in findings.facts:
        yield from unknown_name(findings, "facts", found.word.supersedes, found.spot, "supersedes")
        if found.word.supersedes == found.word.id:
            yield Problem(
                found.spot.place("supersedes"), "REF-FACT", "a fact cannot replace itself: name the older one"
            )
    for action in findings.actions:
        yield from unknown_name(findings, "campaigns", action.word.campaign, action.spot, "campaign")
        picture = action.word.picture
        if picture is not None and picture not in findings.picture_files:
            message = missing_picture(findings, picture)
            yield Problem(action.spot.place("picture"), "REF-PICTURE", message)


def partners_name(findings: ParsedWorkspace) -> Iterator[Problem]:
    for found in findings.partners:
        handles = found.word.handles
        yield from _platforms(findings, [(name, found.spot.key_place("handles", name)) for name in handles])


def queue_names(findings: ParsedWorkspace) -> Iterator[Problem]:
    for found in findings.queue:
        entry, spot = found.word, found.spot
        yield from _all(findings, "posts", entry.posts, found, "posts")
        if entry.when.series is None:
            posts = enumerate(entry.posts)
            yield from _twice(((name, spot, ("posts", i)) for i, name in posts), "in this entry, the post")
        if entry.partners != "all":
            yield from _all(findings, "partners", entry.partners, found, "partners")
            yield from _silent(findings, found)
        platforms = enumerate(entry.platforms or ())
        yield from _platforms(findings, [(name, spot.place("platforms", i)) for i, name in platforms])


def _silent(findings: ParsedWorkspace, found: Parsed[Any]) -> Iterator[Problem]:
    """Partners named by a queue entry that would publish nothing."""
    book = {partner.word.id: partner.word for partner in findings.partners if partner.whole}
    for i, name in enumerate(found.word.partners):
        partner = book.get(name)
        if partner is None:
            continue
        lacking = [p for p in found.word.platforms or () if p in findings.platforms and p not in partner.handles]
        why = ""
        if not partner.publishes:
            why = "is in the handle book only to be mentioned (`publishes: false`)"
        elif lacking:
            why = f"has no handle on {', '.join(lacking)}"
        elif not partner.handles:
            why = "has no handle on any platform"
        if why:
            message = f"`{name}` {why}: nothing is planned for it there"
            yield Problem(found.spot.place("partners", i), "QUEUE-SILENT", message, Severity.WARNING)


def accounts_name(findings: ParsedWorkspace) -> Iterator[Problem]:
    if findings.us is not None:
        yield from unknown_name(findings, "partners", findings.us.word, findings.us.spot)
    book = {found.word.id: found.word for found in findings.partners if found.whole}
    for found in findings.accounts:
        account, spot = found.word, found.spot
        yield from unknown_name(findings, "partners", account.partner, spot, "partner")
        yield from _platforms(findings, [(account.platform, spot.place("platform"))])
        partner = book.get(account.partner)
        if partner is not None and account.platform in findings.platforms and account.platform not in partner.handles:
            message = (
                f"the handle book gives `{partner.id}` no handle on {account.platform}: add it to config/partners.yaml"
            )
            yield Problem(spot.place("platform"), "REF-HANDLE", message)


Check = Callable[[ParsedWorkspace], Iterable[Problem]]

QUEUE_CHECKS: Final[tuple[Check, ...]] = (queue_names, check_queue_dates)
"""What is asked of queue entries, in the file and before they are added to it."""

CHECKS: Final[tuple[Check, ...]] = (
    duplicate_ids,
    one_handle_one_partner,
    rules_named,
    campaigns_name,
    posts_name,
    boosts_name,
    posts_keep_to_their_campaign,
    facts_and_actions_name,
    partners_name,
    accounts_name,
    pictures_show,
    banners_name,
    posts_show_banners,
    quiet_names,
    check_spellings,
    check_aliases,
    check_calendar,
    check_names_in_texts,
    *QUEUE_CHECKS,
)
