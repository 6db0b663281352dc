"""Where a daemon shows its health."""

from __future__ import annotations

from typing import Annotated

import typer

HealthAt = Annotated[
    str | None,
    typer.Option(
        "--health", metavar="PORT", help="Answer /healthz and Prometheus' /metrics on this port of 127.0.0.1."
    ),
]
