"""Notices, from what is noticed to what was told: each recipient is told once, whoever and how many look.

Whoever looks first writes a notice down for each recipient, whoever leases it sends it. What is over by then (a post
that was looked up, a message that was approved) is not told any more. A server that hangs delays nobody: a pass sends
first, the daemon has a task for it, and each server has seconds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from amplify.context.app_context import AppContext
from amplify.ledger.database import find_metas, get_meta, set_meta
from amplify.ledger.queries.notable import find_notices
from amplify.ledger.rows.notice_rows import (
    RecipientStatus,
    add_notices,
    is_any_ready,
    known_keys,
    lease_notices,
    mark_failed,
    mark_told,
    recipient_status,
)
from amplify.model.event import log_event
from amplify.model.notice import MailRecipient, Notice, NotifySettings, QueuedNotice, WebhookRecipient
from amplify.notices.file_notices import find_file_notices
from amplify.notices.not_told import NotTold
from amplify.planning.file_versions import machines_apart
from amplify.planning.last_queue import machine_name
from amplify.workspace.read_notify import read_notify

_SILENT: Final = timedelta(hours=1)
"""Without a pass for so long, somebody is told."""
_PUBLISHED: Final = "published "
"""Key in `meta` of a machine's last pass (real time, UTC)."""
_AT_ONCE: Final = 8
"""Recipients that are told at the same time."""
AnyRecipient = MailRecipient | WebhookRecipient


@dataclass(frozen=True, slots=True)
class ToldRecipient:
    """What one recipient was told in one run, and what it waits for."""

    name: str
    told: int
    status: RecipientStatus

    def as_json(self) -> dict[str, Any]:
        status = self.status
        return {
            "recipient": self.name,
            "told": self.told,
            "waiting": status.waiting,
            "next": status.next_at,
            "failed": status.why,
        }


def tell_people(app: AppContext, *, publishes: bool = False) -> list[ToldRecipient]:
    """Tell every recipient what is new for it and due now. Nothing where the local file names nobody.

    `publishes`: whoever asks has just had a pass, so that others can tell when there are none any more. Raises
    NeedsPerson where the ledger went away; a server that does not take a notice is tried again later.
    """
    settings = read_notify(app.root)
    if settings is None or not settings.recipients:
        return []
    if publishes:
        _note_pass(app)
    current = find_current_notices(app)
    recipients = {recipient_key(one): one for one in settings.recipients}
    _write_new(app, settings, recipients, current)
    with ThreadPoolExecutor(min(len(recipients), _AT_ONCE), "notices") as pool:
        keys = {one.key for one in current}
        told = dict(
            zip(recipients, pool.map(lambda name: _tell(app, name, recipients[name], keys), recipients), strict=True)
        )
    with app.ledger.read() as connection:
        return [
            ToldRecipient(recipient_name(one), told[name], recipient_status(connection, name))
            for name, one in recipients.items()
        ]


def tell_test(recipient: AnyRecipient) -> None:
    """Send one recipient a notice that nothing has happened. Raises NotTold."""
    now = datetime.now(UTC)
    _send(recipient, [QueuedNotice("test", f"test:{now.isoformat()}", "", now)], now)


def find_current_notices(app: AppContext) -> list[Notice]:
    """Everything that people should know now, told or not."""
    found = find_file_notices(app)
    with app.ledger.read() as connection:
        real = app.ledger.real_now(connection)
        found = [*find_notices(app.ledger, connection, app.clock.now()), *found]
        for one in machines_apart(connection, real):
            found.append(Notice("files_differ", f"files:{one.machine}:{one.digest}", one.machine.partition(":")[0]))
        passes = find_metas(connection, _PUBLISHED).values()
        if passes and real - datetime.fromisoformat(max(passes)) > _SILENT:
            found.append(Notice("no_pass", f"no_pass:{max(passes)}", ""))
    return found


def _note_pass(app: AppContext) -> None:
    """Note in the ledger that this machine publishes, six times an hour."""
    key = f"{_PUBLISHED}{machine_name(app.root)}"
    with app.ledger.read() as connection:
        real, last = app.ledger.real_now(connection), get_meta(connection, key)
    if last is None or abs(real - datetime.fromisoformat(last)) > _SILENT / 6:
        with app.ledger.write() as connection:
            set_meta(connection, key, real.isoformat(timespec="seconds"))


def recipient_key(recipient: AnyRecipient) -> str:
    """What the ledger calls a recipient: a hash, since an address may hold a secret."""
    where = recipient.to if isinstance(recipient, MailRecipient) else recipient.url
    return hashlib.sha256(where.encode()).hexdigest()[:32]


def recipient_name(recipient: AnyRecipient) -> str:
    """What people call it: the address, or the host of a webhook."""
    if isinstance(recipient, MailRecipient):
        return recipient.to
    return recipient.url.split("/")[2]


def tell_time(settings: NotifySettings, recipient: AnyRecipient, notice: Notice, real: datetime) -> datetime:
    """When this recipient is told of it (real time, UTC): at once, at the end of quiet hours, or with the next daily
    digest. Stops are told at once."""
    if notice.event == "stop":
        return real
    zone = ZoneInfo(settings.zone)
    if recipient.daily is not None:
        return _next(real, recipient.daily, zone)
    quiet = settings.quiet
    begun = timedelta(microseconds=1)
    if quiet is not None and _next(real, quiet.end, zone) <= _next(real + begun, quiet.start, zone):
        return _next(real, quiet.end, zone)
    return real


def _next(real: datetime, wall: str, zone: ZoneInfo) -> datetime:
    """The next time (UTC) that clocks in `zone` show `wall`; now, if they do."""
    here = real.astimezone(zone)
    at = time.fromisoformat(wall)
    for days in (0, 1, 2):
        moment = datetime.combine(here.date() + timedelta(days=days), at, zone).astimezone(UTC)
        if moment >= real:
            return moment
    raise AssertionError("a day comes within two days")


def _write_new(
    app: AppContext, settings: NotifySettings, recipients: Mapping[str, AnyRecipient], current: Sequence[Notice]
) -> None:
    """Queue what is new for each recipient. Most runs find nothing, and write nothing."""
    new: dict[str, list[Notice]] = {}
    with app.ledger.read() as connection:
        for name, recipient in recipients.items():
            wanted = [one for one in current if not recipient.events or one.event in recipient.events]
            known = known_keys(connection, name, {one.key for one in wanted})
            new[name] = [one for one in wanted if one.key not in known]
    if not any(new.values()):
        return
    with app.ledger.write() as connection:
        real = app.ledger.real_now(connection)
        for name in sorted(new):
            after = {one: tell_time(settings, recipients[name], one, real) for one in new[name]}
            add_notices(connection, name, after, real)


def _tell(app: AppContext, name: str, recipient: AnyRecipient, current: set[str]) -> int:
    """Tell one recipient what is due for it; how many it was told."""
    with app.ledger.read() as connection:
        if not is_any_ready(connection, (name,), app.ledger.real_now(connection)):
            return 0
    with app.ledger.write() as connection:
        real = app.ledger.real_now(connection)
        due = lease_notices(connection, name, real)
        mark_told(connection, name, [one for one in due if one.key not in current], real)
    due = [one for one in due if one.key in current]
    if not due:
        return 0
    why = None
    try:
        _send(recipient, due, real)
    except NotTold as error:
        why = str(error)
    if why is None:
        log_event("told", notices=len(due))
    else:
        log_event("not_told", notices=len(due))
    with app.ledger.write() as connection:
        real = app.ledger.real_now(connection)
        if why is None:
            mark_told(connection, name, due, real)
        else:
            mark_failed(connection, name, due, why, real)
    return len(due) if why is None else 0


def _send(recipient: AnyRecipient, notices: Sequence[QueuedNotice], real: datetime) -> None:
    if isinstance(recipient, MailRecipient):
        from amplify.notices.notice_mail import send_mail

        send_mail(recipient, notices, real)
    else:
        from amplify.notices.notice_webhook import send_webhook

        send_webhook(recipient, notices, real)
