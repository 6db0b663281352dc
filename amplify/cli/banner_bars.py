"""`amplify banner bars`: renders a picture behind bars, and prints instructions for supporters to make their own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, get_args

from amplify.banner_files.behind_bars import BarsEditions, BarsLook, Photograph, behind_bars, supporter_instructions
from amplify.banner_files.sidecar import write_with_sidecar
from amplify.cli import output
from amplify.cli.output import print_json
from amplify.model.banner import SIZES, StandIn
from amplify.model.errors import WrongUse, unwritable_output
from amplify.planning.eligibility import EligibilityChecker

MOST_BYTES: Final = 60_000_000
"""Of a photograph's file; larger ones are not even read."""


@dataclass(frozen=True, slots=True)
class BarsOptions:
    """The command line options, as given."""

    names: list[str]
    person: list[str] | None
    lang: list[str] | None
    size: list[str] | None
    out: Path | None
    count: int | None
    width: float | None
    opacity: float | None
    colour: str | None
    open: bool
    instead: str
    own: bool
    credit: str | None
    licence: str
    campaign: str | None


def make_bars(care: EligibilityChecker, asked: BarsOptions, only_instructions: bool, as_json: bool) -> int:
    """Render the picture, or print the instructions."""
    if not asked.person or len(asked.person) != 1:
        raise WrongUse("say for whom: `amplify banner bars PHOTO --person anna`")
    person = asked.person[0]
    if only_instructions:
        return _instructions(care, person, asked, as_json)
    if len(asked.names) > 1:
        raise WrongUse("give one photograph at a time")
    for size in asked.size or ():
        if size not in SIZES:
            raise WrongUse(f"there is no size `{size}`; there are: {', '.join(SIZES)}")
    if asked.instead not in get_args(StandIn):
        raise WrongUse(f"--instead: {', '.join(get_args(StandIn))}")
    instead: StandIn = asked.instead  # type: ignore[assignment]
    made = behind_bars(
        care,
        person,
        _photograph(asked),
        BarsLook(asked.count, asked.width, asked.opacity, asked.colour, asked.open, instead),
        BarsEditions(asked.lang or (), asked.size or ("square",), asked.campaign),
    )
    folder = asked.out or Path()
    paths = [write_with_sidecar(one, folder, care) for one in made]
    if as_json:
        rows = [{**one.as_json(), "path": str(path)} for one, path in zip(made, paths, strict=True)]
        print_json({"made": rows})
        return 0
    for path, one in zip(paths, made, strict=True):
        said = f"{path}  {one.width}×{one.height}  {len(one.saved.data) / 1000:.0f} kB"
        output.console().print(said, markup=False, soft_wrap=True)
    output.console().print(
        f"{output.plural(len(made), 'picture')}; alt text, credit and licence beside each", style="dim"
    )
    return 0


def _instructions(care: EligibilityChecker, person: str, asked: BarsOptions, as_json: bool) -> int:
    langs = asked.lang or ["en"]
    texts = {lang: supporter_instructions(care, person, lang, asked.campaign) for lang in langs}
    if asked.out is not None:
        try:
            asked.out.mkdir(parents=True, exist_ok=True)
            for lang, text in texts.items():
                (asked.out / f"behind-bars-{person}-{lang}.txt").write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            raise unwritable_output(asked.out, error) from None
    if as_json:
        print_json({"instructions": texts})
    else:
        for text in texts.values():
            output.console().print(text, markup=False, soft_wrap=True)
    return 0


def _photograph(asked: BarsOptions) -> Photograph | None:
    if not asked.names:
        return None
    path = Path(asked.names[0])
    if not asked.credit:
        raise WrongUse("say who took the photograph: --credit 'Her Name'")
    try:
        if path.stat().st_size > MOST_BYTES:
            raise WrongUse(f"{path} is larger than {MOST_BYTES // 1_000_000} MB: is it a photograph?")
        data = path.read_bytes()
    except OSError as error:
        raise WrongUse(f"{path} cannot be read ({(error.strerror or 'no reason given').lower()})") from None
    return Photograph(data, asked.credit, asked.licence, asked.own)
