"""`amplify toolkit build`: builds the page for supporters."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from amplify.cli.open_context import AsJson, Workspace, open_context, read_only_clock

if TYPE_CHECKING:
    from amplify.toolkit.toolkit_model import Built


class ToolkitAction(StrEnum):
    """The actions of the command."""

    BUILD = "build"


def command(
    what: Annotated[ToolkitAction, typer.Argument(help="What to do: build it.", show_default=False)],
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="DIR", help="The folder of the site: new, empty, or its own.")
    ],
    lang: Annotated[
        list[str] | None, typer.Option("--lang", metavar="LANG", help="Only this language. May be repeated.")
    ] = None,
    campaign: Annotated[
        list[str] | None, typer.Option("--campaign", metavar="ID", help="Only this campaign. May be repeated.")
    ] = None,
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> int:
    """Build the static site that supporters copy, download and share from, and say what was left out.

    It works from a folder, a memory stick or any host, and asks nothing of any server. What must not be said now does
    not stand on it: build it again whenever something changes.
    """
    from amplify.cli.output import print_json, progress_bar
    from amplify.toolkit.build import build_toolkit

    app = open_context(workspace, read_only_clock())
    try:
        with progress_bar("banners", quiet=as_json) as bar:
            built = build_toolkit(app, out, lang or (), campaign or (), bar)
    finally:
        app.close()
    if as_json:
        print_json(built.as_json())
    else:
        print_toolkit(built)
    return 0


def print_toolkit(built: Built, short: bool = False) -> None:
    """Print where the toolkit is, how much it holds, and what was left out; `short`: only how much of it."""
    from rich.padding import Padding
    from rich.text import Text

    from amplify.cli import output
    from amplify.pages.withheld_reasons import WITHHELD
    from amplify.toolkit.toolkit_model import count_wordings

    out = output.console()
    out.print(f"{'toolkit':10} {Path(built.folder) / 'index.html'}", markup=False, soft_wrap=True)
    wordings = sum(count_wordings(page) for page in built.pages)
    pictures = sum(path.startswith("pictures/") for path in built.files)
    out.print(
        f"{output.plural(len(built.pages), 'page')}, {output.plural(wordings, 'wording')}, "
        f"{output.plural(pictures, 'picture')}, "
        f"{sum(built.sizes.values()) / 1e6:,.1f} MB; nothing was sent"
    )
    for reason, sentence in WITHHELD.items():
        ours = [one for one in built.left_out if one.reason == reason]
        if not ours:
            continue
        if short:
            out.print(Text(f"left out, {sentence}: {len({(one.campaign, one.what) for one in ours})}", style="yellow"))
            continue
        out.print(Text(f"left out, {sentence}:", style="yellow"))
        where: dict[tuple[str, str, str], list[str]] = {}
        for one in ours:
            where.setdefault((one.campaign, one.what, one.why), []).append(one.lang)
        for (campaign, what, why), langs in where.items():
            line = Text(f"{campaign}, {what} ({', '.join(langs)})")
            if why:
                line.append(f": {why}", style="dim")
            out.print(Padding(line, (0, 0, 0, 2)))
    if built.removed:
        out.print(f"{output.plural(len(built.removed), 'file')} of the build before taken away")
