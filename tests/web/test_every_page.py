"""Every page that the program writes can be read, heard and worked by keyboard: light and dark, wide and narrow.

Which pages there are is read from the code: a template that nobody makes pages of here fails.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from accessible import faults
from counterparts import browser as programs
from sqlalchemy import create_engine
from sqlmodel import SQLModel
from stage.troupe import START, Troupe
from unit import report_ledger

from amplify.report.report import collect_deliveries
from amplify.report.report_html import as_html
from amplify.report.report_model import Names
from amplify.stage.process import Stage

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT: Final = Path(__file__).parents[2]
CODE: Final = ROOT / "amplify"
NOW: Final = "2027-05-17T12:31:00+00:00"
LANGUAGES: Final = ("be", "en", "ru")
WIDTHS: Final = (1200, 360)
TEMPLATES: Final = sorted(
    file.relative_to(CODE).as_posix()
    for file in CODE.rglob("*.j2")
    if re.search(r"\{%-?\s*extends", file.read_text("utf-8")) or "<html" in file.read_text("utf-8")
)
"""Templates of whole pages, and the frames that these extend."""
FRAMES: Final = {"pages/base.html.j2", "stage/templates/base.html.j2"}
TRANSLATED: Final = {"toolkit/page.html.j2"}
"""Their pages stand in a folder for each language."""
CASES: Final = [
    (one, lang) for one in TEMPLATES if one not in FRAMES for lang in (LANGUAGES if one in TRANSLATED else ("",))
]


def sample(folder: Path) -> Path:
    """The sample, with few banners: they are pictures, and painting them takes long."""
    for part in ("config", "posts", "media", "statements"):
        shutil.copytree(ROOT / part, folder / part)
    for template in (folder / "media" / "banners").glob("*.yaml"):
        few = "sizes: [post, bluesky, square]"
        template.write_text(f"{template.read_text(encoding='utf-8').rstrip()}\n{few}\n", "utf-8")
    return folder


def amplify(folder: Path, *words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from amplify.cli.entry import main; main()", *words, "-w", str(folder)],
        env=os.environ | {"AMPLIFY_NOW": NOW},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def previews(workspace: Path) -> list[Path]:
    """A week of all partners, whose embargoes are over; what is stopped; and a time in which nothing is due."""
    out = [workspace / name for name in ("week.html", "stopped.html", "nothing.html")]
    week = ("preview", "--from", "2027-05-17", "--days", "7", "--everyone")
    amplify(workspace, *week, "--out", str(out[0]))
    amplify(workspace, "preview", "--from", "2037-05-17", "--days", "1", "--out", str(out[2]))
    amplify(workspace, "queue", "--yes")
    amplify(workspace, "stop", "--person", "mira", "--reason", "we hear that she is free")
    amplify(workspace, *week, "--out", str(out[1]))
    return out


def toolkits(workspace: Path) -> list[Path]:
    """The sample's toolkit, and the same where one campaign was stopped, and another is named after somebody
    released: two kinds of silence."""
    whole, silent = workspace / "whole", workspace / "silent"
    amplify(workspace, "toolkit", "build", "--out", str(whole))
    amplify(workspace, "queue", "--yes")
    amplify(workspace, "stop", "--campaign", "league-members", "--reason", "a rumour")
    amplify(workspace, "stop", "--person", "mira", "--reason", "we hear that she is free")
    amplify(workspace, "toolkit", "build", "--out", str(silent))
    return sorted((*whole.rglob("*.html"), *silent.rglob("*.html")))


def reports(folder: Path) -> list[Path]:
    """Every ending and mark, names in three scripts; and a time without anything."""
    found = []
    for name, full in (("full", True), ("empty", False)):
        engine = create_engine("sqlite://")
        SQLModel.metadata.create_all(engine)
        with engine.connect() as connection:
            if full:
                report_ledger.fill(connection)
            names = Names("Голас", campaigns={"free_anna": "Вольная Анна"}) if full else Names("Quiet")
            start, end = (None, None) if full else (report_ledger.at(17, "00:00:00"), report_ledger.at(24, "00:00:00"))
            report = collect_deliveries(connection, start=start, end=end, now=report_ledger.NOW, names=names)
        engine.dispose()
        found.append(folder / f"report-{name}.html")
        found[-1].write_text(as_html(report), "utf-8")
    return found


def timelines(folder: Path, picture: bytes) -> list[Path]:
    """Threads, boosts, quotes, pictures with and without alt text, cards, warnings; what was deleted or withdrawn."""
    with Stage(folder / "stage", rate_factor=100) as stage:
        stage.control.clock(START)
        troupe = Troupe(stage)
        x, booster = troupe.x("page_x"), troupe.x("page_booster")
        said = "Яны за кратамі. https://example.org/petition and #FreeAnna @page_booster"
        first = x.create_tweet(text=said).data["id"]
        x.create_tweet(text="Two of the thread", in_reply_to_tweet_id=first)
        booster.retweet(first)
        second = x.create_tweet(text="Boosted, and no more").data["id"]
        booster.retweet(second)
        booster.unretweet(second)
        x.delete_tweet(x.create_tweet(text="Soon gone").data["id"])
        m = troupe.mastodon("page@social.example")
        for lang, alts in (("be", ["Кветкі на стале", ""]), ("ru", ["Цветы на столе"])):
            media = [m.media_post(picture, mime_type="image/png", description=alt) for alt in alts]
            m.status_post(
                f"Словы на мове {lang} https://example.org/card #FreeAnna",
                spoiler_text="Смерть" if lang == "ru" else None,
                media_ids=media,
                language=lang,
                visibility="unlisted",
            )
        b = troupe.bluesky("page.example")
        say_on_bluesky(b, picture)
        stage.control.outside("https://x.com/river_defenders/status/1900000000000000001")
        booster.retweet("1900000000000000001")
        long = troupe.mastodon("long@social.example")
        for n in range(81):
            long.status_post(f"Number {n}.", language="en")
        stage.control.render(folder / "out")
    return sorted((folder / "out").glob("*.html"))


def say_on_bluesky(client: Any, picture: bytes) -> None:
    from atproto import client_utils, models

    text = client_utils.TextBuilder().text("Чытаем уголас: ").link("example.org/read", "https://example.org/read")
    card = models.AppBskyEmbedExternal.External(
        uri="https://example.org/card",
        title="Вершы пра волю",
        description="Усе разам",
        thumb=client.upload_blob(picture).blob,
    )
    client.send_post(text, langs=["be"], embed=models.AppBskyEmbedExternal.Main(external=card))


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[Path]]:
    """Template → its pages, made when they are asked for."""
    from io import BytesIO

    from PIL import Image

    made: dict[str, list[Path]] = {}
    paint = BytesIO()
    Image.new("RGB", (120, 68), "teal").save(paint, "PNG")

    def stage() -> dict[str, list[Path]]:
        files = timelines(tmp_path_factory.mktemp("timelines"), paint.getvalue())
        index = [one for one in files if one.name == "index.html"]
        return {"stage/templates/index.html.j2": index, "stage/templates/timeline.html.j2": sorted({*files} - {*index})}

    def toolkit() -> dict[str, list[Path]]:
        files = toolkits(sample(tmp_path_factory.mktemp("toolkits")))
        index = [one for one in files if one.name == "index.html"]
        return {"toolkit/index.html.j2": index, "toolkit/page.html.j2": sorted({*files} - {*index})}

    makers: dict[str, Callable[[], dict[str, list[Path]]]] = {
        "preview": lambda: {"preview/page.html.j2": previews(sample(tmp_path_factory.mktemp("previews")))},
        "report": lambda: {"report/page.html.j2": reports(tmp_path_factory.mktemp("reports"))},
        "stage": stage,
        "toolkit": toolkit,
    }

    def asked(template: str) -> list[Path]:
        package = template.partition("/")[0]
        if package in makers:  # once, also where it fails
            made.update(makers.pop(package)())
        return made[template]

    return asked


@pytest.fixture(scope="module")
def running(chromium: Path) -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=list(programs.ARGUMENTS))
        yield started
        started.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("template", "lang"), CASES)
def test_every_page(
    running: Browser, pages: Callable[[str], list[Path]], template: str, lang: str, scheme: Any
) -> None:
    files = [one for one in pages(template) if not lang or one.parent.name == lang]
    assert files
    wrong = {}
    for file in files:
        page = running.new_page(color_scheme=scheme, viewport={"width": WIDTHS[0], "height": 900})
        page.goto(file.as_uri())
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            found = faults(page)
            if found:
                wrong[f"{file.parent.name}/{file.name}, {width} px"] = found
        page.close()
    assert wrong == {}


def test_no_page_is_written_without_a_template() -> None:
    """A page put together in code would be looked at by nobody here."""
    beside = {
        file.relative_to(CODE).as_posix()
        for file in CODE.rglob("*.py")
        if re.search(r"<html|<!doctype html", file.read_text("utf-8"), re.I)
    }
    assert beside == {
        "stage/failures.py",  # a server's broken answer
        "rules/file_formats/format_names.py",  # knows files by how they begin
    }
    assert len(TEMPLATES) > len(FRAMES)


FAULTY: Final = {
    "color-contrast": '<p style="color: #999">faint words</p>',
    "link-in-text-block": '<p style="color: #222">Words and '
    '<a href="#a" style="color: #040; text-decoration: none">a link</a> in the middle of them</p>',
    "heading-order": "<h1>One</h1><h4>Four</h4>",
    "button-name": '<button><span aria-hidden="true">×</span></button>',
    "image-alt": '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">',
    "target-size": '<p><a href="#a" style="position: absolute; top: 90px; font-size: 9px">i</a>'
    '<a href="#b" style="position: absolute; top: 97px; font-size: 9px">i</a></p>',
    "td-has-header": "<table><tr><td>1</td><td>2</td><td>3</td><td>4</td></tr>" * 1
    + "<tr><td>1</td><td>2</td><td>3</td><td>4</td></tr>" * 4
    + "</table>",
    "faint": '<svg width="200" height="40"><text y="20" fill="#aaa">drawn words</text></svg>',
    "in English": "<p>Яны за кратамі</p>",
    "in be": '<p lang="be">These are many words in quite another language</p>',
    "moves": '<p style="transition: opacity 1s">words</p>',
    "focus unseen": '<button style="outline: none">press</button>',
    "alike in forced colours": '<nav><a href="#a" aria-current="page" style="background: #eee">one</a>'
    ' <a href="#b">two</a></nav>',
}
"""Fault → a page that has it."""


@pytest.mark.parametrize("fault", FAULTY)
def test_a_fault_is_found(running: Browser, fault: str) -> None:
    page = running.new_page()
    head = '<!doctype html><html lang="en"><head><title>Page</title></head><body><main>'
    page.set_content(f"{head}{FAULTY[fault]}</main></body></html>")
    assert any(one.startswith(fault) for one in faults(page))
    page.close()


def test_words_outside_of_all_landmarks_are_found(running: Browser) -> None:
    page = running.new_page()
    page.set_content('<!doctype html><html lang="en"><title>Page</title><main><h1>One</h1></main><p>lost</p></html>')
    assert [one for one in faults(page) if one.startswith("region")]
    page.close()


def test_a_page_without_faults_has_none(running: Browser) -> None:
    page = running.new_page()
    page.set_content('<!doctype html><html lang="en"><title>Page</title><main><h1>One</h1><p>Words.</p></main></html>')
    assert faults(page) == []
    page.close()
