"""Requests and responses of the stage: reading forms and JSON, answering in JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response


class HTTPDenial(Exception):
    """A platform's error answer: status and JSON body. Never leaves the stage."""

    def __init__(self, status: int, body: Any, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status}")
        self.status = status
        self.body = body
        self.headers = dict(headers or {})


def json_response(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON response."""
    packed = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(packed, status, headers, "application/json; charset=utf-8")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file in a form."""

    mime: str
    data: bytes


@dataclass(slots=True)
class Form:
    """Fields of a form, a JSON object or a query, read alike."""

    fields: list[tuple[str, str]] = field(default_factory=list)
    files: dict[str, Upload] = field(default_factory=dict)

    def get(self, name: str) -> str | None:
        return next((value for key, value in self.fields if key == name), None)

    def all(self, name: str) -> list[str]:
        """All values of `name[]`, and of `name`."""
        return [value for key, value in self.fields if key in (f"{name}[]", name)]

    def flag(self, name: str) -> bool:
        return (self.get(name) or "").lower() in ("1", "true", "on")


async def read_form(request: Request) -> Form:
    """Read the fields of a request: urlencoded, multipart or JSON, with the query's fields after it."""
    form = Form()
    kind = request.headers.get("content-type", "")
    body = await request.body() if request.method != "GET" else b""
    if kind.startswith("multipart/form-data"):
        _read_multipart(form, kind, body)
    elif kind.startswith("application/json") and body:
        data = await read_json(request)
        for name, value in data.items():
            for one in value if isinstance(value, list) else [value]:
                if one is not None:
                    text = one if isinstance(one, str) else json.dumps(one)
                    form.fields.append((f"{name}[]" if isinstance(value, list) else name, text))
    elif body:
        form.fields.extend(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    form.fields.extend(request.query_params.multi_items())
    return form


async def read_json(request: Request) -> dict[str, Any]:
    """Read the body as a JSON object; anything else is an empty one, which every platform refuses by its own rules."""
    try:
        data = json.loads(await request.body())
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def _read_multipart(form: Form, kind: str, body: bytes) -> None:
    boundary = kind.partition("boundary=")[2].partition(";")[0].strip().strip('"').encode()
    if not boundary:
        return
    for piece in body.split(b"--" + boundary)[1:-1]:
        head, _, data = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        data = data.removesuffix(b"\r\n")
        headers = {}
        for line in head.decode("utf-8", "replace").split("\r\n"):
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        marks = {
            key.strip(): value.strip().strip('"')
            for key, _, value in (m.partition("=") for m in headers.get("content-disposition", "").split(";"))
        }
        name = marks.get("name", "")
        if "filename" in marks or "filename*" in marks:
            form.files[name] = Upload(headers.get("content-type", ""), data)
        else:
            form.fields.append((name, data.decode("utf-8", "replace")))
