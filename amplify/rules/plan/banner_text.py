"""The text of a banner: each layer in one language on one day, its hashtags, its alt text. Pure."""

from __future__ import annotations

import unicodedata
from collections import ChainMap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from amplify.model.banner import Layer, Template
from amplify.model.campaign import Campaign
from amplify.model.person import Person
from amplify.model.picture import Picture
from amplify.model.post import Post, PostFront
from amplify.model.workspace import Workspace
from amplify.rules.plan.hashtags import occasion_tag
from amplify.rules.plan.template import TemplateFault, as_sentence, render_template
from amplify.rules.plan.template_context import RenderContext, template_names

NOWHERE: Final = "banner"
"""A banner is for all platforms: partners are named, and never by a handle."""


class BannerWordsFault(Exception):
    """A text of a banner that cannot be rendered; `layer` counts from 0, `line` inside the text from 1."""

    def __init__(self, sentence: str, layer: int | None, line: int = 1) -> None:
        super().__init__(sentence)
        self.layer, self.line = layer, line


class ShownIn(NamedTuple):
    """Where a post shows a banner."""

    zone: str
    """Whose day counts."""
    occasion: str | None = None
    """Of the post."""
    partner: str = ""
    """Who shows it, where that changes its words."""


@dataclass(frozen=True, slots=True)
class WordedTemplate:
    """A banner template with all texts filled in, for one language and, where it is made for persons, one person."""

    template: Template
    lang: str
    person: str | None
    words: tuple[str | None, ...]
    """By layer: its text, or what it counts; None for layers without words."""
    shown: tuple[str | None, ...]
    """By layer: the picture under `media/` that is really shown; None where something stands in, or nothing."""
    shows: tuple[str, ...]
    """Persons whose face is seen."""
    alt: str
    alts: Mapping[str, str]
    """The same in every language that may say it: whoever uses the picture may speak another one."""
    caption: str
    """Everything that stands in the banner to be read: stops match it."""
    credit: str
    licence: str
    used: frozenset[str]
    """`kind:id` of everything it speaks of."""

    @property
    def name(self) -> str:
        """File name without the size: `portrait-mira-be`."""
        return "-".join(word for word in (self.template.id, self.person, self.lang) if word)


def banner_languages(template: Template, campaign: Campaign) -> tuple[str, ...]:
    """The languages a template is rendered in."""
    return template.languages or campaign.languages


def stand_for(template: Template, lang: str, occasion: str | None = None) -> Post:
    """A post that stands in for the banner, for the rules that look at posts."""
    front = PostFront(
        id=template.id,
        campaign=template.campaign,
        kind="statement",
        lang=lang,
        author="-",
        people=template.people,
        occasion=occasion,
    )
    return Post(front, ())


def fill_template(
    workspace: Workspace,
    template: Template,
    lang: str,
    person: str | None,
    now: datetime,
    shown_in: ShownIn | None = None,
) -> WordedTemplate:
    """Fill in all texts of a template. Raises BannerWordsFault. `now`: campaign time, UTC. `shown_in`: the post that
    shows it; without it, the day is that of the campaign's owner."""
    campaign = workspace.campaigns[template.campaign]
    owner = workspace.partners.get(campaign.owner)
    place = shown_in or ShownIn(owner.zone if owner else "UTC")
    setting = RenderContext(
        workspace, {}, stand_for(template, lang, place.occasion), NOWHERE, lang, now, place.zone, partner=place.partner
    )
    known = template_names(setting)
    if person is not None:
        known = ChainMap({"who": known["person"][person]}, known)  # type: ignore[arg-type]
    shown = tuple(_shown(layer, workspace, person) for layer in template.layers)
    notes = [workspace.pictures[file].note for file in shown if file]
    credit = " · ".join(dict.fromkeys([*(f"{note.credit}, {note.licence}" for note in notes), template.credit]))
    words = tuple(
        _said(layer, number, setting, known, credit, workspace) for number, layer in enumerate(template.layers)
    )
    read = [
        text
        for layer, text in zip(template.layers, words, strict=True)
        if text and layer.kind in ("text", "hashtags", "logo")
    ]
    scene = _rendered(setting.pick_any(template.scene), None, known)
    faces = {one for file in shown if file for one in workspace.pictures[file].note.shows}
    faces |= {
        who
        for layer, file in zip(template.layers, shown, strict=True)
        if file and layer.portrait and (who := layer.portrait.person or person)
    }
    setting.used.add(f"campaign:{template.campaign}")
    setting.used.update(f"person:{one}" for one in faces)
    alt = _alt(scene, read, [_pick_alt(workspace.pictures[file], setting) for file in shown if file])
    return WordedTemplate(
        template=template,
        lang=lang,
        person=person,
        words=words,
        shown=shown,
        shows=tuple(sorted(faces)),
        alt=alt,
        alts={lang: alt},
        caption="\n".join(read),
        credit=credit,
        licence=template.licence,
        used=frozenset(setting.used),
    )


def _said(
    layer: Layer, number: int, setting: RenderContext, known: Mapping[str, Any], credit: str, workspace: Workspace
) -> str | None:
    if layer.text is not None:
        text = setting.pick(layer.text.say)
        if text is None:
            raise BannerWordsFault(f"this text has no words in `{setting.lang}`: add them", number)
        said = _rendered(text, number, known)
        if not said:
            raise BannerWordsFault("nothing is left of this text once its names are filled in: write one", number)
        return said.upper() if layer.text.upper else said
    if layer.shape is not None and layer.shape.count is not None:
        return _rendered(layer.shape.count, number, known)
    if layer.hashtags is not None:
        return _tags(setting) or None
    if layer.logo is not None and layer.logo.picture is None:
        partner = layer.logo.partner or setting.campaign.owner
        owner = workspace.partners.get(partner)
        return setting.pick_any(owner.name) if owner else partner
    return credit if layer.credit is not None else None


def _rendered(text: str, layer: int | None, known: Mapping[str, Any]) -> str:
    try:
        said = render_template(text, known)
    except TemplateFault as fault:
        raise BannerWordsFault(str(fault), layer, fault.line) from None
    lines = (" ".join(line.split(" ")).strip() for line in unicodedata.normalize("NFC", said).split("\n"))
    return "\n".join(line for line in lines if line)


def _tags(setting: RenderContext) -> str:
    """The hashtag of the occasion, and those that the campaign requires, for this language."""
    lang, occasion = setting.lang, occasion_tag(setting)
    wanted = [tag for tag in setting.campaign.hashtags if tag.required and not tag.retired]
    ours = [tag.tag for tag in wanted if tag.lang is None or lang == tag.lang or lang.startswith(f"{tag.lang}-")]
    return "  ".join(f"#{tag}" for tag in dict.fromkeys([*([occasion] if occasion else []), *ours]))


def picture_slots(layer: Layer, person: str | None) -> Iterator[tuple[str, str | None]]:
    """The picture a layer is to show (path under `media/`), and whose face it is, where that is said."""
    if layer.picture is not None:
        yield layer.picture.file, None
    if layer.portrait is not None and layer.portrait.picture is not None:
        yield layer.portrait.picture, layer.portrait.person or person
    if layer.logo is not None and layer.logo.picture is not None:
        yield layer.logo.picture, None


def _shown(layer: Layer, workspace: Workspace, person: str | None) -> str | None:
    """The picture a layer shows. A face only with consent to a portrait."""
    for file, who in picture_slots(layer, person):
        return file if layer.logo is not None or _may_show(workspace, file, who) else None
    return None


def _may_show(workspace: Workspace, file: str, who: str | None) -> bool:
    picture = workspace.pictures.get(file)
    seen = {*(picture.note.shows if picture else ()), *([who] if who else [])}
    return all(portrait_allowed(workspace.people, one) for one in seen)


def portrait_allowed(people: Mapping[str, Person], person: str) -> bool:
    """Whether consent covers this person's face."""
    known = people.get(person)
    return known is not None and known.consent.withdrawn is None and "portrait" in known.consent.scope


def _pick_alt(picture: Picture, setting: RenderContext) -> str:
    return setting.pick_any(picture.note.alt)


def _alt(scene: str, read: list[str], pictures: list[str]) -> str:
    """The alt text: what is seen, then what is to be read, in reading order."""
    sentences = list(_sentences([scene, *pictures]))
    quoted = list(_sentences(_spoken(read)))
    return " ".join([*sentences, *quoted])


def _spoken(read: list[str]) -> list[str]:
    """What is to be read as it is said: a number and its word are one, and a quotation mark that is drawn is none."""
    spoken: list[str] = []
    for text in read:
        flat = text.replace("\n", " ").strip()
        if not any(map(str.isalnum, flat)):
            continue
        if spoken and (flat[0].islower() or flat[0].isdigit()) and spoken[-1][-1] not in _CLOSED:
            spoken[-1] += f" {flat}"
        else:
            spoken.append(as_sentence(flat) if not spoken else flat)
    return spoken


_CLOSED: Final = ".!?…»”"
"""What ends a sentence."""


def _sentences(texts: Any) -> Iterator[str]:
    for text in texts:
        flat = text.strip()
        if flat:
            yield flat if flat[-1] in _CLOSED else f"{flat}."
