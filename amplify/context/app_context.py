"""The application context: a workspace, its ledger, its clock, and a client for each account."""

from __future__ import annotations

import copy
import os
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final, Self

from amplify.context.rate_limit_news import DeclaredLimits, RateLimitCollector
from amplify.context.speakers import SpeakerRecord, check_speaker, key_of, note_speaker
from amplify.context.timings import Timings
from amplify.ledger.database import Ledger, LedgerConnection
from amplify.model.clock import Clock, RealClock, Timestamp
from amplify.model.errors import LoggedOut, ProblemsFound
from amplify.model.rate_limit import rate_scope

if TYPE_CHECKING:
    from amplify.banner.banner_store import BannerStore
    from amplify.context.machine_guard import MachineGuard
    from amplify.ledger.holds.protection_rows import Protection
    from amplify.model.account import Account
    from amplify.model.plan import PriorPosts
    from amplify.model.platform import AccountConnection, Limits, Platform
    from amplify.model.platform_profile import PlatformProfile
    from amplify.model.problem import Problem
    from amplify.model.rate_limit import ObservedLimit
    from amplify.model.server_info import ServerInfo
    from amplify.model.workspace import Workspace

_RECENT: Final = 1.0
"""Seconds (real time) for which a read workspace is reused: as often as a worker looks at the files."""
Secrets = Callable[["Account"], Mapping[str, str]]


class UnreadableFiles(ProblemsFound):
    """Raised where the workspace has errors; `problems` are all of them."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        many = "a problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__(f"the workspace has {many}: run `amplify check` to see all")
        self.problems = problems


@dataclass
class AppContext:
    """Application context: workspace, ledger, clock and clients. Several contexts may work on one ledger at once."""

    root: Path
    ledger: Ledger
    clock: Clock = field(default_factory=RealClock)
    timings: Timings = field(default_factory=Timings)
    secrets: Secrets | None = None
    """Where credentials come from; None: environment, keyring, private file."""
    server: str | None = None
    """A server for every account, whatever its entry says: the stage, in rehearsals."""
    home: Path | None = None
    """Where sessions and frozen pictures lie; None: the workspace's `.amplify/`."""
    account_override: Callable[[Workspace], Workspace] | None = None
    """Overrides our accounts, in rehearsals."""
    guard: MachineGuard | None = None
    """Guard of what is local to this machine; None in rehearsals, which have nothing to lose."""
    owner: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}:{os.urandom(3).hex()}")
    """Our name as owner of leases."""

    def __post_init__(self) -> None:
        self._adapters: dict[str, Platform] = {}
        self._lock = Lock()
        self._loaded: tuple[str, Workspace] | None = None
        self._protected: tuple[Workspace, Mapping[tuple[str, str], Protection], Workspace] | None = None
        self._looked = 0.0
        self._heard = RateLimitCollector()
        self._connections: dict[str, AccountConnection] = {}
        self._asked: set[str] = set()
        """Accounts whose client was found to speak for the handle of the book."""

    @cached_property
    def pictures(self) -> BannerStore:
        """Store of frozen pictures, as they were when they were queued, and of banners, each painted once."""
        from amplify.banner.banner_store import BannerStore

        return BannerStore(self.root / "media", self._home / "media", lambda: self._recent_workspace().banners)

    @property
    def _sessions(self) -> Path | None:
        # A stage moves to another port with every start: its sessions are not worth keeping.
        return None if self.server is not None else self._home / "sessions"

    @cached_property
    def _speakers(self) -> SpeakerRecord:
        return SpeakerRecord(self._sessions)

    @property
    def thumbnails(self) -> Path:
        """Folder of the small pictures that previews were drawn with."""
        return self._home / "thumbnails"

    @property
    def _home(self) -> Path:
        return self.home or self.root / ".amplify"

    @cached_property
    def profiles(self) -> Mapping[str, PlatformProfile]:
        from amplify.platforms import registry

        return registry.profiles()

    @cached_property
    def allowances(self) -> DeclaredLimits:
        """Rate limits by platform."""
        return DeclaredLimits(lambda: self.profiles, documented=self.server is None)

    def timestamp(self, connection: LedgerConnection) -> Timestamp:
        """Campaign time and the database's real time, for what is written in this transaction."""
        return Timestamp(self.clock.now(), self.ledger.real_now(connection))

    def is_hung(self, began: float) -> bool:
        """Whether a request that failed, begun then (`time.monotonic`), was one that its server did not answer."""
        return time.monotonic() - began > self.timings.timeout.total_seconds() / 2

    def rate_scopes(self) -> Mapping[str, str | None]:
        """Rate scope by account: the server whose limits it shares with other accounts."""
        accounts = self.files().accounts.values()
        return {one.id: rate_scope(one.platform, self.server or one.server) for one in accounts}

    def rate_limit_news(self, account: str) -> list[tuple[str, ObservedLimit]]:
        """Take the rate limits observed in this account's answers since the last call, by bucket: for the ledger."""
        return self._heard.drain(account)

    def fingerprint(self) -> str:
        """Fingerprint of all files, cheaply: by name, size and time. Raises NeedsPerson where a pull has reached what
        is local."""
        from amplify.workspace.fingerprint import files_fingerprint

        if self.guard is not None:
            self.guard.check_files()
        return files_fingerprint(self.root)

    def workspace(self) -> Workspace:
        """The files as models, with what protects people as it is in force: a weaker one waits for somebody to accept
        it. Without what has errors (`Workspace.problems`). Raises UnreadableFiles where an error concerns everybody."""
        from amplify.ledger.holds.protection_rows import read_protection_rows
        from amplify.rules.plan.protections import kept_values, protected_workspace, read_protections

        files = self.files()
        with self.ledger.read() as connection:
            rows = read_protection_rows(connection)
        if not self.is_shared(files, rows):
            return files
        protected = self._protected
        if protected is None or protected[0] is not files or protected[1] != rows:
            now, before = self.clock.now(), {key: one.value for key, one in rows.items()}
            kept = kept_values(before, read_protections(files), now)
            protected = self._protected = files, rows, protected_workspace(files, kept, now)
        return protected[2]

    def is_shared(self, files: Workspace, rows: Mapping[tuple[str, str], Protection]) -> bool:
        """Whether others can change the files, so that what makes a protection weaker has to be accepted here. Once
        they could, they do not stop by changing the files."""
        from amplify.rules.plan.protections import WORKSPACE
        from amplify.workspace.git_remote import has_git_remote

        known = rows.get(WORKSPACE)
        return len(files.partners) > 1 or (known is not None and known.value["shared"]) or has_git_remote(files.root)

    def files(self) -> Workspace:
        """The files as models, read again when they changed, without what has errors (`Workspace.problems`). Raises
        UnreadableFiles with all problems where one of them concerns everybody."""
        from amplify.platforms import registry
        from amplify.workspace.load import load_workspace

        looked = time.monotonic()
        mark = self.fingerprint()
        with self._lock:
            self._looked = looked
            if self._loaded is None or self._loaded[0] != mark:
                loaded = load_workspace(self.root, frozenset(registry.names()))
                if loaded.usable is None:
                    raise UnreadableFiles(loaded.problems)
                cast = self.account_override or (lambda workspace: workspace)
                self._loaded = (mark, cast(loaded.usable))
            return self._loaded[1]

    def whole_workspace(self) -> Workspace:
        """The files as models, for what is passed on to others. Raises UnreadableFiles while anything has errors: what
        was left out may be under embargo, and nobody would know."""
        workspace = self.workspace()
        if workspace.problems:
            raise UnreadableFiles(workspace.problems)
        return workspace

    def server_info(self) -> ServerInfo:
        """Cached server info: what servers said when they were last asked."""
        from amplify.ledger.queries.saved_server_info import load_server_info

        with self.ledger.read() as connection:
            return load_server_info(connection)

    def recent_posts(self, workspace: Workspace, now: datetime, end: datetime) -> PriorPosts:
        """Prior posts: what our accounts said lately, and what waits, for a plan until `end` (UTC)."""
        from amplify.ledger.queries.recent_posts import find_prior_posts
        from amplify.rules.lint.duplicates import look_back

        with self.ledger.read() as connection:
            return find_prior_posts(connection, now - look_back(workspace), end)

    def adapter(self, account: str) -> Platform:
        """The account's client, made once: one delivery at a time uses it. Raises LoggedOut where its key is missing or
        somebody else's, and what asking whose it is may raise: each key is asked once on this machine."""
        client = self.client(account)
        with self._lock:
            connection = self._connections.get(account)
            asked = connection is None or account in self._asked
        if connection is not None and not asked:
            check_speaker(self._speakers, connection, client)
            with self._lock:
                self._asked.add(account)
        return client

    def client(self, account: str) -> Platform:
        """The account's client, whoever its key speaks for: only for asking that. Raises LoggedOut (`local`)."""
        with self._lock:
            if account in self._adapters:
                return self._adapters[account]
        try:
            made = self._connect(account)
        except LoggedOut as error:
            error.local = True
            raise
        with self._lock:
            return self._adapters.setdefault(account, made)

    def note_speaker(self, account: str, handle: str | None) -> None:
        """Remember whom the account's key speaks for, as its platform said just now (None: it did not). Raises
        LoggedOut where that is not the handle of the book."""
        with self._lock:
            connection = self._connections.get(account)
            self._asked.discard(account)
        if connection is not None:
            note_speaker(self._speakers, connection, handle)

    def has_new_key(self, account: str) -> bool:
        """Whether the account has another key than the one that was asked last on this machine, or another server."""
        known = self._speakers.read(account)
        if known is None:
            return False
        try:
            return key_of(self._connection(account)) != known.key
        except LoggedOut:
            return False

    def drop_client(self, account: str) -> None:
        """Drop the account's client, after it was logged out: the next use makes a new one."""
        with self._lock:
            adapter = self._adapters.pop(account, None)
            self._asked.discard(account)
        if adapter is not None:
            adapter.close()

    def twin(self) -> Self:
        """The same context with clients of its own, for another thread: no client serves two."""
        _ = self._speakers  # one record for both
        twin = copy.copy(self)
        twin._adapters, twin._connections, twin._asked, twin._lock = {}, {}, set(), Lock()
        return twin

    def drop_clients(self) -> None:
        """Close all clients."""
        for account in list(self._adapters):
            self.drop_client(account)

    def close(self) -> None:
        self.drop_clients()
        self.ledger.close()

    def _recent_workspace(self) -> Workspace:
        """The files as read within the last second: hundreds of clients are made in one go."""
        with self._lock:
            if self._loaded is not None and time.monotonic() - self._looked < _RECENT:
                return self._loaded[1]
        return self.files()

    def _limits_of(self, account: Account) -> Limits | None:
        """What this account's own server said of itself, or its entry says of it."""
        from amplify.ledger.queries.saved_server_info import limits_of
        from amplify.model.server_info import limits_in_force

        with self.ledger.read() as connection:
            return limits_in_force(limits_of(connection, account.id), account)

    def _connect(self, name: str) -> Platform:
        from amplify.platforms import registry

        connection = self._connection(name)
        with self._lock:
            self._connections[name] = connection
        return registry.adapter(name.partition("/")[2])(connection)

    def _connection(self, name: str) -> AccountConnection:
        from amplify.media.frozen_store import card_room_of, room_of
        from amplify.model.platform import AccountConnection
        from amplify.model.server_info import with_limits
        from amplify.platforms.credentials import find_secrets

        workspace = self._recent_workspace()
        account = workspace.accounts.get(name)
        if account is None:
            raise LoggedOut(f"{name} is no longer in config/accounts.yaml: put it back, or take it off the queue")
        handle = workspace.partners[account.partner].handles[account.platform]
        if self.guard is not None:
            self.guard.check_account(account, handle)
        limits = self._limits_of(account)
        profile = self.profiles[account.platform]
        profile = with_limits(profile, limits) if limits is not None else profile
        if self.secrets is not None:
            secrets = self.secrets(account)
        else:
            secrets = find_secrets(profile.secrets, account.credential, account.id)
        store = self.pictures
        return AccountConnection(
            account=name,
            handle=handle,
            server=self.server or account.server,
            secrets=secrets,
            loopback_only=self.server is not None or not account.live,
            sessions=self._sessions,
            picture_bytes=lambda picture: store.cleaned(picture, room_of(profile), profile.moving),
            card_bytes=lambda picture: store.cleaned(picture, card_room_of(profile)),
            film=store.film,
            timeout=self.timings.timeout.total_seconds(),
            limits=limits,
            heard=self._heard.callback(name, rate_scope(account.platform, self.server or account.server)),
        )
