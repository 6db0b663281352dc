"""The colour palette of one template, by name."""

from __future__ import annotations

from amplify.banner.cannot_paint import BannerFault
from amplify.model.banner import Template
from amplify.rules.plan.contrast import Rgb, parse_rgb
from amplify.rules.plan.themes import THEMES


class Palette:
    """The named colours of one template."""

    def __init__(self, template: Template) -> None:
        self._named = {**THEMES[template.theme], **template.colours}

    def __getitem__(self, colour: str) -> Rgb:
        """`#rrggbb` or a name → channels. Raises BannerFault for a name that nothing explains."""
        if colour.startswith("#"):
            return parse_rgb(colour)
        if colour not in self._named:
            raise BannerFault(f"no colour is called `{colour}`; there are: {', '.join(self._named)}")
        return parse_rgb(self._named[colour])
