"""Protections: what in the shared files keeps posts from going out, as plain values that can be compared. Pure.

Whoever can push can write any of it. What makes it stronger counts at once; what makes it weaker counts once somebody
here has accepted it (`planning.keep_protections`), and until then the stronger of both is in force, field by field.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from amplify.model.action import Action
from amplify.model.campaign import Campaign, QuietPeriod
from amplify.model.fact import Fact
from amplify.model.local_settings import LocalSettings
from amplify.model.partner import Partner
from amplify.model.person import Person
from amplify.model.post import Post
from amplify.model.settings import Designated, Settings, WiderQuiet
from amplify.model.workspace import Workspace
from amplify.rules.plan.calendar_days import end_of_day, utc_day
from amplify.rules.plan.fact_conflicts import comparable_facts, facts_differ, replaces_fact
from amplify.rules.plan.subjects import people_in_texts, shown_people, templated_people

Value = Mapping[str, Any]
"""What protects one subject: names of fields → JSON."""
Key = tuple[str, str]
"""Kind (`campaign`, `person`, `partner`, `fact`, `action`, `post`, `workspace`) and id."""
Values = Mapping[Key, Value]

WORKSPACE: Final[Key] = ("workspace", "")
_STATUS: Final = ("active", "paused", "ended")
"""From weak to strong."""
_DESIGNATED: Final = ("domain", "hashtag", "handle")
NO_PARTNER: Final[Value] = {"designated_in": [], "reaches": []}
"""What the files say of a partner whom they do not have."""
_NONE: Final = "zxx"
"""In a consent: no language at all (BCP 47, “no linguistic content”)."""


def read_protections(workspace: Workspace) -> dict[Key, Value]:
    """What protects everybody and everything, as the files say it."""
    found: dict[Key, Value] = {WORKSPACE: _workspace(workspace)}
    for campaign in workspace.campaigns.values():
        found["campaign", campaign.id] = _campaign(campaign, workspace)
    for person in workspace.people.values():
        found["person", person.id] = _person(person)
    for partner in workspace.partners.values():
        found["partner", partner.id] = _partner(partner)
    beside = comparable_facts(workspace.facts.values())
    for fact in workspace.facts.values():
        found["fact", fact.id] = _fact(fact, beside[fact.id])
    for action in workspace.actions.values():
        found["action", action.id] = {"closes": _written(action.closes)}
    for post in workspace.posts.values():
        if post.front.consent is not None:
            found["post", post.id] = _post(post, workspace)
    return found


def stronger(before: Value, after: Value, now: datetime) -> Value:
    """The stronger of two protections of one subject, field by field: `after` itself where nothing is weaker."""
    if "as_of" in after and after["as_of"] > before["as_of"]:
        return after  # counted anew: another statement, not a weaker one
    return {
        name: _stronger(name, before[name], value, now) if name in before else value for name, value in after.items()
    }


def kept_values(before: Values, said: Mapping[Key, Value], now: datetime) -> Values:
    """What is in force of what the files say now. `before`: what was; of what was not, a new campaign is not ours, and
    a post has no consent of its own."""
    kept: dict[Key, Value] = {}
    gone = {key: NO_PARTNER for key in before if key[0] == "partner" and key not in said}
    for key, value in {**said, **gone}.items():
        if key in before:
            kept[key] = stronger(before[key], value, now)
        elif key[0] == "post" and before:
            kept[key] = {"own_consent": {}}
        else:
            kept[key] = {**value, "ours": False} if value.get("ours") and before else value
    return kept


def protected_workspace(workspace: Workspace, values: Values, now: datetime) -> Workspace:
    """The workspace as it is protected where others can change it: `values` are in force, whatever its files say."""
    said = read_protections(workspace)
    weaker = {key: value for key, value in values.items() if said.get(key, NO_PARTNER) != value}
    partners = {
        id: one if (kept := weaker.get(("partner", id))) is None else _in_partner(one, kept)
        for id, one in workspace.partners.items()
    }
    return replace(
        workspace,
        settings=_with_reaches(_in_settings(workspace.settings, weaker.get(WORKSPACE)), weaker, said),
        campaigns={id: _in_campaign(one, weaker.get(("campaign", id))) for id, one in workspace.campaigns.items()},
        people={id: _in_person(one, weaker.get(("person", id))) for id, one in workspace.people.items()},
        facts={id: _in_fact(one, weaker.get(("fact", id)), now) for id, one in workspace.facts.items()},
        actions={id: _in_action(one, weaker.get(("action", id))) for id, one in workspace.actions.items()},
        partners=partners,
        posts={id: _in_post(one, weaker.get(("post", id))) for id, one in workspace.posts.items()},
        local=_local(workspace, values),
        shared=True,
    )


def touched_subjects(key: Key) -> str | None:
    """How the subjects begin of deliveries that a protection is about; None: of all."""
    return None if key == WORKSPACE or key[0] == "partner" else f"{key[0]}:{key[1]}"


def protection_lines(before: Value, after: Value) -> Iterator[str]:
    """What is weaker in `after`, as the lines of a diff."""
    for name in after:
        if name in before and before[name] != after[name]:
            yield f"- {name.replace('_', ' ')}: {_words(before[name])}"
            yield f"+ {name.replace('_', ' ')}: {_words(after[name])}"


def _words(value: Any) -> str:
    if value is None or value in ([], {}):
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return "; ".join(f"{name} ({_words(one)})" for name, one in value.items())
    if isinstance(value, list):
        return ", ".join(_words(one) if isinstance(one, list) else str(one) for one in value if one)
    return str(value)


def _workspace(workspace: Workspace) -> Value:
    settings = workspace.settings
    return {
        "shared": len(workspace.partners) > 1,
        "designated": {_designation(one): sorted(one.designated_in) for one in settings.designated},
        "quiet": [[*_period(one), sorted(one.languages), sorted(one.partners)] for one in settings.quiet],
    }


def _designation(one: Designated) -> str:
    return next(f"{name} {said}" for name in _DESIGNATED if (said := getattr(one, name)) is not None)


def _partner(partner: Partner) -> Value:
    """A designated partner, with what leads to it: a push may take out the partner, or its address."""
    reaches = {f"handle {handle}" for handle in partner.handles.values()}
    if partner.website is not None:
        reaches.add(f"domain {urlsplit(partner.website).hostname or partner.website}")
    return {
        "designated_in": sorted(partner.designated_in),
        "reaches": sorted(reaches) if partner.designated_in else [],
    }


def _campaign(campaign: Campaign, workspace: Workspace) -> Value:
    return {
        # Where the local file says which campaigns are ours, no shared one does.
        "ours": campaign.owner == workspace.us if workspace.local.campaigns is None else None,
        "approvals": campaign.approvals,
        "status": campaign.status,
        "ends": _written(campaign.ends),
        "in_country_languages": sorted(campaign.in_country_languages),
        "quiet": [_period(one) for one in campaign.quiet],
    }


def _person(person: Person) -> Value:
    consent = person.consent
    return {
        "consent": sorted(consent.scope),
        "consent_languages": sorted(consent.languages),
        "consent_withdrawn": _written(consent.withdrawn),
    }


def _post(post: Post, workspace: Workspace) -> Value:
    """A post's own consent lifts what the consent of everybody whom it names or shows does not cover."""
    front = post.front
    texts = [
        part.template for one in post.variants for parts in (one.parts, *one.by_platform.values()) for part in parts
    ]
    people = {*front.people, *shown_people(post.media_files, workspace)}
    people.update(name for text in texts for name in templated_people(text))
    if front.campaign in workspace.campaigns:
        people |= people_in_texts(texts, front.campaign, workspace)
    return {"own_consent": dict.fromkeys(sorted(people), front.consent)}


def _fact(fact: Fact, beside: Sequence[Fact]) -> Value:
    ends = [fact.expires, *(other.as_of - timedelta(days=1) for other in beside if replaces_fact(other, fact))]
    disputed = max((other.expires for other in beside if facts_differ(fact, other)), default=None)
    return {"as_of": _written(fact.as_of), "last_day": _written(min(ends)), "disputed_until": _written(disputed)}


def _period(period: QuietPeriod) -> list[Any]:
    return [_written(period.start), _written(period.end), period.owner, period.reason]


def _written(moment: date | None) -> str | None:
    if isinstance(moment, datetime):
        moment = moment.astimezone(UTC)
    return moment.isoformat() if moment is not None else None


def _stronger(name: str, before: Any, after: Any, now: datetime) -> Any:
    match name:
        case "ours":
            return after if before is None or after is None else before and after
        case "shared":
            return before or after
        case "approvals":
            return max(before, after)
        case "status":
            return max(before, after, key=_STATUS.index)
        case "ends" | "last_day" | "closes":
            return _over(before, after, now)
        case "disputed_until":
            return before if before is not None and _is_to_come(before, now) and (after or "") < before else after
        case "in_country_languages" | "designated_in" | "reaches":
            return sorted({*before, *after})
        case "designated":
            return {one: sorted({*before.get(one, ()), *after.get(one, ())}) for one in sorted({*before, *after})}
        case "quiet":
            return [*after, *(one for one in before if _is_to_come(one[1], now) and not _is_covered(one, after, now))]
        case "consent":
            return sorted(set(before) & set(after))
        case "own_consent":
            return {person: said for person, said in after.items() if before.get(person) == said}
        case "consent_languages":
            return _fewer_languages(before, after)
        case "consent_withdrawn":
            return before or after
    return after


def _over(before: str | None, after: str | None, now: datetime) -> str | None:
    """A last day, or an instant, that is over stays over; one that is still to come may move."""
    if before is None or after == before:
        return after
    return before if not _is_to_come(before, now) and (after is None or after > before) else after


def _is_to_come(moment: str, now: datetime) -> bool:
    """Whether the end of this day, or this instant, is still to come."""
    return (datetime.fromisoformat(moment) if "T" in moment else end_of_day(date.fromisoformat(moment))) > now


def _is_covered(period: Sequence[Any], others: Sequence[Sequence[Any]], now: datetime) -> bool:
    """Whether another period is silent whenever this one still would be, for as many."""
    start, end = max(datetime.fromisoformat(period[0]), now), datetime.fromisoformat(period[1])
    return any(
        datetime.fromisoformat(one[0]) <= start
        and datetime.fromisoformat(one[1]) >= end
        and _is_as_wide(one[4:], period[4:])
        for one in others
    )


def _is_as_wide(one: Sequence[Sequence[str]], other: Sequence[Sequence[str]]) -> bool:
    """Whether one period is for all languages and partners of the other; none at all: for everything."""
    narrower = all(set(narrow) <= set(wide) for narrow, wide in zip(other, one, strict=True))
    return not any(one) or (any(other) and narrower)


def _fewer_languages(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """Languages that both allow; none listed: all."""
    if not before or not after:
        return sorted({*before, *after})
    return sorted(set(before) & set(after)) or [_NONE]


def _in_campaign(campaign: Campaign, kept: Value | None) -> Campaign:
    if kept is None:
        return campaign
    return campaign.model_copy(
        update={
            "approvals": kept["approvals"],
            "status": kept["status"],
            "ends": date.fromisoformat(kept["ends"]) if kept["ends"] else None,
            "in_country_languages": tuple(kept["in_country_languages"]),
            "quiet": tuple(QuietPeriod(**_period_fields(one)) for one in kept["quiet"]),
        }
    )


def _in_person(person: Person, kept: Value | None) -> Person:
    if kept is None:
        return person
    withdrawn = kept["consent_withdrawn"]
    consent = person.consent.model_copy(
        update={
            "scope": tuple(kept["consent"]),
            "languages": tuple(kept["consent_languages"]),
            "withdrawn": date.fromisoformat(withdrawn) if withdrawn else None,
        }
    )
    return person.model_copy(update={"consent": consent})


def _in_post(post: Post, kept: Value | None) -> Post:
    if kept is None:
        return post
    return replace(post, front=post.front.model_copy(update={"consent": None}))


def _in_fact(fact: Fact, kept: Value | None, now: datetime) -> Fact:
    if kept is None:
        return fact
    last = date.fromisoformat(kept["last_day"])
    if kept["disputed_until"] is not None and _is_to_come(kept["disputed_until"], now):
        last = min(last, utc_day(now) - timedelta(days=1))
    return fact.model_copy(update={"expires": min(fact.expires, last)})


def _in_action(action: Action, kept: Value | None) -> Action:
    if kept is None:
        return action
    return action.model_copy(update={"closes": datetime.fromisoformat(kept["closes"]) if kept["closes"] else None})


def _in_partner(partner: Partner, kept: Value) -> Partner:
    return partner.model_copy(update={"designated_in": tuple(kept["designated_in"])})


def _in_settings(settings: Settings, kept: Value | None) -> Settings:
    if kept is None:
        return settings
    designated = [_designated(*one) for one in kept["designated"].items()]
    quiet = [WiderQuiet(**_period_fields(one), **_only(languages=one[4], partners=one[5])) for one in kept["quiet"]]
    return settings.model_copy(update={"designated": tuple(designated), "quiet": tuple(quiet)})


def _with_reaches(settings: Settings, weaker: Values, said: Values) -> Settings:
    """The settings, with what led to designated partners and, as the files say, no longer does."""
    more = [
        _designated(reach, kept["designated_in"])
        for key, kept in weaker.items()
        if key[0] == "partner"
        for reach in kept["reaches"]
        if reach not in said.get(key, NO_PARTNER)["reaches"]
    ]
    return settings.model_copy(update={"designated": (*settings.designated, *more)}) if more else settings


def _designated(reach: str, countries: Sequence[str]) -> Designated:
    name, _, said = reach.partition(" ")
    # As it was read once: it was valid then, or is a partner's own.
    return Designated.model_construct(**{name: said}, designated_in=tuple(countries))  # type: ignore[arg-type]


def _local(workspace: Workspace, values: Values) -> LocalSettings:
    """Where the local file does not say which campaigns are ours: those that the files called ours when nobody had to
    be asked, or that somebody accepted since."""
    if workspace.local.campaigns is not None:
        return workspace.local
    ours = (id for id in workspace.campaigns if values.get(("campaign", id), {}).get("ours"))
    return workspace.local.model_copy(update={"campaigns": tuple(ours)})


def _only(**said: Sequence[str]) -> dict[str, Any]:
    """What narrows something, where it does: a list that is empty does not."""
    return {field: tuple(items) for field, items in said.items() if items}


def _period_fields(written: Sequence[Any]) -> dict[str, Any]:
    start, end = (datetime.fromisoformat(each) for each in written[:2])
    return {"start": start, "end": end, "owner": written[2], "reason": written[3]}
