"""A desk for a bench: its workspace was made in memory, and its ledger is taken for queued."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from amplify.context.app_context import AppContext
from amplify.ledger.database import Ledger
from amplify.model.clock import Clock
from amplify.model.workspace import Workspace
from bench import crowd

SECRETS: Final = {"x": {name: f"bench-{name}" for name in ("api_key", "api_secret", "access_token", "access_secret")}}


class BenchDesk(AppContext):
    """Speaks to one server for all accounts, as `amplify rehearse` does; its files never change."""

    words: Workspace

    def files(self) -> Workspace:
        return self.words

    def fingerprint(self) -> str:
        return "bench"


def bench_desk(
    folder: Path,
    database: str,
    clock: Clock,
    server: str | None,
    accounts: int,
    platform: str = "x",
    secrets: Mapping[str, Mapping[str, str]] | None = None,
) -> BenchDesk:
    """A desk with `accounts` accounts on one platform. `secrets`: by account, where the server cares."""
    app = BenchDesk(
        folder,
        Ledger.open(database),
        clock,
        server=server,
        secrets=lambda account: secrets[account.id] if secrets is not None else SECRETS[account.platform],
    )
    app.words = crowd.workspace(folder, 0, accounts, (platform,), days=0)
    return app
