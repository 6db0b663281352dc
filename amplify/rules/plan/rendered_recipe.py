"""Recipes of banners that were rendered by hand: what their notes say, and what would be painted instead. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

from amplify.model.banner import Layer, Template
from amplify.model.picture import Picture, RecipeWord, SidecarRecipe
from amplify.model.workspace import Workspace
from amplify.rules.plan.banner_recipe import drawing_of
from amplify.rules.plan.banner_text import BannerWordsFault, ShownIn, WordedTemplate, fill_template
from amplify.rules.plan.calendar_days import readers_day
from amplify.rules.plan.template_context import says_today
from amplify.rules.text.language import Fallback, pick_text


def sidecar_recipe(worded: WordedTemplate, size: str, now: datetime, workspace: Workspace, ours: bool) -> SidecarRecipe:
    """What a template with its words is rendered from. `ours`: the template is a file of the workspace."""
    template = worded.template
    owner = workspace.partners.get(workspace.campaigns[template.campaign].owner)
    return SidecarRecipe.model_validate(
        {
            "template": template.id if ours else None,
            "campaign": template.campaign,
            "person": worded.person,
            "lang": worded.lang,
            "size": size,
            "day": readers_day(now, owner.zone if owner is not None else "UTC"),
            "words": recipe_words(worded, workspace.settings.fallback),
            "drawing": _drawing(worded, workspace.pictures) if ours else None,
        }
    )


def shows_today(picture: Picture) -> bool:
    """Whether a banner that was rendered by hand says something that is true on one day only."""
    recipe = picture.note.recipe
    return recipe is not None and any(one.say is not None and says_today(one.say) for one in recipe.words)


def recipe_words(worded: WordedTemplate, fallback: Fallback) -> tuple[RecipeWord, ...]:
    """Every text of a banner that can be read or counted in it."""
    return tuple(
        RecipeWord(say=_template_text(layer, worded.lang, fallback), said=said)
        for layer, said in zip(worded.template.layers, worded.words, strict=True)
        if said
    )


def _template_text(layer: Layer, lang: str, fallback: Fallback) -> str | None:
    if layer.text is not None:
        return pick_text(layer.text.say, lang, fallback)
    return layer.shape.count if layer.shape is not None else None


def _drawing(worded: WordedTemplate, pictures: Mapping[str, Picture]) -> str:
    """SHA-256 of what is painted besides the words."""
    digest = hashlib.sha256(drawing_of(worded.template).encode())
    for file in worded.shown:
        digest.update(f"\n{pictures[file].sha256 if file else '-'}".encode())
    return digest.hexdigest()


def why_stale(workspace: Workspace, recipe: SidecarRecipe, due: datetime, zone: str) -> str | None:
    """Why the picture would come out otherwise at its due time (UTC), in the zone of its readers; None: it would not.

    What it says is compared first: that can be told. A template that draws otherwise comes last.
    """
    fallback = workspace.settings.fallback
    template = _template(workspace, recipe)
    if isinstance(template, str):
        return template
    try:
        now = fill_template(workspace, template, recipe.lang, recipe.person, due, shown_in=ShownIn(zone))
    except BannerWordsFault as fault:
        return f"it cannot be rendered any more: {fault}"
    kept = [one.said for one in recipe.words if recipe.template is not None or one.say is not None]
    words = [one.said for one in recipe_words(now, fallback)]
    if kept != words:
        return _difference(kept, words)
    if recipe.drawing is not None and recipe.drawing != _drawing(now, workspace.pictures):
        return f"the template `{template.id}`, or a picture in it, has changed since it was rendered"
    return None


def _template(workspace: Workspace, recipe: SidecarRecipe) -> Template | str:
    """The template to compare with, or why there is none."""
    if recipe.person is not None and recipe.person not in workspace.people:
        return f"it is for {recipe.person}, and nobody has that id any more"
    if recipe.template is None:
        if recipe.campaign not in workspace.campaigns:
            return _GONE.format("campaign", recipe.campaign)
        return _of_texts(recipe)
    template = workspace.banners.get(recipe.template)
    if template is None:
        return _GONE.format("banner template", recipe.template)
    if recipe.person is not None and recipe.person not in template.people:
        return f"the template `{template.id}` is not made for {recipe.person} any more"
    return template


_GONE = "there is no {} `{}` any more to tell what it should say"


def _of_texts(recipe: SidecarRecipe) -> Template:
    """The texts that its note keeps, as a template: those of `amplify banner bars` are no file of the workspace."""
    layers: list[dict[str, object]] = [
        {"text": {"say": {recipe.lang: one.say}}} for one in recipe.words if one.say is not None
    ]
    fields = {"id": "bars", "campaign": recipe.campaign, "about": "-", "scene": {recipe.lang: "-"}, "credit": "-"}
    about = {"people": (recipe.person,)} if recipe.person is not None else {}
    layers_of = tuple(layers) or _NO_WORDS
    return Template.model_validate({**fields, **about, "licence": "-", "layers": layers_of})


_NO_WORDS = ({"shape": {"form": "fill"}},)


def _difference(kept: list[str], words: list[str]) -> str:
    """The first text that would come out otherwise: what it says, and what it should say."""
    for old, new in zip(kept, words, strict=False):
        if old != new:
            return f"it says {_quoted(old)} and should say {_quoted(new)}"
    if len(kept) > len(words):
        return f"it says {_quoted(kept[len(words)])} and should not"
    return f"it should say {_quoted(words[len(kept)])}, too"


_LONGEST = 60


def _quoted(text: str) -> str:
    flat = " ".join(text.split(" ")).replace("\n", " ")
    return f"“{flat if len(flat) <= _LONGEST else flat[: _LONGEST - 1] + '…'}”"
