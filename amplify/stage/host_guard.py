"""Host guard: a web page may have its own name point at this machine, to read along; it gets no answer."""

from __future__ import annotations

import re
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_LOOPBACK: Final = re.compile(r"(127\.0\.0\.1|localhost)(:\d+)?")


class HostGuard:
    """Middleware: refuses every request whose `Host` is another name than this machine's own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not _LOOPBACK.fullmatch(Request(scope).headers.get("host", "")):
            await PlainTextResponse("this machine only\n", 403)(scope, receive, send)
            return
        await self._app(scope, receive, send)
