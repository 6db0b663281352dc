"""Items of a timeline: posts, boosts and pictures."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]


def utc_stamp(moment: datetime) -> str:
    """An instant as all three platforms write it: `2027-05-21T08:00:00.000Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


@dataclass(frozen=True, slots=True)
class UploadedPicture:
    """An uploaded picture or video; `file` lies in the stage's `media/` folder."""

    id: str
    """X, Mastodon: media id · Bluesky: CID of the blob."""
    platform: str
    handle: str
    file: str
    mime: str
    size: int
    """Bytes."""
    width: int
    height: int
    alt: str = ""
    moves: bool = False
    """A GIF of several frames, or a video."""
    subtitles: tuple[tuple[str, str, str], ...] = ()
    """X: captions of a video: language, its name, and the upload."""

    @property
    def film(self) -> bool:
        return self.mime.startswith("video/")


@dataclass(frozen=True, slots=True)
class AttachedPicture:
    """A picture that a post uses."""

    media: str
    alt: str


@dataclass(slots=True)
class StagePost:
    """A post or a boost that was accepted."""

    platform: str
    id: str
    """X, Mastodon: number · Bluesky: at-uri."""
    handle: str
    created_at: datetime
    """Campaign time; on Bluesky what the record claims."""
    accepted_at: datetime
    """Campaign time at which the stage took it."""
    text: str = ""
    langs: tuple[str, ...] = ()
    reply_to: str | None = None
    boost_of: str | None = None
    pictures: tuple[AttachedPicture, ...] = ()
    content_warning: str | None = None
    visibility: str = "public"
    sensitive: bool = False
    key: str | None = None
    """Mastodon's Idempotency-Key."""
    record: Json | None = None
    """Bluesky: the record as it was put."""
    cid: str = ""
    outside: bool = False
    deleted_at: datetime | None = None

    @property
    def standing(self) -> bool:
        """Whether it is not deleted."""
        return self.deleted_at is None

    @property
    def local_id(self) -> str:
        """The last segment of its address: status id or record key."""
        return self.id.rsplit("/", 1)[-1]

    def as_json(self) -> Json:
        """The post as JSON values, for the journal and for tests; instants as text."""
        out: Json = {name: getattr(self, name) for name in _NAMES}
        out["created_at"] = self.created_at.isoformat()
        out["accepted_at"] = self.accepted_at.isoformat()
        out["deleted_at"] = self.deleted_at.isoformat() if self.deleted_at else None
        out["langs"] = list(self.langs)
        out["pictures"] = [{"media": p.media, "alt": p.alt} for p in self.pictures]
        return out


_NAMES = tuple(field.name for field in fields(StagePost))


def post_from_json(data: Json) -> StagePost:
    """The inverse of `StagePost.as_json`."""
    gone = data["deleted_at"]
    return StagePost(
        **{
            **data,
            "created_at": datetime.fromisoformat(data["created_at"]),
            "accepted_at": datetime.fromisoformat(data["accepted_at"]),
            "deleted_at": datetime.fromisoformat(gone) if gone else None,
            "langs": tuple(data["langs"]),
            "pictures": tuple(AttachedPicture(**p) for p in data["pictures"]),
        }
    )
