"""A report as JSON values, for `--json`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from typing import Any

from amplify.report import summary
from amplify.report.report_model import Report


def as_json(report: Report) -> dict[str, Any]:
    """Everything but the single messages, which the CSV holds. Unknown numbers are null. Instants: ISO 8601, UTC."""
    whole = {field.name: getattr(report, field.name) for field in fields(report) if field.name != "deliveries"}
    plain = {name: _plain(value) for name, value in whole.items() if name != "names"}
    return {"title": report.names.workspace, "summary": list(summary.summary_sentences(report)), **plain}


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    return value
