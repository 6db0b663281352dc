"""Parses models of which some keys are invalid, so that the rest is still checked against the other files.

A post with a mistyped key *and* a missing picture has two problems, and both are reported in one run.
"""

from __future__ import annotations

import copy
import json
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from amplify.model.account import Account
from amplify.model.action import Action
from amplify.model.banner import Template
from amplify.model.base import FileModel
from amplify.model.campaign import Campaign
from amplify.model.fact import Fact
from amplify.model.partner import Partner
from amplify.model.person import Person
from amplify.model.picture import PictureMetadata
from amplify.model.post import PostFront
from amplify.model.queue_entry import QueueEntry
from amplify.model.settings import Settings
from amplify.model.statement import StatementHead

W = TypeVar("W", bound=FileModel)

NOT_READ: Final = "0-not-read"
"""Stands for an id that could not be read; it is not reported as unknown."""
NO_LANGUAGE: Final = "und"
"""Stands for a language that could not be read (BCP-47: undetermined)."""
NO_PLATFORM: Final = "notread"
"""Stands for a platform that could not be read."""

_DAY = "2000-01-01"
_BLANKS: Final[dict[type[FileModel], dict[str, Any]]] = {
    Settings: {"id": NOT_READ, "name": "-"},
    Campaign: {
        "id": NOT_READ,
        "name": {},
        "owner": NOT_READ,
        "languages": [],
        "background": {},
        "key_messages": [{}, {}, {}],
        "contact": {"name": "-", "email": "nobody@example.org"},
    },
    Person: {
        "id": NOT_READ,
        "name": {},
        "detentions": [{"start": _DAY}],
        "state": "unknown",
        "reviewed": _DAY,
        "consent": {"given_by": "-", "channel": "-", "scope": ["name"], "given": _DAY, "review": _DAY},
    },
    Fact: {
        "id": NOT_READ,
        "value": 0,
        "as_of": _DAY,
        "counted_by": {},
        "source": "https://example.org",
        "expires": _DAY,
    },
    Action: {"id": NOT_READ, "campaign": NOT_READ, "kind": "petition", "owner": "-", "url": {}, "title": {}},
    Partner: {"id": NOT_READ, "name": {}, "zone": "UTC", "languages": [NO_LANGUAGE], "joined": _DAY},
    QueueEntry: {"id": NOT_READ, "posts": [NOT_READ], "when": {"at": "2000-01-01T00:00:00Z"}},
    Account: {"partner": NOT_READ, "platform": NO_PLATFORM, "credential": NOT_READ},
    Template: {
        "id": NOT_READ,
        "campaign": NOT_READ,
        "about": "-",
        "scene": {},
        "credit": "-",
        "licence": "-",
        "layers": [{"shape": {"form": "fill"}}],
    },
    PictureMetadata: {"alt": {}, "credit": "-", "licence": "-"},
    StatementHead: {"id": NOT_READ, "campaign": NOT_READ, "lang": NO_LANGUAGE, "title": {}},
    PostFront: {"id": NOT_READ, "campaign": NOT_READ, "kind": "statement", "lang": NO_LANGUAGE, "author": "-"},
}
"""What stands where a key that must be there could not be read."""

_CONTRADICTING: Final[dict[type[FileModel], tuple[str, ...]]] = {PostFront: ("kind", "boost"), Account: ("live",)}
"""Keys that are good by themselves and contradict each other."""


def read_partly(model: type[W], plain: Any) -> W | None:
    """The model without its invalid keys; None where nothing of it can be parsed."""
    if not isinstance(plain, dict):
        return None
    blank = _BLANKS[model]
    kept = {**blank, **{key: copy.deepcopy(value) for key, value in plain.items() if key in model.model_fields}}
    while True:
        try:
            return model.model_validate_json(json.dumps(kept))
        except ValidationError as error:
            gone = [_take_out(model, kept, one["loc"], one["type"], blank) for one in error.errors(include_url=False)]
            if not any(gone):
                return None


def _take_out(
    model: type[FileModel], kept: dict[str, Any], loc: tuple[int | str, ...], kind: str, blank: dict[str, Any]
) -> bool:
    """Remove the value at `loc`; whether anything changed."""
    if kind == "extra_forbidden" and len(loc) > 1:
        holder: Any = kept
        for step in loc[:-1]:
            holder = _inside(holder, step)
        if isinstance(holder, dict) and loc[-1] in holder:
            del holder[loc[-1]]
            return True
    changed = False
    for key in (str(loc[0]),) if loc else _CONTRADICTING.get(model, ()):
        before = kept.pop(key, None)
        if key in blank:
            kept[key] = blank[key]
        changed = changed or before != kept.get(key)
    return changed


def _inside(holder: Any, step: int | str) -> Any:
    if isinstance(holder, list) and isinstance(step, int) and step < len(holder):
        return holder[step]
    return holder.get(step) if isinstance(holder, dict) else None
