"""Renders HTML pages: one Jinja environment, one base template and style sheet, and a content security policy that
allows no network requests.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

_BASE: Final = "amplify.pages"
_NOT_LATIN: Final = re.compile(r"[^\W\d_\u0000-\u024f\u1e00-\u1eff]")
INLINE: Final = "'unsafe-inline'"
"""A page whose drawings carry style attributes: no hash can allow those."""


@dataclass(frozen=True, slots=True)
class PageFrame:
    """The values of the base template `base.html.j2` around a page."""

    css: str
    script: str = ""
    lang: str = "en"
    direction: str = ""
    """`ltr` or `rtl`, where the page says it."""
    images: str = "data:"
    """Where pictures may come from, as the policy says it."""
    styles: str = ""
    """What the policy says of styles; empty: the sheet's own hash."""
    icon: str = ""
    findable: bool = False
    """Whether search engines may list it."""

    @property
    def policy(self) -> str:
        """The content security policy: only what is in this file, and pictures where `images` says."""
        script = f"script-src '{_hash(self.script)}'; " if self.script else ""
        return (
            f"default-src 'none'; style-src {self.styles or repr(_hash(self.css))}; {script}img-src {self.images}; "
            "base-uri 'none'; form-action 'none'"
        )


def rendered_page(package: str, template: str, frame: PageFrame, **values: Any) -> str:
    """Render a whole page from a template of `package` that extends `base.html.j2`."""
    own = {"frame": frame, "css": trusted_markup(frame.css), "script": trusted_markup(frame.script)}
    return page_environment(package).get_template(template).render(**own, **values)


@lru_cache(maxsize=8)
def page_environment(package: str) -> Environment:
    """The Jinja environment with templates of `package` and those of this one. All values are escaped, unknown names
    are errors.
    """
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=ChoiceLoader([PackageLoader(package, "."), PackageLoader(_BASE, ".")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    made.filters["marked"] = marked_sentence
    made.filters["lang_if_foreign"] = lang_if_foreign
    return made


def style_sheet(package: str, *more: str) -> str:
    """The base's style sheet, `more` sheets of the base, then the `page.css` of `package`."""
    return "\n".join(
        [*(packaged_text(_BASE, name) for name in ("base.css", *more)), packaged_text(package, "page.css")]
    )


@lru_cache(maxsize=16)
def packaged_text(package: str, name: str) -> str:
    """The text of a file that is installed with the program."""
    return (files(package) / name).read_text(encoding="utf-8").replace("\r\n", "\n").strip()


def trusted_markup(text: str) -> Markup:
    """Mark HTML as safe, so that it is not escaped again: our own files, and what our templates made."""
    from markupsafe import Markup

    return Markup(text)  # noqa: S704  # never what came from outside


def marked_sentence(sentence: str) -> Markup:
    """A sentence as HTML in which `code` and a leading **word** are marked up."""
    from markupsafe import escape

    safe = re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(sentence)))
    return trusted_markup(re.sub(r"^\*\*([^*]+)\*\*", r"<strong>\1</strong>", safe))


def lang_if_foreign(text: str) -> Markup:
    """The attribute for a name on an English page: ` lang=""`, an unknown language, where its letters are not Latin."""
    return trusted_markup(' lang=""' if _NOT_LATIN.search(text) else "")


def _hash(text: str) -> str:
    """The hash for the content security policy: of exactly what stands between the tags."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
