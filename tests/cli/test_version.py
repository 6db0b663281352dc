"""`amplify --version`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from amplify import __version__

PROGRAM = Path(sys.executable).with_name("amplify")


@pytest.mark.parametrize("words", [["--version"], ["--version", "check"]])
def test_the_version_is_said(words: list[str]) -> None:
    done = subprocess.run([PROGRAM, *words], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"amplify {__version__}\n", "")


def test_for_that_nothing_is_loaded() -> None:
    """A start costs what it loads."""
    code = (
        "import sys; sys.argv = ['amplify', '--version']\n"
        "from amplify.cli.entry import main\n"
        "try: main()\n"
        "except SystemExit as ended: assert not ended.code\n"
        "print(sorted({'typer', 'pydantic', 'sqlalchemy'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
