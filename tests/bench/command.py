"""The real command, from start to exit: `amplify publish` of 1,500 posts on 250 accounts, against a bare loop over
each platform's library, with everything that a pass has to do: reading the files, planning, queueing, credentials,
clients."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from bench.checking import sentences
from bench.figure import Figure
from bench.takes import Takes

ACCOUNTS: Final = 250
POSTS: Final = 1_500
THREADS: Final = 32
ROUNDS: Final = 3
LEAST: Final = 0.75
SECRETS: Final = {
    "x": ("api_key", "api_secret", "access_token", "access_secret"),
    "mastodon": ("access_token",),
    "bluesky": ("app_password",),
}


def measure() -> list[Figure]:
    figures = []
    with Takes() as server:
        for platform in SECRETS:
            bare, ours = zip(*(_round(server, platform) for _ in range(ROUNDS)), strict=True)
            what = f"{POSTS:,} posts on {ACCOUNTS} accounts, {platform}, 100 ms, {THREADS} threads, start to exit"
            ratio = statistics.median(alone / own for alone, own in zip(bare, ours, strict=True))
            figures += [
                Figure(f"{what}: a bare loop", POSTS / statistics.median(bare), "posts/s"),
                Figure(f"{what}: `amplify publish`", POSTS / statistics.median(ours), "posts/s"),
                Figure(f"`amplify publish` on {platform}, start to exit, against the bare loop", ratio, least=LEAST),
            ]
    return figures


def _round(server: Takes, platform: str) -> tuple[float, float]:
    """Seconds of the bare loop, and of the command in a new workspace with an empty ledger."""
    with tempfile.TemporaryDirectory(prefix="amplify-bench-") as name:
        root = Path(name)
        accounts = write(root, platform, server.url)
        (root / "accounts.json").write_text(json.dumps(accounts))
        python = [sys.executable, "-m", "bench.bare_loop", platform, server.url, str(THREADS), str(POSTS)]
        bare = _seconds(server, [*python, str(root / "accounts.json")], root)
        amplify = [str(Path(sys.executable).with_name("amplify")), "publish", "--workspace", str(root)]
        _seconds(server, amplify, root, posts=0)  # the ledger is made once in its life
        fill_queue(root)
        return bare, _seconds(server, [*amplify, "--workers", str(THREADS)], root)


def _seconds(server: Takes, command: Sequence[str], root: Path, posts: int = POSTS) -> float:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("AMPLIFY_")}
    keyring = {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
    environment = kept | keyring | {"AMPLIFY_CREDENTIALS": str(root / "credentials.yaml")}
    began = time.perf_counter()
    subprocess.run(command, env=environment, check=True, capture_output=True, cwd=Path(__file__).parents[1])
    seconds = time.perf_counter() - began
    assert len(server.taken()) == posts
    return seconds


def write(root: Path, platform: str, server: str) -> list[dict[str, Any]]:
    """A workspace in which every account has a text of its own for each post, and one private file with the
    credentials of all; handle and secrets of each account."""
    for folder in ("config/campaigns", "posts", "media"):
        (root / folder).mkdir(parents=True)
    partners = [f"p{number}" for number in range(ACCOUNTS)]
    handles = {"x": "{}", "bluesky": "{}.example", "mastodon": "{}@social.example"}
    accounts = [
        {"handle": handles[platform].format(partner), "secrets": _secrets(platform, partner)} for partner in partners
    ]
    _yaml(root / "config/workspace.yaml", {"id": "bench", "name": "Bench"})
    _yaml(root / "config/campaigns/bench.yaml", _CAMPAIGN)
    _yaml(
        root / "config/partners.yaml",
        {
            "partners": [
                {"id": one, "name": {"en": one}, "zone": "UTC", "languages": ["en"], "joined": "2020-01-01"}
                | {"handles": {platform: account["handle"]}}
                for one, account in zip(partners, accounts, strict=True)
            ]
        },
    )
    entry = {"platform": platform, "server": server, "caps": {"per_day": 50, "gap": "0s"}}
    ours = [{"partner": one, "credential": f"{one}-{platform}", **entry} for one in partners]
    _yaml(root / "config/accounts.yaml", {"partner": "p0", "approvals": 0, "accounts": ours})
    texts = iter(sentences(POSTS))
    for number in range(POSTS // ACCOUNTS):
        first, *others = (f"{next(texts)} https://example.org/{number}" for _ in partners)
        variants = "".join(f"\n## variant v{which}\n{text}\n" for which, text in enumerate(others))
        front = f"id: post{number}\ncampaign: bench\nkind: statement\nlang: en\nstatus: ready\nauthor: bench\n"
        (root / f"posts/post{number}.md").write_text(f"---\n{front}---\n{first}\n{variants}")
    _yaml(root / "config/queue.yaml", {"entries": []})
    credentials = root / "credentials.yaml"
    credentials.touch(mode=0o600)
    credentials.write_text(
        "".join(
            f"{one}-{platform}:\n" + "".join(f'  {name}: "{secret}"\n' for name, secret in account["secrets"].items())
            for one, account in zip(partners, accounts, strict=True)
        )
    )
    return accounts


def fill_queue(root: Path) -> None:
    """All posts are due on all accounts."""
    due = datetime.now(UTC) - timedelta(minutes=30)
    entries = [
        {"id": f"e{number}", "posts": [f"post{number}"], "when": {"at": at.isoformat(timespec="seconds")}}
        for number in range(POSTS // ACCOUNTS)
        for at in [due + number * timedelta(minutes=1)]
    ]
    _yaml(root / "config/queue.yaml", {"entries": entries})


def _secrets(platform: str, partner: str) -> Mapping[str, str]:
    return {name: f"{name}-of-{partner}-{'0123456789' * 3}" for name in SECRETS[platform]}


def _yaml(path: Path, content: Mapping[str, Any]) -> None:
    """JSON is YAML."""
    path.write_text(json.dumps(content, indent=1))


_CAMPAIGN: Final = {
    "id": "bench",
    "name": {"en": "Bench"},
    "owner": "p0",
    "languages": ["en"],
    "background": {"en": "What happened."},
    "key_messages": [{"en": "One."}, {"en": "Two."}, {"en": "Three."}],
    "contact": {"name": "Desk", "email": "desk@example.org"},
    "hashtags": [{"tag": "FreeThem", "why": "Ours.", "required": True}],
    "links": ["example.org"],
}
