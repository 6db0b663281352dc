"""Texts are templates: sandboxed and strict. An unknown name is a problem, never an empty string."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Template
    from jinja2.sandbox import SandboxedEnvironment


class TemplateFault(Exception):
    """A template that cannot be rendered: `str()` is the sentence, `line` counts from 1 inside the template."""

    def __init__(self, sentence: str, line: int = 1) -> None:
        super().__init__(sentence)
        self.line = line


@cache
def _environment() -> SandboxedEnvironment:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=False, keep_trailing_newline=False, finalize=None
    )
    environment.globals.clear()  # no range(), no cycler: a text needs names, not programs
    return environment


@lru_cache(maxsize=20_000)
def _compiled(template: str) -> tuple[Template, frozenset[str]]:
    """The template, and the names it asks for: only those are made."""
    from jinja2 import meta

    environment = _environment()
    return environment.from_string(template), frozenset(meta.find_undeclared_variables(environment.parse(template)))


def render(template: str, names: Mapping[str, Any]) -> str:
    """The text with its names filled in. Raises TemplateFault with a sentence and a line."""
    if "{" not in template:  # most texts are plain
        return template
    from jinja2 import TemplateError, TemplateSyntaxError, UndefinedError
    from jinja2.exceptions import SecurityError

    try:
        compiled, wanted = _compiled(template)
        return compiled.render({name: names[name] for name in sorted(wanted) if name in names})
    except TemplateSyntaxError as error:
        raise TemplateFault(f"this text is not a valid template: {error.message}", error.lineno) from None
    except UndefinedError as error:
        raise TemplateFault(f"unknown name in the text: {error.message}", _line_of(error)) from None
    except SecurityError as error:
        raise TemplateFault(f"this is not allowed in a text: {error}", _line_of(error)) from None
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
        raise TemplateFault(f"this text cannot be rendered: {error}", _line_of(error)) from None


def _line_of(error: BaseException) -> int:
    """Jinja rewrites tracebacks so that template frames carry the template's own lines."""
    line, trace = 1, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
