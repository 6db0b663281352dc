"""Render context: the names a text may use: `{{ fact.prisoners }}`, `{{ person.anna.days_detained }}`, `{{
partner.press_union }}` …

Each name used is noted, so that a delivery knows what it speaks of.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from amplify.model.action import Action
from amplify.model.campaign import Campaign, Occasion, OccasionNames, Signatory
from amplify.model.fact import Fact
from amplify.model.partner import Partner
from amplify.model.person import Person
from amplify.model.platform_profile import PlatformProfile
from amplify.model.post import Post
from amplify.model.workspace import Workspace
from amplify.rules.plan.calendar_days import readers_day
from amplify.rules.plan.legal_names import legal_names
from amplify.rules.plan.risk import at_risk
from amplify.rules.plan.statements import StatementView, find_statement, name_signatories, shorten_names
from amplify.rules.plan.template import TemplateFault
from amplify.rules.text.bidi import isolate_text
from amplify.rules.text.language import format_number, has_dates, pick_any, pick_text, spelled_date
from amplify.rules.text.plurals import spelled_days, unit_of

NO_NAMES: Final = OccasionNames()
_TODAY: Final = re.compile(r"\{[{%][^{}]*\b(?:days_detained|days_since|date)\b")


@dataclass(slots=True)
class RenderContext:
    """For whom, on which platform and when a text is rendered."""

    workspace: Workspace
    profiles: Mapping[str, PlatformProfile]
    """Of all platforms: a text for one may lead to accounts on others."""
    post: Post
    platform: str
    lang: str
    due: datetime
    """UTC."""
    zone: str
    used: set[str] = field(default_factory=set)
    """`kind:id` of every name that was used."""
    partner: str = ""
    """Who says it; empty: anybody."""

    @property
    def day(self) -> date:
        """The due day on the readers' calendar."""
        return readers_day(self.due, self.zone)

    def pick(self, texts: Mapping[str, str]) -> str | None:
        """The text for the language at hand, or along its chain (`rules.text.language`)."""
        return pick_text(texts, self.lang, self.workspace.settings.fallback)

    def pick_any(self, texts: Mapping[str, str]) -> str:
        """Like `pick`, then whatever there is: for names, which must not vanish."""
        return pick_any(texts, self.lang, self.workspace.settings.fallback)

    def number(self, value: int) -> str:
        return format_number(value, self.lang, self.workspace.settings.fallback)

    def date(self, day: date) -> str:
        """A date in words. Raises TemplateFault where the language has none: another one would be a surprise."""
        fallback = self.workspace.settings.fallback
        if not has_dates(self.lang, fallback):
            raise TemplateFault(
                f"the names of the months are not known in `{self.lang}`: name a language to take them from under "
                f"`fallback:` in config/workspace.yaml, or write the date out"
            )
        return spelled_date(day, self.lang, fallback, self.workspace.settings.english_dates)

    @property
    def campaign(self) -> Campaign:
        return self.workspace.campaigns[self.post.front.campaign]

    @property
    def occasion(self) -> Occasion | None:
        """The occasion that the post was written for."""
        wanted = self.post.front.occasion
        return next((one for one in self.campaign.occasions if one.id == wanted), None) if wanted is not None else None

    def own_or_common(self, own: Mapping[str, str], common: Mapping[str, str]) -> str | None:
        """A partner's own word where it has one along the language's chain, else the common one."""
        return self.pick(own) or self.pick(common)


class _Book:
    """Template access to a mapping of models, such as `fact.x`: one entry, noted when it is used."""

    def __init__(self, kind: str, words: Mapping[str, Any], setting: RenderContext, view: Any) -> None:
        self._kind, self._words, self._setting, self._view = kind, words, setting, view

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        word = self._words.get(name)
        if word is None:
            known = ", ".join(list(self._words)[:6]) or "none yet"
            raise TemplateFault(f"no {self._kind} is called `{name}`; known: {known}")
        kind = "action" if self._kind == "cta" else self._kind
        self._setting.used.add(f"{kind}:{name}")
        return self._view(word, self._setting)

    __getitem__ = __getattr__

    def __str__(self) -> str:
        raise TemplateFault(f"say which: `{{{{ {self._kind}.NAME }}}}`")


class _View:
    """Template access to one model: its public attributes, and those that are only made when they are asked for."""

    _late: Mapping[str, Callable[[], str]] = {}

    def __getattr__(self, name: str) -> Any:  # called for what is not there
        if name.startswith("_"):
            raise AttributeError(name)
        if name in self._late:
            return self._late[name]()
        known = [*(one for one in vars(self) if not one.startswith("_")), *self._late]
        raise TemplateFault(f"there is no `.{name}` here; known: {', '.join(known)}")


class _Fact(_View):
    def __init__(self, fact: Fact, setting: RenderContext) -> None:
        self.value = setting.number(fact.value) if isinstance(fact.value, int) else fact.value
        self.qualifier = setting.pick(fact.qualifier) or ""
        self.unit = unit_of(fact, setting.lang, setting.workspace.settings.fallback)
        self.counted_by = setting.pick_any(fact.counted_by)
        self._late = {"as_of": lambda: setting.date(fact.as_of)}

    def __str__(self) -> str:
        counted = " ".join(word for word in (self.qualifier, self.value, self.unit) if word)
        return f"{counted} ({self.counted_by})"


class _Days(str):
    """A number of days: `{{ … }}` is the number, `.in_words` has the word for days in the form it asks for, and
    `.unit` is that word alone, for where the number stands by itself."""

    __slots__ = ("in_words", "unit")
    in_words: str
    unit: str


class _Person(_View):
    def __init__(self, person: Person, setting: RenderContext) -> None:
        self.name = setting.pick_any(person.name)
        since = person.detentions[-1].start
        self.days_detained = _days(days_detained(person, setting.day), setting)
        self.days_since = _days(days_since(person, setting.day), setting)
        self._late = {"detained_since": lambda: setting.date(since), **legal_names(person, setting)}

    def __str__(self) -> str:
        return self.name


def _days(count: int, setting: RenderContext) -> _Days:
    days = _Days(setting.number(count))
    # Where a language has no word for it, the number stands alone: the author's own words go on.
    days.in_words = spelled_days(count, setting.lang, setting.workspace.settings.fallback) or str(days)
    days.unit = days.in_words.replace(days, "", 1).strip()
    return days


def days_detained(person: Person, day: date) -> int:
    """Whole days behind bars up to `day`, all detentions together; the first day counts as one."""
    total = 0
    for detention in person.detentions:
        last = min(detention.end or day, day)
        if last >= detention.start:
            total += (last - detention.start).days + 1
    return total


def days_since(person: Person, day: date) -> int:
    """Days from the first day of the present detention to `day`; that day itself is 0."""
    return max(0, (day - person.detentions[-1].start).days)


class _Occasion:
    def __init__(self, setting: RenderContext) -> None:
        occasion = setting.occasion
        if occasion is None:
            raise TemplateFault("this post names no occasion of its campaign: add `occasion:` to its front matter")
        own = occasion.names.get(setting.partner, NO_NAMES)
        self.name = setting.own_or_common(own.name, occasion.name) or setting.pick_any(occasion.name)
        self._themes = occasion.themes.get(setting.day.year)
        self._year, self._setting = setting.day.year, setting

    def __getattr__(self, name: str) -> str:
        if name.startswith("_"):
            raise AttributeError(name)
        if name != "theme":
            raise TemplateFault(f"there is no `.{name}` here; known: name, theme")
        theme = self._setting.pick(self._themes) if self._themes else None
        if theme is None:
            raise TemplateFault(
                f"the occasion has no theme for {self._year} in `{self._setting.lang}`: "
                "add it to the campaign's occasions"
            )
        return theme

    def __str__(self) -> str:
        return self.name


class _CampaignName(_View):
    def __init__(self, setting: RenderContext) -> None:
        self.name = setting.pick_any(setting.campaign.name)

    def __str__(self) -> str:
        return self.name


class _Late(Mapping[str, Any]):
    """Template names, each made only when it is used: most texts use one or two."""

    def __init__(self, setting: RenderContext) -> None:
        workspace = setting.workspace
        self._makers: dict[str, Any] = {
            "fact": lambda: _Book("fact", workspace.facts, setting, _Fact),
            "person": lambda: _Book("person", workspace.people, setting, _Person),
            "cta": lambda: _Book("cta", workspace.actions, setting, _address),
            "partner": lambda: _Book("partner", workspace.partners, setting, _handle),
            "occasion": lambda: _Occasion(setting),
            "campaign": lambda: _CampaignName(setting),
            "signatories": lambda: signatory_list(setting),
            "statement": lambda: StatementView(setting),
            "date": lambda: setting.date(setting.day),
        }

    def __getitem__(self, name: str) -> Any:
        return self._makers[name]()

    def __contains__(self, name: object) -> bool:
        return name in self._makers  # Mapping would make the value to find out

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


def says_today(template: str) -> bool:
    """Whether a text says something that is true on one day only: it never goes out on the next one."""
    return _TODAY.search(template) is not None


def template_names(setting: RenderContext) -> Mapping[str, Any]:
    """All names that a template of this post may use."""
    return _Late(setting)


def _address(action: Action, setting: RenderContext) -> str:
    return isolate_text(setting.pick_any(action.url), setting.lang)


def _handle(partner: Partner, setting: RenderContext) -> str:
    said = mention_partner(partner, setting)
    return isolate_text(said, setting.lang) if said.startswith("@") else said


def mention_partner(partner: Partner, setting: RenderContext) -> str:
    """`@handle` on the platform at hand; the plain name where it has none, or where naming the account would
    put readers at risk (`designated_in`, `docs/care.md`)."""
    handle = partner.handles.get(setting.platform)
    if handle is None or at_risk(partner.designated_in, setting.post, setting.campaign, setting.lang):
        return setting.pick_any(partner.name)
    return f"@{handle}"


def signatory_list(setting: RenderContext) -> str:
    """Who signed the statement of the post, or else its campaign, in order, shortened to “+N more”."""
    statement = find_statement(setting.post, setting.workspace)
    if statement is not None:
        return name_signatories(setting, statement)
    campaign = setting.campaign
    signed = sorted((s.order, _signatory_name(s, setting), s.partner or "") for s in campaign.signatories if s.signed)
    shown = [name for _, name, _ in signed[: campaign.signatories_shown]]
    setting.used.update(f"partner:{partner}" for _, _, partner in signed[: len(shown)] if partner)
    return shorten_names(shown, len(signed), setting.lang)


def _signatory_name(signatory: Signatory, setting: RenderContext) -> str:
    if signatory.partner is not None:
        return setting.pick_any(setting.workspace.partners[signatory.partner].name)
    return signatory.name or ""
