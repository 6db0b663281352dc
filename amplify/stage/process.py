"""Starts the stage as a process, and is the client of its control endpoints."""

from __future__ import annotations

import http.client
import json
import os
import select
import subprocess
import sys
import threading
import time
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypedDict, Unpack
from urllib.parse import urlsplit

from amplify.model.errors import NeedsPerson
from amplify.stage.failures import Kind
from amplify.stage.timeline_items import Json

START_PATIENCE = 30.0
"""Seconds until a stage that has not announced itself counts as not started."""


class Stage:
    """The stage in a process of its own, for as long as the `with` block lasts, or until this process dies.

    `dir` keeps its journal and pictures; the same folder again carries on where it ended.
    `rate_factor` multiplies every rate limit: a week in a minute needs more than a real minute allows.
    """

    def __init__(self, dir: Path, *, port: int = 0, rate_factor: float = 1.0) -> None:
        self.dir = dir
        self.url = ""
        self._port = port
        self._rate_factor = rate_factor
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def control(self) -> StageControl:
        """The client of its control endpoints."""
        return StageControl(self.url)

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return self._process.pid if self._process else None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Start the process. Raises NeedsPerson with the stage's own message, if it does not come up."""
        self.dir.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "amplify.stage", "--dir", str(self.dir), "--port", str(self._port)]
        command += ["--until-eof", "--rate-factor", str(self._rate_factor)]
        log = self.dir / "stage.log"
        with log.open("wb") as errors:
            # A group of its own: Ctrl-C is for the rehearsal, which ends the stage itself.
            self._process = subprocess.Popen(  # noqa: S603  (our own module, our own arguments)
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, start_new_session=True
            )
        line = _first_line(self._process, START_PATIENCE)
        try:
            self.url = str(json.loads(line)["url"])
        except (ValueError, KeyError, TypeError):
            self.stop()
            said = log.read_text("utf-8", "replace").strip().splitlines()
            why = said[-1] if said else "it said nothing"
            raise NeedsPerson(f"the stage did not start: {why} (more in {log})") from None

    def stop(self) -> None:
        """End the process; twice is fine."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def _first_line(process: subprocess.Popen[bytes], patience: float) -> bytes:
    """The first line that the stage prints; empty if it ends or stays silent."""
    assert process.stdout is not None
    line, deadline = b"", time.monotonic() + patience
    waiting = select.poll()  # select() knows no file beyond number 1023
    waiting.register(process.stdout, select.POLLIN)
    while not line.endswith(b"\n") and (left := deadline - time.monotonic()) > 0:
        ready = waiting.poll(left * 1000)
        piece = os.read(process.stdout.fileno(), 4096) if ready else b""
        if not piece:
            break
        line += piece
    return line


class RequestFilter(TypedDict, total=False):
    """Which requests an injected failure is for."""

    platform: str
    path: str
    """A part of the path."""
    method: str
    handle: str


class StageControl:
    """Client of the stage's control endpoints. Safe to share between threads."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._netloc = urlsplit(url).netloc
        self._local = threading.local()

    def account(self, platform: str, handle: str, name: str, languages: tuple[str, ...] = ()) -> dict[str, str]:
        """Open an account (again) and get its secrets: the same for the same platform and handle, always."""
        asked = {"platform": platform, "handle": handle, "name": name, "languages": list(languages)}
        secrets: dict[str, str] = self._ask("account", asked)
        return secrets

    def outside(self, url: str) -> str:
        """Create a post that stands outside the rehearsal, by its public address, so that it can be boosted. Its id."""
        return str(self._ask("outside", {"url": url})["id"])

    def server(self, host: str, max_characters: int | None = None, software: str = "mastodon") -> None:
        """Set what software the server of this host is (a name in `server_ways.py`), and how long a text it takes."""
        self._ask("server", {"host": host, "max_characters": max_characters, "software": software})

    def clock(self, now: datetime) -> None:
        """Set campaign time; it stands there until it is set again."""
        self._ask("clock", {"now": now.isoformat()})

    def latency(self, seconds: float) -> None:
        """Delay every platform request by this much; others go on meanwhile."""
        self._ask("latency", {"seconds": seconds})

    def fail(
        self,
        kind: Kind,
        *,
        count: int = 1,
        retry_after: float | None = None,
        seconds: float = 0.0,
        **fitting: Unpack[RequestFilter],
    ) -> None:
        """Inject failures into the next `count` fitting requests; all fit without a filter. `retry_after` in seconds;
        `seconds`: how slow `slow_before` and `slow_after` are.
        """
        asked = {"kind": kind, "platform": None, "path": None, "method": None, "handle": None, **fitting}
        self._ask("fail", asked | {"count": count, "retry_after": retry_after, "seconds": seconds})

    def clear_failures(self) -> None:
        """Remove every injected failure."""
        self._ask("clear", {})

    def posts(self, platform: str | None = None) -> list[Json]:
        """Everything accepted, in order: posts and boosts, deleted ones too.

        Keys: platform, id, handle, url, text, created_at, accepted_at, langs, reply_to, boost_of,
        media (alt, file, mime, …), content_warning, visibility, sensitive, key, record, cid, outside,
        deleted, deleted_at.
        """
        posts: list[Json] = self._ask("posts", {"platform": platform})
        for post in posts:
            if post["url"].startswith("/"):
                post["url"] = self.url + post["url"]
        return posts

    def render(self, out_dir: Path) -> Path:
        """Write the timelines as files that open from disk, their pictures beside them. The page to open first."""
        pages = self._ask("pages", {})
        (out_dir / "media").mkdir(parents=True, exist_ok=True)
        for name, text in pages["files"].items():
            (out_dir / name).write_text(text, "utf-8")
        for name in pages["pictures"]:
            file = out_dir / "media" / name
            if not file.exists():
                file.write_bytes(self._send("GET", f"/media/{name}", None))
        return out_dir / "index.html"

    def _ask(self, door: str, asked: Json) -> Any:
        return json.loads(self._send("POST", f"/stage/{door}", json.dumps(asked).encode()))

    def _send(self, method: str, path: str, body: bytes | None) -> bytes:
        headers = {"X-Stage": "1", "Content-Type": "application/json"}
        for fresh in (False, True):
            try:
                link = self._link(fresh)
                link.request(method, path, body, headers)
                response = link.getresponse()
                data = response.read()
                break
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                # An idle connection that the stage had closed: asking again on a new one is safe for all doors.
                if fresh:
                    raise NeedsPerson("the stage went away in the middle of the rehearsal") from None
            except OSError as wrong:
                raise NeedsPerson(f"the stage cannot be reached at {self.url}: {wrong}") from None
        if response.status != 200:
            raise NeedsPerson(f"the stage refused: {data.decode('utf-8', 'replace')}")
        return data

    def _link(self, fresh: bool) -> http.client.HTTPConnection:
        link: http.client.HTTPConnection | None = getattr(self._local, "link", None)
        if link is None or fresh:
            if link is not None:
                link.close()
            link = self._local.link = http.client.HTTPConnection(self._netloc, timeout=60)
        return link
