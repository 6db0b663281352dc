"""Writes a banner as files: the picture, and the sidecar that makes it a picture of `media/`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from amplify.model.errors import unwritable_output

if TYPE_CHECKING:
    from amplify.banner_files.render import RenderedBanner


def write_with_sidecar(made: RenderedBanner, folder: Path) -> Path:
    """Write the picture, and beside it a sidecar as `media/` has them: alt text, credit, licence, SHA-256. Raises
    WrongUse.
    """
    path = folder / made.name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for suffix in (".png", ".jpg"):  # one note describes one picture
            path.with_suffix(suffix).unlink(missing_ok=True)
        path.write_bytes(made.saved.data)
        path.with_suffix(".yaml").write_text(sidecar_text(made), encoding="utf-8", newline="\n")
    except OSError as error:
        raise unwritable_output(path, error) from None
    return path


def sidecar_text(made: RenderedBanner) -> str:
    """The sidecar of a banner, as YAML."""
    worded = made.worded
    lines = [
        f"# Written by `amplify banner` ({made.template}): change the template and render again.",
        "alt:",
        *(f"  {lang}: {_quoted(alt)}" for lang, alt in worded.alts.items()),
        f"credit: {_quoted(worded.credit)}",
        f"licence: {_quoted(worded.licence)}",
    ]
    if worded.caption:
        lines += ["caption:", f"  {made.lang}: {_quoted(worded.caption)}"]
    if worded.shows:
        lines.append(f"shows: [{', '.join(worded.shows)}]")
    speaks_of = sorted(one for one in worded.used if one.partition(":")[0] in ("person", "fact", "action"))
    if speaks_of:
        lines.append(f"speaks_of: [{', '.join(map(_quoted, speaks_of))}]")
    return "\n".join([*lines, f'sha256: "{made.sha256}"', ""])


def _quoted(text: str) -> str:
    """A text as JSON writes it, which YAML reads alike."""
    return json.dumps(text, ensure_ascii=False)
