"""Emulates Bluesky: XRPC as the atproto SDK needs it, a personal data server and an AppView in one, with their hard
rules.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from amplify.stage import bluesky_records
from amplify.stage.bluesky_records import (
    POST,
    REPOST,
    Lexicon,
    blob_cid,
    check_rkey,
    record_cid,
    record_pictures,
    record_time,
    refuse_record,
)
from amplify.stage.bluesky_session import ACCESS, REFRESH, SERVER, bearer_of, session_tokens
from amplify.stage.bluesky_video import StageVideoService, service_auth
from amplify.stage.bluesky_views import Views
from amplify.stage.identity import StageAccount
from amplify.stage.pixels import look_at
from amplify.stage.rate_windows import HOUR, RateWindows
from amplify.stage.responses import HTTPDenial, json_response, read_json
from amplify.stage.state import StageState
from amplify.stage.timeline_items import Json, StagePost, UploadedPicture

BLOB_BYTES: Final = 52_428_800
"""Largest upload; whether it may hang on a post is asked when the post is put."""
POINTS: Final = 5000
"""Points an hour: a creation costs 3, an update 2, a deletion 1."""

Handler = Callable[[StageAccount, Request], Awaitable[Json]]
_COST: Final = {"createRecord": 3, "putRecord": 2, "deleteRecord": 1}


def bluesky_failure(kind: str, path: str = "") -> HTTPDenial:
    """The answer for an injected failure: one of those that are a status, `refuse` or `logged_out`."""
    if kind in ("400", "403", "404"):
        return HTTPDenial(int(kind), {"error": "InvalidRequest", "message": "No"})
    if kind == "429":
        return HTTPDenial(429, {"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"})
    if kind == "500":
        return HTTPDenial(500, {"error": "InternalServerError", "message": "Internal Server Error"})
    if kind == "logged_out" and path.endswith("createSession"):
        return HTTPDenial(401, {"error": "AuthenticationRequired", "message": "Invalid identifier or password"})
    if kind == "logged_out":
        return HTTPDenial(400, {"error": "ExpiredToken", "message": "Token has been revoked"})
    return refuse_record("Input/record was refused")


class StageBluesky:
    """The `/xrpc/…` endpoints."""

    def __init__(self, state: StageState, allowance: RateWindows) -> None:
        self.state = state
        self.allowance = allowance
        self.lexicon = Lexicon(state)
        self.views = Views(state)
        self.video = StageVideoService(state)
        self._last_tid = 0

    def routes(self) -> list[Route]:
        repo, server = "com.atproto.repo", "com.atproto.server"
        return [
            Route(f"/xrpc/{server}.createSession", self.create_session, methods=["POST"]),
            Route(f"/xrpc/{server}.describeServer", self.describe_server, methods=["GET"]),
            self._route(f"{server}.refreshSession", "POST", self.session, REFRESH),
            self._route(f"{server}.getSession", "GET", self.session),
            self._route(f"{server}.getServiceAuth", "GET", self.service_auth),
            self._route(f"{repo}.uploadBlob", "POST", self.upload),
            self._route(f"{repo}.createRecord", "POST", self.create),
            self._route(f"{repo}.putRecord", "POST", self.put),
            self._route(f"{repo}.deleteRecord", "POST", self.delete),
            *self.views.routes(),
            *self.video.routes(),
        ]

    def speaker(self, request: Request, scope: str = ACCESS) -> StageAccount:
        """The account that the token belongs to. Raises HTTPDenial without one."""
        did = bearer_of(request.headers.get("authorization", ""), scope)
        account = self.state.by_account_id.get(("bluesky", did))
        if account is None:
            raise HTTPDenial(400, {"error": "InvalidToken", "message": "Account not found"})
        return account

    def _route(self, method: str, verb: str, handler: Handler, scope: str = ACCESS) -> Route:
        name = method.rpartition(".")[2]

        async def endpoint(request: Request) -> Response:
            headers: dict[str, str] = {}
            try:
                account = self.speaker(request, scope)
                headers = self._spend(account, name)
                return json_response(await handler(account, request), 200, headers)
            except HTTPDenial as no:
                return json_response(no.body, no.status, {**headers, **no.headers})

        return Route(f"/xrpc/{method}", endpoint, methods=[verb])

    def _spend(self, account: StageAccount, name: str) -> dict[str, str]:
        """Count the request, and give the headers of the tightest window; raises HTTPDenial where a limit is
        reached.
        """
        cost = _COST.get(name)
        if cost is None:
            budget = self.allowance.take(account.id, "requests", 3000, 300.0)
        else:
            budget = self.allowance.take(account.id, "day", 35_000, 24 * HOUR, cost)
            if not budget.exceeded:
                budget = self.allowance.take(account.id, "hour", POINTS, HOUR, cost)
        headers = {
            "ratelimit-limit": str(budget.limit),
            "ratelimit-remaining": str(budget.remaining),
            "ratelimit-reset": str(budget.reset),
            "ratelimit-policy": f"{budget.limit};w={budget.window}",
        }
        if budget.exceeded:
            no = bluesky_failure("429")
            raise HTTPDenial(no.status, no.body, {**headers, "retry-after": str(budget.wait)})
        return headers

    # Sessions

    async def create_session(self, request: Request) -> Response:
        body = await read_json(request)
        name = str(body.get("identifier", "")).lstrip("@")
        account = self.views.account(name)
        try:
            if account is None or account.outside or body.get("password") != account.secrets["app_password"]:
                raise bluesky_failure("logged_out", "createSession")
            budget = self.allowance.take(account.id, "sessions", 30, 300.0)
            if budget.exceeded:
                raise bluesky_failure("429")
        except HTTPDenial as no:
            return json_response(no.body, no.status, no.headers)
        return json_response(session_tokens(account))

    async def session(self, account: StageAccount, request: Request) -> Json:
        if request.method == "POST":
            return session_tokens(account)
        return {k: v for k, v in session_tokens(account).items() if not k.endswith("Jwt")}

    async def service_auth(self, account: StageAccount, request: Request) -> Json:
        return service_auth(account, dict(request.query_params))

    async def describe_server(self, request: Request) -> Response:
        return json_response(
            {
                "did": SERVER,
                "availableUserDomains": [],
                "inviteCodeRequired": True,
                "links": {},
                "contact": {},
            }
        )

    # Writing

    async def upload(self, account: StageAccount, request: Request) -> Json:
        data = await request.body()
        if len(data) > BLOB_BYTES:
            raise HTTPDenial(413, {"error": "PayloadTooLarge", "message": "request entity too large"})
        pixels = look_at(data)
        said = request.headers.get("content-type", "").partition(";")[0]
        mime = pixels.mime if pixels else said if said not in ("", "*/*") else "application/octet-stream"
        cid = blob_cid(data)
        width, height = (pixels.width, pixels.height) if pixels else (0, 0)
        if self.state.picture(account, cid) is None:
            moves = pixels is not None and pixels.moves
            blob = UploadedPicture(cid, "bluesky", account.handle, "", mime, len(data), width, height, moves=moves)
            self.state.add_picture(blob, data)
        return {"blob": {"$type": "blob", "ref": {"$link": cid}, "mimeType": mime, "size": len(data)}}

    async def create(self, account: StageAccount, request: Request) -> Json:
        body = await read_json(request)
        self._own(account, body)
        collection = str(body.get("collection"))
        if body.get("rkey") is None:
            self._last_tid = max(self._last_tid + 1, int(time.time() * 1_000_000))
            body["rkey"] = bluesky_records.tid(self._last_tid)
        rkey = check_rkey(collection, body["rkey"])
        record = self.lexicon.check(account, collection, body.get("record"))
        if self.state.post("bluesky", f"at://{account.id}/{collection}/{rkey}") is not None:
            # The server's tree throws a plain error here, which XRPC turns into this.
            raise bluesky_failure("500")
        return self._keep(account, collection, rkey, record)

    async def put(self, account: StageAccount, request: Request) -> Json:
        body = await read_json(request)
        self._own(account, body)
        collection = str(body.get("collection"))
        rkey = check_rkey(collection, body.get("rkey"))
        record = self.lexicon.check(account, collection, body.get("record"))
        standing = self.state.post("bluesky", f"at://{account.id}/{collection}/{rkey}")
        if body.get("swapRecord") and (standing is None or standing.cid != body["swapRecord"]):
            raise refuse_record("Record was at another CID", "InvalidSwap")
        if standing is not None and standing.cid == record_cid(record):
            return {"uri": standing.id, "cid": standing.cid, "validationStatus": "valid"}
        return self._keep(account, collection, rkey, record)

    def _keep(self, account: StageAccount, collection: str, rkey: str, record: Json) -> Json:
        uri = f"at://{account.id}/{collection}/{rkey}"
        is_post = collection == POST
        post = StagePost(
            "bluesky",
            uri,
            account.handle,
            record_time(record, collection),
            self.state.now(),
            record["text"] if is_post else "",
            langs=tuple(record.get("langs") or ()),
            reply_to=record["reply"]["parent"]["uri"] if is_post and record.get("reply") else None,
            boost_of=record["subject"]["uri"] if collection == REPOST else None,
            pictures=record_pictures(record) if is_post else (),
            record=record,
            cid=record_cid(record),
        )
        self.state.put(post)
        commit = {"cid": record_cid({"of": post.cid}), "rev": bluesky_records.tid(int(time.time() * 1_000_000))}
        return {"uri": uri, "cid": post.cid, "commit": commit, "validationStatus": "valid"}

    async def delete(self, account: StageAccount, request: Request) -> Json:
        body = await read_json(request)
        self._own(account, body)
        collection = str(body.get("collection"))
        rkey = check_rkey(collection, body.get("rkey"))
        post = self.state.post("bluesky", f"at://{account.id}/{collection}/{rkey}")
        if post is not None:
            self.state.delete(post)
        return {}

    def _own(self, account: StageAccount, body: dict[str, Any]) -> None:
        if body.get("repo") not in (account.id, account.handle):
            raise HTTPDenial(401, {"error": "AuthenticationRequired", "message": "Authentication Required"})
