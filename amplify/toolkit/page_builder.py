"""Builds the view model of one page: the campaign's own texts, its cards, pictures, dates and people."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from amplify.model.action import Action
from amplify.model.campaign import Campaign
from amplify.model.message import Entity, Message, Part
from amplify.model.platform_profile import PlatformProfile
from amplify.model.post import Post, PostFront, Risk
from amplify.model.workspace import Workspace
from amplify.pages.withheld_reasons import RESTING
from amplify.rules.plan.risk import RiskFinding, find_risks, in_country
from amplify.rules.text.language import pick_any, pick_text, spelled_date
from amplify.rules.text.link_cleaning import without_tracking
from amplify.toolkit.calendar_file import occasion_days
from amplify.toolkit.eligibility import EligibilityChecker
from amplify.toolkit.picture_set import PictureGallery
from amplify.toolkit.text_cards import CardWriter
from amplify.toolkit.toolkit_html import text_direction
from amplify.toolkit.toolkit_model import OccasionDay, OmittedItem, OpenCall, PersonEntry, Tag, ToolkitPageModel

_CALLS_FIRST: Final = ("petition", "letter", "event", "statement", "video", "subscribe", "donate")


class PageBuilder:
    """Builds one page after the other."""

    def __init__(
        self,
        workspace: Workspace,
        profiles: Mapping[str, PlatformProfile],
        care: EligibilityChecker,
        album: PictureGallery,
        texts: CardWriter,
        now: datetime,
    ) -> None:
        self._workspace, self._profiles, self._now = workspace, profiles, now
        self._care, self._album, self._texts = care, album, texts
        self._left: list[OmittedItem] = []
        self._subjects: set[str] = set()

    def page(self, campaign_id: str, lang: str) -> tuple[ToolkitPageModel, list[OmittedItem]]:
        """The page, and the items omitted from it."""
        campaign = self._workspace.campaigns[campaign_id]
        self._left, self._subjects = [], {f"campaign:{campaign_id}"}
        silent = self._silent(campaign, lang)
        return (self._empty(campaign, lang) if silent else self._full(campaign, lang)), self._left

    def _full(self, campaign: Campaign, lang: str) -> ToolkitPageModel:
        words = campaign.toolkit
        motifs, ids, left = self._album.motifs(campaign.id, lang)
        risky = self._risky(campaign, lang)
        offered = self._texts.offered(campaign.id, lang, ids, risky)
        self._left += [*left, *offered.left_out]
        self._subjects |= offered.subjects
        self._subjects |= {one for motif in motifs for picture in motif.pictures for one in picture.subjects}
        tags = self._tags(campaign, lang)
        people = self._people(campaign, lang) if words.bars else ()
        background = self._said(campaign, lang, "background", campaign.background)
        return ToolkitPageModel(
            path=_path(campaign, lang),
            campaign=campaign.id,
            lang=lang,
            direction=text_direction(lang),
            title=self._pick(campaign.name, lang),
            lead=self._said(campaign, lang, "lead", words.lead),
            background=tuple(one.strip() for one in re.split(r"\n\s*\n", background) if one.strip()),
            messages=tuple(
                said
                for number, message in enumerate(campaign.key_messages, 1)
                if (said := self._said(campaign, lang, f"key message {number}", message))
            ),
            ask=self._said(campaign, lang, "ask", words.ask),
            calls=tuple(self._calls(campaign, lang, risky)),
            items=offered.items,
            motifs=motifs,
            people=people,
            bars=bool(people),
            tags=tags,
            main_tag=next((one.tag for one in tags if one.lang == lang), tags[0].tag if tags else ""),
            days=self._days(campaign, lang),
            contact=pick_text(words.contact, lang, self._workspace.settings.fallback) or campaign.contact.name,
            email=campaign.contact.email,
            colour=words.colour,
            risky=risky,
            safety=pick_text(words.safety, lang, self._workspace.settings.fallback) or "",
            resting=any(one.reason in RESTING for one in self._left),
            silent=False,
            updated=self._now,
            subjects=frozenset(self._subjects),
        )

    def _empty(self, campaign: Campaign, lang: str) -> ToolkitPageModel:
        """A page without content, for a silent campaign. Its title is shown only where it names nobody."""
        title = self._pick(campaign.name, lang)
        named = any(one.startswith("person:") for one in self._care.asked(campaign.id, lang, [title]).subjects)
        owner = self._workspace.partners.get(campaign.owner)
        if named:
            title = self._pick(owner.name, lang) if owner is not None else campaign.contact.name
        return ToolkitPageModel(
            path=_path(campaign, lang),
            campaign=campaign.id,
            lang=lang,
            direction=text_direction(lang),
            title=title,
            lead="",
            background=(),
            messages=(),
            ask="",
            calls=(),
            items=(),
            motifs=(),
            people=(),
            bars=False,
            tags=(),
            main_tag="",
            days=(),
            contact=pick_text(campaign.toolkit.contact, lang, self._workspace.settings.fallback)
            or campaign.contact.name,
            email=campaign.contact.email,
            colour=campaign.toolkit.colour,
            risky=self._risky(campaign, lang),
            safety="",
            resting=True,
            silent=True,
            updated=self._now,
            subjects=frozenset(self._subjects),
        )

    def _silent(self, campaign: Campaign, lang: str) -> bool:
        """Whether the campaign is silent now: by its own state, by a stop, or because it names somebody held."""
        barred = self._care.bar(self._care.asked(campaign.id, lang, [self._pick(campaign.name, lang)]))
        if barred is not None:
            self._left.append(OmittedItem(barred.reason, campaign.id, lang, "the page", barred.why))
        return barred is not None

    def _said(self, campaign: Campaign, lang: str, what: str, texts: dict[str, str]) -> str:
        """Texts of the campaign's file in this language, where they may be shown."""
        text = pick_text(texts, lang, self._workspace.settings.fallback)
        if text is None or not self._stands(campaign, lang, what, text):
            return ""
        return text.strip()

    def _stands(self, campaign: Campaign, lang: str, what: str, *texts: str, subjects: tuple[str, ...] = ()) -> bool:
        asked = self._care.asked(campaign.id, lang, texts, *subjects)
        barred = self._care.bar(asked)
        if barred is None:
            self._subjects |= asked.subjects
            return True
        self._left.append(OmittedItem(barred.reason, campaign.id, lang, what, barred.why))
        return False

    def _calls(self, campaign: Campaign, lang: str, risky: bool) -> Iterator[OpenCall]:
        mine = [one for one in self._workspace.actions.values() if one.campaign == campaign.id]
        early = self._care.early_calls()
        self._left += [OmittedItem("embargo", campaign.id, lang, f"call {one.id}") for one in mine if one.id in early]
        mine = [one for one in mine if one.id not in early]
        for action in sorted(mine, key=lambda one: _CALLS_FIRST.index(one.kind)):
            title, text = self._pick(action.title, lang), pick_text(action.text, lang, self._fallback) or ""
            url = without_tracking(self._pick(action.url, lang))
            risks = tuple(one.subject for one in self._risks(campaign, lang, action, url, risky))
            if self._stands(campaign, lang, f"call {action.id}", title, text, subjects=(f"action:{action.id}", *risks)):
                owner = self._workspace.partners.get(action.owner)
                yield OpenCall(
                    kind=action.kind,
                    title=title,
                    text=text,
                    url=url,
                    lang=next((one for one, said in action.title.items() if said == title), lang),
                    owner=self._pick(owner.name, lang) if owner is not None else action.owner,
                    until=self._last_day(campaign, action),
                )

    def _risks(self, campaign: Campaign, lang: str, action: Action, url: str, risky: bool) -> Iterator[RiskFinding]:
        """The risk that withholds a call to action from readers at risk, as it would a post that carries it."""
        message = Message("", (lang,), (Part(url, (Entity("link", 0, len(url), url),)),))
        post = _page_as_post(campaign, lang, risky)
        yield from find_risks(self._workspace, self._profiles, post, lang, message, (f"action:{action.id}",))

    def _last_day(self, campaign: Campaign, action: Action) -> date | None:
        if action.closes is None:
            return None
        owner = self._workspace.partners.get(campaign.owner)
        zone = ZoneInfo(owner.zone if owner is not None else "UTC")
        return (action.closes - timedelta(microseconds=1)).astimezone(zone).date()

    def _people(self, campaign: Campaign, lang: str) -> tuple[PersonEntry, ...]:
        """Persons whom a picture behind bars may name: detained or convicted, with consent, and not stopped."""
        found = []
        for id in campaign.people:
            person = self._workspace.people.get(id)
            if person is None:
                continue
            name = self._pick(person.name, lang)
            if self._stands(campaign, lang, f"behind bars for {id}", name, subjects=(f"person:{id}",)):
                found.append(PersonEntry(id, name, spelled_date(person.detentions[-1].start, lang)))
        return tuple(found)

    def _tags(self, campaign: Campaign, lang: str) -> tuple[Tag, ...]:
        """The hashtags for this language; the reasons are written in the campaign's first one."""
        found = []
        for one in campaign.hashtags:
            if one.retired or (one.lang is not None and one.lang.partition("-")[0] != lang.partition("-")[0]):
                continue
            if self._stands(campaign, lang, f"hashtag {one.tag}", f"#{one.tag}", one.why):
                self._subjects.add(f"hashtag:{one.tag}")
                found.append(Tag(one.tag, one.why if lang == campaign.languages[0] else "", one.lang or lang))
        return tuple(found)

    def _days(self, campaign: Campaign, lang: str) -> tuple[OccasionDay, ...]:
        return tuple(
            day
            for day in occasion_days(campaign, lang, self._now.date(), self._fallback)
            if self._stands(campaign, lang, f"date {day.name}", day.name, day.theme)
        )

    def _risky(self, campaign: Campaign, lang: str) -> bool:
        """Whether readers of this language, or of any post on the page, may be prosecuted."""
        posts = [one for one in self._workspace.posts.values() if one.front.campaign == campaign.id]
        spoken = [one for one in posts if any(variant.lang == lang for variant in one.variants)]
        return any(in_country(one, campaign, lang) for one in (_page_as_post(campaign, lang), *spoken))

    def _pick(self, texts: dict[str, str], lang: str) -> str:
        return pick_any(texts, lang, self._fallback)

    @property
    def _fallback(self) -> dict[str, tuple[str, ...]]:
        return dict(self._workspace.settings.fallback)


def _path(campaign: Campaign, lang: str) -> str:
    return f"{lang}/{campaign.id}.html"


def _page_as_post(campaign: Campaign, lang: str, risky: bool = False) -> Post:
    """The page as a post, for the rules of risk."""
    risk = Risk(audience="in_country" if risky else "international")
    front = PostFront(id="toolkit", campaign=campaign.id, kind="cta", lang=lang, author="toolkit", risk=risk)
    return Post(front, ())
