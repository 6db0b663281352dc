"""online: ask the platforms who we are there, how much they take, and who goes by our partners' handles.

Everything is kept in the ledger with its time, so that the files are checked and planned without any network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from amplify.context.app_context import AppContext
from amplify.ledger.queries.saved_server_info import learn_handle, learn_limits, learn_whoami
from amplify.model.errors import LoggedOut, PlatformError
from amplify.model.platform import Limits
from amplify.model.server_info import ServerInfo
from amplify.model.workspace import Workspace

FRESH: Final = timedelta(days=1)
"""How long an answer counts before it is asked again (real time)."""


@dataclass
class LookupResult:
    """What came of asking."""

    known: ServerInfo
    """Everything that is known now, old answers included."""
    failed: dict[str, str] = field(default_factory=dict)
    """Account → why it could not be asked."""
    unasked: dict[str, str] = field(default_factory=dict)
    """`platform:handle` → why nobody could say who goes by it."""


def ask_servers(desk: AppContext, progress: Callable[[int, int], None] | None = None) -> LookupResult:
    """Ask for each of our accounts who it is and what its server takes, then for every partner's handle wherever we
    have an account that can ask.

    A handle that was found less than a day ago is not asked again: on X each question costs money. An account that
    cannot speak is noted, and the others go on. Raises UnreadableFiles.
    """
    workspace = desk.workspace()
    asked = LookupResult(desk.server_info())
    wanted = [*_stale_handles(workspace, asked.known, _now(desk))]
    total, done = len(workspace.accounts) + len(wanted), 0

    def another() -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(done, total)

    able: dict[str, str] = {}
    for account in workspace.accounts.values():
        try:
            _ask_account(desk, account.id)
            able.setdefault(account.platform, account.id)
        except PlatformError as error:
            asked.failed[account.id] = error.why
            if isinstance(error, LoggedOut):
                desk.drop_client(account.id)
        another()
    for platform, handle in wanted:
        _ask_handle(desk, able, platform, handle, asked)
        another()
    asked.known = desk.server_info()
    return asked


def refresh_limits(desk: AppContext, accounts: Iterable[str]) -> set[str]:
    """Ask these accounts' servers what they take, where nobody asked within a day; those that said something new.

    Called after they spoke, so that no post waits for it; a server that does not answer is asked another time.
    """
    known, now = desk.server_info(), _now(desk)
    new: set[str] = set()
    for account in sorted(accounts):
        said = known.limits.get(account)
        if said is not None and now - said.at < FRESH:
            continue
        try:
            limits = desk.adapter(account).limits()
        except PlatformError:
            continue
        if _keep_limits(desk, account, limits):
            new.add(account)
    return new


def _ask_account(desk: AppContext, account: str) -> None:
    adapter = desk.adapter(account)
    whoami, limits = adapter.whoami(), adapter.limits()
    _write(desk, lambda connection, real: learn_whoami(connection, account, whoami, real))
    _keep_limits(desk, account, limits)


def _keep_limits(desk: AppContext, account: str, limits: Limits) -> bool:
    news: list[bool] = []
    _write(desk, lambda connection, real: news.append(learn_limits(connection, account, limits, real)))
    if any(news):
        desk.drop_client(account)  # its next client fits pictures to the new limit
    return any(news)


def _stale_handles(workspace: Workspace, known: ServerInfo, now: datetime) -> Iterator[tuple[str, str]]:
    """Handles on the platforms where we have accounts, unless they were found within a day."""
    platforms = {account.platform for account in workspace.accounts.values()}
    seen: set[tuple[str, str]] = set()
    for partner in workspace.partners.values():
        for platform, handle in partner.handles.items():
            said = known.handle(platform, handle)
            fresh = said is not None and said.id is not None and now - said.at < FRESH
            if platform in platforms and not fresh and (platform, handle) not in seen:
                seen.add((platform, handle))
                yield platform, handle


def _ask_handle(desk: AppContext, able: Mapping[str, str], platform: str, handle: str, asked: LookupResult) -> None:
    name = f"{platform}:{handle}"
    if platform not in able:
        asked.unasked[name] = f"none of our accounts on {platform} can ask"
        return
    try:
        found = desk.adapter(able[platform]).resolve(handle)
    except PlatformError as error:
        asked.unasked[name] = error.why
        return
    _write(desk, lambda connection, real: learn_handle(connection, platform, handle, found, real))


def _write(desk: AppContext, learn: Callable[[Connection, datetime], None]) -> None:
    with desk.ledger.write() as connection:
        learn(connection, desk.ledger.real_now(connection))


def _now(desk: AppContext) -> datetime:
    with desk.ledger.read() as connection:
        return desk.ledger.real_now(connection)
