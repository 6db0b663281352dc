"""Log events: which there are, and which fields each may carry. Ids and durations, never a text.

The table is an allow-list: a field that does not stand in it cannot reach a log, so neither can a post's text, an
alternative text, or a secret. `why` is what a platform said or what is to be mended, as the ledger keeps it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Final

LOG: Final = logging.getLogger("amplify")
LOG.addHandler(logging.NullHandler())
LOG.propagate = False  # silent until somebody asks for a log

_WHICH: Final = ("delivery", "account", "post", "platform")

EVENTS: Final[Mapping[str, tuple[int, str, tuple[str, ...]]]] = {
    "daemon_began": (logging.INFO, "`amplify run` has started", ("workers",)),
    "daemon_ended": (logging.INFO, "it has ended", ("seconds",)),
    "pass_began": (logging.DEBUG, "a pass begins", ()),
    "pass_idle": (logging.DEBUG, "a pass found nothing to do", ("seconds",)),
    "pass_ended": (logging.INFO, "a pass did something", ("seconds", "sent", "held", "failed")),
    "queued": (logging.INFO, "the plan was written down", ("changes",)),
    "file_errors": (
        logging.WARNING,
        "files have errors: `held` queued deliveries wait for them, `unwritten` are not written down",
        ("errors", "held", "unwritten"),
    ),
    "cancelled": (
        logging.WARNING,
        "queued deliveries are no longer in the files; `deliveries`: their ids",
        ("deliveries", "count", "machine"),
    ),
    "older_files": (logging.WARNING, "the files are older than what was queued last: nothing is changed", ("machine",)),
    "claimed": (logging.DEBUG, "a worker has taken a delivery; `late`: seconds since it was due", (*_WHICH, "late")),
    "outcome": (
        logging.INFO,
        "what came of a delivery: `sent`, `try_later`, `refused`, `logged_out`, `unknown`, `held`, `cut`",
        (*_WHICH, "outcome", "seconds", "why"),
    ),
    "paused": (logging.WARNING, "an account cannot speak", ("account", "why")),
    "woke": (logging.INFO, "a paused account speaks again", ("account",)),
    "uploading": (logging.DEBUG, "a video is on its way: `bytes` `of` all", ("account", "bytes", "of")),
    "unpainted": (
        logging.WARNING,
        "a banner of a post that comes near cannot be painted; before it is sent, it is tried again",
        ("delivery", "post"),
    ),
    "reaped": (logging.INFO, "deliveries whose window or whose worker was over were moved on", ("rows",)),
    "reconciled": (logging.INFO, "an unsure delivery was looked up; `state`: where it stands now", (*_WHICH, "state")),
    "measured": (logging.INFO, "engagement was read", ("readings", "calls", "seconds")),
    "stopped_subject": (logging.WARNING, "somebody stopped something", ("subject", "actor")),
    "resumed_subject": (logging.WARNING, "somebody let it go on", ("subject", "actor")),
    "error": (logging.ERROR, "something failed; its sentence is on standard error", ("kind",)),
}
"""Event → its level, its meaning, and the fields it may carry."""


def log_event(event: str, **fields: Any) -> None:
    """Log an event; durations in seconds, to the millisecond. Raises ValueError for an event or field that is not in
    the table.
    """
    level, _, known = EVENTS.get(event, (0, "", ()))
    if not level or not fields.keys() <= set(known):
        raise ValueError(f"no event {event} with {', '.join(fields)}")
    if LOG.isEnabledFor(level):
        said = {name: _short(value) for name, value in fields.items() if value is not None}
        LOG.log(level, event, extra={"fields": said})


def _short(value: Any) -> Any:
    return round(value, 3) if isinstance(value, float) else value
