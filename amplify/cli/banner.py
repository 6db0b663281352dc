"""`amplify banner`: renders pictures from templates, in every size and language; and pictures behind bars."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from amplify.cli.open_context import AsJson, Workspace, ledger_if_any, read_only_clock
from amplify.model.errors import WrongUse, unwritable_output

if TYPE_CHECKING:
    from amplify.banner_files.render import BannerChoice, RefusedBanner, RenderedBatch
    from amplify.planning.eligibility import EligibilityChecker

ACTIONS = ("list", "render", "preview", "bars")


WordsOption = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[list|render|preview|bars] [TEMPLATE…|PHOTO]",
        help="What to do, and with which templates (without any: all) or, for bars, which photograph.",
    ),
]
PersonOption = Annotated[
    list[str] | None, typer.Option("--person", metavar="PERSON", help="Only for this person; again for several.")
]
LangOption = Annotated[
    list[str] | None, typer.Option("--lang", metavar="LANG", help="Only in this language; again for several.")
]
SizeOption = Annotated[
    list[str] | None,
    typer.Option(
        "--size", metavar="SIZE", help="card, post, bluesky, square, portrait, story or header; again for several."
    ),
]
OutOption = Annotated[
    Path | None,
    typer.Option("--out", "-o", metavar="PATH", help="The folder to write to; of a preview, the picture."),
]
WidthOption = Annotated[float | None, typer.Option("--width", help="bars: how thick, in per cent of the shorter side.")]
InsteadOption = Annotated[
    str, typer.Option("--instead", help="bars: silhouette, chair, envelope or none, where there is no photograph.")
]
OwnOption = Annotated[
    bool, typer.Option("--self", help="bars: the photograph shows whoever makes it, not the person named.")
]
LicenceOption = Annotated[str, typer.Option("--licence", help="bars: under which licence you use the photograph.")]
CampaignOption = Annotated[
    str | None, typer.Option("--campaign", metavar="CAMPAIGN", help="bars: whose hashtags it carries.")
]
InstructionsOption = Annotated[
    bool, typer.Option("--instructions", help="bars: print what a supporter does, and paint nothing.")
]


def command(
    words: WordsOption = None,
    person: PersonOption = None,
    lang: LangOption = None,
    size: SizeOption = None,
    out: OutOption = None,
    count: Annotated[int | None, typer.Option("--count", help="bars: how many.")] = None,
    width: WidthOption = None,
    opacity: Annotated[float | None, typer.Option("--opacity", help="bars: how dense, 0 to 100.")] = None,
    colour: Annotated[str | None, typer.Option("--colour", help="bars: #rrggbb, or a colour of the theme.")] = None,
    open_: Annotated[bool, typer.Option("--open", help="bars: bent apart.")] = False,
    instead: InsteadOption = "silhouette",
    own: OwnOption = False,
    credit: Annotated[str | None, typer.Option("--credit", help="bars: who took the photograph.")] = None,
    licence: LicenceOption = "used with permission",
    campaign: CampaignOption = None,
    instructions: InstructionsOption = False,
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> int:
    """Banners from media/banners/: list them, render them with alt text and licence beside them, or preview all in
    one picture. `banner bars [PHOTO] --person anna` puts a picture behind bars."""
    action, *names = words or ["list"]
    if action not in ACTIONS:
        raise WrongUse(f"`banner {action}` is nothing we do: {', '.join(ACTIONS)}")
    bars = (count, width, opacity, colour, open_, instead, own, credit, licence, campaign)
    if action != "bars":
        _refuse_bars_options(count, width, opacity, colour, open_, own, credit, campaign, instructions)
    with _checker(workspace) as care:
        if action == "bars":
            from amplify.cli.banner_bars import BarsOptions, make_bars

            return make_bars(care, BarsOptions(names, person, lang, size, out, *bars), instructions, as_json)
        from amplify.banner_files.render import BannerChoice

        wanted = BannerChoice(tuple(names), tuple(person or ()), tuple(lang or ()), tuple(size or ()))
        if action == "list":
            return _list(care, wanted, as_json)
        return (_render if action == "render" else _preview)(care, wanted, out, as_json)


@contextmanager
def _checker(workspace: Path | None) -> Iterator[EligibilityChecker]:
    """Load the workspace's files, and ask the ledger where there is one: banners need none, but a stop holds them."""
    from amplify.context.app_context import UnreadableFiles
    from amplify.planning.eligibility import EligibilityChecker
    from amplify.platforms import registry
    from amplify.workspace.load import load_workspace
    from amplify.workspace.locate import find_root

    root = find_root(workspace)
    loaded = load_workspace(root, frozenset(registry.names()))
    if loaded.workspace is None:
        raise UnreadableFiles(loaded.problems)
    with ledger_if_any(root, must_open=True) as ledger:
        yield EligibilityChecker(loaded.workspace, read_only_clock().now(), ledger)


def _list(care: EligibilityChecker, wanted: BannerChoice, as_json: bool) -> int:
    from rich.padding import Padding
    from rich.text import Text

    from amplify.banner_files.render import words_of
    from amplify.cli import output
    from amplify.cli.output import print_json
    from amplify.model.banner import SIZES

    words = care.workspace
    worded, refused = words_of(care, wanted)
    if as_json:
        rows = [{"template": one.template.id, "person": one.person, "lang": one.lang, "alt": one.alt} for one in worded]
        print_json({"ready": rows, "refused": [one.as_json() for one in refused]})
        return 0
    out = output.console()
    for template in words.banners.values():
        silent = [one for one in refused if one.template == template.id]
        if wanted.templates and template.id not in wanted.templates:
            continue
        out.print(Text(template.id, style="bold"), Text(template.campaign, style="dim"), markup=False)
        out.print(Padding(Text(template.about), (0, 0, 0, 4)))
        ready = [one.lang for one in worded if one.template.id == template.id]
        langs = ", ".join(dict.fromkeys([*ready, *(one.lang for one in silent)])) or "no language"
        who = f"{', '.join(template.people)}; " if template.people else ""
        sizes = ", ".join(template.sizes) or f"all {len(SIZES)} sizes"
        out.print(Padding(Text(f"{who}{langs}; {sizes}", style="dim"), (0, 0, 0, 4)))
        for one in silent:
            _say_refusal(one)
    if not words.banners:
        out.print("no templates yet: write one in media/banners/ (docs/banners.md)")
    else:
        out.print(f"\n{output.plural(len(words.banners), 'template')}; {', '.join(SIZES)}", style="dim")
    return 0


def _say_refusal(one: RefusedBanner) -> None:
    from rich.padding import Padding
    from rich.text import Text

    from amplify.cli import output

    output.console().print(Padding(Text(f"{one.name} is not rendered: {one.why}", style="yellow"), (0, 0, 0, 4)))


def _paint(care: EligibilityChecker, wanted: BannerChoice, quiet: bool) -> RenderedBatch:
    from amplify.banner_files.render import render_banners
    from amplify.cli.output import progress_bar

    words = care.workspace
    if not words.banners:
        raise WrongUse("there are no templates: write one in media/banners/ (docs/banners.md)")
    with progress_bar("painting banners", quiet) as tell:
        return render_banners(care, wanted, words.root / ".amplify" / "banners", tell)


def _render(care: EligibilityChecker, wanted: BannerChoice, out: Path | None, as_json: bool) -> int:
    from amplify.banner_files.sidecar import write_with_sidecar
    from amplify.cli import output
    from amplify.cli.output import print_json

    batch = _paint(care, wanted, as_json)
    folder = out or care.workspace.root / "media" / "rendered"
    paths = [write_with_sidecar(one, folder, care) for one in batch.made]
    if as_json:
        made = [{**one.as_json(), "path": str(path)} for one, path in zip(batch.made, paths, strict=True)]
        print_json({"made": made, "refused": [one.as_json() for one in batch.refused]})
    else:
        for path, one in zip(paths, batch.made, strict=True):
            output.console().print(
                f"{path.name}  {one.width}×{one.height}  {len(one.saved.data) / 1000:.0f} kB", markup=False
            )
        for refusal in batch.refused:
            _say_refusal(refusal)
        output.console().print(f"{output.plural(len(paths), 'picture')} in {folder}", markup=False, soft_wrap=True)
    return 3 if batch.refused else 0


def _preview(care: EligibilityChecker, wanted: BannerChoice, out: Path | None, as_json: bool) -> int:
    from io import BytesIO

    from PIL import Image

    from amplify.banner.contact_sheet import contact_sheet, sheet_thumbnail
    from amplify.cli import output
    from amplify.cli.output import print_json

    path = out or care.workspace.root / ".amplify" / "banners.png"
    if path.suffix.lower() != ".png" or path.is_dir():
        raise WrongUse(f"{path} is no name for a picture: let --out end in .png")
    batch = _paint(care, wanted, as_json)
    if batch.made:
        small = [
            (one.name.removesuffix(one.saved.suffix), sheet_thumbnail(Image.open(BytesIO(one.saved.data))))
            for one in batch.made
        ]
        try:
            path.parent.mkdir(mode=0o777 if out else 0o700, parents=True, exist_ok=True)
            contact_sheet(small).save(path)
            if out is None:
                path.chmod(0o600)
        except OSError as error:
            raise unwritable_output(path, error) from None
    if as_json:
        shown = [one.as_json() for one in batch.made]
        print_json({"file": str(path), "made": shown, "refused": [one.as_json() for one in batch.refused]})
    else:
        for refusal in batch.refused:
            _say_refusal(refusal)
        where = f" on {path}" if batch.made else ""
        output.console().print(f"{output.plural(len(batch.made), 'banner')}{where}", markup=False, soft_wrap=True)
    return 3 if batch.refused else 0


def _refuse_bars_options(*given: object) -> None:
    """Raises WrongUse where an option of `banner bars` was given to another action."""
    names = (
        "--count",
        "--width",
        "--opacity",
        "--colour",
        "--open",
        "--self",
        "--credit",
        "--campaign",
        "--instructions",
    )
    for name, value in zip(names, given, strict=True):
        if value not in (None, False):
            raise WrongUse(f"{name} goes with `amplify banner bars`")
