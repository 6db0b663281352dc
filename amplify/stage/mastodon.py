"""Emulates Mastodon 4.5's REST API, as far as Mastodon.py needs it, with the server's hard rules."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from amplify.stage.identity import StageAccount
from amplify.stage.mastodon_media import MastodonMediaEndpoints, MediaResponse
from amplify.stage.mastodon_problems import base_of, mastodon_failure, not_found
from amplify.stage.mastodon_shapes import Shapes
from amplify.stage.mastodon_statuses import Statuses
from amplify.stage.rate_windows import HOUR, RateWindows, WindowBudget
from amplify.stage.responses import Form, HTTPDenial, json_response, read_form
from amplify.stage.state import StageState
from amplify.stage.timeline_items import Json, StagePost

Handler = Callable[[StageAccount, Request, Form], Awaitable[Any]]
_GENERAL: Final = ("general", 300, 300.0)
_STATUSES: Final = ("statuses", 300, 3 * HOUR)
_MEDIA: Final = ("media", 30, 1800.0)
_DELETES: Final = ("deletes", 30, 1800.0)


class StageMastodon:
    """The `/api/…` endpoints."""

    def __init__(self, state: StageState, allowance: RateWindows) -> None:
        self.state = state
        self.allowance = allowance
        self.shapes = Shapes(state)

    def routes(self) -> list[Route]:
        media = MastodonMediaEndpoints(self.state, self.shapes)
        statuses = Statuses(self.state, self.shapes, media)
        routes = [
            self._route("/api/v1/accounts/verify_credentials", "GET", self.verify),
            self._route("/api/v1/accounts/lookup", "GET", self.look_up_account),
            self._route("/api/v1/accounts/{id}", "GET", self.account),
            self._route("/api/v1/accounts/{id}/statuses", "GET", statuses.timeline),
            self._route("/api/v1/media", "POST", media.upload, _MEDIA),
            self._route("/api/v2/media", "POST", media.upload, _MEDIA),
            self._route("/api/v1/media/{id}", "GET", media.media),
            self._route("/api/v1/media/{id}", "PUT", media.describe),
            self._route("/api/v1/statuses", "POST", statuses.create, _STATUSES),
            self._route("/api/v1/statuses", "GET", statuses.look_up),
            self._route("/api/v1/statuses/{id}", "GET", statuses.status),
            self._route("/api/v1/statuses/{id}", "DELETE", statuses.delete, _DELETES),
            self._route("/api/v1/statuses/{id}/reblog", "POST", statuses.reblog, _STATUSES),
            self._route("/api/v1/statuses/{id}/unreblog", "POST", statuses.unreblog, _STATUSES),
            self._route("/api/v2/search", "GET", self.search),
        ]
        for slash in ("", "/"):
            routes.append(Route(f"/api/v1/instance{slash}", self.instance_v1, methods=["GET"]))
            routes.append(Route(f"/api/v2/instance{slash}", self.instance_v2, methods=["GET"]))
        return routes

    def speaker(self, request: Request) -> StageAccount | None:
        """The account that the token belongs to."""
        token = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
        account = self.state.by_token.get(token)
        return account if account is not None and account.platform == "mastodon" else None

    def _route(self, path: str, method: str, handler: Handler, family: tuple[str, int, float] = _GENERAL) -> Route:
        async def endpoint(request: Request) -> Response:
            account = self.speaker(request)
            budget = self.allowance.take(account.id if account else "nobody", *family)
            headers = _rate_headers(budget)
            try:
                if account is None:
                    raise HTTPDenial(401, {"error": "The access token is invalid"})
                if budget.exceeded:
                    raise mastodon_failure("429")
                body = await handler(account, request, await read_form(request))
            except HTTPDenial as no:
                return json_response(no.body, no.status, {**headers, **no.headers})
            return (
                json_response(body.body, body.status, headers)
                if isinstance(body, MediaResponse)
                else json_response(body, 200, headers)
            )

        return Route(path, endpoint, methods=[method])

    # The server and its accounts

    async def instance_v2(self, request: Request) -> Response:
        return self._described(request, lambda whole: whole)

    async def instance_v1(self, request: Request) -> Response:
        return self._described(request, lambda whole: self._older(request, whole))

    def _described(self, request: Request, version: Callable[[Json], Json]) -> Response:
        """The server's description of itself, at the places and in the way in which its software gives it."""
        viewer = self.speaker(request)
        ways = self.state.ways_of(viewer)
        if request.url.path not in ways.paths:
            return Response("<h1>Not Found</h1>", 404, media_type="text/html")
        whole = self.shapes.instance(base_of(request), request.url.netloc, viewer)
        return json_response(version(ways.describe(whole, self.shapes.text_max(viewer))))

    def _older(self, request: Request, whole: Json) -> Json:
        old: Json = {
            "uri": whole["domain"],
            "short_description": whole["description"],
            "email": "",
            "urls": {"streaming_api": base_of(request)},
            "stats": {"user_count": 0, "status_count": 0, "domain_count": 0},
            "thumbnail": None,
            "registrations": False,
            "approval_required": False,
            "invites_enabled": False,
            "contact_account": None,
        }
        newer = ("domain", "api_versions", "source_url", "usage", "icon", "contact", "thumbnail", "registrations")
        return {key: value for key, value in whole.items() if key not in newer} | old

    async def verify(self, account: StageAccount, request: Request, form: Form) -> Json:
        source = {"privacy": "public", "sensitive": False, "language": None, "note": "", "fields": []}
        return self.shapes.account(account, base_of(request), account) | {"source": source}

    async def look_up_account(self, account: StageAccount, request: Request, form: Form) -> Json:
        found = self.shapes.find((form.get("acct") or "").lstrip("@"))
        if found is None:
            raise not_found()
        return self.shapes.account(found, base_of(request), account)

    async def account(self, account: StageAccount, request: Request, form: Form) -> Json:
        return self.shapes.account(self._account(request), base_of(request), account)

    def _account(self, request: Request) -> StageAccount:
        found = self.state.by_account_id.get(("mastodon", request.path_params["id"]))
        if found is None:
            raise not_found()
        return found

    async def search(self, account: StageAccount, request: Request, form: Form) -> Json:
        query, kind = (form.get("q") or "").strip(), form.get("type")
        out: Json = {"accounts": [], "statuses": [], "hashtags": []}
        last = query.rstrip("/").rsplit("/", 1)[-1]
        post: StagePost | None = None
        if query.startswith(("http://", "https://")):
            post = self.state.post("mastodon", last)
            found = self.shapes.find(last.lstrip("@")) if post is None and last.startswith("@") else None
        else:
            found = self.shapes.find(query.lstrip("@"))
        if post is not None and kind in (None, "statuses"):
            out["statuses"] = [self.shapes.status(post, base_of(request), account)]
        if found is not None and kind in (None, "accounts"):
            out["accounts"] = [self.shapes.account(found, base_of(request), account)]
        return out


def _rate_headers(budget: WindowBudget) -> dict[str, str]:
    reset = datetime.fromtimestamp(budget.reset, UTC)
    return {
        "X-RateLimit-Limit": str(budget.limit),
        "X-RateLimit-Remaining": str(budget.remaining),
        "X-RateLimit-Reset": reset.strftime("%Y-%m-%dT%H:%M:%S.000000Z"),
    }
