"""A ledger small enough to count by hand: two partners, three platforms, every ending."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert

from amplify.ledger.tables import ACCOUNT, ATTEMPT, DELIVERY, GATE, MOVE, PART, READING, folio_of
from amplify.report.report_model import Names

NAMES = Names(
    workspace="Voices | of <Example>",
    campaigns={"free_anna": "Free Anna", "day": "Day of Solidarity"},
    partners={"press_union": "Example Press Union", "writers_house": "House of Writers"},
)


def at(day: int, clock: str) -> datetime:
    """An instant of May 2027, UTC."""
    return datetime.fromisoformat(f"2027-05-{day:02}T{clock}").replace(tzinfo=UTC)


NOW = at(21, "12:00:00")


def add(
    connection: Connection,
    id: str,
    account: str,
    post: str,
    due: datetime,
    state: str,
    *,
    sent: datetime | None = None,
    parts: tuple[datetime | None, ...] = (None,),
    removed: datetime | None = None,
    **values: Any,
) -> None:
    """One delivery with its parts."""
    partner, platform = account.split("/")
    row = {
        "id": id,
        "base": id,
        "generation": 1,
        "entry": "week",
        "post": post,
        "variant": "default",
        "campaign": "free_anna",
        "partner": partner,
        "platform": platform,
        "account": account,
        "occurrence": "once",
        "kind": "statement",
        "lang": "en",
        "due_at": due,
        "late_at": due,
        "look_at": due,
        "state": state,
        "why": None,
        "message": {},
        "content_hash": "",
        "subjects": [],
        "hashtags": [],
        "boost_of": None,
        "queued_at": due,
        "sent_at": sent,
        "folio": int.from_bytes(id.encode()),
        **values,
    }
    connection.execute(insert(DELIVERY).values(row))
    for number, out in enumerate(parts):
        connection.execute(
            insert(PART).values(
                delivery=id,
                number=number,
                key=f"{id}-{number}",
                record_key="",
                extra="",
                remote_id=f"{id}{number}" if out else None,
                url=f"https://{platform}.example/{id}/{number}" if out else None,
                sent_at=out,
                removed_at=removed,
            )
        )


def read(connection: Connection, id: str, part: int, when: datetime, mark: str, *counts: int | None) -> None:
    """One reading: likes, reposts, replies, quotes, bookmarks, views."""
    names = ("likes", "reposts", "replies", "quotes", "bookmarks", "views")
    values = dict(zip(names, counts, strict=True))
    connection.execute(insert(READING).values(delivery=id, part=part, at=when, mark=mark, **values))


def move(connection: Connection, id: str, when: datetime, before: str, after: str, why: str | None) -> None:
    connection.execute(
        insert(MOVE).values(folio=folio_of(id), at=when, real_at=when, before=before, after=after, by="reap", why=why)
    )


def fill(c: Connection) -> None:
    """Eleven deliveries: 5 out (1 removed, 1 gone), 1 missed, refused, unsure, cancelled, 2 waiting (1 held)."""
    ten = at(17, "10:00:00")
    # d1: a thread of two on X; its second message lacks the reading at 24 h, which can still be made.
    first, second = at(17, "10:00:10"), at(17, "10:00:12")
    add(
        *(c, "d1", "press_union/x", "free-anna", ten, "sent"),
        sent=second,
        parts=(first, second),
        hashtags=["FreeAnna", "СвободаАнне"],
    )
    # One of the replies to the first is the second: it is no reader's.
    read(c, "d1", 0, at(17, "11:00:10"), "1h", 4, 2, 2, 0, 3, 400)
    read(c, "d1", 0, at(18, "10:05:10"), "24h", 10, 5, 3, 1, 4, 900)
    read(c, "d1", 1, at(17, "11:00:12"), "1h", 1, 0, 0, 0, 0, 100)
    # d2: nothing ran at 1 h. Bluesky tells neither bookmarks nor views.
    add(
        *(c, "d2", "press_union/bluesky", "free-anna", ten, "sent"),
        sent=at(17, "10:01:00"),
        parts=(at(17, "10:01:00"),),
        variant="b",
        lang="be",
        hashtags=["freeanna"],
    )
    read(c, "d2", 0, at(18, "10:01:00"), "24h", 7, 3, 0, 2, None, None)
    # d3: taken down before 24 h were over: no gap.
    add(
        *(c, "d3", "writers_house/mastodon", "free-anna", ten, "removed"),
        sent=at(17, "10:00:30"),
        parts=(at(17, "10:00:30"),),
        removed=at(17, "20:00:00"),
        variant="c",
        lang="be-tarask",
        hashtags=["#FreeAnna"],
    )
    read(c, "d3", 0, at(17, "11:02:30"), "1h", 2, 1, 0, None, None, None)
    move(c, "d3", at(17, "19:59:00"), "sent", "removing", "the partner asked for it")
    move(c, "d3", at(17, "20:00:00"), "removing", "removed", None)
    letter = {"kind": "cta", "lang": "ru"}
    nine = at(18, "09:00:00")
    late = "nothing ran in its lateness window"
    add(c, "d4", "writers_house/x", "letter", nine, "missed", why=late, **letter)
    move(c, "d4", at(18, "11:00:00"), "waiting", "missed", late)
    add(c, "d5", "press_union/mastodon", "letter", nine, "refused", why="12 characters too long", **letter)
    # d6: a boost. What it repeats is counted where it was first said.
    five = at(18, "12:05:00")
    add(
        *(c, "d6", "writers_house/bluesky", "boost-anna", at(18, "12:00:00"), "sent"),
        sent=five,
        parts=(five,),
        kind="boost",
    )
    read(c, "d6", 0, at(18, "13:05:00"), "1h", 99, 99, 99, 99, 99, 99)
    # d7 waits because of a person, d8 just waits.
    add(
        *(c, "d7", "writers_house/mastodon", "day", at(22, "09:00:00"), "waiting"),
        why="boris is release reported",
        subjects=["campaign:day", "person:boris"],
        campaign="day",
        kind="anniversary",
        lang="be",
    )
    add(c, "d8", "press_union/x", "day", at(22, "09:00:00"), "waiting", campaign="day", kind="anniversary", lang="be")
    add(
        c,
        "d9",
        "press_union/bluesky",
        "letter",
        at(19, "09:00:00"),
        "cancelled",
        why="no longer in the queue",
        **letter,
    )
    # d10: deleted by others just after 24 h, unread; X told nothing but views.
    out = at(19, "09:20:00")
    add(
        *(c, "d10", "press_union/x", "letter", at(19, "09:00:00"), "gone"),
        sent=out,
        parts=(out,),
        removed=at(20, "09:30:00"),
        why="deleted by others",
        **letter,
    )
    read(c, "d10", 0, at(19, "10:20:00"), "1h", None, None, None, None, None, 50)
    move(c, "d10", at(20, "09:30:00"), "sent", "gone", "deleted by others")
    add(c, "d11", "press_union/mastodon", "letter", at(20, "09:00:00"), "unsure", why="no answer in 30 s", **letter)
    c.execute(insert(GATE).values(kind="person", subject="boris", closed="boris is release reported"))
    c.execute(
        insert(GATE).values(kind="campaign", subject="day", closes_at=at(20, "00:00:00"), after="the day is over")
    )
    c.execute(insert(GATE).values(kind="campaign", subject="elsewhere", closed="another period's"))
    c.execute(
        insert(ACCOUNT).values(
            id="press_union/mastodon", platform="mastodon", paused_at=at(18, "09:00:00"), paused_why="the token ended"
        )
    )
    for outcome in ("sent", "sent", "refused", None):
        tried = {"part": 0, "owner": "us", "at": ten, "real_began": ten, "outcome": outcome}
        c.execute(insert(ATTEMPT).values(folio=folio_of("d1"), **tried))
