"""A workspace in which every command has something to do, and each command of the table in the ways that read and
write."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from engine.files import Files, soon

from cli.test_every_way_out import call, person

LINES: Final[dict[str, tuple[str, ...]]] = {
    "init": ("init {out}/fresh",),
    "days": ("days", "days --json", "days --ics {out}/days.ics"),
    "add": ("add spare --when +1h",),
    "text": ("text --post later", "text Ганна --json"),
    "import": ("import {out}/queue.csv",),
    "check": ("check", "check --json"),
    "plan": ("plan", "plan --json"),
    "queue": ("queue --yes", "queue --json"),
    "approve": ("approve", "approve --json"),
    "preview": ("preview later", "preview --json", "preview --out {out}/page.html"),
    "export": ("export --everything", "export --format csv --everything", "export --json", "export --out {out}/e.csv"),
    "toolkit": ("toolkit build --out {out}/kit", "toolkit build --out {out}/kit --json"),
    "banner": (
        "banner list",
        "banner list --json",
        "banner render --out {out}/banners",
        "banner preview --out {out}/sheet.png",
        "banner bars --person vera --campaign free --out {out}/bars",
    ),
    "publish": ("publish", "publish --json"),
    "run": ("run --drain",),
    "status": ("status", "status --json"),
    "people": ("people", "people --json", "people set vera --reviewed today --source https://example.org/x"),
    "facts": ("facts", "facts --json"),
    "statement": ("statement", "statement --json"),
    "settle": ("settle none --not-sent",),
    "takedown": ("takedown --person vera --reason asked",),
    "stop": ("stop --person vera --reason Ганна", "stop", "stop --json"),
    "resume": ("resume --person vera --reason over",),
    "history": ("history", "history --json"),
    "forget": ("forget vera --yes",),
    "prune": ("prune --older-than 9y --yes",),
    "measure": ("measure --all",),
    "report": ("report", "report --json", "report --format csv", "report --out {out}/report"),
    "rehearse": (),  # these two are a workspace of their own, with servers of its own
    "demo": (),
    "doctor": ("doctor", "doctor --json"),
    "confirm": ("confirm --yes",),
    "notify": ("notify", "notify --json"),
    "backup": ("backup {out}/kept.tar",),
    "restore": ("restore {out}/older.tar --older",),
    "schema": ("schema", "schema post"),
}
"""Command → its lines. `{out}` is a folder; `+1h` an instant."""
USUAL: Final = {"settle": 2, "publish": 3, "run": 3, "status": 3, "resume": 3, "doctor": 3, "restore": 3}
"""Exit codes that are not 0 there: there are no credentials, so the accounts are paused."""
ELSEWHERE: Final = ("init", "schema")
"""Commands without a workspace."""


def every_line(files: Files, out: Path) -> list[list[str]]:
    """The words of each line, in the order of the table."""
    lines = []
    for command, ways in LINES.items():
        for way in ways:
            words = [one.replace("{out}", str(out)).replace("+1h", soon(3600)) for one in way.split()]
            lines.append(words if command in ELSEWHERE else [*words, "-w", str(files.root)])
    return lines


def fill_workspace(files: Files, out: Path) -> None:
    """Give every command something to do, in letters of several scripts."""
    name = files.partners[0]
    files.picture("window.png")
    files.post("due", f"{name} says it now")
    files.post("later", f"{name}: Ганна, Žemaitė, 안나 🔥", pictures=["window.png"])
    files.post("spare", "A letter takes you ten minutes")
    files.queue("due", at=soon(-60))
    files.queue("later", at=soon(7200))
    files.write("config/people.yaml", {"people": [person("vera", "Vera Ганна Ž")]})
    files.write("config/actions.yaml", {"actions": [call("letter", "Write a letter")]})
    day = datetime.now(UTC).date()
    fact = {"id": "n", "value": "12", "as_of": day.isoformat(), "counted_by": {"en": "Саюз"}}
    fact |= {"source": "https://example.org", "expires": (day + timedelta(days=90)).isoformat()}
    files.write("config/facts.yaml", {"facts": [fact]})
    layer = {"text": {"say": {"en": "Hello"}, "largest": 6}, "box": [0, 0, 100, 100]}
    banner = {"id": "b", "campaign": "free", "about": "A banner.", "scene": {"en": "A field."}, "credit": "Desk"}
    banner |= {"licence": "CC0-1.0", "sizes": ["post"], "layers": [layer]}
    files.write("media/banners/b.yaml", banner)
    out.mkdir(parents=True, exist_ok=True)
    (out / "queue.csv").write_text("posts;when\nspare;2029-05-21T10:00+02:00\n", "utf-8")


def as_json(said: bytes) -> object:
    """What programs read: UTF-8, whole."""
    return json.loads(said.decode("utf-8"))
