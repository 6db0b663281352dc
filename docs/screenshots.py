"""The README's pictures: pages of `amplify demo` in a real browser, and a card of `amplify approve` in a terminal.

`make docs` runs this. Everything is made anew in a temporary folder, from the sample's invented people; nothing is
drawn or typed here that the program did not print. PNGs are not the same to the byte each time: no test compares them.
"""

from __future__ import annotations

import fcntl
import io
import os
import pty
import re
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from counterparts import browser
from PIL import Image
from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

if TYPE_CHECKING:
    from playwright.sync_api import Browser, FloatRect, Page

ROOT: Final = Path(__file__).parents[1]
IMAGES: Final = ROOT / "docs" / "images"
LARGEST: Final = 150_000
"""Bytes of one picture: readers fetch all of them with the page."""
COLOURS: Final = 128
COLUMNS: Final = 80
TYPED: Final = "amplify approve"
CARD: Final = "petition"
"""The post whose card is shown: it comes from another partner, so somebody of ours must read it first."""
NOW: Final = "2027-05-17T06:00:00+00:00"
"""The Monday of the sample's week."""
PROGRAM: Final = """
import sys, time_machine
from datetime import datetime
travel = time_machine.travel(datetime.fromisoformat(sys.argv.pop(1)), tick=True)
travel.start()
from amplify.cli.entry import main
main()
"""
"""The real command, in the sample's own week."""
TERMINAL: Final = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; background: {background}; }}
pre {{ display: inline-block; margin: 0; padding: 20px 24px; background: {background}; color: {foreground};
  font: 15px/1.16 "DejaVu Sans Mono", monospace; }}
code {{ font: inherit; }}
{stylesheet}
</style><pre id="screen"><code>{code}</code></pre>"""

_DARK: Final = [(60, 66, 78), (240, 113, 120), (152, 195, 121), (229, 192, 123)]
_LIGHT: Final = [(97, 175, 239), (226, 130, 220), (86, 200, 216), (236, 238, 242)]
THEME: Final = TerminalTheme((20, 24, 32), (244, 245, 247), _DARK + _LIGHT)
"""Colours of the terminal: they need enough contrast for what is printed dimly."""


@dataclass(frozen=True)
class Shot:
    """A stretch of a page, from the top of one element to the bottom of another."""

    name: str
    page: str
    """Below the demo's folder."""
    width: int
    first: str
    last: str
    margin: int = 20
    above: str = ""
    """CSS selector of what is scrolled past: it is hidden, so that the page's head stands right above the stretch."""


_NUMBER: Final = ".item:has-text('17 мая 2027')"
_STATEMENT: Final = f".item:has(+ {_NUMBER})"
"""The last of the two that went out at one instant, in whichever order."""
_TEXT: Final = "#post-the-hour .card.on-x:visible"
"""Each reader is shown another wording."""
SHOTS: Final = (
    Shot("timeline.png", "rehearsal/timelines/bluesky.html", 620, "header.top", _NUMBER, 0, _STATEMENT),
    Shot("toolkit.png", "toolkit/en/solidarity-day.html", 620, "header.top", _TEXT, 8, "section:has(> #texts)"),
    Shot("report.png", "rehearsal/report/report.html", 900, "dl.tiles", "#timing figure.wide"),
)


def main() -> int:
    program = browser.find()
    if program is None:
        print("README's pictures stay as they are: there is no Chromium on the PATH", file=sys.stderr)
        return 0
    from playwright.sync_api import sync_playwright

    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        demo = Path(name) / "demo"
        run_command("demo", "--dir", str(demo), folder=ROOT)
        card = approval_card(demo / "workspace")
        running = playwright.chromium.launch(executable_path=program, args=list(browser.ARGUMENTS))
        for shot in SHOTS:
            write_png(shot.name, page_picture(running, demo, shot))
        write_png("approve.png", terminal_picture(running, card))
        running.close()
    return 0


def run_command(*words: str, folder: Path, now: str | None = None) -> None:
    """Run one command to its end. Raises where it fails."""
    begin = ["-c", PROGRAM, now] if now is not None else ["-c", "from amplify.cli.entry import main; main()"]
    subprocess.run(  # noqa: S603
        [sys.executable, *begin, *words], cwd=folder, env=environment(), stdout=subprocess.DEVNULL, check=True
    )


def environment() -> Mapping[str, str]:
    """Without anything of whoever runs this: no ledger, no name, no credentials of theirs."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("AMPLIFY_")}
    terminal = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "COLUMNS": str(COLUMNS)}
    return kept | terminal | {"AMPLIFY_ACTOR": "vera", "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}


def page_picture(running: Browser, demo: Path, shot: Shot) -> bytes:
    """The stretch as a PNG."""
    page = running.new_page(viewport={"width": shot.width, "height": 900}, color_scheme="light")
    page.goto((demo / shot.page).as_uri())
    page.evaluate("for (const image of document.images) image.loading = 'eager'")
    page.wait_for_function("() => [...document.images].every(image => image.complete)")
    if shot.above:
        page.locator(shot.above).evaluate(
            "one => { while (one.previousElementSibling) one.previousElementSibling.remove() }"
        )
    top = max(0, box(page, shot.first)["y"] - shot.margin)
    last = box(page, shot.last)
    height = last["y"] + last["height"] + shot.margin - top
    picture = page.screenshot(full_page=True, clip={"x": 0, "y": top, "width": shot.width, "height": height})
    page.close()
    return picture


def box(page: Page, selector: str) -> FloatRect:
    """Where the first such element stands."""
    found = page.locator(selector).first.bounding_box()
    if found is None:
        raise LookupError(f"nothing on the page is {selector}")
    return found


def approval_card(workspace: Path) -> str:
    """What `amplify approve` prints for one post, with its colours: the real command at a real terminal."""
    run_command("queue", "--yes", folder=workspace, now=NOW)
    with terminal_of(TYPED.split()[1:], workspace) as screen:
        seen = ""
        while True:
            seen += read_until(screen, " quit")
            card = seen[seen.rindex("╭") :]
            if f"  {CARD} (en)" in re.sub(r"\x1b\[[0-9;]*m", "", card):
                press_key(screen, b"q")
                break
            press_key(screen, b"s")
    begin = seen.rindex("\n", 0, seen.rindex("╭")) + 1
    return seen[begin:].replace("\r\n", "\n").rstrip()


@contextmanager
def terminal_of(words: list[str], folder: Path) -> Iterator[int]:
    """The command at a terminal of 80 columns; gives the end that a person would sit at."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
    command = [sys.executable, "-c", PROGRAM, NOW, *words]
    with subprocess.Popen(command, cwd=folder, env=environment(), stdin=its, stdout=its, stderr=its) as running:  # noqa: S603
        os.close(its)
        try:
            yield ours
            running.wait(30)
        finally:
            running.kill()
            os.close(ours)


def read_until(screen: int, words: str) -> str:
    """Everything that is printed until these words are."""
    said = b""
    end = time.monotonic() + 60
    while words.encode() not in re.sub(rb"\x1b\[[0-9;]*m", b"", said):
        if not select.select([screen], [], [], max(0, end - time.monotonic()))[0]:
            raise TimeoutError(f"`{TYPED}` never said {words!r}, but {said.decode(errors='replace')!r}")
        said += os.read(screen, 65536)
    return said.decode()


def press_key(screen: int, key: bytes) -> None:
    """Once the command waits for a single key: what is typed before that, it throws away."""
    end = time.monotonic() + 60
    while termios.tcgetattr(screen)[3] & termios.ICANON:
        if time.monotonic() > end:
            raise TimeoutError(f"`{TYPED}` never waited for a key")
        time.sleep(0.01)
    os.write(screen, key)


def terminal_picture(running: Browser, said: str) -> bytes:
    """A terminal with what was typed and printed, as a PNG."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(Text(f"$ {TYPED}", style="bold"))
    console.print(Text.from_ansi(said))
    page = running.new_page(viewport={"width": 1000, "height": 900})
    page.set_content(console.export_html(theme=THEME, code_format=TERMINAL, inline_styles=False))
    picture = page.locator("#screen").screenshot()
    page.close()
    return picture


def write_png(name: str, picture: bytes) -> None:
    """Save it with few colours. Raises where it is too large for a page all the same."""
    with Image.open(io.BytesIO(picture)) as drawn:
        few = drawn.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(IMAGES / name, optimize=True)
    size = (IMAGES / name).stat().st_size
    print(f"docs/images/{name}: {few.width}x{few.height}, {size:,} bytes")
    if size > LARGEST:
        raise ValueError(f"docs/images/{name} has more than {LARGEST:,} bytes")


if __name__ == "__main__":
    sys.exit(main())
