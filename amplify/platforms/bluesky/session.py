"""Bluesky login sessions: few logins a day are allowed, so sessions are kept and shared between runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from amplify.model.errors import PlatformError
from amplify.model.platform import AccountConnection
from amplify.platforms import http
from amplify.platforms.bluesky import errors, rate_limits
from amplify.platforms.bluesky.errors import WORN_OUT, error_name
from amplify.platforms.loopback import guard_loopback
from amplify.platforms.rate_headers import response_listener
from amplify.platforms.session_file import SessionFile

if TYPE_CHECKING:
    import httpx
    from atproto_client import Client

_T = TypeVar("_T")


class BlueskySession:
    """One account's client, logged in when first needed."""

    def __init__(self, connection: AccountConnection, server: str) -> None:
        self._connection = connection
        self._server = server
        self._sessions = SessionFile(connection.sessions, connection.account, server, connection.handle)
        self._client: Client | None = None

    def did(self) -> str:
        """The account's own DID."""
        return str(_session(self._signed_in()).did)

    def close(self) -> None:
        if self._client is not None:
            self._client.request.close()

    def do(self, ask: Callable[[Client], _T]) -> _T:
        """Call with a valid session; an expired one is replaced once (such an answer accepted nothing)."""
        from atproto_client.exceptions import BadRequestError, UnauthorizedError

        client = self._signed_in()
        try:
            return ask(client)
        except (BadRequestError, UnauthorizedError) as error:
            if error_name(error) not in WORN_OUT:
                raise
        worn = client.export_session_string()
        with self._sessions.locked(), http.translate_errors(self._translate, repeatable=True):
            stored = self._sessions.read()
            if stored is None or stored == worn or not self._take_up(client, stored):
                self._sign_in(client)
        return ask(client)

    def _signed_in(self) -> Client:
        if self._client is not None and not _stale(self._client):
            return self._client
        with self._sessions.locked(), http.translate_errors(self._translate, repeatable=True):
            client = self._client or self._new_client()
            stored = self._sessions.read()
            if stored is None or not self._take_up(client, stored):
                self._sign_in(client)
            self._client = client
        return client

    def _take_up(self, client: Client, stored: str) -> bool:
        """Reuse a kept session, refreshed where it nearly expires; False where it is of no use."""
        from atproto_client.exceptions import BadRequestError, UnauthorizedError
        from atproto_server.exceptions import InvalidTokenError

        try:
            client.login(session_string=stored, fetch_bsky_profile=False)
            if _stale(client):
                client.com.atproto.server.get_session()  # the SDK refreshes before it asks
        except (BadRequestError, UnauthorizedError, InvalidTokenError, ValueError, TypeError):
            self._sessions.forget()
            return False
        return True

    def _translate(self, error: Exception) -> PlatformError:
        return errors.translate(error, [*self._connection.secrets.values()])

    def _sign_in(self, client: Client) -> None:
        client.login(self._connection.handle, self._connection.secrets["app_password"], fetch_bsky_profile=False)

    def _new_client(self) -> Client:
        from atproto_client import SessionEvent

        client = self.bare_client(self._server)

        def keep(event: SessionEvent, session: Any) -> None:
            if event is not SessionEvent.IMPORT:
                self._sessions.write(session.encode())

        client.on_session_change(keep)
        return client

    def bare_client(self, server: str) -> Client:
        """A client for a server, without a session; it goes nowhere else."""
        import httpx
        from atproto_client import Client
        from atproto_client.request import Request

        def keep_to_loopback(request: httpx.Request) -> None:
            guard_loopback(self._connection, str(request.url))  # signing in may name another server

        def keep_to_this_server(response: httpx.Response) -> None:
            if response.has_redirect_location:
                http.refuse_elsewhere(self._connection, str(response.url), response.headers["Location"])

        limit = self._connection.timeout
        return Client(
            base_url=server,
            request=Request(  # never shared: it carries the account's token
                timeout=httpx.Timeout(limit, connect=min(http.CONNECT_SECONDS, limit)),
                trust_env=False,
                event_hooks={
                    "request": [keep_to_loopback],
                    "response": [keep_to_this_server, response_listener(self._connection, rate_limits.heard)],
                },
            ),
        )


def _session(client: Client) -> Any:
    from atproto_client import Session

    return Session.decode(client.export_session_string())


def _stale(client: Client) -> bool:
    """Whether the access token has less than a quarter of an hour left (real time): the SDK would refresh it."""
    return bool(_session(client).access_jwt_payload.exp - 15 * 60 < time.time())
