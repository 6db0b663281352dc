"""A process of its own that plans, freezes and publishes one film, and says how much memory that took at its peak.

`python -m engine.long_film_child ROOT STAGE SECRETS`: SECRETS is JSON, platform → fields. Peak sizes in bytes, as JSON.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from bench.machine import resident

from amplify.context.app_context import AppContext
from amplify.engine.publish import run_pass
from amplify.ledger.database import Ledger
from amplify.planning.queue import queue_plan
from engine.fake import TIMINGS


def peak() -> int:
    return resident(os.getpid(), "VmHWM")


def main(root: Path, stage: str, secrets: dict[str, dict[str, str]]) -> dict[str, int]:
    ledger = Ledger.open(f"sqlite:///{root}/.amplify/ledger.sqlite")
    app = AppContext(root, ledger, timings=TIMINGS, secrets=lambda account: secrets[account.platform], server=stage)
    took = {"start": peak()}
    app.files()
    took["planning"] = peak()
    queue_plan(app)
    took["freezing"] = peak()
    for _ in range(40):  # an upload may take several passes
        run_pass(app)
        with ledger.read() as connection:
            states = connection.exec_driver_sql("SELECT state, why FROM delivery").all()
        if all(state != "waiting" for state, _ in states):
            break
        with ledger.write() as connection:
            connection.exec_driver_sql("UPDATE delivery SET look_at = due_at")
    took["uploading"] = peak()
    took["sent"] = sum(state == "sent" for state, _ in states)
    app.close()
    return took


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3]))))
