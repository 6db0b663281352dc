"""Mastodon's error answers, and how its forms are read."""

from __future__ import annotations

from starlette.requests import Request

from amplify.stage.responses import Form, HTTPDenial


def mastodon_failure(kind: str) -> HTTPDenial:
    """The answer for an injected failure: one of those that are a status, `refuse` or `logged_out`."""
    if kind == "400":
        return HTTPDenial(400, {"error": "Bad request"})
    if kind == "403":
        return HTTPDenial(403, {"error": "Forbidden"})
    if kind == "404":
        return not_found()
    if kind == "429":
        return HTTPDenial(429, {"error": "Too many requests"})
    if kind == "logged_out":
        return HTTPDenial(401, {"error": "The access token was revoked"})
    if kind == "500":
        return HTTPDenial(500, {"error": "We're sorry, but something went wrong"})
    return refuse_form("Validation failed: Text is not acceptable")


def refuse_form(why: str) -> HTTPDenial:
    """A 422 answer, the server's own way of refusing a form."""
    return HTTPDenial(422, {"error": why})


def not_found() -> HTTPDenial:
    return HTTPDenial(404, {"error": "Record not found"})


def base_of(request: Request) -> str:
    """The stage's own address, as the client sees it."""
    return f"{request.url.scheme}://{request.url.netloc}"


def whole_number(form: Form, name: str, default: int) -> int:
    """A whole number in a form; `default` where there is none."""
    given = form.get(name)
    return int(given) if given and given.isascii() and given.isdigit() else default
