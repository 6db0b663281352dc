"""Recipes of the banners of posts: all that one is painted from, known without painting it. Pure.

A recipe is made of what stands in the files and of the day, and of nothing that belongs to a machine: two clones of a
workspace have the same. Whatever would change the picture changes the recipe's hash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final

from amplify.model.banner import SIZES, Layer, Size, SizeName, Template
from amplify.model.message import Attachment, BannerRecipe
from amplify.model.person import Person
from amplify.model.picture import Picture
from amplify.model.post import BannerItem
from amplify.model.workspace import Workspace
from amplify.rules.plan.banner_text import (
    BannerWordsFault,
    WordedTemplate,
    fill_template,
    picture_slots,
    portrait_allowed,
)
from amplify.rules.plan.template_context import RenderContext, says_today
from amplify.rules.text.language import Fallback, fallback_chain, primary_language

PNG: Final = "image/png"
JPEG: Final = "image/jpeg"


class BannerItemFault(Exception):
    """A banner that a post asks for and that cannot be made: `code` of the problem, and the sentence."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True)
class PlannedBanner:
    """A banner of a post as one delivery shows it, before anything is painted."""

    attachment: Attachment
    used: frozenset[str]
    """`kind:id` of everything it speaks of."""
    today: bool
    """Whether it says something that is true on one day only."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the words of a banner depend on, besides the files."""

    template: str
    named: str | None
    """Whom the post names beside it."""
    person: str | None
    """Whom it is for."""
    lang: str
    size: SizeName
    day: date
    occasion: str | None


_latest: tuple[Workspace, dict[_Asked, PlannedBanner | BannerItemFault]] | None = None


def plan_banner(item: BannerItem, setting: RenderContext, size: SizeName) -> PlannedBanner:
    """The banner `item` of a post as it is shown in this setting; `size`: that of the platform's posts. The same is
    made once for all deliveries of one reading of the files. Raises BannerItemFault."""
    global _latest
    latest = _latest
    if latest is None or latest[0] is not setting.workspace:
        latest = _latest = (setting.workspace, {})
    front, template = setting.post.front, setting.workspace.banners.get(item.banner)
    if template is None:
        raise BannerItemFault("REF-BANNER", f"unknown banner template `{item.banner}`")
    occasion = front.occasion if front.campaign == template.campaign else None
    person = chosen_person(template, item, front.people)
    asked = _Asked(template.id, item.person, person, setting.lang, item.size or size, setting.day, occasion)
    found = latest[1].get(asked)
    if found is None:
        try:
            found = _planned(template, item, asked, setting)
        except BannerItemFault as fault:
            found = fault
        latest[1][asked] = found
    if isinstance(found, BannerItemFault):
        raise BannerItemFault(found.code, str(found))
    return found


def _planned(template: Template, item: BannerItem, asked: _Asked, setting: RenderContext) -> PlannedBanner:
    workspace = setting.workspace
    books = workspace.people, workspace.pictures, workspace.settings.fallback
    for code, sentence in banner_faults(template, item, setting.post.front.people, asked.lang, *books):
        raise BannerItemFault(code, sentence)
    size = size_on(template, asked.size)
    try:
        worded = fill_template(
            workspace, template, asked.lang, asked.person, setting.due, zone=setting.zone, occasion=asked.occasion
        )
    except BannerWordsFault as fault:
        layer = f", layer {fault.layer + 1}" if fault.layer is not None else ""
        raise BannerItemFault("BANNER-TEXT", f"banner `{template.id}`{layer}, in `{asked.lang}`: {fault}") from None
    recipe = recipe_of(worded, size, workspace.pictures)
    return PlannedBanner(
        Attachment(
            file=f"banners/{worded.name}-{size.name}",
            sha256=recipe.recipe_hash(),
            mime=JPEG if any(worded.shown) else PNG,
            width=size.width,
            height=size.height,
            alt=worded.alt,
            caption=worded.caption,
            banner=recipe,
        ),
        worded.used,
        any(says_today(text) for text in _templates(template, asked.lang, workspace.settings.fallback)),
    )


def recipe_of(worded: WordedTemplate, size: Size, pictures: Mapping[str, Picture]) -> BannerRecipe:
    """The recipe of a template with its words, in one size."""
    template = worded.template
    fonts = {" ".join(font_of(template, layer, worded.lang)) for layer in template.layers if _lettered(layer)}
    return BannerRecipe(
        template=template.id,
        drawing=drawing_hash(drawing_of(template)),
        lang=worded.lang,
        size=size.name,
        person=worded.person,
        words=worded.words,
        pictures=tuple((file, pictures[file].sha256) if file else None for file in worded.shown),
        fonts=tuple(sorted(fonts)),
        shows=worded.shows,
    )


def drawing_of(template: Template) -> str:
    """Everything of a template that is painted, as JSON; its words stand in the recipe. What people read of it beside
    the picture, and words in other languages, change no picture."""
    known = _drawings.get(id(template))
    if known is None or known[0] is not template:
        if len(_drawings) > _MOST_DRAWINGS:
            _drawings.clear()
        bare = template.model_copy(
            update={
                "id": _BLANK,
                "campaign": _BLANK,
                "about": _BLANK,
                "credit": _BLANK,
                "licence": _BLANK,
                "people": (),
                "languages": (),
                "sizes": (),
                "scene": {},
                "layers": tuple(map(_without_words, template.layers)),
            }
        )
        known = _drawings[id(template)] = template, bare.model_dump_json(exclude_defaults=True)
    return known[1]


_BLANK: Final = "drawing"
_MOST_DRAWINGS: Final = 256
_drawings: dict[int, tuple[Template, str]] = {}


def _without_words(layer: Layer) -> Layer:
    if layer.text is not None:
        return layer.model_copy(update={"text": layer.text.model_copy(update={"say": {}})})
    if layer.shape is not None and layer.shape.count is not None:
        return layer.model_copy(update={"shape": layer.shape.model_copy(update={"count": _BLANK})})
    return layer


@lru_cache(maxsize=256)
def drawing_hash(drawing: str) -> str:
    """SHA-256 of a drawing."""
    return hashlib.sha256(drawing.encode()).hexdigest()


def worded_from(recipe: BannerRecipe, drawing: str) -> WordedTemplate:
    """A recipe and its drawing as a template with all its words, to be painted."""
    return WordedTemplate(
        template=Template.model_validate_json(drawing),
        lang=recipe.lang,
        person=recipe.person,
        words=recipe.words,
        shown=tuple(one[0] if one is not None else None for one in recipe.pictures),
        shows=recipe.shows,
        alt="",
        alts={},
        caption="",
        credit="",
        licence="",
        used=frozenset(),
    )


def font_of(template: Template, layer: Layer, lang: str) -> tuple[str, str]:
    """Family and weight of the letters of a layer in a language."""
    family = template.fonts.get(lang) or template.fonts.get(lang.partition("-")[0])
    if layer.text is not None:
        return family or layer.text.font, layer.text.weight
    weight = "bold" if layer.hashtags is not None else "semibold" if layer.logo is not None else "regular"
    return family or "sans", weight


def _lettered(layer: Layer) -> bool:
    return layer.kind in ("text", "hashtags", "logo", "credit")


def size_on(template: Template, wanted: SizeName) -> Size:
    """The size in which a post shows the template: the one wanted, or the one it stands for (`bluesky` is a `post` of
    fewer bytes). Raises BannerItemFault."""
    size = SIZES[wanted]
    names = (wanted, *(one for one in reversed(size.like) if one in SIZES))
    found = next((one for one in names if not template.sizes or one in template.sizes), None)
    if found is None:
        made = ", ".join(template.sizes)
        raise BannerItemFault(
            "BANNER-SIZE",
            f"banner `{template.id}` is not made in the size `{wanted}`: say `size:` here ({made}), or add `{wanted}` "
            "to the template's `sizes:`",
        )
    return SIZES[found]


def chosen_person(template: Template, item: BannerItem, people: tuple[str, ...]) -> str | None:
    """Whom the banner is for: the one named beside it, else the post's, else the template's only one."""
    if not template.people:
        return None
    if item.person is not None:
        return item.person
    about = [one for one in template.people if one in people]
    only = about or template.people
    return only[0] if len(only) == 1 else None


def banner_faults(
    template: Template,
    item: BannerItem,
    people: tuple[str, ...],
    lang: str,
    known: Mapping[str, Person],
    pictures: Mapping[str, Picture],
    fallback: Fallback,
) -> Iterator[tuple[str, str]]:
    """Why a post that lists `people` cannot show this banner in a language, whatever the day: codes and sentences."""
    who = chosen_person(template, item, people)
    if (wrong := _person_fault(template, item, who)) is not None:
        yield "BANNER-PERSON", wrong
        return
    if item.size is not None:
        try:
            size_on(template, item.size)
        except BannerItemFault as fault:
            yield fault.code, str(fault)
    for one in _unconsented(template, who, known, pictures):
        sentence = (
            f"banner `{template.id}` shows a face, and the consent of {one} does not cover a portrait: ask, then "
            "record it under `scope:`, or take another banner"
        )
        yield "BANNER-CONSENT", sentence
    if (wrong := _language_fault(template, who, lang, known, pictures, fallback)) is not None:
        yield "BANNER-TEXT", wrong


def _person_fault(template: Template, item: BannerItem, who: str | None) -> str | None:
    made = ", ".join(template.people)
    if item.person is not None and item.person not in template.people:
        return (
            f"banner `{template.id}` is not made for {item.person}: it is for {made}"
            if made
            else f"banner `{template.id}` is about nobody in particular: take `person:` out, or add `people:` to it"
        )
    if who is None and template.people:
        return f"banner `{template.id}` is made for {made}: say for whom, as `{{banner: {template.id}, person: …}}`"
    return None


def _unconsented(
    template: Template, who: str | None, known: Mapping[str, Person], pictures: Mapping[str, Picture]
) -> list[str]:
    """Persons whose face the template would show, and who have not agreed to that."""
    seen: set[str] = set()
    for layer in template.layers:
        for file, person in picture_slots(layer, who):
            picture = pictures.get(file)
            seen.update(picture.note.shows if picture is not None else ())
            seen.update([person] if person is not None else [])
    return sorted(one for one in seen if not portrait_allowed(known, one))


def _language_fault(
    template: Template,
    who: str | None,
    lang: str,
    known: Mapping[str, Person],
    pictures: Mapping[str, Picture],
    fallback: Fallback,
) -> str | None:
    """A text would be in another language than the post's: a picture's words are the post's words."""
    add = f"add `{lang}` to it, or give that language another picture"
    if template.languages and not any(_same(one, lang) for one in template.languages):
        return f"banner `{template.id}` is not made in `{lang}`, only in {', '.join(template.languages)}: {add}"
    texts = [layer.text.say for layer in template.layers if layer.text is not None]
    if not all(_is_own(text, lang, fallback) for text in (template.scene, *texts)):
        return f"banner `{template.id}` has no words in `{lang}`: {add}"
    files = dict.fromkeys(file for layer in template.layers for file, _ in picture_slots(layer, who))
    for file in files:
        picture = pictures.get(file)
        if picture is not None and not _is_own(picture.note.alt, lang, fallback):
            return f"banner `{template.id}` shows {file}, which has no alt text in `{lang}`: write it in its note"
    return None


def _is_own(texts: Mapping[str, Any], lang: str, fallback: Fallback) -> bool:
    """Whether the text that is taken for a language is in that language, in whatever spelling of it."""
    taken = next((one for one in fallback_chain(lang, fallback) if one in texts), None)
    return taken is not None and _same(taken, lang)


def _same(one: str, other: str) -> bool:
    return primary_language(one) == primary_language(other)


def _templates(template: Template, lang: str, fallback: Fallback) -> Iterator[str]:
    """The texts of a banner in one language, before names are filled in."""
    chain = fallback_chain(lang, fallback)
    for texts in (template.scene, *(layer.text.say for layer in template.layers if layer.text is not None)):
        yield next((texts[one] for one in chain if one in texts), "")
    for layer in template.layers:
        if layer.shape is not None and layer.shape.count is not None:
            yield layer.shape.count
