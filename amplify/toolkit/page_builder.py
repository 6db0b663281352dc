"""Builds the view model of one page: the campaign's own texts, its cards, pictures, dates and people."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from amplify.model.action import Action
from amplify.model.campaign import Campaign, Occasion
from amplify.model.message import Entity, Message, Part
from amplify.model.platform_profile import PlatformProfile
from amplify.model.post import Post, PostFront, Risk
from amplify.model.workspace import Workspace
from amplify.pages.view_models import PictureRef
from amplify.pages.withheld_reasons import RESTING, UNTOLD
from amplify.planning.eligibility import EligibilityChecker, WithheldItem
from amplify.rules.plan.risk import RiskFinding, find_risks, in_country
from amplify.rules.text.language import EnglishDates, pick_any, pick_text, spelled_date
from amplify.rules.text.link_cleaning import without_tracking
from amplify.toolkit.calendar_file import occasion_days
from amplify.toolkit.film_set import FilmShelf
from amplify.toolkit.organisations import Organisations
from amplify.toolkit.picture_set import PictureGallery
from amplify.toolkit.said_posts import SaidPosts
from amplify.toolkit.text_cards import CardWriter
from amplify.toolkit.toolkit_html import text_direction
from amplify.toolkit.toolkit_model import OmittedItem, OpenCall, PersonEntry, Tag, ToolkitPageModel
from amplify.toolkit.translations import page_words

_CALLS_FIRST: Final = ("petition", "letter", "event", "statement", "video", "subscribe", "donate")


class PageBuilder:
    """Builds one page after the other."""

    def __init__(
        self,
        care: EligibilityChecker,
        profiles: Mapping[str, PlatformProfile],
        album: PictureGallery,
        films: FilmShelf,
        texts: CardWriter,
        said: SaidPosts,
    ) -> None:
        self._workspace, self._profiles, self._now = care.workspace, profiles, care.now
        self._care, self._album, self._films, self._texts, self._said_posts = care, album, films, texts, said
        self._left: list[OmittedItem] = []
        self._subjects: set[str] = set()

    def page(self, campaign_id: str, lang: str) -> tuple[ToolkitPageModel | None, list[OmittedItem]]:
        """The page, and the items omitted from it; None where already its address would name somebody who is held."""
        campaign = self._workspace.campaigns[campaign_id]
        self._left, self._subjects = [], {f"campaign:{campaign_id}"}
        if not self._care.names_nobody_held(campaign_id):
            self._stands(campaign, lang, "the page", campaign_id)
            return None, self._left
        barred = self._silent(campaign, lang)
        if barred is None:
            return self._full(campaign, lang), self._left
        self._left.append(OmittedItem(barred.reason, campaign.id, lang, "the page", barred.why))
        return self._empty(campaign, lang, barred.reason in UNTOLD), self._left

    def _full(self, campaign: Campaign, lang: str) -> ToolkitPageModel:
        words = campaign.toolkit
        risky = self._risky(campaign, lang)
        calls = dict(self._calls(campaign, lang, risky))
        of_calls, self._left = self._left, []
        motifs, ids, left = self._album.motifs(campaign.id, lang, calls)
        films, of_films, unshown = self._films.films(campaign.id, lang, calls)
        offered = self._texts.offered(campaign.id, lang, {**ids, **of_films}, risky)
        items, painted, unpainted = self._album.of_posts(offered.items, campaign.id, lang, motifs)
        self._left += [*left, *unshown, *offered.left_out, *of_calls, *unpainted]
        self._subjects |= offered.subjects
        self._subjects |= {one for motif in motifs for picture in motif.pictures for one in picture.subjects}
        self._subjects |= {one for film in films for one in film.subjects}
        tags = self._tags(campaign, lang)
        people = self._people(campaign, lang) if words.bars else ()
        occasions = self._occasions(campaign, lang)
        background = self._said(campaign, lang, "background", campaign.background)
        page = ToolkitPageModel(
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
            calls=tuple(calls.values()),
            items=items,
            motifs=(*motifs, *painted),
            people=people,
            bars=bool(people),
            tags=tags,
            main_tag=next((one.tag for one in tags if one.lang == lang), tags[0].tag if tags else ""),
            days=occasion_days(occasions, lang, self._now.date(), self._fallback),
            occasions=occasions,
            contact=self._contact(campaign, lang),
            email=self._told(campaign, lang, "address", campaign.contact.email),
            colour=words.colour,
            risky=risky,
            safety=self._said(campaign, lang, "safety", words.safety),
            resting=False,
            silent=False,
            updated=self._now,
            english=english_dates(self._workspace),
            films=films,
        )
        return self._completed(page, campaign)

    def _completed(self, page: ToolkitPageModel, campaign: Campaign) -> ToolkitPageModel:
        """The page with what was said already, organisations, and what others show of a link to it; and whether
        something was left out that rests."""
        lang, settings = page.lang, self._workspace.settings
        said, spoken_of, unsaid = self._said_posts.on_page(campaign.id, lang, page.risky)
        self._subjects |= spoken_of
        self._left += unsaid
        organisations = self._organisations(campaign, lang, page.risky)
        handles, by_name = organisations.to_tag()
        page = replace(
            page,
            signatories=organisations.signatories(),
            said=said,
            handles=handles,
            by_name=by_name,
            partners=organisations.who_we_are(),
            preview=self._preview(campaign, lang),
            link_meta=tuple(one for profile in self._profiles.values() for one in profile.link_meta),
            site=(settings.toolkit_site or "").rstrip("/"),
        )
        resting = any(one.reason in RESTING for one in self._left)
        return replace(page, resting=resting, subjects=frozenset(self._subjects))

    def _preview(self, campaign: Campaign, lang: str) -> PictureRef | None:
        below = self._contact(campaign, lang) or page_words(lang)("toolkit")
        return self._album.preview(campaign.id, lang, self._pick(campaign.name, lang), below, campaign.toolkit.colour)

    def _organisations(self, campaign: Campaign, lang: str, risky: bool) -> Organisations:
        def stands(what: str, *texts: str, subjects: tuple[str, ...] = ()) -> bool:
            return self._stands(campaign, lang, what, *texts, subjects=subjects)

        return Organisations(self._care, self._profiles, campaign, lang, _page_as_post(campaign, lang, risky), stands)

    def _empty(self, campaign: Campaign, lang: str, untold: bool) -> ToolkitPageModel:
        """A page without content, for a silent campaign; where `untold`, without its title."""
        title = self._contact(campaign, lang) if untold else self._pick(campaign.name, lang)
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
            occasions=(),
            contact=self._contact(campaign, lang),
            email=campaign.contact.email if self._care.names_nobody_held(campaign.contact.email) else "",
            colour=campaign.toolkit.colour,
            risky=self._risky(campaign, lang),
            safety="",
            resting=True,
            silent=True,
            updated=self._now,
            english=english_dates(self._workspace),
            subjects=frozenset(self._subjects),
        )

    def _silent(self, campaign: Campaign, lang: str) -> WithheldItem | None:
        """Why the campaign is silent now: by its own state, by a stop, or because it names somebody held."""
        return self._care.bar(self._care.asked(campaign.id, lang, [self._pick(campaign.name, lang)]))

    def _said(self, campaign: Campaign, lang: str, what: str, texts: dict[str, str]) -> str:
        """Texts of the campaign's file in this language, where they may be shown."""
        text = pick_text(texts, lang, self._workspace.settings.fallback)
        if text is None or not self._stands(campaign, lang, what, text):
            return ""
        return text.strip()

    def _told(self, campaign: Campaign, lang: str, what: str, text: str) -> str:
        return text if self._stands(campaign, lang, what, text) else ""

    def _contact(self, campaign: Campaign, lang: str) -> str:
        """Who answers questions: the first of these names that names nobody who is held."""
        owner = self._workspace.partners.get(campaign.owner)
        names = [pick_text(campaign.toolkit.contact, lang, self._fallback) or "", campaign.contact.name]
        names += [self._pick(owner.name, lang)] if owner is not None else []
        return next((one for one in names if one and self._care.names_nobody_held(one)), "")

    def _stands(self, campaign: Campaign, lang: str, what: str, *texts: str, subjects: tuple[str, ...] = ()) -> bool:
        asked = self._care.asked(campaign.id, lang, texts, *subjects)
        barred = self._care.bar(asked)
        if barred is None:
            self._subjects |= asked.subjects
            return True
        self._left.append(OmittedItem(barred.reason, campaign.id, lang, what, barred.why))
        return False

    def _calls(self, campaign: Campaign, lang: str, risky: bool) -> Iterator[tuple[str, OpenCall]]:
        """The calls that may be given now, by id."""
        mine = [one for one in self._workspace.actions.values() if one.campaign == campaign.id]
        early = self._care.early.calls
        self._left += [OmittedItem("embargo", campaign.id, lang, f"call {one.id}") for one in mine if one.id in early]
        mine = [one for one in mine if one.id not in early]
        for action in sorted(mine, key=lambda one: _CALLS_FIRST.index(one.kind)):
            title, text = self._pick(action.title, lang), pick_text(action.text, lang, self._fallback) or ""
            url = without_tracking(self._pick(action.url, lang))
            risks = tuple(one.subject for one in self._risks(campaign, lang, action, url, risky))
            partner = self._workspace.partners.get(action.owner)
            owner = self._pick(partner.name, lang) if partner is not None else action.owner
            subjects = (f"action:{action.id}", *risks)
            if self._stands(campaign, lang, f"call {action.id}", title, text, url, owner, subjects=subjects):
                yield (
                    action.id,
                    OpenCall(
                        kind=action.kind,
                        title=title,
                        text=text,
                        url=url,
                        lang=next((one for one, said in action.title.items() if said == title), lang),
                        owner=owner,
                        until=self._last_day(campaign, action),
                    ),
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
                found.append(
                    PersonEntry(
                        id,
                        name,
                        spelled_date(person.detentions[-1].start, lang, english=english_dates(self._workspace)),
                    )
                )
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

    def _occasions(self, campaign: Campaign, lang: str) -> tuple[Occasion, ...]:
        """Occasions that may be told, each without the themes that may not."""
        found = []
        for one in campaign.occasions:
            name = self._pick(one.name, lang)
            if self._stands(campaign, lang, f"date {name}", name, one.id):
                themes = {
                    year: said
                    for year, said in one.themes.items()
                    if self._stands(campaign, lang, f"theme of {year}", pick_text(said, lang, self._fallback) or "")
                }
                found.append(one.model_copy(update={"themes": themes}))
        return tuple(found)

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


def english_dates(workspace: Workspace) -> EnglishDates:
    """How the pages write dates in English: as its readers in most countries do, where nobody says otherwise."""
    return workspace.settings.english_dates or "british"


def _path(campaign: Campaign, lang: str) -> str:
    return f"{lang}/{campaign.id}.html"


def _page_as_post(campaign: Campaign, lang: str, risky: bool = False) -> Post:
    """The page as a post, for the rules of risk."""
    risk = Risk(audience="in_country" if risky else "international")
    front = PostFront(id="toolkit", campaign=campaign.id, kind="cta", lang=lang, author="toolkit", risk=risk)
    return Post(front, ())
