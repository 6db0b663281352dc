"""The page of previews in a real browser: light, dark, wide and narrow, with and without scripts, on paper."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from counterparts import browser as programs

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A week of the sample, all partners. Its embargoes are over: the page has every kind of message."""
    import os
    import shutil

    folder = tmp_path_factory.mktemp("preview")
    for part in ("config", "posts", "media", "statements"):
        shutil.copytree(ROOT / part, folder / part)
    out = folder / "week.html"
    done = subprocess.run(
        [
            *(sys.executable, "-c", "from amplify.cli.entry import main; main()"),
            *("preview", "--from", "2027-05-17", "--days", "7", "--everyone", "--out", str(out), "-w", str(folder)),
        ],
        env=os.environ | {"AMPLIFY_NOW": "2027-05-17T12:31:00+00:00"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return out


@pytest.fixture(scope="module")
def running(chromium: Path) -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=list(programs.ARGUMENTS))
        yield started
        started.close()


def opened(running: Browser, file: Path, width: int = 1280, **more: Any) -> Page:
    page = running.new_page(viewport={"width": width, "height": 900}, **more)
    page.goto(file.as_uri())
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 768, 1280, 1920])
def test_it_fits_and_keeps_to_itself(running: Browser, page_file: Path, scheme: Any, width: int) -> None:
    page = running.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url.partition(",")[0]))
    page.on("console", lambda message: said.append(message.text))
    page.goto(page_file.as_uri())
    assert [url for url in asked if not url.startswith("data:")] == [page_file.as_uri()]
    assert said == [], "the page's own policy refused something"
    assert page.evaluate("document.documentElement.scrollWidth") == width
    beyond = page.evaluate(
        """() => [...document.querySelectorAll('.card *')].filter(one => {
            const card = one.closest('.card').getBoundingClientRect(), own = one.getBoundingClientRect();
            return own.width && (own.right > card.right + 1 || own.left < card.left - 1);
        }).map(one => one.className || one.tagName)"""
    )
    assert beyond == []
    page.close()


def test_pictures_are_seen(running: Browser, page_file: Path) -> None:
    """Each stands once on the page and is drawn where it belongs: not an empty frame."""
    page = opened(running, page_file)
    frames = page.locator(".picture svg")
    assert frames.count() > 10
    first = frames.first
    first.scroll_into_view_if_needed()
    colours = page.evaluate(
        """async (data) => {
            const image = new Image(); image.src = data; await image.decode();
            const paint = document.createElement('canvas').getContext('2d');
            paint.drawImage(image, 0, 0); return new Set(paint.getImageData(0, 0, image.width, image.height).data).size;
        }""",
        page.locator("image").first.get_attribute("href"),
    )
    assert colours > 10
    from io import BytesIO

    from PIL import Image

    with Image.open(BytesIO(first.screenshot())) as shot:
        assert len(shot.convert("RGB").getcolors(1 << 24) or []) > 10
    assert page.evaluate("[...document.querySelectorAll('.picture svg')].every(s => s.getAttribute('aria-label'))")
    page.close()


def test_choosing(running: Browser, page_file: Path) -> None:
    page = opened(running, page_file)
    every = page.locator(".card").count()
    assert page.locator("#shown").inner_text() == f"all {every} shown"
    page.select_option("select[name=platform]", "x")
    shown = page.locator(".card:visible")
    on_x = shown.count()
    assert 0 < on_x < every
    assert page.locator(".card.on-x").count() == on_x
    assert page.locator("#shown").inner_text() == f"{on_x} of {every} shown"
    page.select_option("select[name=account]", "writers_league/x")
    assert {one.get_attribute("data-account") for one in shown.all()} == {"writers_league/x"}
    day = page.locator(".card:visible").first.get_attribute("data-day")
    page.select_option("select[name=day]", day)
    assert page.locator(".day:visible").count() == 1
    page.click("button[type=reset]")
    page.wait_for_function(f"document.getElementById('shown').textContent === 'all {every} shown'")
    page.close()


def test_everything_is_there_without_scripts(running: Browser, page_file: Path) -> None:
    context = running.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(page_file.as_uri())
    assert page.locator(".card:visible").count() == page.locator(".card").count() > 90
    assert not page.locator("#filters").is_visible()
    folded = page.locator("details.warning").first
    assert not folded.locator(".text").first.is_visible()
    folded.locator("summary").click()
    assert folded.locator(".text").first.is_visible()
    context.close()


def test_on_paper(running: Browser, page_file: Path) -> None:
    page = opened(running, page_file)
    page.emulate_media(media="print")
    assert not page.locator("#filters").is_visible()
    assert page.locator("details.warning .text").first.is_visible(), "folded words are lost on paper"
    paper = page.pdf(format="A4")
    assert paper.startswith(b"%PDF")
    assert len(paper) > 50_000
    page.close()
