"""What a server that speaks Mastodon's API says of itself: asked for in several ways, judged, and never relied on.

Everything is optional: Takahe knows no address with a slash at its end, older servers have only the first version,
Akkoma and Pleroma keep limits in places of their own, and any number may be missing, nought or a text. What is not
said in a way that can be meant stays unknown; then the platform's usual limits count.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from amplify.model.errors import TryLater
from amplify.model.platform import Json, Limits
from amplify.platforms.mastodon.server_counting import IN_FULL, STRICTEST, counting_of

if TYPE_CHECKING:
    import requests

WAYS: Final = (("/api/v2/instance", "/api/v2/instance/"), ("/api/v1/instance", "/api/v1/instance/"))
"""Where servers describe themselves: the newer version and the older one, each with the ways to write its address."""
_WITH_TOKEN: Final = frozenset(way for version in WAYS for way in version)
"""A server that only speaks to its own wants to know who asks. NodeInfo is for everybody."""
NODEINFO: Final = "/.well-known/nodeinfo"
_BATCH_SINCE: Final = 2
"""`api_versions.mastodon` of 4.3, the first with the look-up of many posts."""
_TOLD_PLAIN: Final = frozenset({"gotosocial", "pleroma", "akkoma"})
"""Software that reads a text as the account or the server prefers, and takes `content_type`."""
_BY_NAME: Final = ("gotosocial", "takahe", "pleroma", "akkoma")
"""Software that is known by the name of its source, whatever version it says that it is."""
_LARGEST: Final = 2**53
"""What JSON's numbers hold exactly; nobody means more."""

_COMPATIBLE: Final = re.compile(r"\(compatible;\s{0,4}([A-Za-z][\w.-]{0,40})")
_NAMED: Final = re.compile(r"([A-Za-z][\w.-]{0,40})/\d")
_MASTODON: Final = re.compile(r"v?([2-9]|\d{2,9})\.\d{1,9}\.\d{1,9}(?!\+\d)(?:[-+.]?[\w.+-]{0,200})?")
"""`4.5.0`, `4.3.0+glitch`, `4.4.0-rc.1`: Mastodon and its forks count from 2 on and add no further words.
GoToSocial counts from 0, or says `3.5.3+0.17.0` for the sake of old clients; Takahe writes `takahe/0.11.0`, Pleroma
and others `2.7.2 (compatible; Pleroma 2.5.0)`."""
_GLITCH: Final = re.compile(r"\+glitch", re.IGNORECASE)
"""A fork of Mastodon in which each account has a format of its own."""

Ask = Callable[[str], Json | None]
"""Asks the server for one address; None: it has nothing there."""


@dataclass(frozen=True, slots=True)
class ServerDescription:
    """What a server said of itself, as far as it can be meant."""

    software: str = ""
    """Its name in small letters; empty: it does not say."""
    limits: Limits = field(default_factory=Limits)
    keeps_keys: bool = False
    """Whether it surely honours idempotency keys: Mastodon does since 2.0. Unknown software is not trusted."""
    batches: bool = False
    """Whether it looks up many posts at once."""


def ask_server(session: requests.Session, server: str, token: str) -> ServerDescription:
    """Ask the server at `server` what it is. Raises what the session raises, and TryLater where it only fails."""
    answered, broken = False, 0

    def ask(path: str) -> Json | None:
        nonlocal answered, broken
        try:
            answer = session.get(
                server.rstrip("/") + path,
                headers={"Authorization": f"Bearer {token}"} if path in _WITH_TOKEN else {},
                allow_redirects=path in _WITH_TOKEN,
            )
        except Exception:
            if answered:  # what it said before is worth more than nothing
                return None
            raise
        answered = True
        broken = broken or (answer.status_code if answer.status_code == 429 or answer.status_code >= 500 else 0)
        try:
            said = answer.json() if answer.status_code == 200 else None
        except ValueError:
            return None
        return said if isinstance(said, dict) else None

    described = describe_server(ask)
    if broken and described == ServerDescription():
        raise TryLater(f"the server answered {broken} when it was asked what it is")
    return described


def describe_server(ask: Ask) -> ServerDescription:
    """Ask a server what it is; what one answer lacks, another may have."""
    described: ServerDescription | None = None
    for version in WAYS:
        said = next((answer for way in version if (answer := ask(way)) is not None), None)
        if said is None:
            continue
        described = _joined(described, _read(said)) if described is not None else _read(said)
        limits = described.limits
        if described.software and None not in (limits.text, limits.pictures, limits.picture_bytes, limits.alt):
            break
    described = described or ServerDescription()
    if not described.software and (name := _name_in_nodeinfo(ask)):
        described = replace(described, software=name)
    limits = described.limits
    plain = limits.plain_text or described.software in _TOLD_PLAIN or None
    counts = counting_of(described.software) or limits.counts
    if described.software == "mastodon" and limits.counts == IN_FULL:
        counts = STRICTEST  # it says both: that it is Mastodon, and that addresses count in full
    return replace(described, limits=replace(limits, counts=counts, plain_text=plain))


def count_in(said: object) -> int | None:
    """A limit as a server states it; None where it is no number above nought."""
    if isinstance(said, str) and said.strip().isascii() and said.strip().isdigit() and len(said) < 20:
        said = int(said)
    if isinstance(said, float) and said.is_integer():
        said = int(said)
    return said if isinstance(said, int) and not isinstance(said, bool) and 0 < said <= _LARGEST else None


def _joined(first: ServerDescription, second: ServerDescription) -> ServerDescription:
    """The first description, and what only the second one has."""
    own = {name: getattr(first.limits, name) for name in Limits.__dataclass_fields__}
    limits = replace(second.limits, **{name: value for name, value in own.items() if value is not None})
    return ServerDescription(
        first.software or second.software,
        limits,
        first.keeps_keys and second.keeps_keys,
        first.batches or second.batches,
    )


def _read(said: Json) -> ServerDescription:
    software = _software_in(said)
    batch = count_in(_inside(said, "api_versions").get("mastodon"))
    return ServerDescription(
        software=software,
        limits=_limits_in(said),
        keeps_keys=software == "mastodon",
        batches=batch is not None and batch >= _BATCH_SINCE,
    )


def _software_in(said: Json) -> str:
    version, source = _text(said.get("version")), _text(said.get("source_url")).lower()
    if match := _COMPATIBLE.search(version) or _NAMED.match(version):
        return match[1].lower()
    name = source.rstrip("/").removesuffix(".git").rpartition("/")[2]
    if name in _BY_NAME:
        return name
    if _MASTODON.fullmatch(version):
        return "mastodon"
    return "gotosocial" if re.match(r"\d+\.\d+\.\d+\+0\.\d", version) else ""


def _limits_in(said: Json) -> Limits:
    configuration, metadata = _inside(said, "configuration"), _inside(_inside(said, "pleroma"), "metadata")
    statuses, media = _inside(configuration, "statuses"), _inside(configuration, "media_attachments")
    formats = [*_texts(statuses.get("supported_mime_types")), *_texts(metadata.get("post_formats"))]
    upload = said.get("upload_limit")
    in_full = _text(str(statuses.get("characters_reserved_per_url"))) == "0"
    return Limits(
        text=_first(statuses.get("max_characters"), said.get("max_toot_chars"), said.get("max_characters")),
        pictures=_first(statuses.get("max_media_attachments"), said.get("max_media_attachments")),
        picture_bytes=_first(media.get("image_size_limit"), upload),
        alt=_first(media.get("description_limit"), said.get("description_limit"), metadata.get("description_limit")),
        video_bytes=_first(media.get("video_size_limit"), upload),
        picture_pixels=_first(media.get("image_matrix_limit")),
        counts=IN_FULL if in_full else None,
        plain_text=True if "text/plain" in formats or _GLITCH.search(_text(said.get("version"))) else None,
    )


def _name_in_nodeinfo(ask: Ask) -> str:
    """The name of the software by NodeInfo, which most servers have, at the place that they name for it."""
    paths = list(_nodeinfo_paths(ask(NODEINFO) or {})) or ["/nodeinfo/2.0"]
    name = _text(_inside(ask(paths[-1]) or {}, "software").get("name")).lower()
    return name if re.fullmatch(r"[\w.-]{1,40}", name) else ""


def _nodeinfo_paths(links: Json) -> Iterator[str]:
    """The paths of its documents. Only paths: nothing of ours goes to another server that it may name."""
    listed = links.get("links")
    for link in listed if isinstance(listed, list) else ():
        href = _text(link.get("href")) if isinstance(link, Mapping) else ""
        try:
            path = urlsplit(href).path
        except ValueError:
            continue
        if re.fullmatch(r"/[\w./-]{1,100}", path, re.ASCII):
            yield path


def _first(*said: object) -> int | None:
    return next((count for one in said if (count := count_in(one)) is not None), None)


def _inside(said: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    inner = said.get(name)
    return inner if isinstance(inner, Mapping) else {}


def _text(said: object) -> str:
    return said.strip() if isinstance(said, str) else ""


def _texts(said: object) -> list[str]:
    return [one for one in said if isinstance(one, str)] if isinstance(said, list) else []
