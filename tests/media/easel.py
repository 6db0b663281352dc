"""A workshop with banner templates, and pictures that were painted."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PIL import Image
from workshop import Workshop, word

from amplify.banner.paint import paint_banner
from amplify.model.banner import SIZES, Template
from amplify.model.workspace import Workspace
from amplify.planning.eligibility import EligibilityChecker
from amplify.rules.plan.banner_text import WordedTemplate
from amplify.rules.plan.banner_text import fill_template as fill

NOW = datetime(2027, 5, 17, 9, tzinfo=UTC)


def template(*layers: dict[str, Any], **fields: Any) -> Template:
    """A template of free_anna in English, on plain dark blue; `layers` as in a file."""
    usual = {
        "id": "test", "campaign": "free_anna", "about": "A test.", "languages": ["en"], "scene": {"en": "A field."},
        "credit": "Desk", "licence": "CC0-1.0",
    }  # fmt: skip
    return word(Template, **(usual | fields), layers=list(layers))


def text(say: str, box: tuple[float, ...] = (0, 0, 100, 100), **fields: Any) -> dict[str, Any]:
    """A layer of English words."""
    return {"text": {"say": {"en": say}, **fields}, "box": list(box)}


def hung(workspace: Workspace, *templates: Template) -> Workspace:
    """The workspace with these templates."""
    return replace(workspace, banners={one.id: one for one in templates})


def worded(one: Template, person: str | None = None, lang: str = "en", shop: Workshop | None = None) -> WordedTemplate:
    return fill((shop or Workshop()).workspace(), one, lang, person, NOW)


def painted(one: Template, size: str = "post", person: str | None = None, **files: bytes) -> Image.Image:
    """One banner of a workshop that has nothing but anna; `files`: bytes of the pictures it shows."""
    return paint_banner(worded(one, person), SIZES[size], lambda file: files[file])


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")


def photograph(size: tuple[int, int] = (400, 300), kind: str = "JPEG") -> bytes:
    """A picture with light and dark everywhere."""
    import numpy as np

    noise = np.random.default_rng(7).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(noise, "RGB").save(out, kind)
    return out.getvalue()


SAMPLE = Path(__file__).parents[2]
"""The repository: its own workspace has the templates that ship."""


def care_of(workspace: Workspace) -> EligibilityChecker:
    """What may be shown at NOW, by the files alone."""
    return EligibilityChecker(workspace, NOW, None)
