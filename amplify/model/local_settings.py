"""What this organisation decided for itself, on its own machines: no partner can change it by pushing files."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from amplify.model.base import FileModel, Id, Text


class LocalSettings(FileModel):
    """The head of `config/accounts.yaml`. Local: never shared."""

    ledger: Text | None = None
    """The ledger's address, as SQLAlchemy writes it, without a password; without it, the SQLite file in `.amplify/`.
    `AMPLIFY_DATABASE_URL` overrides it."""
    campaigns: tuple[Id, ...] | None = None
    """The campaigns that are ours. Posts of all others come from outside: one person at least approves them."""
    approvals: Annotated[int, Field(ge=0, le=2)] = 0
    """The least number of people who approve each post, whatever the campaign's file says."""
