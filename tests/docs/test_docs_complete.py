"""Everything a person can type or write is described: commands, options, keys, codes, states, variables."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Any

import generate
import pytest
from handbook import ROOT, page, prose
from typer.main import get_command

from amplify.cli.main import COMMANDS, build_app
from amplify.model.account import Account
from amplify.model.delivery import DeliveryState
from amplify.model.platform_profile import PlatformProfile
from amplify.model.post import PostFront
from amplify.model.queue_entry import QueueEntry, When
from amplify.platforms import registry
from amplify.workspace.csv_import import COLUMNS
from amplify.workspace.problem_codes import CODES
from amplify.workspace.schema import json_schemas

CODE = re.compile(r'"([A-Z]{1,7}(?:-[A-Z]{2,9})+|EMBARGO|TEXT)"')
NO_CODES = {"UTF-8", "X-STAGE"}


@pytest.fixture(scope="module")
def group() -> Any:
    return get_command(build_app(list(COMMANDS)))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_what_it_does(group: Any, name: str) -> None:
    command = group.commands[name]
    assert command.help, f"amplify {name} has no help"
    for parameter in command.params:
        if "--help" not in parameter.opts:
            assert getattr(parameter, "help", None), f"amplify {name} {parameter.opts[0]} has no help"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_in_the_pages(group: Any, name: str) -> None:
    section = page("commands.md").split(f"## amplify {name}\n")[1].split("\n## ")[0]
    for parameter in group.commands[name].params:
        for option in [*parameter.opts, *parameter.secondary_opts]:
            if option.startswith("-"):
                assert option in section, f"amplify {name} {option}"


def test_every_command_is_named_outside_its_own_help() -> None:
    pages = [prose(path.read_text("utf-8")) for path in (ROOT / "docs").glob("*.md") if path.name != "commands.md"]
    said = "\n".join([prose(page("README.md")), *pages])
    for name in COMMANDS:
        assert re.search(rf"`(?:amplify )?{name}\b", said), f"no page explains what `amplify {name}` is for"


def test_every_field_of_a_profile_stands_on_the_page_of_platforms() -> None:
    adding = page("platforms.md").partition("## Adding a platform")[2]
    assert {one.name for one in fields(PlatformProfile)} <= set(re.findall(r"`(\w+)`", adding))


@pytest.mark.parametrize("kind", json_schemas())
def test_every_key_is_in_the_configuration_page(kind: str) -> None:
    schema = json_schemas()[kind]
    text = page("configuration.md").split(f"## `{generate.FILES[kind]}`")[1].split("\n## ")[0]
    inner = [one for one in schema.get("$defs", {}).values() if "properties" in one]
    for block in (schema, *inner):
        for key, field in block["properties"].items():
            assert f"`{key}`" in text or f"`{key}:`" in text, f"{key} of {generate.FILES[kind]}"
            assert field.get("description"), f"{key} of {generate.FILES[kind]} has no docstring"


def test_what_is_called_recorded_is_there() -> None:
    for path in generate.RECORDED:
        kind, *keys = path.split(".")
        schema = json_schemas()[kind]
        block = schema
        for key in keys[:-1]:
            found = re.search(r"#/\$defs/(\w+)", str(block["properties"][key]))
            assert found, path
            block = schema["$defs"][found[1]]
        assert keys[-1] in block["properties"], path


@pytest.mark.parametrize(
    ("words", "where"),
    [
        (PostFront.model_fields, "writing-posts.md"),
        (QueueEntry.model_fields, "queue.md"),
        (When.model_fields, "queue.md"),
        (COLUMNS, "queue.md"),
        (Account.model_fields, "accounts.md"),
        ([state.value for state in DeliveryState], "operating.md"),
    ],
    ids=["front matter", "queue entry", "when", "spreadsheet", "account", "states"],
)
def test_people_are_told_about_every(words: Any, where: str) -> None:
    text = page(where)
    for word in words:
        assert re.search(rf"^\|[^|]*`{word}`", text, re.MULTILINE), f"`{word}` has no row in {where}"


def test_every_name_a_text_may_use_is_told() -> None:
    from workshop import MONDAY, Workshop

    from amplify.rules.plan.template_context import RenderContext, template_names

    workspace = Workshop().post("hello", "Hello").workspace()
    setting = RenderContext(workspace, registry.profiles(), workspace.posts["hello"], "x", "en", MONDAY, "UTC")
    for name in template_names(setting):
        assert re.search(rf"\{{\{{ {name}\b", page("writing-posts.md")), name


def test_every_field_of_a_secret_is_told() -> None:
    from amplify.platforms.credentials import secret_variable

    text = page("accounts.md")
    for name in registry.names():
        for field in registry.profile(name).secrets:
            assert f"`{field}`" in text
            assert secret_variable(f"open-line-{name}", field) in text


@pytest.mark.parametrize("code", CODES)
def test_every_problem_of_files_is_told(code: str) -> None:
    assert f"| `{code}` |" in page("problems.md")


@pytest.mark.parametrize("code", generate.rule_codes())
def test_every_rule_is_told_and_how_to_mend_it(code: str) -> None:
    text = page("rules.md")
    assert f"| `{code}` |" in text
    assert f"**`{code}`**" in text, f"rules.md does not say how to mend {code}"


def test_no_code_is_used_that_no_page_knows() -> None:
    told = page("rules.md") + page("problems.md")
    found = {
        code
        for path in (ROOT / "amplify").rglob("*.py")
        if "stage" not in path.parts
        for code in CODE.findall(path.read_text("utf-8"))
    }
    assert found >= {"TXT-LONG", "TEXT", "EMBARGO", "KEY-UNKNOWN"}, "the search finds too little"
    assert sorted(code for code in found - NO_CODES if f"`{code}`" not in told) == []


def test_severities_are_those_that_the_rules_give() -> None:
    """What the page says comes from docstrings and sources: compare it with problems that really were made."""
    from workshop import Workshop

    shop = Workshop()
    shop.post("long", "x " * 200)
    shop.post("tag", "Look here #freeeverybodynow")
    shop.queue("monday", "long", at="2027-05-17T09:00:00Z", platforms=["x"])
    shop.queue("tuesday", "tag", at="2027-05-18T09:00:00Z", platforms=["x"])
    made = {
        finding.problem.code: finding.problem.severity.value for finding in shop.plan("2027-05-17", days=7).findings
    }
    assert made["TXT-LONG"] == generate.rule_codes()["TXT-LONG"][0] == "error"
    assert made["TAG-CASE"] == generate.rule_codes()["TAG-CASE"][0] == "warning"


def test_every_variable_of_the_environment_is_told() -> None:
    told = "\n".join(path.read_text("utf-8") for path in (ROOT / "docs").glob("*.md"))
    sources = [*(ROOT / "amplify").rglob("*.py"), *(ROOT / "tests" / "counterparts").glob("*.py")]
    used = {name for path in sources for name in re.findall(r"\bAMPLIFY_[A-Z]+(?:_[A-Z]+)*\b", path.read_text("utf-8"))}
    used -= {name for name in used if name.startswith("AMPLIFY_PRESS_")}  # examples of secrets
    inner = {"AMPLIFY_NETWORK_DATABASE"}  # between a test and the server it starts
    assert used >= {"AMPLIFY_DATABASE_URL", "AMPLIFY_NOW"}
    assert sorted(name for name in used - inner if name not in told) == []


def test_the_page_names_the_errors_that_hold_only_what_they_name() -> None:
    from amplify.rules.lint.care import HELD_BY_GATES

    sentence = page("rules.md").split("hold only what they name")[1].split(". Errors of")[0]
    assert set(re.findall(r"`([A-Z-]+)`", sentence)) == HELD_BY_GATES
