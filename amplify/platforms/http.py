"""HTTP for all adapters: sessions, error classification (was anything sent?), and what a status code means.

No HTTP library is imported to judge an error: its exceptions are known by their module and name.
"""

from __future__ import annotations

import io
import json
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from amplify.model.errors import LoggedOut, PlatformError, Refused, TryLater, Unknown
from amplify.model.platform import AccountConnection
from amplify.platforms.loopback import guard_loopback
from amplify.platforms.streamed_form import StreamedForm

if TYPE_CHECKING:
    from urllib.parse import SplitResult

    import requests

CONNECT_SECONDS: Final = 10.0
"""Longest wait for a connection, inside the whole request's time."""

_OF_CONTENT: Final = (413, 415, 422)
"""Statuses that speak of what was sent: too large, of a wrong kind, not acceptable."""

_IN_PIECES: Final = 1 << 16
"""Bytes from which on a body is handed over in pieces."""

_WHOLE_TRIPLES: Final = 3 << 14
"""Bytes of a piece in Base64, which turns three into four."""

_MOMENT: Final = timedelta(seconds=1)

_NEVER_LEFT: Final = frozenset(
    {
        "builtins.ConnectionRefusedError",
        "socket.gaierror",
        "requests.ConnectTimeout",
        "requests.InvalidURL",
        "requests.InvalidHeader",
        "urllib3.NewConnectionError",
        "urllib3.NameResolutionError",
        "urllib3.ConnectTimeoutError",
        "httpx.ConnectError",
        "httpx.ConnectTimeout",
        "httpx.PoolTimeout",
        "httpx.UnsupportedProtocol",
        "httpx.LocalProtocolError",
        "httpx.InvalidURL",
        "httpcore.ConnectError",
        "httpcore.ConnectTimeout",
        "httpcore.PoolTimeout",
        "httpcore.UnsupportedProtocol",
        "httpcore.LocalProtocolError",
        "ssl.SSLCertVerificationError",
    }
)
_MAY_HAVE_LEFT: Final = frozenset(
    {
        "requests.ReadTimeout",
        "requests.ChunkedEncodingError",
        "requests.ContentDecodingError",
        "requests.JSONDecodeError",
        "requests.TooManyRedirects",
        "urllib3.ReadTimeoutError",
        "urllib3.ProtocolError",
        "urllib3.IncompleteRead",
        "httpx.ReadTimeout",
        "httpx.WriteTimeout",
        "httpx.ReadError",
        "httpx.WriteError",
        "httpx.CloseError",
        "httpx.RemoteProtocolError",
        "httpx.DecodingError",
        "httpx.TooManyRedirects",
        "httpcore.ReadTimeout",
        "httpcore.WriteTimeout",
        "httpcore.ReadError",
        "httpcore.WriteError",
        "httpcore.RemoteProtocolError",
    }
)


def error_chain(error: BaseException) -> Iterator[BaseException]:
    """The exception and its causes, outermost first."""
    seen: set[int] = set()
    ahead: list[BaseException] = [error]
    while ahead:
        one = ahead.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        inside = [getattr(one, "reason", None), *one.args, one.__cause__ or one.__context__]
        ahead.extend(inner for inner in inside if isinstance(inner, BaseException))


def not_sent(error: BaseException) -> bool:
    """Whether the request certainly reached no server: refused, no such host, no (secure) connection in time.

    The outermost exception that says anything decides, since an older failure may hang below it.
    """
    for one in error_chain(error):
        if _in_handshake(one):
            return True
        names = {f"{kind.__module__.partition('.')[0]}.{kind.__name__}" for kind in type(one).__mro__}
        if names & _MAY_HAVE_LEFT:
            return False
        if names & _NEVER_LEFT:
            return True
    return False


def why_not_sent(error: BaseException, who: str = "the server") -> str:
    """A sentence for an account's own server that no request reached."""
    if any(_in_handshake(one) for one in error_chain(error)):
        return (
            "no secure connection to the server can be made: look whether the address under `server:` in "
            "config/accounts.yaml is right, and begins with http:// or https:// as the server has it"
        )
    return f"{who} cannot be reached"


def _in_handshake(error: BaseException) -> bool:
    """Whether this is the failure of a TLS handshake, or stands for one: a request only leaves after it."""
    ahead, seen = [error], set[int]()
    while ahead:
        one = ahead.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        trace = one.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_name == "do_handshake":
                return True
            trace = trace.tb_next
        # Not its context: that may be an older failure, of another connection.
        inside = (getattr(one, "reason", None), *one.args, one.__cause__)
        ahead.extend(inner for inner in inside if isinstance(inner, BaseException))
    return False


def _unsendable(error: BaseException) -> LoggedOut | None:
    """The sentence for a secret that no header can hold; requests leave it to the library below to find out."""
    for one in error_chain(error):
        foreign = isinstance(one, UnicodeEncodeError) and one.encoding in ("latin-1", "ascii")
        if foreign or type(one).__name__ == "InvalidHeader":
            return LoggedOut(
                "its credential holds a letter or a sign that cannot be sent, such as a Cyrillic letter or the end of "
                "a line: copy it once more from the platform, and store it"
            )
    return None


def error_for_status(status: int, why: str, after: timedelta | None = None) -> PlatformError:
    """The platform error for an HTTP status, where the platform says nothing more exact."""
    if status in (401, 402):
        # 402: the account's credits are used up. Nothing is wrong with the post, so it waits.
        return LoggedOut(why)
    if status in (425, 429):
        # At least a moment: a reset that is over by our clock, which may be ahead, asks for no storm of requests.
        return TryLater(why, None if after is None else max(after, _MOMENT), account=True)
    if 400 <= status < 500 and status not in (408, 409, 423):
        return Refused(why, unexplained=status not in _OF_CONTENT)
    return Unknown(why)


def seconds_until(value: str | None, now: datetime | None = None) -> timedelta | None:
    """Real time until the instant in a header: unix seconds, a number of seconds, an HTTP date or an ISO date."""
    if not value:
        return None
    now = now or datetime.now(UTC)
    try:
        number = float(value)
        moment = now + timedelta(seconds=number) if number < 10_000_000 else datetime.fromtimestamp(number, UTC)
    except (ValueError, OverflowError, OSError):
        try:
            moment = parsedate_to_datetime(value) if "," in value else datetime.fromisoformat(value)
        except ValueError:
            return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(moment - now, timedelta())


def first_wait(*headers: str | None) -> timedelta | None:
    """Real time until the instant in the first of these headers that can be read. No time at all is an answer, too."""
    return next((wait for wait in map(seconds_until, headers) if wait is not None), None)


def clock_lag(date: str | None, now: datetime | None = None) -> timedelta:
    """How far a server's clock stands behind ours, by the `Date` of its answer; nothing where it does not say."""
    try:
        said = parsedate_to_datetime(date or "")
        return max((now or datetime.now(UTC)) - said, timedelta())
    except (TypeError, ValueError):  # no date, or one without a zone
        return timedelta()


def redact(said: object, hidden: Iterable[str]) -> str:
    """A platform's message, fit for a log: one line, short, without secrets and without the post's own text."""
    words = said if isinstance(said, str) else ""
    for secret in sorted((part for text in hidden for part in (text, *text.splitlines())), key=len, reverse=True):
        if len(secret) > 3:
            words = words.replace(secret, "…")
    words = " ".join(words.split())
    return words if len(words) <= 160 else f"{words[:159]}…"


@contextmanager
def translate_errors(
    translate: Callable[[Exception], PlatformError], *, repeatable: bool, upload: bool = False
) -> Iterator[None]:
    """Turn every exception into a platform error. A call that may be repeated freely is never Unknown: it is tried
    later. `upload`: too many uploads say nothing of texts, so that only this delivery waits.
    """
    try:
        yield
    except Exception as error:  # the point of it: SDKs leak whatever their libraries raise
        ours = next((one for one in error_chain(error) if isinstance(one, PlatformError)), None)
        answer = ours or _unsendable(error) or translate(error)
        if repeatable and isinstance(answer, Unknown):
            answer = TryLater(answer.why)
        if upload and ours is None and isinstance(answer, TryLater) and not not_sent(error):
            answer.account = False
        # `from None`: the SDK's own words may hold a token or the text.
        raise answer from None


def refuse_elsewhere(connection: AccountConnection, url: str, target: str) -> None:
    """Raise LoggedOut where the server at `url` sends a request on to another: it would carry a password or a text
    there. From http:// to https:// on one host is no other server."""
    from urllib.parse import urljoin, urlsplit

    try:
        here, there = urlsplit(url), urlsplit(urljoin(url, target))
        same = (here.scheme, here.hostname, _port(here)) == (there.scheme, there.hostname, _port(there))
        safer = (here.scheme, there.scheme) == ("http", "https") and here.hostname == there.hostname
        if same or (safer and (_port(here), _port(there)) == (80, 443)):
            return
        named = there.netloc.rpartition("@")[2] or "nowhere"
    except ValueError:
        named = "an address that is none"
    raise LoggedOut(
        f"{connection.account}: {urlsplit(url).netloc} sends us on to {redact(named, ())}, and nothing of ours goes "
        "there: where the server has moved, name the new one in config/accounts.yaml"
    )


def _port(parts: SplitResult) -> int | None:
    return {"http": 80, "https": 443}.get(parts.scheme) if parts.port is None else parts.port


class PiecewiseJson:
    """A JSON object with bytes under one key (Base64), encoded piece by piece as it is sent: however many are on their
    way, none lies in memory a second time."""

    def __init__(self, fields: Mapping[str, str], key: str, data: bytes) -> None:
        self._head = json.dumps({**fields, key: ""})[:-2].encode()
        self._data = data

    def __len__(self) -> int:
        return len(self._head) + 4 * -(-len(self._data) // 3) + 2

    def __iter__(self) -> Iterator[bytes]:
        yield self._head
        for at in range(0, len(self._data), _WHOLE_TRIPLES):
            yield b64encode(self._data[at : at + _WHOLE_TRIPLES])
        yield b'"}'


def _open_files(files: Any) -> list[tuple[str, str, BinaryIO, str]]:
    """The files of a request where all of them are open files on the disk; empty where any is in memory already."""
    given = list(files.items()) if isinstance(files, dict) else []
    if not given or not all(isinstance(one, tuple) and hasattr(one[1], "fileno") for _, one in given):
        return []
    return [(field, name, file, mime) for field, (name, file, mime) in given]


def requests_session(
    connection: AccountConnection,
    replacing: str | None = None,
    sign: Callable[[requests.PreparedRequest], requests.PreparedRequest] | None = None,
) -> requests.Session:
    """A requests session of its own: no environment, no `.netrc`, a timeout on every request, the loopback guard.

    `replacing`: the host an SDK insists on; requests go to the connection's server instead. `sign`: signs them, and not
    what the SDK would have them signed by.
    """
    from urllib.parse import urlsplit, urlunsplit

    import requests
    from requests.adapters import HTTPAdapter
    from urllib3.util import Timeout

    class Wire(HTTPAdapter):
        def send(  # type: ignore[override]  # the stubs spell out every keyword
            self, request: requests.PreparedRequest, **options: object
        ) -> requests.Response:
            if replacing and connection.server and request.url and request.url.startswith(replacing):
                server, parts = urlsplit(connection.server), urlsplit(request.url)
                request.url = urlunsplit(
                    (server.scheme, server.netloc, server.path.rstrip("/") + parts.path, parts.query, "")
                )
            guard_loopback(connection, request.url)
            limit = connection.timeout
            options["timeout"] = Timeout(total=limit, connect=min(CONNECT_SECONDS, limit))
            if isinstance(request.body, bytes) and len(request.body) > _IN_PIECES:
                # All at once, it would have to be out within the time of a connection, however slow the line.
                request.body = io.BytesIO(request.body)  # type: ignore[assignment]  # the stubs know fewer kinds
            return super().send(request, **options)  # type: ignore[arg-type]

    class Own(requests.Session):
        def get_redirect_target(self, resp: requests.Response) -> str | None:
            target: str | None = super().get_redirect_target(resp)
            if target is not None:
                refuse_elsewhere(connection, resp.url, target)
            return target

        def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
            request.auth = sign or request.auth
            if isinstance(request.json, PiecewiseJson):
                request.headers = {**request.headers, "Content-Type": "application/json"}
                request.data, request.json = request.json, None
            if open_files := _open_files(request.files):
                form = StreamedForm(dict(request.data or {}), open_files)
                request.headers = {**request.headers, "Content-Type": form.content_type}
                request.data, request.files = form, []
            return super().prepare_request(request)

    session = Own()
    session.trust_env = False
    for scheme in ("https://", "http://"):
        session.mount(scheme, Wire(pool_connections=2, pool_maxsize=4))
    return session
