"""Reading `media/banners/`: one template a file."""

from __future__ import annotations

from typing import Final

from amplify.model.banner import Template
from amplify.workspace.file_types import BANNERS
from amplify.workspace.parsed import ParsedWorkspace
from amplify.workspace.read_config import read_document, read_entry
from amplify.workspace.validate import SourceNode

_ENDING: Final = ".yaml"


def is_template(path: str) -> bool:
    """Whether a file under `media/` is a banner template, and no note beside a picture."""
    return path.startswith(f"{BANNERS}/") and path.endswith(_ENDING)


def read_template(findings: ParsedWorkspace, path: str) -> None:
    """Read one template."""
    document = read_document(findings, path, "banners")
    found = read_entry(findings, Template, SourceNode(document), "banners") if document is not None else None
    if found is not None:
        findings.banners.append(found)
