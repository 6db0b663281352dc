"""The units that the pages show are units that systemd takes, and run commands that there are."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from configparser import RawConfigParser
from pathlib import Path
from typing import Any

import pytest
from handbook import page
from typer.main import get_command

from amplify.cli.main import COMMANDS, build_app

_UNIT = re.compile(r"<!-- unit: (\S+) -->\n```ini\n(.*?)```", re.DOTALL)
UNITS: Mapping[str, str] = dict(_UNIT.findall(page("operating.md")))


def keys(text: str) -> RawConfigParser:
    parser = RawConfigParser(strict=True, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]  # systemd's keys have capitals
    parser.read_string(text)
    return parser


def test_all_are_found() -> None:
    assert sorted(UNITS) == ["amplify-backup.service", "amplify-backup.timer", "amplify.service"]


@pytest.mark.parametrize("name", [name for name in UNITS if name.endswith(".service")])
def test_they_run_what_there_is(name: str) -> None:
    unit = keys(UNITS[name])
    program, *words = shlex.split(unit["Service"]["ExecStart"])
    assert Path(program).name == "amplify"
    group: Any = get_command(build_app(list(COMMANDS)))
    with group.make_context("amplify", list(words)) as above:
        called, command, rest = group.resolve_command(above, list(words))
        command.make_context(called, list(rest), parent=above)
    written = unit["Service"]["ReadWritePaths"].split()
    assert unit["Service"]["WorkingDirectory"] in written
    if called == "backup":
        assert words[1] in written
    assert {"NoNewPrivileges", "ProtectSystem", "PrivateTmp"} <= set(unit["Service"])


def test_the_daemon_has_longer_to_end_than_a_lease() -> None:
    from amplify.context.timings import Timings

    assert int(keys(UNITS["amplify.service"])["Service"]["TimeoutStopSec"]) > Timings().lease.total_seconds()


def test_systemd_takes_them(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("no systemd here")
    for name, text in UNITS.items():
        # Programs and users of that machine are not on this one.
        mine = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", text, flags=re.MULTILINE)
        (tmp_path / name).write_text(re.sub(r"^User=.*\n", "", mine, flags=re.MULTILINE))
    done = subprocess.run(
        [analyze, "verify", "--man=no", *(str(tmp_path / name) for name in UNITS)],
        capture_output=True,
        text=True,
        check=False,
    )
    about = [line for line in done.stderr.splitlines() if "amplify" in line]
    assert (done.returncode, about) == (0, []), done.stderr


def test_a_wrong_unit_would_be_found(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("no systemd here")
    wrong = tmp_path / "amplify.service"
    wrong.write_text("[Service]\nExecStart=/bin/true\nProtectSytsem=strict\n")
    done = subprocess.run([analyze, "verify", "--man=no", str(wrong)], capture_output=True, text=True, check=False)
    assert "ProtectSytsem" in done.stderr
