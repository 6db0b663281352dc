"""Every command line in the pages is one that the program takes, and most of them are run on a copy of the sample."""

from __future__ import annotations

import base64
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from command_server import program
from handbook import NAMES, ROOT, commands, fences, page
from typer.main import get_command

from amplify.cli.main import COMMANDS, build_app

NOW = "2027-05-17T06:00:00+00:00"
"""Campaign time on the sample: the Monday of its week. Other pages begin a workspace of today."""
RUNNING = [name for name in NAMES if any(fence.words == "console runs" for fence in fences(page(name)))]
INLINE = re.compile(r"`(amplify(?: [^`\n]+)?)`")


@pytest.fixture(scope="module")
def group() -> Any:
    return get_command(build_app(list(COMMANDS)))


def parse(group: Any, words: list[str]) -> None:
    """Raises the program's own error where it would not take these words."""
    with group.make_context("amplify", list(words)) as above:
        name, command, rest = group.resolve_command(above, list(words))
        command.make_context(name, rest, parent=above)


def typed_at_amplify(line: str) -> list[list[str]]:
    """The words after `amplify`, for each call in a line of shell."""
    calls = []
    for piece in re.split(r"&&|\||;(?=\s)", line):
        words = shlex.split(piece, comments=True)
        while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
            words.pop(0)
        if words[:1] == ["amplify"]:
            calls.append(words[1:])
    return calls


@pytest.mark.parametrize("name", NAMES)
def test_every_command_line_is_understood(group: Any, name: str) -> None:
    for number, line in commands(page(name)):
        for words in typed_at_amplify(line):
            try:
                parse(group, words)
            except Exception as error:
                pytest.fail(f"{name}:{number}: {line}: {error}")


def test_a_wrong_command_line_would_be_found(group: Any) -> None:
    for wrong in ("plan --day 7", "pln", "settle", "add post"):
        with pytest.raises(Exception, match=r"(?i)no such|missing"):
            parse(group, wrong.split())


@pytest.mark.parametrize("name", NAMES)
def test_commands_named_in_sentences_are_there(group: Any, name: str) -> None:
    for said in INLINE.findall(page(name)):
        words = shlex.split(said.replace("…", "").replace("'", ""))[1:]
        if not words or words[0].startswith("-") or not words[0].islower():
            continue
        assert words[0] in COMMANDS, f"{name}: {said}"
        known = {option for parameter in group.commands[words[0]].params for option in parameter.opts} | {"--help"}
        assert [word for word in words if word.startswith("-") and word not in known] == [], f"{name}: {said}"


def script(text: str) -> tuple[str, list[tuple[str, list[str]]]]:
    """A page's running blocks as one shell script, and each command with the lines it is said to print."""
    said: list[tuple[str, list[str]]] = []
    lines: list[str] = []
    for fence in fences(text):
        if fence.file is not None:
            packed = base64.b64encode(fence.text.encode()).decode()
            lines.append(f"mkdir -p {shlex.quote(os.path.dirname(fence.file) or '.')}")
            lines.append(f"echo {packed} | base64 -d > {shlex.quote(fence.file)}")
        elif fence.words == "console runs":
            for line in fence.text.rstrip("\n").split("\n"):
                if line.startswith("$ "):
                    said.append((line[2:], []))
                    lines += [f"printf '\\x1e'; {line[2:]}", "printf '\\x1f%d' $?"]
                else:
                    said[-1][1].append(line)
    return "\n".join(lines) + "\n", said


@pytest.mark.parametrize("name", RUNNING)
def test_examples_work(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "workspace"
    if name != "README.md":
        for part in ("config", "posts", "media", "statements"):
            shutil.copytree(ROOT / part, folder / part)
    folder.mkdir(exist_ok=True)
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("AMPLIFY_", "PYTEST_"))}
    environment = kept | {
        "PATH": f"{program().parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "COLUMNS": "80",
        "AMPLIFY_CREDENTIALS": str(tmp_path / "none.yaml"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        **({"AMPLIFY_NOW": NOW} if name != "README.md" else {}),
    }
    lines, said = script(page(name))
    done = subprocess.run(
        ["bash"], input=lines, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    answers = done.stdout.split("\x1e")[1:]
    assert len(answers) == len(said), done.stderr
    for (line, expected), answer in zip(said, answers, strict=True):
        printed, _, code = answer.rpartition("\x1f")
        assert code == "0", f"{name}: $ {line}\nexits with {code}\n{printed}\n{done.stderr}"
        for sentence in expected:
            assert sentence in printed, f"{name}: $ {line}\ndoes not print: {sentence}\nbut: {printed}"
