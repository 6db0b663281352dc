"""Every request the X adapter makes is one that X's own OpenAPI document describes."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from counterparts.conformance import document
from ground import XOnStage
from jsonschema import Draft202012Validator, FormatChecker

from amplify.model.errors import PlatformError
from amplify.stage.process import Stage


def whole_body(body: Any) -> bytes | str | None:
    """The body of a request, also of one that is encoded while it is sent."""
    return body if body is None or isinstance(body, bytes | str) else b"".join(body)


pytestmark = pytest.mark.xdist_group("stage")


class XDocument:
    """X's description of its API, asked about single requests."""

    def __init__(self, document: Any) -> None:
        self._document = document
        self._paths = [
            (re.compile("^" + re.sub(r"\\{[^/]+\\}", "([^/]+)", re.escape(template)) + "$"), template)
            for template in sorted(document["paths"], key=lambda path: path.count("{"))
        ]

    def violations(self, method: str, url: str, body: bytes | str | None) -> list[str]:
        """What is wrong with a request, in words; empty where it is right."""
        parts = urlsplit(url)
        template, values = self._template(parts.path)
        if template is None:
            return [f"no path {parts.path}"]
        operation = self._document["paths"][template].get(method.lower())
        if operation is None:
            return [f"no {method} on {template}"]
        parameters = {(one["in"], one["name"]): one for one in map(self._resolved, operation.get("parameters", []))}
        wrong = []
        for name, value in zip(re.findall(r"\{([^/]+)\}", template), values, strict=True):
            wrong += self._against(parameters["path", name]["schema"], value)
        given = dict(parse_qsl(parts.query, keep_blank_values=True))
        for name, value in given.items():
            one = parameters.get(("query", name))
            wrong += self._against(one["schema"], value) if one else [f"no query parameter {name}"]
        for (place, name), one in parameters.items():
            if place == "query" and one.get("required") and name not in given:
                wrong.append(f"{name} is missing")
        return wrong + self._body(operation.get("requestBody"), body)

    def _body(self, described: Any, body: bytes | str | None) -> list[str]:
        if described is None:
            return ["a body where none is described"] if body else []
        if body is None:
            return ["the body is missing"] if described.get("required") else []
        schema = described["content"]["application/json"]["schema"]
        return self._errors(schema, json.loads(body))

    def _against(self, schema: Any, text: str) -> list[str]:
        """A value of the URL against its schema: lists are separated by commas, numbers are digits."""
        schema = self._resolved(schema)
        kind = schema.get("type")
        value: Any = text
        if kind == "array":
            value = text.split(",")
        elif kind == "integer" and re.fullmatch(r"\d+", text):
            value = int(text)
        return self._errors(schema, value)

    def _errors(self, schema: Any, value: Any) -> list[str]:
        whole = {"components": self._document["components"], "allOf": [schema]}
        checker = Draft202012Validator(whole, format_checker=FormatChecker())
        return [f"{error.json_path}: {error.message}"[:300] for error in checker.iter_errors(value)]

    def _resolved(self, one: Any) -> Any:
        while "$ref" in one:
            found = self._document
            for step in one["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            one = found
        return one

    def _template(self, path: str) -> tuple[str | None, tuple[str, ...]]:
        for pattern, template in self._paths:
            if match := pattern.match(path):
                return template, match.groups()
        return None, ()


@pytest.fixture
def x_document() -> XDocument:
    return XDocument(document("x-openapi-2.166.json"))


def test_every_request_fits_the_document(x_document: XDocument, stage: Stage, tmp_path: Path) -> None:
    ground = XOnStage(tmp_path, stage)
    member, friend = ground.member(), ground.member()
    made: list[tuple[str, str, bytes | str | None]] = []
    for one in (member, friend):
        one.platform._client.session.hooks["response"].append(  # type: ignore[attr-defined]
            lambda response, **_: made.append(
                (response.request.method, response.request.url, whole_body(response.request.body))
            )
        )
    member.platform.whoami()
    pictures = tuple(member.picture(f"{name}.png", f"Alt {name}", (9, 9, 9)) for name in "abcd")
    call = member.call(member.message("З малюнкамі https://example.org #тэг", pictures=pictures))
    first = member.platform.publish(call)
    body = json.loads(made[-1][2] or "")
    assert body == member.platform.payload(call)  # the preview shows the very bytes
    second = member.publish("Працяг", root=first, parent=first)
    for _ in range(2):
        boost = friend.platform.boost(first, "k", "r", datetime.now(UTC))
    member.platform.read([first.id, second.id, "1"])
    assert member.platform.find(call, datetime.now(UTC) - timedelta(hours=1)) is not None
    with pytest.raises(PlatformError):
        member.platform.publish(call)
    friend.platform.delete(boost)
    member.platform.delete(second)
    seen = {(method, urlsplit(url).path.replace(first.id, "N").replace(second.id, "N")) for method, url, _ in made}
    assert {method for method, _ in seen} == {"GET", "POST", "DELETE"}
    assert {"/2/media/upload", "/2/media/metadata", "/2/tweets", "/2/users/me"} <= {path for _, path in seen}
    assert len(made) >= 17
    wrong = {
        f"{method} {url}": found for method, url, body in made if (found := x_document.violations(method, url, body))
    }
    assert wrong == {}


def test_every_upload_of_what_moves_fits_the_document(x_document: XDocument, stage: Stage, tmp_path: Path) -> None:
    member = XOnStage(tmp_path, stage).member(timeout=30)
    made: list[tuple[str, str, bytes | str | None]] = []
    member.platform._client.session.hooks["response"].append(  # type: ignore[attr-defined]
        lambda response, **_: made.append((response.request.method, response.request.url, response.request.body))
    )
    member.publish("Відэа", pictures=(member.film("walk.mp4", "Шлях", tmp_path),))
    member.publish("Малюнак", pictures=(member.gif("walk.gif", "Крок"),))
    paths = [re.sub(r"\d{5,}", "N", urlsplit(url).path) for _, url, _ in made]
    for step in ("initialize", "N/append", "N/finalize"):
        assert paths.count(f"/2/media/upload/{step}") == 2
    assert paths.count("/2/media/upload") >= 4  # asked until it was worked through
    assert paths.count("/2/media/metadata") == 2
    wrong = {
        f"{method} {url}": found for method, url, body in made if (found := x_document.violations(method, url, body))
    }
    assert wrong == {}


@pytest.mark.parametrize(
    ("method", "path", "body", "says"),
    [
        ("POST", "/2/tweet", None, "no path"),
        ("PUT", "/2/tweets", None, "no PUT"),
        ("POST", "/2/tweets", {"text": "a", "language": "be"}, "language"),
        ("POST", "/2/tweets", {"text": "a", "media": {"media_ids": ["1", "2", "3", "4", "5"]}}, "too long"),
        ("POST", "/2/media/upload", {"media": "aGk="}, "media_category"),
        ("GET", "/2/tweets?ids=1&tweet.fields=metrics", None, "metrics"),
        ("GET", "/2/tweets?ids=1&limit=5", None, "no query parameter limit"),
        ("GET", "/2/tweets", None, "ids is missing"),
        ("GET", "/2/users/7/tweets?max_results=1000", None, "maximum"),
        ("GET", "/2/users/7/tweets?start_time=yesterday", None, "yesterday"),
    ],
)
def test_the_check_can_fail(x_document: XDocument, method: str, path: str, body: Any, says: str) -> None:
    found = x_document.violations(method, f"https://api.x.com{path}", json.dumps(body) if body else None)
    assert any(says in one for one in found), found
