"""The stage as one ASGI application: three platforms, the control doors and the pages."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Scope

from amplify.stage import bluesky, mastodon_problems, x_problems
from amplify.stage.bluesky import Bluesky
from amplify.stage.control import Control
from amplify.stage.failures import Failures, platform_of
from amplify.stage.mastodon import Mastodon
from amplify.stage.rate_windows import Allowance
from amplify.stage.responses import Denied, answer
from amplify.stage.signature import oauth_fields
from amplify.stage.state import State
from amplify.stage.timeline_pages import Pages
from amplify.stage.x import X


def build(folder: Path, *, rate_factor: float = 1.0) -> tuple[Failures, State]:
    """The application (its outermost layer is the one that fails on demand) and what it knows."""
    state = State(folder)
    allowance = Allowance(rate_factor)
    x, mastodon, blue = X(state, allowance), Mastodon(state, allowance), Bluesky(state, allowance)

    def speaker(scope: Scope, platform: str) -> str | None:
        """The handle a request claims, so that a failure can be aimed at one account."""
        request = Request(scope)
        if platform == "x":
            account = state.by_token.get(oauth_fields(request).get("oauth_token", ""))
        elif platform == "mastodon":
            account = mastodon.speaker(request)
        else:
            try:
                account = blue.speaker(request)
            except Denied:
                account = None
        return account.handle if account else None

    def injected(platform: str, kind: str, path: str) -> Denied:
        if platform == "x":
            return x_problems.injected(kind)
        return mastodon_problems.injected(kind) if platform == "mastodon" else bluesky.injected(kind, path)

    pages = Pages(state)
    starlette = Starlette(exception_handlers={404: _nowhere, 405: _nowhere})
    failures = Failures(starlette, speaker, injected)
    routes: list[Route] = [*x.routes(), *mastodon.routes(), *blue.routes()]
    starlette.router.routes.extend([*routes, *Control(state, failures, pages).routes(), *pages.routes()])
    starlette.router.redirect_slashes = False
    return failures, state


async def _nowhere(request: Request, _: Exception) -> Response:
    """What the platforms say where they have no endpoint."""
    platform = platform_of(request.url.path)
    if platform == "bluesky":
        return answer({"error": "MethodNotImplemented", "message": "Method Not Implemented"}, 501)
    if platform == "x":
        return answer({"title": "Not Found", "type": "about:blank", "status": 404, "detail": "Not Found"}, 404)
    return answer({"error": "The page you were looking for doesn't exist"}, 404)
