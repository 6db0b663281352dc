"""Uploads large videos to Bluesky's video service, which works through them and puts them into the account's own store.

In parts, so that a slow line or a crash loses one part at most; a part, the end of an upload and the question how far
it is may be repeated freely. The service acts for us with a token of the account's server, good for half an hour.
Lexicons: `com.atproto.server.getServiceAuth`, `app.bsky.video.getUploadLimits`, `…startUpload`, `…uploadPart`,
`…getUploadStatus`, `…finishUpload`, `…getJobStatus`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from amplify.model.errors import PlatformError, Refused, StillWorking, TryLater
from amplify.model.message import Attachment
from amplify.model.platform import Json
from amplify.model.video import FILM
from amplify.platforms import http
from amplify.platforms.bluesky.errors import error_message, error_name
from amplify.platforms.bluesky.session import BlueskySession
from amplify.platforms.uploads import UploadDeadline

if TYPE_CHECKING:
    from atproto_client import Client

Bearer = dict[str, str]

_SERVICE: Final = "did:web:video.bsky.app"
_LIFE: Final = 30 * 60
"""Seconds for which a token is good: the service needs it until the video lies in the account's store."""
_PIECE: Final = 1 << 16
_HOUR: Final = timedelta(hours=1)
_SOON: Final = timedelta(minutes=2)
_POLL: Final = 1.5
"""Seconds between two questions how far the service is."""

_ENDED: Final = frozenset({"UploadNotFound", "UploadExpired", "UploadAborted"})
"""Errors after which the upload begins anew."""
_REFUSING: Final = frozenset(
    {"UnsupportedContentType", "VideoTooLarge", "VideoTooLong", "BadAspectRatio", "UploadFailed"}
)
_WAITING: Final = {
    "DailyLimitExceeded": _HOUR,
    "TooManyOpenUploads": _SOON,
    "ServiceOverloaded": _SOON,
    "UploadNotReady": _SOON,
    "MissingParts": _SOON,
    "PartSizeMismatch": _SOON,
}
_WRONG_FILM: Final = frozenset({"validation_failure", "encoding_failure", "pds_upload_unsupported_blob_size"})


class Remember(Protocol):
    """Writes down how far an upload is; without an argument, forgets it."""

    def __call__(self, far: Json | None = None) -> None: ...


class FilePiece:
    """One part of a file as a request's body: read as it is sent, so that none of it lies in memory."""

    def __init__(self, path: Path, start: int, size: int) -> None:
        self._path, self._start, self.size = path, start, size

    def __iter__(self) -> Iterator[bytes]:
        with self._path.open("rb") as file:
            file.seek(self._start)
            left = self.size
            while left:
                piece = file.read(min(_PIECE, left))
                if not piece:
                    return
                left -= len(piece)
                yield piece


class VideoService:
    """The video service, for one account."""

    def __init__(self, session: BlueskySession, server: str, tell: Callable[[int, int], None]) -> None:
        """`server`: its address. `tell`: is told of the progress, in bytes."""
        self._session, self._server, self._tell = session, server, tell
        self._client: Client | None = None

    def upload(self, one: Attachment, path: Path, far: Json, remember: Remember, patience: UploadDeadline) -> Json:
        """Upload a video, or go on with that, and wait for its blob. `far`: how far it was, empty for a new one.

        Raises StillWorking where `patience` is over; Refused, TryLater.
        """
        bearer = self._bearer("com.atproto.repo.uploadBlob", self._own_server())
        asking = {} if far else self._bearer("app.bsky.video.getUploadLimits", _SERVICE)
        with _service_errors(one, remember):
            if not far:
                self._check_limits(path.stat().st_size, asking)
                far = self._start(one, path, bearer)
                remember(far)
            if "completed" not in far:
                self._send(one, path, far, bearer, patience)
                done = self._video.finish_upload({"job_id": far["job"]}, headers=bearer)
                # Where the service had the same video before, it goes on with what it made of that.
                far = {**far, "completed": done.completed_job_id}
                remember(far)
            return self._wait(one, far, bearer, remember, patience)

    def close(self) -> None:
        if self._client is not None:
            self._client.request.close()

    def _start(self, one: Attachment, path: Path, bearer: Bearer) -> Json:
        size = path.stat().st_size
        asked: Any = {
            "size_bytes": size,
            "mime_type": FILM,
            "name": "video.mp4",  # the file's own name stays here
            "width": one.width,
            "height": one.height,
        }
        begun = self._video.start_upload(asked, headers=bearer)
        parts = -(-size // begun.part_size_bytes)
        if parts != begun.part_count:
            raise TryLater("Bluesky's video service counts other parts than we do", _SOON)
        return {"job": begun.job_id, "part": begun.part_size_bytes, "parts": parts, "size": size}

    def _check_limits(self, size: int, bearer: Bearer) -> None:
        limits = self._video.get_upload_limits(headers=bearer)
        said = http.redact(limits.message or limits.error or "", ())
        videos, left = limits.remaining_daily_videos, limits.remaining_daily_bytes
        if videos == 0 or (left is not None and left < size):
            raise TryLater(f"Bluesky takes no more video of this account today. {said}".rstrip(), _HOUR)
        if not limits.can_upload:
            # Most often an e-mail address that nobody has confirmed: it concerns videos alone.
            why = f"Bluesky takes no large videos of this account: {said or 'it does not say why'}"
            raise Refused(f"{why}. Confirm its e-mail address on Bluesky (Settings, Account)", unexplained=True)

    def _send(self, one: Attachment, path: Path, far: Json, bearer: Bearer, patience: UploadDeadline) -> None:
        """Send the parts that the service does not have. What it has, it says itself."""
        status = self._video.get_upload_status({"job_id": far["job"]}, headers=bearer)
        if status.state == "failed":
            raise _Failed(status.failure_reason or "it does not say why")
        if status.state in ("aborted", "expired"):
            raise _Ended
        if status.state != "created":
            return
        there = set(status.received_parts)
        for number in range(1, far["parts"] + 1):
            if number in there:
                continue
            if patience.over():
                raise StillWorking(f"{one.file} is on its way: {100 * len(there) // far['parts']} %", timedelta())
            start = (number - 1) * far["part"]
            piece: Any = FilePiece(path, start, min(far["part"], far["size"] - start))
            headers = {**bearer, "Content-Length": str(piece.size)}
            self._video.upload_part({"job_id": far["job"], "part_number": number}, piece, headers=headers)
            there.add(number)
            self._tell(min(far["size"], len(there) * far["part"]), far["size"])

    def _wait(self, one: Attachment, far: Json, bearer: Bearer, remember: Remember, patience: UploadDeadline) -> Json:
        while True:
            status = self._video.get_job_status({"job_id": far["completed"]}, headers=bearer).job_status
            if status.blob is not None:  # also where it "failed", for it had worked on the same video before
                return blob_json(status.blob)
            if status.state == "JOB_STATE_FAILED":
                why = http.redact(status.message or status.error or "it does not say why", ())
                if status.failure_code in _WRONG_FILM:
                    raise _Failed(why)
                remember()
                raise TryLater(f"Bluesky's video service failed: {why}", _SOON)
            patience.wait(_POLL, f"Bluesky is still working on {one.file}")

    def _bearer(self, method: str, audience: str) -> Bearer:
        """The header with a token that our server gives for one method of a service."""
        asked: Any = {"aud": audience, "lxm": method, "exp": int(time.time()) + _LIFE}
        answer = self._session.do(lambda client: client.com.atproto.server.get_service_auth(asked))
        return {"Authorization": f"Bearer {answer.token}"}

    def _own_server(self) -> str:
        """The DID of the server on which the account lives: what the service puts there, it puts there with our
        token."""
        return str(self._session.do(lambda client: client.com.atproto.server.describe_server()).did)

    @property
    def _video(self) -> Any:
        """The service's methods. Its client never carries the account's own session."""
        if self._client is None:
            self._client = self._session.bare_client(self._server)
        return self._client.app.bsky.video


class _Ended(Exception):
    """The service does not keep the upload any more."""


class _Failed(Exception):
    """The service cannot work with the video; `str()` says why."""


@contextmanager
def _service_errors(one: Attachment, remember: Remember) -> Iterator[None]:
    """Name the service's own errors by what to do next. Where the upload is of no use any more, it is forgotten."""
    try:
        yield
    except _Failed as failed:
        remember()
        raise Refused(f"Bluesky cannot work with {one.file}: {failed}") from None
    except PlatformError:
        raise
    except Exception as error:
        name, said = error_name(error), http.redact(error_message(error), ())
        why = f"Bluesky's video service says {name}: {said}".rstrip(": ")
        if isinstance(error, _Ended) or name in _ENDED:
            remember()
            raise TryLater(f"the upload of {one.file} has expired, and begins anew", timedelta()) from None
        if name in _REFUSING:
            remember()
            raise Refused(f"{one.file}: {why}") from None
        if name == "UploadForbidden":
            raise Refused(why, unexplained=True) from None
        if name in _WAITING:
            raise TryLater(why, _WAITING[name]) from None
        if getattr(getattr(error, "response", None), "status_code", None) == 401:
            raise TryLater(why, _SOON) from None  # the account's own key is as good as before
        raise


def blob_json(blob: Any) -> Json:
    """A reference to a blob as a record holds it."""
    return {
        "$type": "blob",
        "ref": {"$link": str(blob.ref.link if hasattr(blob.ref, "link") else blob.ref)},
        "mimeType": blob.mime_type,
        "size": blob.size,
    }
