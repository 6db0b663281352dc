"""Where an adapter is tried: a platform on the stage, or its real counterpart. All are asked in the same words."""

from __future__ import annotations

import html
import io
import itertools
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from counterparts.mastodon import MastodonServer
from counterparts.network import Network
from nasty import make_film, moving_gif
from seen import Seen, read_bluesky, read_mastodon

from amplify.media.remux import clean_video
from amplify.model.message import Attachment, LinkCard, Message, Part
from amplify.model.platform import AccountConnection, Platform, PublishRequest, Receipt
from amplify.model.video import FILM
from amplify.platforms import registry
from amplify.stage.process import Stage

_numbers = itertools.count(1)
_KINDS = {"image/gif": "gifv", "video/mp4": "video"}
_TID = "234567abcdefghijklmnopqrstuvwxyz"


@dataclass
class Member:
    """An account on a ground, and the adapter that speaks for it."""

    connection: AccountConnection
    platform: Platform
    posts: int = 0
    pictures: dict[str, bytes] = field(default_factory=dict)
    films: dict[str, Path] = field(default_factory=dict)

    def message(self, text: str, *, lang: str = "be", **more: Any) -> Message:
        """A message of one part, with everything that links found."""
        name = self.connection.account.partition("/")[2]
        part_of = {key: more.pop(key) for key in ("pictures", "card") if key in more}
        part = Part(text, registry.profile(name).entities(text), **part_of)
        return Message(name, (lang,), (part,), **more)

    def call(self, message: Message, *, root: Receipt | None = None, parent: Receipt | None = None) -> PublishRequest:
        """A call as the engine makes it: prepared, with keys that nobody else has."""
        part = message.parts[0]
        number = next(_numbers)
        return PublishRequest(
            part=part,
            message=message,
            key=f"key-{self.connection.handle}-{number}",
            record_key=record_key(number),
            created_at=datetime.now(UTC),
            prepared=self.platform.prepare(message, part),
            root=root,
            parent=parent,
        )

    def publish(self, text: str, *, root: Receipt | None = None, parent: Receipt | None = None, **more: Any) -> Receipt:
        return self.platform.publish(self.call(self.message(text, **more), root=root, parent=parent))

    def picture(self, name: str, alt: str, colour: tuple[int, int, int]) -> Attachment:
        """A small picture that the connection can read."""
        from PIL import Image

        held = io.BytesIO()
        Image.new("RGB", (48, 27), colour).save(held, "PNG")
        self.pictures[name] = held.getvalue()
        return Attachment(name, "0" * 64, "image/png", 48, 27, alt)

    def gif(self, name: str, alt: str) -> Attachment:
        """A small GIF that moves."""
        self.pictures[name] = moving_gif()
        return Attachment(name, "1" * 64, "image/gif", 40, 30, alt)

    def film(self, name: str, alt: str, folder: Path) -> Attachment:
        """A second of video, cleaned as the engine cleans it."""
        made = folder / f"{name}.raw"
        make_film(made)
        self.films[name] = folder / name
        clean_video(made, self.films[name])
        return Attachment(name, "2" * 64, FILM, 160, 120, alt)

    def again(self, **changed: Any) -> Platform:
        """Another adapter for the same account, with something changed."""
        connection = replace(self.connection, **changed)
        return registry.adapter(connection.account.partition("/")[2])(connection)


def record_key(number: int) -> str:
    """A valid TID, another for every number."""
    key = ""
    value = (int(datetime.now(UTC).timestamp() * 1_000_000) << 10) + number % 1024
    for _ in range(13):
        key = _TID[value & 31] + key
        value >>= 5
    return key


class Ground:
    """One platform in one place."""

    platform = ""
    same_key_is_one_post = True
    absence_is_provable = True
    resolves_addresses = True

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def member(self, *, timeout: float = 10.0) -> Member:
        handle, server, secrets = self.open(f"press{next(_numbers)}")
        pictures: dict[str, bytes] = {}
        films: dict[str, Path] = {}
        connection = AccountConnection(
            account=f"press/{self.platform}",
            handle=handle,
            server=server,
            secrets=secrets,
            loopback_only=True,
            sessions=self._folder / handle,
            picture_bytes=lambda attachment: pictures[attachment.file],
            film=lambda attachment: films[attachment.file],
            timeout=timeout,
        )
        return Member(connection, registry.adapter(self.platform)(connection), pictures=pictures, films=films)

    def open(self, name: str) -> tuple[str, str, dict[str, str]]:
        """A new account: handle, server, secrets."""
        raise NotImplementedError

    def seen(self, member: Member, receipt: Receipt) -> Seen | None:
        """The post as a reader's program gets it; None where it is gone."""
        raise NotImplementedError

    def settle(self) -> None:
        """Wait until what was written can be read."""

    def boosts(self, author: Member, target: Receipt) -> int:
        """How many boosts of it stand."""
        self.settle()
        reading = author.platform.read([target.id])[target.id]
        assert reading is not None
        assert reading.reposts is not None
        return reading.reposts

    def handle_of(self, member: Member) -> str:
        """What a text writes after `@` to mention the member."""
        return member.connection.handle


class OnStage(Ground):
    """What the stage has in common for all platforms."""

    def __init__(self, folder: Path, stage: Stage) -> None:
        super().__init__(folder)
        self.stage = stage
        stage.control.clear_failures()
        stage.control.clock(datetime.now(UTC))

    def open(self, name: str) -> tuple[str, str, dict[str, str]]:
        handle = {"x": name, "bluesky": f"{name}.example", "mastodon": f"{name}@social.example"}[self.platform]
        return handle, self.stage.url, self.stage.control.account(self.platform, handle, name.title())

    def boosts(self, author: Member, target: Receipt) -> int:
        """Counted from what was accepted: the stage's engagement grows with campaign time and never falls."""
        kept = self.stage.control.posts(self.platform)
        return sum(1 for one in kept if one["boost_of"] == target.id and not one["deleted"])


class XOnStage(OnStage):
    platform = "x"
    same_key_is_one_post = False
    absence_is_provable = False

    def seen(self, member: Member, receipt: Receipt) -> Seen | None:
        import tweepy

        secrets = member.connection.secrets
        client = tweepy.Client(
            consumer_key=secrets["api_key"],
            consumer_secret=secrets["api_secret"],
            access_token=secrets["access_token"],
            access_token_secret=secrets["access_secret"],
            return_type=dict,
        )
        client.session = member.platform._client.session  # type: ignore[attr-defined]  # the same way to the stage
        answer = client.get_tweets(
            [receipt.id],
            user_auth=True,
            tweet_fields=["entities", "referenced_tweets", "conversation_id"],
        )
        if not answer.get("data"):
            return None
        post = answer["data"][0]
        entities = post.get("entities") or {}
        (kept,) = [one for one in self.stage.control.posts("x") if one["id"] == receipt.id]
        urls = [one for one in entities.get("urls", []) if "media_key" not in one]
        answered = [one["id"] for one in post.get("referenced_tweets") or () if one["type"] == "replied_to"]
        text = html.unescape(post["text"])
        for one in entities.get("urls", []):
            text = text.replace(one["url"], "" if "media_key" in one else one["expanded_url"])
        return Seen(
            text=text.strip(),
            links=tuple(one["expanded_url"] for one in urls),
            tags=tuple(one["tag"] for one in entities.get("hashtags", [])),
            mentions=tuple(one["username"] for one in entities.get("mentions", [])),
            alts=tuple(one["alt"] for one in kept["media"]),
            kinds=tuple(_KINDS.get(one["mime"], "image") for one in kept["media"]),
            parent=answered[0] if answered else None,
            root=post.get("conversation_id"),
        )


class BlueskyOnStage(OnStage):
    platform = "bluesky"

    def seen(self, member: Member, receipt: Receipt) -> Seen | None:
        return read_bluesky(self.stage.url, receipt)


class BlueskyNetwork(Ground):
    platform = "bluesky"

    def __init__(self, folder: Path, network: Network) -> None:
        super().__init__(folder)
        self.network = network

    def open(self, name: str) -> tuple[str, str, dict[str, str]]:
        joined = self.network.join(name)
        return joined.handle, self.network.pds, {"app_password": joined.password}

    def seen(self, member: Member, receipt: Receipt) -> Seen | None:
        return read_bluesky(self.network.pds, receipt)

    def settle(self) -> None:
        self.network.settle()


class MastodonOnStage(OnStage):
    platform = "mastodon"

    def seen(self, member: Member, receipt: Receipt) -> Seen | None:
        return read_mastodon(self.stage.url, member.connection.secrets["access_token"], receipt)


class MastodonMock(Ground):
    platform = "mastodon"
    resolves_addresses = False  # its search takes an address for words

    def __init__(self, folder: Path, server: MastodonServer) -> None:
        super().__init__(folder)
        self.server = server

    def open(self, name: str) -> tuple[str, str, dict[str, str]]:
        member, token = self.server.member()
        return member, self.server.url, {"access_token": token}

    def seen(self, member: Member, receipt: Receipt) -> Seen | None:
        return read_mastodon(self.server.url, member.connection.secrets["access_token"], receipt)


def card(url: str, picture: Attachment | None) -> LinkCard:
    return LinkCard(url, "Падпішыце зварот", "Адно імя — адзін голас.", picture)
