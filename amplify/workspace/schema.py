"""JSON Schemas of the workspace's files, for editors: they complete keys and underline mistakes."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core.core_schema import DatetimeSchema

from amplify.workspace.atomic_write import write_whole
from amplify.workspace.file_types import FILE_MODELS, SCHEMAS

_STAMP = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?"


class _ForEditors(GenerateJsonSchema):
    """A schema generator without `format: date-time`, which would underline `2027-05-21T10:00`, which we read."""

    def datetime_schema(self, schema: DatetimeSchema) -> JsonSchemaValue:
        offset = {"aware": r"(Z|[+-]\d{2}:\d{2})$", "naive": "$"}[str(schema.get("tz_constraint"))]
        return {"type": "string", "pattern": _STAMP + offset}


PROFILE = "https://json-schema.org/draft/2020-12/schema"


@cache
def json_schemas() -> dict[str, dict[str, Any]]:
    """Name → JSON Schema, one for each kind of file."""
    return {
        name: {"$schema": PROFILE, **model.model_json_schema(mode="validation", schema_generator=_ForEditors)}
        for name, model in FILE_MODELS.items()
    }


def schema_text(name: str) -> str:
    """The text of one schema, as written to `config/schema/NAME.json`."""
    return json.dumps(json_schemas()[name], indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def write_schemas(root: Path, names: tuple[str, ...] = ()) -> tuple[Path, ...]:
    """Write the schemas (all of them without `names`) into the workspace; gives the files that changed."""
    folder = root / SCHEMAS
    folder.mkdir(parents=True, exist_ok=True)
    changed = []
    for name in names or tuple(FILE_MODELS):
        path, text = folder / f"{name}.json", schema_text(name)
        if not path.is_file() or path.read_bytes() != text.encode():
            write_whole(path, text)
            changed.append(path)
    return tuple(changed)
