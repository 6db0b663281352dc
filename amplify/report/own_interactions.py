"""What of a message's counts is our own doing: the next part of its thread, and our own boosts of it.

The ledger keeps what the platforms say. A report is about readers, so it takes off what we did ourselves and what stood
when the count was read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from amplify.ledger.queries.report_rows import ReportRow, ReportRows
from amplify.report.report_model import ReadingLine

_Key = tuple[str, ...]


@dataclass
class OwnInteractions:
    """Our own replies and boosts, ready to be looked up."""

    rows: ReportRows
    _boosts: defaultdict[_Key, list[ReportRow]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for boost in self.rows.boosts:
            if boost.boost_of is not None:
                self._boosts["delivery", boost.boost_of].append(boost)
            for key in _names_of(boost, boost.platform):
                self._boosts[key].append(boost)

    def taken_off(self, reading: ReportRow, row: ReportRow, part: ReportRow) -> ReadingLine:
        """A reading of a part of a delivery, without what is our own. Unknown stays unknown."""
        replies = [
            one for one in self.rows.parts.get(row.id, ()) if one.number == part.number + 1 and _stood(one, reading.at)
        ]
        return ReadingLine(
            mark=reading.mark,
            at=reading.at,
            likes=reading.likes,
            reposts=_less(reading.reposts, self._boosters(row, part, reading.at)),
            replies=_less(reading.replies, len(replies)),
            quotes=reading.quotes,
            bookmarks=reading.bookmarks,
            views=reading.views,
        )

    def _boosters(self, row: ReportRow, part: ReportRow, at: datetime) -> int:
        """How many of our accounts had boosted a part: boosting twice counts once on every platform."""
        keys: list[_Key] = list(_names_of(part, row.platform))
        if part.number == 0:  # a boost of a thread is one of its first part
            keys.append(("delivery", row.id.partition(".")[0]))
        return len({boost.account for key in keys for boost in self._boosts.get(key, ()) if _stood(boost, at)})


def _names_of(post: ReportRow, platform: str) -> Iterator[_Key]:
    """What a post is known by, and its boosts: receipts of boosts have the address of what they repeat, and on some
    platforms its id."""
    if post.remote_id:
        yield "id", platform, post.remote_id
    if post.url:
        parts = urlsplit(post.url)
        yield "url", platform, f"{parts.netloc.lower()}{parts.path.rstrip('/')}"


def _stood(post: ReportRow, at: datetime) -> bool:
    """Whether a post of ours was out at an instant."""
    return post.sent_at is not None and post.sent_at <= at and (post.removed_at is None or post.removed_at > at)


def _less(count: int | None, own: int) -> int | None:
    """A count without our own; a platform that has not counted ours yet says less than that."""
    return None if count is None else max(0, count - own)
