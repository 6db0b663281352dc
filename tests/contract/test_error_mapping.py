"""The mapping of errors is total: every exception of the SDKs and of the libraries under them has a meaning."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from amplify.model.errors import LoggedOut, PlatformError, Refused, TryLater, Unknown
from amplify.platforms import http
from amplify.platforms.bluesky import errors as bluesky
from amplify.platforms.mastodon import errors as mastodon
from amplify.platforms.x import errors as x

Translate = Callable[[Exception], PlatformError]
MEANINGS = (TryLater, Refused, LoggedOut, Unknown)
OVER_REQUESTS = ("requests.exceptions", "urllib3.exceptions", "http.client", "builtins", "ssl", "socket")
MODULES: dict[str, tuple[Translate, tuple[str, ...]]] = {
    "x": (x.translate, ("tweepy.errors", "requests_oauthlib", "oauthlib.oauth1.rfc5849.errors", *OVER_REQUESTS)),
    "mastodon": (mastodon.translate, ("mastodon.errors", *OVER_REQUESTS)),
    "bluesky": (
        bluesky.translate,
        (
            "atproto.exceptions",
            "atproto_client.exceptions",
            "atproto_core.exceptions",
            "atproto_core.cid",
            "atproto_core.uri",
            "atproto_server.exceptions",
            "atproto_client.models.utils",
            "httpx",
            "httpcore",
            "pydantic_core",
            "builtins",
            "ssl",
        ),
    ),
}


ROOTS: dict[str, tuple[Translate, tuple[str, ...]]] = {
    "x": (
        x.translate,
        ("tweepy", "requests", "requests_oauthlib", "oauthlib", "urllib3", "idna", "charset_normalizer"),
    ),
    "mastodon": (mastodon.translate, ("mastodon", "requests", "urllib3", "dateutil", "idna", "charset_normalizer")),
    "bluesky": (
        bluesky.translate,
        (
            *("atproto", "atproto_client", "atproto_core", "atproto_crypto", "atproto_identity", "atproto_server"),
            *("httpx", "httpcore", "h11", "anyio", "idna", "pydantic", "pydantic_core"),
        ),
    ),
}
"""Every package under an adapter: what any of its modules can raise has a meaning, wherever it is defined."""


def whole(root: str) -> Iterator[type[Exception]]:
    """Every exception that is defined anywhere in the package `root`."""
    package = importlib.import_module(root)
    for found in pkgutil.walk_packages(getattr(package, "__path__", ()), f"{root}.", onerror=lambda name: None):
        if any(word in found.name for word in (".__main__", ".contrib", "httpx._main", "pydantic.generics")):
            continue
        with suppress(Exception):  # modules for what is not installed here (asyncio and command-line extras)
            importlib.import_module(found.name)
    ahead: list[type[BaseException]] = [Exception]
    seen: set[type[BaseException]] = set()
    while ahead:
        kind = ahead.pop()
        if kind in seen:
            continue
        seen.add(kind)
        ahead.extend(kind.__subclasses__())
        if kind.__module__.partition(".")[0] == root and issubclass(kind, Exception) and not issubclass(kind, Warning):
            yield kind


@pytest.mark.parametrize("name", ROOTS)
def test_no_exception_of_any_package_under_an_adapter_is_without_meaning(name: str) -> None:
    translate, roots = ROOTS[name]
    kinds = [kind for root in roots for kind in whole(root)]
    assert len(kinds) > 40
    for kind in kinds:
        try:
            several = list(made(kind))
        except Exception:
            several = []
        several = several or [kind.__new__(kind)]
        for one in several:
            meaning = translate(one)
            assert type(meaning) in MEANINGS, kind
            assert "a token and a text" not in meaning.why, kind


def exceptions_of(module: str) -> Iterator[type[Exception]]:
    for _, kind in inspect.getmembers(importlib.import_module(module), inspect.isclass):
        if issubclass(kind, Exception) and not issubclass(kind, Warning):
            yield kind


EVERY = [
    pytest.param(translate, kind, id=f"{name}-{kind.__module__}.{kind.__name__}")
    for name, (translate, modules) in MODULES.items()
    for kind in dict.fromkeys(one for module in modules for one in exceptions_of(module))
]


def test_the_list_is_not_empty() -> None:
    names = {param.id for param in EVERY}
    assert len(names) > 200
    assert "x-tweepy.errors.TooManyRequests" in names
    assert "mastodon-mastodon.errors.MastodonRatelimitError" in names
    assert "bluesky-atproto_client.exceptions.InvokeTimeoutError" in names
    assert "bluesky-httpx.RemoteProtocolError" in names
    assert "bluesky-pydantic_core._pydantic_core.ValidationError" in names


def made(kind: type[Exception]) -> Iterator[Exception]:
    """An exception of this kind with words in it, and one as empty as can be."""
    special: dict[str, Callable[[Any], Exception]] = {
        "ExceptionGroup": lambda group: group("a token and a text", [ValueError()]),
        "ValidationError": lambda error: error.from_exception_data("a token and a text", []),
        "PydanticCustomError": lambda error: error("kind", "a token and a text"),
        "PydanticKnownError": lambda error: error("missing"),
    }
    if kind.__name__ in special and not kind.__module__.startswith("atproto"):
        yield special[kind.__name__](kind)
        return
    with suppress(TypeError, AttributeError):  # some need more to be made
        yield kind("a token and a text")
    with suppress(TypeError):
        yield kind.__new__(kind)


@pytest.mark.parametrize(("translate", "kind"), EVERY)
def test_every_exception_has_a_meaning(translate: Translate, kind: type[Exception]) -> None:
    several = list(made(kind))
    assert several
    for one in several:
        meaning = translate(one)
        assert type(meaning) in MEANINGS
        assert "a token and a text" not in meaning.why
        for repeatable in (True, False):
            with pytest.raises(MEANINGS) as caught, http.translate_errors(translate, repeatable=repeatable):
                raise one
            assert not (repeatable and isinstance(caught.value, Unknown))
            assert caught.value.__cause__ is None


def answer(status: int, body: Any, headers: dict[str, str] | None = None) -> Any:
    import requests

    response = requests.Response()
    response.status_code = status
    response.headers.update(headers or {})
    response._content = (body if isinstance(body, str) else json.dumps(body)).encode()
    return response


def tweepy_error(status: int, body: Any, headers: dict[str, str] | None = None) -> Exception:
    import tweepy

    kinds = {400: tweepy.BadRequest, 401: tweepy.Unauthorized, 403: tweepy.Forbidden, 404: tweepy.NotFound}
    kind = tweepy.TwitterServerError if status >= 500 else kinds.get(status, tweepy.HTTPException)
    kind = tweepy.TooManyRequests if status == 429 else kind
    error: Exception = kind(answer(status, body, headers))
    return error


@pytest.mark.parametrize(
    ("status", "body", "meaning"),
    [
        (400, {"detail": "bad"}, Refused),
        (401, {"title": "Unauthorized"}, LoggedOut),
        (402, {"title": "CreditsDepleted"}, LoggedOut),
        (403, {"detail": "You are not permitted to perform this action."}, Refused),
        (403, {"detail": "You are not allowed to create a Tweet with duplicate content."}, Unknown),
        (403, {"detail": "Your account is suspended."}, LoggedOut),
        (403, {"type": "https://api.twitter.com/2/problems/client-forbidden"}, LoggedOut),
        (404, {}, Refused),
        (429, {}, TryLater),
        (429, {"type": "https://api.twitter.com/2/problems/usage-capped"}, LoggedOut),
        (500, {}, Unknown),
        (503, "<html>", Unknown),
    ],
)
def test_what_x_says(status: int, body: Any, meaning: type[PlatformError]) -> None:
    assert type(x.translate(tweepy_error(status, body))) is meaning


def test_x_waits_for_the_window_that_is_spent() -> None:
    import time

    soon, late = str(int(time.time()) + 60), str(int(time.time()) + 7200)
    headers = {
        "x-rate-limit-remaining": "12",
        "x-rate-limit-reset": soon,
        "x-user-limit-24hour-remaining": "0",
        "x-user-limit-24hour-reset": late,
    }
    meaning = x.translate(tweepy_error(429, {}, headers))
    assert isinstance(meaning, TryLater)
    assert meaning.after is not None
    assert timedelta(minutes=110) < meaning.after <= timedelta(hours=2)
    plain = x.translate(tweepy_error(429, {}))
    assert isinstance(plain, TryLater)
    assert plain.after == timedelta(minutes=15)


def test_whys_hide_secrets_and_texts() -> None:
    body = {"detail": "token s3cr3t-t0ken is not allowed to say: Свабода\nГанне"}
    meaning = x.translate(tweepy_error(400, body), ["s3cr3t-t0ken", "Свабода\nГанне"])
    assert "s3cr3t" not in meaning.why
    assert "Свабода" not in meaning.why
    assert "is not allowed to say" in meaning.why


def atproto_error(status: int, name: str, headers: dict[str, str] | None = None) -> Exception:
    from atproto_client import exceptions
    from atproto_client.models.common import XrpcError
    from atproto_client.request import Response

    response = Response(False, status, XrpcError(error=name, message="words"), headers or {})
    kinds = {400: exceptions.BadRequestError, 401: exceptions.UnauthorizedError, 403: exceptions.UnauthorizedError}
    kinds |= {409: exceptions.NetworkError, 413: exceptions.NetworkError, 502: exceptions.NetworkError}
    kind = kinds.get(status, exceptions.RequestException)
    return (exceptions.RateLimitExceededError if status == 429 else kind)(response)


@pytest.mark.parametrize(
    ("status", "name", "meaning"),
    [
        (400, "InvalidRequest", Refused),
        (400, "ExpiredToken", LoggedOut),
        (400, "InvalidToken", LoggedOut),
        (401, "AuthenticationRequired", LoggedOut),
        (401, "AccountTakedown", LoggedOut),
        (403, "Forbidden", Refused),
        (413, "PayloadTooLarge", Refused),
        (429, "RateLimitExceeded", TryLater),
        (500, "InternalServerError", Unknown),
        (502, "UpstreamFailure", Unknown),
        (503, "", Unknown),
    ],
)
def test_what_bluesky_says(status: int, name: str, meaning: type[PlatformError]) -> None:
    assert type(bluesky.translate(atproto_error(status, name))) is meaning


def test_bluesky_waits_as_long_as_it_is_told() -> None:
    meaning = bluesky.translate(atproto_error(429, "RateLimitExceeded", {"retry-after": "42"}))
    assert isinstance(meaning, TryLater)
    assert meaning.after == timedelta(seconds=42)


@pytest.mark.parametrize(
    ("status", "words", "meaning"),
    [
        (401, "The access token is invalid", LoggedOut),
        (403, "Your login is currently disabled", LoggedOut),
        (403, "This action is outside the authorized scopes", LoggedOut),
        (403, "This action is not allowed", Refused),
        (404, "Record not found", Refused),
        (422, "Validation failed: Text character limit of 500 exceeded", Refused),
        (422, "Cannot attach files that have not finished processing. Try again in a moment!", TryLater),
        (500, None, Unknown),
        (503, "Remote data could not be fetched", Unknown),
    ],
)
def test_what_mastodon_says(status: int, words: str | None, meaning: type[PlatformError]) -> None:
    from mastodon import MastodonAPIError

    assert type(mastodon.translate(MastodonAPIError("Mastodon API returned error", status, "-", words))) is meaning


@pytest.mark.parametrize(
    ("status", "words", "what_to_do"),
    [
        (404, "Endpoint not found.", "`server:`"),
        (404, None, "`server:`"),
        (400, None, "access token"),
        (400, "", "access token"),
    ],
)
def test_an_answer_without_a_reason_says_what_to_do(status: int, words: str | None, what_to_do: str) -> None:
    from mastodon import MastodonAPIError

    why = mastodon.translate(MastodonAPIError("Mastodon API returned error", status, "-", words)).why
    assert what_to_do in why
    assert "Endpoint" not in why


def test_a_posted_status_with_a_strange_header_is_unknown() -> None:
    from mastodon import MastodonAPIError, MastodonRatelimitError

    assert isinstance(mastodon.translate(MastodonRatelimitError("Rate limit time calculations failed: x")), Unknown)
    assert isinstance(mastodon.translate(MastodonRatelimitError("Hit rate limit.")), TryLater)
    assert isinstance(
        mastodon.translate(MastodonAPIError("Could not parse response as JSON", "Exception was")), Unknown
    )


def raised(error: BaseException, above: BaseException | None = None) -> BaseException:
    """`error`, raised while `above` was being handled."""
    try:
        try:
            if above is not None:
                raise above
        finally:
            raise error
    except BaseException as caught:
        return caught


def refused_by_requests() -> Exception:
    import requests
    from urllib3.connectionpool import HTTPConnectionPool
    from urllib3.exceptions import MaxRetryError, NewConnectionError

    pool = HTTPConnectionPool("127.0.0.1")
    reason = NewConnectionError(pool, "refused")  # type: ignore[arg-type]  # a connection or its pool
    return requests.ConnectionError(MaxRetryError(pool, "/", reason))


def cut_by_requests() -> Exception:
    import requests
    from urllib3.exceptions import ProtocolError

    return requests.ConnectionError(ProtocolError("Connection aborted.", ConnectionResetError(104, "reset")))


def test_only_what_never_left_may_be_sent_again() -> None:
    import httpx
    import requests
    from mastodon import MastodonNetworkError

    assert http.not_sent(refused_by_requests())
    assert http.not_sent(requests.ConnectTimeout())
    assert http.not_sent(ConnectionRefusedError())
    assert http.not_sent(socket.gaierror())
    assert http.not_sent(httpx.ConnectError("refused"))
    assert not http.not_sent(cut_by_requests())
    assert not http.not_sent(requests.ReadTimeout())
    assert not http.not_sent(httpx.RemoteProtocolError("closed"))
    assert not http.not_sent(httpx.ReadTimeout("slow"))
    assert not http.not_sent(ConnectionResetError())
    assert not http.not_sent(RecursionError())
    # An old failure below a newer one does not make the newer one safe.
    assert not http.not_sent(raised(httpx.ReadTimeout("slow"), httpx.ConnectError("first address")))
    assert http.not_sent(raised(MastodonNetworkError("could not"), refused_by_requests()))
    assert not http.not_sent(raised(MastodonNetworkError("could not"), cut_by_requests()))


def test_the_house_s_own_errors_pass_through_what_an_sdk_wraps_around_them() -> None:
    from mastodon import MastodonNetworkError

    with pytest.raises(LoggedOut, match="rehearsal"), http.translate_errors(mastodon.translate, repeatable=False):
        raise raised(MastodonNetworkError("could not"), LoggedOut("rehearsal only"))
