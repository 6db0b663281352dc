"""Renders texts as templates: sandboxed and strict. An unknown name is a problem, never an empty string.

A text needs names, not programs: names with their attributes, `{% if %}`, and six filters. Loops, macros, calls and
sums are refused, so that no text can run for ever, grow without bound, or say something else at the next rendering.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from jinja2 import Template, nodes
    from jinja2.sandbox import SandboxedEnvironment

FILTERS: Final = ("capitalize", "lower", "sentence", "title", "trim", "upper")
"""What may stand after `|` in a text."""

_ALLOWED: Final = frozenset(
    {"Output", "TemplateData", "Name", "Const", "Getattr", "Getitem", "Filter", "If", "CondExpr", "Test"}
    | {"Compare", "Operand", "And", "Or", "Not"}
)
_REFUSED: Final[Mapping[str, str]] = {
    "For": "a loop",
    "Call": "a call with `( )`",
    "Macro": "a macro",
    "Assign": "`{% set %}`",
    "AssignBlock": "`{% set %}`",
    "Include": "another file",
    "Extends": "another file",
    "Import": "another file",
    "FromImport": "another file",
    "Concat": "`~`: write one name after the other",
    "Scope": "`{% autoescape %}`",
    "ScopedEvalContextModifier": "`{% autoescape %}`",
}

_WORDS_MOST: Final = 100
"""Words and signs between one `{{` and its `}}`."""
_SAYING: Final = frozenset({"name", "operator", "string", "integer", "float"})
_BRACKETS_MOST: Final = 10
_IFS_MOST: Final = 10
"""`{% if %}` inside each other."""
_BLOCKS_MOST: Final = 200
"""`{% … %}` in one text."""
_DIGITS_MOST: Final = 18
_TOO_DEEP: Final = "this text is nested too deeply: take some brackets out"
SWALLOWED: Final = (
    "what stands between `{#` and `#}` would be left out of the text: delete it, or put a blank between `{` and `#`"
)

ANY_NAME: Final = "*"
"""Stands for a name that is only known when the template is rendered."""


class TemplateFault(Exception):
    """A template that cannot be rendered: `str()` is the sentence, `line` counts from 1 inside the template."""

    def __init__(self, sentence: str, line: int = 1) -> None:
        super().__init__(sentence)
        self.line = line


@cache
def _environment() -> SandboxedEnvironment:
    from jinja2 import StrictUndefined, Undefined
    from jinja2.exceptions import SecurityError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    silent: Any = object.__str__  # what a class has that says nothing of its own

    class Texts(ImmutableSandboxedEnvironment):
        def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
            return not callable(value) and super().is_safe_attribute(obj, attr, value)

    def sayable(value: Any) -> Any:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if number or isinstance(value, str | Undefined) or type(value).__str__ is not silent:
            return value
        raise SecurityError("this is neither a text nor a number")

    environment = Texts(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=False, finalize=sayable)
    environment.globals.clear()
    environment.filters["sentence"] = as_sentence
    environment.filters = {name: environment.filters[name] for name in FILTERS}
    return environment


def as_sentence(said: Any) -> str:
    """With a capital at the beginning, behind quotation marks too; unlike `capitalize`, all other letters stay."""
    text = str(said)
    at = next((index for index, sign in enumerate(text) if sign.isalnum()), None)
    return text if at is None else text[:at] + text[at].title() + text[at + 1 :]


@lru_cache(maxsize=20_000)
def _compiled(template: str) -> tuple[Sequence[str | Template], Mapping[str, int]]:
    """The words of a template and what is compiled of it, in turn, and the names it uses with their first lines: only
    those are made."""
    from jinja2 import nodes

    environment = _environment()
    if "{#" in template and "#}" not in template:  # Jinja would say that its end is missing
        raise TemplateFault(SWALLOWED, template[: template.index("{#")].count("\n") + 1)
    _measure(environment, template)
    tree = environment.parse(template)
    wanted: dict[str, int] = {}
    for node in tree.find_all(nodes.Node):
        _check(node)
        if isinstance(node, nodes.Name):
            wanted[node.name] = min(node.lineno, wanted.get(node.name, node.lineno))
    pieces = [one for node in tree.body for one in (node.nodes if isinstance(node, nodes.Output) else (node,))]
    said = [one.data if isinstance(one, nodes.TemplateData) else _compiled_piece(_Piece(one)) for one in pieces]
    return said, wanted


class _Piece:
    """A part of a template that is no plain words. Two are equal where they are the same on the same lines: a campaign
    says `{{ fact.prisoners }}` in hundreds of texts, and compiling takes longer than anything else done with one."""

    def __init__(self, node: nodes.Node) -> None:
        from jinja2 import nodes

        self.node = node
        self._key = (repr(node), node.lineno, *(one.lineno for one in node.find_all(nodes.Node)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Piece) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)


@lru_cache(maxsize=20_000)
def _compiled_piece(piece: _Piece) -> Template:
    from jinja2 import nodes

    body = piece.node if isinstance(piece.node, nodes.Stmt) else nodes.Output([piece.node], lineno=piece.node.lineno)
    environment, tree = _environment(), nodes.Template([body], lineno=1)
    tree.set_environment(environment)
    return environment.from_string(tree)


def _measure(environment: SandboxedEnvironment, template: str) -> None:
    """Raise TemplateFault for a text that is too large or complex, before Jinja's parser and Python's compiler see it.

    Both have limits of their own, others in each release. Cutting a text into words knows none.
    """
    words = brackets = ifs = blocks = 0
    before = ""
    for line, kind, said in environment.lex(template):
        if kind == "whitespace":
            continue
        if kind == "comment_begin":
            raise TemplateFault(SWALLOWED, line)
        if kind in ("variable_begin", "block_begin"):
            words = brackets = 0
            blocks += kind == "block_begin"
        elif kind == "name" and before == "block_begin":
            ifs += (said == "if") - (said == "endif")
        elif kind == "operator":
            brackets += (said in "([{") - (said in ")]}")
        elif kind in ("integer", "float") and len(said) > _DIGITS_MOST:
            raise TemplateFault("this number is too long for a text", line)
        words += kind in _SAYING
        before = kind
        if brackets > _BRACKETS_MOST or ifs > _IFS_MOST:
            raise TemplateFault(_TOO_DEEP, line)
        if words > _WORDS_MOST:
            raise TemplateFault(f"more than {_WORDS_MOST} words stand between two brackets: say it more simply", line)
        if blocks > _BLOCKS_MOST:
            raise TemplateFault(f"a text has at most {_BLOCKS_MOST} conditions: divide it into several posts", line)


def _check(node: nodes.Node) -> None:
    from jinja2 import nodes

    kind = type(node).__name__
    if kind not in _ALLOWED:
        what = _REFUSED.get(kind, f"`{kind.lower()}`")
        inside = (one.lineno for one in node.find_all(nodes.Node))
        line = node.lineno or next((line for line in inside if line), 1)  # some nodes have no line of their own
        raise TemplateFault(f"a text can hold names, `{{% if %}}` and simple filters, but not {what}", line)


def render_template(template: str, names: Mapping[str, Any]) -> str:
    """The text with its names filled in. Raises TemplateFault with a sentence and a line."""
    if "{" not in template:  # most texts are plain
        return template
    from jinja2 import TemplateError, TemplateSyntaxError, UndefinedError
    from jinja2.exceptions import SecurityError

    try:
        pieces, wanted = _compiled(template)
        made = {name: _made(names, name, line) for name, line in wanted.items() if name in names}
        return "".join(piece if isinstance(piece, str) else piece.render(made) for piece in pieces)
    except TemplateFault as fault:
        raise TemplateFault(str(fault), max(fault.line, _line_of(fault))) from None
    except TemplateSyntaxError as error:
        raise TemplateFault(f"this text is not a valid template: {error.message}", error.lineno) from None
    except UndefinedError as error:
        raise TemplateFault(f"unknown name in the text: {error.message}", _line_of(error)) from None
    except SecurityError as error:
        raise TemplateFault(f"this is not allowed in a text: {error}", _line_of(error)) from None
    except (RecursionError, SyntaxError):  # Python's own limits: ours come before them
        raise TemplateFault(_TOO_DEEP) from None
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
        raise TemplateFault(f"this text cannot be rendered: {error}", _line_of(error)) from None


@lru_cache(maxsize=20_000)
def names_in_template(template: str, book: str) -> frozenset[str]:
    """Ids that a template takes from a book such as `cta`: `{{ cta.x }}`, `{{ cta['x'] }}`, under an untaken `{% if %}`
    too. ANY_NAME is among them where one cannot be told, or the template cannot be read."""
    if "{" not in template:
        return frozenset()
    from jinja2 import TemplateError, nodes

    try:
        environment = _environment()
        _measure(environment, template)
        tree = environment.parse(template)
    except (TemplateFault, TemplateError, RecursionError):
        return frozenset({ANY_NAME})
    found: set[str] = set()
    for node in tree.find_all(nodes.Getattr):
        if isinstance(node.node, nodes.Name) and node.node.name == book:
            found.add(node.attr)
    for item in tree.find_all(nodes.Getitem):
        if isinstance(item.node, nodes.Name) and item.node.name == book:
            found.add(str(item.arg.value) if isinstance(item.arg, nodes.Const) else ANY_NAME)
    return frozenset(found)


def name_in_template(book: str, id: str) -> str:
    """How a text names an entry of a book: `fact.prisoners`, and `fact['letter-weeks']` where the id is no plain
    name."""
    return f"{book}.{id}" if id.isidentifier() else f"{book}['{id}']"


def _made(names: Mapping[str, Any], name: str, line: int) -> Any:
    try:
        return names[name]
    except TemplateFault as fault:
        raise TemplateFault(str(fault), line) from None


def _line_of(error: BaseException) -> int:
    """Jinja rewrites tracebacks so that template frames carry the template's own lines."""
    line, trace = 1, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
