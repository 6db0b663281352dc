"""A night at a desk: a workspace on the stage with posts that are out and posts that wait, and a runbook typed there.

In the runbooks it is the 18th of May 2027; typed, it is today, and other days of that month move along.
"""

from __future__ import annotations

import base64
import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from command_server import program
from engine.files import Files, variables
from handbook import Fence, fences

from amplify.stage.process import Stage

TODAY = date(2027, 5, 18)
_DAY = re.compile(r"2027-05-\d\d")
_NUMBERS = iter(range(10**6))


@dataclass(frozen=True)
class Typed:
    """One command, what the page says that it prints, and what it printed."""

    line: str
    expected: list[str]
    printed: str
    code: int


class Night:
    """One partner with three accounts. `anna-…` speak of her, `number-…` say the number of prisoners."""

    def __init__(self, root: Path, stage: Stage) -> None:
        suffix = f"{os.getpid()}n{next(_NUMBERS)}"
        handles = {
            "x": f"night{suffix}",
            "bluesky": f"night{suffix}.example",
            "mastodon": f"night{suffix}@social.example",
        }
        self.files, self.stage, self.handles = Files(root, "union", handles=handles), stage, set(handles.values())
        stage.control.clear_failures()
        stage.control.clock(datetime.now(UTC))
        self.files.we_are("union", server=stage.url)
        self.environment: dict[str, str] = {}
        for platform, handle in handles.items():
            self.environment |= variables("union", platform, stage.control.account(platform, handle, "Union"))
        self._write()

    def _write(self) -> None:
        today, files = datetime.now(UTC).date(), self.files
        files.root.joinpath("config/people.yaml").write_text(
            moved(
                "people:\n"
                "  # Her sister speaks for the family.\n"
                "  - id: anna\n"
                "    name: {en: Anna Petrova, be: Ганна Пятрова}\n"
                "    aliases: [Ганны Пятровай]\n"
                "    detentions:\n"
                "      - start: 2025-01-30\n"
                "    state: detained\n"
                "    reviewed: 2027-05-10\n"
                "    consent:\n"
                "      given_by: family\n"
                "      channel: letter, file C-001\n"
                "      scope: [name]\n"
                "      given: 2025-02-02\n"
                f"      review: {today + timedelta(days=400)}\n"
            ),
            "utf-8",
        )
        files.root.joinpath("config/facts.yaml").write_text(
            moved(
                "facts:\n"
                "  - id: prisoners\n"
                "    value: 1459\n"
                "    unit: {en: political prisoners}\n"
                "    as_of: 2027-05-01\n"
                "    counted_by: {en: Example Watch}\n"
                "    source: https://example.org/count\n"
                f"    expires: {today + timedelta(days=90)}\n"
            ),
            "utf-8",
        )
        hour = timedelta(hours=1)
        posts = {
            "anna-morning": ("Good morning to Anna Petrova\n---\nWrite to her", -hour, ["anna"]),
            "anna-tomorrow": ("Свабоду для Ганны Пятровай!", 24 * hour, []),
            "number-morning": ("{{ fact.prisoners.value }} people are in prison", -hour, []),
            "number-tomorrow": ("Still {{ fact.prisoners.value }} people are in prison", 25 * hour, []),
            "letter-tomorrow": ("Tomorrow is a day for letters", 26 * hour, []),
        }
        for id, (text, after, people) in posts.items():
            files.post(id, text, people=people)
            files.queue(id, at=(datetime.now(UTC) + after).isoformat(timespec="seconds"), lateness="2h")

    def type(self, text: str) -> list[Typed]:
        """Everything that a page tells to type, in order, in one shell."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("AMPLIFY_", "PYTEST_"))}
        environment = kept | {
            "PATH": f"{program().parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "HOME": str(self.files.root.parent),
            "COLUMNS": "80",
            "AMPLIFY_CREDENTIALS": str(self.files.root / "none.yaml"),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
            **self.environment,
        }
        said = list(steps(text))
        script = "\n".join(
            line if expected is None else f"printf '\\x1e'; {line}\nprintf '\\x1f%d' $?" for line, expected in said
        )
        done = subprocess.run(
            ["bash"],
            input=moved(script),
            cwd=self.files.root,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=300,
        )
        answers = done.stdout.split("\x1e")[1:]
        commands = [(line, expected) for line, expected in said if expected is not None]
        assert len(answers) == len(commands), done.stdout
        found = []
        for (line, expected), answer in zip(commands, answers, strict=True):
            printed, _, code = answer.rpartition("\x1f")
            found.append(Typed(line, [moved(one) for one in expected], printed, int(code)))
        return found

    def standing(self) -> list[str]:
        """Texts of ours that readers see."""
        own = [post for post in self.stage.control.posts() if post["handle"] in self.handles]
        return [post["text"] for post in own if not post["deleted"]]


def steps(text: str) -> Iterator[tuple[str, list[str] | None]]:
    """A line of shell, and what it is said to print; None for a file that the page tells to save or to add to."""
    lines = text.split("\n")
    for fence in fences(text):
        above = lines[fence.line - 2]
        added = re.fullmatch(r" *<!-- (file|add to): (\S+) -->", above)
        if added is not None:
            yield _saved(fence, added[2], ">" if added[1] == "file" else ">>"), None
        elif fence.words == "console":
            expected: list[str] = []
            said: list[tuple[str, list[str]]] = []
            for line in fence.text.rstrip("\n").split("\n"):
                if line.startswith("$ "):
                    expected = []
                    said.append((line[2:], expected))
                else:
                    expected.append(line)
            yield from said


def _saved(fence: Fence, file: str, how: str) -> str:
    packed = base64.b64encode(moved(fence.text).encode()).decode()
    return f"mkdir -p {shlex.quote(os.path.dirname(file))}; echo {packed} | base64 -d {how} {shlex.quote(file)}"


def moved(text: str) -> str:
    """Days of the page's month, as far from today as they are from its 18th."""
    today = datetime.now(UTC).date()
    return _DAY.sub(lambda found: str(today + (date.fromisoformat(found[0]) - TODAY)), text)


def shows(printed: str, expected: str) -> bool:
    """Whether a line stands in what was printed; `…` stands for anything, and line breaks do not matter."""
    pieces = [re.escape(" ".join(piece.split())) for piece in expected.split("…")]
    return re.search(r".*?".join(pieces), " ".join(printed.split())) is not None
