"""Writes a banner as files: the picture, and the sidecar that makes it a picture of `media/`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from amplify.model.errors import unwritable_output
from amplify.rules.plan.rendered_recipe import sidecar_recipe

if TYPE_CHECKING:
    from amplify.banner_files.render import RenderedBanner
    from amplify.model.picture import SidecarRecipe
    from amplify.planning.eligibility import EligibilityChecker


def write_with_sidecar(made: RenderedBanner, folder: Path, care: EligibilityChecker) -> Path:
    """Write the picture, and beside it a sidecar as `media/` has them: alt text, credit, licence, SHA-256, and what it
    was rendered from. Raises WrongUse.
    """
    path = folder / made.name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for suffix in (".png", ".jpg"):  # one note describes one picture
            path.with_suffix(suffix).unlink(missing_ok=True)
        path.write_bytes(made.saved.data)
        path.with_suffix(".yaml").write_text(sidecar_text(made, _recipe(made, care)), encoding="utf-8", newline="\n")
    except OSError as error:
        raise unwritable_output(path, error) from None
    return path


def _recipe(made: RenderedBanner, care: EligibilityChecker) -> SidecarRecipe:
    workspace, template = care.workspace, made.worded.template
    ours = workspace.banners.get(template.id) is template
    return sidecar_recipe(made.worded, made.size, care.now, workspace, ours)


def sidecar_text(made: RenderedBanner, recipe: SidecarRecipe) -> str:
    """The sidecar of a banner, as YAML."""
    worded = made.worded
    lines = [
        f"# Written by `amplify banner` ({made.template}): change the template and render again.",
        f"alt: {{{made.lang}: {_quoted(worded.alt)}}}",
        f"credit: {_quoted(worded.credit)}",
        f"licence: {_quoted(worded.licence)}",
    ]
    if worded.caption:
        lines += ["caption:", f"  {made.lang}: {_quoted(worded.caption)}"]
    if worded.shows:
        lines.append(f"shows: [{', '.join(worded.shows)}]")
    speaks_of = sorted(one for one in worded.used if one.partition(":")[0] in ("person", "fact", "action"))
    if speaks_of:
        lines.append(f"speaks_of: [{', '.join(map(_quoted, speaks_of))}]")
    return "\n".join([*lines, f'sha256: "{made.sha256}"', *_recipe_lines(recipe), ""])


def _recipe_lines(recipe: SidecarRecipe) -> Iterator[str]:
    """What it was rendered from: where it would come out otherwise on a later day, `check` says so."""
    yield "recipe:"
    for key in ("template", "campaign", "person", "lang", "size"):
        if (value := getattr(recipe, key)) is not None:
            yield f"  {key}: {value}"
    yield f"  day: {recipe.day.isoformat()}"
    yield "  words:"
    for one in recipe.words:
        yield f"    - {{{f'say: {_quoted(one.say)}, ' if one.say is not None else ''}said: {_quoted(one.said)}}}"
    if recipe.drawing is not None:
        yield f'  drawing: "{recipe.drawing}"'


def _quoted(text: str) -> str:
    """A text as JSON writes it, which YAML reads alike."""
    return json.dumps(text, ensure_ascii=False)
