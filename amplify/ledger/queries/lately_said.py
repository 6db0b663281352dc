"""What our accounts said lately and is still out: for readers who repost it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from amplify.ledger.database import get_meta
from amplify.ledger.queries.ledger_status import REHEARSED
from amplify.ledger.tables import DELIVERY, PART
from amplify.model.delivery import DeliveryState
from amplify.model.message import Message, message_from_json


@dataclass(frozen=True, slots=True)
class SaidLately:
    """One delivery that is out, with the address of its first part."""

    delivery: str
    post: str
    entry: str
    campaign: str
    partner: str
    platform: str
    account: str
    lang: str
    subjects: tuple[str, ...]
    hashtags: tuple[str, ...]
    message: Message
    sent_at: datetime
    url: str


def find_said_lately(connection: Connection, since: datetime) -> list[SaidLately]:
    """Find originals that went out whole from `since` on (UTC, campaign time) and were not taken down, the newest
    first. A rehearsal has said nothing.
    """
    if get_meta(connection, REHEARSED) is not None:
        return []
    d, p = DELIVERY.c, PART.c
    columns = (d.id, d.post, d.entry, d.campaign, d.partner, d.platform, d.account, d.lang, d.subjects, d.hashtags)
    said = (d.state == DeliveryState.SENT.value, d.sent_at >= since, d.kind != "boost", d.erased_at.is_(None))
    first = (p.number == 0, p.remote_id.is_not(None), p.url.is_not(None), p.removed_at.is_(None))
    query = select(*columns, d.message, d.sent_at, p.url).join(PART, p.delivery == d.id).where(*said, *first)
    return [
        SaidLately(
            delivery=row.id,
            post=row.post,
            entry=row.entry,
            campaign=row.campaign,
            partner=row.partner,
            platform=row.platform,
            account=row.account,
            lang=row.lang,
            subjects=tuple(row.subjects),
            hashtags=tuple(row.hashtags),
            message=message_from_json(row.message),
            sent_at=row.sent_at,
            url=row.url,
        )
        for row in connection.execute(query.order_by(d.sent_at.desc(), d.id))
    ]
