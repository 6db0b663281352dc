"""Workspaces made in memory, in as few words as a test needs.

    shop = Workshop()                                  # campaign free_anna, person anna, partner press_union (us)
    shop.partner("writers_house")                      # a handle on every platform, joined after those before it
    shop.post("hello", "Free {{ person.anna.name }}\\n\\n## variant second\\n\\nAnna must be free")
    shop.queue("monday", "hello", at="2027-05-17T09:00:00Z", platforms=["x"])
    plan = shop.plan("2027-05-17", days=7)

Every method takes the fields of its word as they stand in a file; what is not given has a sensible value, and a
plain text stands for `{"en": text}`. Naming something again changes only the fields given. Methods return the
workshop, so that they can be chained. Given a folder, `picture` also paints a real file.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Self, TypeVar, get_args, get_origin

from amplify.model.account import Account
from amplify.model.action import Action
from amplify.model.banner import Template
from amplify.model.base import FileModel
from amplify.model.campaign import Campaign
from amplify.model.fact import Fact
from amplify.model.local_settings import LocalSettings
from amplify.model.message import Message
from amplify.model.partner import Partner
from amplify.model.person import Person
from amplify.model.picture import Picture, PictureMetadata
from amplify.model.plan import LintFinding, Plan, Planned
from amplify.model.platform_profile import PlatformProfile
from amplify.model.post import Post, PostFront
from amplify.model.problem import Problem, SourceLocation
from amplify.model.queue_entry import QueueEntry, When
from amplify.model.settings import Settings
from amplify.model.video import FILM, Motion
from amplify.model.workspace import Workspace
from amplify.planning.plan import plan_deliveries
from amplify.platforms import registry
from amplify.rules.plan.compose import Composed, compose_message
from amplify.rules.plan.template_context import RenderContext
from amplify.workspace.post_body import read_texts

PLATFORMS: Final = ("x", "bluesky", "mastodon")
PROFILES: Final[dict[str, PlatformProfile]] = registry.profiles()
MONDAY: Final = datetime(2027, 5, 17, tzinfo=UTC)
"""Midnight, UTC: a week that has nothing special about it."""
BODY_LINE: Final = 10
"""Where the text of every post begins: the front matter is thought to stand above."""

_HANDLES: Final = {"x": "{0}", "bluesky": "{1}.example", "mastodon": "{0}@social.example"}
_WAYS: Final = frozenset(When.model_fields)
_SHELVES: Final[dict[str, tuple[type[FileModel], str]]] = {
    "people": (Person, "config/people.yaml"),
    "facts": (Fact, "config/facts.yaml"),
    "actions": (Action, "config/actions.yaml"),
    "partners": (Partner, "config/partners.yaml"),
    "queue": (QueueEntry, "config/queue.yaml"),
    "accounts": (Account, "config/accounts.yaml"),
}
W = TypeVar("W", bound=FileModel)


def at(text: str) -> datetime:
    """`2027-05-17 09:30` (UTC), or any other offset that is written out → an aware instant in UTC."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def word(kind: type[W], /, **fields: Any) -> W:
    """One word, validated as the reader does it: strictly, from JSON. A plain text stands for its English."""
    return kind.model_validate_json(json.dumps(_by_language(kind, fields), default=_plain))


def text_of(message: Message) -> str:
    """All parts of a message, with `---` between them."""
    return "\n---\n".join(part.text for part in message.parts)


def codes(findings: Iterable[LintFinding | Problem]) -> list[str]:
    return [(one.problem if isinstance(one, LintFinding) else one).code for one in findings]


class Workshop:
    """A workspace in the making."""

    def __init__(self, root: Path | None = None) -> None:
        """`root`: where pictures are painted; without it nothing touches the disk."""
        self.root = root
        self.us: str | None = None
        self.local = LocalSettings(approvals=0)
        costs = {"id": "X-COST", "severity": "off", "reason": "Tests pay nothing.", "by": "us"}
        self._settings: dict[str, Any] = {"id": "workshop", "name": "Workshop", "rules": [costs]}
        self._campaigns: dict[str, dict[str, Any]] = {}
        self._shelves: dict[str, dict[str, dict[str, Any]]] = {name: {} for name in _SHELVES}
        self._posts: dict[str, tuple[str, dict[str, Any]]] = {}
        self._pictures: dict[str, Picture] = {}
        self._banners: dict[str, Template] = {}
        self.partner("press_union").person("anna").campaign("free_anna").we_are("press_union")

    def settings(self, **fields: Any) -> Self:
        self._settings |= fields
        return self

    def campaign(self, id: str, **fields: Any) -> Self:
        """Owned by press_union, in English, Belarusian and Russian, about anna, linking to example.org."""
        usual = {
            "id": id, "name": _title(id), "owner": "press_union", "languages": ["en", "be", "ru"],
            "background": "What happened.", "key_messages": [{"en": text} for text in ("One.", "Two.", "Three.")],
            "contact": {"name": "Desk", "email": "desk@example.org"}, "people": ["anna"], "links": ["example.org"],
        }  # fmt: skip
        self._campaigns[id] = self._campaigns.get(id, usual) | fields
        return self

    def person(self, id: str, **fields: Any) -> Self:
        """Detained since 1 January 2027, reviewed a week before MONDAY, with consent for everything until 2029."""
        return self._lay("people", id, fields, {
            "name": id.capitalize(), "detentions": [{"start": "2027-01-01"}], "state": "detained",
            "reviewed": "2027-05-10", "review_days": 365,
            "consent": {"given_by": "family", "channel": "letter", "scope": ["name", "portrait", "health", "family"],
                        "given": "2027-01-02", "review": "2029-01-01"},
        })  # fmt: skip

    def fact(self, id: str, **fields: Any) -> Self:
        """1495, counted by “Example Watch” on 1 May 2027, good until the end of 2028."""
        return self._lay("facts", id, fields, {
            "value": 1495, "as_of": "2027-05-01", "counted_by": "Example Watch", "source": "https://example.org/count",
            "expires": "2028-12-31",
        })  # fmt: skip

    def action(self, id: str, **fields: Any) -> Self:
        """A petition at https://example.org/ID, always open."""
        return self._lay("actions", id, fields, {
            "campaign": "free_anna", "kind": "petition", "owner": "press_union",
            "url": f"https://example.org/{id}", "title": _title(id),
        })  # fmt: skip

    def partner(self, id: str, **fields: Any) -> Self:
        """Speaks English in UTC on every platform, agrees to be mentioned and boosted, joined after those before it."""
        return self._lay("partners", id, fields, {
            "name": _title(id), "zone": "UTC", "languages": ["en"],
            "handles": {name: form.format(id, id.replace("_", "-")) for name, form in _HANDLES.items()},
            "joined": date(2020, 1, 1) + timedelta(days=len(self._shelves["partners"])),
            "mention_consent": True, "boost_consent": True,
        })  # fmt: skip

    def we_are(self, partner: str | None, platforms: Iterable[str] = PLATFORMS, **fields: Any) -> Self:
        """Who holds this clone, and the accounts it has; None: no accounts.yaml, as in a pull request."""
        self.us = partner
        self._shelves["accounts"].clear()
        for platform in platforms if partner is not None else ():
            self.account(f"{partner}/{platform}", **fields)
        return self

    def account(self, id: str, **fields: Any) -> Self:
        """`press_union/x`; room for 50 posts a day without a gap unless `caps` say otherwise."""
        partner, platform = id.split("/")
        fields = {
            "partner": partner, "platform": platform, "credential": f"{partner}_{platform}",
            "caps": {"per_day": 50, "gap": "0s"}, **self._shelves["accounts"].get(id, {}), **fields,
        }  # fmt: skip
        self._shelves["accounts"][id] = fields
        return self

    def post(self, id: str, text: str = "", **front: Any) -> Self:
        """A ready statement of free_anna in English. `text` is written as in a file: `## variant …`, `## part` …"""
        usual = {"campaign": "free_anna", "kind": "statement", "lang": "en", "status": "ready", "author": "Desk"}
        before, fields = self._posts.get(id, ("", {"id": id, **usual}))
        self._posts[id] = (text or before, fields | front)
        return self

    def boost(self, id: str, of: str | None = None, **front: Any) -> Self:
        """A boost of the post `of`, of `partner`'s copy of it, or of `urls`."""
        boost = {name: front.pop(name) for name in ("partner", "urls") if name in front}
        return self.post(id, kind="boost", boost=boost | ({"post": of} if of else {}), **front)

    def queue(self, id: str, *posts: str, **fields: Any) -> Self:
        """When as a keyword: `at=`, `local=`, `window=`, `series=`, `yearly=`, `monthly=` or `moment=`."""
        when = {name: fields.pop(name) for name in _WAYS & fields.keys()}
        fields |= ({"posts": posts} if posts else {}) | ({"when": when} if when else {})
        return self._lay("queue", id, fields, {})

    def picture(
        self, file: str, size: tuple[int, int] = (64, 36), motion: Motion | None = None, bytes: int = 0, **note: Any
    ) -> Self:
        """With an English alt text of its own. With a folder, the file is painted: PNG, JPEG or WebP by its name.

        `motion`: it moves, as a GIF or a video by its name. `bytes`: how large it is said to be.
        """
        data = file.encode() if self.root is None else _paint(self.root / "media" / file, size)
        note = {"alt": f"What {file} shows", "credit": "Desk", "licence": "CC0-1.0"} | note
        noted = word(PictureMetadata, **note)
        noted.at(SourceLocation(f"media/{Path(file).with_suffix('.yaml')}", 1, 1))
        ending = Path(file).suffix.removeprefix(".").replace("jpg", "jpeg")
        mime = FILM if ending == "mp4" else f"image/{ending}"
        sha256 = hashlib.sha256(data).hexdigest()
        self._pictures[file] = Picture(file, sha256, bytes or len(data), mime, *size, noted, motion)
        return self

    def banner(self, id: str, say: str | dict[str, str] = "Day {{ who.days_detained }}", **fields: Any) -> Self:
        """A template with one text, for anna where the text says so. `text`: other fields of the text's layer."""
        text = {"say": {"en": say} if isinstance(say, str) else say, **fields.pop("text", {})}
        usual = {
            "id": id, "campaign": "free_anna", "about": "For tests.", "credit": "Desk", "licence": "CC0-1.0",
            "scene": dict.fromkeys(text["say"], "A dark ground."),
            "people": ["anna"] if "who." in str(text["say"]) else None,
            "layers": [{"text": text}],
        }  # fmt: skip
        known = {name: value for name, value in (usual | fields).items() if value is not None}
        self._banners[id] = word(Template, **known)
        self._banners[id].at(SourceLocation(f"media/banners/{id}.yaml", 1, 1))
        return self

    def without(self, shelf: str, id: str) -> Self:
        """Take something out again: `without("queue", "monday")`, `without("posts", "hello")`."""
        own: dict[str, Any] = {"campaigns": self._campaigns, "posts": self._posts, "pictures": self._pictures}
        del (own[shelf] if shelf in own else self._shelves[shelf])[id]
        return self

    def copy(self) -> Workshop:
        """Another one to change without changing this."""
        return copy.deepcopy(self)

    def workspace(self) -> Workspace:
        """What the files would say."""
        settings = word(Settings, **self._settings)
        settings.at(SourceLocation("config/workspace.yaml", 1, 1))
        campaigns = {id: word(Campaign, **fields) for id, fields in self._campaigns.items()}
        for id, campaign in campaigns.items():
            campaign.at(SourceLocation(f"config/campaigns/{id}.yaml", 1, 1))
        return Workspace(
            root=self.root or Path("workshop"),
            settings=settings,
            campaigns=campaigns,
            posts={id: self._written(text, front) for id, (text, front) in self._posts.items()},
            pictures=dict(self._pictures),
            banners=dict(self._banners),
            us=self.us,
            local=self.local,
            **{name: self._shelf(name) for name in _SHELVES},
        )

    def plan(self, start: datetime | str = MONDAY, days: float = 7) -> Plan:
        """Everything due from `start` (UTC) on."""
        first = at(start) if isinstance(start, str) else start
        return plan_deliveries(self.workspace(), first, first + timedelta(days=days), PROFILES)

    def planned(self, *id: str, platform: str | None = None) -> Planned:
        """The only delivery of the week from MONDAY on (of these posts, on this platform)."""
        found = [
            delivery
            for delivery in self.plan().deliveries
            if (not id or delivery.post in id) and platform in (None, delivery.platform)
        ]
        assert len(found) == 1, [(one.post, one.account, one.due) for one in found]
        return found[0]

    def setting(
        self, post: str, platform: str = "x", lang: str = "en", due: datetime = MONDAY, zone: str = "UTC"
    ) -> RenderContext:
        """For whom, where and when a text is rendered."""
        workspace = self.workspace()
        return RenderContext(workspace, PROFILES, workspace.posts[post], platform, lang, due, zone)

    def composed(
        self, post: str, platform: str = "x", partner: str = "press_union", variant: str = "default", **setting: Any
    ) -> Composed:
        """`post` as this partner says it there. `due` and `zone` as in `setting`."""
        place = self.setting(post, platform, **setting)
        said = next(one for one in place.post.variants if one.name == variant)
        place.lang = said.lang
        return compose_message(place, said, partner, PROFILES[platform])

    def said(self, post: str, platform: str = "x", partner: str = "press_union", **how: Any) -> str:
        """The text of `composed`, with `---` between the parts of a thread."""
        return text_of(self.composed(post, platform, partner, **how).message)

    def _lay(self, shelf: str, id: str, fields: dict[str, Any], usual: dict[str, Any]) -> Self:
        here = self._shelves[shelf]
        here[id] = here.get(id, {"id": id, **usual}) | fields
        return self

    def _shelf(self, name: str) -> dict[str, Any]:
        kind, path = _SHELVES[name]
        found: dict[str, Any] = {}
        for number, (id, fields) in enumerate(self._shelves[name].items()):
            found[id] = entry = word(kind, **fields)
            entry.at(SourceLocation(path, 3 + 10 * number, 5))  # type: ignore[attr-defined]  # every shelf holds entries
        return found

    def _written(self, text: str, fields: dict[str, Any]) -> Post:
        front = word(PostFront, **fields)
        path = f"posts/{front.id}.md"
        front.at(SourceLocation(path, 1, 1))
        if front.boost is not None:
            return Post(front, ())
        variants, problems = read_texts(text, path, BODY_LINE, front.lang, frozenset(PLATFORMS))
        assert not problems, problems
        return Post(front, variants)


def _title(id: str) -> str:
    return id.replace("_", " ").title()


def _plain(value: Any) -> str:
    return str(value.isoformat())


def _by_language(kind: type[FileModel], fields: dict[str, Any]) -> dict[str, Any]:
    def spoken(name: str) -> bool:
        annotation = kind.model_fields[name].annotation if name in kind.model_fields else None
        return get_origin(annotation) is dict and get_args(annotation)[1] is not dict

    return {name: {"en": value} if isinstance(value, str) and spoken(name) else value for name, value in fields.items()}


def _paint(path: Path, size: tuple[int, int]) -> bytes:
    from PIL import Image

    path.parent.mkdir(parents=True, exist_ok=True)
    shade = hashlib.sha256(path.name.encode()).digest()
    Image.new("RGB", size, (shade[0], shade[1], shade[2])).save(path)
    return path.read_bytes()
