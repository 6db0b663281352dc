"""Whether the ledger still says what the files say, by the note of the last `queue`: asked before each claim."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from amplify.ledger.database import get_meta
from amplify.planning.last_queue import note_key, queued_mark

if TYPE_CHECKING:
    from amplify.context.app_context import AppContext
    from amplify.model.plan import PlanChange


def files_mark(desk: AppContext) -> str:
    """What the note ought to say now."""
    return queued_mark(desk.fingerprint(), desk.clock.now())


def requeue_if_changed(desk: AppContext, mark: str) -> Sequence[PlanChange]:
    """Queue where the note does not say `mark`; what that changed. Raises what `queue` raises: nothing may be claimed
    then."""
    with desk.ledger.read() as connection:
        if get_meta(connection, note_key(desk.root)) == mark:
            return ()
    from amplify.planning.queue import queue_plan

    return queue_plan(desk).changes
