"""Reads `config/`: the settings, the campaigns, and the files that hold lists."""

from __future__ import annotations

from typing import Any, TypeVar

from amplify.model.base import FileEntry
from amplify.model.campaign import Campaign
from amplify.model.local_settings import LocalSettings
from amplify.model.problem import PROBLEMS_MOST, Problem, Severity, SourceLocation, more_problems
from amplify.model.settings import Settings
from amplify.workspace.file_types import ACCOUNTS, CAMPAIGNS, LISTS, SCHEMAS, SETTINGS, ListFile
from amplify.workspace.files import YAML_BYTES, UnreadableFile, files_below, read_head, read_text
from amplify.workspace.parsed import Parsed, ParsedWorkspace
from amplify.workspace.partial import read_partly
from amplify.workspace.suggest import did_you_mean
from amplify.workspace.validate import SourceNode, read_word
from amplify.workspace.yaml_reader import YamlDocument, read_yaml

E = TypeVar("E", bound=FileEntry)


def read_config(findings: ParsedWorkspace) -> None:
    """Read everything under `config/`."""
    files, problems = files_below(findings.root, "config")
    findings.problems += problems
    lists = {kind.path: kind for kind in LISTS}
    if SETTINGS not in files:
        findings.problems.append(
            Problem(
                SourceLocation(SETTINGS),
                "FILE-MISSING",
                "this file is missing: a workspace begins with its `id` and `name`",
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
    return Problem(SourceLocation(path), "FILE-NAME", message, Severity.WARNING)


def read_document(findings: ParsedWorkspace, path: str, shelf: str) -> YamlDocument | None:
    """Read a YAML file and record its problems; ids in a broken file are recorded for the collection `shelf`."""
    try:
        document, problems = read_yaml(read_text(findings.root, path, YAML_BYTES), path)
    except UnreadableFile as unreadable:
        document, problems = None, (unreadable.problem,)
    findings.problems += problems
    if document is None:
        findings.hear_bytes(shelf, read_head(findings.root, path))
    return document


def read_entry(findings: ParsedWorkspace, model: type[E], spot: SourceNode, shelf: str) -> Parsed[E] | None:
    """Parse one entry with its source location, and record its problems. None where nothing of it can be parsed."""
    word, problems = read_word(model, spot)
    findings.problems += problems
    whole = word is not None
    if word is None:
        findings.note_ids(shelf, _id_of(spot.plain))
        word = read_partly(model, spot.plain)
    if word is None:
        return None
    word.at(spot.place())
    return Parsed(word, spot, whole)


def _id_of(plain: Any) -> list[str]:
    named = plain.get("id") if isinstance(plain, dict) else None
    return [named] if isinstance(named, str) else []


def _read_one(findings: ParsedWorkspace, path: str, model: type[E], shelf: str) -> Parsed[E] | None:
    document = read_document(findings, path, shelf)
    return read_entry(findings, model, SourceNode(document), shelf) if document else None


def _read_list(findings: ParsedWorkspace, kind: ListFile) -> None:
    shelf = {"entries": "queue"}.get(kind.key, kind.key)
    document = read_document(findings, kind.path, shelf)
    if document is None:
        return
    whole, items = document.plain, []
    if isinstance(whole, dict) and isinstance(whole.get(kind.key), list):
        items = whole[kind.key]
        whole = {**whole, kind.key: []}
    head, problems = read_word(kind.file, SourceNode(document), whole)
    findings.problems += problems
    if kind is ACCOUNTS and head is not None:
        findings.us = Parsed(str(document.plain["partner"]), SourceNode(document, ("partner",)))
        findings.local = LocalSettings(**{name: getattr(head, name) for name in LocalSettings.model_fields})
    found: list[Parsed[Any]] = getattr(findings, shelf)
    known = len(findings.problems)
    for index in range(len(items)):
        if len(findings.problems) - known > PROBLEMS_MOST:
            findings.problems.append(more_problems(SourceLocation(kind.path)))
            break
        entry = read_entry(findings, kind.entry, SourceNode(document, (kind.key, index)), shelf)
        if entry is not None:
            found.append(entry)
