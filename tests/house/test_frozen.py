"""Names that users, files and programs rely on: they may become more, and none of them is renamed."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from typer.main import get_command

from amplify.cli.main import COMMANDS, build_app
from amplify.ledger.decision_tables import STOP
from amplify.ledger.tables import DELIVERY
from amplify.model.delivery import DeliveryState
from amplify.model.errors import NeedsPerson, ProblemsFound, WrongUse
from amplify.model.event import EVENTS
from amplify.rules.lint.rulebook import RULEBOOK
from amplify.workspace.problem_codes import CODES
from amplify.workspace.schema import json_schemas

FROZEN: Final = Path(__file__).with_name("frozen.txt")
HOUSE: Final = Path(__file__).parents[2] / "amplify"


def options() -> Iterator[str]:
    for name in COMMANDS:
        command: Any = get_command(build_app([name]))
        command = getattr(command, "commands", {name: command})[name]
        yield f"command {name}"
        for parameter in command.params:
            for option in (*parameter.opts, *parameter.secondary_opts):
                if option.startswith("-") and option != "--help":
                    yield f"option {name} {option}"


def keys() -> Iterator[str]:
    def inside(where: str, schema: dict[str, Any]) -> Iterator[str]:
        for key in schema.get("properties", {}):
            yield f"key {where} {key}"

    for file, schema in json_schemas().items():
        yield from inside(file, schema)
        for one in schema.get("$defs", {}).values():  # by their keys alone: the classes may be renamed
            yield from inside(f"{file} …", one)


def columns() -> Iterator[str]:
    assert STOP.metadata is DELIVERY.metadata
    for table in DELIVERY.metadata.sorted_tables:
        yield f"table {table.name}"
        for column in table.columns:
            yield f"column {table.name}.{column.name}"


def printed_keys() -> Iterator[str]:
    """Keys of what `--json` prints: every key of a dictionary that a command hands to `print_json`."""
    for path in sorted((HOUSE / "cli").glob("*.py")):
        for key in re.findall(r"^\s+\"([a-z_]+)\": ", path.read_text("utf-8"), re.M):
            yield f"json {path.stem} {key}"


def names() -> set[str]:
    metrics = re.findall(r"\"(amplify_[a-z_]+)\"", (HOUSE / "daemon/health.py").read_text("utf-8"))
    exits = {kind.__name__: kind.exit_code for kind in (WrongUse, ProblemsFound, NeedsPerson)}
    return {
        *options(),
        *columns(),
        *(line for line in keys() if " $" not in line),
        *(f"event {event} {field}" for event, (_, _, fields) in EVENTS.items() for field in ("", *fields)),
        *(f"metric {metric}" for metric in metrics),
        *(f"rule {code}" for code in RULEBOOK),
        *(f"problem {code}" for code in CODES),
        *(f"state {state.value}" for state in DeliveryState),
        *(f"exit {name} {code}" for name, code in exits.items()),
        *printed_keys(),
    }


def test_no_name_that_people_rely_on_is_gone() -> None:
    """To add one: `AMPLIFY_FREEZE=1 make test TESTS=tests/house/test_frozen.py` writes what is new into the list."""
    here = {one.strip() for one in names()}
    if os.environ.get("AMPLIFY_FREEZE"):
        kept = set(FROZEN.read_text("utf-8").splitlines()) if FROZEN.exists() else set()
        FROZEN.write_text("\n".join(sorted(kept | here)) + "\n", "utf-8")
    frozen = set(FROZEN.read_text("utf-8").splitlines())
    assert len(frozen) > 500
    assert sorted(frozen - here) == []
    assert sorted(here - frozen) == [], "new names: freeze them"


@pytest.mark.parametrize("kind", ["command", "option", "key", "column", "event", "metric", "rule", "problem", "json"])
def test_the_list_holds_every_kind(kind: str) -> None:
    assert any(line.startswith(f"{kind} ") for line in FROZEN.read_text("utf-8").splitlines())
