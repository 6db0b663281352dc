"""X's error answers: its problem bodies, worded as clients have seen them."""

from __future__ import annotations

from amplify.stage.responses import HTTPDenial


def x_problem(status: int, title: str, detail: str, kind: str = "about:blank") -> HTTPDenial:
    """A problem body as X answers."""
    return HTTPDenial(status, {"detail": detail, "type": kind, "title": title, "status": status})


def invalid_request(message: str, **parameters: str) -> HTTPDenial:
    """A 400 answer to a request that X's schema does not allow."""
    return HTTPDenial(
        400,
        {
            "errors": [{"parameters": {k: [v] for k, v in parameters.items()}, "message": message}],
            "title": "Invalid Request",
            "detail": "One or more parameters to your request was invalid.",
            "type": "https://api.twitter.com/2/problems/invalid-request",
        },
    )


def forbidden_request(detail: str) -> HTTPDenial:
    return x_problem(403, "Forbidden", detail)


def x_failure(kind: str) -> HTTPDenial:
    """The answer for an injected failure: one of those that are a status, `refuse` or `logged_out`."""
    if kind == "400":
        return HTTPDenial(400, {"errors": [{"code": 215, "message": "Bad Authentication data."}]})
    if kind == "403":
        return x_problem(403, "Forbidden", "Forbidden")
    if kind == "404":
        return x_problem(404, "Not Found", "Not Found")
    if kind == "429":
        return x_problem(429, "Too Many Requests", "Too Many Requests")
    if kind == "logged_out":
        return x_problem(401, "Unauthorized", "Unauthorized")
    if kind == "500":
        return x_problem(500, "Internal Server Error", "Something went wrong")
    return forbidden_request("You are not permitted to perform this action.")
