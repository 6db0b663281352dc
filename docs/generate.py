"""The parts of the documentation that are made from the code. `make docs` writes them, `make test` compares.

Each page calls one function in its cog block. Nothing here depends on the terminal, the machine or the day.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]

WIDTH = 80
"""Columns of a help text, whatever the terminal."""

RULE_CODE = re.compile(r"[A-Z]+(-[A-Z]+)*")

Schema = dict[str, Any]


# ── docs/commands.md ─────────────────────────────────────────────────────────────────────────────────────────────


def help_text(name: str) -> str:
    """What `amplify NAME --help` prints."""
    from typer.main import get_command

    from amplify.cli.main import build_app

    group: Any = get_command(build_app([name]))
    with group.make_context("amplify", [], resilient_parsing=True, terminal_width=WIDTH) as above:
        command = group.get_command(above, name)
        with command.make_context(name, [], parent=above, resilient_parsing=True, terminal_width=WIDTH) as context:
            lines = command.get_help(context).splitlines()
    return "\n".join(line.rstrip() for line in lines)


def program_help() -> str:
    """What `amplify --help` prints, without the list of commands: the page holds them."""
    from typer.main import get_command

    from amplify.cli.main import build_app

    group: Any = get_command(build_app(["check"]))
    with group.make_context("amplify", [], resilient_parsing=True, terminal_width=WIDTH) as context:
        lines = group.get_help(context).partition("\nCommands:")[0].strip().splitlines()
    return "\n".join(line.rstrip() for line in lines)


def commands() -> str:
    """The program and every command with its help, in the order of a campaign's life."""
    from amplify.cli.main import COMMANDS

    helps = {"amplify": program_help()} | {f"amplify {name}": help_text(name) for name in COMMANDS}
    return "\n\n".join(f"## {name}\n\n```text\n{text}\n```" for name, text in helps.items())


# ── docs/configuration.md ────────────────────────────────────────────────────────────────────────────────────────

FILES = {
    "workspace": "config/workspace.yaml",
    "campaign": "config/campaigns/NAME.yaml",
    "people": "config/people.yaml",
    "facts": "config/facts.yaml",
    "actions": "config/actions.yaml",
    "partners": "config/partners.yaml",
    "queue": "config/queue.yaml",
    "accounts": "config/accounts.yaml",
    "picture": "media/NAME.yaml",
    "banner": "media/banners/NAME.yaml",
    "post": "posts/NAME.md",
    "statement": "statements/NAME.md",
}
"""Schema → the file it describes, in the order in which one meets them."""

RECORDED = {
    "people.people.consent.given_by", "people.people.consent.channel", "people.people.consent.given",
    "facts.facts.source",
    "picture.source",
    "post.contact", "post.source",
}  # fmt: skip
"""Keys that are read, checked and kept, and that nothing acts on by itself."""

_DAY = r"^\d{4}-\d{2}-\d{2}$"


def configuration() -> str:
    """Every key of every file, as tables made from the schemas that editors use."""
    from amplify.workspace.schema import json_schemas

    assert FILES.keys() == json_schemas().keys(), "a kind of file is missing here"
    return "\n\n".join(_file(name, json_schemas()[name]) for name in FILES)


def _file(name: str, schema: Schema) -> str:
    title = f"## `{FILES[name]}`" + (": the front matter" if name in ("post", "statement") else "")
    about = schema["description"].partition(": ")[2] or schema["description"]
    about = about[0].upper() + about[1:]
    if name == "post":
        about = "Between two lines of `---` at the top of the file. [Writing posts](writing-posts.md) explains each."
    if name == "statement":
        about = "Between two lines of `---` at the top of the file. [Joint statements](statements.md) explains them."
    defs: dict[str, Schema] = schema.get("$defs", {})
    only = list(schema["properties"])
    tables = [title, about, f"One key, `{only[0]}:`, with a list." if len(only) == 1 else _table(schema, defs, name)]
    tables += [
        f"### {_heading(where, one)}\n\n{_table(one, defs, f'{name}.{where}'.replace('[]', ''))}"
        for where, one in _inner(schema, defs, set(), "")
    ]
    return "\n\n".join(tables)


def _heading(where: str, one: Schema) -> str:
    about = re.split(r"[.;:] ", one["description"].rstrip("."))[0]
    return f"`{where}`: {about[0].lower()}{about[1:]}"


def _inner(schema: Schema, defs: dict[str, Schema], seen: set[str], path: str) -> Iterator[tuple[str, Schema]]:
    """Blocks inside blocks, each once, with the path of keys that leads there."""
    for key, field in schema["properties"].items():
        found = re.search(r"'#/\$defs/(\w+)'", str(field))
        if found is None or found[1] in seen or "properties" not in defs[found[1]]:
            continue
        seen.add(found[1])
        many = "[]" if "'items'" in str(field) else ""
        where = f"{path}.{key}{many}".lstrip(".")
        yield where, defs[found[1]]
        yield from _inner(defs[found[1]], defs, seen, where)


def _table(schema: Schema, defs: dict[str, Schema], path: str) -> str:
    rows = ["| key | holds | without it | meaning |", "|---|---|---|---|"]
    for key, field in schema["properties"].items():
        default = "**needed**" if key in schema.get("required", ()) else _default(field)
        mark = " †" if f"{path}.{key}" in RECORDED else ""
        cells = (f"`{key}`{mark}", _form(field, defs), default, field.get("description", ""))
        rows.append("| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows)


def _default(field: Schema) -> str:
    default = field.get("default")
    if default is None or default == [] or default == {}:
        return "–"
    if isinstance(default, dict):
        return "its own defaults"
    if isinstance(default, list):
        return "`[" + ", ".join(map(str, default)) + "]`"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def _form(field: Schema, defs: dict[str, Schema]) -> str:
    if "anyOf" in field:
        return " or ".join(_form(one, defs) for one in field["anyOf"] if one.get("type") != "null")
    if "$ref" in field:
        target = defs[field["$ref"].rpartition("/")[2]]
        return _form(target, defs) if "enum" in target else "a block, below"
    if "enum" in field:
        return " · ".join(f"`{one}`" for one in field["enum"])
    if "const" in field:
        return f"`{field['const']}`"
    kind = field.get("type")
    if kind == "array":
        return _list(field, defs)
    if kind == "object":
        return _mapping(field, defs)
    if kind in ("integer", "number"):
        return ("a whole number" if kind == "integer" else "a number") + _bounds(field)
    if kind == "boolean":
        return "`true` or `false`"
    return _text(field)


def _list(field: Schema, defs: dict[str, Schema]) -> str:
    inner = field["items"]
    if "$ref" in inner and "enum" not in defs[inner["$ref"].rpartition("/")[2]]:
        return "a list of blocks, below"
    exactly = field.get("minItems") if field.get("minItems") == field.get("maxItems") else None
    size = f" ({exactly})" if exactly else f" (at most {field['maxItems']})" if "maxItems" in field else ""
    return f"a list{size} of: {_form(inner, defs)}"


def _mapping(field: Schema, defs: dict[str, Schema]) -> str:
    pattern, inner = next(iter(field.get("patternProperties", {"": field.get("additionalProperties", {})}).items()))
    value = _form(inner, defs) if isinstance(inner, dict) and inner else "a text"
    names = {"a language": "language", "a platform": "platform", "a name": "name"}
    keys = field.get("propertyNames", {}).get("enum", ())
    by = ("plural form" if "few" in keys else "size") if keys else names.get(_text({"pattern": pattern}), "year")
    value = "blocks, below," if value == "a block, below" else value
    return f"{value.replace('a text', 'texts').replace('an address', 'addresses')} by {by}"


def _bounds(field: Schema) -> str:
    low, high = field.get("minimum"), field.get("maximum")
    if low is not None and high is not None:
        return f", {low} to {high}"
    return f", at least {low}" if low is not None else ""


def _text(field: Schema) -> str:
    from amplify.model.banner import Colour, ColourName, Hex
    from amplify.model.base import Id, Lang, Tag, Url, Wall
    from amplify.model.campaign import LINK_DOMAIN
    from amplify.model.legal_stage import TermText
    from amplify.model.notice import Host, MailAddress
    from amplify.model.platform_name import PlatformName
    from amplify.workspace.validate import pattern_of

    pattern = field.get("pattern", "")
    known = {
        pattern_of(Id): "an id",
        pattern_of(Lang): "a language",
        pattern_of(Tag): "a hashtag",
        pattern_of(Url): "an address",
        pattern_of(Wall): "a time of day",
        pattern_of(PlatformName): "a platform",
        _DAY: "a day",
        r"^[A-Z]+(-[A-Z]+)*$": "a rule's code",
        pattern_of(Colour): "a colour",
        pattern_of(ColourName): "a name",
        pattern_of(Hex): "`#rrggbb`",
        r"^[0-9a-f]{64}$": "64 hexadecimal digits",
        r"^[A-Z]{2}$": "a country (`XZ`)",
        r"^(person|fact|action):[^\s:]+$": "a subject (`fact:prisoners`)",
        LINK_DOMAIN: "a domain",
        pattern_of(TermText): "a term (`3 years 6 months`)",
        r"^[^\s/@:?#A-Z]+\.[^\s/@:?#A-Z]{2,}(/[^\s?#]*)?$": "a domain, or one with a path",
        r"^[^@\s]+@[^@\s]+\.[^@\s]+$": "an e-mail address",
        r"^[^@\s/]+(@[^@\s/]+)?$": "a handle",
        pattern_of(MailAddress): "an e-mail address",
        pattern_of(Host): "a host",
        r"^https?://[^\s<>\"?#]+$": "an address",
    }
    if pattern in known:
        return known[pattern]
    if field.get("format") == "date":
        return "a day"
    if "s|m|h|d" in pattern:
        return "a duration"
    if "T ]" in pattern:
        return "an instant" if "Z|" in pattern else "a day and time"
    if pattern:
        raise ValueError(f"say in docs/generate.py what {pattern} is called")
    return "a text"


# ── docs/banners.md ──────────────────────────────────────────────────────────────────────────────────────────────


def banner_sizes() -> str:
    """Every size a banner is rendered in."""
    from amplify.model.banner import SIZES

    rows = ["| size | pixels | for | takes changes of | free of words |", "|---|---|---|---|---|"]
    for one in SIZES.values():
        sides = zip(("left", "top", "right", "bottom"), one.inset, strict=True)
        free = ", ".join(f"{pixels} {side}" for side, pixels in sides if pixels) or "–"
        like = ", ".join(f"`{name}`" for name in one.like)
        rows.append(f"| `{one.name}` | {one.width}×{one.height} | {one.title} | {like} | {free} |")
    return "\n".join(rows)


def banner_themes() -> str:
    """Every theme with its colours."""
    from amplify.rules.plan.themes import THEMES

    names = list(next(iter(THEMES.values())))
    rows = ["| theme | " + " | ".join(f"`{name}`" for name in names) + " |", "|---|" + "---|" * len(names)]
    rows += [f"| `{theme}` | " + " | ".join(f"`{one[name]}`" for name in names) + " |" for theme, one in THEMES.items()]
    return "\n".join(rows)


# ── docs/rules.md ────────────────────────────────────────────────────────────────────────────────────────────────


def rule_codes() -> dict[str, tuple[str, str]]:
    """Code → (severity, what it means), from the rulebook and the docstrings of the rules."""
    from amplify.rules.lint.lint import CROWD, RULES
    from amplify.rules.lint.rulebook import RULEBOOK

    found: dict[str, list[str]] = {}
    rules: list[Callable[..., Any]] = [*RULES, *CROWD]
    for rule in rules:
        first = inspect.cleandoc(rule.__doc__ or "").partition("\n\n")[0]
        codes, _, meaning = " ".join(first.split()).partition(": ")
        for code in codes.split(", "):
            assert RULE_CODE.fullmatch(code), f"the docstring of {rule.__name__} does not begin with its codes"
            said = found.setdefault(code, [])
            sentence = meaning[0].upper() + meaning[1:]
            said += [sentence] if sentence not in said else []
    return {code: (RULEBOOK[code].severity.value, " ".join(meanings)) for code, meanings in found.items()}


def rules() -> str:
    """Every rule about what is planned; ⚓: it cannot be weakened."""
    from amplify.rules.lint.rulebook import RULEBOOK

    rows = ["| code | severity | meaning | rests on |", "|---|---|---|---|"]
    rows += [
        f"| `{code}` | {severity}{' ⚓' if RULEBOOK[code].fixed else ''} | {meaning} | {RULEBOOK[code].policy} |"
        for code, (severity, meaning) in sorted(rule_codes().items())
    ]
    return "\n".join(rows)


# ── docs/cost.md ─────────────────────────────────────────────────────────────────────────────────────────────────


def prices() -> str:
    """What every request costs."""
    from amplify.platforms import registry
    from amplify.rules.plan.cost import format_dollars

    said = {
        "post": "a message without a link, or a boost",
        "post_with_link": "a message with a link",
        "alt_text": "the alt text of one picture",
        "read": "reading the counts of one post once",
        "read_own": "the same, by the account that owns the app",
        "delete": "taking one message down",
    }
    costs = {name: one for name in registry.names() if (one := registry.prices(name)) is not None}
    rows = [
        f"Prices of {min(one.as_of for one in costs.values())}, in US dollars.",
        "",
        "| what | " + " | ".join(costs) + " |",
        "|---|" + "---|" * len(costs),
    ]
    rows += [
        f"| {words} | " + " | ".join(format_dollars(getattr(one, name)) for one in costs.values()) + " |"
        for name, words in said.items()
    ]
    return "\n".join(rows)


# ── docs/rates.md ────────────────────────────────────────────────────────────────────────────────────────────────


def allowances() -> str:
    """How much each platform lets us ask."""
    from amplify.model.base import write_duration
    from amplify.platforms import registry

    rows = ["| platform | counted | limit | in | a message | a boost | whose |", "|---|---|---|---|---|---|---|"]
    for name in registry.names():
        title = registry.profile(name).title
        for one in registry.profile(name).allowances:
            limit = f"{one.limit:,}" if one.limit is not None else "as its answers say"
            whose = "each account's" if one.scope == "account" else "shared"
            costs = " | ".join(str(cost) if cost else "–" for cost in (one.post, one.boost))
            rows.append(f"| {title} | {one.name} | {limit} | {write_duration(one.window)} | {costs} | {whose} |")
    return "\n".join(rows)


# ── docs/problems.md ─────────────────────────────────────────────────────────────────────────────────────────────

GROUPS = {
    "FILE": "Files",
    "YAML": "YAML",
    "KEY": "Keys and values",
    "VALUE": "Keys and values",
    "ID": "Keys and values",
    "POST": "Posts",
    "TXT": "Posts",
    "ALT": "Pictures",
    "PICTURE": "Pictures",
    "CAPTION": "Pictures",
    "VIDEO": "Pictures",
    "BANNER": "Banners",
    "MEDIA": "Pictures",
    "STATEMENT": "Joint statements",
    "STAGE": "People",
    "REF": "Names that lead nowhere",
    "QUEUE": "The queue",
    "SHEET": "Spreadsheets",
}
"""First word of a code → the part of the page it stands in."""


def problems() -> str:
    """Every problem that reading files can find."""
    from amplify.workspace.problem_codes import CODES

    parts: dict[str, list[str]] = {}
    for code, meaning in CODES.items():
        parts.setdefault(GROUPS[code.partition("-")[0]], []).append(f"| `{code}` | {meaning} |")
    return "\n\n".join(
        "\n".join([f"## {title}", "", "| code | meaning |", "|---|---|", *rows]) for title, rows in parts.items()
    )


# ── docs/architecture.md ─────────────────────────────────────────────────────────────────────────────────────────


def states() -> str:
    """The graph of states as a diagram."""
    from amplify.model.delivery import MOVES

    lines = ["stateDiagram-v2", "    [*] --> waiting"]
    lines += [f"    {before} --> {after}" for before, goals in MOVES.items() for after in sorted(goals)]
    lines += [f"    {state} --> [*]" for state, goals in MOVES.items() if not goals]
    return "```mermaid\n" + "\n".join(lines) + "\n```"


def model_nouns() -> str:
    """Every class of `amplify/model/`, with the first line of what is said of it."""
    import ast

    rows = ["| class | file | is |", "|---|---|---|"]
    for path in sorted((ROOT / "amplify/model").glob("*.py")):
        for one in ast.parse(path.read_text("utf-8")).body:
            if isinstance(one, ast.ClassDef) and not one.name.startswith("_"):
                said = (ast.get_docstring(one) or "").partition("\n\n")[0].replace("\n", " ").replace("|", "\\|")
                rows.append(f"| `{one.name}` | `{path.name}` | {said} |")
    return "\n".join(rows)


def events() -> str:
    """Every event of the log, with what it may carry."""
    from amplify.model.event import EVENTS

    names = {10: "debug", 20: "info", 30: "warning", 40: "error"}
    rows = ["| event | level | means | carries |", "|---|---|---|---|"]
    for event, (level, about, fields) in EVENTS.items():
        carries = ", ".join(f"`{field}`" for field in fields) or "–"
        rows.append(f"| `{event}` | {names[level]} | {about} | {carries} |")
    return "\n".join(rows)
