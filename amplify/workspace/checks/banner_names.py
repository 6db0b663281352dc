"""Checks the names used in banner templates: campaigns, people, partners, pictures, colours, names in their texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from amplify.model.banner import Template
from amplify.model.post import TextPart
from amplify.model.problem import Problem
from amplify.rules.plan.banner_text import banner_languages
from amplify.rules.plan.themes import THEMES
from amplify.rules.text.language import pick_text
from amplify.workspace.checks.template_names import ALONE, BOOKS, unknown_names
from amplify.workspace.parsed import Parsed, ParsedWorkspace
from amplify.workspace.partial import NO_LANGUAGE, NOT_READ
from amplify.workspace.picture_names import missing_picture
from amplify.workspace.suggest import did_you_mean
from amplify.workspace.yaml_reader import Loc

_COLOURED: Final = ("shape", "text", "portrait", "bars", "logo", "hashtags", "credit", "picture")
_COLOUR_KEYS: Final = ("colour", "to", "plate", "ground", "figure", "tint")


def banners_name(findings: ParsedWorkspace) -> Iterator[Problem]:
    known = {word: findings.known(shelf) for word, (shelf, _, _) in BOOKS.items()}
    campaigns = {found.word.id: found.word for found in findings.campaigns}
    for found in findings.banners:
        template, spot = found.word, found.spot
        yield from _one(findings, found, "campaigns", "campaign", "REF-CAMPAIGN", template.campaign, ("campaign",))
        for index, person in enumerate(template.people):
            yield from _one(findings, found, "people", "person", "REF-PERSON", person, ("people", index))
        campaign = campaigns.get(template.campaign)
        langs = banner_languages(template, campaign) if campaign else template.languages
        for key, text in _texts(template):
            for lang in langs:
                if (
                    lang != NO_LANGUAGE
                    and key[-1] in ("say", "scene")
                    and pick_text(text, lang, _fallback(findings)) is None
                ):
                    message = f"this text has no words in `{lang}`: add them, or take `{lang}` from the languages"
                    yield Problem(spot.place(*key), "BANNER-TEXT", message)
            for lang, words in text.items():
                place = spot.place(*key, lang) if key[-1] != "count" else spot.place(*key)
                alone = ALONE - {"occasion"} | ({"who"} if template.people else set())
                yield from unknown_names(TextPart(words, place), False, known, alone)
        yield from _layers(findings, found)


def _texts(template: Template) -> Iterator[tuple[Loc, Mapping[str, str]]]:
    yield ("scene",), template.scene
    for number, layer in enumerate(template.layers):
        if layer.text is not None:
            yield ("layers", number, "text", "say"), layer.text.say
        if layer.shape is not None and layer.shape.count is not None:
            yield ("layers", number, "shape", "count"), {"": layer.shape.count}


def _layers(findings: ParsedWorkspace, found: Parsed[Template]) -> Iterator[Problem]:
    template, spot = found.word, found.spot
    colours = {*THEMES[template.theme], *template.colours}
    for number, layer in enumerate(template.layers):
        at: Loc = ("layers", number)
        for kind in _COLOURED:
            inner = getattr(layer, kind)
            for key in _COLOUR_KEYS:
                colour = getattr(inner, key, None)
                if isinstance(colour, str) and not colour.startswith("#") and colour not in colours:
                    message = f"no colour is called `{colour}`" + did_you_mean(colour, colours)
                    yield Problem(spot.place(*at, kind, key), "BANNER-COLOUR", message)
        slots = (
            (layer.picture, "picture", "file"),
            (layer.portrait, "portrait", "picture"),
            (layer.logo, "logo", "picture"),
        )
        for slot, kind, key in slots:
            file = getattr(slot, key, None)
            if file is not None and file not in findings.picture_files:
                message = missing_picture(findings, file)
                yield Problem(spot.place(*at, kind, key), "REF-PICTURE", message)
        if layer.portrait is not None and layer.portrait.person is not None:
            loc = (*at, "portrait", "person")
            yield from _one(findings, found, "people", "person", "REF-PERSON", layer.portrait.person, loc)
        if layer.logo is not None and layer.logo.partner is not None:
            loc = (*at, "logo", "partner")
            yield from _one(findings, found, "partners", "partner", "REF-PARTNER", layer.logo.partner, loc)


def _one(
    findings: ParsedWorkspace, found: Parsed[Template], shelf: str, noun: str, code: str, name: str, loc: Loc
) -> Iterator[Problem]:
    known = findings.known(shelf)
    if name not in known and name != NOT_READ:
        yield Problem(found.spot.place(*loc), code, f"unknown {noun} `{name}`" + did_you_mean(name, known))


def _fallback(findings: ParsedWorkspace) -> Mapping[str, tuple[str, ...]]:
    return findings.settings.word.fallback if findings.settings else {}
