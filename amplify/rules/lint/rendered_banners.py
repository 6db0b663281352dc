"""Lint rules about pictures with words: in another language than the text, or no longer true when they go out."""

from __future__ import annotations

from collections.abc import Iterator

from amplify.model.message import Attachment
from amplify.model.plan import Planned
from amplify.model.problem import Problem, Severity
from amplify.rules.lint.lint_context import LintContext
from amplify.rules.plan.calendar_days import readers_day
from amplify.rules.plan.rendered_recipe import why_stale
from amplify.rules.text.language import primary_language


def _shown(delivery: Planned) -> Iterator[Attachment]:
    """Every picture of `media/` that readers would see, those of link cards too; a banner is made for its delivery."""
    for part in delivery.message.parts:
        yield from (one for one in part.pictures if one.banner is None)
        if part.card is not None and part.card.picture is not None:
            yield part.card.picture


def words_in_another_language(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """BANNER-LANG: a picture's words are in another language than the text beside it."""
    spoken = primary_language(delivery.lang)
    for picture in _shown(delivery):
        note = context.workspace.pictures[picture.file].note
        written = dict.fromkeys([*note.caption, *([note.recipe.lang] if note.recipe is not None else [])])
        if written and spoken not in {primary_language(one) for one in written}:
            yield Problem(
                context.place(delivery),
                "BANNER-LANG",
                f"the words in {picture.file} are in {_listed(written)}, and this text is in `{delivery.lang}`: "
                f"{_other_picture(context, picture, delivery)}",
                Severity.WARNING,
            )


def _listed(langs: dict[str, None]) -> str:
    return " and ".join(f"`{one}`" for one in langs)


def _other_picture(context: LintContext, picture: Attachment, delivery: Planned) -> str:
    """How to say it in the reader's language."""
    cta = context.post(delivery).front.cta
    if all(picture not in part.pictures for part in delivery.message.parts):
        return f"give the call `{cta}` a picture without words, or this post one of its own under `media:`"
    item = _banner_item(context, picture)
    if item is not None:
        return f"{item} speaks the language of each text"
    return f"give it a picture of its own (`media: {{{delivery.lang}: […]}}`), or one without words"


def painted_otherwise(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """BANNER-STALE: a banner that was rendered by hand would come out otherwise on the day on which it goes out."""
    for picture in _shown(delivery):
        recipe = context.workspace.pictures[picture.file].note.recipe
        if recipe is None:
            continue
        day = readers_day(delivery.due, delivery.zone)
        known = context.stale.get((picture.file, day), "")
        why = context.stale[picture.file, day] = (
            why_stale(context.workspace, recipe, delivery.due, delivery.zone) if known == "" else known
        )
        if why is not None:
            item = _banner_item(context, picture)
            mend = f"{item} is painted anew for each day" if item is not None else _KEEP
            yield Problem(
                context.post(delivery).place,
                "BANNER-STALE",
                f"{picture.file} was rendered on {recipe.day}, and on {day} {why}: {mend}",
            )


_KEEP = (
    "take a banner of media/banners/ (`media: [{banner: …}]`), or `recipe:` out of the picture's note if it shall stay "
    "as it is"
)


def _banner_item(context: LintContext, picture: Attachment) -> str | None:
    """How a post shows the same picture as a banner; None where its template is gone."""
    recipe = context.workspace.pictures[picture.file].note.recipe
    template = context.workspace.banners.get(recipe.template) if recipe is not None and recipe.template else None
    if recipe is None or template is None:
        return None
    person = f", person: {recipe.person}" if recipe.person is not None and len(template.people) > 1 else ""
    usual = {profile.banner_size for profile in context.profiles.values()}
    size = f", size: {recipe.size}" if recipe.size not in usual else ""
    return f"`media: [{{banner: {template.id}{person}{size}}}]`"
