"""Emulates Bluesky's video service: uploads in parts with a token of the account's own server, jobs that take a while,
and the video as a blob of the account at their end. What the service would encode anew stays as it came.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from amplify.stage.bluesky_records import blob_cid, refuse_record
from amplify.stage.bluesky_session import SERVER, ServiceToken, service_token
from amplify.stage.identity import StageAccount
from amplify.stage.pixels import Pixels, look_at
from amplify.stage.responses import HTTPDenial, json_response, read_json
from amplify.stage.state import StageState
from amplify.stage.timeline_items import Json, UploadedPicture

PART_BYTES: Final = 8 << 20
VIDEO_BYTES: Final = 300_000_000
DAY_BYTES: Final = 10_000_000_000
DAY_VIDEOS: Final = 25
SECONDS: Final = 180.0
_SERVICE: Final = "did:web:video.bsky.app"
_UPLOAD: Final = (SERVER, "com.atproto.repo.uploadBlob")
_LIMITS: Final = (_SERVICE, "app.bsky.video.getUploadLimits")
_STEPS: Final = ("JOB_STATE_CREATED", "JOB_STATE_ENCODING")
"""What a job goes through before it is done, one a question."""

Handler = Callable[[StageAccount, Request], Awaitable[Json]]


@dataclass(slots=True)
class _Upload:
    """An upload, and the job that it becomes."""

    did: str
    size: int
    expires: datetime
    parts: dict[int, Path] = field(default_factory=dict)
    completed: str = ""
    """The job that goes on with it: another one where the same video was there before."""
    asked: int = 0
    failed: str = ""
    blob: Json | None = None

    @property
    def count(self) -> int:
        return -(-self.size // PART_BYTES)


class StageVideoService:
    """The `/xrpc/app.bsky.video.…` endpoints."""

    def __init__(self, state: StageState) -> None:
        self.state = state
        self._folder = state.folder / "video-parts"
        self._uploads: dict[str, _Upload] = {}
        self._known: dict[tuple[str, str], str] = {}
        """Account and SHA-256 of a video → the job that worked on it first."""
        self._used: dict[str, list[int]] = {}

    def routes(self) -> list[Route]:
        return [
            self._route("getUploadLimits", "GET", self.limits, _LIMITS),
            self._route("startUpload", "POST", self.start),
            self._route("uploadPart", "POST", self.part),
            self._route("getUploadStatus", "GET", self.upload_status),
            self._route("finishUpload", "POST", self.finish),
            self._route("getJobStatus", "GET", self.job_status),
        ]

    def _route(self, name: str, verb: str, handler: Handler, wanted: tuple[str, str] = _UPLOAD) -> Route:
        async def endpoint(request: Request) -> Response:
            try:
                token = ServiceToken.read(request.headers.get("authorization", ""))
                account = self.state.by_account_id.get(("bluesky", token.did))
                if account is None or (token.audience, token.method) != wanted:
                    raise HTTPDenial(401, {"error": "InvalidToken", "message": "invalid token"})
                return json_response(await handler(account, request))
            except HTTPDenial as no:
                return json_response(no.body, no.status, no.headers)

        return Route(f"/xrpc/app.bsky.video.{name}", endpoint, methods=[verb])

    async def limits(self, account: StageAccount, request: Request) -> Json:
        used = self._used.get(account.id, [])
        left = {
            "remainingDailyVideos": max(0, DAY_VIDEOS - len(used)),
            "remainingDailyBytes": max(0, DAY_BYTES - sum(used)),
        }
        return {"canUpload": all(left.values()), **left}

    async def start(self, account: StageAccount, request: Request) -> Json:
        body = await read_json(request)
        size = body.get("sizeBytes")
        if not isinstance(size, int) or isinstance(size, bool) or size < 1:
            raise refuse_record('Input must have the property "sizeBytes"')
        if body.get("mimeType") != "video/mp4":
            raise refuse_record("The declared MIME type is not supported", "UnsupportedContentType")
        if size > VIDEO_BYTES:
            raise refuse_record("File is too large", "VideoTooLarge")
        if len(self._used.get(account.id, [])) >= DAY_VIDEOS:
            raise refuse_record("Daily upload limit reached", "DailyLimitExceeded")
        job = hashlib.sha256(f"{account.id} {len(self._uploads)}".encode()).hexdigest()[:20]
        upload = self._uploads[job] = _Upload(account.id, size, datetime.now(UTC) + timedelta(days=1))
        self._used.setdefault(account.id, []).append(size)
        return {"jobId": job, "partSizeBytes": PART_BYTES, "partCount": upload.count, "expiresAt": _iso(upload.expires)}

    async def part(self, account: StageAccount, request: Request) -> Json:
        job, upload = self._mine(account, request.query_params.get("jobId"))
        if upload.completed:
            raise refuse_record("Upload already completed", "UploadAlreadyCompleted")
        said = request.query_params.get("partNumber", "")
        number = int(said) if said.isdecimal() else 0
        if not 1 <= number <= upload.count:
            raise refuse_record("Part number is out of range", "InvalidPartNumber")
        expected = PART_BYTES if number < upload.count else upload.size - (upload.count - 1) * PART_BYTES
        if request.headers.get("content-length") != str(expected):
            raise refuse_record(f"Part {number} must have {expected} bytes", "PartSizeMismatch")
        self._folder.mkdir(exist_ok=True)
        path = self._folder / f"{job}.{number}"
        with path.open("wb") as file:
            async for piece in request.stream():
                file.write(piece)
        if path.stat().st_size != expected:
            raise refuse_record(f"Part {number} must have {expected} bytes", "PartSizeMismatch")
        upload.parts[number] = path
        return {"partNumber": number, "sizeBytes": expected}

    async def upload_status(self, account: StageAccount, request: Request) -> Json:
        job, upload = self._mine(account, request.query_params.get("jobId"))
        told: Json = {
            "jobId": job,
            "partSizeBytes": PART_BYTES,
            "partCount": upload.count,
            "receivedParts": sorted(upload.parts),
            "expiresAt": _iso(upload.expires),
            "state": "completed" if upload.completed else "created",
        }
        if upload.completed:
            told |= {"completedJobId": upload.completed, "jobStatus": self._told(account, upload.completed)}
        return told

    async def finish(self, account: StageAccount, request: Request) -> Json:
        job, upload = self._mine(account, (await read_json(request)).get("jobId"))
        if not upload.completed:
            missing = [number for number in range(1, upload.count + 1) if number not in upload.parts]
            if missing:
                raise refuse_record(f"Missing parts: {', '.join(map(str, missing))}", "MissingParts")
            self._assemble(account, job, upload)
        return {"completedJobId": upload.completed, "jobStatus": self._told(account, upload.completed)}

    async def job_status(self, account: StageAccount, request: Request) -> Json:
        job, upload = self._mine(account, request.query_params.get("jobId"))
        upload.asked += 1
        return {"jobStatus": self._told(account, job)}

    def _assemble(self, account: StageAccount, job: str, upload: _Upload) -> None:
        data = b"".join(upload.parts[number].read_bytes() for number in sorted(upload.parts))
        for path in upload.parts.values():
            path.unlink()
        digest = hashlib.sha256(data).hexdigest()
        upload.completed = self._known.setdefault((account.id, digest), job)
        if upload.completed != job:
            return
        pixels = look_at(data)
        if pixels is None or pixels.mime != "video/mp4":
            upload.failed = "Failed to probe video"
        elif pixels.seconds > SECONDS:
            upload.failed = f"Video is longer than {SECONDS:.0f} seconds"
        else:
            upload.blob = self._keep(account, data, pixels)

    def _keep(self, account: StageAccount, data: bytes, pixels: Pixels) -> Json:
        cid = blob_cid(data)
        size = (pixels.width, pixels.height)
        if self.state.picture(account, cid) is None:
            blob = UploadedPicture(cid, "bluesky", account.handle, "", pixels.mime, len(data), *size, moves=True)
            self.state.add_picture(blob, data)
        return {"$type": "blob", "ref": {"$link": cid}, "mimeType": pixels.mime, "size": len(data)}

    def _told(self, account: StageAccount, job: str) -> Json:
        upload = self._uploads[job]
        told: Json = {"jobId": job, "did": account.id}
        if upload.asked <= len(_STEPS):
            return told | {"state": _STEPS[max(0, upload.asked - 1)], "progress": 50}
        if upload.failed:
            wrong = {"error": "video processing error", "message": upload.failed}
            return told | {"state": "JOB_STATE_FAILED", "failureCode": "validation_failure", **wrong}
        return told | {"state": "JOB_STATE_COMPLETED", "progress": 100, "blob": upload.blob}

    def _mine(self, account: StageAccount, job: object) -> tuple[str, _Upload]:
        upload = self._uploads.get(job) if isinstance(job, str) else None
        if upload is None or upload.did != account.id or not isinstance(job, str):
            raise refuse_record("Upload not found", "UploadNotFound")
        return job, upload


def service_auth(account: StageAccount, query: dict[str, str]) -> Json:
    """The answer of `com.atproto.server.getServiceAuth`."""
    audience, method, exp = query.get("aud", ""), query.get("lxm", ""), query.get("exp", "")
    if not audience.startswith("did:"):
        raise refuse_record("Invalid aud")
    now = datetime.now(UTC).timestamp()
    until = float(exp) if exp.isdecimal() else now + 60
    if until < now:
        raise refuse_record("expiration is in past", "BadExpiration")
    if until > now + (3600 if method else 60):
        raise refuse_record("cannot request a token with an expiration that far in the future", "BadExpiration")
    return {"token": service_token(account, audience, method, int(until))}


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")
