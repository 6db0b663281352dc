"""The planning horizon: how far ahead deliveries are written to the ledger."""

from __future__ import annotations

from datetime import datetime, timedelta

from amplify.model.workspace import Workspace


def plan_end(workspace: Workspace, now: datetime) -> datetime:
    """The end of what is planned at `now` (UTC)."""
    return now + timedelta(days=workspace.settings.horizon_days)
