"""The stage as one ASGI application: the APIs of three platforms, the control endpoints and the pages."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Scope

from amplify.stage import bluesky, mastodon_problems, x_problems
from amplify.stage.bluesky import StageBluesky
from amplify.stage.control import ControlEndpoints
from amplify.stage.failures import Failures, platform_of
from amplify.stage.host_guard import HostGuard
from amplify.stage.mastodon import StageMastodon
from amplify.stage.rate_windows import RateWindows
from amplify.stage.responses import HTTPDenial, json_response
from amplify.stage.signature import oauth_fields
from amplify.stage.state import StageState
from amplify.stage.timeline_pages import Pages
from amplify.stage.x import StageX


def build_stage(folder: Path, *, rate_factor: float = 1.0) -> tuple[Failures, StageState]:
    """The application (its outermost layer is the one that fails on demand) and its state."""
    state = StageState(folder)
    allowance = RateWindows(rate_factor)
    x, mastodon, blue = StageX(state, allowance), StageMastodon(state, allowance), StageBluesky(state, allowance)

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
            except HTTPDenial:
                account = None
        return account.handle if account else None

    def injected(platform: str, kind: str, path: str) -> HTTPDenial:
        if platform == "x":
            return x_problems.x_failure(kind)
        return (
            mastodon_problems.mastodon_failure(kind) if platform == "mastodon" else bluesky.bluesky_failure(kind, path)
        )

    pages = Pages(state)
    starlette = Starlette(middleware=[Middleware(HostGuard)], exception_handlers={404: _nowhere, 405: _nowhere})
    failures = Failures(starlette, speaker, injected)
    routes: list[Route] = [*x.routes(), *mastodon.routes(), *blue.routes()]
    starlette.router.routes.extend([*routes, *ControlEndpoints(state, failures, pages).routes(), *pages.routes()])
    starlette.router.redirect_slashes = False
    return failures, state


async def _nowhere(request: Request, _: Exception) -> Response:
    """The platforms' answers where they have no endpoint."""
    platform = platform_of(request.url.path)
    if platform == "bluesky":
        return json_response({"error": "MethodNotImplemented", "message": "Method Not Implemented"}, 501)
    if platform == "x":
        return json_response({"title": "Not Found", "type": "about:blank", "status": 404, "detail": "Not Found"}, 404)
    return json_response({"error": "The page you were looking for doesn't exist"}, 404)
