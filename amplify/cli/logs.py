"""Logging: one line an event, for whoever runs a daemon. Nothing unless it is asked for."""

from __future__ import annotations

import json
import logging
import os
import sys
from datetime import UTC, datetime
from typing import Annotated, Final

import typer

from amplify.model.errors import WrongUse
from amplify.model.event import LOG
from amplify.rules.text.terminal_text import escape_json, visible_controls

FORMS: Final = ("json", "text")

LogForm = Annotated[
    str | None,
    typer.Option("--log", metavar="json|text", help="Log events on standard error; also AMPLIFY_LOG."),
]


def start_log(form: str | None = None) -> None:
    """Start logging as `--log` says, or AMPLIFY_LOG (`json`, `text`, with `,debug` behind it for every step).

    Raises WrongUse for another form.
    """
    given = form or os.environ.get("AMPLIFY_LOG")
    if not given:
        return
    kind, _, level = given.partition(",")
    if kind not in FORMS or level not in ("", "debug"):
        raise WrongUse(f"there is no log {given!r}: `json` or `text`, and `json,debug` for every step")
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(logging.DEBUG if level else logging.INFO)
    handler.setFormatter(_Json() if kind == "json" else _Words())
    LOG.addHandler(handler)
    LOG.setLevel(handler.level)


class _Words(logging.Formatter):
    """Text format: `2027-05-17T09:00:00.120Z info outcome delivery=… outcome=sent`."""

    def format(self, record: logging.LogRecord) -> str:
        said = " ".join(f"{name}={_quoted(value)}" for name, value in getattr(record, "fields", {}).items())
        return visible_controls(f"{_moment(record)} {record.levelname.lower()} {record.getMessage()} {said}".rstrip())


class _Json(logging.Formatter):
    """JSON format, one object a line: `time`, `level`, `event`, and the event's own fields."""

    def format(self, record: logging.LogRecord) -> str:
        told = {"time": _moment(record), "level": record.levelname.lower(), "event": record.getMessage()}
        return escape_json(json.dumps(told | getattr(record, "fields", {}), ensure_ascii=False))


def _moment(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"


def _quoted(value: object) -> str:
    text = f"{value:.3f}" if isinstance(value, float) else " ".join(str(value).split())
    return f'"{text}"' if " " in text else text
