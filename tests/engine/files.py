"""A small workspace of real files. JSON is YAML, so nothing is lost in writing it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

PLATFORMS = ("x", "bluesky", "mastodon")
HANDLES = {"x": "{0}", "bluesky": "{0}.example", "mastodon": "{0}@social.example"}


def handle(partner: str, platform: str) -> str:
    return HANDLES[platform].format(partner)


def soon(seconds: float = 0) -> str:
    """An instant a little from now, as a queue entry writes it."""
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat(timespec="seconds")


class Files:
    """A folder with partners, one campaign and no people; posts and entries as a test adds them."""

    def __init__(self, root: Path, *partners: str, id: str = "house", handles: Mapping[str, str] | None = None) -> None:
        """`handles`: platform → what everybody goes by there, in place of what is made of the partner's name."""
        self.root = root
        self.partners = partners or ("union",)
        day = datetime.now(UTC).date()
        self.write("config/workspace.yaml", {"id": id, "name": "A house", "lateness": "2h", "cancel_limit": 10})
        self.write("config/campaigns/free.yaml", _campaign(self.partners[0]))
        self.write("config/people.yaml", {"people": []})
        self.write("config/facts.yaml", {"facts": []})
        self.write("config/actions.yaml", {"actions": []})
        self.write(
            "config/partners.yaml",
            {
                "partners": [
                    {
                        "id": partner,
                        "name": {"en": partner.title()},
                        "handles": {platform: handle(partner, platform) for platform in PLATFORMS}
                        | dict(handles or {}),
                        "zone": "UTC",
                        "languages": ["en"],
                        "joined": (day - timedelta(days=900 - number)).isoformat(),
                    }
                    for number, partner in enumerate(self.partners)
                ]
            },
        )
        self.entries: list[dict[str, Any]] = []
        self.queue()
        (root / "media").mkdir(exist_ok=True)

    def write(self, name: str, content: Any) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, indent=1, ensure_ascii=False), encoding="utf-8")
        return path

    def post(self, id: str, *texts: str, pictures: Sequence[str] = (), **front: Any) -> None:
        """A post: its texts are variants, and `---` alone on a line begins the next part of a thread."""
        fields = {"id": id, "campaign": "free", "kind": "statement", "lang": "en", "status": "ready", "author": "Desk"}
        fields |= {"media": list(pictures), **front}
        sections = [text.replace("\n---\n", "\n\n## part\n\n") for text in texts]
        named = [f"## variant v{number}\n\n{text}" for number, text in enumerate(sections[1:], 1)]
        body = "\n\n".join([*sections[:1], *named])
        path = self.root / "posts" / f"{id}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"---\n{json.dumps(fields, ensure_ascii=False)}\n---\n{body}\n", encoding="utf-8")

    def queue(self, id: str | None = None, *posts: str, **fields: Any) -> None:
        """Add or replace an entry; `when` as a mapping, or `at=` for one instant."""
        if id is not None:
            if "at" in fields:
                fields["when"] = {"at": fields.pop("at")}
            kept = [entry for entry in self.entries if entry["id"] != id]
            self.entries = [*kept, {"id": id, "posts": list(posts or (id,)), **fields}]
        self.write("config/queue.yaml", {"entries": self.entries})

    def unqueue(self, id: str) -> None:
        self.entries = [entry for entry in self.entries if entry["id"] != id]
        self.queue()

    def we_are(self, partner: str, platforms: Sequence[str] = PLATFORMS, server: str | None = None) -> None:
        """Write accounts.yaml. Credentials are named `PARTNER_PLATFORM`."""
        accounts = [
            {
                "partner": partner,
                "platform": platform,
                "credential": f"{partner}_{platform}",
                "caps": {"per_day": 50, "gap": "0s"},
            }
            | ({"server": server} if server else {})
            for platform in platforms
        ]
        self.write("config/accounts.yaml", {"partner": partner, "approvals": 0, "accounts": accounts})

    def picture(self, name: str) -> None:
        from PIL import Image

        path = self.root / "media" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (64, 36), (40, 70, 90)).save(path)
        note = {"alt": {"en": f"What {name} shows"}, "credit": "Desk", "licence": "CC0-1.0"}
        self.write(f"media/{Path(name).with_suffix('.yaml')}", note)


def variables(partner: str, platform: str, secrets: Mapping[str, str]) -> dict[str, str]:
    """The environment that holds the secrets of an account that `we_are` wrote."""
    return {f"AMPLIFY_{partner}_{platform}_{field}".upper(): value for field, value in secrets.items()}


def _campaign(owner: str) -> dict[str, Any]:
    return {
        "id": "free",
        "name": {"en": "Free them"},
        "owner": owner,
        "languages": ["en"],
        "background": {"en": "What happened."},
        "key_messages": [{"en": "One."}, {"en": "Two."}, {"en": "Three."}],
        "contact": {"name": "Desk", "email": "desk@example.org"},
        "links": ["example.org"],
    }
