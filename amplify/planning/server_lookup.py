"""Server lookup: asks the platforms who our accounts are, what their limits are, and who has our partners' handles.

Everything is kept in the ledger with its time, so that the files are checked and planned without any network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from amplify.context.app_context import AppContext
from amplify.ledger.database import LedgerConnection
from amplify.ledger.queries.saved_server_info import learn_handle, learn_limits, learn_whoami
from amplify.model.errors import LoggedOut, PlatformError
from amplify.model.platform import Limits
from amplify.model.server_info import ServerInfo
from amplify.model.workspace import Workspace

FRESH: Final = timedelta(days=1)
"""How long an answer counts before it is asked again (real time)."""
_SERVERS_AT_ONCE: Final = 8


@dataclass
class LookupResult:
    """Result of a lookup."""

    known: ServerInfo
    """All cached server info now, old answers included."""
    failed: dict[str, str] = field(default_factory=dict)
    """Account → why it could not be asked."""
    unasked: dict[str, str] = field(default_factory=dict)
    """`platform:handle` → why nobody could say who goes by it."""


def ask_servers(app: AppContext, progress: Callable[[int, int], None] | None = None) -> LookupResult:
    """Fetch server info: who each of our accounts is, its server's limits, and who has each partner's handle.

    Handles are looked up wherever we have an account that can ask.

    A handle that was found less than a day ago is not asked again: on X each question costs money. An account that
    cannot speak is noted, and the others go on. Raises UnreadableFiles.
    """
    workspace = app.workspace()
    asked = LookupResult(app.server_info())
    wanted = [*_stale_handles(workspace, asked.known, _now(app))]
    total, done = len(workspace.accounts) + len(wanted), 0

    def another() -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(done, total)

    able: dict[str, str] = {}
    for account in workspace.accounts.values():
        try:
            _ask_account(app, account.id)
            able.setdefault(account.platform, account.id)
        except PlatformError as error:
            asked.failed[account.id] = error.why
            if isinstance(error, LoggedOut):
                app.drop_client(account.id)
        another()
    for platform, handle in wanted:
        _ask_handle(app, able, platform, handle, asked)
        another()
    asked.known = app.server_info()
    return asked


def refresh_limits(app: AppContext, accounts: Iterable[str]) -> set[str]:
    """Refresh the limits of these accounts' servers, each server once a day; the accounts whose limits changed.

    Called after they sent something, so that no post waits for it; a server that does not answer is asked another time.
    """
    known, now, servers = app.server_info(), _now(app), app.rate_scopes()
    by_server: dict[str | None, list[str]] = {}
    for account in sorted(accounts):
        said = known.limits.get(account)
        if account in servers and (said is None or now - said.at >= FRESH):
            by_server.setdefault(servers[account], []).append(account)
    if not by_server:
        return set()
    with ThreadPoolExecutor(_SERVERS_AT_ONCE) as pool:
        answers = list(pool.map(partial(_limits_of, app), by_server.values()))
    said_by = zip(by_server.values(), answers, strict=True)
    limits = {account: answer for own, answer in said_by if answer is not None for account in own}
    with app.ledger.write() as connection:
        real = app.ledger.real_now(connection)
        new = learn_limits(connection, limits, real)
    for account in new:
        app.drop_client(account)  # its next client fits pictures to the new limit
    return new


def _limits_of(app: AppContext, accounts: Sequence[str]) -> Limits | None:
    """Fetch a server's limits, through the first of its accounts that gets an answer."""
    for account in accounts:
        try:
            return app.adapter(account).limits()
        except PlatformError:
            continue
    return None


def _ask_account(app: AppContext, account: str) -> None:
    adapter = app.adapter(account)
    whoami, limits = adapter.whoami(), adapter.limits()
    _write(app, lambda connection, real: learn_whoami(connection, account, whoami, real))
    _keep_limits(app, account, limits)


def _keep_limits(app: AppContext, account: str, limits: Limits) -> bool:
    news: set[str] = set()
    _write(app, lambda connection, real: news.update(learn_limits(connection, {account: limits}, real)))
    if news:
        app.drop_client(account)  # its next client fits pictures to the new limit
    return bool(news)


def _stale_handles(workspace: Workspace, known: ServerInfo, now: datetime) -> Iterator[tuple[str, str]]:
    """Handles to look up, on the platforms where we have accounts, unless they were found within a day."""
    platforms = {account.platform for account in workspace.accounts.values()}
    seen: set[tuple[str, str]] = set()
    for partner in workspace.partners.values():
        for platform, handle in partner.handles.items():
            said = known.handle(platform, handle)
            fresh = said is not None and said.id is not None and now - said.at < FRESH
            if platform in platforms and not fresh and (platform, handle) not in seen:
                seen.add((platform, handle))
                yield platform, handle


def _ask_handle(app: AppContext, able: Mapping[str, str], platform: str, handle: str, asked: LookupResult) -> None:
    name = f"{platform}:{handle}"
    if platform not in able:
        asked.unasked[name] = f"none of our accounts on {platform} can ask"
        return
    try:
        found = app.adapter(able[platform]).resolve(handle)
    except PlatformError as error:
        asked.unasked[name] = error.why
        return
    _write(app, lambda connection, real: learn_handle(connection, platform, handle, found, real))


def _write(app: AppContext, learn: Callable[[LedgerConnection, datetime], None]) -> None:
    with app.ledger.write() as connection:
        learn(connection, app.ledger.real_now(connection))


def _now(app: AppContext) -> datetime:
    with app.ledger.read() as connection:
        return app.ledger.real_now(connection)
