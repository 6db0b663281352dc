"""What this organisation decided for itself, on its own machines: no partner can change it by pushing files."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import Field, field_validator

from amplify.model.base import FileModel, Id, Text
from amplify.model.notice import NotifySettings

_ADDRESS: Final = re.compile(r"(sqlite|postgres(ql)?)(\+\w+)?://", re.ASCII)
_PASSWORD: Final = re.compile(r"//[^/@?]*:[^@]*@|[?&](ssl)?password=", re.IGNORECASE)


class LocalSettings(FileModel):
    """The head of `config/accounts.yaml`. Local: never shared."""

    ledger: Text | None = None
    """The ledger's address, as SQLAlchemy writes it, without a password; without it, the SQLite file in `.amplify/`.
    `AMPLIFY_DATABASE_URL` overrides it."""
    campaigns: tuple[Id, ...] | None = None
    """The campaigns that are ours. Posts of all others come from outside: one person at least approves them."""
    approvals: Annotated[int, Field(ge=0, le=2)] | None = None
    """The least number of people who approve each post, whatever the campaign's file says. Without it: one where others
    can change the files (a git remote, or more partners than one), else none."""

    notify: NotifySettings | None = None
    """Who is told by e-mail or webhook when something needs a person."""

    @field_validator("ledger")
    @classmethod
    def _without_password(cls, address: str | None) -> str | None:
        if address is None:
            return None
        if not _ADDRESS.match(address):
            raise ValueError("this is no address of a ledger: write postgresql://user@host/name")
        if _PASSWORD.search(address):
            raise ValueError(
                "a password does not belong here: take it out, and keep it in ~/.pgpass, PGPASSFILE or PGPASSWORD"
            )
        return address
