"""Lint rule about the sides of pictures: what no scaling makes fit."""

from __future__ import annotations

from collections.abc import Iterator

from amplify.model.plan import Planned
from amplify.model.problem import Problem
from amplify.rules.file_formats.picture_scale import scaled_size, shrink_factor
from amplify.rules.lint.lint_context import LintContext


def picture_narrow(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """PICTURE-NARROW: a side of a picture has fewer pixels than the platform takes, as it is or scaled down."""
    profile = context.profile(delivery)
    least, most = profile.picture_sides
    for part in delivery.message.parts:
        card = part.card.picture if part.card is not None else None
        filed = (one.file for one in (*part.pictures, *([card] if card else ())) if one.banner is None)
        for file in dict.fromkeys(filed):
            picture = context.workspace.pictures[file]
            if picture.motion is not None and not picture.motion.frames:
                continue
            size = (picture.width, picture.height)
            factor = shrink_factor(size, profile.picture_pixels, most)
            if min(scaled_size(size, factor)) < least:
                scaled = f", and {'×'.join(map(str, scaled_size(size, factor)))} once it fits" if factor < 1 else ""
                yield Problem(
                    picture.note.place,
                    "PICTURE-NARROW",
                    f"{file} is {picture.width}×{picture.height} pixels{scaled}; {profile.title} takes {least} a side "
                    "or more: cut it to another shape, or take a larger one",
                )
