"""`amplify banner bars`: a picture behind bars for one person, with name plate, hashtag and credit, and instructions
for supporters.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Final

from amplify.banner_files.render import RenderedBanner, bar_banner
from amplify.model.banner import SIZES, BarsLayer, Layer, PortraitSlot, StandIn, Template
from amplify.model.campaign import Campaign
from amplify.model.errors import NeedsPerson, WrongUse
from amplify.model.person import Person
from amplify.model.workspace import Workspace
from amplify.planning.eligibility import EligibilityChecker
from amplify.rules.plan.banner_text import BannerWordsFault, WordedTemplate, fill_template, portrait_allowed
from amplify.rules.text.language import fallback_chain
from amplify.workspace.yaml_reader import read_yaml

INSTRUCTIONS: Final = ("en", "be", "ru")
"""Languages that the instructions are written in."""
_PHOTO: Final = "photograph"


@dataclass(frozen=True, slots=True)
class Photograph:
    """A picture given by the user, who has the right to it."""

    data: bytes
    credit: str
    licence: str
    own: bool
    """It shows whoever makes it, and not the person that is named."""


@dataclass(frozen=True, slots=True)
class BarsLook:
    """How the bars look; None: as the template has them."""

    count: int | None = None
    width: float | None = None
    opacity: float | None = None
    colour: str | None = None
    open: bool = False
    instead: StandIn = "silhouette"
    """What stands there without a photograph; `none`: words only."""


@dataclass(frozen=True, slots=True)
class BarsEditions:
    """For which campaign, in which languages and sizes the picture is made."""

    langs: Sequence[str] = ()
    """Empty: the campaign's first language."""
    sizes: Sequence[str] = ("square",)
    campaign: str | None = None
    """None: the first active one about the person."""


def behind_bars(
    care: EligibilityChecker,
    person: str,
    photograph: Photograph | None = None,
    look: BarsLook | None = None,
    editions: BarsEditions | None = None,
) -> list[RenderedBanner]:
    """Render the picture in each language and size, if `care` allows it.

    Raises WrongUse, and NeedsPerson where it may not be made: the person is stopped, their state is not detained or
    convicted or was not reviewed, consent is missing, withdrawn, or does not cover a portrait.
    """
    workspace, editions = care.workspace, editions or BarsEditions()
    known = _person(workspace, person)
    chosen = _campaign(workspace, known, editions.campaign)
    if photograph is not None and not photograph.own and not portrait_allowed(workspace.people, person):
        raise NeedsPerson(
            f"the consent of {person} does not cover a portrait: leave the picture out, and a silhouette stands there; "
            "or say --self where it shows yourself"
        )
    template = _template(chosen, known, photograph, look or BarsLook())
    made = []
    for lang in editions.langs or chosen.languages[:1]:
        try:
            worded = fill_template(workspace, template, lang, person, care.now)
        except BannerWordsFault as fault:
            raise WrongUse(f"in `{lang}`: {fault}") from None
        if photograph is not None:
            worded = _with_photograph(worded, photograph, person)
        barred = bar_banner(care, worded)
        if barred is not None:
            raise NeedsPerson(f"no picture is made: {barred.why}")
        made += [_made(worded, size, photograph) for size in editions.sizes]
    return made


def supporter_instructions(care: EligibilityChecker, person: str, lang: str, campaign: str | None = None) -> str:
    """Instructions for supporters, to be printed: plain text of 80 columns. Raises NeedsPerson where the person may not
    be spoken of."""
    workspace = care.workspace
    chosen = _campaign(workspace, _person(workspace, person), campaign)
    written = next((one for one in fallback_chain(lang, workspace.settings.fallback) if one in INSTRUCTIONS), "en")
    tags = [f"#{tag.tag}" for tag in chosen.hashtags if tag.required and not tag.retired]
    ours = [f"#{tag.tag}" for tag in chosen.hashtags if tag.required and not tag.retired and tag.lang == written]
    text = (files("amplify.banner_files.instructions") / f"{written}.txt").read_text("utf-8")
    said = text.format(
        person=person, tags=" ".join(ours or tags), contact=f"{chosen.contact.name}, {chosen.contact.email}"
    )
    barred = care.bar(care.asked(chosen.id, lang, [said], f"person:{person}"))
    if barred is not None:
        raise NeedsPerson(f"no instructions are given: {barred.why}")
    return said


@cache
def _shipped(name: str) -> Mapping[str, object]:
    document, problems = read_yaml((files("amplify.banner_files.instructions") / name).read_text("utf-8"), name)
    assert document is not None, problems
    plain: Mapping[str, object] = document.plain
    return plain


def _template(campaign: Campaign, person: Person, photograph: Photograph | None, look: BarsLook) -> Template:
    import json

    unpictured = photograph is None and look.instead == "none"
    template = Template.model_validate_json(json.dumps(_shipped("words.yaml" if unpictured else "template.yaml")))
    credit = f"{photograph.credit}, {photograph.licence}" if photograph else campaign.contact.name
    return template.model_copy(
        update={
            "campaign": campaign.id,
            "people": (person.id,),
            "languages": campaign.languages,
            "credit": credit,
            "licence": photograph.licence if photograph else template.licence,
            "scene": _scene(template, photograph, look),
            "layers": tuple(_looking(layer, look) for layer in template.layers),
        }
    )


_SCENES: Final[Mapping[str, Mapping[str, str]]] = {
    "photograph": {
        "en": "A photograph behind {}.",
        "be": "Фотаздымак за {}.",
        "ru": "Фотография за {}.",
    },
    "silhouette": {
        "en": "The silhouette of a person behind {}.",
        "be": "Сілуэт чалавека за {}.",
        "ru": "Силуэт человека за {}.",
    },
    "chair": {"en": "An empty chair behind {}.", "be": "Пустое крэсла за {}.", "ru": "Пустой стул за {}."},
    "envelope": {"en": "A letter behind {}.", "be": "Ліст за {}.", "ru": "Письмо за {}."},
    "none": {"en": "Words beside {}.", "be": "Словы побач з {}.", "ru": "Слова рядом с {}."},
}
_BARS: Final[Mapping[bool, Mapping[str, str]]] = {
    False: {"en": "prison bars", "be": "турэмнымі кратамі", "ru": "тюремной решёткой"},
    True: {"en": "prison bars that are bent apart", "be": "разагнутымі кратамі", "ru": "разогнутой решёткой"},
}


def _scene(template: Template, photograph: Photograph | None, look: BarsLook) -> dict[str, str]:
    scene = _SCENES["photograph" if photograph else look.instead]
    return {lang: scene[lang].format(_BARS[look.open][lang]) for lang in template.scene}


def _looking(layer: Layer, look: BarsLook) -> Layer:
    """The layer with the look that was asked for: the placeholder of a portrait, the shape of the bars."""
    if layer.portrait is not None:
        slot: PortraitSlot = layer.portrait.model_copy(update={"stand_in": look.instead})
        return layer.model_copy(update={"portrait": slot})
    if layer.bars is not None:
        given = {"count": look.count, "width": look.width, "opacity": look.opacity, "colour": look.colour}
        changed = {"open": look.open, **{key: value for key, value in given.items() if value is not None}}
        plain = {**layer.bars.model_dump(), **changed}
        try:
            return layer.model_copy(update={"bars": BarsLayer.model_validate(plain)})
        except ValueError as wrong:
            raise WrongUse(_told(wrong)) from None
    return layer


def _told(wrong: ValueError) -> str:
    """The sentence about an option that is out of its bounds."""
    first = wrong.errors()[0]  # type: ignore[attr-defined]
    return f"--{first['loc'][0]}: {first['msg'][0].lower()}{first['msg'][1:]}"


def _with_photograph(worded: WordedTemplate, photograph: Photograph, person: str) -> WordedTemplate:
    shown = tuple(
        _PHOTO if layer.portrait is not None else file
        for layer, file in zip(worded.template.layers, worded.shown, strict=True)
    )
    shows = () if photograph.own else (person,)
    return replace(worded, shown=shown, shows=shows)


def _made(worded: WordedTemplate, size: str, photograph: Photograph | None) -> RenderedBanner:
    from amplify.banner.cannot_paint import BannerFault
    from amplify.banner.painted_cache import painted_banner

    def picture(file: str) -> bytes:
        assert photograph is not None, file
        return photograph.data

    try:
        saved = painted_banner(worded, SIZES[size], picture, {}, None)
    except BannerFault as fault:
        raise WrongUse(f"{size}: {fault.bare if fault.picture == _PHOTO else fault}") from None
    return RenderedBanner(worded, size, saved, hashlib.sha256(saved.data).hexdigest())


def _person(workspace: Workspace, person: str) -> Person:
    known = workspace.people.get(person)
    if known is None:
        raise WrongUse(f"no person is called `{person}`; there are: {', '.join(workspace.people) or 'none yet'}")
    return known


def _campaign(workspace: Workspace, person: Person, wanted: str | None) -> Campaign:
    """The campaign whose hashtags the picture carries: the one asked for, or the first about the person."""
    if wanted is not None:
        if wanted not in workspace.campaigns:
            raise WrongUse(f"no campaign is called `{wanted}`; there are: {', '.join(workspace.campaigns)}")
        return workspace.campaigns[wanted]
    found = [one for one in workspace.campaigns.values() if person.id in one.people and one.status == "active"]
    if not found:
        raise WrongUse(f"no active campaign is about {person.id}: name one with --campaign")
    return found[0]
