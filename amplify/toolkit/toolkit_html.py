"""Renders toolkit pages as HTML without network requests: readable without scripts, in light and dark, on paper, from
320 pixels on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from amplify.pages.colours import Scheme, colour_schemes
from amplify.pages.page_html import (
    PageFrame,
    packaged_text,
    page_environment,
    rendered_page,
    style_sheet,
    trusted_markup,
)
from amplify.rules.text.language import spelled_date
from amplify.toolkit.opening_words import opening_words
from amplify.toolkit.place_texts import PHONE, own_server_ways, place_blocks, place_titles, places_of
from amplify.toolkit.share_links import ANYWHERE
from amplify.toolkit.toolkit_model import Item, Link, PictureFile, ToolkitPageModel
from amplify.toolkit.translations import page_words

if TYPE_CHECKING:
    from markupsafe import Markup

_HERE: Final = "amplify.toolkit"
BUDGET: Final = 190_000
"""Bytes of texts on one page; what is more goes on pages of its own, by kind."""
_RIGHT_TO_LEFT: Final = frozenset({"ar", "he", "fa", "ur", "yi", "ckb", "ps", "sd", "ug", "dv", "syr"})
_KINDS: Final = ("cta", "statement", "fact", "anniversary", "solidarity", "quote", "memorial", "boost")


@dataclass(frozen=True, slots=True)
class PageNumber:
    """One file of a page: the first holds everything, the others more texts."""

    number: int
    total: int
    first: str
    """Address of the first."""
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """The front page's part in one language."""

    lang: str
    direction: str
    language: str
    toolkit: str
    updated: str
    links: tuple[Link, ...]


def text_direction(lang: str) -> str:
    """The text direction: `rtl` for scripts written from the right."""
    return "rtl" if lang.partition("-")[0] in _RIGHT_TO_LEFT and "-Latn" not in lang else "ltr"


def as_html(
    page: ToolkitPageModel, tongues: Sequence[Link], campaigns: Sequence[Link], zip_size: int
) -> dict[str, str]:
    """Path → HTML of the page, and of more pages where it has many texts. Links are relative to the page's own
    folder.
    """
    first = page.path.rpartition("/")[2]
    cards = {item.post: _item(page, item, first) for item in page.items}
    parts = _leaves(page, cards)
    names = [page.path, *(f"{page.stem}-{number}.html" for number in range(2, len(parts) + 1))]
    here = [name.rpartition("/")[2] for name in names]
    made = {}
    for number, (name, part) in enumerate(zip(names, parts, strict=True), 1):
        links = tuple(
            Link(address, _titled(page, items, at), page.lang, at == number)
            for at, (address, items) in enumerate(zip(here, parts, strict=True), 1)
        )
        leaf = PageNumber(number, len(parts), first, links)
        shown = [_item(page, part[0], first, opened=True), *(cards[item.post] for item in part[1:])] if part else []
        made[name] = _drawn(page, leaf, part, trusted_markup("".join(shown)), tongues, campaigns, zip_size)
    return made


def front_page(name: str, lang: str, colour: str, shelves: Iterable[IndexEntry]) -> str:
    """The site's first page."""
    frame = _frame(colour, lang)
    return rendered_page(_HERE, "index.html.j2", frame, name=name, shelves=tuple(shelves))


def _drawn(
    page: ToolkitPageModel,
    leaf: PageNumber,
    items: Sequence[Item],
    cards: Markup,
    tongues: Sequence[Link],
    campaigns: Sequence[Link],
    zip_size: int,
) -> str:
    places = _places(page, items)
    asked = _asked_servers(page, items, leaf.number == 1)
    scripts = ("page.js", *(("bars.js",) if page.bars and leaf.number == 1 else ()))
    script = "\n".join(packaged_text(_HERE, name) for name in scripts)
    return rendered_page(
        _HERE,
        "page.html.j2",
        _frame(page.colour, page.lang, page.direction, script, _only_where(id for id, _ in places)),
        **_common(page),
        leaf=leaf,
        tongues=tongues,
        campaigns=campaigns,
        items=cards,
        sections=_sections(page),
        places=places,
        own_servers=tuple(dict.fromkeys(one["title"] for one in asked)),
        asked=asked,
        updated=spelled_date(page.updated.date(), page.lang, english=page.english),
        fill=colour_schemes(page.colour)[0].fill,
        bytes=lambda size: file_size(size, page.lang),
        opening=opening_words,
        spoken=_language_name,
        lasts=_lasts,
        zip_size=zip_size,
    )


def _item(page: ToolkitPageModel, item: Item, first: str, opened: bool = False) -> str:
    """The card of a post. `first`: the file on which its pictures stand."""
    pictures = {one.id: one for motif in page.motifs for one in motif.pictures}
    pictures |= {film.id: film.still for film in page.films}
    shown: list[PictureFile] = [pictures[id] for id in item.pictures if id in pictures]
    return (
        page_environment(_HERE)
        .get_template("item.html.j2")
        .render(
            **_common(page),
            item=item,
            pictures=shown,
            places=places_of(item),
            blocks=place_blocks,
            first=first,
            opened=opened,
        )
    )


def _common(page: ToolkitPageModel) -> dict[str, Any]:
    """Values that both templates use. `own` marks the page's own words, where they are in another language."""
    say = page_words(page.lang)
    return {
        "page": page,
        "say": say,
        "own": trusted_markup("" if page.lang.partition("-")[0] == say.lang else f' lang="{say.lang}" dir="ltr"'),
        "up": "../" * page.path.count("/"),
        "spelled": lambda day: spelled_date(day, page.lang, english=page.english),
    }


def _leaves(page: ToolkitPageModel, cards: Mapping[str, str]) -> list[list[Item]]:
    """The cards by file: all on one page while they fit; else by kind, as many as fit."""
    sizes = {post: len(card.encode()) for post, card in cards.items()}
    if sum(sizes.values()) <= BUDGET:
        return [list(page.items)]
    leaves: list[list[Item]] = [[]]
    room = BUDGET
    for _, alike in groupby(sorted(page.items, key=_by_kind), key=_by_kind):
        for item in alike:
            if leaves[-1] and sizes[item.post] > room:
                leaves.append([])
                room = BUDGET
            leaves[-1].append(item)
            room -= sizes[item.post]
    return leaves


def _by_kind(item: Item) -> int:
    return _KINDS.index(item.kind)


def _titled(page: ToolkitPageModel, items: Sequence[Item], number: int) -> str:
    say = page_words(page.lang)
    kinds = dict.fromkeys(say(f"kinds.{item.kind}") for item in items)
    return f"{number}. {', '.join(kinds)}" if kinds else str(number)


def _sections(page: ToolkitPageModel) -> tuple[str, ...]:
    there: Mapping[str, object] = {
        "background": page.background,
        "messages": page.messages,
        "signed": page.signatories,
        "act": page.calls,
        "already": page.said,
        "texts": True,
        "pictures": page.motifs,
        "films": page.films,
        "bars": page.bars and page.people,
        "dates": page.days,
        "tags": page.tags,
        "handles": page.handles or page.by_name,
        "partners": page.partners,
        "contact": True,
    }
    return tuple(id for id, wanted in there.items() if wanted)


def _places(page: ToolkitPageModel, items: Sequence[Item]) -> list[tuple[str, str]]:
    """Places that readers may choose, the first one chosen."""
    say = page_words(page.lang)
    named = {PHONE: say("phone"), ANYWHERE: say("anywhere")}
    return [(place, title or named[place]) for place, title in place_titles(items).items()] if items else []


def _asked_servers(page: ToolkitPageModel, items: Sequence[Item], first: bool) -> list[dict[str, str]]:
    """Where readers are asked for their own server first: the class of the buttons, what is opened there, the
    question.
    """
    say = page_words(page.lang)
    found = {f"way-{one.id}": one for one in own_server_ways(items)}
    if first:
        found |= {f"repost-{p.repost.id}": p.repost for place in page.said for p in place.posts if p.repost.path}
    return [
        {"kind": kind, "path": one.path, "title": one.title, "ask": say("server", place=one.title)}
        for kind, one in found.items()
    ]


def _language_name(lang: str, told_in: str) -> str:
    """A language's name in another one: “Belarusian” in English."""
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(lang, sep="-").get_display_name(told_in.partition("-")[0]) or lang
    except (UnknownLocaleError, ValueError):
        return lang


def _lasts(seconds: float) -> str:
    """`1:05`."""
    whole = max(1, round(seconds))
    return f"{whole // 60}:{whole % 60:02}"


def _only_where(places: Iterable[str]) -> str:
    """CSS rules that hide what is for other places than the chosen one."""
    hidden = [f"body:has(#at-{id}:checked) .{what}:not(.on-{id})" for id in places for what in ("card", "on")]
    return f"{', '.join(hidden)} {{ display: none; }}\n" if hidden else ""


def file_size(size: int, lang: str) -> str:
    """A file size: `36 kB`, `1.2 MB`."""
    from babel.numbers import format_decimal

    from amplify.rules.text.language import primary_language

    locale = (
        primary_language(lang)
        if primary_language(lang) in ("be", "ru", "en", "de", "fr", "pl", "uk", "es", "it", "lt")
        else "en"
    )
    unit = {"be": ("кБ", "МБ"), "ru": ("кБ", "МБ"), "uk": ("кБ", "МБ")}.get(locale, ("kB", "MB"))
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))}\u00a0{unit[0]}"
    return f"{format_decimal(round(size / 1_000_000, 1), locale=locale)}\u00a0{unit[1]}"


def _frame(colour: str, lang: str, direction: str = "", script: str = "", more: str = "") -> PageFrame:
    """The page frame in the campaign's colour. Pictures stand beside the page; `file:` is for a memory stick."""
    light, dark = colour_schemes(colour)
    css = (
        f"{style_sheet(_HERE)}\n:root {{ {_variables(light)} }}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {_variables(dark)} }} }}\n{more}"
    )
    return PageFrame(css, script, lang, direction, images="'self' file: data:", icon=_icon(light.fill), findable=True)


def _variables(scheme: Scheme) -> str:
    return f"--mark: {scheme.mark}; --fill: {scheme.fill}; --on-fill: {scheme.on_fill};"


def _icon(fill: str) -> str:
    """The page's icon, three bars in the campaign's colour: without one, a browser would ask the host for it."""
    drawing = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">'
        f'<rect width="16" height="16" rx="3" fill="{fill}"/>'
        '<path d="M4 2v12M8 2v12M12 2v12" stroke="#fff" stroke-width="1.6"/></svg>'
    )
    return f"data:image/svg+xml,{quote(drawing)}"
