"""Reading `config/`: the settings, the campaigns, and the files that hold lists."""

from __future__ import annotations

from typing import Any, TypeVar

from amplify.model.base import Entry
from amplify.model.campaign import Campaign
from amplify.model.problem import Place, Problem, Severity
from amplify.model.settings import Settings
from amplify.workspace.file_types import ACCOUNTS, CAMPAIGNS, LISTS, SCHEMAS, SETTINGS, ListFile
from amplify.workspace.files import YAML_BYTES, Unreadable, files_below, glimpse, read_text
from amplify.workspace.parsed import Findings, Found
from amplify.workspace.partial import read_partly
from amplify.workspace.suggest import did_you_mean
from amplify.workspace.validate import Spot, read_word
from amplify.workspace.yaml_reader import Document, read_yaml

E = TypeVar("E", bound=Entry)


def read_config(findings: Findings) -> None:
    """Read everything under `config/`."""
    files, problems = files_below(findings.root, "config")
    findings.problems += problems
    lists = {kind.path: kind for kind in LISTS}
    if SETTINGS not in files:
        findings.problems.append(
            Problem(
                Place(SETTINGS), "FILE-MISSING", "this file is missing: a workspace begins with its `id` and `name`"
            )
        )
    for path in files:
        if path == SETTINGS:
            findings.settings = _read_one(findings, path, Settings, "settings")
        elif path in lists:
            _read_list(findings, lists[path])
        elif path.startswith(f"{CAMPAIGNS}/") and path.endswith(".yaml"):
            campaign = _read_one(findings, path, Campaign, "campaigns")
            if campaign is not None:
                findings.campaigns.append(campaign)
        elif not path.startswith(f"{SCHEMAS}/") and not path.endswith(".example.yaml"):
            findings.problems.append(_not_ours(path, [SETTINGS, *lists]))


def _not_ours(path: str, ours: list[str]) -> Problem:
    message = "this file is not read: config/ holds "
    if path.startswith(f"{CAMPAIGNS}/"):
        message = "this file is not read: a campaign's file ends in .yaml"
    else:
        message = "this file is not read" + did_you_mean(path, ours)
    return Problem(Place(path), "FILE-NAME", message, Severity.WARNING)


def read_document(findings: Findings, path: str, shelf: str) -> Document | None:
    """A YAML file, or its problems noted; ids in a broken file are remembered for `shelf`."""
    try:
        document, problems = read_yaml(read_text(findings.root, path, YAML_BYTES), path)
    except Unreadable as unreadable:
        document, problems = None, (unreadable.problem,)
    findings.problems += problems
    if document is None:
        findings.hear_bytes(shelf, glimpse(findings.root, path))
    return document


def read_entry(findings: Findings, model: type[E], spot: Spot, shelf: str) -> Found[E] | None:
    """One entry with its place; its problems noted. None where nothing of it can be read."""
    word, problems = read_word(model, spot)
    findings.problems += problems
    whole = word is not None
    if word is None:
        findings.hear(shelf, _id_of(spot.plain))
        word = read_partly(model, spot.plain)
    if word is None:
        return None
    word.at(spot.place())
    return Found(word, spot, whole)


def _id_of(plain: Any) -> list[str]:
    named = plain.get("id") if isinstance(plain, dict) else None
    return [named] if isinstance(named, str) else []


def _read_one(findings: Findings, path: str, model: type[E], shelf: str) -> Found[E] | None:
    document = read_document(findings, path, shelf)
    return read_entry(findings, model, Spot(document), shelf) if document else None


def _read_list(findings: Findings, kind: ListFile) -> None:
    shelf = {"entries": "queue"}.get(kind.key, kind.key)
    document = read_document(findings, kind.path, shelf)
    if document is None:
        return
    whole, items = document.plain, []
    if isinstance(whole, dict) and isinstance(whole.get(kind.key), list):
        items = whole[kind.key]
        whole = {**whole, kind.key: []}
    head, problems = read_word(kind.file, Spot(document), whole)
    findings.problems += problems
    if kind is ACCOUNTS and head is not None:
        findings.us = Found(str(document.plain["partner"]), Spot(document, ("partner",)))
    found: list[Found[Any]] = getattr(findings, shelf)
    for index in range(len(items)):
        entry = read_entry(findings, kind.entry, Spot(document, (kind.key, index)), shelf)
        if entry is not None:
            found.append(entry)
