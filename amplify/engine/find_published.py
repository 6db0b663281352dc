"""How one part of a delivery is looked up on its platform, and what a person is told where that says nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from amplify.context.app_context import AppContext
from amplify.ledger.rows.claimed_delivery import ClaimedDelivery, ClaimedPart
from amplify.ledger.rows.unsure import known_elsewhere
from amplify.model.errors import PlatformError
from amplify.model.message import Part
from amplify.model.platform import PublishRequest, Receipt

_MARGIN: Final = timedelta(minutes=10)
"""Clocks differ: timelines are read from a little before the attempt."""


def look_up(desk: AppContext, claimed: ClaimedDelivery, part: ClaimedPart, receipts: list[Receipt]) -> Receipt | None:
    """Whether this part is out; `receipts`: of the parts before it. None: it was proved absent.

    Writes nothing. Raises a platform error, Unknown where the platform cannot tell.
    """
    since = (part.created_at or claimed.due_at) - _MARGIN
    with desk.ledger.read() as connection:
        taken = known_elsewhere(connection, claimed.account, since, claimed.id)
    return desk.adapter(claimed.account).find(_call(claimed, part, receipts), since, taken)


def where_to_look(desk: AppContext, claimed: ClaimedDelivery, part: ClaimedPart) -> str:
    """What a person does who settles it: which page, what to look for, and which command."""
    what = f"`{claimed.post}`"
    if len(claimed.parts) > 1:
        what += f", part {part.number + 1} of {len(claimed.parts)},"
    if claimed.message.boost is not None:
        what = f"a boost of {claimed.target.url}" if claimed.target is not None and claimed.target.url else "the boost"
    began = (part.created_at or claimed.due_at).astimezone(UTC)
    try:
        page = desk.adapter(claimed.account).page()
    except PlatformError:
        page = f"the page of {claimed.account}"
    name = claimed.id[:12]
    return (
        f"Open {page}, look for {what} of about {began:%Y-%m-%d %H:%M} UTC, "
        f"then `amplify settle {name} --sent URL` or `--not-sent`"
    )


def retry_delay(began: datetime, now: datetime) -> timedelta:
    """How long until a platform that could not tell is asked again: rarely, in the end, for questions cost money."""
    return max(timedelta(minutes=5), min((now - began) / 4, timedelta(hours=6)))


def _call(claimed: ClaimedDelivery, part: ClaimedPart, receipts: list[Receipt]) -> PublishRequest:
    boost = claimed.message.boost is not None
    return PublishRequest(
        part=Part("") if boost else claimed.message.parts[part.number],
        message=claimed.message,
        key=part.key,
        record_key=part.record_key,
        created_at=(part.created_at or claimed.due_at).astimezone(UTC),
        prepared=part.prepared or {},
        root=receipts[0] if receipts else None,
        parent=receipts[-1] if receipts else None,
        target=claimed.target or Receipt("", "") if boost else None,
    )
