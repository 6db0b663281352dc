"""Oracles: what the platforms' own code finds in a text. One process a language, fed by lines."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

HOME = Path(__file__).resolve().parents[2] / ".counterparts/oracles"
RUBY_SCRIPT = Path(__file__).parent / "oracles/texts.rb"
SECONDS = 300.0


def node_installed() -> bool:
    """Whether `tests/counterparts/oracles/setup.sh` has run to its end here."""
    return (HOME / ".ready").exists()


@cache
def ruby_installed() -> bool:
    """Whether Ruby and its twitter-text are here."""
    ruby = shutil.which("ruby")
    return ruby is not None and subprocess.run([ruby, "-rtwitter-text", "-e", ""], capture_output=True).returncode == 0


def ask_node(texts: Sequence[str]) -> list[dict[str, Any]]:
    """What X's (`x`) and Bluesky's (`bluesky`) own code says of each text."""
    return _asked(_node(), [{"text": text} for text in texts])


def ask_ruby(texts: Sequence[str]) -> list[dict[str, Any]]:
    """What a Mastodon server says of each text."""
    endings = _asked(_node(), [{}])[0]
    return _asked(["ruby", str(RUBY_SCRIPT)], [endings, *({"text": text} for text in texts)])


def _node() -> list[str]:
    return [str(HOME / "node-of-the-oracles"), str(HOME / "texts.mjs")]


def _asked(command: list[str], questions: Sequence[Any]) -> list[Any]:
    lines = "".join(f"{json.dumps(one)}\n" for one in questions)
    answer = subprocess.run(command, input=lines, capture_output=True, encoding="utf-8", timeout=SECONDS)
    assert answer.returncode == 0, answer.stderr[-2000:]
    return [json.loads(line) for line in answer.stdout.split("\n") if line]
