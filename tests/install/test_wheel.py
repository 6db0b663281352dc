"""What `pipx install .` gives: a wheel with everything in it, in an environment that holds only what it asks for.

Needs a registry of packages, so it runs where one can be reached; `AMPLIFY_REQUIRE=registry` insists on it.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest
from counterparts.require import need

import amplify

ROOT = Path(__file__).parents[2]
CONSTRAINTS = ROOT / "constraints.txt"
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input")

EVERY_MODULE = """
import importlib, json, pkgutil, sys
import amplify
found = [one.name for one in pkgutil.walk_packages(amplify.__path__, "amplify.")]
found = [name for name in found if not name.startswith("amplify.ledger.migrations.")]  # Alembic runs those
for name in found:
    importlib.import_module(name)
of_tests = sys.modules.keys() & {"pytest", "hypothesis", "mastodon_mock"}
print(json.dumps([amplify.__file__, len(found), sorted(of_tests)]))
"""


def run(*words: str | Path, cwd: Path, **env: str) -> str:
    """Run to the end; what it printed."""
    done = subprocess.run(words, cwd=cwd, env=env or None, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, f"{words}: {done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, as building leaves folders behind."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    shutil.copytree(ROOT / "amplify", source / "amplify", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    run(*PIP, "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", out, source, cwd=out)
    (built,) = out.glob("*.whl")
    return built


def test_everything_is_in_the_wheel(wheel: Path) -> None:
    ours = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "amplify").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    with zipfile.ZipFile(wheel) as opened:
        held = set(opened.namelist())
    assert wheel.name.startswith(f"amplify-{amplify.__version__}-")
    assert not ours - held
    assert {name for name in held - ours if ".dist-info/" not in name} == set()


def reach_registry(folder: Path) -> None:
    """Skip where no registry can be reached."""
    pin = next(line for line in CONSTRAINTS.read_text().splitlines() if line.startswith("iniconfig=="))
    probe = (*PIP, "download", "--quiet", "--no-deps", "--no-cache-dir", "--retries", "1", "--timeout", "10", pin)
    done = subprocess.run(probe, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        need("registry", f"pip cannot fetch {pin}")


def test_a_wheel_works_in_a_clean_environment(wheel: Path, tmp_path: Path) -> None:
    """From another folder, without this repository, without what tests need."""
    reach_registry(tmp_path)
    venv.create(tmp_path / "clean", symlinks=True, with_pip=False)
    there = tmp_path / "clean" / "bin"
    install = ("install", "--quiet", "--no-compile", "--constraint", CONSTRAINTS, wheel)
    run(*PIP, "--python", there / "python", *install, cwd=tmp_path)
    run(*PIP, "--python", there / "python", "check", cwd=tmp_path)

    home = tmp_path / "home"
    home.mkdir()
    env = {"PATH": "/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8"}
    env |= {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
    file, modules, test_tools = json.loads(run(there / "python", "-c", EVERY_MODULE, cwd=home, **env))
    assert Path(file).is_relative_to(tmp_path)
    assert modules > 200
    assert test_tools == []

    amplify_ = there / "amplify"
    assert run(amplify_, "--version", cwd=home, **env) == f"amplify {amplify.__version__}\n"
    run(amplify_, "init", "ours", cwd=home, **env)
    assert run(amplify_, "check", cwd=home / "ours", **env).endswith("no problems\n")
    run(amplify_, "rehearse", cwd=home / "ours", **env)
    rehearsed = home / "ours" / ".amplify" / "rehearsal"
    assert (rehearsed / "timelines" / "index.html").is_file()
    assert (rehearsed / "report" / "report.html").is_file()
