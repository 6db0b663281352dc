"""Builds the toolkit: a static site that supporters copy, download and share from. It makes no requests to any
server.
"""

from __future__ import annotations

import hashlib
import re
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from amplify.context.app_context import AppContext
from amplify.model.campaign import Campaign, ToolkitPage
from amplify.model.errors import WrongUse
from amplify.model.workspace import Workspace
from amplify.planning.eligibility import EligibilityChecker
from amplify.planning.page_record import BuiltPage, record_pages
from amplify.rules.plan.calendar_days import start_of_day
from amplify.toolkit.calendar_file import calendar_bytes
from amplify.toolkit.output_dir import OutputDir
from amplify.toolkit.page_builder import PageBuilder
from amplify.toolkit.picture_set import PictureGallery, by_page, zip_pictures
from amplify.toolkit.text_cards import CardWriter
from amplify.toolkit.toolkit_html import IndexEntry, as_html, front_page, text_direction
from amplify.toolkit.toolkit_model import Built, Link, OmittedItem, ToolkitPageModel
from amplify.toolkit.translations import page_words

if TYPE_CHECKING:
    from amplify.banner_files.render import RenderedBanner

Progress = Callable[[int, int], None]
"""Told of (done, total) banners: painting them is what takes long."""
FRONT: Final = "index.html"


def build_toolkit(
    app: AppContext,
    folder: Path,
    langs: Sequence[str] = (),
    campaigns: Sequence[str] = (),
    progress: Progress = lambda done, total: None,
) -> Built:
    """Build the site in `folder`, in place of the one before; empty `langs`, `campaigns`: all of them.

    What must not be said now is left out, and reported. Raises WrongUse for unknown names, and for a folder that holds
    something else.
    """
    workspace, now = app.whole_workspace(), app.clock.now()
    wanted = _wanted(workspace, langs, campaigns)
    begun = [one for one in wanted if _begun(workspace.campaigns[one[0]], now)]
    if not begun:
        raise WrongUse("none of these campaigns has begun: see `launched` in config/campaigns/")
    folder = folder.absolute()
    site, care = OutputDir(folder), EligibilityChecker(workspace, now, app.ledger)
    made, left = _banners(app, care, begun, progress)
    for campaign, lang in wanted:
        if (campaign, lang) not in begun:  # a page would tell that it is coming
            left.append(OmittedItem("season", campaign, lang, "the page", "the campaign has not begun"))
    album = PictureGallery(workspace, site, care, by_page(made))
    texts = CardWriter(workspace, app.profiles, care, now)
    pages: list[ToolkitPageModel] = []
    for campaign, lang in begun:
        page, without = PageBuilder(workspace, app.profiles, care, album, texts, now).page(campaign, lang)
        left += without
        if page is not None:
            pages.append(page)
    for page in pages:
        for name, text in _files(care, site, page, pages).items():
            site.put(name, text.encode())
    site.put(FRONT, _front(care, pages).encode())
    removed = site.finish(now)
    built = Built(str(folder), tuple(pages), site.hashes, site.sizes, tuple(left), removed)
    record_pages(app, built.folder, _recorded(built))
    return built


def _recorded(built: Built) -> Iterator[BuiltPage]:
    for page in built.pages:
        for file in sorted(built.files):
            if re.fullmatch(rf"{re.escape(page.stem)}(-\d+)?\.html", file):
                machine, subjects = socket.gethostname(), frozenset(page.subjects)
                yield BuiltPage(machine, built.folder, file, page.campaign, page.lang, page.updated, subjects)


def _wanted(workspace: Workspace, langs: Sequence[str], campaigns: Sequence[str]) -> list[tuple[str, str]]:
    """(campaign, language) of each page, ended campaigns left out unless they are asked for."""
    unknown = [one for one in campaigns if one not in workspace.campaigns]
    if unknown:
        raise WrongUse(f"there is no campaign {', '.join(unknown)}: see config/campaigns/")
    found = [
        (campaign.id, lang)
        for campaign in workspace.campaigns.values()
        if campaign.id in campaigns or (not campaigns and campaign.status != "ended")
        for lang in campaign.languages
        if not langs or lang in langs
    ]
    spoken = {lang for campaign in workspace.campaigns.values() for lang in campaign.languages}
    missing = [lang for lang in langs if lang not in spoken]
    if missing:
        raise WrongUse(f"no campaign speaks {', '.join(missing)}: their languages are {', '.join(sorted(spoken))}")
    if not found:
        raise WrongUse("no campaign speaks these languages: there is nothing to build")
    return found


def _begun(campaign: Campaign, now: datetime) -> bool:
    return campaign.launched is None or start_of_day(campaign.launched) <= now


def _banners(
    app: AppContext, care: EligibilityChecker, wanted: Sequence[tuple[str, str]], progress: Progress
) -> tuple[list[RenderedBanner], list[OmittedItem]]:
    """Every banner on these pages, painted anew or from the cache, and those that must not be shown now."""
    from amplify.banner_files.render import BannerChoice, render_banners

    workspace = care.workspace
    campaigns, langs = {campaign for campaign, _ in wanted}, {lang for _, lang in wanted}
    templates = [one for one in workspace.banners.values() if one.campaign in campaigns]
    spoken = {lang for one in templates for lang in one.languages or workspace.campaigns[one.campaign].languages}
    if not templates or not spoken & langs:
        return [], []
    asked = BannerChoice(templates=tuple(one.id for one in templates), langs=tuple(sorted(spoken & langs)))
    batch = render_banners(care, asked, app.root / ".amplify" / "banners", progress)
    pages = set(wanted)
    left = []
    for one in batch.refused:
        campaign = workspace.banners[one.template].campaign
        if (campaign, one.lang) in pages:
            left.append(OmittedItem(one.reason, campaign, one.lang, f"banner {one.name}", one.why))
    return [one for one in batch.made if (one.campaign, one.lang) in pages], left


def _files(
    care: EligibilityChecker, site: OutputDir, page: ToolkitPageModel, pages: Sequence[ToolkitPageModel]
) -> Mapping[str, str]:
    """The page's files; its zip and its calendar are written on the way."""
    size = 0
    if page.motifs:
        packed = zip_pictures(page, site)
        site.put(f"{page.stem}.zip", packed)
        size = len(packed)
    if page.days:
        says = {"theme": page_words(page.lang)("theme")}
        dates = calendar_bytes(page, _identity(care), care.workspace.settings.fallback, says)
        site.put(f"{page.stem}.ics", dates)
    tongues = [
        Link(f"../{one.path}", _language(one.lang), one.lang, one.lang == page.lang)
        for one in pages
        if one.campaign == page.campaign
    ]
    others = [
        Link(f"../{one.path}", one.title, one.lang)
        for one in pages
        if one.lang == page.lang and one.campaign != page.campaign
    ]
    return as_html(page, tongues, others, size)


def _identity(care: EligibilityChecker) -> str:
    """The workspace's id, which stands in every date; a hash of it, where it names somebody who is held."""
    id = care.workspace.settings.id
    return id if care.names_nobody_held(id) else hashlib.sha256(id.encode()).hexdigest()[:12]


def _front(care: EligibilityChecker, pages: Sequence[ToolkitPageModel]) -> str:
    from amplify.rules.text.language import spelled_date

    shelves = []
    for lang in dict.fromkeys(page.lang for page in pages):
        say = page_words(lang)
        links = tuple(Link(page.path, page.title, lang) for page in pages if page.lang == lang)
        date = say("updated", date=spelled_date(care.now.date(), lang))
        shelves.append(IndexEntry(lang, text_direction(lang), _language(lang), say("toolkit"), date, links))
    name = care.workspace.settings.name
    colour = pages[0].colour if pages else ToolkitPage().colour
    return front_page(name if care.names_nobody_held(name) else page_words("en")("toolkit"), "en", colour, shelves)


def _language(lang: str) -> str:
    """The language's name in that language."""
    from babel import Locale, UnknownLocaleError

    try:
        name = Locale.parse(lang, sep="-").get_display_name() or lang
    except (UnknownLocaleError, ValueError):
        return lang
    return name[:1].upper() + name[1:]
